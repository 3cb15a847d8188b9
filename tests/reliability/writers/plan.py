"""What one dnsmasq does: a sequence of lease events, and the leases that are left when all have been taken."""
from dataclasses import dataclass

FUTURE = 4102444800  # 2100
CLIENTS = 60


@dataclass(frozen=True)
class Lease:
    """As lvindex-dump must show it."""
    mac: str
    name: str
    refused: str
    expiry: int


@dataclass
class Event:
    arguments: list
    environment: dict


class Plan:
    """Of the network with that number; with `bridge`, one of libvirt's. Clients have the same names in all networks,
    so that all writers change the same records."""

    def __init__(self, number, bridge, chance):
        self.network = f"virbr{number}" if bridge else f"lan{number}"
        self.bridge = bridge
        self.number = number
        self.leases = {}  # {client: Lease}
        self._chance = chance

    def address(self, client):
        return f"10.{self.number}.0.{client + 1}"

    def end_state(self):
        return {(self.network, self.address(client)): lease for client, lease in self.leases.items()}

    def events(self, count):
        for _ in range(count):
            client = self._chance.randrange(CLIENTS)
            if client not in self.leases:
                yield self._taken("add", client)
            else:
                yield self._chance.choice((self._renewed, self._renewed, self._deleted, self._deleted_late))(client)

    def _event(self, action, client, lease):
        network = {"VIR_BRIDGE_NAME" if self.bridge else "LVINDEX_NETWORK": self.network}
        supplied = {"DNSMASQ_SUPPLIED_HOSTNAME": lease.refused} if lease.refused else {}
        return Event([action, lease.mac, self.address(client), *([lease.name] if lease.name else [])],
                     {**network, **supplied, "DNSMASQ_LEASE_EXPIRES": str(lease.expiry),
                      "DNSMASQ_INTERFACE": self.network})

    def _taken(self, action, client):
        """Most clients get the name that they ask for."""
        name, refused = self._chance.choice(((f"host{client}", None), (f"host{client}", None), (None, None),
                                             (None, f"refused{client}")))
        lease = Lease(f"52:54:00:00:{self.number:02x}:{client:02x}", name, refused,
                      FUTURE + self._chance.randrange(1 << 20))
        self.leases[client] = lease
        return self._event(action, client, lease)

    def _renewed(self, client):
        return self._taken("old", client)

    def _deleted(self, client):
        return self._event("del", client, self.leases.pop(client))

    def _deleted_late(self, client):
        """Of an earlier lease than the one that is there: nothing happens. On libvirt's networks there is no such
        rule."""
        if self.bridge:
            return self._deleted(client)
        lease = self.leases[client]
        return self._event("del", client, Lease(lease.mac, lease.name, lease.refused, FUTURE - 1))
