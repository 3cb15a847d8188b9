"""System calls that fail, each with errors that it may really have."""
import os

from common import tracing
from common.trial import Trial
from judging import Verdict

# brk has no error: it returns the old end, here none.
_ERRORS = {
    "brk": "0",
    "clone3": "EAGAIN ENOMEM",
    "close": "EIO EINTR ENOSPC EDQUOT",
    "dup2": "EBUSY EINTR",
    "faccessat2": "EIO ENOMEM EACCES",
    "fchmod": "EIO EROFS EPERM",
    "fcntl": "EBADF",
    "flock": "EINTR ENOLCK ENOMEM",
    "fsync": "EIO ENOSPC EDQUOT EROFS EINTR",
    "getdents64": "EIO ENOMEM",
    "getrandom": "EINTR ENOSYS",
    "linkat": "EIO ENOSPC EDQUOT EROFS EMLINK EPERM",
    "lseek": "EIO",
    "mkdir": "EIO ENOSPC EDQUOT EROFS EACCES",
    "mmap": "ENOMEM EAGAIN ENFILE",
    "mprotect": "ENOMEM EACCES",
    "mremap": "ENOMEM",
    "munmap": "ENOMEM",
    "newfstatat": "EIO ENOMEM",
    "openat": "EIO EMFILE ENFILE ENOMEM EACCES EINTR ELOOP",
    "poll": "EINTR ENOMEM",
    "pidfd_open": "EMFILE ENFILE ENOMEM",
    "pipe2": "EMFILE ENFILE",
    "pread64": "EIO EINTR",
    "pwrite64": "EIO ENOSPC EDQUOT EINTR",
    "read": "EIO EINTR",
    "readlink": "EIO ENOMEM EACCES",
    "renameat": "EIO ENOSPC EDQUOT EROFS EACCES ENOMEM",
    "sync_file_range": "EIO ENOSPC EDQUOT ENOMEM",
    "unlinkat": "EIO EROFS EACCES EBUSY ENOMEM",
    "wait4": "EINTR",
    "write": "EIO ENOSPC EDQUOT EINTR EFBIG",
}
_CREATING = " ENOSPC EDQUOT EROFS"
# These fail for wrong arguments alone, or never; who sleeps is interrupted by a signal, and we handle none.
_UNFAILING = ("clock_nanosleep", "geteuid", "prlimit64", "rt_sigprocmask", "sysinfo", "uname")


def errors(call):
    """Those that fit the call. KeyError for one that is not known here."""
    fitting = "" if call.name in _UNFAILING else _ERRORS[call.name]
    if call.name == "openat" and "O_CREAT" in call.text:
        fitting += _CREATING
    return fitting.split()


def choices(call):
    """[(error, for good?)]. A call that is interrupted for ever is no fault but a storm of signals."""
    return [(error, forever) for error in errors(call) for forever in (False, True)
            if not (forever and error == "EINTR")]


def _is_vital(call, error):
    """Is nothing published, or not for sure, if it fails?"""
    to_file = call.name == "write" and error != "EINTR" and not call.text.startswith(("write(1,", "write(2,"))
    return to_file or call.name in ("fchmod", "fsync", "renameat")


def try_one(options, case, expected, call, error, forever):
    """What is wrong after one fault, or None."""
    with Trial(options, case) as trial:
        output = os.path.join(trial.top, "strace")
        done = case.run.on(trial, prefix=tracing.failing(call, error, forever, output))
        with open(output, encoding="utf-8", errors="replace") as file:
            before, _, behind = file.read().partition("(INJECTED)")
        if not behind:
            return f"nothing failed: status {done.returncode}: {before}"
        # Whatever was not written by a failed fsync, another one does not know of any more. A hosts file and its
        # directory are others.
        others = 2 if "--hosts-file={hosts}/hosts" in case.run.arguments else 0
        if call.name == "fsync" and not forever and behind.count("fsync(") > others:
            return f"synced again: {before}{behind}"
        if done.returncode == 0 and _is_vital(call, error):
            return "status 0 all the same"
        mute = call.name == "write" and (forever or call.text.startswith("write(2,"))
        verdict = Verdict(trial, expected, done, call.name, mute)
        return verdict.problem() or verdict.problem_after()
