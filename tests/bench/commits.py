"""After a commit: the first lookup of a process that has the old index mapped, and whether it answers from that."""
import leases
from contenders import services
from events import event
from processes import Lookups
from sampling import interleave
from sites import bases
from trouble import Trouble

_FIRST_NEW = 20_000  # of the leases behind a site's own: the other measurements have those before
_SEVERAL = 5
ONE = "one event"
STALE = "answers of the old index"


def run(bench):
    ours = services(bench.programs, bench.results)[0]
    jobs = {}
    for site in bench.sites:
        site.write_plain_files()
    watched = [_Watched(bench, ours, site) for site in bench.sites]
    for one in watched:
        jobs[ONE, one] = lambda one=one: one.after_events(1)
        jobs[f"{_SEVERAL} events", one] = lambda one=one: one.after_events(_SEVERAL)
    for (what, one), values in interleave(jobs, bench.plan.fresh, bench.plan.seconds).items():
        bench.results.add("commit", what, ours.title, one.site.size, "µs", values)
    for one in watched:
        _add_fold(bench, ours, one)
        bench.results.add("commit", STALE, ours.title, one.site.size, "", [one.stale])
        one.helper.close()


def _add_fold(bench, ours, one):
    values = one.after_large_changes(bench.plan.syncs)
    if values:
        bench.results.add("commit", "a new large file", ours.title, one.site.size, "µs", values)


class _Watched:
    """A site, and a process that has its index mapped."""

    def __init__(self, bench, service, site):
        self.bench = bench
        self.site = site
        self.environment = site.plain_environment
        self.next_new = site.size + _FIRST_NEW
        self.turn = 0
        self.stale = 0
        self.helper = Lookups([bench.programs.lookups, "--module", service.file, service.name], self.environment)

    def _event(self, action, item, *more):
        arguments, variables = event(action, item, *more)
        ended = self.bench.spawner.run([self.bench.programs.hook, *arguments], {**self.environment, **variables})
        if ended.status != 0:
            raise Trouble(f"lvindex-hook {' '.join(arguments)}: exit status {ended.status}")

    def _look_up(self, name, found):
        """Microseconds."""
        batch = self.helper.ask(f"one {name}")
        self.stale += batch.found != found
        return batch.each

    def after_events(self, count):
        # The name that came last has gone since.
        self._look_up(leases.lease(self.next_new).host, 0)
        self.next_new += 1
        new = leases.lease(self.next_new)
        for i in range(count - 1):
            self.turn += 1
            self._event("old", leases.lease(i % self.site.size), leases.EXPIRY + 1_000_000 + self.turn)
        self._event("add", new)
        time = self._look_up(new.host, 1)
        self._event("del", new)
        return time

    def after_large_changes(self, count):
        """A third of the leases is renewed at once: too much for the small file of an index that has two. Nothing is
        returned where the index has one file."""
        state = self.environment["LVINDEX_DIR"]
        values = []
        for turn in range(1, count + 1):
            before = bases(state)
            if not before:
                break
            self.site.renew_leases(self.site.size // 3, turn + 1000)
            name = leases.lease(0).host
            self._look_up(name, 1)
            self.site.sync_plain(self.environment)
            time = self._look_up(name, 1)
            if bases(state) != before:
                values.append(time)
        return values
