"""One lease event, as a whole process from its start to its end: on a site of a plain dnsmasq, on one of libvirt's,
and by libvirt's own helper."""
import itertools

import sandbox
from events import Events
from processes import Spawner
from sampling import interleave, percentile
from sites import LARGEST_STATUS
from trouble import Trouble

PLAIN, MIRROR, ORIGINAL, FLOOR = "lvindex-hook", "lvindex-hook, libvirt", "leaseshelper", "/bin/true"


def run(bench):
    plan = bench.plan
    jobs = {}
    for site in bench.sites:
        _write_files(site)
    for site in bench.sites:
        jobs.update(((who, site), job) for who, job in _contenders(bench, site))
    for (who, site), samples in interleave(jobs, plan.events, 4 * plan.seconds).items():
        ended = list(itertools.chain(*samples))
        _add(bench, who, site, ended)
    for (who, _), job in jobs.items():
        if who == ORIGINAL:
            job.spawner.close()


def _write_files(site):
    site.write_plain_files()
    if site.size <= LARGEST_STATUS:
        site.libvirt, site.original


def _contenders(bench, site):
    each = bench.plan.events_each
    yield PLAIN, _Program(bench.spawner, bench.programs.hook, site, site.plain_environment, each)
    if site.size <= LARGEST_STATUS:
        libvirt = {**site.libvirt_environment, "VIR_BRIDGE_NAME": "virbr0"}
        yield MIRROR, _Program(bench.spawner, bench.programs.hook, site, libvirt, each)
    if bench.programs.original is None:
        bench.results.note("leaseshelper: the package libvirt-daemon is not installed")
    elif site.size > LARGEST_STATUS:
        bench.results.note(f"leaseshelper: not with {site.size:,} leases, an event takes seconds")
    else:
        spawner = Spawner([bench.programs.spawn], binds=[(site.original, sandbox.LIBVIRT_DIR)])
        yield ORIGINAL, _Program(spawner, bench.programs.original, site, {"VIR_BRIDGE_NAME": "virbr0"}, each)
    yield FLOOR, _Program(bench.spawner, bench.programs.true, site, {}, each)


class _Program:
    """Takes in the site's events, so many at a turn."""

    def __init__(self, spawner, program, site, environment, each):
        self.spawner = spawner
        self.program = program
        self.environment = environment
        self.events = iter(Events(site, 0))
        self.each = each
        for _ in range(2):
            self.next()  # the first event of a network takes over what is there

    def __call__(self):
        return [self.next() for _ in range(self.each)]

    def next(self):
        arguments, variables = next(self.events)
        ended = self.spawner.run([self.program, *arguments], {**self.environment, **variables})
        if ended.status != 0:
            raise Trouble(f"{self.program} {' '.join(arguments)}: exit status {ended.status}")
        return arguments[0], ended


def _add(bench, who, site, samples):
    # A `del` is no lease that is given, and not what a client waits for.
    times = [ended.milliseconds for action, ended in samples if action != "del"]
    bench.results.add("event", "median", who, site.size, "ms", times)
    bench.results.add("event", "99th percentile", who, site.size, "ms", [percentile(times, 0.99)])
    bench.results.add("event memory", "peak, KiB", who, site.size, "KiB", [ended.memory for _, ended in samples])
