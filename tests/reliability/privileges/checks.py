"""What went wrong, told so that it can be repeated."""
import os
import sys


class Checks:
    def __init__(self, options):
        self.options = options
        self.failures = 0
        self.made = 0

    def expect(self, condition, case, what):
        """Counts, and complains unless `condition`; returns it."""
        self.made += 1
        if not condition:
            self.failures += 1
            print(f"FAILED: {case}: {what} (repeat: {os.path.abspath(sys.argv[0])} --seed {self.options.seed})",
                  flush=True)
        return condition

    def equal(self, expected, found, case, what):
        return self.expect(expected == found, case, f"{what}: expected {expected!r}, found {found!r}")

    def done(self, process, case, status=0):
        """A finished process of ours: its exit status, and no word on stderr if it is 0."""
        good = self.expect(process.returncode == status, case,
                           f"{process.args}: status {process.returncode}: {process.stderr!r}")
        if status == 0:
            good = self.expect(process.stderr == b"", case, f"{process.args}: said {process.stderr!r}") and good
        return good
