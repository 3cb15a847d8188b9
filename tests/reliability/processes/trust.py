"""Which files count as an index: whose they are, who may write to them, what they are; also in a chroot, and in user
namespaces. Where anything else stands in their place, look-ups say so, and do not hang."""
import errno
import os
import shutil
import socket
import stat
import subprocess

_LIMIT = 20  # seconds
_USER = 12345
_OTHER = 54321
_NOBODY = 65534

_RIGHT = "1 0 right"


def _refused(error):
    return f"-1 {error} -"


def run(part):
    program = os.path.join(part.place, "answer")
    shutil.copy(part.program("answer"), program)
    for site in (part.small, part.large):
        copies = os.path.join(part.place, "copies", os.path.basename(site.top))
        shutil.copytree(site.state, copies)
        for name in _index_files(site.state):
            _odd_files(part, copies, name)
            _owners(part, copies, name)
            _namespaces(part, copies, name)
            _chroot(part, site, name)


def _index_files(directory):
    """index.tdb, and its base if it has one."""
    return [name for name in os.listdir(directory) if name.endswith(".tdb")]


def _expect(part, what, wanted, *arguments, directory, prefix=()):
    """What all entry points say in a new process; `wanted`: lines."""
    try:
        done = subprocess.run(
            [*prefix, os.path.join(part.place, "answer"), *arguments],
            env={"LVINDEX_DIR": directory, "LVINDEX_MODULES": os.path.join(part.place, "modules"),
                 "PATH": os.environ["PATH"]},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_LIMIT, check=False)
    except subprocess.TimeoutExpired:
        part.fail(f"{what}: hangs")
        return
    found = done.stdout.splitlines()
    part.check(done.returncode == 0 and found == wanted,
               f"{what}: {found} instead of {wanted} {done.stderr.strip()}")


def _odd_files(part, directory, name):
    """In the place of the file, things that are no file of its own."""
    path, aside = os.path.join(directory, name), os.path.join(directory, "aside")
    os.rename(path, aside)
    for what, make, error in (
            ("FIFO", lambda: os.mkfifo(path, 0o644), errno.EPERM),
            ("directory", lambda: os.mkdir(path), errno.EPERM),
            ("link", lambda: os.symlink(aside, path), errno.ELOOP),
            ("link to itself", lambda: os.symlink(path, path), errno.ELOOP),
            ("socket", lambda: _make_socket(path), errno.ENXIO),
            ("device", lambda: os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(1, 5)), errno.EPERM),
            ("empty file", lambda: os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o644)), errno.EBADMSG)):
        make()
        _expect(part, f"{what} as {name}", [_refused(error)], directory=directory)
        _remove(path)
    os.rename(aside, path)
    _expect(part, f"{name} itself", [_RIGHT], directory=directory)


def _make_socket(path):
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(path)


def _remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        os.rmdir(path)
    else:
        os.unlink(path)


# Owner, mode, who asks, and whether that counts.
_OWNERS = (
    (0, 0o644, 0, True), (0, 0o644, _USER, True), (0, 0o664, 0, False), (0, 0o646, _USER, False),
    (_USER, 0o644, _USER, True), (_USER, 0o600, _USER, True), (_USER, 0o644, 0, False), (_USER, 0o664, _USER, False),
    (_USER, 0o644, _OTHER, False), (_NOBODY, 0o644, 0, False), (_NOBODY, 0o644, _USER, False),
    (_NOBODY, 0o644, _NOBODY, True),
)


def _with_owners(part, path, expect):
    for owner, mode, user, counts in _OWNERS:
        os.chown(path, owner, owner)
        os.chmod(path, mode)
        expect(part, f"{os.path.basename(path)} of {owner}, mode {mode:o}, asked by {user}", user,
               _RIGHT if counts else _refused(errno.EPERM))
    os.chown(path, 0, 0)
    os.chmod(path, 0o644)


def _owners(part, directory, name):
    def expect(part, what, user, wanted):
        _expect(part, what, [wanted], f"--user={user}", directory=directory)
    _with_owners(part, os.path.join(directory, name), expect)


def _namespaces(part, directory, name):
    """In user namespaces without root, an index of root's counts: of one user, by another name, of nobody at all."""
    path = os.path.join(directory, name)
    for user, options in ((_USER, ()), (_USER, ("--map-root-user",)), (_USER, ("--map-current-user",)),
                          (_USER, ("--map-user=77",)), (0, ()), (0, ("--map-root-user",))):
        prefix = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "unshare", "--user", *options]
        if subprocess.run([*prefix, "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode:
            part.note("no user namespaces can be had here: not tried")
            return
        what = f"{name} of root's, in a namespace of {user}'s, {options}"
        _expect(part, what, [_RIGHT], directory=directory, prefix=prefix)
        os.chmod(path, 0o664)
        _expect(part, f"{what}, writable for its group", [_refused(errno.EPERM)], directory=directory, prefix=prefix)
        os.chmod(path, 0o644)


def _chroot(part, site, name):
    """An index below another root, by the same path; and in a process that knows the one outside already."""
    jail = os.path.join(part.place, "jail")
    inside = jail + site.state
    shutil.copytree(site.state, inside)

    def expect(part, what, user, wanted):
        _expect(part, f"in a chroot, {what}", [wanted], f"--root={jail}", f"--user={user}", directory=site.state)
    _with_owners(part, os.path.join(inside, name), expect)
    os.chown(os.path.join(inside, name), _USER, _USER)
    # Outside and inside are of one generation: the base that is mapped already is the right one, and goes on serving.
    later = [] if name.startswith("base-") else [_refused(errno.EPERM)]
    _expect(part, f"{name} of another's in a chroot that is entered later", [_RIGHT, *later], "--warm",
            f"--root={jail}", directory=site.state)
    shutil.rmtree(jail)
