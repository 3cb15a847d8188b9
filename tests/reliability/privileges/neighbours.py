"""What a guest of one network can do to the names of another, whose dnsmasq is another: what docs/security.md says."""
import json
import os
import time

from common.module import Module, use
from common.site import BRIDGE, Site

LAB, FOREIGN, GUEST = "192.0.2.1", "198.51.100.1", "203.0.113.1"


def run(options, checks):
    with Site(options) as site:
        use(site.state)
        hosts, guests = Module(options), Module(options, "lvindex_guest")
        event(site, checks, "add", "52:54:00:00:00:01", LAB, "web", LVINDEX_NETWORK="lab", DNSMASQ_DOMAIN="lab.example")
        guest(site, checks)
        for name in ("web", "db1", "db2"):
            event(site, checks, "add", "52:54:00:00:00:66", FOREIGN, name, LVINDEX_NETWORK="foreign",
                  DNSMASQ_DOMAIN="foreign.example")
            compare(checks, hosts, guests, name)
        # The same address there is another lease, and its end is no end of ours.
        for action in ("add", "del"):
            event(site, checks, action, "52:54:00:00:00:66", LAB, LVINDEX_NETWORK="foreign")
        checks.equal([LAB], hosts.addresses("web.lab.example"), "a del in another network", "web.lab.example")


def event(site, checks, *arguments, **more):
    checks.done(site.event(*arguments, DNSMASQ_LEASE_EXPIRES=str(int(time.time()) + 3600), **more), f"{arguments}")


def guest(site, checks):
    """One that runs, with a lease, and one that is only defined."""
    with open(os.path.join(site.libvirt, f"{BRIDGE}.macs"), "w", encoding="ascii") as file:
        json.dump([{"domain": "db1", "macs": ["52:54:00:00:00:03"]}], file)
    os.mkdir(os.path.join(site.definitions, "qemu"))
    with open(os.path.join(site.definitions, "qemu", "db2.xml"), "w", encoding="ascii"):
        pass
    event(site, checks, "add", "52:54:00:00:00:03", GUEST, VIR_BRIDGE_NAME=BRIDGE)


def compare(checks, hosts, guests, taken):
    """While the foreigner calls itself `taken`."""
    case = f"a foreign {taken}"
    checks.equal([LAB], hosts.addresses("web.lab.example"), case, "web.lab.example")
    checks.equal([FOREIGN, LAB] if taken == "web" else [LAB], hosts.addresses("web"), case, "web")
    checks.equal([GUEST], guests.addresses("db1"), case, "the guest db1")
    for name in ("db1", "db2", "db1.foreign.example", "db2.foreign.example"):
        checks.equal([], hosts.addresses(name), case, f"host {name}")
