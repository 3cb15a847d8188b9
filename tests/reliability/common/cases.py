"""What the kills and the faults happen to: each case is a site as it stands, a run that changes it, and the run after.
"""
import json
import os
import re
import shutil
import time

from common.site import BRIDGE, Site

_EXPIRES = str(int(time.time()) + 86400)
_GUEST_MAC = "52:54:00:00:09:01"
_BULK = 400  # leases that make two files of an index


class Command:
    """A hook or a sync with its arguments and its environment."""

    def __init__(self, program, *arguments, **environment):
        self.program = program
        self.arguments = arguments
        self.environment = environment

    def argv(self, site):
        return [getattr(site, self.program), *(argument.replace("{hosts}", site.hosts) for argument in self.arguments)]

    def on(self, site, **more):
        return site.run(*self.argv(site), **{**self.environment, **more})

    def succeed(self, site):
        done = self.on(site)
        if done.returncode != 0:
            raise RuntimeError(f"{self.argv(site)}: {done.stderr.decode(errors='replace')}")
        return done


def _mac(number):
    return f"52:54:00:00:{number // 256:02x}:{number % 256:02x}"


def _event(action, number, name=None, **more):
    """An event of an unnamed dnsmasq about 10.0.x.y, its number."""
    arguments = [action, _mac(number), f"10.0.{number // 256}.{number % 256}"] + ([name] if name else [])
    return Command("hook", *arguments, **{"DNSMASQ_LEASE_EXPIRES": _EXPIRES, "DNSMASQ_INTERFACE": "lan0",
                                          "DNSMASQ_DOMAIN": "lan.example", **more})


def _on_bridge(action, number, name=None, **more):
    """The same of libvirt's dnsmasq."""
    return _event(action, number, name, VIR_BRIDGE_NAME=BRIDGE, **more)


def _ipv6(action, **more):
    duid = "00:03:00:01:52:54:00:00:09:66"
    return Command("hook", action, duid, "2001:db8::66", "six",
                   **{"DNSMASQ_LEASE_EXPIRES": _EXPIRES, "DNSMASQ_IAID": "66", "VIR_BRIDGE_NAME": BRIDGE,
                      "DNSMASQ_SERVER_DUID": "00:01:00:01:2b:00:00:00:52:54:00:00:00:ff", **more})


class Case:
    """`heals`: the next run finds in its source what the killed one was about. `damaged`: lvindex-dump complains of the
    site as it stands. `waits`: a finished index does, with what the run is about. The site is a template: Trial copies
    it."""

    def __init__(self, options, name, prepare, run, after, names, heals=False, damaged=False, waits=False):
        self.name = name
        self.site = Site(options)
        self.names = names
        self.heals = heals
        self.damaged = damaged
        self.waits = waits
        prepare(self)
        self.run, self.after = (part(self) if callable(part) else part for part in (run, after))

    def write(self, directory, name, text):
        with open(os.path.join(directory, name), "w", encoding="ascii") as file:
            file.write(text)

    def script(self, name, text):
        """One that the hook runs."""
        directory = os.path.join(self.site.config, "dhcp-script.d")
        os.makedirs(directory, exist_ok=True)
        self.write(directory, name, "#!/bin/sh\n" + text)
        os.chmod(os.path.join(directory, name), 0o755)

    def do(self, *commands):
        for command in commands:
            command.succeed(self.site)

    def lease_file(self, count, name):
        """The lease file of this case, made anew: `count` leases of the network `bulk`."""
        lines = [f"{_EXPIRES} {_mac(1024 + i)} 10.1.{i // 250}.{i % 250 + 1} {name}{i} *\n" for i in range(count)]
        self.write(self.site.top, "leases", "".join(lines))

    def sync(self):
        return Command("sync", f"--leases=bulk={self.site.top}/leases")

    def bases(self):
        return sorted(name for name in os.listdir(self.site.state) if name.startswith("base-"))


def _nothing(case):
    os.rmdir(case.site.state)


def _small(case):
    case.do(_event("add", 1, "one"), _event("add", 2, "two"), _event("add", 3, "three"))


