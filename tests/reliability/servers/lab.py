"""Several dnsmasq on one state directory, and the machines that ask them."""
import os
import time

from common.dhcp import Clients, machine
from common.dnsmasq import Dnsmasq
from common.machine import Network

_RECORDER = """#!/bin/sh
printf '%s\\n' "$RECORDED_AS $*" >>{events}
exec {hook} "$@"
"""


class Lab:
    """A site whose hook is called by way of a recorder of events; `with` ends what was started."""

    def __init__(self, site, module):
        self.site = site
        self.module = module
        self._events = os.path.join(site.top, "events")
        self._script = os.path.join(site.top, "recorder")
        self._servers = []
        with open(self._script, "w", encoding="ascii") as file:
            file.write(_RECORDER.format(events=self._events, hook=site.hook))
        os.chmod(self._script, 0o755)
        self.forget_events()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for server in self._servers:
            server.close()

    def server(self, network, *options, script=True, **environment):
        """Not started yet."""
        made = Server(self.site, network, self._script if script else None, options, environment)
        self._servers.append(made)
        return made

    def forget_events(self):
        with open(self._events, "w", encoding="ascii"):
            pass

    def events(self):
        """[(network whose dnsmasq sent it, action, address)]"""
        with open(self._events, encoding="ascii") as file:
            fields = [line.split(" ") for line in file.read().splitlines()]
        return [(words[0], words[1], words[3] if len(words) > 3 else None) for words in fields]

    def complaints(self):
        """What every dnsmasq says of its script."""
        return [line.decode(errors="replace") for server in self._servers for line in server.dnsmasq.complaints()]

    def leases(self):
        return self.site.dumped()["leases"]

    def found(self, network=""):
        """{address: its lease}, of one network in the index."""
        return {lease["ip-address"]: lease for lease in self.leases() if lease["network"] == network}


class Server:
    """A dnsmasq and its machines, which are known by their numbers; each has the name NETWORK-NUMBER."""

    def __init__(self, site, network, script, options, environment):
        self.dnsmasq = Dnsmasq(site, network, script, *options, RECORDED_AS=network.name, **environment)
        self.name = network.name
        self.held = {}  # number: address, by the last answer to the machine
        self._clients = Clients(network)

    def close(self):
        self._clients.__exit__()
        self.dnsmasq.__exit__()

    def who(self, number):
        return machine(number, f"{self.name}-{number}")

    def obtain(self, numbers):
        for number in numbers:
            address = self._clients.obtain(self.who(number))
            if address is None:
                raise RuntimeError(f"{self.name}: dnsmasq does not answer machine {number}")
            self.held[number] = address

    def confirm(self, numbers):
        """They go on with what they hold, or ask anew where that is refused."""
        for number in numbers:
            if not self._clients.confirm(self.who(number), self.held[number]):
                self.obtain([number])

    def release(self, numbers):
        for number in numbers:
            self._clients.release(self.who(number), self.held.pop(number))


class Networks:
    """Those of one run, by name: a scene that is played again finds them."""

    def __init__(self):
        self._made = {}

    def get(self, name, prefix):
        if name not in self._made:
            self._made[name] = Network(name, prefix)
        return self._made[name]


def within(seconds, condition):
    """Did it become true in time?"""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
