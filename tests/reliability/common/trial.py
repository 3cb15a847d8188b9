"""One try on a copy of a case's directories: what is there before and after, as fresh processes and this one see it."""
import collections
import json
import os
import re
import shutil

from common import module
from common.site import Site

_BASE = re.compile(r"base-[0-9]+\.tdb")


class State(collections.namedtuple("State", "leases answers files")):
    """What others can see: the leases as lvindex-dump prints them, what a fresh process is answered to the case's
    names, and libvirt's files. Times at which something was heard differ from run to run, and are left out."""

    def difference(self, other):
        """A few words for people."""
        return "; ".join(f"{name}: {_first_difference(ours, theirs)}"
                         for name, ours, theirs in zip(self._fields, self, other) if ours != theirs)

    def same_index(self, other):
        return self[:2] == other[:2]


def _first_difference(ours, theirs):
    ours, theirs = (str(text).replace("\\n", "\n").split("\n") for text in (ours, theirs))
    for one, other in zip(ours + ["(end)"], theirs + ["(end)"]):
        if one != other:
            return f"{one.strip()!r} instead of {other.strip()!r}"
    return f"{len(ours)} lines instead of {len(theirs)}"


class Trial(Site):
    """A copy of a case's template. What is run on it, and how it is seen."""

    def __init__(self, options, case, parent=None):
        super().__init__(options, parent)
        self.case = case
        self._asking = [options.built("tests/reliability/reliability-ask"),
                        options.built("nss/libnss_lvindex.so.2"), *case.names]
        for ours, its in ((self.state, case.site.state), (self.libvirt, case.site.libvirt),
                          (self.definitions, case.site.definitions)):
            os.rmdir(ours)
            if os.path.isdir(its):
                shutil.copytree(its, ours)

    def seen(self):
        """RuntimeError when a program fails, or complains of something that the case did not damage."""
        return State(self._leases(), self._answers(), self._libvirt_files())

    def _leases(self):
        done = self.run(self.dump, "--json")
        if not os.path.exists(self.index()):
            return None
        if (done.returncode != 0 or done.stderr) and not self.case.damaged:
            raise RuntimeError(f"lvindex-dump: status {done.returncode}: {done.stderr.decode(errors='replace')}")
        leases = json.loads(done.stdout)["leases"]
        for lease in leases:
            lease.pop("last-heard", None)
        return json.dumps(sorted(leases, key=lambda lease: (lease.get("network", ""), lease["ip-address"])), indent=0)

    def _answers(self):
        done = self.run(*self._asking)
        if done.returncode != 0:
            raise RuntimeError(f"reliability-ask: status {done.returncode}: {done.stderr.decode()}")
        if b"libtdb finds damage" in done.stdout and not self.case.damaged:
            raise RuntimeError(done.stdout.decode())
        return done.stdout.decode()

    def _libvirt_files(self):
        """All but what is still being written: that nobody reads."""
        found = {}
        for name in sorted(os.listdir(self.libvirt)) if os.path.isdir(self.libvirt) else ():
            if not name.endswith(".new"):
                with open(os.path.join(self.libvirt, name), "rb") as file:
                    found[name] = file.read()
        return found

    def asked_here(self, asker):
        """The IPv4 answers of this process's module, which keeps its mapping from one question to the next."""
        module.use(self.state)
        lines = []
        for name in self.case.names:
            status, found, _ = asker.ask(name)
            if status != module.NOTFOUND:
                lines.append(" ".join([name, *(found if status == module.SUCCESS else [f"status {status}"])]))
        return lines

    def index(self):
        return os.path.join(self.state, "index.tdb")

    def index_bytes(self):
        """None where there is no index."""
        if not os.path.exists(self.index()):
            return None
        with open(self.index(), "rb") as file:
            return file.read()

    def listing(self):
        """Names of all files, whatever generation a base is of."""
        found = []
        for directory in (self.state, self.libvirt):
            found += os.listdir(directory) if os.path.isdir(directory) else []
        return sorted(_BASE.sub("base-N.tdb", name) for name in found)


def only_ipv4(answers):
    """Those lines of State.answers that Trial.asked_here() has, too."""
    return [line for line in answers.splitlines() if "(IPv6)" not in line and "libtdb" not in line]
