"""The first lookup of a process that has loaded the module but never used it, and what memory that takes."""
import subprocess
from typing import NamedTuple

import sandbox
from asking import Asking, prepare
from contenders import CONSTANT, OURS, services
from processes import ENVIRONMENT
from sampling import interleave
from sites import bases
from trouble import Trouble

_MORE = 10_000  # lookups after the first, for the memory of a process that looks up a lot


class Fresh(NamedTuple):
    nanoseconds: int
    found: int
    faults: int
    grown: int  # KiB of resident memory, by this lookup
    peak: int  # KiB, after it
    peak_later: int  # KiB, after the others


def run(bench):
    found = [service for service in services(bench.programs, bench.results) if service.title != CONSTANT]
    prepare(bench, found)
    jobs, asking = {}, []
    for site in bench.sites:
        for service in found:
            if not service.can(site):
                continue
            jobs["exec", service, site] = _Exec(bench, service, site)
            if service.fast:
                one = Asking(bench, service, site)
                asking.append(one)
                jobs["fork", service, site] = lambda one=one: one.helper.ask("fork 0 1")
    samples = interleave(jobs, bench.plan.fresh, bench.plan.seconds)
    for (how, service, site), values in samples.items():
        _add(bench, how, service, site, values)
    for one in asking:
        one.helper.close()


class _Exec:
    """Starts a new process for each sample, with another name."""

    def __init__(self, bench, service, site):
        more = _MORE if service.fast else 0
        self.argv = [bench.programs.fresh, service.file, service.name, site.queries(service.queries)]
        self.more = str(more)
        self.environment = {**ENVIRONMENT, **service.environment(site)}
        self.binds = service.binds(site)
        self.found = service.found("hit")
        self.place = 0

    def __call__(self):
        self.place += 7919
        command = sandbox.command(self.binds, [*self.argv, str(self.place), self.more])
        done = subprocess.run(command, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            raise Trouble(f"a first lookup failed: {done.stderr.strip()}")
        sample = Fresh(*map(int, done.stdout.split()))
        if sample.found != self.found:
            raise Trouble(f"a first lookup found {sample.found}: {' '.join(command)}")
        return sample


def _add(bench, how, service, site, samples):
    key = (service.title, site.size)
    times = [sample.nanoseconds / 1000 for sample in samples]
    if how == "fork":
        bench.results.add("first", "forked process", *key, "µs", times)
        return
    bench.results.add("first", "new process", *key, "µs", times)
    bench.results.add("first memory", "page faults", *key, "", [sample.faults for sample in samples])
    bench.results.add("first memory", "grown by, KiB", *key, "KiB", [sample.grown for sample in samples])
    bench.results.add("first memory", "peak, KiB", *key, "KiB", [sample.peak for sample in samples])
    if service.fast:
        bench.results.add("first memory", "peak after 10,001, KiB", *key, "KiB",
                          [sample.peak_later for sample in samples])
    if service.title == OURS[0]:
        files = 1 + bool(bases(site.environment["LVINDEX_DIR"]))
        bench.results.add("first memory", "files of the index", "", site.size, "", [files])
