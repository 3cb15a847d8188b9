"""An nscd between programs and the modules, while the index is replaced: its descriptors, its memory and its mappings
of the index stay what they were. Its clients have no module of ours in their /etc/nsswitch.conf: what they are
answered comes from it."""
import os
import re
import shutil
import subprocess
import sys
import time

import machine

# All lookups of hosts reach the modules: an answer of ours is kept for no time, and so is "not found".
_CONFIGURATION = """server-user root
threads 4
enable-cache passwd no
enable-cache group no
enable-cache services no
enable-cache netgroup no
enable-cache hosts yes
positive-time-to-live hosts 1
negative-time-to-live hosts 0
suggested-size hosts 211
check-files hosts no
persistent hosts no
shared hosts no
max-db-size hosts 33554432
"""

# Asks again and again, and tells how often there was which answer.
_CLIENT = """
import collections, socket, sys, time
count, end = collections.Counter(), time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    try:
        count[socket.gethostbyname("web")] += 1
    except OSError as error:
        count[str(error)] += 1
    try:
        count[socket.gethostbyname("nobody%d" % sum(count.values()))] += 1
    except socket.gaierror:
        count["unknown"] += 1
print(dict(count))
"""

_SHORT = 2.0  # seconds for each of the two halves
_SLACK = 1024  # KiB: what may come and go; a mapping a lookup would be tens of times more

# Pages of two files and of the bookkeeping, for each thread that may hold them and for the one slot that is left.
_MOST_MAPPINGS = 2 * 3 * 8


def run(part, seconds=_SHORT):
    nscd = shutil.which("nscd")
    if nscd is None:
        part.note("nscd is not installed: not tried")
        return
    configuration = os.path.join(part.place, "nscd.conf")
    with open(configuration, "w", encoding="ascii") as file:
        file.write(_CONFIGURATION)
    os.makedirs("/run/nscd", exist_ok=True)
    command = [nscd, "--foreground", "--config-file", configuration]
    with subprocess.Popen(command, env={"LVINDEX_DIR": part.large.state}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _watch(part, server, seconds)
        finally:
            server.kill()


def _watch(part, server, seconds):
    deadline = time.monotonic() + 10
    while not os.path.exists("/run/nscd/socket") and time.monotonic() < deadline:
        time.sleep(0.05)
    _ask(part, seconds)
    before = _state_of(server.pid)
    asked = _ask(part, seconds)
    after = _state_of(server.pid)
    part.check(server.poll() is None, f"nscd ended with {server.returncode}")
    part.check(after["descriptors"] == before["descriptors"], f"nscd: {before} became {after}")
    # Its threads take turns: how many of them have a mapping at hand may differ.
    part.check(after["mappings"] <= _MOST_MAPPINGS, f"nscd: {before} became {after}")
    for what in ("memory", "address space"):
        part.check(after[what] <= before[what] + _SLACK, f"nscd: {before} became {after}")
    part.options.figure("nscd", f"{asked} lookups through it; before: {before}; after: {after}")


def _ask(part, seconds):
    """Asks for so long while events go on; how often the machine was found."""
    plain = os.path.join(part.place, "plain.conf")
    with open(plain, "w", encoding="ascii") as file:
        file.write("hosts: files\n")
    with subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", f'mount --bind {plain} /etc/nsswitch.conf && exec "$@"', "sh",
             sys.executable, "-c", _CLIENT, str(seconds)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as client:
        while client.poll() is None:
            machine.event(part.large)
            time.sleep(0.02)
        answers = client.stdout.read()
    found = re.fullmatch(r"\{(.*)\}\s*", answers)
    counts = dict(re.findall(r"'([^']*)': (\d+)", found[1])) if found else {}
    part.check(set(counts) == {machine.ADDRESS, "unknown"}, f"through nscd: {answers.strip()}")
    return int(counts.get(machine.ADDRESS, 0))


def _state_of(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        status = dict(line.split(":", 1) for line in file)
    with open(f"/proc/{pid}/maps", encoding="ascii") as file:
        mappings = sum("/state/" in line for line in file)
    return {"descriptors": len(os.listdir(f"/proc/{pid}/fd")), "mappings": mappings,
            "memory": int(status["VmRSS"].split()[0]), "address space": int(status["VmSize"].split()[0])}
