"""The programs beside this file: host processes, each with something wrong."""
import os

_CANCELLED = 10_000
_RELOADED = 10_000
_NAMES = 200_000
_JUMPING = 1  # seconds


def once(part):
    for site in (part.small, part.large):
        large = int(site is part.large)
        part.call("descriptors", os.path.join(site.top, "descriptors"), site=site)
        part.call("stack", site=site)
        part.call("failing", large, site=site)
        part.call("filtered", large, site=site)
        part.call("beside_tdb", os.path.join(site.top, "own.tdb"), site=site)
        at_random(part, site, _JUMPING, 0)


def at_random(part, site, jumping, seconds):
    """Those that meet other moments each time."""
    part.call("jumps", jumping, site=site, seconds=jumping)
    part.call("cancelled", _CANCELLED, seconds, site=site, seconds=seconds)
    part.call("reloaded", _RELOADED, seconds, site=site, seconds=seconds)
    part.call("names", _NAMES, part.options.random.randrange(1 << 32), site=site)
