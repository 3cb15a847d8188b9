"""Namespaces of our own, for mounts and processes: what is mounted over the host's files, and a nscd, end with us."""
import os
import shutil
import subprocess
import sys

from common.options import skip

_INSIDE = "LVINDEX_PROCESSES_PLACE"


def enter(build):
    """Runs this program again, inside. There, an empty directory of which set-uid programs and devices may be run and
    opened is returned."""
    place = os.environ.get(_INSIDE)
    if place is None:
        os.environ[_INSIDE] = _spot(build)
        os.execvp("setpriv", ["setpriv", "--pdeathsig", "KILL", *_UNSHARE, sys.executable, *sys.argv])
    _mount("-t", "tmpfs", "-o", "mode=0755,suid,dev,exec", "lvindex-processes", place)
    # Neither an nscd of the host nor what it has in /run.
    if os.path.isdir("/run/nscd"):
        _mount("-t", "tmpfs", "none", "/run/nscd")
    os.umask(0o022)
    return place


_UNSHARE = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--"]


def _spot(build):
    """Where a file system of ours hides neither the sources nor what was built."""
    if os.geteuid() != 0:
        skip("needs root")
    missing = [tool for tool in ("unshare", "setpriv", "mount", "ldconfig") if shutil.which(tool) is None]
    if missing:
        skip(f"not installed: {' '.join(missing)}")
    probe = subprocess.run([*_UNSHARE, "true"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if probe.returncode != 0:
        skip(f"no namespaces can be had here: {probe.stderr.strip()}")
    for spot in ("/mnt", "/media", "/srv"):
        if os.path.isdir(spot) and not any(path.startswith(spot + "/") for path in (build, os.path.abspath(__file__))):
            return spot
    return skip("none of /mnt, /media and /srv can be mounted on")


def install(build, place):
    """Makes the modules glibc's: set-uid programs, too, find them in a linker's cache of ours, and ask for hosts in
    /etc/hosts and in them. They find the index in the state directory of the build, which is returned, empty."""
    modules = os.path.join(place, "modules")
    os.mkdir(modules)
    for name in ("lvindex", "lvindex_guest"):
        shutil.copy(os.path.join(build, f"nss/libnss_{name}.so.2"), modules)
    _write(place, "ld.so.conf", f"include /etc/ld.so.conf\n{modules}\n")
    _call("ldconfig", "-X", "-C", os.path.join(place, "ld.so.cache"), "-f", os.path.join(place, "ld.so.conf"))
    _write(place, "nsswitch.conf", "hosts: files lvindex_guest lvindex\n")
    _write(place, "hosts", "127.0.0.1 localhost\n")
    for name, over in (("ld.so.cache", "/etc/ld.so.cache"), ("nsswitch.conf", "/etc/nsswitch.conf"),
                       ("hosts", "/etc/hosts")):
        _mount("--bind", os.path.join(place, name), over)


def mount_over(ours, directory):
    """Our directory in place of the host's, whether the host has it or not."""
    spot = directory
    while not os.path.isdir(spot):
        spot = os.path.dirname(spot)
    if spot != directory:
        # What the first directory that is there holds is hidden.
        _mount("-t", "tmpfs", "-o", "mode=0755", "none", spot)
        os.makedirs(directory)
    _mount("--bind", ours, directory)


def _write(place, name, text):
    with open(os.path.join(place, name), "x", encoding="ascii") as file:
        file.write(text)


def _mount(*arguments):
    _call("mount", *arguments)


def _call(*command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
