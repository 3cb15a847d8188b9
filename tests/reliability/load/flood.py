"""Thousands of clients at once: perfdhcp against a real dnsmasq, whose script is our hook or libvirt's helper."""
import json
import os
import subprocess
import time
from typing import NamedTuple

from common.bookkeeping import differences, repeated
from common.dnsmasq import Dnsmasq
from common.machine import LIBVIRT_DIR, Network, call
from common.module import use

LEASESHELPER = "/usr/lib/libvirt/libvirt_leaseshelper"
_FIRST_MAC = "52:54:00:00:00:00"
_ROUNDS = 10
_MILLISECONDS_WAITED = 500  # for the last answers


class Contender(NamedTuple):
    title: str
    script: str
    libvirt: bool
    rate: int  # clients a second; dnsmasq writes all of its lease file, where it has one, at each lease


def ours(site):
    """Under a dnsmasq of one's own, and under one of libvirt's."""
    return Contender("plain", site.hook, False, 200), Contender("libvirt", site.hook, True, 500)


THEIRS = Contender("leaseshelper", LEASESHELPER, True, 500)


class Flood:
    """One contender before its dnsmasq. Each client gets a name from dnsmasq, after its hardware address."""

    def __init__(self, site, contender):
        self.contender = contender
        self.seconds = 0.0
        self._site = site
        self._network = Network(contender.title[:8], "10.99")
        options = ["--dhcp-lease-max=60000", "--dhcp-generate-names"]
        environment = {}
        if contender.libvirt:
            options.append("--leasefile-ro")
            environment["VIR_BRIDGE_NAME"] = self._network.name
        else:
            options.append("--script-on-renewal")
        self.server = Dnsmasq(site, self._network, contender.script, *options, **environment)

    def __enter__(self):
        if self.contender is THEIRS:
            call("mount", "--bind", self._site.libvirt, LIBVIRT_DIR)
        self.server.start()
        return self

    def __exit__(self, *_):
        self.server.__exit__()
        if self.contender is THEIRS:
            call("umount", LIBVIRT_DIR)

    def run(self, clients):
        """All clients ask for an address until each has one, and the script has heard of all."""
        rate = self.contender.rate
        began = time.time_ns()
        for _ in range(_ROUNDS):
            self._ask(clients, rate)
            if len(self.server.acknowledged()) == clients:
                break
            # A busy server drops packets.
            rate = max(20, rate // 2)
        self.server.drain(patience=900)
        self.seconds = (self._last_change() - began) / 1e9

    def _ask(self, clients, rate):
        command = ["perfdhcp", "-4", "-l", "eth0", "-g", "single", "-b", f"mac={_FIRST_MAC}", "-R", str(clients),
                   "-n", str(clients), "-r", str(rate), "-W", str(_MILLISECONDS_WAITED * 1000), self._network.server]
        done = subprocess.run(self._network.at_clients(*command), stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=900, check=False)
        # 3: something was dropped.
        if done.returncode not in (0, 3):
            raise RuntimeError(f"perfdhcp: status {done.returncode}: {done.stderr}{done.stdout[-1000:]}")

    def _last_change(self):
        """When the script was done with the last event, in nanoseconds."""
        written = self._status_path() if self.contender.libvirt else os.path.join(self._site.state, "index.tdb")
        return os.stat(written).st_mtime_ns

    def _status_path(self):
        return os.path.join(self._site.libvirt, f"{self._network.name}.status")

    # --- What must hold then ---------------------------------------------------------------------------------

    def wrong(self, clients, module):
        """Lines, one for each thing that is wrong."""
        granted = self.server.acknowledged()
        if len(granted) != clients:
            yield f"dnsmasq granted {len(granted)} addresses to {clients} clients: it dropped too much"
        yield from (f"dnsmasq's log: {line.decode(errors='replace')}" for line in self.server.complaints())
        if self.contender.libvirt:
            yield from self._wrong_in_status(granted)
        if self.contender is not THEIRS:
            yield from self._wrong_in_index(granted, module)

    def _wrong_in_status(self, granted):
        with open(self._status_path(), encoding="utf-8") as file:
            entries = json.load(file)
        yield from repeated("in .status", (entry["ip-address"] for entry in entries))
        found = {entry["ip-address"]: (entry["mac-address"], entry.get("hostname", "")) for entry in entries}
        yield from _unlike("in .status", granted, found)

    def _wrong_in_index(self, granted, module):
        leases = self._site.dumped()["leases"]
        if self.contender.libvirt:
            yield from repeated("in the index", (lease["ip-address"] for lease in leases))
        else:
            yield from differences(self.server.leases(), leases)
        found = {lease["ip-address"]: (lease["mac-address"], lease.get("hostname", "")) for lease in leases}
        yield from _unlike("in the index", granted, found)
        use(self._site.state)
        for address, (_, name) in granted.items():
            answer = module.addresses(name)
            if answer != [address]:
                yield f"{name} resolves to {answer}, not to {address}"


def _unlike(where, granted, found):
    for address in granted.keys() | found.keys():
        if granted.get(address) != found.get(address):
            yield f"{address}: granted: {granted.get(address)}, {where}: {found.get(address)}"
