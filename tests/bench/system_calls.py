"""How many system calls a lookup makes once the mapping is warm: strace counts those of two processes, of which one
looks up more names than the other. What both do besides is the same."""
import subprocess

from contenders import OURS, services
from trouble import Trouble

_FEW, _MANY = 10_000, 20_000


def run(bench):
    if bench.programs.strace is None:
        bench.results.note("system calls: strace is not installed")
        return
    for site in bench.sites:
        for service in services(bench.programs, bench.results):
            if service.title in OURS:
                for what, verb, kind in (("hit", "name", service.queries), ("miss", "name", "miss"),
                                         ("reverse", "address", "address")):
                    few, many = (_count(bench, service, site, verb, kind, calls) for calls in (_FEW, _MANY))
                    bench.results.add("system calls", what, service.title, site.size, "", [many - few])


def _count(bench, service, site, verb, kind, calls):
    output = f"{site.directory}/strace"
    done = subprocess.run(
        [bench.programs.strace, "-f", "-c", "-o", output,
         bench.programs.lookups, "--module", service.file, service.name, site.queries(kind)],
        env=service.environment(site), input=f"{verb} 0 {calls}\n", text=True, stdout=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise Trouble("strace does not work here")
    with open(output, encoding="ascii") as file:
        total = [line.split() for line in file if line.rstrip().endswith(" total")]
    # % time, seconds, usecs/call, calls, errors (may be missing), "total"
    return int(total[0][3])
