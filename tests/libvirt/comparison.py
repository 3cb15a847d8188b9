"""Gives both helpers the same events, and compares after each: success, .status of every bridge, init.

What the original does is taken from the original itself. The little that is modelled here is what the exceptions need:
names granted by dnsmasq, and IPv6 leases without a MAC.
"""
import collections
import difflib
import json
from dataclasses import dataclass, field

import exceptions
from event import Event


class Mismatch(Exception):
    pass


def parse(text):
    """The entries of a .status text, each a tuple of (member, value) in the order of the file."""
    if not text:
        return []
    return [tuple(pairs) for pairs in json.loads(text, object_pairs_hook=tuple)]


def member(entry, name):
    return dict(entry).get(name)


def ip_of(entry):
    return member(entry, "ip-address")


def raw(text):
    """A JSON text as the bytes that it stands for."""
    return text.encode("utf-8", "surrogatepass")


def is_ipv6(entry):
    return ":" in ip_of(entry)


def show(entries):
    return [json.dumps(dict(entry)) for entry in entries]


def require_equal(what, expected, found):
    if expected == found:
        return
    if not isinstance(expected, (list, bytes, str)) or type(expected) is not type(found):
        raise Mismatch(f"{what}: expected {expected!r}, found {found!r}")
    if isinstance(expected, bytes):
        expected, found = ([repr(line)[2:-1] for line in text.splitlines(True)] for text in (expected, found))
    elif isinstance(expected, str):
        expected, found = expected.splitlines(), found.splitlines()
    diff = difflib.unified_diff([*map(str, expected)], [*map(str, found)], "expected", "found", lineterm="")
    raise Mismatch("\n".join([f"{what}:", *diff]))


@dataclass
class Network:
    """What is known of one bridge's leases beyond the original's .status."""

    original: list = field(default_factory=list)  # entries of its .status
    ours: list = field(default_factory=list)
    granted: dict = field(default_factory=dict)  # address -> name in argv of its last event, or None
    aside: dict = field(default_factory=dict)  # address -> init line of a lease that ours holds beside .status
    behind: set = field(default_factory=set)  # addresses of which the original has missed an event
    duid: bytes = None  # the server's, as last heard

    def forget(self, ip):
        self.granted.pop(ip, None)
        self.aside.pop(ip, None)
        self.behind.discard(ip)


def new_entry(event, mac=None):
    """The entry of a lease, as the original writes it. A name that is not UTF-8 is left out: see exceptions.py."""
    ipv6 = event.variable("IAID") is not None
    if mac is None:
        mac = event.variable("MAC") if ipv6 else event.arguments[1]
    texts = {
        "iaid": event.variable("IAID"),
        "ip-address": event.arguments[2],
        "mac-address": mac,
        "hostname": event.any_name if exceptions.is_utf8(event.any_name) else None,
        "client-id": event.arguments[1] if ipv6 else event.variable("CLIENT_ID"),
        "server-duid": event.variable("SERVER_DUID"),
    }
    pairs = [(key, value.decode("utf-8", "surrogatepass")) for key, value in texts.items() if value is not None]
    return (*pairs, ("expiry-time", expiry(event)))


def with_server_duid(entry, duid):
    """Every event gives it to entries that have none, as last member."""
    if not is_ipv6(entry) or member(entry, "server-duid") or duid is None:
        return entry
    return (*entry, ("server-duid", duid.decode()))


def expiry(event):
    return int(event.variable("LEASE_EXPIRES") or b"0")


def original_init(entries):
    """What the original prints for them."""
    def line(entry, client):
        fields = [member(entry, client), ip_of(entry), member(entry, "hostname"), member(entry, "client-id")]
        texts = [fields[0] if fields[0] is not None else "(null)", fields[1]]
        texts += ["*" if text is None else text for text in fields[2:]]
        return raw(" ".join([str(member(entry, "expiry-time")), *texts]) + "\n")

    ipv6 = [entry for entry in entries if is_ipv6(entry)]
    duid = next((member(entry, "server-duid") for entry in ipv6 if member(entry, "server-duid")), None)
    lines = [line(entry, "mac-address") for entry in entries if not is_ipv6(entry)]
    if duid is not None:
        lines += [raw(f"duid {duid}\n"), *(line(entry, "iaid") for entry in ipv6)]
    return b"".join(lines)


