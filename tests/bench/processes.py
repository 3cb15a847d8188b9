"""The helpers that run as long as the bench does, and are told line by line what to measure."""
import os
import subprocess
from typing import NamedTuple

import sandbox
from trouble import Trouble


class Helper:
    """A program that answers each line with a line of numbers."""

    def __init__(self, argv, environment=None, binds=()):
        self.title = os.path.basename(argv[0])
        self.process = subprocess.Popen(
            sandbox.command(list(binds), argv), env={"PATH": os.environ["PATH"], **(environment or {})},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def ask(self, line):
        try:
            self.process.stdin.write(line + "\n")
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            raise Trouble(f"{self.title} ended at the command {line.split()[:4]}")
        return [int(word) for word in answer.split()]

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Batch(NamedTuple):
    calls: int
    nanoseconds: int
    found: int
    faults: int

    @property
    def each(self):
        """Microseconds of one call."""
        return self.nanoseconds / self.calls / 1000


class Lookups(Helper):
    """bench-lookups: see its head for the commands."""

    def ask(self, line):
        return Batch(*super().ask(line))


class Ended(NamedTuple):
    nanoseconds: int
    status: int
    memory: int  # KiB

    @property
    def milliseconds(self):
        return self.nanoseconds / 1e6


class Spawner(Helper):
    """bench-spawn. Programs get the environment that they are given, and nothing else."""

    def run(self, argv, environment):
        words = [f"{name}={value}" for name, value in environment.items()]
        return Ended(*self.ask("\t".join([str(len(argv)), *argv, *words])))
