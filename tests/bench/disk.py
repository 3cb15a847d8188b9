"""Bytes that a lease takes in the index.

A lease has all answers (host, host.domain, guest, address) only if events have brought it: no file knows domains. So an
index is filled event by event, on a tmpfs, as far as the time allows.
"""
import os
import time

import leases
from events import event
from sites import LARGEST_STATUS, bases, hook_environment
from trouble import Trouble

_SMALLEST = 253  # leases below which a file's own header counts
ALL_ANSWERS, NO_DOMAIN = "all answers", "no domain"


def run(bench):
    for site in bench.sites:
        if site.size < _SMALLEST:
            continue
        _add(bench, NO_DOMAIN, site.size, site.environment["LVINDEX_DIR"])
        if site.size <= LARGEST_STATUS:
            _fill(bench, site)


def _fill(bench, site):
    state = f"/run/filled/{site.size}"
    environment = hook_environment(state, site.guests, f"{site.directory}/definitions")
    os.makedirs(os.path.dirname(state), exist_ok=True)
    bench.say(f"{site.size:,} events")
    deadline = time.monotonic() + bench.plan.fill
    for count, item in enumerate(site.leases):
        if time.monotonic() > deadline:
            bench.results.note(f"disk: time was for {count:,} of {site.size:,} leases with all answers")
            return
        _event(bench, environment, "add", item)
    # An event that folds keeps the old large file for the time of one more.
    if len(bases(state)) > 1:
        _event(bench, environment, "old", site.leases[0])
    _add(bench, ALL_ANSWERS, site.size, state)


def _event(bench, environment, action, item):
    arguments, variables = event(action, item, leases.EXPIRY)
    ended = bench.spawner.run([bench.programs.hook, *arguments], {**environment, **variables})
    if ended.status != 0:
        raise Trouble(f"lvindex-hook {' '.join(arguments)}: exit status {ended.status}")


def _add(bench, what, size, state):
    current = [f"{state}/index.tdb", *bases(state)]
    everything = [entry.path for entry in os.scandir(state)]
    bench.results.add("disk", what, "index", size, "bytes", [_bytes(current) / size])
    bench.results.add("disk", what, "whole directory", size, "bytes", [_bytes(everything) / size])


def _bytes(paths):
    return sum(os.stat(path).st_blocks * 512 for path in paths)
