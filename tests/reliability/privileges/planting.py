"""What somebody planted under the names that we use is never followed, waited for, or given away."""
import json
import os
import socket
import stat
import subprocess
import time

from common.site import BRIDGE, Site

import nobody

# In a form that we do read, as leases and as guests: only who follows a link gets at it.
OTHERS = {"ip-address": "192.0.2.99", "mac-address": "52:54:00:00:00:99", "hostname": "stolen", "expiry-time": 0,
          "domain": "stolen", "macs": ["52:54:00:00:00:99"]}
SECRET = b"a secret of root's, in no form that we read\n"
WAIT = 10  # seconds: nothing planted holds a program up
STATUS = f"{BRIDGE}.status"
IN_STATE = ("lock", "index.tdb", "index.tdb.new", "index.old", "index.tdb.damaged", "base-1.tdb")
IN_LIBVIRT = (STATUS, f"{STATUS}.new", f"{STATUS}.damaged", f"{BRIDGE}.macs", "default.conf", "default.hostsfile",
              "default.addnhosts")
# The administrator's: links of root's own are followed there, as lvindex.conf(5) says.
IN_CONFIG = ("static", "networks", "lvindex.conf")
HOSTS = "hosts"
IN_HOSTS = (HOSTS, f".{HOSTS}.new")


def full_directory(path, _site):
    os.mkdir(path)
    with open(os.path.join(path, "file"), "w", encoding="ascii"):
        pass


def bind_socket(path, _site):
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(path)


KINDS = {
    "link to a secret": lambda path, site: os.symlink(secret(site), path),
    "link to others' leases": lambda path, site: os.symlink(others(site), path),
    "link to nothing": lambda path, site: os.symlink(nothing(site), path),
    "link to a directory": lambda path, site: os.symlink(site.top, path),
    "hard link to a secret": lambda path, site: os.link(secret(site), path),
    "FIFO": lambda path, _: os.mkfifo(path),
    "socket": bind_socket,
    "device": lambda path, _: os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 5)),  # /dev/zero has no end
    "directory": lambda path, _: os.mkdir(path),
    "full directory": full_directory,
}


def secret(site):
    return os.path.join(site.top, "secret")


def others(site):
    return os.path.join(site.top, "others")


def nothing(site):
    return os.path.join(site.top, "nothing")


def run(options, checks):
    with Site(options) as site:
        with open(secret(site), "wb") as file:
            file.write(SECRET)
        os.chmod(secret(site), 0o600)
        with open(others(site), "w", encoding="ascii") as file:
            json.dump([OTHERS], file)
        places = [(directory, name) for directory, names in ((site.state, IN_STATE), (site.libvirt, IN_LIBVIRT),
                                                             (site.config, IN_CONFIG), (site.hosts, IN_HOSTS))
                  for name in names]
        for directory, name in places:
            for kind in KINDS:
                plant(site, checks, directory, name, kind)
        options.figure("planted", f"{len(KINDS)} kinds under {len(places)} names")
        race(options, checks, site)
    open_directories(options, checks)


def plant(site, checks, directory, name, kind):
    """One planted file; events of both kinds, and all that is read; then it is gone, and all is well again."""
    case = f"{kind} as {name}"
    site.clear()
    for bridge in (None, BRIDGE):
        checks.done(event(site, bridge, 1), f"before a {case}")
    with open(os.path.join(site.libvirt, "default.conf"), "w", encoding="ascii") as file:
        file.write(f"interface={BRIDGE}\n")
    if name.endswith(".damaged"):
        damage(directory, name[:-len(".damaged")])
    path = os.path.join(directory, name)
    if os.path.lexists(path):
        os.unlink(path)
    KINDS[kind](path, site)
    for process in [event(site, None, 2), event(site, BRIDGE, 3), site.run(site.sync, timeout=WAIT),
                    site.run(site.sync, f"--hosts-file={os.path.join(site.hosts, HOSTS)}", timeout=WAIT),
                    site.run(site.dump, "--json", timeout=WAIT), site.event("init", VIR_BRIDGE_NAME=BRIDGE),
                    site.run(site.dump, "--raw", timeout=WAIT)]:
        check_end(checks, case, process, path)
    check_secret(site, checks, case)
    check_copies(site, checks, case)
    if os.path.lexists(path) and not stat.S_ISREG(os.lstat(path).st_mode):
        remove(path)
    for number, bridge in ((4, None), (5, BRIDGE)):
        healed = event(site, bridge, number)
        checks.equal(0, healed.returncode, f"after a {case}", f"an event's status ({healed.stderr!r})")
    hosts = set(site.leases().values())
    checks.expect({"host4", "host5"} <= hosts, f"after a {case}", f"leases: {hosts}")


