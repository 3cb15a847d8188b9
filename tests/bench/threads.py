"""Threads of one process that all look up names, against one thread that does."""
import os

from asking import Asking, close, prepare
from contenders import EMPTY, OURS, services
from sampling import interleave
from trouble import Trouble

COUNT = 8
_WARM = 2.0  # seconds, at most


def run(bench):
    found = [service for service in services(bench.programs, bench.results) if service.title in (*OURS, EMPTY)]
    prepare(bench, found)
    jobs, asking = {}, []
    for site in bench.sites:
        for service in found:
            one = Asking(bench, service, site)
            asking.append(one)
            # Each thread may have a mapping of its own: all of them are to be warm.
            one.helper.ask(f"threads 0 {COUNT} {int(1000 * min(_WARM, 0.1 + site.size / 200_000))}")
            for count in (1, COUNT):
                jobs[count, service, site] = _Rate(one, count, bench.plan.threads)
    samples = interleave(jobs, bench.plan.rounds, bench.plan.seconds)
    for (count, service, site), values in samples.items():
        what = f"{count} thread{'s' * (count > 1)}"
        bench.results.add("threads", what, service.title, site.size, "million/s", values)
    for site in bench.sites:
        for service in found:
            _add_efficiency(bench, service.title, site.size)
    close(asking)


def cores():
    return len(os.sched_getaffinity(0))


class _Rate:
    def __init__(self, asking, count, seconds):
        self.asking = asking
        self.command = f"threads 0 {count} {int(seconds * 1000)}"

    def __call__(self):
        batch = self.asking.helper.ask(self.command)
        if batch.found != batch.calls * self.asking.service.found("hit"):
            raise Trouble(f"{batch.found} found of {batch.calls}: {self.command}")
        return batch.calls / batch.nanoseconds * 1000


def _add_efficiency(bench, who, leases):
    one, all_ = (bench.results.median("threads", what, who, leases) for what in ("1 thread", f"{COUNT} threads"))
    bench.results.add("threads", "of what the cores can", who, leases, "%", [100 * all_ / (one * min(COUNT, cores()))])
