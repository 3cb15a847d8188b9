"""What lvindex promises, each as one line: the figure, the limit, met or MISSED. Only what was measured is judged."""
from dataclasses import dataclass

import table
from asking import HIT, MISS, REVERSE
from commits import ONE, STALE
from contenders import CONSTANT, EMPTY, OURS
from disk import ALL_ANSWERS
from event_times import MIRROR, ORIGINAL, PLAIN
from syncs import AGAIN, ONCE_MORE, SCRATCH
from threads import COUNT, EFFICIENCY

_BASE = 253  # leases that growth is counted from
_FEW_FAULTS = 32  # some for each file and none for each lease: read as a whole, 4,096 leases cost more
_FEW_CALLS = 10  # system calls in 10,000 lookups: the one a second that notices an index replaced by other means


@dataclass
class Line:
    what: str
    leases: int  # None: of none in particular
    figure: float
    limit: float
    unit: str
    at_least: bool = False

    @property
    def met(self):
        return self.figure >= self.limit if self.at_least else self.figure <= self.limit

    def cells(self):
        sign = ">=" if self.at_least else "<="
        leases = "" if self.leases is None else f"{self.leases:,}"
        return [self.what, leases, table.number(self.figure), f"{sign} {table.number(self.limit)}", self.unit,
                "met" if self.met else "MISSED"]

    def as_json(self):
        return {"what": self.what, "leases": self.leases, "figure": self.figure, "limit": self.limit, "unit": self.unit,
                "at_least": self.at_least, "met": self.met}


def judge(results):
    lines = []
    for rule in (_module, _system_calls, _getaddrinfo, _first, _faults, _threads, _commit, _event, _growth, _mirror,
                 _sync, _disk):
        lines += rule(results)
    return lines


def text(lines):
    rows = [["", "leases", "figure", "target", "", ""], *(line.cells() for line in lines)]
    missed = sum(not line.met for line in lines)
    end = f"{len(lines) - missed} met, {missed} missed"
    return "\n".join(["", "Targets", *table.align(rows, 1), "", end, ""])


def _by_size(leases, small, medium, large):
    return small if leases <= 4_096 else medium if leases <= 65_536 else large


def _worst(results, group, whats, whos, leases):
    found = [results.median(group, what, who, leases) for what in whats for who in whos]
    return max((value for value in found if value is not None), default=None)


def _each(results, group, whats, whos):
    """(leases, the worst of the figures) for each number of leases that has one."""
    for leases in results.sizes(group):
        value = _worst(results, group, whats, whos, leases)
        if value is not None:
            yield leases, value


def _module(results):
    for leases, value in _each(results, "module", (HIT, MISS, REVERSE), OURS):
        yield Line("one lookup, module call, warm: the slowest of hit, miss, reverse", leases, value,
                   _by_size(leases, 0.25, 0.6, 1.0), "µs")


def _system_calls(results):
    for leases, value in _each(results, "system calls", (HIT, MISS, REVERSE), OURS):
        yield Line("system calls in 10,000 such lookups", leases, value, _FEW_CALLS, "")


def _getaddrinfo(results):
    for leases in results.sizes("getaddrinfo"):
        for what, floor in ((HIT, CONSTANT), (MISS, EMPTY)):
            ours = _worst(results, "getaddrinfo", (what,), OURS, leases)
            theirs = results.median("getaddrinfo", what, floor, leases)
            if ours is not None and theirs is not None:
                yield Line(f"getaddrinfo, {what}, against the {floor}", leases, ours / theirs,
                           _by_size(leases, 1.2, 1.5, 1.7), "x")


def _first(results):
    for leases, value in _each(results, "first", ("new process",), OURS):
        files = results.median("first memory", "files of the index", "", leases)
        yield Line(f"first lookup of a new process, {'one file' if files == 1 else 'two files'}", leases, value,
                   30 if files == 1 else 60, "µs")


def _faults(results):
    faults = dict(_each(results, "first memory", ("page faults",), OURS))
    if faults:
        yield Line("its page faults", max(faults), faults[max(faults)], _FEW_FAULTS, "")


def _threads(results):
    for leases in results.sizes("threads"):
        values = [results.median("threads", EFFICIENCY, who, leases) for who in OURS]
        yield Line(f"{COUNT} threads, of the rate that the cores can", leases, min(values), 85, "%", at_least=True)


def _commit(results):
    """After one event; what comes after several, or after a new base, is shown but not judged: the old file is gone by
    then, and whoever has it mapped last has to free it."""
    for leases, value in _each(results, "commit", (ONE,), OURS):
        yield Line(f"first lookup after {ONE}", leases, value, 60, "µs")
    for leases, value in _each(results, "commit", (STALE,), OURS):
        yield Line("answers of the old index after a commit", leases, value, 0, "")


def _against_original(results, who):
    for leases in results.sizes("event"):
        ours, theirs = (results.median("event", "median", each, leases) for each in (who, ORIGINAL))
        if ours is not None and theirs is not None:
            yield leases, theirs / ours


def _event(results):
    for leases, times in _against_original(results, PLAIN):
        yield Line("event, plain: how many times as fast as leaseshelper", leases, times,
                   6 if leases < 65_536 else 100, "x", at_least=True)


def _growth(results):
    medians = dict(_each(results, "event", ("median",), (PLAIN,)))
    for leases, value in medians.items():
        if leases >= 65_536 and _BASE in medians:
            yield Line(f"event, plain, against that with {_BASE}", leases, value / medians[_BASE],
                       1.5 if leases <= 65_536 else 2, "x")


def _mirror(results):
    for leases, times in _against_original(results, MIRROR):
        yield Line("event, libvirt: how many times as fast as leaseshelper", leases, times, 4, "x", at_least=True)


def _sync(results):
    shapes = dict.fromkeys(figure.who for figure in results.of("sync"))
    for shape in shapes:
        for leases, value in _each(results, "sync", (SCRATCH,), (shape,)):
            if leases == 65_536:
                yield Line(f"lvindex-sync from scratch, {shape}", leases, value / 1000, 1.5, "s")
                yield Line("its peak memory", leases, results.median("sync memory", SCRATCH, shape, leases), 250, "MB")
                again = _worst(results, "sync", (AGAIN, ONCE_MORE), (shape,), leases)
                yield Line("a pass with nothing changed", leases, again, 20, "ms")


def _disk(results):
    for leases, value in _each(results, "disk", (ALL_ANSWERS,), ("index",)):
        yield Line("disk, a lease with all answers", leases, value, 640, "bytes")
