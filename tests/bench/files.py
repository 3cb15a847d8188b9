"""The files in which each contender reads the leases: each function writes one, of the leases that it is given."""
import os
import random
import socket
import time

from leases import EXPIRY, unknown

_QUERY_SIZE = 16  # QUERY_SIZE of queries.h
_SETTLED = 2.5  # seconds after which a file's times tell whether it was changed

_last_written = 0.0


def _write(path, texts, head="", separator="", tail=""):
    global _last_written
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as file:
        file.write(head + separator.join(texts) + tail)
    _last_written = time.monotonic()


def settle():
    """Waits until all files have settled."""
    time.sleep(max(0.0, _last_written + _SETTLED - time.monotonic()))


def write_status(path, leases):
    """libvirt's leases of a network, to the letter as libvirt 9.0 writes them."""
    entries = (f'  {{\n    "ip-address": "{item.address}",\n    "mac-address": "{item.mac}",\n'
               f'    "hostname": "{item.host}",\n    "client-id": "{item.client_id}",\n'
               f'    "expiry-time": {EXPIRY}\n  }}'
               for item in leases)
    _write(path, entries, "[\n", ",\n", "\n]\n")


def write_macs(path, leases):
    """libvirt's running guests of a network."""
    entries = (f'  {{\n    "domain": "{item.guest}",\n    "macs": [\n      "{item.mac}"\n    ]\n  }}'
               for item in leases)
    _write(path, entries, "[\n", ",\n", "\n]\n")


def write_networks(directory, leases, size, status=True):
    """The directory of a libvirt with so many leases in each network: .macs, and .status if libvirt feeds them."""
    for number, start in enumerate(range(0, len(leases), size)):
        part = leases[start : start + size]
        write_macs(f"{directory}/virbr{number}.macs", part)
        if status:
            write_status(f"{directory}/virbr{number}.status", part)


def write_lease_file(path, leases, renewed=0, turn=0):
    """dnsmasq's own. The first `renewed` leases expire some hours later, for each turn another one."""
    lines = (f"{EXPIRY + 3600 * turn * (i < renewed)} {item.mac} {item.address} {item.host} {item.client_id}\n"
             for i, item in enumerate(leases))
    _write(path, lines)


def write_hosts(path, leases):
    """/etc/hosts, and what a dnsmasq reads as such."""
    _write(path, (f"{item.address}\t{item.host}\n" for item in leases), "127.0.0.1\tlocalhost\n")


# What is looked up, in an order that has nothing to do with that of the leases.
QUERIES = {
    "host": lambda item: item.host.encode(),
    "guest": lambda item: item.guest.encode(),
    "miss": lambda item: unknown(item).encode(),
    "address": lambda item: socket.inet_aton(item.address),
}


def write_queries(path, leases, kind):
    queries = [QUERIES[kind](item).ljust(_QUERY_SIZE, b"\0") for item in leases]
    random.Random(len(queries)).shuffle(queries)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(b"".join(queries))
