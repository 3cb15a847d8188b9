"""How much is measured."""
from dataclasses import dataclass

import leases

ALL_SIZES = (1, 253, 4_096, 65_536, 1_000_000)
QUICK_SIZES = (1, 253, 4_096)


@dataclass(frozen=True)
class Plan:
    sizes: tuple
    rounds: int  # of batches of lookups
    batch: float  # seconds of one batch
    fresh: int  # first lookups of fresh processes
    threads: float  # seconds of one run of threads
    events: int  # rounds of events
    events_each: int  # events of one contender in a round
    syncs: int
    seconds: float  # for one contender, size and measurement; then it has no more turns
    fill: float  # seconds in which an index is filled by events


def full(sizes, factor):
    return Plan(sizes, rounds=_times(15, factor), batch=0.010, fresh=_times(60, factor), threads=0.100,
                events=_times(30, factor), events_each=8, syncs=3, seconds=8 * max(factor, 1.0), fill=150)


def quick(sizes, factor):
    return Plan(sizes, rounds=_times(9, factor), batch=0.003, fresh=_times(12, factor), threads=0.040,
                events=_times(6, factor), events_each=4, syncs=1, seconds=1.0, fill=4)


def _times(count, factor):
    return max(3, round(count * factor))


def size(text):
    """A number of leases, for the command line."""
    number = int(text.replace("_", ""))
    if not 1 <= number <= leases.MOST:
        raise ValueError
    return number
