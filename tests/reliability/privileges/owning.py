"""Whose index is believed: a user's own by that user's processes, root's by all, and nobody's by more."""
import os
import re
import stat
import subprocess
import time

from common.site import BRIDGE, Site

import nobody

TRUE, FORGED = "192.0.2.1", "203.0.113.66"


def run(options, checks):
    with Site(options) as site:
        copies = nobody.Copies(options, site)
        checks.done(add(site, TRUE), "root's event")
        forged = forge(site, copies, checks)
        readers(site, copies, checks, forged)
        set_user_id(site, copies, checks, forged)
        tools(site, copies, checks)
    script_user(options, checks)


def add(site, address, **more):
    return site.event("add", "52:54:00:00:00:01", address, "web",
                      DNSMASQ_LEASE_EXPIRES=str(int(time.time()) + 3600), **more)


def forge(site, copies, checks):
    """An index of nobody's own, made by our own hook, that answers otherwise. Anybody may do that."""
    directory = os.path.join(site.top, "forged")
    os.mkdir(directory)
    os.chown(directory, nobody.UID, nobody.UID)
    done = nobody.run([copies.hook, "add", "52:54:00:00:00:66", FORGED, "web"],
                      dict(site.environment(), LVINDEX_DIR=directory))
    checks.done(done, "nobody's own index")
    return directory


def answer(process):
    return process.stdout.decode().strip()


def readers(site, copies, checks, forged):
    """Another user's process reads root's index; a variable of one's own fools one's own processes alone."""
    ask = [copies.ask, copies.module, "web"]
    for directory, address in ((site.state, TRUE), (forged, FORGED)):
        found = answer(nobody.run(ask, {"LVINDEX_DIR": directory}))
        checks.equal(address, found, f"nobody reads {directory}", "answer")
    checks.equal(TRUE, answer(site.run(*ask)), "root reads root's index", "answer")
    checks.equal("status -1", answer(site.run(*ask, LVINDEX_DIR=forged)), "root reads nobody's index", "answer")
    shown = nobody.run([copies.dump], {"LVINDEX_DIR": site.state})
    checks.done(shown, "nobody runs lvindex-dump")
    checks.expect(TRUE.encode() in shown.stdout, "nobody runs lvindex-dump", f"prints {shown.stdout!r}")
    warned = site.run(copies.dump, LVINDEX_DIR=forged)
    checks.expect(b"not root's own" in warned.stderr, "root shows nobody's index", f"said {warned.stderr!r}")


def built_in(site):
    """The state directory where the environment names none."""
    text = site.run(site.dump, "--help").stdout.decode()
    return re.search(r"LVINDEX_DIR .*\((/[^)]*)\)", text).group(1)


def existing(directory):
    return directory if os.path.isdir(directory) else existing(os.path.dirname(directory))


def set_user_id(site, copies, checks, forged):
    """A set-uid program of root's that nobody starts with LVINDEX_DIR asks the built-in directory's index."""
    state = built_in(site)
    mount, program = existing(state), os.path.join(existing(state), "ask")
    script = (f"set -e; mount -t tmpfs -o mode=0755 none {mount}; mkdir -p {state}; cp -a {site.state}/. {state}/; "
              f"cp {copies.ask} {program}; chmod 4755 {program}; "
              f"for directory in {forged} /nowhere; do "
              f"setpriv --reuid={nobody.UID} --regid={nobody.UID} --clear-groups "
              f"env LVINDEX_DIR=$directory {program} {copies.module} web; done; "
              f"chmod 755 {program}; setpriv --reuid={nobody.UID} --regid={nobody.UID} --clear-groups "
              f"env LVINDEX_DIR={forged} {program} {copies.module} web")
    done = subprocess.run(["unshare", "--mount", "--propagation=private", "sh", "-c", script], capture_output=True,
                          env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}, timeout=60, check=False)
    checks.equal([TRUE, TRUE, FORGED], done.stdout.decode().split(), "a set-uid program, then the same without",
                 f"answers ({done.stderr!r})")


def tools(site, copies, checks):
    """Nobody may run the writers on root's directory: they fail, at once, with a line, and change nothing."""
    before = snapshot(site)
    for argv in ((copies.hook, "add", "52:54:00:00:00:66", FORGED, "web"),
                 (copies.hook, "del", "52:54:00:00:00:01", TRUE), (copies.sync,), (copies.sync, "--watch")):
        began = time.monotonic()
        done = nobody.run(argv, site.environment())
        case = f"nobody runs {os.path.basename(argv[0])}"
        checks.done(done, case, 1)
        checks.expect(b"Permission denied" in done.stderr and done.stderr.count(b"\n") == 1, case, f"{done.stderr!r}")
        checks.expect(time.monotonic() - began < 5, case, "waits")
    checks.equal(before, snapshot(site), "nobody runs the writers", "files of the state directory")
    shown = nobody.run([copies.hook, "init"], site.environment())
    checks.expect(TRUE.encode() in shown.stdout, "nobody runs init", f"{shown.stdout!r} {shown.stderr!r}")


def snapshot(site):
    found = {}
    for name in sorted(os.listdir(site.state)):
        path = os.path.join(site.state, name)
        with open(path, "rb") as file:
            found[name] = (os.stat(path).st_ino, stat.S_IMODE(os.stat(path).st_mode), file.read())
    return found


def script_user(options, checks):
    """dnsmasq with --dhcp-scriptuser: the hook works in a directory of that user's, which others do not believe."""
    with Site(options) as site:
        copies = nobody.Copies(options, site)
        for directory in (site.state, site.libvirt):
            os.chown(directory, nobody.UID, nobody.UID)
        for more in ({}, {"VIR_BRIDGE_NAME": BRIDGE}):
            done = nobody.run([copies.hook, "add", "52:54:00:00:00:01", TRUE, "web"], site.environment(**more))
            checks.done(done, f"script user's event {more}")
        ask = [copies.ask, copies.module, "web"]
        checks.equal(TRUE, answer(nobody.run(ask, site.environment())), "script user's index", "its own answer")
        checks.equal("status -1", answer(site.run(*ask)), "script user's index", "another user's answer")
        refused = add(site, TRUE)
        checks.done(refused, "root's event in a script user's directory", 1)
        checks.expect(b"belongs to another user" in refused.stderr, "root's event", f"said {refused.stderr!r}")
