"""A process without rights that tries everything it can think of on the files of the directories given, until its
standard input ends. Prints what came of it: {directory: {action: {file name: [outcomes]}}}."""
import collections
import ctypes
import fcntl
import json
import mmap
import os
import random
import select
import signal
import struct
import sys
import time

F_SETLEASE = 1024
FAN_CLASS_CONTENT, FAN_REPORT_FID = 0x4, 0x200
HELD_MOST = 300  # descriptors, with their locks, leases and mappings
GUESSED = ("lock", "index.tdb", "index.tdb.new", "index.old", "index.tdb.damaged", "virbr9.status",
           "virbr9.status.new", "virbr9.status.damaged", "virbr9.macs")

libc = ctypes.CDLL(None, use_errno=True)
held = collections.deque()
results = collections.defaultdict(lambda: collections.defaultdict(lambda: collections.defaultdict(set)))


def hold(fd):
    held.append(fd)
    if len(held) > HELD_MOST:
        os.close(held.popleft())


def opened(path, flags=os.O_RDONLY):
    fd = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)
    hold(fd)
    return fd


def libc_call(function, *arguments):
    result = function(*arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), "")
    return result


def record_lock(kind, flags):
    return lambda path: fcntl.fcntl(opened(path, flags), fcntl.F_SETLK, struct.pack("hhqqi", kind, 0, 0, 0, 0))


def map_it(path):
    mmap.mmap(opened(path), 0, mmap.MAP_SHARED, mmap.PROT_READ)[:16]


def watch(path):
    fd = libc_call(libc.inotify_init1, os.O_NONBLOCK)
    hold(fd)
    libc_call(libc.inotify_add_watch, fd, path.encode(), 0xfff)


def listen(path):
    fd = libc_call(libc.fanotify_init, FAN_REPORT_FID, 0)
    hold(fd)
    libc_call(libc.fanotify_mark, fd, 1, ctypes.c_uint64(0x20), -100, path.encode())


def judge(_path):
    """A listener whose leave every open has to wait for."""
    hold(libc_call(libc.fanotify_init, FAN_CLASS_CONTENT, 0))


def create(path):
    hold(os.open(path + ".mine", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666))
    os.unlink(path + ".mine")


def plant(how):
    def planted(path):
        how(path + ".planted")
        os.unlink(path + ".planted")
    return planted


def rename(path):
    os.rename(path, path + ".moved")
    os.rename(path + ".moved", path)


def link_out(path):
    target = f"/tmp/lvindex-linked.{os.getpid()}"
    os.link(path, target)
    os.unlink(target)


ACTIONS = {
    "open to read": opened,
    "open to write": lambda path: opened(path, os.O_RDWR),
    "flock, shared": lambda path: fcntl.flock(opened(path), fcntl.LOCK_SH | fcntl.LOCK_NB),
    "flock, exclusive": lambda path: fcntl.flock(opened(path), fcntl.LOCK_EX | fcntl.LOCK_NB),
    "record lock to read": record_lock(fcntl.F_RDLCK, os.O_RDONLY),
    "record lock to write": record_lock(fcntl.F_WRLCK, os.O_RDWR),
    "lease to read": lambda path: fcntl.fcntl(opened(path), F_SETLEASE, fcntl.F_RDLCK),
    "lease to write": lambda path: fcntl.fcntl(opened(path), F_SETLEASE, fcntl.F_WRLCK),
    "map": map_it,
    "inotify": watch,
    "fanotify": listen,
    "fanotify, to judge": judge,
    "create": create,
    "plant a link": plant(lambda path: os.symlink("/etc/passwd", path)),
    "plant a FIFO": plant(os.mkfifo),
    "rename": rename,
    "link elsewhere": link_out,
    "truncate": lambda path: os.truncate(path, 1),
    "change the mode": lambda path: os.chmod(path, 0o666),
    "change the times": lambda path: os.utime(path, (0, 0)),
    "set an attribute": lambda path: os.setxattr(path, "user.lvindex", b"x"),
    "unlink": os.unlink,
}


def attempt(directory, name, action):
    try:
        ACTIONS[action](os.path.join(directory, name))
        outcome = "done"
    except OSError as error:
        outcome = os.strerror(error.errno or 0)
    except ValueError as error:  # an empty file cannot be mapped
        outcome = str(error)
    results[directory][action][name].add(outcome)


def fresh(path):
    """In a directory of its own, each action finds a file that nothing was done to."""
    if os.path.lexists(path):
        os.unlink(path)
    with open(path, "wb") as file:
        file.write(b"x" * 4096)


def attack(directory):
    own = os.stat(directory).st_uid == os.geteuid()
    names = GUESSED if own else {*os.listdir(directory), *GUESSED}
    for name in sorted(names):
        # A lock that is held keeps the next one out: each comes first now and then.
        for action in random.sample(list(ACTIONS), len(ACTIONS)):
            if own:
                fresh(os.path.join(directory, name))
            attempt(directory, name, action)


def main():
    # What the kernel says to who holds a lease that is to end: nothing is given back.
    signal.signal(signal.SIGIO, signal.SIG_IGN)
    rounds = 0
    while not select.select([sys.stdin], [], [], 0.002)[0]:
        for directory in sys.argv[1:]:
            attack(directory)
        rounds += 1
    began = time.process_time()
    json.dump({"rounds": rounds, "seconds": began,
               "found": {directory: {action: {name: sorted(outcomes) for name, outcomes in names.items()}
                                     for action, names in actions.items()}
                         for directory, actions in results.items()}}, sys.stdout)


main()
