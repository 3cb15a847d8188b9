"""Processes that ask one service at one site."""
from processes import Lookups
from sampling import BatchJob, interleave
from sites import LARGEST_STATUS

HIT, MISS, REVERSE = "hit", "miss", "reverse"
_LISTS = {HIT: 0, MISS: 1, REVERSE: 2}


def prepare(bench, found):
    """Writes all that the services need, and makes the indexes, so that nothing of it happens between measurements."""
    for site in bench.sites:
        for service in found:
            if service.can(site):
                service.binds(site)
                for kind in (service.queries, "miss", "address"):
                    site.queries(kind)
        if site.size > LARGEST_STATUS:
            site.write_plain_files()
        else:
            site.libvirt
    for site in bench.sites:
        site.environment


class Asking:
    def __init__(self, bench, service, site, module=True, environment=None, binds=()):
        argv = [bench.programs.lookups]
        if module:
            argv += ["--module", service.file, service.name]
        argv += [site.queries(kind) for kind in (service.queries, "miss", "address")]
        self.helper = Lookups(argv, {**service.environment(site), **(environment or {})},
                              [*service.binds(site), *binds])
        self.service = service
        self.site = site
        self.seconds = bench.plan.batch

    def job(self, verb, what):
        warm = self.site.size if self.service.fast else 0
        return BatchJob(self.helper, f"{verb} {_LISTS[what]}", self.service.found(what), self.seconds, warm)


def measure(bench, group, jobs):
    """jobs: (what, who, leases) -> BatchJob."""
    order = (HIT, MISS, REVERSE)
    jobs = {key: jobs[key] for key in sorted(jobs, key=lambda key: order.index(key[0]))}
    for key, values in interleave(jobs, bench.plan.rounds, bench.plan.seconds).items():
        bench.results.add(group, *key, "µs", values)


def close(asking):
    for one in asking:
        one.helper.close()
