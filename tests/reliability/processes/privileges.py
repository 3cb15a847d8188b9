"""Programs with more rights than their caller's, run by a user who sets LVINDEX_DIR; and getaddrinfo() of glibc."""
import json
import os
import shutil
import struct
import subprocess

import machine
import sandbox

USER = 12345
_ELSEWHERE = "192.0.2.66"


def run(part):
    directory = os.path.join(part.place, "system-state")
    shutil.copytree(part.small.state, directory)
    os.unlink(os.path.join(directory, "lock"))
    sandbox.mount_over(directory, _built_in_directory(part))
    hostile = machine.site(part.options, part.place, "hostile")
    machine.event(hostile, "add", "52:54:00:00:00:66", _ELSEWHERE, "evil")
    _environment_counts(part, hostile)
    part.call("resolving", site=part.small)


def _built_in_directory(part):
    with open(part.options.built("meson-info/intro-buildoptions.json"), encoding="utf-8") as file:
        return next(option["value"] for option in json.load(file) if option["name"] == "statedir")


# Kinds of privileged programs: how a copy becomes one.
def _nothing(_):
    pass


def _set_uid(path):
    os.chmod(path, 0o4755)


def _set_gid(path):
    os.chown(path, 0, USER + 1)
    os.chmod(path, 0o2755)


def _capable(path):
    # vfs_cap_data, revision 2: CAP_NET_RAW permitted and effective.
    os.setxattr(path, "security.capability", struct.pack("<5I", 0x02000001, 1 << 13, 0, 0, 0))


_KINDS = {"plain": _nothing, "set-uid": _set_uid, "set-gid": _set_gid, "capable": _capable}


def _environment_counts(part, hostile):
    """Only in a plain program does LVINDEX_DIR choose the index: there, the name of another index is known."""
    for kind, make in _KINDS.items():
        program = os.path.join(part.place, kind)
        shutil.copy(part.program("privileged"), program)
        make(program)
        secure = kind != "plain"
        for name, address, known in (("web", machine.ADDRESS, True), ("evil", _ELSEWHERE, not secure)):
            wanted = " ".join([str(int(secure)), *([address] if known else [])])
            done = subprocess.run(
                ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", program, name],
                env={"LVINDEX_DIR": hostile.state}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                check=False)
            part.check(done.returncode == 0 and done.stdout.strip() == wanted,
                       f"{kind} program, LVINDEX_DIR of another index: {name}: '{done.stdout.strip()}' "
                       f"instead of '{wanted}' {done.stderr.strip()}")
