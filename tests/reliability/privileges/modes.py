"""Modes of files, at every moment and under every umask; how names are opened, and that no link is followed."""
import os
import stat
import time

from common.options import skip
from common.site import BRIDGE, Site

import traces

UMASKS = (0, 0o022, 0o077, 0o777)
MODES = {"index.tdb": 0o644, "index.old": 0o644, "lock": 0o600, f"{BRIDGE}.status": 0o644, "hosts": 0o644}


def run(options, checks):
    calls = 0
    for umask in UMASKS:
        with Site(options) as site:
            calls += under(site, checks, umask)
    options.figure("umasks", f"{len(UMASKS)}, {calls} system calls looked at")


def under(site, checks, umask):
    """The first run makes the directory; then an event, libvirt's event, `init`, a pass that makes a base, and
    one that makes a hosts file."""
    os.rmdir(site.state)
    leases = os.path.join(site.top, "leases")
    with open(leases, "w", encoding="ascii") as file:
        for number in range(300):
            file.write(f"{int(time.time()) + 3600} 52:54:01:00:{number // 256:02x}:{number % 256:02x} "
                       f"198.18.{number // 256}.{number % 256} old{number} *\n")
    seen = 0
    for argv, more in (((site.hook, "add", "52:54:00:00:00:01", "192.0.2.1", "web"), {}),
                       ((site.hook, "init"), {"VIR_BRIDGE_NAME": BRIDGE}),
                       ((site.hook, "add", "52:54:00:00:00:02", "192.0.2.2", "db"), {"VIR_BRIDGE_NAME": BRIDGE}),
                       ((site.sync, f"--leases={leases}"), {}),
                       ((site.sync, f"--hosts-file={os.path.join(site.hosts, 'hosts')}"), {}),
                       ((site.hook, "del", "52:54:00:00:00:01", "192.0.2.1"), {})):
        case = f"umask {umask:03o}, {os.path.basename(argv[0])} {argv[1]}"
        done, calls = traces.trace(site, *argv, umask=umask, **more)
        if done.returncode != 0 and b"ptrace" in done.stderr:
            skip("strace may not trace here")
        checks.done(done, case)
        check_modes(site, checks, case)
        ours = [call for call in calls if (call.file() or "").startswith((site.state, site.libvirt, site.hosts))]
        check_opens(checks, case, ours)
        check_order(checks, case, ours)
        seen += len(ours)
    checks.equal(["hosts"], os.listdir(site.hosts), f"umask {umask:03o}", "beside the hosts file")
    checks.expect(any(name.startswith("base-") for name in os.listdir(site.state)), f"umask {umask:03o}", "no base")
    return seen


def check_modes(site, checks, case):
    checks.equal(0o755, stat.S_IMODE(os.stat(site.state).st_mode), case, "mode of the state directory")
    for directory in (site.state, site.libvirt, site.hosts):
        for name in os.listdir(directory):
            expected = 0o644 if name.startswith("base-") else MODES.get(name)
            found = stat.S_IMODE(os.lstat(os.path.join(directory, name)).st_mode)
            checks.equal(expected, found, case, f"mode of {name}")


def check_opens(checks, case, calls):
    """Every file is opened without following a link; one that is made is made new, and for us alone."""
    for call in calls:
        if not call.name.startswith(("open", "creat")) or "O_DIRECTORY" in call.arguments:
            continue
        made = "O_CREAT" in call.arguments
        if made or "O_RDWR" in call.arguments or "O_WRONLY" in call.arguments:
            checks.expect("O_NOFOLLOW" in call.arguments, case, f"follows links: {call}")
        if made and not call.path.endswith("/lock"):
            checks.expect("O_EXCL" in call.arguments, case, f"takes what is there: {call}")
        if made and not call.path.endswith(".status"):  # `init` makes an empty one: nothing to hide
            checks.expect(call.arguments.endswith("0600"), case, f"others may open it: {call}")
    followed = {call.path for call in calls if call.name == "openat" and "O_NOFOLLOW" not in call.arguments and
                "O_DIRECTORY" not in call.arguments}
    checked = {call.path for call in calls if call.name == "openat" and "O_NOFOLLOW" in call.arguments}
    # libtdb opens by path what was opened without following before; the two are compared.
    checks.equal(set(), followed - checked, case, "opened without O_NOFOLLOW only")


def check_order(checks, case, calls):
    """A new file is written, then made readable, then synced, then renamed: nothing is written once others may read."""
    readable = set()
    for call in calls:
        if call.name == "fchmod" and call.arguments.endswith("0644"):
            readable.add(call.file())
        if call.name == "write" and call.file():
            checks.expect(call.file() not in readable, case, f"written when readable: {call.file()}")
    new = {call.path for call in calls if call.name == "openat" and "O_EXCL" in call.arguments}
    checks.equal(set(), new - readable, case, "made, and never readable")
