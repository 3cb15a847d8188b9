"""A dnsmasq that keeps no lease file, and is told more leases than it may have: it does not start, and says why. The
hook is not told what the limit is; with room for them all it starts."""
import os
import shutil
import signal
import subprocess

_STORED = 2000
_STARTED = 20  # seconds that it may take at the most


def available():
    return shutil.which("dnsmasq") is not None and shutil.which("ip") is not None


def _start(site, limit):
    """(exit status or None where it serves, what it said). In a network of its own."""
    command = ["unshare", "--net", "--", "/bin/sh", "-c", 'ip link set lo up && exec "$@"', "sh",
               "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--user=root",
               "--log-facility=-", "--leasefile-ro", f"--dhcp-script={site.hook}", "--interface=lo",
               "--bind-interfaces", "--no-ping", "--dhcp-range=10.9.0.2,10.9.15.250,255.255.0.0",
               f"--pid-file={site.top}/pid", *([f"--dhcp-lease-max={limit}"] if limit else [])]
    environment = {**site.environment(LVINDEX_NETWORK="bulk"), "PATH": os.environ["PATH"]}
    with subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True) as process:
        said = []
        for line in process.stdout:
            said.append(line)
            if " started" in line:
                # Its helper would go on telling the hook of all leases.
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate(timeout=_STARTED)
                return None, "".join(said)
        return process.wait(_STARTED), "".join(said)


def check(site, case):
    """What is wrong, or None. `case` is the one whose lease file is read."""
    case.lease_file(_STORED, "bulk")
    done = case.sync().on(site)
    if done.returncode != 0:
        return f"lvindex-sync: {done.stderr!r}"
    listed = site.event("init", LVINDEX_NETWORK="bulk")
    lines = listed.stdout.splitlines()
    if listed.returncode != 0 or len(lines) != _STORED or any(len(line.split(b" ")) != 5 for line in lines):
        return f"init: status {listed.returncode}, {len(lines)} lines of {_STORED}"
    for limit in (None, _STORED - 1):
        status, said = _start(site, limit)
        if status in (None, 0) or "too many stored leases" not in said:
            return f"--dhcp-lease-max={limit}: status {status}: {said}"
    status, said = _start(site, _STORED)
    return None if status is None else f"--dhcp-lease-max={_STORED}: status {status}: {said}"
