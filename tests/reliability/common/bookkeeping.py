"""What dnsmasq granted, against what the index says."""
from collections import Counter

_TOLD = 3 * 100 - 1  # characters of a client-id that dnsmasq tells its script, at the most


def differences(granted, leases, network="", expiries=True):
    """A line for each difference. `granted`: {address: dnsmasq.Granted}; `leases`: those of `lvindex-dump --json`."""
    ours = [lease for lease in leases if lease["network"] == network]
    found = {lease["ip-address"]: lease for lease in ours}
    lines = repeated("in the index", (lease["ip-address"] for lease in ours))
    lines += [f"{address}: granted to {granted[address].mac}, not in the index" for address in granted.keys() - found]
    lines += [f"{address}: in the index, not granted" for address in found.keys() - granted.keys()]
    for address in granted.keys() & found.keys():
        lines += [f"{address}: {what} is {theirs}, in the index {mine}"
                  for what, theirs, mine in _fields(granted[address], found[address], expiries) if theirs != mine]
    return lines


def repeated(where, addresses):
    """A line for each that is there more than once."""
    return [f"{address}: {count} times {where}" for address, count in Counter(addresses).items() if count > 1]


def _fields(granted, lease, expiries):
    yield "the hardware address", granted.mac, lease.get("mac-address")
    yield "the client-id", granted.client_id[:_TOLD], lease.get("client-id", "*")
    if expiries:
        yield "the expiry", granted.expiry, lease["expiry-time"]


class Findings:
    """What went wrong, told at once with what it takes to repeat it."""

    def __init__(self, options):
        self._options = options
        self.count = 0

    def add(self, what, lines, most=10):
        """`lines` tell what is wrong; without any, all is well."""
        lines = list(lines)
        if not lines:
            return
        self.count += 1
        again = f"--seed {self._options.seed}"
        if self._options.long():
            again += f" --duration {self._options.duration:g}"
        print(f"FAILED: {what} (repeat with {again})", flush=True)
        for line in lines[:most]:
            print(f"  {line}", flush=True)
        if len(lines) > most:
            print(f"  and {len(lines) - most} more", flush=True)
