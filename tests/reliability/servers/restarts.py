"""dnsmasq is told to read its files again, is stopped, and is killed in the middle of a burst."""
import json
import os

from common.bookkeeping import differences
from lab import within

_BURST = 40


def _interrupt(lab, server, random):
    """A burst, and what ends it when some of its events were told. What was done."""
    lab.forget_events()
    taken = sorted(server.held)
    server.confirm(random.sample(taken, min(len(taken), _BURST // 2)))
    new = max(taken, default=0) + 1
    server.obtain(range(new, new + _BURST))
    # The second has come: the first was dealt with.
    told = random.randrange(2, _BURST)
    within(10, lambda: len(lab.events()) >= told)
    done = random.choice(("hang_up", "stop", "kill", "crash", "crash"))
    getattr(server.dnsmasq, done)()
    if server.dnsmasq.process is not None:
        server.dnsmasq.drain()
    return done


def with_lease_file(lab, networks, random):
    """After any end, the next start tells us all that dnsmasq's lease file still knows."""
    server = lab.server(networks.get("plain", "10.14"), "--script-on-renewal")
    server.dnsmasq.start()
    for _ in range(3):
        done = _interrupt(lab, server, random)
        if server.dnsmasq.process is None:
            if random.random() < 0.3:
                done += ", lease file lost"
                server.dnsmasq.forget()
            server.dnsmasq.start()
            server.dnsmasq.drain()
        if "lost" in done:
            # dnsmasq knows nobody, but everybody goes on with what he has.
            granted = server.dnsmasq.leases()
            if granted:
                yield f"{done}: dnsmasq should know no lease, but has {len(granted)}"
            server.confirm(sorted(server.held))
            server.dnsmasq.drain()
        granted = server.dnsmasq.leases()
        if granted.keys() != set(server.held.values()):
            yield f"{done}: dnsmasq's lease file has {len(granted)} leases, its machines {len(server.held)}"
        yield from (f"{done}: {line}" for line in differences(granted, lab.leases()))
        # While it runs, what is given back is gone.
        server.release(random.sample(sorted(server.held), 5))
        server.dnsmasq.drain()
        yield from (f"{done}, then released: {line}" for line in differences(server.dnsmasq.leases(), lab.leases()))


def without_lease_file(lab, networks, random):
    """dnsmasq's only memory is what `init` prints."""
    yield from _remembered(lab, lab.server(networks.get("memory", "10.15"), "--leasefile-ro"), "", random)


def under_libvirt(lab, networks, random):
    """The same, with .status beside the index."""
    server = lab.server(networks.get("virbr8", "10.16"), "--leasefile-ro", VIR_BRIDGE_NAME="virbr8")
    yield from _remembered(lab, server, "virbr8", random)
    with open(os.path.join(lab.site.libvirt, "virbr8.status"), encoding="utf-8") as file:
        written = {entry["ip-address"]: entry["expiry-time"] for entry in json.load(file)}
    found = {address: lease["expiry-time"] for address, lease in lab.found("virbr8").items()}
    for address in sorted(written.items() ^ found.items()):
        yield f"{address} is in .status or in the index alone"


def _remembered(lab, server, network, random):
    server.dnsmasq.start()
    for _ in range(3):
        done = _interrupt(lab, server, random)
        if server.dnsmasq.process is None:
            before = lab.found(network)
            lab.forget_events()
            server.dnsmasq.start()
            server.dnsmasq.drain()
            told = {address for _, action, address in lab.events() if action == "old"}
            yield from (f"{done}: {line}" for line in _forgotten(before, lab.found(network), told))
        server.confirm(sorted(server.held))
        server.dnsmasq.drain()
        found = lab.found(network)
        for number, address in server.held.items():
            if found.get(address, {}).get("hostname") != f"{server.name}-{number}":
                yield f"{done}: {address} of machine {number}: the index has {found.get(address)}"
        for address in sorted(found.keys() - set(server.held.values())):
            yield f"{done}: {address} is in the index, but nobody's"


def _forgotten(before, after, told):
    """`told`: the addresses that dnsmasq tells of when it has started. An interrupted event may count or not."""
    for address, lease in before.items():
        now = after.get(address)
        if address not in told:
            yield f"{address}: in the index, but dnsmasq does not know it after its start"
        if now is None or now["expiry-time"] < lease["expiry-time"] or _identity(now) != _identity(lease):
            yield f"{lease} became {now} by the start"
    more = after.keys() - before.keys()
    if len(more) > 1:
        yield f"more than the one event that was interrupted came up by the start: {sorted(more)}"


def _identity(lease):
    return [lease.get(field) for field in ("mac-address", "client-id", "hostname", "guests")]
