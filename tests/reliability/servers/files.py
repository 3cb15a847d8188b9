"""dnsmasq's lease file is read while dnsmasq writes it, with and without a hook beside it."""
import subprocess
import threading
import time

from common.bookkeeping import differences
from common.dnsmasq import Granted
from common.module import use
from lab import within

_RESTLESS = ": keeps changing"
_STABLE = 60  # machines that are there from the beginning to the end


class Watcher:
    """Asks for names that were never gone, all the time, in a thread. `with` ends it."""

    def __init__(self, module, names):
        self._module = module
        self._names = names  # {name: address}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.missed = []
        self.asked = 0

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _look(self):
        while not self._over.is_set():
            for name, address in self._names.items():
                found = self._module.addresses(name)
                self.asked += 1
                if found != [address] and len(self.missed) < 100:
                    self.missed.append(f"{name} resolved to {found}, not to {address}")
            time.sleep(0.001)


def beside_a_hook(lab, networks, random):
    """Both feed the same network, one pass after the other and a watcher as well. The hook has a lease more."""
    server = lab.server(networks.get("lan", "10.17"), "--script-on-renewal", LVINDEX_NETWORK="lan")
    lab.site.event("add", "52:54:00:99:00:01", "10.17.251.1", "own", LVINDEX_NETWORK="lan")
    yield from _read_while_written(lab, server, random, {"10.17.251.1": Granted(0, "52:54:00:99:00:01", "own", "*")})


def alone(lab, networks, random):
    """No script: the file is all there is."""
    server = lab.server(networks.get("lan", "10.17"), script=False)
    yield from _read_while_written(lab, server, random, {})


def _different(lab, server, others):
    return differences({**server.dnsmasq.leases(), **others}, lab.leases(), "lan")


def _read_while_written(lab, server, random, others):
    """`others`: leases that are not in the file, and stay."""
    given = f"lan={server.dnsmasq.lease_file}"
    server.dnsmasq.start()
    server.obtain(range(_STABLE))
    server.dnsmasq.drain()
    lab.site.run(lab.site.sync, "--leases", given)
    use(lab.site.state)
    stable = {f"{server.name}-{number}": address for number, address in server.held.items()}
    stable.update((lease.name, address) for address, lease in others.items())
    follower = subprocess.Popen([lab.site.sync, "--watch", "--leases", given], env=lab.site.environment(),
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        with Watcher(lab.module, stable) as watcher:
            for turn in range(4):
                server.obtain(range(_STABLE + 30 * turn, _STABLE + 30 * turn + 30))
                passed = lab.site.run(lab.site.sync, "--leases", given)
                if passed.returncode != 0 and not passed.stderr.decode().endswith(f"{_RESTLESS}\n"):
                    yield f"lvindex-sync: status {passed.returncode}: {passed.stderr.decode()}"
                server.confirm(random.sample(range(_STABLE), 10))
                server.release(random.sample([number for number in server.held if number >= _STABLE], 15))
            server.dnsmasq.drain()
            if not within(10, lambda: not _different(lab, server, others)):
                yield from (f"10 seconds after the last change: {line}" for line in _different(lab, server, others))
        yield from watcher.missed
        if watcher.asked < _STABLE:
            yield f"only {watcher.asked} names were asked for meanwhile"
    finally:
        follower.terminate()
        # A file that is written all the time is told, and read when it rests.
        said = [line for line in follower.communicate()[1].decode().splitlines() if not line.endswith(_RESTLESS)]
    if follower.returncode != 0 or said:
        yield f"lvindex-sync --watch: status {follower.returncode}: {said}"
