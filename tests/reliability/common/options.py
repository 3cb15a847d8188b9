"""The two ways to run a part: once through, as CI does, or for as long as one wants."""
import argparse
import os
import random
import sys
import time

SKIPPED = 77  # what meson takes for a test that could not run here


class Options:
    """What a part is told, and how it tells what it found."""

    def __init__(self, name, about):
        parser = argparse.ArgumentParser(prog=name, description=about)
        parser.add_argument("--duration", type=float, metavar="SECONDS",
                            help="go on for so long, at random (default: once through, in about a minute)")
        parser.add_argument("--seed", type=int, help="repeat an earlier run (default: another one each time)")
        given = parser.parse_args()
        self.name = name
        self.duration = given.duration
        self.seed = random.SystemRandom().randrange(1 << 32) if given.seed is None else given.seed
        self.random = random.Random(self.seed)
        self.build = os.path.abspath(os.environ.get("BUILD", "build"))
        self._began = time.monotonic()
        print(f"{name}: seed {self.seed}", flush=True)

    def long(self):
        """Was a duration asked for?"""
        return self.duration is not None

    def time_left(self):
        """Seconds; 0 in a run without a duration."""
        return max(0.0, self._began + (self.duration or 0) - time.monotonic())

    def built(self, path):
        """The path of something that meson built."""
        return os.path.join(self.build, path)

    def figure(self, what, value):
        """One line for docs/reliability.md and for whoever reads the log."""
        print(f"figure: {self.name}: {what}: {value}", flush=True)

    def progress(self, text):
        """Where a long run is, for people."""
        if sys.stderr.isatty():
            print(f"\r{self.name}: {text}\033[K", end="", file=sys.stderr, flush=True)


def skip(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(SKIPPED)
