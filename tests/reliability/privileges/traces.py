"""The system calls of a program, as strace tells them."""
import os
import re

FILES = "open,openat,openat2,creat,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat"
WRITES = "write,pwrite64,fchmod,fchmodat,chmod,fsync,fdatasync,ftruncate"
_CALL = re.compile(r"^(\w+)\((.*)\)\s+= (-?\d+)(?:<([^>]*)>)?( [A-Z]\w+)?")


class Call:
    def __init__(self, name, arguments, result, path):
        self.name, self.arguments, self.result, self.path = name, arguments, result, path

    def file(self):
        """The file that a call with a descriptor is about, or that an opening call opened."""
        match = re.match(r"\d+<([^>]*)>", self.arguments)
        return self.path if self.name.startswith(("open", "creat")) else match and match.group(1)

    def __repr__(self):
        return f"{self.name}({self.arguments})"


def trace(site, *argv, umask=None, **environment):
    """(the finished process, its successful calls in order)"""
    log = os.path.join(site.top, "trace")
    prefix = ["strace", "-y", "-o", log, "-e", f"trace={FILES},{WRITES}"]
    if umask is not None:
        prefix = ["sh", "-c", f'umask {umask:o}; exec "$@"', "sh", *prefix]
    # strace's own environment is ours; what it starts gets the site's alone.
    variables = [f"{name}={value}" for name, value in site.environment(**environment).items()]
    done = site.run("/usr/bin/env", "-i", *variables, *argv, prefix=prefix)
    return done, list(read(log))


def read(log):
    with open(log, encoding="utf-8", errors="replace") as file:
        for line in file:
            match = _CALL.match(line)
            if match and int(match.group(3)) >= 0:
                yield Call(match.group(1), match.group(2), int(match.group(3)), match.group(4))
