"""A real dnsmasq that runs a lease script, and what can be seen of it from outside."""
import os
import re
import shutil
import signal
import subprocess
import time
from typing import NamedTuple

_POLL = 0.01
_QUIET = 0.2  # seconds without an event after which none is waiting: the next one follows within a millisecond
_ACKNOWLEDGED = re.compile(rb" DHCPACK\([^)]*\) (\S+) (\S+) ?(\S*)$", re.MULTILINE)
_SCRIPT_TROUBLE = re.compile(rb"script process|dnsmasq-script|lease-init|failed to execute")


class Granted(NamedTuple):
    """One line of dnsmasq's lease file."""
    expiry: int
    mac: str
    name: str  # "*" when there is none
    client_id: str


class Dnsmasq:
    """Its script, which may be None, gets the environment of `site`'s programs and what is given here."""

    def __init__(self, site, network, script, *options, **environment):
        self.network = network
        self.process = None
        self._site = site
        self._options = options
        self._environment = environment
        # In memory: dnsmasq syncs its whole lease file at each lease.
        self._directory = f"/run/dnsmasq-{network.name}"
        os.mkdir(self._directory)
        os.chmod(self._directory, 0o777)
        self._script = script
        self.lease_file = os.path.join(self._directory, "leases")
        self.log = os.path.join(self._directory, "log")
        # AppArmor profiles go by path, and would keep it out of our directory.
        self._program = shutil.copy(shutil.which("dnsmasq"), self._directory)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process is not None:
            self.kill()
        shutil.rmtree(self._directory)

    def start(self, *more):
        """With `more` options this time. RuntimeError when it does not start."""
        prefix = self.network.prefix
        started = self._starts()
        # Only with --log-debug does the log hold what the script prints.
        command = [self._program, "--log-debug", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=",
                   "--port=0",
                   f"--log-facility={self.log}", "--no-ping", "--dhcp-authoritative", "--bind-interfaces",
                   f"--interface={self.network.name}", "--except-interface=lo", f"--dhcp-leasefile={self.lease_file}",
                   f"--dhcp-range={prefix}.1.0,{prefix}.250.255,255.255.0.0,2h", *self._options, *more]
        if self._script is not None:
            command.append(f"--dhcp-script={self._script}")
        self.process = subprocess.Popen(self.network.at_server(*command),
                                        env=self._site.environment(PATH=os.environ["PATH"], **self._environment),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        deadline = time.monotonic() + 15
        while self._starts() == started:
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                raise RuntimeError(f"dnsmasq does not start: {self.process.communicate()[1].decode()}"
                                   f"{self.complaints()[-5:]}")
            time.sleep(_POLL)

    def _starts(self):
        return self.logged().count(b" started, version ")

    def logged(self):
        try:
            with open(self.log, "rb") as file:
                return file.read()
        except FileNotFoundError:
            return b""

    def complaints(self):
        """What it says of its script, and what the script said."""
        return [line for line in self.logged().split(b"\n") if _SCRIPT_TROUBLE.search(line)]

    def acknowledged(self):
        """{address: (hardware address, name or "")}: what it granted since it was first started, from its log."""
        return {address.decode(): (mac.decode(), name.decode())
                for address, mac, name in _ACKNOWLEDGED.findall(self.logged())}

    def runner(self):
        """The process that runs the script, a child of dnsmasq's; None when it has none."""
        found = children(self.process.pid)
        return found[0] if found else None

    def drain(self, patience=60):
        """Waits until no event is waiting for the script. RuntimeError when it takes too long."""
        runner = self.runner()
        deadline = time.monotonic() + patience
        quiet = time.monotonic() + _QUIET
        while time.monotonic() < quiet:
            if children(runner):
                quiet = time.monotonic() + _QUIET
            if time.monotonic() > deadline:
                raise RuntimeError(f"after {patience} seconds events are still waiting for {self._script}")
            time.sleep(_POLL)

    def hang_up(self):
        """It reads its files again, and tells its script of every lease."""
        self.process.send_signal(signal.SIGHUP)

    def stop(self):
        """It passes on the last event, and ends."""
        self._end(signal.SIGTERM)

    def kill(self):
        """It loses the events that it has not passed on; the script may be at work on one."""
        self._end(signal.SIGKILL)

    def crash(self):
        """As kill(), and the script is killed as well, wherever it is."""
        runner = self.runner()
        for pid in (self.process.pid, runner, *children(runner)):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # the script had just ended
        self._end(signal.SIGKILL)

    def _end(self, number):
        runner = self.runner()
        self.process.send_signal(number)
        self.process.wait()
        self.process.stderr.close()
        self.process = None
        deadline = time.monotonic() + 60
        while runner is not None and _alive(runner):
            if time.monotonic() > deadline:
                raise RuntimeError("dnsmasq's script does not end")
            time.sleep(_POLL)

    def forget(self):
        """It has ended, and its lease file is lost."""
        os.unlink(self.lease_file)

    def leases(self):
        """{address: Granted}, from its lease file."""
        found = {}
        with open(self.lease_file, encoding="latin-1") as file:
            for line in file:
                expiry, mac, address, name, client_id = line.split()
                found[address] = Granted(int(expiry), mac, name, client_id)
        return found


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _alive(pid):
    """Is it there, and not just waiting to be reaped?"""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
