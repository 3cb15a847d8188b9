"""What a run may find around it: no room, nothing to write to, limits, closed or held descriptors, huge arguments,
leftovers. Each check takes (options, case, expected) and returns what is wrong, or None; it raises NotTried where the
case has nothing of the kind."""
import contextlib
import os
import re
import subprocess
import sys
import time

from common.trial import Trial
from judging import Verdict

_PAGE = 4096
_SOON = 10  # seconds; a run takes some milliseconds
_HELD = 1   # seconds; after them it still waits
_SHELL = ["/bin/sh", "-c"]


class NotTried(Exception):
    """Nothing was run."""


def can_mount():
    return subprocess.run(["unshare", "--mount", "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0


def private_mounts():
    """Restarts this program where its mounts are seen by nobody else."""
    if "LVINDEX_PRIVATE_MOUNTS" not in os.environ:
        os.environ["LVINDEX_PRIVATE_MOUNTS"] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--", *sys.orig_argv])


def _mount(*arguments):
    subprocess.run(["mount", *arguments], check=True)


@contextlib.contextmanager
def _tmpfs(options, case):
    """A trial on a disk of its own that can be filled."""
    with Trial(options, case) as around:
        disk = os.path.join(around.top, "disk")
        os.mkdir(disk)
        _mount("-t", "tmpfs", "-o", "size=3m", "tmpfs", disk)
        try:
            with Trial(options, case, parent=disk) as trial:
                yield trial
        finally:
            subprocess.run(["umount", disk], check=True)


def _fill(directory, left):
    """Fills the disk but for `left` pages; the file that does it."""
    path = os.path.join(directory, "filler")
    with open(path, "wb", buffering=0) as file:
        with contextlib.suppress(OSError):
            while True:
                file.write(bytes(_PAGE))
        file.truncate(max(0, os.fstat(file.fileno()).st_size // _PAGE - left) * _PAGE)
    return path


def _judge(trial, expected, done, mute=False, unheard=False):
    verdict = Verdict(trial, expected, done, mute=mute, unheard=unheard)
    return verdict.problem(), verdict


def full_disk(options, case, expected):
    left = options.random.choice((0, 0, 1, 2, 3, 5, 10, 30, 60))
    with _tmpfs(options, case) as trial:
        filler = _fill(trial.top, left)
        problem, verdict = _judge(trial, expected, case.run.on(trial))
        os.unlink(filler)
        problem = problem or verdict.problem_after()
        return problem and f"{left} pages left: {problem}"


def _read_only(options, case, expected, which):
    with Trial(options, case) as trial:
        directory = getattr(trial, which)
        if not os.path.isdir(directory):
            raise NotTried
        _mount("--bind", directory, directory)
        try:
            _mount("-o", "remount,bind,ro", directory)
            done = case.run.on(trial)
            problem, verdict = _judge(trial, expected, done)
        finally:
            subprocess.run(["umount", directory], check=True)
        if done.returncode != 0 and b"Read-only file system" not in done.stderr:
            problem = problem or f"does not say why: {done.stderr!r}"
        return problem or verdict.problem_after()


def read_only_state(options, case, expected):
    return _read_only(options, case, expected, "state")


def read_only_libvirt(options, case, expected):
    return _read_only(options, case, expected, "libvirt")


def _limited(options, case, expected, limit):
    with Trial(options, case) as trial:
        prefix = ["prlimit", limit, "--"]
        # Where the program cannot even be loaded.
        if trial.run(getattr(trial, case.run.program), "--version", prefix=prefix).returncode != 0:
            raise NotTried
        problem, verdict = _judge(trial, expected, case.run.on(trial, prefix=prefix))
        problem = problem or verdict.problem_after()
        return problem and f"{limit}: {problem}"


def file_size_limit(options, case, expected):
    most = options.random.choice((0, 1, 4095, 4096, 8192, 50000, 100000))
    return _limited(options, case, expected, f"--fsize={most}")


def descriptor_limit(options, case, expected):
    return _limited(options, case, expected, f"--nofile={options.random.randrange(4, 13)}")


def memory_limit(options, case, expected):
    """The stack counts, too: what the loader needs is found by trying."""
    return _limited(options, case, expected, f"--as={options.random.randrange(2200, 5000) * 1024}")


def data_limit(options, case, expected):
    return _limited(options, case, expected, f"--data={options.random.randrange(100, 1500) * 1024}")


def closed_descriptors(options, case, expected):
    """Each combination of 0, 1 and 2."""
    for combination in range(1, 8):
        closed = [fd for fd in range(3) if combination & 1 << fd]
        with Trial(options, case) as trial:
            prefix = [*_SHELL, 'exec "$@" ' + " ".join(f"{fd}>&-" for fd in closed), "sh"]
            done = case.run.on(trial, prefix=prefix)
            problem, verdict = _judge(trial, expected, done, mute=2 in closed, unheard=1 in closed)
            problem = problem or verdict.problem_after()
            if done.returncode != 0 and not case.damaged:
                problem = problem or f"status {done.returncode}"
            # What is opened first would else be one of the three, and get what is said.
            if os.path.getsize(os.path.join(trial.state, "lock")) > 0:
                problem = problem or "something was written into the lock"
            if problem:
                return f"{closed} closed: {problem}"
    return None


@contextlib.contextmanager
def _full_pipe():
    """The writing end of a pipe that nobody reads."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writing, bytes(_PAGE))
    os.set_blocking(writing, True)
    try:
        yield writing
    finally:
        os.close(reading)
        os.close(writing)


def held_output(options, case, expected):
    """Nobody reads standard output and error: a run that has something to tell ends all the same."""
    # Who restarts a network waits for what `init` prints, and who has leases forgotten for what those were.
    waits = case.run.arguments[:1] in (("init",), ("--forget=three",))
    with Trial(options, case) as trial, _full_pipe() as pipe:
        began = time.monotonic()
        try:
            code = subprocess.call(case.run.argv(trial), env=trial.environment(**case.run.environment),
                                   stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe,
                                   timeout=_HELD if waits else _SOON)
        except subprocess.TimeoutExpired:
            return None if waits else f"still there after {_SOON} seconds"
        done = subprocess.CompletedProcess([], code, b"", b"")
        problem, verdict = _judge(trial, expected, done, mute=True, unheard=True)
        problem = problem or verdict.problem_after()
        return problem and f"after {time.monotonic() - began:.1f} s: {problem}"


def huge_arguments(options, case, expected):
    """The longest that the kernel lets through, as a name and in each variable."""
    huge = "n" * (128 * 1024 - 1 - len("DNSMASQ_SUPPLIED_HOSTNAME="))
    arguments = case.run.arguments
    if case.run.program != "hook" or len(arguments) < 3:
        raise NotTried
    variables = {name: huge for name in ("DNSMASQ_SUPPLIED_HOSTNAME", "DNSMASQ_CLIENT_ID", "DNSMASQ_DOMAIN",
                                         "DNSMASQ_TAGS", "DNSMASQ_OLD_HOSTNAME", "DNSMASQ_INTERFACE")}
    with Trial(options, case) as trial:
        for argv in ([*arguments[:3], huge], [arguments[0], huge, arguments[2]], [arguments[0], arguments[1], huge]):
            done = trial.run(trial.hook, *argv, **{**case.run.environment, **variables})
            if done.returncode not in (0, 1) or (done.returncode == 1 and not done.stderr):
                return f"status {done.returncode}: {done.stderr[:200]!r}"
            if len(done.stderr) > 8192:
                return f"a message of {len(done.stderr)} bytes"
        gone = set(_addresses(expected.old.leases)) - set(_addresses(trial.seen().leases)) - {arguments[2]}
        return f"lost: {gone}" if gone else None


def _addresses(leases):
    return re.findall(r'"ip-address": "([^"]*)"', leases or "")


def leftovers(options, case, expected):
    """What killed writers left, whole or not, is swept by a run."""
    with Trial(options, case) as trial:
        if not os.path.isdir(trial.state) or expected.old_bytes is None or case.damaged or case.waits:
            raise NotTried
        # It only reads.
        if case.run.arguments[:1] == ("init",):
            raise NotTried
        generation = int(re.search(r'"generation": (\d+)', trial.run(trial.dump, "--json").stdout.decode())[1]) + 1
        for directory, name in ((trial.state, "index.tdb.new"), (trial.state, f"base-{generation}.tdb"),
                                (trial.libvirt, "virbr9.status.new")):
            with open(os.path.join(directory, name), "wb") as file:
                file.write(options.random.randbytes(options.random.randrange(9000)))
        problem, verdict = _judge(trial, expected, case.run.on(trial))
        # Of another network's .status nothing is known to a plain event.
        if "VIR_BRIDGE_NAME" not in case.run.environment or case.run.program == "sync":
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.join(trial.libvirt, "virbr9.status.new"))
        return problem or verdict.problem_after()


def held_init(options, case, expected):
    """`init` that nobody reads from keeps no event waiting."""
    if "VIR_BRIDGE_NAME" in case.run.environment or case.run.program != "hook":
        raise NotTried
    with Trial(options, case) as trial, _full_pipe() as pipe:
        held = subprocess.Popen([trial.hook, "init"], env=trial.environment(), stdout=pipe, stderr=pipe)
        try:
            problem, _ = _judge(trial, expected, case.run.on(trial, timeout=_SOON))
            return problem
        finally:
            held.kill()
            held.wait()


CHECKS = (full_disk, full_disk, read_only_state, read_only_libvirt, file_size_limit, file_size_limit, descriptor_limit,
          descriptor_limit, memory_limit, data_limit, closed_descriptors, held_output, huge_arguments, leftovers,
          held_init)
