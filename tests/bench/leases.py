"""Leases that look real, always the same ones: one endless sequence, of which a site of N leases has the first N.

Every lease has a host name, a MAC, a client-id, and a libvirt guest of another name that runs with this MAC.
"""
import functools
import ipaddress
from typing import NamedTuple

MOST = 1_000_000  # leases of one site; names behind them are left for new leases
DOMAIN = "lab.example"
EXPIRY = 4_000_000_000

_FIRST_ADDRESS = int(ipaddress.IPv4Address("10.64.0.10"))
_HOSTS = ("web", "mail", "build", "node", "cache", "proxy", "runner", "worker", "devbox", "gitlab", "jenkins",
          "desktop", "laptop", "printer", "camera", "sensor", "router", "backup", "storage", "monitor", "grafana",
          "kube", "etcd", "vault", "redis", "mysql", "pgsql", "kafka", "elastic", "debian", "ubuntu", "fedora")
_GUESTS = ("prod", "test", "stage", "demo", "ci", "lab", "qa", "dev", "infra", "edge", "core", "data", "auth", "ops",
           "mon", "vpn")


class Lease(NamedTuple):
    host: str
    guest: str
    address: str
    mac: str
    client_id: str


def lease(i):
    """The i-th of the sequence. Numbers are multiplied by odd ones, modulo a power of two: no two are alike."""
    code = i * 0x9E3B1 + 0x1234 & 0xFFFFF
    serial = i * 0x85EBCB + 0x5151 & 0xFFFFFF
    number = _FIRST_ADDRESS + i
    tail = f"{serial >> 16:02x}:{serial >> 8 & 255:02x}:{serial & 255:02x}"
    return Lease(
        f"{_HOSTS[i & 31]}-{code:05x}",
        f"{_GUESTS[i & 15]}vm-{code:05x}",
        f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
        "52:54:00:" + tail,
        # As systemd-networkd makes it: IAID, then a DUID of its enterprise number and the machine's hash.
        f"ff:56:{tail}:00:02:00:00:ab:11:{code >> 12:02x}:{code >> 4 & 255:02x}:{tail}:5e:a1:07",
    )


def unknown(item):
    """A name like that of the lease, which no lease has."""
    return item.host.replace("-", "_")


@functools.lru_cache(maxsize=1)
def sequence(count):
    return [lease(i) for i in range(count)]