def _waiting(case):
    """A writer was killed before its last rename: what comes next publishes its index first."""
    index = os.path.join(case.site.state, "index.tdb")
    shutil.copy2(index, index + ".kept")
    case.do(_event("add", 4, "four"))
    os.rename(index, index + ".new")
    os.rename(index + ".kept", index)


def _small_waiting(case):
    _small(case)
    _waiting(case)


def _split_waiting(case):
    _split(case)
    _waiting(case)


def _split(case):
    case.lease_file(_BULK, "bulk")
    case.do(case.sync())
    _small(case)
    if not case.bases():
        raise RuntimeError(f"{_BULK} leases do not make two files")


def _until_base_changes(case, run, grow):
    """Grows the index until `run` would write a new base."""
    keep = case.site.state + ".kept"
    for i in range(200):
        shutil.copytree(case.site.state, keep)
        before = case.bases()
        case.do(run)
        changed = case.bases() != before
        shutil.rmtree(case.site.state)
        os.rename(keep, case.site.state)
        if changed:
            return
        case.do(grow(i))
    raise RuntimeError("no event made a new base")


_LAST = _event("add", 900, "last")
_REFUSED = _on_bridge("add", 5, DNSMASQ_SUPPLIED_HOSTNAME="secret")


def _about_to_fold(case):
    _split(case)
    case.do(_event("del", 3))
    _until_base_changes(case, _LAST, lambda i: _event("add", 100 + i, f"more-of-a-long-host-name-{i}"))


def _about_to_split(case):
    case.lease_file(110, "bulk")
    case.do(case.sync())
    _until_base_changes(case, _LAST, lambda i: _event("add", 100 + i, f"more-of-a-long-host-name-{i}"))


def _damage(path):
    """Flips a bit in the middle of the records."""
    with open(path, "r+b") as file:
        content = bytearray(file.read())
        end = content.rfind(b"one")
        content[end] ^= 1
        file.seek(0)
        file.write(content)


def _damaged(case):
    _small(case)
    _damage(os.path.join(case.site.state, "index.tdb"))


def _guests(case):
    case.write(case.site.libvirt, f"{BRIDGE}.macs", json.dumps([{"domain": "db1", "macs": [_GUEST_MAC]}]))
    case.write(case.site.libvirt, "lab.conf", f"interface={BRIDGE}\ndhcp-range=10.0.0.2,10.0.9.254,255.255.0.0\n")
    os.mkdir(os.path.join(case.site.definitions, "qemu"))
    case.write(os.path.join(case.site.definitions, "qemu"), "web.xml", "")


def _libvirt(case):
    _guests(case)
    guest = Command("hook", "add", _GUEST_MAC, "10.0.9.1", "dbhost", VIR_BRIDGE_NAME=BRIDGE,
                    DNSMASQ_LEASE_EXPIRES=_EXPIRES)
    case.do(_on_bridge("add", 1, "one"), _on_bridge("add", 2, "two"), guest)


def _libvirt_refused(case):
    _libvirt(case)
    case.do(_REFUSED)


def _libvirt_unread(case):
    """libvirt's files are there, an index is not."""
    _libvirt(case)
    for name in os.listdir(case.site.state):
        os.unlink(os.path.join(case.site.state, name))


def _libvirt_by_other(case):
    """libvirt's own helper has written in between."""
    _libvirt(case)
    path = os.path.join(case.site.libvirt, f"{BRIDGE}.status")
    with open(path, encoding="ascii") as file:
        text = file.read()
    os.unlink(path)
    case.write(case.site.libvirt, f"{BRIDGE}.status", re.sub(r'"two"', '"second"', text))


def _libvirt_broken(case):
    _libvirt(case)
    case.write(case.site.libvirt, f"{BRIDGE}.status", '[\n  {\n    "ip-address": "10.0')


def _libvirt_damaged(case):
    """An index that is damaged, where libvirt's file is sound."""
    _libvirt(case)
    _damage(os.path.join(case.site.state, "index.tdb"))


def _synced(case):
    case.lease_file(_BULK, "bulk")
    case.do(case.sync())
    case.lease_file(_BULK - 20, "moved")


def _unsynced(case):
    case.lease_file(_BULK, "bulk")


def _synced_partly(case):
    """Of many leases, few change: index.tdb alone is written."""
    case.lease_file(_BULK, "bulk")
    case.do(case.sync())
    case.lease_file(_BULK - 2, "bulk")


