"""Lease events as dnsmasq sends them, the same for all who take them in."""
import random

import leases

_LATER = 100_000  # seconds: no renewal ends with the expiry that a lease has


def variables(item, expiry):
    """The environment of an `add`, or of an `old` from a full exchange."""
    return {
        "DNSMASQ_INTERFACE": "virbr0",
        "DNSMASQ_LEASE_EXPIRES": str(expiry),
        "DNSMASQ_TIME_REMAINING": "43200",
        "DNSMASQ_CLIENT_ID": item.client_id,
        "DNSMASQ_SUPPLIED_HOSTNAME": item.host,
        "DNSMASQ_DOMAIN": leases.DOMAIN,
        "DNSMASQ_VENDOR_CLASS": "MSFT 5.0",
        "DNSMASQ_REQUESTED_OPTIONS": "1,2,6,12,15,26,28,121,3,33,40,41,42,119,249,252,17",
        "DNSMASQ_TAGS": "known virbr0",
        "DNSMASQ_LOG_DHCP": "1",
    }


def event(action, item, expiry=leases.EXPIRY):
    """Arguments and environment."""
    return [action, item.mac, item.address, item.host], variables(item, expiry)


class Events:
    """Without end, always the same: a renewal, a new lease, another renewal, and the new lease is gone."""

    def __init__(self, site, first_new):
        self.site = site
        self.next_new = site.size + first_new
        self.random = random.Random(site.size)
        self.turn = 0

    def __iter__(self):
        while True:
            new = leases.lease(self.next_new)
            self.next_new += 1
            yield self._renewal()
            yield event("add", new)
            yield self._renewal()
            yield event("del", new)

    def _renewal(self):
        self.turn += 1
        item = leases.lease(self.random.randrange(self.site.size))
        return event("old", item, leases.EXPIRY + _LATER + self.turn)
