"""Samples that noise hits alike: whoever is compared takes turns."""
import statistics
import time

from trouble import Trouble

_FEWEST = 3  # samples of who is so slow that its time is up


def interleave(jobs, rounds, seconds):
    """Runs each of the jobs (key -> function) once a round, and begins each round with another one. Who has had its
    seconds gets no more turns. Returns key -> what the function returned each time."""
    samples = {key: [] for key in jobs}
    spent = dict.fromkeys(jobs, 0.0)
    keys = list(jobs)
    for turn in range(rounds):
        first = turn * len(keys) // rounds
        for key in keys[first:] + keys[:first]:
            if spent[key] > seconds and len(samples[key]) >= _FEWEST:
                continue
            begin = time.monotonic()
            samples[key].append(jobs[key]())
            spent[key] += time.monotonic() - begin
    return samples


class BatchJob:
    """A helper's command for so many calls that they take about `seconds`: the time of one, in microseconds."""

    MOST = 200_000

    def __init__(self, helper, command, found, seconds, warm=0):
        self.helper = helper
        self.command = command
        self.found = found  # of one call
        # All that there is once, so that later only what is asked costs something.
        self.count = warm or 1
        self()
        for self.count in (1, 30):
            each = max(self() or 0, 0.01)
            if each * self.count > seconds * 1e5:
                break
        self.count = max(1, min(self.MOST, int(seconds * 1e6 / each)))

    def __call__(self):
        batch = self.helper.ask(f"{self.command} {self.count}")
        if batch.calls == 0:
            return None
        if batch.found != batch.calls * self.found:
            raise Trouble(f"{self.helper.title}: {batch.found} found of {batch.calls}: {self.command}")
        return batch.each


def percentile(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


median = statistics.median
