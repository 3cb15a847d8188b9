"""The programs beside this file: host processes, each with something wrong."""
import os

_CANCELLED = 4000
_RELOADED = 10_000
_JUMPING = 2  # seconds


def once(part):
    for site in (part.small, part.large):
        part.call("descriptors", os.path.join(part.place, "descriptors"), site=site)
        part.call("stack", site=site)
        part.call("failing", int(site is part.large), site=site)
        at_random(part, site, _JUMPING, 0)


def at_random(part, site, jumping, seconds):
    """Those that meet other moments each time."""
    part.call("jumps", jumping, site=site, seconds=jumping)
    part.call("cancelled", _CANCELLED, seconds, site=site, seconds=seconds)
    part.call("reloaded", _RELOADED, seconds, site=site, seconds=seconds)


def until_over(part):
    while part.options.time_left() > 0 and part.failures == 0:
        share = max(1, min(60, int(part.options.time_left() / 4)))
        at_random(part, part.options.random.choice((part.small, part.large)), share, share)
