"""Random events, as dnsmasq sends them and a little worse. Few addresses, so that they meet often."""
import json

from event import Event

BRIDGES = ("virbr0", "virbr1")
SERVER_DUIDS = {"virbr0": b"00:01:00:01:2c:aa:bb:01:52:54:00:00:00:fe", "virbr1": b"00:03:00:01:52:54:00:00:00:ff"}

IPV4 = [f"192.168.122.{n}".encode() for n in range(10, 15)]
IPV6 = [b"fd00:122::a", b"fd00:122::b", b"2001:db8::1:2:3:4", b"fd00:122:0:1::"]

MACS = [
    b"52:54:00:00:00:01",
    b"52:54:00:00:00:02",
    b"52:54:00:00:00:03",
    b"00:00:00:00:00:00",
    b"06-aa:bb:cc:dd:ee:ff",  # another hardware type
    b"20-",  # InfiniBand: none at all
    b"20-00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff",
    b"ff-01",
]
CLIENT_IDS = [
    b"01:52:54:00:00:00:01",
    b"ff:00:00:00:01:00:01:2c:aa:bb:cc:52:54:00:00:00:02",
    b"00",
    b":".join([b"ab"] * 255),
]
DUIDS = [
    b"00:01:00:01:2c:00:00:01:52:54:00:00:00:01",
    b"00:03:00:01:52:54:00:00:00:02",
    b"00:04:" + b":".join([b"5f"] * 16),
    b":".join([b"cd"] * 130),
]
IAIDS = [b"0", b"1", b"T1", b"12345", b"4294967295", b"T4294967295"]

# Reserved by a guest's definition, and by .macs for the guest with the first MAC.
STOPPED_GUEST, RUNNING_GUEST = "db", "Vm1"
GUESTS = {STOPPED_GUEST.encode(): set(), RUNNING_GUEST.lower().encode(): {MACS[0]}}
NAMES_GOOD = [b"web", b"mail", b"Web", b"UPPER", b"a-b", b"x_1", b"7up", b"0xg", b"n" * 63, b"xn--caf-dma"]
NAMES_GUEST = [b"db", b"DB", b"Vm1", b"vm1"]
NAMES_BAD = [
    b"web.example", b"a.b.c", b"web.", b".", b"localhost", b"LocalHost", b"localhost.localdomain", b"wpad", b"isatap",
    b"_gateway", b"_outbound", b"sandbox", b"1234", b"1.2.3.4", b"0x7f", b"n" * 64, b"m" * 255,
    b"-a", b"a-", b"*", b"-", b"a b", b" a", b"a\nb", b"a\tb", b'a"b', b"a\\b", b"a/b", b"../../etc/passwd",
    b"a\x01b", b"a\x7fb", b"\x1b[31m", "caf\u00e9".encode(), "\U0001f600".encode(), "\u2028".encode(),
    b"%s%n", b"$(id)", b"`id`", b"<a&b>", b"a=b", b"a;b", b"null ", b"[", b"{}", b"\\u0000",
]
NOT_UTF8 = [b"caf\xe9", b"\xff", b"a\xc3", b"\x80web"]

EXPIRIES = [b"4000000000", b"4000003600", b"4000007200", b"4294967295", b"4294967296", b"1000000000", b"1", b"0"]
EXPIRIES_BAD = [b"", b" ", b"abc", b"12x", b"0x10", b"1.5", b"1 2", b"99999999999999999999999"]

# What somebody else does to .status, and how often.
CHANGES = {
    "drop": 5, "renew": 5, "append": 5, "reverse": 4, "annotate": 3, "strip": 3, "clear": 1, "empty": 1, "remove": 1,
}

NOISE = {
    "TIME_REMAINING": b"3600",
    "TAGS": b"virbr0 known",
    "VENDOR_CLASS": b"udhcp 1.36",
    "REQUESTED_OPTIONS": b"1,3,6,12,15",
    "DOMAIN": b"lab.example",
    "LOG_DHCP": b"1",
    "RELAY_ADDRESS": b"192.168.122.1",
    "CPEWAN_OUI": b'F"00',
}


