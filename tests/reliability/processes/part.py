"""What all cases of this part share: two indexes, and a place to complain."""
import os
import subprocess
import sys

import machine

_LIMIT = 120  # seconds beyond a duration: a look-up that hangs ends here


class Part:
    def __init__(self, options, place):
        self.options = options
        self.place = place
        self.small = machine.site(options, place, "small")
        self.large = machine.site(options, place, "large", large=True)
        self.failures = 0

    def fail(self, text):
        self.failures += 1
        print(f"FAILED (seed {self.options.seed}): {text}", file=sys.stderr, flush=True)

    def check(self, fine, text):
        if not fine:
            self.fail(text)

    @staticmethod
    def note(text):
        print(f"note: {text}", flush=True)

    def program(self, name):
        return self.options.built(f"tests/reliability/processes/{name}")

    def environment(self, site):
        return {"LVINDEX_MODULES": self.options.built("nss"), "LVINDEX_DIR": site.state}

    def call(self, name, *arguments, site, seconds=0):
        """Runs a program on an index; what it tells becomes figures, and no file of the index may change."""
        before = machine.content(site)
        index = os.path.basename(site.top)
        command = [self.program(name), *map(str, arguments)]
        try:
            done = subprocess.run(command, env=self.environment(site), stdin=subprocess.DEVNULL, capture_output=True,
                                  text=True, errors="replace", timeout=seconds + _LIMIT, check=False)
        except subprocess.TimeoutExpired:
            self.fail(f"{index} index: {' '.join(command)} hangs")
            return
        if done.returncode != 0:
            self.fail(f"{index} index: {' '.join(command)}: status {done.returncode}\n{done.stderr.strip()}")
        self.check(machine.content(site) == before, f"{index} index: {' '.join(command)} changed a file of it")
        for line in done.stdout.splitlines():
            what, _, value = line.partition(": ")
            self.options.figure(f"{what}, {index} index", value)
