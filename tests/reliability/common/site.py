"""A state directory with libvirt's beside it, and our programs at work on them."""
import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile

BRIDGE = "virbr9"
_MEMORY = "/dev/shm"


def in_memory():
    """From now on, sites are made where syncing takes no time."""
    if os.access(_MEMORY, os.W_OK):
        tempfile.tempdir = _MEMORY

# What a build that counts what is reached says where it cannot write its counts. Our programs' lines begin otherwise.
_COUNTS = re.compile(rb"^(?:profiling|libgcov profiling error):.*\n", re.MULTILINE)


class Site:
    """Directories of its own; `with` removes them."""

    def __init__(self, options, parent=None):
        self.hook = options.built("hook/lvindex-hook")
        self.sync = options.built("indexer/sync/lvindex-sync")
        self.dump = options.built("indexer/dump/lvindex-dump")
        self.top = tempfile.mkdtemp(prefix="lvindex-reliability.", dir=parent)
        os.chmod(self.top, 0o755)
        self.state = os.path.join(self.top, "state")
        self.libvirt = os.path.join(self.top, "libvirt")
        self.definitions = os.path.join(self.top, "definitions")
        self.config = os.path.join(self.top, "config")
        self.hosts = os.path.join(self.top, "hosts")
        for directory in (self.state, self.libvirt, self.definitions, self.config, self.hosts):
            os.mkdir(directory, 0o755)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.top, ignore_errors=True)

    def environment(self, **more):
        """All that a program of ours gets: dnsmasq's helper has no PATH, HOME or LANG either."""
        return {"LVINDEX_DIR": self.state, "LVINDEX_LIBVIRT_DIR": self.libvirt,
                "LVINDEX_DEFINITIONS_DIR": self.definitions, "LVINDEX_CONFIG_DIR": self.config, **more}

    def run(self, *argv, prefix=(), timeout=60, **more):
        """A finished process; `prefix` is put before the command, `more` into its environment."""
        done = subprocess.run([*prefix, *argv], env=self.environment(**more), stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=timeout, check=False)
        done.stderr = _COUNTS.sub(b"", done.stderr)
        return done

    def event(self, *arguments, **more):
        """One lease event of a plain dnsmasq; with VIR_BRIDGE_NAME=BRIDGE, of libvirt's."""
        return self.run(self.hook, *arguments, **more)

    def dumped(self):
        """What `lvindex-dump --json` prints. RuntimeError when it fails or complains."""
        done = self.run(self.dump, "--json")
        if done.returncode != 0 or done.stderr:
            raise RuntimeError(f"lvindex-dump: status {done.returncode}: {done.stderr.decode(errors='replace')}")
        return json.loads(done.stdout)

    def leases(self):
        """{(network, address): host name or None}"""
        return {(lease.get("network", ""), lease["ip-address"]): lease.get("hostname")
                for lease in self.dumped()["leases"]}

    def leftovers(self):
        """Files in the state directory that no finished writer leaves."""
        return sorted(name for name in os.listdir(self.state)
                      if name not in ("index.tdb", "index.old", "lock") and not name.startswith("base-"))

    def clear(self):
        """But for the definitions, and scripts."""
        for directory in (self.state, self.libvirt, self.hosts):
            for name in os.listdir(directory):
                os.unlink(os.path.join(directory, name))
        for name in ("static", "networks", "lvindex.conf"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.join(self.config, name))
