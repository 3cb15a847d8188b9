"""Allocations that fail, and reads and writes that transfer less than was asked for."""
import os

from common.trial import Trial
from judging import Verdict


def _preload(options, **faults):
    return {"LD_PRELOAD": options.built("tests/reliability/faults/fault-preload.so"),
            **{f"FAULT_{what.upper()}": str(value) for what, value in faults.items()}}


def allocations(options, case):
    """How many a run of the case makes."""
    with Trial(options, case) as trial:
        count = os.path.join(trial.top, "count")
        case.run.on(trial, **_preload(options, count=count))
        with open(count, encoding="ascii") as file:
            return int(file.read())


def try_allocation(options, case, expected, nth, forever):
    """What is wrong when the nth allocation fails, and, if `forever`, all that follow; or None."""
    return _try(options, case, expected, allocation=f"{nth}{'+' if forever else ''}")


def try_short(options, case, expected, most):
    """What is wrong when no more than so many bytes are transferred at a time, or None."""
    return _try(options, case, expected, short=most)


def _try(options, case, expected, **faults):
    with Trial(options, case) as trial:
        verdict = Verdict(trial, expected, case.run.on(trial, **_preload(options, **faults)))
        return verdict.problem() or verdict.problem_after()