def _written_down(case):
    """The administrator's files and libvirt's static entries, which nobody has read yet."""
    _libvirt(case)
    case.write(case.site.config, "static", "10.0.8.1 seven seven.corp.example mac=52:54:00:00:09:01\n"
               f"10.0.8.2 eight network={BRIDGE}\n")
    case.write(case.site.config, "networks", f"{BRIDGE} lan.example corp.example\n. home.example\n")
    case.write(case.site.config, "lvindex.conf", "grace=3600\n")
    case.write(case.site.libvirt, "lab.hostsfile", f"{_GUEST_MAC},10.0.8.3,reserved\n")
    case.write(case.site.libvirt, "lab.addnhosts", "10.0.8.4\tadded added.corp.example\n")


def _written_read(case):
    _written_down(case)
    case.do(Command("sync"))


def _written_anew(case):
    _written_read(case)
    case.write(case.site.config, "static", "10.0.8.1 seven2\n10.0.8.9 eight\n")
    case.write(case.site.config, "networks", f"{BRIDGE} corp.example\n")
    case.write(case.site.config, "lvindex.conf", "grace=0\n")
    case.write(case.site.libvirt, "lab.hostsfile", f"{_GUEST_MAC},10.0.8.5,reserved2\n")
    case.write(case.site.libvirt, "lab.addnhosts", "10.0.8.6\tadded\n")


def _written_damaged(case):
    _written_read(case)
    _damage(os.path.join(case.site.state, "index.tdb"))


def _neighbour(action):
    return Command("hook", action, _GUEST_MAC, "10.0.8.7", LVINDEX_NETWORK="lan")


def _neighbour_known(case):
    _written_read(case)
    case.do(_neighbour("arp-add"))


def _expired(action):
    return _on_bridge(action, 4, "four", DNSMASQ_LEASE_EXPIRES=str(int(_EXPIRES) - 86400 - 100))


def _lease_expired(case):
    _written_read(case)
    case.write(case.site.libvirt, f"{BRIDGE}.macs", json.dumps([{"domain": "db1", "macs": [_GUEST_MAC, _mac(4)]}]))
    case.do(_expired("old"))


def _hosts_file_old(case):
    _written_read(case)
    case.do(_HOSTS_FILE)
    case.write(case.site.config, "static", "10.0.8.1 seven2\n10.0.8.9 eight\n")


def _scripts(case):
    """One that says something, and one that fails."""
    _small(case)
    case.script("10-says", "echo said\n")
    case.script("20-fails", "exit 3\n")


_HOSTS_FILE = Command("sync", "--hosts-file={hosts}/hosts")
_NAMES = ["seven2", "reserved", "reserved2", "added", "seven.corp.example", "one.corp.example", "two.lan.example",
          "db1.corp.example", "nobody.corp.example", *(f"10.0.8.{i}" for i in range(1, 10)), "10.0.9.1", "10.0.0.4",
          "2001:db8::66", "one", "two", "second", "three", "renamed", "last", "four", "four.lan.example", "next",
          "bulk7", "moved7",
          "seven", "eight", "db1", "dbhost", "web", "secret", "six", "granted", "nobody"]
_INIT = Command("hook", "init")
_NO_CHANGE = _event("del", 901)  # which leaves nothing over either
_NEXT, _NEXT_ON_BRIDGE = _event("add", 6, "next"), _on_bridge("add", 6, "next")

