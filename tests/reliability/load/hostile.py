"""Clients that lie, through a real dnsmasq: no name is theirs that dnsmasq did not grant them or that is another's, and
nothing of theirs is printed as it came."""
import json
import os
import re
import unicodedata

from common.bookkeeping import differences
from common.dhcp import CLIENT_ID, HOST_NAME, Clients, Machine
from common.dnsmasq import Dnsmasq
from common.machine import HOST, Network
from common.module import Module, use
from hostile_words import Strangers

_DOMAIN = "lab.example"
_OWNER, _GUEST = b"\x52\x54\0\0\0\x0a", b"\x52\x54\0\0\0\x0b"  # who has the names `www` and `vm-one` by right
_STOPPED = "vm-off"
_WELL_KNOWN = ("localhost", "wpad", "isatap", "_gateway", "_outbound", HOST)
_TARGETS = ("bank", "router")  # names of other clients, which are nobody's special right
_MACHINES = 300
# Exchanges, after which all is looked at: a name is one machine's until the next one asks for it.
_ROUND, _ROUND_LONG = 100, 1000
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_ADDRESS = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")
_SCRIPT = re.compile(rb" dnsmasq-script\[[0-9]+\]: (.*)$")
# What moves the cursor, hides, or turns the direction of the text.
_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")


class Hostile:
    """A dnsmasq, its two honest clients, and the strangers; `with` ends it."""

    def __init__(self, options, site):
        self._random = options.random
        self._round = _ROUND_LONG if options.long() else _ROUND
        self._site = site
        self._hosts, self._guests = Module(options, "lvindex"), Module(options, "lvindex_guest")
        self._network = Network("hostile", "10.98")
        self.server = Dnsmasq(site, self._network, site.hook, "--dhcp-lease-max=60000", f"--domain={_DOMAIN}",
                              "--script-on-renewal", f"--dhcp-host={_text(_OWNER)},www")
        reserved = [name.encode() for name in (*_WELL_KNOWN, "www", "vm-one", _STOPPED, *_TARGETS)]
        self._strangers = Strangers(options.random, reserved, _DOMAIN.encode())
        self._addresses = {}
        self.exchanges = 0
        self.asked = 0

    def __enter__(self):
        with open(os.path.join(self._site.libvirt, "virbr7.macs"), "w", encoding="ascii") as file:
            json.dump([{"domain": "vm-one", "macs": [_text(_GUEST)]}], file)
        os.makedirs(os.path.join(self._site.definitions, "qemu"), exist_ok=True)
        with open(os.path.join(self._site.definitions, "qemu", f"{_STOPPED}.xml"), "w", encoding="ascii") as file:
            file.write("<domain/>\n")
        self.server.start()
        self._clients = Clients(self._network)
        for address, name in ((_OWNER, b"anything"), (_GUEST, b"vm-one")):
            self._clients.obtain(Machine(address, ((CLIENT_ID, b"\1" + address), (HOST_NAME, name))))
        return self

    def __exit__(self, *_):
        self._clients.__exit__()
        self.server.__exit__()

    def run(self):
        """One round of strangers that ask, and now and then give an address back."""
        for _ in range(self._round):
            who = self._strangers.next(self._random.randrange(_MACHINES))
            address = self._clients.obtain(who)
            self.exchanges += 1
            if address is not None and self._random.random() < 0.2:
                self._clients.release(who, address)
        self.server.drain(patience=300)

    def events(self):
        """How many have changed the index."""
        return self._site.dumped()["generation"]

    # --- What must hold then ---------------------------------------------------------------------------------

    def wrong(self):
        """Lines, one for each thing that is wrong."""
        granted = self.server.leases()
        yield from differences(granted, self._site.dumped()["leases"])
        yield from self._wrong_names(granted)
        yield from self._wrong_output()

    def _may_answer(self, name, mac):
        """By the rules that lvindex-hook(8) tells, of a name that dnsmasq granted."""
        if not _LABEL.fullmatch(name) or _ADDRESS.fullmatch(name) or name.lower() in _WELL_KNOWN:
            return False
        return name.lower() not in ("vm-one", _STOPPED) or (name.lower() == "vm-one" and mac == _text(_GUEST))

    def _wrong_names(self, granted):
        right = {}
        for address, lease in granted.items():
            if lease.name != "*" and self._may_answer(lease.name, lease.mac):
                right.setdefault(lease.name.lower(), []).append(address)
        use(self._site.state)
        # dnsmasq keeps `www` for its owner; `vm-one` it gives to whoever asked last, but the guest has it from libvirt.
        for module, name, mac in ((self._hosts, "www", _OWNER), (self._guests, "vm-one", _GUEST)):
            expected = [address for address, lease in granted.items() if lease.mac == _text(mac)]
            found = module.addresses(name)
            if found != expected:
                yield f"{name} resolves to {found}, should to {expected}"
        for word in self._words() | {name.encode() for name in right}:
            plain = word.decode("latin-1").lower()
            expected = right.get(plain.removesuffix(".").removesuffix(f".{_DOMAIN}"), [])
            found = self._hosts.addresses(word)
            self.asked += 1
            if sorted(found) != sorted(expected):
                yield f"{word!r} resolves to {found}, should to {expected}"

    def _words(self):
        """All that strangers said, and the pieces of it that might have become a name."""
        words = set()
        for name in self._strangers.names():
            words |= {name, *re.split(rb"[^A-Za-z0-9_-]+", name), *name.split(b"."), *name.split(b"\n"),
                      name.partition(b"\0")[0]}
        # A question holds no NUL, and ends at one.
        return {word.partition(b"\0")[0] for word in words} - {b""}

    def _wrong_output(self):
        for option in ([], ["--json"], ["--raw"]):
            done = self._site.run(self._site.dump, *option)
            if done.returncode != 0 or done.stderr:
                yield f"lvindex-dump {option}: status {done.returncode}: {done.stderr!r}"
            yield from (f"lvindex-dump {option} prints {line!r}" for line in done.stdout.split(b"\n")
                        if not _fit_to_print(line))
        for line in self.server.complaints():
            said = _SCRIPT.search(line)
            if said is None or not said[1].startswith(b"lvindex-hook: ") or not _fit_to_print(said[1]):
                yield f"dnsmasq's log: {line!r}"


def _fit_to_print(line):
    """Is it text, and all of it to be seen?"""
    try:
        return not any(unicodedata.category(character) in _UNSEEN for character in line.decode())
    except UnicodeDecodeError:
        return False


def _text(address):
    return ":".join(f"{octet:02x}" for octet in address)
