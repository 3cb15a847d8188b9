"""One try on a copy of a case's directories: what is there before and after, as fresh processes and this one see it."""
import collections
import json
import os
import re
import shutil

from common import module
from common.site import Site

_COPIED = ("state", "libvirt", "definitions", "config", "hosts")
_BASE = re.compile(r"base-[0-9]+\.tdb")


class State(collections.namedtuple("State", "leases entries answers files hosts told")):
    """What others can see: the leases and the other entries as lvindex-dump prints them, what a fresh process is
    answered to the case's questions, libvirt's files, the hosts file, and what it would be now. Times at which
    something was heard differ from run to run, and are left out."""

    def difference(self, other):
        """A few words for people."""
        return "; ".join(f"{name}: {_first_difference(ours, theirs)}"
                         for name, ours, theirs in zip(self._fields, self, other) if ours != theirs)

    def same_index(self, other):
        return self[:3] == other[:3]


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
                        options.built("nss"), *case.names]
        for ours, its in ((getattr(self, name), getattr(case.site, name)) for name in _COPIED):
            os.rmdir(ours)
            if os.path.isdir(its):
                shutil.copytree(its, ours)

    def seen(self):
        """RuntimeError when a program fails, or complains of something that the case did not damage."""
        hosts = self._finished(self.hosts)
        told = self.run(self.dump, "--hosts").stdout if hosts else None
        return State(*self._dumped(), self._answers(), self._finished(self.libvirt), hosts, told)

    def _dumped(self):
        done = self.run(self.dump, "--json")
        if not os.path.exists(self.index()):
            return None, None
        if (done.returncode != 0 or done.stderr) and not self.case.damaged:
            raise RuntimeError(f"lvindex-dump: status {done.returncode}: {done.stderr.decode(errors='replace')}")
        told = json.loads(done.stdout)
        return _as_text(told["leases"]), _as_text(told["entries"])

    def _answers(self):
        done = self.run(*self._asking)
        if done.returncode != 0:
            raise RuntimeError(f"reliability-ask: status {done.returncode}: {done.stderr.decode()}")
        if b"libtdb finds damage" in done.stdout and not self.case.damaged:
            raise RuntimeError(done.stdout.decode())
        return done.stdout.decode()

    @staticmethod
    def _finished(directory):
        """The content of all files but what is still being written and what is hidden: that nobody reads."""
        found = {}
        for name in sorted(os.listdir(directory)) if os.path.isdir(directory) else ():
            if not name.endswith(".new") and not name.startswith("."):
                with open(os.path.join(directory, name), "rb") as file:
                    found[name] = file.read()
        return found

    def asked_here(self, askers):
        """The answers of this process's modules, but for IPv6 addresses of names. They keep their mappings from one
        question to the next."""
        module.use(self.state)
        lines = []
        for question in self.case.names:
            for asker in askers:
                status, found = asker.reverse(question) if _is_address(question) else asker.ask(question)[:2]
                if status != module.NOTFOUND:
                    told = found if status == module.SUCCESS else [f"status {status}"]
                    lines.append(" ".join([f"{asker.name}: {question}", *told]))
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
        for directory in (self.state, self.libvirt, self.hosts):
            found += os.listdir(directory) if os.path.isdir(directory) else []
        return sorted(_BASE.sub("base-N.tdb", name) for name in found)


def _is_address(question):
    return ":" in question or question.replace(".", "").isdigit()


def _as_text(entries):
    """Sorted: entries of a kind, or names of an address, stand in no order that one could rely on."""
    for entry in entries:
        entry.pop("last-heard", None)
    return json.dumps(sorted(entries, key=lambda entry: json.dumps(entry, sort_keys=True)), indent=0)


def only_ipv4(answers):
    """Those lines of State.answers that Trial.asked_here() has, too."""
    return [line for line in answers.splitlines() if "(IPv6)" not in line and "libtdb" not in line]
