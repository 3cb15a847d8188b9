"""The two programs that are compared, each with a directory of its own."""
import json
import os
import shutil
import stat
import subprocess
from dataclasses import dataclass

import events
import sandbox

ORIGINAL = "/usr/lib/libvirt/libvirt_leaseshelper"
SANITIZER_STATUS = 99
SANITIZERS = ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS")


@dataclass
class Result:
    status: int
    output: bytes
    complaint: bytes

    @property
    def success(self):
        return self.status == 0


class Side:
    """A helper with a libvirt directory of its own."""

    title = ""

    def __init__(self, program, directory):
        self.program = program
        self.directory = directory
        self.statuses = ()
        self.more = {}
        self.prepare = None
        self.others = ()

    def run(self, event):
        environment = {name.encode(): value for name, value in event.environment.items()}
        environment.update((name.encode(), value.encode()) for name, value in self.more.items())
        done = subprocess.run(
            [self.program.encode(), *event.arguments],
            executable=self.program,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            preexec_fn=self.prepare,
            timeout=60,
            check=False,
        )
        # Without options of its own a sanitizer ends a program with 1, as an error does.
        found = b"Sanitizer" in done.stderr or b"runtime error:" in done.stderr
        return Result(SANITIZER_STATUS if found else done.returncode, done.stdout, done.stderr)

    def command(self, event):
        return event.command(self.program, self.more)

    def path(self, bridge):
        return f"{self.directory}/{bridge}.status"

    def read(self, bridge):
        """The text of a bridge's .status; None when there is none."""
        try:
            with open(self.path(bridge), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None

    def write(self, bridge, text):
        """What somebody else does to the file. None removes it."""
        path = self.path(bridge)
        if text is None:
            if os.path.exists(path):
                os.unlink(path)
            return
        with open(path + ".other", "wb") as file:
            file.write(text)
        os.rename(path + ".other", path)

    def permissions(self, bridge):
        """Mode and owner, as text; None when there is no file."""
        try:
            found = os.lstat(self.path(bridge))
        except FileNotFoundError:
            return None
        return f"{stat.filemode(found.st_mode)} {found.st_uid}:{found.st_gid}"

    def files(self):
        return sorted(os.listdir(self.directory))

    def clear(self):
        """Makes its directories empty again."""
        for directory in (self.directory, *self.others):
            os.makedirs(directory, exist_ok=True)
            for name in os.listdir(directory):
                path = f"{directory}/{name}"
                shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)


class Original(Side):
    """libvirt's own. A second one gets the directory `elsewhere`, for a run against itself."""

    title = "libvirt_leaseshelper"

    def __init__(self, elsewhere=None):
        super().__init__(ORIGINAL, elsewhere or sandbox.LIBVIRT_DIR)
        self.statuses = (0, 1)
        if elsewhere is not None:
            os.makedirs(elsewhere)
            self.prepare = lambda: sandbox.put_over(elsewhere)


class Ours(Side):
    title = "lvindex-hook"

    def __init__(self, program):
        super().__init__(program, sandbox.PRIVATE + "/libvirt")
        self.statuses = (0, 1, 2)
        self.state = sandbox.PRIVATE + "/state"
        self.definitions = sandbox.PRIVATE + "/definitions"
        self.config = sandbox.PRIVATE + "/config"
        self.others = (self.state, self.definitions, self.config)
        self.more = {
            "LVINDEX_DIR": self.state,
            "LVINDEX_LIBVIRT_DIR": self.directory,
            "LVINDEX_DEFINITIONS_DIR": self.definitions,
            "LVINDEX_CONFIG_DIR": self.config,
        }
        self.more.update((name, os.environ[name]) for name in SANITIZERS if name in os.environ)

    def clear(self):
        super().clear()
        os.makedirs(f"{self.definitions}/qemu")
        with open(f"{self.definitions}/qemu/{events.STOPPED_GUEST}.xml", "w", encoding="ascii") as file:
            file.write("<domain/>\n")
        with open(f"{self.directory}/{events.BRIDGES[0]}.macs", "w", encoding="ascii") as file:
            json.dump([{"domain": events.RUNNING_GUEST, "macs": [events.MACS[0].decode()]}], file)
