"""Is what is on the disk after a power cut an index as it was or as it was to become, and does the next run heal it?"""
import copy
import itertools
import json
import os
import shutil

import scenarios
from common import module
from common.site import BRIDGE

META = b"lvindex\0"  # the meta record of an index begins with it, see docs/index-format.md


def at(site, root):
    """The same programs and definitions, with the state, libvirt's files and the hosts file of another directory."""
    other = copy.copy(site)
    other.state, other.libvirt, other.hosts = (os.path.join(root, name) for name in ("state", "libvirt", "hosts"))
    return other


class Wrong(Exception):
    """What a power cut must not do."""


class View:
    """What users have of an index: its leases and entries, and the answers of both modules. Compares as a whole."""

    def __init__(self, modules, names, site):
        module.use(site.state)
        self.answers = {(kind, name): asked.ask(name)[:2] for kind, asked in modules.items() for name in names}
        self.answers = {question: (found, addresses) for question, (found, addresses) in self.answers.items()
                        if addresses}
        dumped = self._dumped(site)
        self.leases = {(lease["network"], lease["ip-address"]): (lease.get("hostname"), lease.get("name-refused"),
                                                                 lease["expiry-time"])
                       for lease in dumped["leases"]}
        self.entries = {(entry["kind"], entry["network"], entry["ip-address"], entry.get("hostname")):
                        entry.get("mac-address") for entry in dumped["entries"]}

    @staticmethod
    def _dumped(site):
        try:
            return site.dumped()
        except RuntimeError as error:
            if os.path.exists(os.path.join(site.state, "index.tdb")):
                raise Wrong(str(error)) from error
            return {"leases": [], "entries": []}

    def __eq__(self, other):
        return (self.leases, self.entries, self.answers) == (other.leases, other.entries, other.answers)

    def differs(self, other):
        """In what, for people."""
        here, there = ({**view.leases, **view.entries, **view.answers} for view in (self, other))
        return [f"{key}: {here.get(key)}, not {there.get(key)}" for key in sorted({*here, *there}, key=str)
                if here.get(key) != there.get(key)][:3]


class Judge:
    """Of one scenario: knows what each way through it must come to."""

    def __init__(self, modules, site, scenario, before, after):
        """`before` and `after` are directories: as it was, and as it became without a power cut."""
        self.modules, self.site, self.scenario = modules, site, scenario
        # A directory of its own each time: the modules would take the same one's index for what they have mapped.
        self._numbers = itertools.count()
        self.names = []
        known = [self._come_to(directory, run, scenario.again) for directory in (before, after)
                 for run in (None, *scenario.others)]
        self.names = sorted({host for view in known for host, _, _ in view.leases.values() if host} |
                            {host for view in known for _, _, _, host in view.entries if host} |
                            {*scenario.refused, "db1", "nobody"})
        self.before, self.after = self._come_to(before), self._come_to(after)
        self.healed = {other: tuple(self._come_to(directory, other) for directory in (before, after))
                       for other in scenario.others}
        self.finally_ = {other: self._come_to(after, other, scenario.again) for other in scenario.others}
        self.bases_before = scenarios.bases(at(site, before)) if os.path.isdir(at(site, before).state) else set()
        if self.before == self.after:
            raise RuntimeError(f"{scenario.name}: nothing happens")
        for view in (self.before, self.after, *self.finally_.values()):
            self._no_refused(view, "without a cut")

    def _trial(self):
        return os.path.join(self.site.top, f"trial{id(self):x}-{next(self._numbers)}")

    def _come_to(self, directory, *runs):
        """The view of a copy of the directory when these have run."""
        trial = self._trial()
        shutil.copytree(directory, trial)
        try:
            site = at(self.site, trial)
            for run in runs:
                if run is not None:
                    run.on(site)
            return View(self.modules, self.names, site)
        finally:
            shutil.rmtree(trial)

    def _no_refused(self, view, when):
        for kind, name in view.answers:
            if name in self.scenario.refused:
                raise Wrong(f"{name}, refused by dnsmasq, is answered by {kind} {when}")

    def _one_of(self, view, views, when):
        """The view, which must be one of these."""
        self._no_refused(view, when)
        if view not in views:
            raise Wrong(f"{when}: neither the old nor the new: " +
                        " and ".join("; ".join(view.differs(expected)) for expected in views))
        return view

    def judge(self, state, other, finished=False, healing=False):
        """Wrong when it is. `finished`: the program was done. `healing`: what failed was `other`, coming next."""
        trial = self._trial()
        state.write(trial)
        try:
            self._judge(at(self.site, trial), other, finished, healing)
        except RuntimeError as error:
            raise Wrong(str(error)) from error
        finally:
            shutil.rmtree(trial)

    def _judge(self, site, other, finished, healing):
        if finished:
            views = self.healed[other] if healing else (self.after,)
        else:
            views = (self.before, self.after, *(self.healed[other] if healing else ()))
        when = "when it was done" if finished else "then"
        found = self._one_of(View(self.modules, self.names, site), views, when)
        self._hosts_whole(site, when)
        other.on(site)
        # An event that was seen has happened.
        seen = found in (self.after, self.healed[other][1]) and found != self.healed[other][0]
        self._one_of(View(self.modules, self.names, site), self.healed[other][1 if seen else 0:], f"after {other}")
        self._mirrored(site, f"after {other}")
        self.scenario.again.on(site)
        self._one_of(View(self.modules, self.names, site), (self.finally_[other],), "at last")
        self._mirrored(site, "at last")
        self._hosts_file(site)
        self._nothing_left(site)

    def _mirrored(self, site, when):
        """libvirt's file has the leases that the index has."""
        path = scenarios.status_file(site)
        if not os.path.exists(path):
            return
        with open(path, encoding="ascii") as stream:
            text = stream.read()
        there = {entry["ip-address"] for entry in json.loads(text)} if text else set()
        module.use(site.state)
        known = {address for network, address in View({}, [], site).leases if network == BRIDGE}
        if there != known:
            raise Wrong(f"{when}: libvirt's file has {sorted(there)}, the index {sorted(known)}")

    @staticmethod
    def _hosts_whole(site, when):
        """Of a hosts file, no part is seen."""
        path = os.path.join(site.hosts, "hosts")
        if os.path.exists(path):
            with open(path, "rb") as stream:
                content = stream.read()
            if not content.endswith(b"\n") or b"\0" in content:
                raise Wrong(f"{when}: the hosts file is {content!r}")

    def _hosts_file(self, site):
        """It is what the index tells, if there is to be one."""
        path = os.path.join(site.hosts, "hosts")
        if not any("--hosts-file" in argument for argument in self.scenario.again.argv):
            return
        with open(path, "rb") as stream:
            if stream.read() != site.run(site.dump, "--hosts").stdout:
                raise Wrong("at last, the hosts file is not what the index tells")

    def _nothing_left(self, site):
        with open(os.path.join(site.state, "index.tdb"), "rb") as stream:
            content = stream.read()
        meta = content.index(META)
        base, replaced = (int.from_bytes(content[meta + at:meta + at + 8], "little") for at in (24, 40))
        # A base that was replaced goes when the next new one comes, if its removal did not reach the disk.
        kept = self.bases_before | {f"base-{base}.tdb", f"base-{replaced}.tdb"}
        left = site.leftovers() + sorted(scenarios.bases(site) - kept)
        left += [name for name in os.listdir(site.libvirt) if name not in scenarios.LIBVIRT]
        left += [name for name in os.listdir(site.hosts) if name.endswith(".new")]
        if left:
            raise Wrong(f"left over: {', '.join(left)}")
