"""The helpers that run as long as the bench does, and are told line by line what to measure."""
import os
import subprocess
from typing import NamedTuple

import sandbox
from trouble import Trouble


# What a program that somebody has started from a shell finds: a module that asks for a variable pays for all of them.
ENVIRONMENT = {
    "PATH": os.environ["PATH"], "SHELL": "/bin/bash", "PWD": "/home/someone/src", "LOGNAME": "someone",
    "XDG_SESSION_TYPE": "tty", "HOME": "/home/someone", "LANG": "C.UTF-8", "LS_COLORS": "rs=0:di=01;34:ln=01;36",
    "SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22", "LESSCLOSE": "/usr/bin/lesspipe %s %s",
    "XDG_SESSION_CLASS": "user", "TERM": "xterm-256color", "LESSOPEN": "| /usr/bin/lesspipe %s", "USER": "someone",
    "SHLVL": "1", "XDG_SESSION_ID": "7", "XDG_RUNTIME_DIR": "/run/user/1000", "SSH_CLIENT": "192.0.2.1 50000 22",
    "EDITOR": "vim", "SSH_TTY": "/dev/pts/0", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/user/1000/bus",
    "OLDPWD": "/home/someone", "MAIL": "/var/mail/someone", "HISTSIZE": "10000", "_": "/usr/bin/ssh",
}


class Helper:
    """A program that answers each line with a line of numbers."""

    def __init__(self, argv, environment=None, binds=()):
        self.title = os.path.basename(argv[0])
        self.process = subprocess.Popen(
            sandbox.command(list(binds), argv), env={**ENVIRONMENT, **(environment or {})},
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
