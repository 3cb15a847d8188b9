"""Events while processes without rights try everything on the files: none fails, none waits for them."""
import json
import os
import statistics
import subprocess
import time

from common.site import BRIDGE, Site

import nobody

ATTACKERS = 2
BOUND = 5.0  # seconds an event may take here; who waits for the lock gives up after 30, a broken lease takes 45
MANY = 400   # leases, so that there is a base, too

# What anybody may do with a file that all may read. None of our programs asks for any of these.
HARMLESS = {"open to read", "flock, shared", "flock, exclusive", "record lock to read", "map", "inotify", "fanotify"}
# Files that are public, or become so under this name.
PUBLIC = ("index.tdb", "index.old", "index.tdb.new", ".status", ".status.new", ".macs")


def run(options, checks):
    with full_site(options) as site:
        quiet = events(site, checks, range(rounds(options)))
        attackers = [nobody.start_script("attacker.py", site.state, site.libvirt, stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE) for _ in range(ATTACKERS)]
        time.sleep(0.5)
        disturbed = events(site, checks, range(rounds(options), 3 * rounds(options)))
        tries = sum(judge(checks, attacker) for attacker in attackers)
        see_all(site, checks, 3 * rounds(options))
        control(site, checks)
    options.figure("events under attack", f"{len(disturbed)} (median {statistics.median(disturbed) * 1000:.1f} ms, "
                   f"longest {max(disturbed) * 1000:.0f} ms; alone {statistics.median(quiet) * 1000:.1f} ms, "
                   f"{max(quiet) * 1000:.0f} ms), through {tries} rounds of 22 actions on each file")


def rounds(options):
    return 200 if options.long() else 40


def full_site(options):
    """A site with an index and a base, and a .status file."""
    site = Site(options)
    leases = os.path.join(site.top, "leases")
    with open(leases, "w", encoding="ascii") as file:
        for number in range(MANY):
            file.write(f"{int(time.time()) + 3600} 52:54:01:00:{number // 256:02x}:{number % 256:02x} "
                       f"198.18.{number // 256}.{number % 256} old{number} *\n")
    with open(os.path.join(site.libvirt, f"{BRIDGE}.macs"), "w", encoding="ascii") as file:
        json.dump([{"domain": "guest", "macs": ["52:54:00:00:00:01"]}], file)
    site.run(site.sync, f"--leases={leases}")
    return site


def event(site, checks, number):
    """One event, of the plain dnsmasq or of libvirt's in turns: how long it took."""
    more = {"VIR_BRIDGE_NAME": BRIDGE} if number % 2 else {}
    began = time.monotonic()
    done = site.event("add", f"52:54:00:00:{number // 256:02x}:{number % 256:02x}",
                      f"10.0.{number // 256}.{number % 256}", f"new{number}",
                      DNSMASQ_LEASE_EXPIRES=str(int(time.time()) + 3600), **more)
    took = time.monotonic() - began
    good = checks.done(done, f"event {number}")
    good = checks.expect(took < BOUND, f"event {number}", f"took {took:.1f} s") and good
    return took if good else None


def events(site, checks, numbers):
    """How long they took; the first that fails is the last, as each may wait long."""
    times = []
    for number in numbers:
        took = event(site, checks, number)
        if took is None:
            break
        times.append(took)
    return times or [BOUND]


def judge(checks, attacker):
    """Nothing may have worked that is not harmless."""
    output, _ = attacker.communicate(b"\n", timeout=60)
    if not checks.equal(0, attacker.returncode, "attacker", "status"):
        return 0
    told = json.loads(output)
    for directory, actions in told["found"].items():
        for action, names in actions.items():
            for name, outcomes in names.items():
                allowed = action in HARMLESS and (name.endswith(PUBLIC) or name.startswith("base-"))
                checks.expect("done" not in outcomes or allowed, f"{directory}/{name}", f"{action}: worked")
    found = [actions for directory, actions in told["found"].items() if directory.endswith("state")][0]
    for action in HARMLESS - {"fanotify"}:  # which not every kernel has
        checks.expect("done" in found[action]["index.tdb"], "attacker", f"{action}: never worked on index.tdb")
    checks.equal(["Permission denied"], found["open to read"]["lock"], "lock", "open to read")
    for name in ("index.tdb", "index.old"):
        checks.expect(set(found["lease to read"][name]) <= {"Permission denied", "No such file or directory"}, name,
                      f"lease: {found['lease to read'][name]}")
    return told["rounds"]


def see_all(site, checks, count):
    hosts = set(site.leases().values())
    wanted = {f"new{number}" for number in range(count)} | {f"old{number}" for number in range(MANY)}
    checks.equal(set(), wanted - hosts, "after the attack", "names that are missing")


def control(site, checks):
    """The attacker knows its trade: on files of its own, all of this works."""
    own = os.path.join(site.top, "own")
    os.mkdir(own)
    os.chown(own, nobody.UID, nobody.UID)
    attacker = nobody.start_script("attacker.py", own, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    time.sleep(0.3)
    output, _ = attacker.communicate(b"\n", timeout=60)
    for action, names in json.loads(output)["found"][own].items():
        works = {"done"}
        if action in ("lease to read", "lease to write"):
            works.add("Invalid argument")  # a filesystem without leases
        if action == "set an attribute":
            works.add("Operation not supported")
        if not action.startswith("fanotify"):  # which not every kernel has, or grants
            checks.expect(works & set(names["index.tdb"]), "attacker's own file", f"{action}: {names['index.tdb']}")
