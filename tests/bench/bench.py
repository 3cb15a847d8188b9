"""What all measurements share."""
import functools
import sys

from contenders import Programs
from processes import Spawner
from results import Results
from sites import Site


class Bench:
    def __init__(self, plan, build, directory):
        self.plan = plan
        self.directory = directory
        self.programs = Programs(build)
        self.results = Results()
        self.sites = [Site(self, size) for size in plan.sizes]

    @functools.cached_property
    def spawner(self):
        return Spawner([self.programs.spawn])

    @staticmethod
    def say(text):
        """To whoever waits."""
        print(f"bench: {text}", file=sys.stderr, flush=True)
