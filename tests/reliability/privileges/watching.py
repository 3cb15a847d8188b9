"""`lvindex-sync --watch` beside strangers: what they do in a directory that is watched does not set it to work."""
import ctypes
import os
import struct
import subprocess
import time

from common.site import Site

import nobody

IN_OPEN, IN_CLOSE = 0x20, 0x18
SHARE = 0.6    # of one core, at the most; the strangers' own share is about 0.4
PASSES = 4     # while nothing of its own changes: one each five seconds, and what the start brings along
BURST = 0.02   # seconds that the changes of one pass are waited for, a little less than they are
QUIET = 0.004  # seconds without a change after which a pass begins at once, a little less than they are
FOLLOWS = 10.0  # seconds until a change must be seen, loosely: it takes 0.05


def run(options, checks):
    with Site(options) as site:
        public = os.path.join(site.top, "public")
        os.mkdir(public)
        os.chmod(public, 0o1777)
        leases = os.path.join(public, "dnsmasq.leases")
        write(leases, ["one"])
        # One more source that is missing: what is watched for it is the public directory.
        watcher = subprocess.Popen([site.sync, "--watch", f"--leases=lab={leases}",
                                    f"--leases=far={public}/missing/leases"], env=site.environment(),
                                   stderr=subprocess.DEVNULL)
        try:
            checks.expect(until(lambda: "one" in names(site)), "--watch", "does not begin")
            disturb(options, checks, site, public, leases, watcher)
            retry(checks, site, public, leases)
            flood(options, checks, site, leases)
        finally:
            watcher.terminate()
            checks.equal(0, watcher.wait(timeout=30), "--watch", "status")


def write(path, hosts):
    with open(path, "r+" if os.path.exists(path) else "w", encoding="ascii") as file:
        file.truncate()
        for number, host in enumerate(hosts):
            file.write(f"{int(time.time()) + 3600} 52:54:00:00:00:{number:02x} 192.0.2.{number} {host} *\n")


def names(site):
    shown = site.run(site.dump)
    return shown.stdout.decode().split()


def until(condition, seconds=FOLLOWS):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


class Opens:
    """Counts how often a file is opened: each pass opens the lock once. The kernel makes one of equal events that
    follow each other: so its closing is asked for, too."""

    def __init__(self, path):
        libc = ctypes.CDLL(None, use_errno=True)
        self._fd = libc.inotify_init1(os.O_NONBLOCK)
        if self._fd < 0 or libc.inotify_add_watch(self._fd, path.encode(), IN_OPEN | IN_CLOSE) < 0:
            raise OSError(ctypes.get_errno(), path)

    def count(self):
        total = 0
        while True:
            try:
                events = os.read(self._fd, 65536)
            except BlockingIOError:
                return total
            at = 0
            while at < len(events):
                _, mask, _, length = struct.unpack_from("iIII", events, at)
                at += 16 + length
                total += bool(mask & IN_OPEN)

    def close(self):
        os.close(self._fd)


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def disturb(options, checks, site, public, leases, watcher):
    """A stranger makes and removes files and directories, some called like sources; a real change is seen."""
    time.sleep(0.2)
    opens = Opens(os.path.join(site.state, "lock"))
    stranger = nobody.start_script("stranger.py", public, "0", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    before, began = cpu_seconds(watcher.pid), time.monotonic()
    time.sleep(10 if options.long() else 3)
    share = (cpu_seconds(watcher.pid) - before) / (time.monotonic() - began)
    passes = opens.count()
    opens.close()
    checks.expect(share < SHARE, "strangers", f"--watch used {share:.2f} of a core")
    checks.expect(passes <= PASSES + (time.monotonic() - began) / 5, "strangers", f"set off {passes} passes")
    write(leases, ["one", "two"])
    checks.expect(until(lambda: "two" in names(site)), "strangers", "keep a change from being followed")
    done = int(stranger.communicate(b"\n", timeout=30)[0])
    checks.expect(done > 500, "strangers", f"did only {done} things")
    options.figure("strangers' doings beside a lease file", f"{done}, passes of --watch set off by them: {passes}, "
                   f"its share of a core {share:.2f}")


def retry(checks, site, public, leases):
    """A pass that failed is tried again within a second or so, also while strangers keep the watcher awake."""
    stranger = nobody.start_script("stranger.py", public, "0.05", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    os.chmod(site.state, 0o777)
    write(leases, ["one", "two", "three"])
    time.sleep(1)
    checks.expect("three" not in names(site), "retry", "the pass that was to fail did not")
    os.chmod(site.state, 0o755)
    checks.expect(until(lambda: "three" in names(site)), "retry", "strangers keep a failed pass from being repeated")
    stranger.communicate(b"\n", timeout=30)


def flood(options, checks, site, leases):
    """Whoever may write a source file sets off no more than a pass each so often, however fast he writes."""
    opens = Opens(os.path.join(site.state, "lock"))
    fd = os.open(leases, os.O_RDWR)
    same = os.pread(fd, 1, 0)
    began = last = time.monotonic()
    written = pauses = 0
    while last - began < 1:
        os.pwrite(fd, same, 0)
        written += 1
        pauses += time.monotonic() - last > QUIET
        last = time.monotonic()
    os.close(fd)
    passes = opens.count()
    opens.close()
    checks.expect(passes <= (last - began) / BURST + pauses, "flood",
                  f"{written} changes with {pauses} pauses set off {passes} passes")
    options.figure("passes that a flood of changes sets off in a second", f"{passes}, by {written} changes")
