"""One lookup by the module's own function, its mapping warm."""
from asking import HIT, MISS, REVERSE, Asking, close, measure, prepare
from contenders import CONSTANT, services


def run(bench):
    found = services(bench.programs, bench.results)
    prepare(bench, found)
    jobs, asking = {}, []
    for site in bench.sites:
        for service in found:
            if not service.can(site):
                bench.results.note(f"{service.title}: not with {site.size:,} leases, a lookup takes most of a second")
                continue
            one = Asking(bench, service, site)
            asking.append(one)
            for what, verb in _asked(service):
                jobs[what, service.title, site.size] = one.job(verb, what)
    measure(bench, "module", jobs)
    close(asking)


def _asked(service):
    if service.hits:
        yield HIT, "name"
    if service.misses:
        yield MISS, "name"
    # libvirt's modules have no answer to this.
    if not service.name.startswith("libvirt") and service.title != CONSTANT:
        yield REVERSE, "address"
