"""System calls of our programs, by strace: lists them, and has it kill the program or make a call fail at one of them.

strace counts the calls of each name apart, so a point is a name and which call of that name it is. What a program
starts is not traced: nothing is to depend on it."""
import collections
import os
import re
import shutil

STRACE = shutil.which("strace")

# name, which of this name (from 1), and what strace said of it
Call = collections.namedtuple("Call", "name nth text")

_LINE = re.compile(r"([a-z0-9_]+)\(")
# The first thing that our programs do themselves. What comes before is the dynamic loader's.
_START = re.compile(r"rt_sigaction\(SIGPIPE")
_FEWEST = 15  # calls of a run that does nothing but read
# A program that counts what is reached writes its counts last: what happens there is not ours.
_COUNTS = '.gcda"'
# They do not fail, and nothing that others see happens at them.
_HARMLESS = ("exit_group", "rt_sigaction", "execve", "getpid")
# How often a script is listened to differs from run to run. It has a pipe.
_LISTENING = ("poll", "read", "ioctl")


def works(site):
    """May this process trace others here?"""
    return STRACE is not None and site.run("/bin/true", prefix=[STRACE, "-o", "/dev/null"]).returncode == 0


def calls(site, command):
    """All calls that a run of `command` on the site makes, from its start on. The site is changed by it. RuntimeError
    when that are so few that the start was missed."""
    output = os.path.join(site.top, "strace")
    command.on(site, prefix=[STRACE, "-o", output])
    counts, found, started, listening = collections.Counter(), [], False, False
    with open(output, encoding="utf-8", errors="replace") as file:
        for text in file:
            text = text.strip()
            match = _LINE.match(text)
            if _COUNTS in text:
                break
            if match is None:
                continue
            counts[match[1]] += 1
            started = started or _START.match(text) is not None
            listening = listening or match[1] == "pipe2"
            if started and match[1] not in _HARMLESS and not (listening and match[1] in _LISTENING):
                found.append(Call(match[1], counts[match[1]], text))
    os.unlink(output)
    if len(found) < _FEWEST:
        raise RuntimeError(f"{command.argv(site)}: of its system calls, only {len(found)} were seen")
    return found


def _injecting(call, what, *options):
    return [STRACE, *options, "-e", f"trace={call.name}", "-e", f"inject={call.name}:{what}"]


def killing(call):
    """What stands before a command that is killed at the entry of a call, which then has no effect."""
    return _injecting(call, f"signal=KILL:when={call.nth}", "-o", "/dev/null")


def stopping(name):
    """What stands before a command that is stopped at its first call of a name."""
    return _injecting(Call(name, 1, ""), "signal=STOP:when=1", "-o", "/dev/null")


def failing(call, errno, forever, output):
    """What stands before a command of which a call fails, and, if `forever`, all of that name that follow."""
    how = f"error={errno}" if not errno.isdigit() else f"retval={errno}"
    return _injecting(call, f"{how}:when={call.nth}{'+' if forever else ''}", "-o", output)