# name, how the site is made, what is run, what is run after it; then how it differs from others
_CASES = [
    ("first", _nothing, _event("add", 4, "four"), _NEXT, {}),
    ("add", _small, _event("add", 4, "four"), _NEXT, {}),
    ("rename", _small, _event("old", 2, "renamed"), _NEXT, {}),
    ("del", _small, _event("del", 2), _NEXT, {}),
    ("add to two files", _split, _event("add", 4, "four"), _NEXT, {}),
    ("del from two files", _split, _event("del", 2), _NEXT, {}),
    ("new base", _about_to_fold, _LAST, _NEXT, {}),
    ("first base", _about_to_split, _LAST, _NO_CHANGE, {}),
    ("damaged", _damaged, _event("add", 4, "four"), _NEXT, {"damaged": True}),
    ("killed before", _small_waiting, _event("add", 4, "four"), _NEXT, {"waits": True}),
    ("killed before, two files", _split_waiting, _event("add", 4, "four"), _NEXT, {"waits": True}),
    ("init", _small, _INIT, _NEXT, {}),
    ("init of two files", _split, _INIT, _NEXT, {}),
    ("init, damaged", _damaged, _INIT, _NEXT, {"damaged": True}),
    ("libvirt add", _libvirt, _on_bridge("add", 4, "four"), _NEXT_ON_BRIDGE, {}),
    ("libvirt del", _libvirt, _on_bridge("del", 2), _NEXT_ON_BRIDGE, {}),
    ("libvirt first", _libvirt_unread, _on_bridge("add", 4, "four"), _NEXT_ON_BRIDGE, {}),
    ("libvirt refused", _libvirt, _REFUSED, _NEXT_ON_BRIDGE, {}),
    ("libvirt first refused", _libvirt_unread, _REFUSED, _NEXT_ON_BRIDGE, {}),
    ("libvirt by others", _libvirt_by_other, _on_bridge("add", 4, "four"), _NEXT_ON_BRIDGE, {}),
    ("libvirt del refused", _libvirt_refused, _on_bridge("del", 5), _NEXT_ON_BRIDGE, {}),
    ("libvirt grant refused", _libvirt_refused, _on_bridge("old", 5, "granted"), _NEXT_ON_BRIDGE, {}),
    ("libvirt broken", _libvirt_broken, _on_bridge("add", 4, "four"), _NEXT_ON_BRIDGE, {}),
    ("libvirt damaged", _libvirt_damaged, _REFUSED, _NEXT_ON_BRIDGE, {"damaged": True}),
    ("libvirt IPv6", _libvirt, _ipv6("add"), _NEXT_ON_BRIDGE, {}),
    ("libvirt IPv6 with MAC", _libvirt, _ipv6("add", DNSMASQ_MAC=_mac(66)), _NEXT_ON_BRIDGE, {}),
    ("libvirt init", _libvirt_unread, Command("hook", "init", VIR_BRIDGE_NAME=BRIDGE), _NEXT_ON_BRIDGE, {}),
    ("sync libvirt", _libvirt_by_other, Command("sync"), Command("sync"), {"heals": True}),
    ("sync libvirt first", _libvirt_unread, Command("sync"), Command("sync"), {"heals": True}),
    ("sync leases", _synced, Case.sync, Case.sync, {"heals": True}),
    ("sync few leases", _synced_partly, Case.sync, Case.sync, {"heals": True}),
    ("sync first", _unsynced, Case.sync, Case.sync, {"heals": True}),
    ("static first", _written_down, _on_bridge("add", 4, "four"), _NEXT_ON_BRIDGE, {}),
    ("static changes", _written_anew, _on_bridge("add", 4, "four"), _NEXT_ON_BRIDGE, {}),
    ("static, damaged", _written_damaged, _on_bridge("add", 4, "four"), _NEXT_ON_BRIDGE, {"damaged": True}),
    ("sync static first", _written_down, Command("sync"), Command("sync"), {"heals": True}),
    ("sync static changes", _written_anew, Command("sync"), Command("sync"), {"heals": True}),
    ("arp-add", _written_read, _neighbour("arp-add"), _NEXT, {}),
    ("arp-del", _neighbour_known, _neighbour("arp-del"), _NEXT, {}),
    ("grace", _lease_expired, _expired("del"), _NEXT_ON_BRIDGE, {}),
    ("hosts file first", _written_down, _HOSTS_FILE, _HOSTS_FILE, {"heals": True}),
    ("hosts file changes", _hosts_file_old, _HOSTS_FILE, _HOSTS_FILE, {"heals": True}),
    ("forget", _small, Command("sync", "--forget=three"), _NEXT, {}),
    ("scripts", _scripts, _event("add", 4, "four"), _NEXT, {}),
]


def names():
    return [name for name, *_ in _CASES]


def make(options, name):
    """The case of this name. Its site is to be removed by who asked for it."""
    for its, prepare, run, after, more in _CASES:
        if its == name:
            return Case(options, name, prepare, run, after, _NAMES, **more)
    raise KeyError(name)
