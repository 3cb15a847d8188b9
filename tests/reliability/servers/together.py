"""Two dnsmasq on one state directory, with a network name each, and without any."""
import threading
import time

from common.bookkeeping import differences
from lab import within

_RO = "--leasefile-ro"
_SHORT = 6  # seconds, of a lease that the second dnsmasq was handed: it deletes it when they are over


def handed_over(lab, networks, _random):
    """Without a network name, `init` hands each dnsmasq the leases of the other. What it does with them when they are
    renewed or given to somebody else meanwhile, takes nothing away."""
    first, second = (lab.server(networks.get(name, prefix), _RO)
                     for name, prefix in (("one", "10.11"), ("two", "10.12")))
    expiry = int(time.time()) + _SHORT
    for number in range(8):
        address = first.held[number] = f"10.11.2.{number}"
        hwaddr = ":".join(f"{octet:02x}" for octet in first.who(number).address)
        lab.site.event("add", hwaddr, address, f"one-{number}", DNSMASQ_LEASE_EXPIRES=str(expiry),
                       DNSMASQ_CLIENT_ID=f"01:{hwaddr}")
    for server in (first, second):
        server.dnsmasq.start()
        server.dnsmasq.drain()
    renewed, left = range(4), range(4, 8)
    first.confirm(renewed)
    second.obtain(range(100, 104))
    for server in (first, second):
        server.dnsmasq.drain()
    before = lab.found()
    lab.forget_events()
    # The second tells all it knows again, as it was before the renewals.
    second.dnsmasq.hang_up()
    second.dnsmasq.drain()
    told = {address for name, action, address in lab.events() if (name, action) == ("two", "old")}
    if not told >= {first.held[number] for number in renewed}:
        yield f"the second dnsmasq should know the first one's leases, but tells only {sorted(told)}"
    yield from _unlike("after SIGHUP of the other", before, lab.found())
    lab.forget_events()
    ended = {("two", "del", first.held[number]) for number in range(8)}
    if not within(_SHORT + 10, lambda: ended <= set(lab.events())):
        yield f"the second dnsmasq should end {len(ended)} leases, but the events are {lab.events()}"
    for server in (first, second):
        server.dnsmasq.drain()
    expected = {address: lease for address, lease in before.items()
                if address not in {first.held[number] for number in left}}
    yield from _unlike("after the other ended its copy", expected, lab.found())


def _unlike(when, before, after):
    for address in sorted(before.keys() | after.keys()):
        if before.get(address) != after.get(address):
            yield f"{address}, {when}: {after.get(address)}, was {before.get(address)}"


def without_a_name(lab, networks, random):
    """Two that share no address lose nothing, whatever they are told at the same time, and whoever is restarted."""
    servers = [lab.server(networks.get(name, prefix), "--script-on-renewal")
               for name, prefix in (("one", "10.11"), ("two", "10.12"))]
    yield from _at_once(servers, random, lambda: differences(
        {**servers[0].dnsmasq.leases(), **servers[1].dnsmasq.leases()}, lab.leases()))


def with_the_same_addresses(lab, networks, random):
    """Two networks of different names may lease the same address to different machines."""
    servers = [lab.server(networks.get(name, "10.13"), "--script-on-renewal", LVINDEX_NETWORK=name)
               for name in ("red", "blue")]

    def check():
        if not servers[0].dnsmasq.leases().keys() & servers[1].dnsmasq.leases().keys():
            yield "the two networks should have addresses in common"
        for server in servers:
            yield from differences(server.dnsmasq.leases(), lab.leases(), server.name)

    yield from _at_once(servers, random, check)


def _at_once(servers, random, check):
    for server in servers:
        server.dnsmasq.start()
    for _ in range(2):
        _both(lambda server: server.obtain(range(40)), servers)
        _drain(servers)
        yield from check()
        _both(lambda server: server.confirm(random.sample(sorted(server.held), 20)), servers)
        servers[0].release(random.sample(sorted(servers[0].held), 10))
        _drain(servers)
        yield from check()
        # All that the first one has not told yet is lost; its next start heals it.
        servers[1].obtain(range(40, 50))
        servers[0].obtain(range(40, 60))
        servers[0].dnsmasq.crash()
        servers[0].dnsmasq.start()
        _drain(servers)
        yield from check()


def _drain(servers):
    for server in servers:
        server.dnsmasq.drain()


def _both(action, servers):
    threads = [threading.Thread(target=action, args=(server,)) for server in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
