"""What becomes of the index under a process that goes on looking up: it sees what is there at once where a writer of
ours did it, and within a second in any case; until then it sees what was there, and nothing else."""
import fcntl
import os
import shutil
import subprocess
import time

import machine
from common import module

_LIMIT = 1.0  # seconds
_CLOCK = 0.05  # the coarse clock's steps, and what a look-up takes
_MAC, _ADDRESS = "52:54:00:00:00:77", "192.0.2.77"

# What is said of the name "extra", which is in the index or not.
_WITH = (module.SUCCESS, (_ADDRESS,))
_WITHOUT = (module.NOTFOUND, ())
_GONE = (module.UNAVAIL, ())


def run(part):
    asked = module.Module(part.options)
    slowest = 0.0
    for site in (part.small, part.large):
        watcher = _Watcher(part, asked, os.path.basename(site.top))
        backup = os.path.join(site.top, "backup")
        shutil.copytree(site.state, backup)
        for case in (_by_writer, _by_rename, _removed, _made_anew, _restored, _directory_removed, _directory_moved,
                     _mounted):
            watcher.begin(site)
            case(watcher, site, backup)
            _restore(site.state, backup)
        slowest = max(slowest, watcher.slowest)
    part.options.figure("seen by a running process that was not told of it", f"within {slowest:.2f} s")


class _Watcher:
    def __init__(self, part, asked, index):
        self._part = part
        self._asked = asked
        self._index = index
        self.slowest = 0.0
        self.last = None

    def begin(self, site):
        """As a process that has not looked up for long: nothing of what was there before is mapped any more."""
        module.use("/nonexistent")
        self._ask()
        module.use(site.state)
        self.sees_at_once(_WITHOUT, "in the beginning")

    def _ask(self):
        status, found, _ = self._asked.ask("extra")
        return status, tuple(found)

    def sees_at_once(self, wanted, what):
        self.last = self._ask()
        self._part.check(self.last == wanted, f"{self._index} index, {what}: {self.last} at once, not {wanted}")

    def sees(self, wanted, what):
        """From now on a second may pass. In between, it is the last answer that may come as well."""
        begin = time.monotonic()
        while True:
            asked = time.monotonic() - begin
            answer = self._ask()
            if answer == wanted:
                break
            if answer != self.last or asked > _LIMIT + _CLOCK:
                self._part.fail(f"{self._index} index, {what}: {answer} after {asked:.2f} s, not {wanted}")
                break
        self.slowest = max(self.slowest, time.monotonic() - begin)
        self.last = answer


def _add(site):
    machine.event(site, "add", _MAC, _ADDRESS, "extra")


def _by_writer(watcher, site, _):
    for round_ in range(3):
        _add(site)
        watcher.sees_at_once(_WITH, f"added by an event ({round_})")
        machine.event(site, "del", _MAC, _ADDRESS, "extra")
        watcher.sees_at_once(_WITHOUT, f"removed by an event ({round_})")


def _by_rename(watcher, site, backup):
    _add(site)
    watcher.sees_at_once(_WITH, "added")
    _put(os.path.join(backup, "index.tdb"), site.state)
    watcher.sees(_WITHOUT, "an older index renamed over it")


def _removed(watcher, site, _):
    os.unlink(os.path.join(site.state, "index.tdb"))
    watcher.sees(_GONE, "index.tdb removed")
    _add(site)
    watcher.sees_at_once(_WITH, "made anew by an event")


def _made_anew(watcher, site, _):
    """The writer cannot tell readers of a file that is gone."""
    os.unlink(os.path.join(site.state, "index.tdb"))
    _add(site)
    watcher.sees(_WITH, "removed, and made anew by an event")


def _restored(watcher, site, backup):
    for _ in range(3):
        _add(site)
        machine.event(site, "del", _MAC, _ADDRESS, "extra")
    _add(site)
    watcher.sees_at_once(_WITH, "added")
    _restore(site.state, backup)
    watcher.sees(_WITHOUT, "an older generation restored")
    _add(site)
    watcher.sees_at_once(_WITH, "added to what was restored")


def _directory_removed(watcher, site, backup):
    shutil.rmtree(site.state)
    watcher.sees(_GONE, "its directory removed")
    shutil.copytree(backup, site.state)
    watcher.sees_at_once(_WITHOUT, "its directory is back")
    _add(site)
    watcher.sees_at_once(_WITH, "added in the directory that came back")


def _directory_moved(watcher, site, backup):
    _add(site)
    watcher.sees_at_once(_WITH, "added")
    os.rename(site.state, site.state + ".moved")
    shutil.copytree(backup, site.state)
    watcher.sees(_WITHOUT, "another directory in place of its own")
    shutil.rmtree(site.state + ".moved")


def _mounted(watcher, site, _):
    """As a container sees it: a directory that is mounted follows; a single file, as the manual says, does not."""
    elsewhere = os.path.join(site.top, "elsewhere")
    shutil.copytree(site.state, elsewhere)
    module.use(elsewhere)
    for what, wanted in (("", _WITH), ("index.tdb", _WITHOUT)):
        target = os.path.join(elsewhere, what)
        machine.event(site, "del", _MAC, _ADDRESS, "extra")
        subprocess.run(["mount", "--bind", os.path.join(site.state, what), target], check=True)
        # Until then, what it has mapped is the copy.
        time.sleep(_LIMIT + _CLOCK)
        watcher.sees_at_once(_WITHOUT, f"{target} mounted")
        _add(site)
        watcher.sees_at_once(wanted, f"added to what is mounted as {target}")
        # What it has mapped keeps it busy.
        subprocess.run(["umount", "--lazy", target], check=True)
    shutil.rmtree(elsewhere)


def _put(source, directory):
    temporary = os.path.join(directory, "restored")
    shutil.copy2(source, temporary)
    os.rename(temporary, os.path.join(directory, os.path.basename(source)))


def _restore(directory, backup):
    """As index-format.md tells: under the lock, the base first."""
    with open(os.path.join(directory, "lock"), "a", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for name in sorted(os.listdir(backup)):
            if name.endswith(".tdb"):
                _put(os.path.join(backup, name), directory)
