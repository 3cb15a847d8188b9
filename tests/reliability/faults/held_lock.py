"""The lock is held by somebody who never lets go."""
import fcntl
import os
import re
import signal
import subprocess
import time

from common import tracing
from common.trial import Trial

_MESSAGE = re.compile(rb"lvindex-hook: [^\n]*/lock: held by another [^\n]+\n")
_SOON = 20  # seconds; a run takes some milliseconds


class HeldLock:
    """A writer that waits for another process's lock, and one that waits for a writer that was stopped. It takes half a
    minute: other things are done meanwhile."""

    def __init__(self, options, case):
        self._trials = [Trial(options, case), Trial(options, case)]
        self._lock = open(os.path.join(self._trials[0].state, "lock"), "w", encoding="ascii")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self._stopped = self._start(case.run, self._trials[1], tracing.stopping("fsync"))
        while "index.tdb.new" not in os.listdir(self._trials[1].state):
            time.sleep(0.01)
        self._began = time.time()
        self._waiting = [self._start(case.after, trial) for trial in self._trials]

    @staticmethod
    def _said(trial):
        return os.path.join(trial.top, "said")

    def _start(self, command, trial, prefix=()):
        with open(self._said(trial), "wb") as said:
            return subprocess.Popen([*prefix, *command.argv(trial)], env=trial.environment(**command.environment),
                                    stdin=subprocess.DEVNULL, stderr=said, start_new_session=True)

    def wait(self, least, most):
        """What is wrong in the end, or None. The wait is to take so many seconds."""
        problems = [self._of_waiting(process, trial, least, most)
                    for process, trial in zip(self._waiting, self._trials)]
        os.killpg(self._stopped.pid, signal.SIGCONT)
        if self._stopped.wait(_SOON) != 0:
            problems.append(f"the stopped one: status {self._stopped.returncode}")
        if "four" not in self._trials[1].seen().answers:
            problems.append("what the stopped one was about is not there")
        return "; ".join(problem for problem in problems if problem) or None

    def _of_waiting(self, process, trial, least, most):
        process.wait(most)
        with open(self._said(trial), "rb") as file:
            said = file.read()
            # It may have ended long before it is asked here.
            took = os.fstat(file.fileno()).st_mtime - self._began
        if process.returncode != 1 or not _MESSAGE.fullmatch(said):
            return f"status {process.returncode}: {said!r}"
        return None if least <= took <= most else f"took {took:.1f} s"

    def close(self):
        for process in (self._stopped, *self._waiting):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._lock.close()
        for trial in self._trials:
            trial.__exit__()
