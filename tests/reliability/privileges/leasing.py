"""A file lease, by which the owner of a file may hold up whoever opens it, holds up none of our programs."""
import fcntl
import os
import subprocess
import sys
import time

from common.site import Site

import nobody

BOUND = 5.0  # seconds; the kernel gives the holder of a lease 45, unless set otherwise

# Takes a lease (argv: path, kind), says so, and never gives it back of its own accord.
HOLDER = """
import fcntl, os, signal, sys
signal.signal(signal.SIGIO, signal.SIG_IGN)
fd = os.open(sys.argv[1], os.O_RDONLY)
fcntl.fcntl(fd, 1024, int(sys.argv[2]))
print("held", flush=True)
sys.stdin.read()
"""


def run(options, checks):
    with Site(options) as site:
        source(site, checks)
        index(site, checks)


class Held:
    """A lease on a file while the `with` lasts."""

    def __init__(self, checks, path, kind, start):
        self.holder = start([sys.executable, "-c", HOLDER, path, str(kind)], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.taken = self.holder.stdout.readline() == b"held\n"
        checks.expect(self.taken, f"lease on {path}", "could not be had")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.holder.communicate(timeout=30)


def timed(checks, case, what):
    began = time.monotonic()
    done = what()
    took = time.monotonic() - began
    checks.expect(took < BOUND, case, f"took {took:.1f} s")
    return done


def source(site, checks):
    """A lease file that belongs to nobody, who holds it: it is complained of, and all else is done."""
    path = os.path.join(site.top, "nobodys.leases")
    with open(path, "w", encoding="ascii") as file:
        file.write(f"{int(time.time()) + 3600} 52:54:00:00:00:09 192.0.2.9 nine *\n")
    os.chown(path, nobody.UID, nobody.UID)
    with Held(checks, path, fcntl.F_WRLCK, nobody.start):
        done = timed(checks, "a leased lease file", lambda: site.run(site.sync, f"--leases={path}"))
        checks.done(done, "a leased lease file", 1)
        checks.expect(path.encode() in done.stderr, "a leased lease file", f"said {done.stderr!r}")
        checks.done(timed(checks, "an event beside it", lambda: event(site, 1)), "an event beside it")
    checks.done(site.run(site.sync, f"--leases={path}"), "the same file, given back")
    checks.expect("nine" in site.leases().values(), "the same file, given back", "its lease is missing")


def event(site, number):
    return site.event("add", f"52:54:00:00:00:{number:02x}", f"192.0.2.{number}", f"host{number}",
                      DNSMASQ_LEASE_EXPIRES=str(int(time.time()) + 3600))


def index(site, checks):
    """One on the index, which a file server that runs as root may hold for its clients."""
    path = os.path.join(site.state, "index.tdb")
    for number in (2, 3):
        with Held(checks, path, fcntl.F_RDLCK, subprocess.Popen):
            done = timed(checks, "an event with a leased index", lambda number=number: event(site, number))
            checks.done(done, "an event with a leased index")
    hosts = set(site.leases().values())
    checks.expect({"host1", "host2", "host3", "nine"} <= hosts, "a leased index", f"leases: {hosts}")
