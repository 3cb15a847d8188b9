"""Somebody without rights: processes of the user nobody, and what of ours they can run and load."""
import os
import shutil
import subprocess
import sys

UID = 65534


def _identity():
    return {"user": UID, "group": UID, "extra_groups": []}


def start(argv, environment=None, **more):
    return subprocess.Popen(argv, env=environment or {}, cwd="/", **_identity(), **more)


def start_script(name, *arguments, **more):
    """A Python program of this folder. Its text is handed over: nobody may not be let into the folder."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name), encoding="utf-8") as file:
        return start([sys.executable, "-c", file.read(), *arguments], **more)


def run(argv, environment=None):
    return subprocess.run(argv, env=environment or {}, cwd="/", stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=60, check=False, **_identity())


class Copies:
    """Our programs and modules, below a directory that nobody is let into."""

    def __init__(self, options, site):
        self._directory = os.path.join(site.top, "bin")
        os.mkdir(self._directory)
        self.hook = self._copy(site.hook)
        self.sync = self._copy(site.sync)
        self.dump = self._copy(site.dump)
        self.module = self._copy(options.built("nss/libnss_lvindex.so.2"))
        self.ask = self._copy(options.built("tests/reliability/privileges/ask"))

    def _copy(self, path):
        copy = os.path.join(self._directory, os.path.basename(path))
        shutil.copyfile(path, copy)
        os.chmod(copy, 0o755)
        return copy
