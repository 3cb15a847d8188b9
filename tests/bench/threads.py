"""Threads of one process that all look up names, against one thread that does."""
import os

from asking import Asking, close, prepare
from contenders import EMPTY, OURS, services
from sampling import interleave, median
from trouble import Trouble

COUNT = 8
EFFICIENCY = "% of what the cores can"
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
        _add_efficiency(bench, site.size, {service.title: _gains(samples, service, site) for service in found})
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


def _gains(samples, service, site):
    """How many times as fast all threads are as the one that ran just before."""
    return [all_ / one for one, all_ in zip(samples[1, service, site], samples[COUNT, service, site])]


def _add_efficiency(bench, leases, gains):
    most = min(COUNT, cores())
    # Other processes need the cores as well: threads that have nothing in common show what there is.
    floor = min(most, median(gains[EMPTY]))
    for what, of in ((f"% of {most} cores", most), (EFFICIENCY, floor)):
        for who in OURS:
            bench.results.add("threads", what, who, leases, "%", [100 * gain / of for gain in gains[who]])
