"""The system calls by which a program changes files, in order and with all data, as strace sees them."""
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass

# replay.Replay follows the first, and complains of the others where they meet a file of ours. (sync_file_range is none of
# them: it promises nothing, and what was written may reach the disk at any time anyway.)
FOLLOWED = ("openat", "close", "write", "pwrite64", "ftruncate", "fchmod", "fsync", "fdatasync", "renameat", "linkat",
            "unlinkat", "mkdir")
OTHERS = ("open", "creat", "openat2", "writev", "pwritev", "pwritev2", "sendfile", "copy_file_range", "splice",
          "truncate", "fallocate", "rename", "renameat2", "link", "unlink", "mkdirat", "symlink", "symlinkat",
          "rmdir", "mknod", "mknodat", "chmod", "fchmodat", "chown", "fchown", "lchown", "fchownat", "sync", "syncfs",
          "dup", "dup2", "dup3", "fcntl", "mmap", "chdir", "fchdir", "clone", "clone3", "fork",
          "vfork", "io_uring_setup")
LINE = re.compile(r"(\w+)\((.*)\)\s+= (-?\d+|0x[0-9a-f]+|\?)")
STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"$')


@dataclass
class Call:
    """One system call that succeeded."""
    name: str
    arguments: list
    result: int

    def text(self, index):
        """An argument that is a string."""
        return bytes.fromhex(STRING.match(self.arguments[index]).group(1).replace("\\x", ""))

    def number(self, index, base=10):
        return int(self.arguments[index], base)

    def __str__(self):
        return f"{self.name}({', '.join(argument[:80] for argument in self.arguments)}) = {self.result}"


def parse(line):
    """A Call; None for one that failed and for what is no call."""
    found = LINE.match(line)
    if found is None:
        if line.startswith(("+++ exited", "exit")):
            return None
        raise ValueError(f"strace said {line[:120]!r}")
    name, arguments, result = found.groups()
    if result == "?" or result.startswith("-"):
        return None
    return Call(name, arguments.split(", "), int(result, 0))


def record(argv, environment):
    """(finished process, [calls]). RuntimeError when the program fails."""
    with tempfile.NamedTemporaryFile("r", prefix="lvindex-strace.") as log:
        trace = ",".join([*FOLLOWED, *(f"?{name}" for name in OTHERS)])
        done = subprocess.run(
            ["strace", "-xx", "-s", str(1 << 28), "-e", "signal=none", "-e", f"trace={trace}", "-o", log.name, "--",
             *argv],
            env={**environment, "PATH": os.environ["PATH"]}, umask=0o022, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=60, check=False)
        if done.returncode != 0 or done.stderr:
            raise RuntimeError(f"{argv}: status {done.returncode}: {done.stderr.decode(errors='replace')}")
        return [call for call in map(parse, log) if call is not None]
