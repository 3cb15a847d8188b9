"""lvindex-sync: an index from nothing, out of libvirt's .status and .macs, then passes that find nothing new."""
import os
import shutil

import files
from sites import LARGEST_STATUS, hook_environment
from trouble import Trouble

_SMALL = 256  # leases of one of many networks

SCRATCH, AGAIN, ONCE_MORE = "from scratch", "second pass", "third pass"
SHAPES = ("one network", f"networks of {_SMALL}")


def run(bench):
    places = []
    for site in bench.sites:
        if site.size <= LARGEST_STATUS:
            places.append((site, SHAPES[0], site.libvirt))
            places.append((site, SHAPES[1], _many_networks(site)))
    files.settle()
    for site, shape, directory in places:
        _measure(bench, site, shape, directory)


def _many_networks(site):
    directory = f"{site.directory}/many"
    files.write_networks(directory, site.leases, _SMALL)
    return directory


def _measure(bench, site, shape, directory):
    state = f"{site.directory}/sync-index"
    environment = hook_environment(state, directory, f"{site.directory}/definitions")
    passes = {SCRATCH: [], AGAIN: [], ONCE_MORE: []}
    for _ in range(bench.plan.syncs):
        for ended in passes.values():
            ended.append(bench.spawner.run([bench.programs.sync], environment))
            if ended[-1].status != 0 or not os.path.exists(f"{state}/index.tdb"):
                raise Trouble(f"lvindex-sync of {directory}: exit status {ended[-1].status}")
        shutil.rmtree(state)
    for what, ended in passes.items():
        bench.results.add("sync", what, shape, site.size, "ms", [each.milliseconds for each in ended])
    bench.results.add("sync memory", SCRATCH, shape, site.size, "MB",
                      [each.memory * 1024 / 1e6 for each in passes[SCRATCH]])
