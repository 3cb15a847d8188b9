"""Namespaces of our own: processes, mounts, network, host name. Nothing that the host runs can be reached or disturbed,
and all processes end with the one that was called.

The files are in a new directory on a real disk, because events are to pay for a real fsync(); it is removed at the end.
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile

from trouble import NotHere, Trouble

HOST = "sandbox"
LIBVIRT_DIR = "/var/lib/libvirt/dnsmasq"  # compiled into libvirt's programs
_INSIDE = "LVINDEX_BENCH_DIRECTORY"
_TOOLS = ("unshare", "mount", "ip", "hostname")


def directory():
    """The directory for all files; None outside of the sandbox."""
    return os.environ.get(_INSIDE)


def run_inside(script, arguments, parent):
    """Runs this program again, inside. Its exit status."""
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if missing:
        raise Trouble(f"not installed: {' '.join(missing)} (tests/install-deps bench)")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    place = tempfile.mkdtemp(prefix="lvindex-bench.", dir=parent)
    child = None
    try:
        os.chmod(place, 0o755)
        child = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "unshare", *_unshare_options(), "--",
             sys.executable, script, *arguments],
            env=dict(os.environ, **{_INSIDE: place}), stdin=subprocess.DEVNULL)
        return child.wait()
    except KeyboardInterrupt:
        return 130
    finally:
        if child is not None and child.poll() is None:
            child.kill()
            child.wait()
        shutil.rmtree(place, ignore_errors=True)


def _unshare_options():
    options = ["--mount", "--net", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if os.geteuid() != 0:
        options = ["--user", "--map-root-user", *options]
    probe = subprocess.run(["unshare", *options, "true"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                           check=False)
    if probe.returncode != 0:
        raise NotHere(f"no namespaces can be had here: {probe.stderr.strip()}")
    return options


def prepare():
    """Inside, once: an empty /run (no nscd, libvirt's lock), a place for libvirt's directory, a loopback interface."""
    _call("hostname", HOST)
    _call("ip", "link", "set", "lo", "up")
    _call("mount", "-t", "tmpfs", "-o", "mode=0755", "none", "/run")
    # The first directory that is there hides what it holds; what is missing below it is made.
    spot = LIBVIRT_DIR
    while not os.path.isdir(spot):
        spot = os.path.dirname(spot)
    _call("mount", "-t", "tmpfs", "-o", "mode=0755", "none", spot)
    os.makedirs(LIBVIRT_DIR, exist_ok=True)
    # /etc/resolv.conf is often a link to a place in /run.
    target = os.path.realpath("/etc/resolv.conf")
    if target.startswith("/run/") and not os.path.exists(target):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "x", encoding="ascii"):
            pass
    os.umask(0o022)
    os.chdir("/")


def _call(*command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Trouble(f"{' '.join(command)}: {done.stderr.strip()}")


# The options of mount(8) come in pairs before "--", the program behind it.
_MOUNT_AND_RUN = 'while [ "$1" != -- ]; do mount --bind "$1" "$2" || exit 3; shift 2; done; shift; exec "$@"'


def command(binds, argv):
    """A command that runs another with files or directories of ours over those of the host: [(ours, theirs)]."""
    if not binds:
        return argv
    pairs = [path for bind in binds for path in bind]
    return ["unshare", "--mount", "--", "sh", "-c", _MOUNT_AND_RUN, "sh", *pairs, "--", *argv]
