"""A private mount namespace in which libvirt's helper finds an empty /var/lib/libvirt/dnsmasq and an empty /run.

Whatever is written there is gone with the process, however it ends.
"""
import ctypes
import os
import socket

LIBVIRT_DIR = "/var/lib/libvirt/dnsmasq"
PRIVATE = "/run/differential"  # ours, on the tmpfs that hides /run and its leaseshelper.pid
HOST = "sandbox"

_CLONE_NEWNS = 0x00020000
_CLONE_NEWUTS = 0x04000000
_CLONE_NEWUSER = 0x10000000
_MS_BIND = 0x1000
_MS_REC = 0x4000
_MS_PRIVATE = 1 << 18

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result, what):
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")


def _unshare(flags):
    _check(_libc.unshare(ctypes.c_int(flags)), "unshare")


def _mount(source, target, kind, flags, data=None):
    arguments = [None if text is None else os.fsencode(text) for text in (source, target, kind)]
    data = None if data is None else os.fsencode(data)
    _check(_libc.mount(*arguments, ctypes.c_ulong(flags), data), f"mount on {target}")


def _become_root():
    uid, gid = os.getuid(), os.getgid()
    _unshare(_CLONE_NEWUSER)
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def enter():
    """Takes this process into namespaces of its own. OSError where that cannot be had."""
    if os.geteuid() != 0:
        _become_root()
    _unshare(_CLONE_NEWNS | _CLONE_NEWUTS)
    socket.sethostname(HOST)
    _mount(None, "/", None, _MS_REC | _MS_PRIVATE)
    _mount("none", "/run", "tmpfs", 0, "mode=0755")
    # The first directory that is there hides what it holds; what is missing below it is made.
    spot = LIBVIRT_DIR
    while not os.path.isdir(spot):
        spot = os.path.dirname(spot)
    _mount("none", spot, "tmpfs", 0, "mode=0755")
    os.makedirs(LIBVIRT_DIR, exist_ok=True)
    os.makedirs(PRIVATE)
    os.umask(0o022)
    os.chdir("/")


def put_over(directory):
    """For a child: another directory in the place of libvirt's."""
    _unshare(_CLONE_NEWNS)
    _mount(directory, LIBVIRT_DIR, None, _MS_BIND)
