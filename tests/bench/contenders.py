"""Who is compared: the services that look up names, and the programs that take in events."""
import os
import shutil
from dataclasses import dataclass

import sandbox
from sites import LARGEST_STATUS
from trouble import Trouble

LARGEST_HOSTS = 65_536  # names beyond which dnsmasq takes minutes to read them
EMPTY, CONSTANT = "empty module", "constant module"
OURS = ("lvindex", "lvindex_guest")


@dataclass(frozen=True)
class Service:
    title: str
    name: str  # in nsswitch.conf
    file: str  # of the module; None where glibc alone can ask
    queries: str = "host"  # which names it is asked for
    largest: int = 1_000_000  # leases up to which it can be waited for
    hits: bool = True
    misses: bool = True
    fast: bool = False  # a call takes less than a few microseconds at any size

    @property
    def is_ours(self):
        return self.title in OURS

    def environment(self, site):
        return site.environment if self.is_ours else {}

    def binds(self, site):
        """What stands in the place of the host's files."""
        if self.name.startswith("libvirt"):
            return [(site.libvirt, sandbox.LIBVIRT_DIR)]
        if self.name == "files":
            return [(site.hosts, "/etc/hosts")]
        return []

    def can(self, site):
        return site.size <= self.largest

    def found(self, what):
        """How many of one call's answers are to be found."""
        return 0 if what == "miss" or self.title == EMPTY else 1


class Programs:
    """What is run, of the build directory and of Debian's packages."""

    ORIGINAL = "/usr/lib/libvirt/libvirt_leaseshelper"

    def __init__(self, build):
        self.build = build
        self.hook = self._built("hook/lvindex-hook")
        self.sync = self._built("indexer/sync/lvindex-sync")
        self.lookups = self._built("tests/bench/bench-lookups")
        self.fresh = self._built("tests/bench/bench-fresh")
        self.spawn = self._built("tests/bench/bench-spawn")
        self.modules = {
            "lvindex": self._built("nss/libnss_lvindex.so.2"),
            "lvindex_guest": self._built("nss/libnss_lvindex_guest.so.2"),
            "bench_empty": self._built("tests/bench/libnss_bench_empty.so.2"),
            "bench_constant": self._built("tests/bench/libnss_bench_constant.so.2"),
        }
        self.true = shutil.which("true")
        self.strace = shutil.which("strace")
        self.dnsmasq = shutil.which("dnsmasq")
        self.original = self.ORIGINAL if os.access(self.ORIGINAL, os.X_OK) else None

    def _built(self, name):
        path = f"{self.build}/{name}"
        if not os.path.exists(path):
            raise Trouble(f"{path}: not there; build with -Dtests=true")
        return path


def _find_library(name):
    for directory in ("/lib", "/usr/lib"):
        for place, _, names in os.walk(directory):
            if name in names:
                return f"{place}/{name}"
    return None


def services(programs, results):
    """Those that can be had, in the order of the tables."""
    modules = programs.modules
    found = [
        Service("lvindex", "lvindex", modules["lvindex"], fast=True),
        Service("lvindex_guest", "lvindex_guest", modules["lvindex_guest"], "guest", fast=True),
    ]
    for name, queries in (("libvirt", "host"), ("libvirt_guest", "guest")):
        file = _find_library(f"libnss_{name}.so.2")
        if file is None:
            results.note(f"{name}: the package libnss-libvirt is not installed")
        else:
            found.append(Service(name, name, file, queries, LARGEST_STATUS))
    found += [
        Service("files", "files", "libc.so.6"),
        Service(EMPTY, "bench_empty", modules["bench_empty"], hits=False, fast=True),
        Service(CONSTANT, "bench_constant", modules["bench_constant"], misses=False, fast=True),
    ]
    return found


def dns_service():
    return Service("dns (dnsmasq)", "dns", None, largest=LARGEST_HOSTS)