class Generator:
    """Events and changes, without end: the same for the same random numbers and the same answers of the original."""

    def __init__(self, random, entries):
        self.random = random
        self.entries = entries  # bridge -> [(address, MAC or None, name or None)] in its .status now
        self.ipv6 = {}  # (bridge, address) -> DUID and IAID of its last event

    def __iter__(self):
        makers = [
            (60, self.lease),
            (14, self.removal),
            (5, self.takeover),
            (4, self.restart),
            (4, self.without_mac),
            (5, self.nonsense),
            (5, self.change),
        ]
        weights, functions = zip(*makers)
        while True:
            maker = self.random.choices(functions, weights)[0]
            yield from maker(self.random.choice(BRIDGES))

    # --- Parts ----------------------------------------------------------------------------------------------------

    def chance(self, percent):
        return self.random.randrange(100) < percent

    def name(self):
        return self.random.choice(self.random.choices([NAMES_GOOD, NAMES_GUEST, NAMES_BAD], [60, 12, 28])[0])

    def environment(self, bridge, expires=True, interface=85):
        """Without what tells the client: that depends on the family."""
        environment = {"VIR_BRIDGE_NAME": bridge.encode()}
        if self.chance(interface):
            environment["DNSMASQ_INTERFACE"] = bridge.encode()
        if expires:
            text = self.random.choice(EXPIRIES) + (b" " if self.chance(15) else b"")
            environment["DNSMASQ_LEASE_EXPIRES"] = text
        for name, value in NOISE.items():
            if self.chance(25):
                environment["DNSMASQ_" + name] = value
        if self.chance(20):
            environment["DNSMASQ_DATA_MISSING"] = b"1"
        return environment

    def names(self, environment):
        """Host names go into the environment; what belongs into argv is returned."""
        kind = self.random.choices(["argv", "supplied", "old", "none"], [50, 20, 10, 20])[0]
        if kind == "supplied" or self.chance(25):
            environment["DNSMASQ_SUPPLIED_HOSTNAME"] = self.random.choice(NOT_UTF8) if self.chance(4) else self.name()
        if kind == "old" or self.chance(5):
            environment["DNSMASQ_OLD_HOSTNAME"] = self.name()
        return [self.name()] if kind == "argv" else []

    def client(self, bridge, environment, ip, mac=True):
        """Puts the client into the environment; returns its argument."""
        if b":" not in ip:
            if self.chance(70):
                environment["DNSMASQ_CLIENT_ID"] = self.random.choices(CLIENT_IDS, [10, 10, 10, 1])[0]
            return self.random.choice(MACS)
        known = self.ipv6.get((bridge, ip))
        if known is None or self.chance(50):
            known = self.random.choices(DUIDS, [10, 10, 10, 1])[0], self.random.choice(IAIDS)
        self.ipv6[bridge, ip] = known
        environment["DNSMASQ_SERVER_DUID"] = SERVER_DUIDS[bridge]
        environment["DNSMASQ_IAID"] = known[1]
        if mac:
            environment["DNSMASQ_MAC"] = self.random.choice(MACS)
        return known[0]

    def address(self):
        return self.random.choice(IPV4 if self.chance(60) else IPV6)

    # --- Events ---------------------------------------------------------------------------------------------------

    def lease(self, bridge, action=None, ip=None, mac=True):
        ip = ip or self.address()
        environment = self.environment(bridge, expires=self.chance(97))
        client = self.client(bridge, environment, ip, mac)
        action = action or self.random.choice([b"add", b"old"])
        yield Event(bridge, [action, client, ip, *self.names(environment)], environment)

    def without_mac(self, bridge):
        yield from self.lease(bridge, ip=self.random.choice(IPV6), mac=False)

    def removal(self, bridge, ip=None, interface=60):
        """Its client, name and expiry may be anybody's: dnsmasq was handed another's lease, or knows a newer one."""
        ip = ip or self.address()
        environment = self.environment(bridge, expires=self.chance(80), interface=interface)
        client = self.client(bridge, environment, ip, mac=self.chance(50))
        yield Event(bridge, [b"del", client, ip, *self.names(environment)], environment)

    def takeover(self, bridge):
        """A name goes to another client: three events."""
        loser, winner = self.random.sample([*IPV4, *IPV6], 2)
        name = self.name()
        events = (b"old", loser, name, []), (b"add", winner, None, [name]), (b"old", loser, None, [])
        for action, ip, old, new in events:
            environment = self.environment(bridge)
            if old is not None:
                environment["DNSMASQ_OLD_HOSTNAME"] = old
            client = self.client(bridge, environment, ip)
            yield Event(bridge, [action, client, ip, *new], environment)

    def restart(self, bridge):
        """dnsmasq takes what init prints, deletes what has expired, and repeats the rest, the newest first, the clients
        of IPv6 without their MAC."""
        yield Event(bridge, [b"init"], {"VIR_BRIDGE_NAME": bridge.encode()})
        leases = self.entries(bridge)
        self.random.shuffle(leases)
        for ip, mac, name in leases:
            if self.chance(25):
                yield from self.removal(bridge, ip, interface=0)
                continue
            environment = self.environment(bridge)
            environment["DNSMASQ_DATA_MISSING"] = b"1"
            client = self.client(bridge, environment, ip, mac=False)
            if b":" not in ip and mac is not None:
                client = mac
            yield Event(bridge, [b"old", client, ip, *([name] if name and self.chance(80) else [])], environment)

    def nonsense(self, bridge):
        """What is refused, or means nothing."""
        environment = self.environment(bridge)
        ip = self.address()
        client = self.client(bridge, environment, ip)
        lease = [client, ip]
        bad = dict(environment, DNSMASQ_LEASE_EXPIRES=self.random.choice(EXPIRIES_BAD))
        yield self.random.choice([
            Event(bridge, [b"tftp", b"4096", ip, b"/srv/pxelinux.0"], environment),
            Event(bridge, [b"arp-add", b"52:54:00:00:00:fe", ip], environment),
            Event(bridge, [b"arp-del", b"52:54:00:00:00:fe", ip], environment),
            Event(bridge, [b"relay-snoop", b"fe80::1", b"fd00:7::/64"], environment),
            Event(bridge, [b"ADD", *lease], environment),
            Event(bridge, [], environment),
            Event(bridge, [self.random.choice([b"add", b"old", b"del"]), client], environment),
            Event(bridge, [self.random.choice([b"add", b"old", b"del"]), *lease, b"web", b"more"], environment),
            Event(bridge, [self.random.choice([b"add", b"old"]), *lease], bad),
            Event(bridge, [self.random.choice([b"add", b"old"]), *lease, b"web"], bad),
            Event(bridge, [b"del", *lease], bad),
            Event(bridge, [b"init"], {name: bad[name] for name in ("VIR_BRIDGE_NAME", "DNSMASQ_LEASE_EXPIRES")}),
        ])

    def change(self, bridge):
        """Somebody else writes .status: a function of its entries that makes its text."""
        kind = self.random.choices([*CHANGES], CHANGES.values())[0]
        place = self.random.random()
        expires = int(self.random.choice(EXPIRIES))
        ip, name = self.random.choice(["192.168.122.20", "192.168.122.21"]), self.random.choice(NAMES_GOOD).decode()
        new = {"ip-address": ip, "mac-address": "52:54:00:00:00:09", "hostname": name, "expiry-time": expires}

        def edit(entries):
            entries = [dict(entry) for entry in entries]
            chosen = int(place * len(entries))
            if kind == "remove":
                return None
            if kind == "empty":
                return b""
            if kind == "clear":
                entries = []
            elif kind == "drop":
                del entries[chosen : chosen + 1]
            elif kind == "renew":
                for entry in entries[chosen : chosen + 1]:
                    entry["expiry-time"] = expires
            elif kind == "append":
                entries = [entry for entry in entries if entry["ip-address"] != ip] + [new]
            elif kind == "reverse":
                entries.reverse()
            elif kind == "annotate":
                for entry in entries[chosen : chosen + 1]:
                    entry["new-member"] = {"a": [1, True, None, name]}
            elif kind == "strip":
                # Not from the first: the original would find none to put there, and never read the file again.
                for entry in [entry for entry in entries if "iaid" in entry][1:]:
                    entry.pop("server-duid", None)
            return json.dumps(entries, indent=2).encode() + b"\n"

        edit.title = f"{kind} in {bridge}.status"
        yield bridge, edit