def event(site, bridge, number):
    more = {} if bridge is None else {"VIR_BRIDGE_NAME": bridge}
    return site.run(site.hook, "add", f"52:54:00:00:00:{number:02x}", f"192.0.2.{number}", f"host{number}",
                    timeout=WAIT, DNSMASQ_LEASE_EXPIRES=str(int(time.time()) + 3600), **more)


def damage(directory, name):
    """So that it is to be kept aside, under a name that is taken."""
    with open(os.path.join(directory, name), "r+b") as file:
        file.seek(-8, os.SEEK_END)
        file.write(b"\0\1\2\3\4\5\6\7")


def check_end(checks, case, process, path):
    """It ended by itself (a timeout is an exception), and tells of what is in its way."""
    what = " ".join(map(os.path.basename, process.args[:2]))
    checks.expect(process.returncode in (0, 1), case, f"{what}: status {process.returncode}")
    tool = os.path.basename(process.args[0])
    for line in process.stderr.decode().splitlines():
        checks.expect(line.startswith(f"{tool}: "), case, f"{what}: said {line!r}")
    if process.returncode != 0:
        # "index.tdb: Is a directory" is about index.tdb.new or .damaged as well: what was to be replaced.
        named = path.removesuffix(".new").removesuffix(".damaged").replace(f"/.{HOSTS}", f"/{HOSTS}").encode()
        known = named in process.stderr or b"index.tdb" in process.stderr
        checks.expect(known, case, f"{what}: fails, and does not name it: {process.stderr!r}")
    for hidden in (SECRET[:20], b"stolen"):
        checks.expect(hidden not in process.stdout + process.stderr, case, f"{what}: printed a secret")


def check_secret(site, checks, case):
    with open(secret(site), "rb") as file:
        checks.equal(SECRET, file.read(), case, "the secret")
    checks.equal(0o600, stat.S_IMODE(os.stat(secret(site)).st_mode), case, "the secret's mode")
    checks.expect(not os.path.lexists(nothing(site)), case, "what a link led to was made")


def check_copies(site, checks, case):
    for directory in (site.state, site.libvirt, site.hosts):
        for name in os.listdir(directory):
            path = os.path.join(directory, name)
            found = os.lstat(path)
            if stat.S_ISREG(found.st_mode) and found.st_ino != os.stat(secret(site)).st_ino:
                with open(path, "rb") as file:
                    checks.expect(SECRET[:20] not in file.read(), case, f"{name} holds the secret")


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        for name in os.listdir(path):
            os.unlink(os.path.join(path, name))
        os.rmdir(path)
    else:
        os.unlink(path)


def race(options, checks, site):
    """libvirt's directory is open to all, by mistake, and somebody is quick: events may fail, nothing is followed."""
    site.clear()
    os.chmod(site.libvirt, 0o777)
    attacker = nobody.start_script("planter.py", site.libvirt, STATUS, secret(site), nothing(site),
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    count = 400 if options.long() else 60
    failed = 0
    try:
        for number in range(count):
            done = event(site, BRIDGE, number % 200)
            checks.expect(done.returncode in (0, 1), "race", f"status {done.returncode}")
            failed += done.returncode
            check_secret(site, checks, "race")
        checks.equal(0, event(site, None, 1).returncode, "race", "status of an event of another network")
    finally:
        planted = int(attacker.communicate(b"\n", timeout=30)[0])
        os.chmod(site.libvirt, 0o755)
    check_copies(site, checks, "race")
    checks.expect(planted > count, "race", f"only {planted} files were planted")
    options.figure("race in libvirt's directory", f"{planted} planted, {failed} of {count} events failed")


def open_directories(options, checks):
    """A state directory that others may write to, or that is another user's, is refused by every writer."""
    for mode, owner, why in ((0o777, 0, b"others may write"), (0o1777, 0, b"others may write"),
                             (0o775, 0, b"others may write"), (0o755, nobody.UID, b"another user")):
        with Site(options) as site:
            os.chown(site.state, owner, owner)
            os.chmod(site.state, mode)
            case = f"state directory {mode:o} of {owner}"
            for argv in ((site.hook, "add", "52:54:00:00:00:01", "192.0.2.1", "host"), (site.sync,),
                         (site.sync, "--watch")):
                refused = site.run(*argv, timeout=WAIT)
                checks.done(refused, case, 1)
                checks.expect(site.state.encode() in refused.stderr and why in refused.stderr, case,
                              f"said {refused.stderr!r}")
                checks.equal(1, refused.stderr.count(b"\n"), case, "lines")
            checks.equal([], os.listdir(site.state), case, "files made there")