class Comparison:
    def __init__(self, original, ours, bridges, guests, against_itself=False):
        self.sides = self.original, self.ours = original, ours
        self.bridges = bridges
        self.guests = guests
        self.exceptions = not against_itself
        self.networks = {}
        self.history = collections.deque(maxlen=100)
        self.before = ()  # what the sides' files held when the last event came
        self.reset()

    def reset(self):
        """Empty directories, but for what says which guests there are."""
        for side in self.sides:
            side.clear()
        self.networks = {bridge: Network() for bridge in self.bridges}
        self.history.clear()
        self.before = ()

    # --- Events ---------------------------------------------------------------------------------------------------

    def event(self, event):
        self.history.append(event)
        self.before = [{bridge: side.read(bridge) for bridge in self.bridges} for side in self.sides]
        original, ours = (side.run(event) for side in self.sides)
        self._statuses(event, original, ours)
        touched = self._take(event) if ours.success else None
        if event.action == "init" and original.success:
            self._init_output(event.bridge, original.output, ours.output)
        elif ours.output:
            raise Mismatch(f"{event.action} printed {ours.output!r}")
        self.compare(event, touched)

    def change(self, bridge, edit):
        """Somebody else changes .status: `edit` makes the new text from the entries (None: no file)."""
        network = self.networks[bridge]
        if network.behind:
            return  # the two files differ
        text = edit(network.original)
        self.history.append(f"({bridge}.status is changed: {text!r})")
        for side in self.sides:
            side.write(bridge, text)
        if text is None:
            self.networks[bridge] = Network()
            return
        entries = parse(text)
        before = {ip_of(entry): entry for entry in network.original}
        for entry in entries:
            if ip_of(entry) not in before or member(entry, "hostname") != member(before[ip_of(entry)], "hostname"):
                name = member(entry, "hostname")
                network.granted[ip_of(entry)] = None if name is None else raw(name)
        for ip in before.keys() - {ip_of(entry) for entry in entries}:
            network.forget(ip)
        network.original = network.ours = entries

    def _statuses(self, event, original, ours):
        for side, result in zip(self.sides, (original, ours)):
            if result.status not in side.statuses:
                complaint = result.complaint.decode(errors="replace")
                raise Mismatch(f"{side.title}: exit status {result.status}:\n{complaint}")
        expected = original.success
        if self.exceptions and exceptions.ignores_action(event):
            expected = True
        if self.exceptions and exceptions.refuses_usage(event):
            expected = False
        if self.exceptions and exceptions.fails_for_its_name(event):
            expected = True
        if expected != ours.success:
            raise Mismatch(f"exit status: original {original.status} {original.complaint!r}, "
                           f"ours {ours.status} {ours.complaint!r}")

    def _take(self, event):
        """What follows from an event that succeeded. Returns the address whose entry was replaced or removed."""
        network = self.networks[event.bridge]
        if event.variable("SERVER_DUID") is not None:
            network.duid = event.variable("SERVER_DUID")
        if event.action not in ("add", "old", "del") or event.ip is None:
            return None
        if event.action != "del" and self.exceptions and exceptions.is_without_mac(event):
            self._take_without_mac(network, event)
        else:
            network.forget(event.ip)
        if self.exceptions and exceptions.fails_for_its_name(event):
            network.behind.add(event.ip)
            rest = [entry for entry in network.ours if ip_of(entry) != event.ip]
            network.ours = [*rest, new_entry(event)]
        if event.action != "del":
            network.granted[event.ip] = event.name
        network.ours = [with_server_duid(entry, network.duid) for entry in network.ours]
        return event.ip

    @staticmethod
    def _take_without_mac(network, event):
        """See exceptions.is_without_mac()."""
        known = next((entry for entry in network.ours if ip_of(entry) == event.ip), None)
        rest = [entry for entry in network.ours if entry is not known]
        same = known is not None and (
            raw(member(known, "client-id") or "") == event.arguments[1]
            and raw(member(known, "iaid") or "") == event.variable("IAID"))
        if known is not None or event.ip in network.behind:
            network.behind.add(event.ip)
        if same:
            network.ours = [*rest, new_entry(event, raw(member(known, "mac-address")))]
        else:
            network.ours = rest
            network.aside[event.ip] = (expiry(event), event.variable("IAID"), event.arguments[2], event.arguments[1])

    # --- Comparing ------------------------------------------------------------------------------------------------

    def compare(self, event, touched):
        for bridge in self.bridges:
            self._status(bridge, event, touched if bridge == event.bridge else None)
        self._same_files()
        if event.action != "init":
            init = Event(event.bridge, [b"init"], {"VIR_BRIDGE_NAME": event.bridge.encode()})
            original, ours = (side.run(init) for side in self.sides)
            self._statuses(init, original, ours)
            self._init_output(event.bridge, original.output, ours.output)

    def _status(self, bridge, event, touched):
        network = self.networks[bridge]
        texts = [side.read(bridge) for side in self.sides]
        original = parse(texts[0])
        try:
            ours = parse(texts[1])
        except ValueError as error:
            raise Mismatch(f"{bridge}.status of ours is no JSON array of objects: {error}: {texts[1]!r}") from error
        require_equal(f"{bridge}.status", show(self._expected_entries(network, original, touched)), show(ours))
        if original == ours and not exceptions.creates_file_first(*texts):
            require_equal(f"{bridge}.status as text", *(text and exceptions.same_text(text) for text in texts))
        network.original, network.ours = original, ours
        if touched is not None and self.original.read(bridge):
            require_equal(f"mode and owner of {bridge}.status", *(side.permissions(bridge) for side in self.sides))

    @staticmethod
    def _expected_entries(network, original, touched):
        """The original's entries; those that it has not kept up with as ours had them, or has just made them."""
        if not network.behind:
            return original
        if touched is None or touched in network.behind:
            order = [ip_of(entry) for entry in network.ours]
        else:
            order = [ip_of(entry) for entry in network.ours if ip_of(entry) != touched] + [touched]
        wanted = [entry for entry in original if ip_of(entry) not in network.behind]
        wanted += [entry for entry in network.ours if ip_of(entry) in network.behind]
        return sorted(wanted, key=lambda entry: order.index(ip_of(entry)) if ip_of(entry) in order else len(order))

    def _same_files(self):
        """Neither leaves anything else behind, such as a temporary file."""
        def left(side):
            return [name for name in side.files() if not name.endswith((".status", ".macs"))]
        require_equal("files left in libvirt's directory", left(self.original), left(self.ours))

    def _init_output(self, bridge, original, ours):
        network = self.networks[bridge]
        require_equal("init of the original is not what this test knows of it",
                      original_init(parse(self.original.read(bridge))), original)
        if not self.exceptions:
            require_equal(f"init of {bridge}", original, ours)
            return
        expected = self._expected_init(network)
        lines = ours.splitlines(True)
        for ip in network.aside:
            line = self._aside_line(network, ip)
            if line not in lines[lines.index(expected_duid(network)) if expected_duid(network) in lines else 0:]:
                raise Mismatch(f"init of {bridge}: expected somewhere {line!r}, found\n{ours!r}")
            lines.remove(line)
        require_equal(f"init of {bridge}", expected, b"".join(lines))

    def _name(self, network, ip, mac):
        name = network.granted.get(ip)
        return name if exceptions.may_be_answer(name, mac, self.guests) else b"*"

    def _aside_line(self, network, ip):
        expires, iaid, address, duid = network.aside[ip]
        return b"%d %s %s %s %s\n" % (expires, iaid, address, self._name(network, ip, None), duid)

    def _expected_init(self, network):
        """The original's output for our entries, with `*` for what may not be an answer."""
        entries = []
        for entry in network.ours:
            members = dict(entry)
            name = self._name(network, ip_of(entry), raw(member(entry, "mac-address") or ""))
            members["hostname"] = None if name == b"*" else name.decode()
            entries.append(tuple(members.items()))
        text = original_init(entries)
        if network.aside and not any(is_ipv6(entry) for entry in entries):
            text += expected_duid(network)
        return text


def expected_duid(network):
    return b"duid %s\n" % network.duid if network.duid is not None else b""
