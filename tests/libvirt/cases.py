"""Directed cases: what random events meet too rarely, or not at all. Each starts with empty directories."""
import json
import os

from comparison import Mismatch, ip_of, member, original_init, parse, require_equal
from event import Event
from events import BRIDGES, DUIDS, MACS, NAMES_BAD, NOT_UTF8, SERVER_DUIDS

BRIDGE = BRIDGES[0]
LATER = b"4000000000"
CASES = []


def case(function):
    CASES.append(function)
    return function


def event(action, *arguments, bridge=BRIDGE, **variables):
    """VIR_BRIDGE_NAME, and the DNSMASQ_ variables that are named; those that are None are left out."""
    environment = {"VIR_BRIDGE_NAME": bridge.encode()}
    variables.setdefault("LEASE_EXPIRES", None if action in ("del", "init") else LATER)
    environment.update(("DNSMASQ_" + name, _bytes(value)) for name, value in variables.items() if value is not None)
    return Event(bridge, [_bytes(action), *map(_bytes, arguments)], environment)


def event6(action, duid, ip, *name, **variables):
    variables = {"IAID": "7", "MAC": MACS[0], "SERVER_DUID": SERVER_DUIDS[BRIDGE], **variables}
    return event(action, duid, ip, *name, **variables)


def _bytes(text):
    return text if isinstance(text, bytes) else text.encode()


WEB = event("add", MACS[0], "192.168.122.10", "web")
MAIL = event("add", MACS[1], "192.168.122.11", "mail")


def entry(ip, mac="52:54:00:00:00:01", expires=4000000000, **members):
    entry = {"ip-address": ip, "mac-address": mac, **{name.replace("_", "-"): v for name, v in members.items()}}
    if expires is not None:
        entry["expiry-time"] = expires
    return {name: value for name, value in entry.items() if value is not None}


def text_of(*entries):
    return json.dumps(entries, indent=2).encode() + b"\n"


def put(comparison, text, bridge=BRIDGE):
    """The same file for both, of which nothing is known yet."""
    comparison.change(bridge, lambda _: text)


def run(comparison, *events):
    for each in events:
        comparison.event(each)


# --- Where both do the same -------------------------------------------------------------------------------------------


@case
def init_creates_an_empty_file(comparison):
    run(comparison, event("init"))
    for side in comparison.sides:
        require_equal(f"{side.title}: file", b"", side.read(BRIDGE))
        require_equal(f"{side.title}: mode", "-rw-r--r-- 0:0", side.permissions(BRIDGE))
    run(comparison, event("init", bridge=BRIDGES[1]), event("init"))


@case
def init_takes_further_arguments(comparison):
    run(comparison, WEB, event("init", "a", "b"), event("init", "a", "b", "c"))


@case
def init_with_wrong_arguments(comparison):
    """One, or four: both are as wrong as for the others."""
    run(comparison, WEB, event("init", "a"), event("init", "a", "b", "c", "d"))


@case
def which_name_is_written(comparison):
    names = {"argv": ["web"], "supplied": "sup", "old": "gone"}
    for bits in range(8):
        run(comparison, event("add", MACS[0], "192.168.122.10", *(names["argv"] if bits & 1 else []),
                              SUPPLIED_HOSTNAME=names["supplied"] if bits & 2 else None,
                              OLD_HOSTNAME=names["old"] if bits & 4 else None))


@case
def empty_variables(comparison):
    """dnsmasq leaves out what is empty; the original writes an empty host name all the same."""
    run(comparison,
        event("add", MACS[0], "192.168.122.10", SUPPLIED_HOSTNAME="", OLD_HOSTNAME="gone"),
        event("add", MACS[0], "192.168.122.10", "", SUPPLIED_HOSTNAME="sup"))


@case
def expiry_texts(comparison):
    good = (LATER, LATER + b" ", LATER + b"  ", b" " + LATER, b"0", b"0 ", b"00", b"010", b"1", None, b"4294967296")
    bad = (b"", b" ", b"abc", b"12x", b"0x10", b"1e3", b"1.5", b"5 6", b"9223372036854775808", b"9" * 30)
    for text in good + bad:
        run(comparison, event("add", MACS[0], "192.168.122.10", "web", LEASE_EXPIRES=text))
        run(comparison, event("old", MACS[1], "192.168.122.11", LEASE_EXPIRES=text))
    run(comparison, event("del", MACS[0], "192.168.122.10", LEASE_EXPIRES="abc"), event("init", LEASE_EXPIRES="abc"))


@case
def failing_event_without_a_file(comparison):
    run(comparison, event("add", MACS[0], "192.168.122.10", LEASE_EXPIRES="abc"))
    run(comparison, event("add", MACS[0], "192.168.122.10", LEASE_EXPIRES=LATER))


@case
def del_ignores_whose_it_is(comparison):
    """Client, name and expiry play no part: .status is the truth here, not the index."""
    run(comparison, WEB, MAIL)
    run(comparison, event("del", MACS[2], "192.168.122.10", "other", LEASE_EXPIRES="1", CLIENT_ID="00:11"))
    run(comparison, event("del", MACS[2], "192.168.122.99"), event("del", MACS[1], "192.168.122.11"))
    require_equal("file", b"[\n\n]\n", comparison.original.read(BRIDGE))
    run(comparison, event("init"), WEB)


@case
def del_of_nothing(comparison):
    run(comparison, event("del", MACS[0], "192.168.122.10"))


@case
def both_families_in_any_order(comparison):
    run(comparison,
        event6("add", DUIDS[0], "fd00:122::a", "web"),
        WEB,
        event6("add", DUIDS[1], "fd00:122::b", IAID="T4294967295"),
        event("add", "20-", "192.168.122.11", CLIENT_ID="00"),
        event6("old", DUIDS[0], "fd00:122::a", "web"),
        event("init"),
        event6("del", DUIDS[0], "fd00:122::a", MAC=None),
        event6("del", DUIDS[1], "fd00:122::b", IAID="0"),
        event("init"))


@case
def same_address_on_both_bridges(comparison):
    for bridge in (*BRIDGES, *BRIDGES):
        run(comparison, event("add", MACS[0], "192.168.122.10", "web", bridge=bridge))
    run(comparison, event("del", MACS[0], "192.168.122.10"), event("del", MACS[0], "192.168.122.10", bridge=BRIDGES[1]))


@case
def expired_leases_stay(comparison):
    run(comparison,
        event("add", MACS[0], "192.168.122.10", "web", LEASE_EXPIRES="5"),
        MAIL,
        event("old", MACS[2], "192.168.122.12", "x_1", LEASE_EXPIRES="1000000000"),
        event("init"))


@case
def switching_over(comparison):
    """Our first event finds what the original has written: an init, or any other."""
    leases = text_of(
        entry("192.168.122.12", hostname="mail", client_id="00"),
        entry("192.168.122.10", hostname="web", expires=5),
        entry("192.168.122.11", mac="06-aa:bb:cc:dd:ee:ff", expires=0),
        entry("fd00:122::a", iaid="T7", client_id=DUIDS[0].decode(), server_duid=SERVER_DUIDS[BRIDGE].decode()),
    )
    for first in (
        event("init"),
        event("old", MACS[0], "192.168.122.10", "web"),
        event("del", MACS[0], "192.168.122.12"),
        event("add", MACS[2], "192.168.122.13"),
        event6("old", DUIDS[0], "fd00:122::a", "web"),
    ):
        comparison.reset()
        put(comparison, leases)
        run(comparison, first, event("init"))


@case
def somebody_else_changes_the_file(comparison):
    run(comparison, WEB, MAIL)
    put(comparison, text_of(entry("192.168.122.11", mac=MACS[1].decode(), hostname="mail")))
    run(comparison, event("init"), event("add", MACS[2], "192.168.122.12"))
    put(comparison, b"[\n\n]\n")
    run(comparison, event("init"))
    put(comparison, text_of(entry("192.168.122.13", hostname="a-b"), entry("192.168.122.10", expires=0)))
    run(comparison, event("old", MACS[0], "192.168.122.10", "web"))
    put(comparison, b"")
    run(comparison, event("init"), event("old", MACS[0], "192.168.122.10", "web"))


@case
def file_is_removed(comparison):
    """The network was undefined; what comes afterwards is a new one."""
    run(comparison, WEB, MAIL)
    comparison.change(BRIDGE, lambda _: None)
    run(comparison, event("add", MACS[2], "192.168.122.12", "x_1"))
    comparison.change(BRIDGE, lambda _: None)
    run(comparison, event("init"))


@case
def unknown_members_and_strange_order(comparison):
    """What a newer libvirt may write stays as it is."""
    put(comparison, text_of(
        {"zzz": {"a": [1, True, None]}, "expiry-time": 4000000000, "mac-address": "52:54:00:00:00:01",
         "ip-address": "192.168.122.10", "hostname": "web"},
        entry("192.168.122.11", hostname="mail", other="text")))
    run(comparison, event("init"), event("add", MACS[2], "192.168.122.12"), event("del", MACS[2], "192.168.122.11"))
    run(comparison, event("old", MACS[0], "192.168.122.10", "web"))


@case
def same_address_twice(comparison):
    put(comparison, text_of(entry("192.168.122.10", hostname="web"), entry("192.168.122.11"), entry("192.168.122.10")))
    run(comparison, event("add", MACS[2], "192.168.122.10", "mail"))


@case
def server_duid_is_added(comparison):
    """Entries of libvirt 1.2.6 have none: they get that of the event, or of an entry before them, as last member."""
    put(comparison, text_of(
        entry("fd00:122::a", iaid="7", client_id=DUIDS[0].decode(), server_duid=SERVER_DUIDS[BRIDGE].decode()),
        entry("fd00:122::b", iaid="8", client_id=DUIDS[1].decode())))
    run(comparison, WEB, event("init"))


@case
def permissions(comparison):
    """Whatever the file was, and whatever the umask is."""
    for mode in (0o600, 0o644, 0o666, 0o400):
        for umask in (0o022, 0o077, 0):
            put(comparison, text_of(entry("192.168.122.10", hostname="web")))
            for side in comparison.sides:
                os.chmod(side.path(BRIDGE), mode)
            os.umask(umask)
            try:
                run(comparison, MAIL)
            finally:
                os.umask(0o022)


# --- Where ours is better: see exceptions.py --------------------------------------------------------------------------


def ours_only(function):
    """Says nothing about the original, but what the case itself asks of it."""
    function.ours_only = True
    return case(function)


@ours_only
def other_actions(comparison):
    run(comparison, WEB)
    for action in ("tftp", "relay-snoop", "ADD", "", "whatever"):
        run(comparison, event(action, "4096", "192.168.122.10", "/srv/file"), event(action))


@ours_only
def wrong_usage(comparison):
    run(comparison, WEB)
    too_many = ["add", MACS[0], "192.168.122.11", "a", "b"]
    for arguments in (["add"], ["old"], ["del"], ["add", "x"], ["del", "x"], too_many):
        run(comparison, event(*arguments))
    run(comparison, Event(BRIDGE, [], {"VIR_BRIDGE_NAME": BRIDGE.encode()}))


@ours_only
def no_directory(comparison):
    """An event fails where it cannot be written down."""
    ours = comparison.ours
    ours.more["LVINDEX_LIBVIRT_DIR"] += "/missing"
    try:
        result = ours.run(WEB)
    finally:
        ours.more["LVINDEX_LIBVIRT_DIR"] = ours.directory
    require_equal("success of add without libvirt's directory", False, result.success)


@ours_only
def ipv6_without_mac(comparison):
    """A lease that only the index holds; one whose MAC is known; another client at that address; the way back."""
    unknown = {"MAC": None}
    run(comparison,
        event6("add", DUIDS[0], "fd00:122::a", "web", **unknown),
        event("add", MACS[0], "192.168.122.10", "mail"),
        event6("add", DUIDS[1], "fd00:122::b", "x_1", **unknown),
        event6("old", DUIDS[1], "fd00:122::b", "x_1", LEASE_EXPIRES="0", **unknown),
        event6("old", DUIDS[0], "fd00:122::a", "web"),
        event6("old", DUIDS[0], "fd00:122::a", "web", LEASE_EXPIRES="4000007200", **unknown),
        event("old", MACS[0], "192.168.122.10", "mail"),
        event6("old", DUIDS[0], "fd00:122::a", LEASE_EXPIRES="4000007201", **unknown),
        event6("old", DUIDS[1], "fd00:122::a", "a-b", **unknown),
        event6("old", DUIDS[1], "fd00:122::a", "a-b", MAC=MACS[1]),
        event6("old", DUIDS[1], "fd00:122::a", "a-b", IAID="8", **unknown),
        event6("del", DUIDS[1], "fd00:122::a", IAID="8", **unknown),
        event6("del", DUIDS[1], "fd00:122::b", **unknown),
        event("init"))


@ours_only
def names_that_init_withholds(comparison):
    ip = "192.168.122.10"
    for name in (*NAMES_BAD, b"db", b"DB", b"vm1"):
        run(comparison, event("add", MACS[1], ip, name), event("old", MACS[1], ip, SUPPLIED_HOSTNAME=name))
    run(comparison, event("add", MACS[0], ip, "vm1"), event("add", MACS[0], ip, "Vm1"))
    # The mark stays when somebody else's change makes us read our own file again.
    run(comparison, event("add", MACS[1], ip, SUPPLIED_HOSTNAME="web"), event("add", MACS[2], "192.168.122.11", "mail"))
    comparison.change(BRIDGE, lambda entries: text_of(*map(dict, reversed(entries))))
    run(comparison, event("init"), event("old", MACS[2], "192.168.122.11", "mail"))


@ours_only
def mark_survives_a_foreign_change(comparison):
    """Whichever of the two names the file shows, a good one or not, and whatever the client's hardware address is."""
    for client in (MACS[1], b"20-"):
        for supplied, old in (("web", None), (None, "web"), ("web", "mail"), ("web.example", None), (None, ".")):
            comparison.reset()
            run(comparison,
                event("old", client, "192.168.122.10", SUPPLIED_HOSTNAME=supplied, OLD_HOSTNAME=old),
                event("add", MACS[2], "192.168.122.11", "x_1"))
            comparison.change(BRIDGE, lambda entries: text_of(*map(dict, reversed(entries))))
            run(comparison, event("init"), event("old", MACS[2], "192.168.122.11", "x_1"))


@ours_only
def names_that_are_not_utf8(comparison):
    for name in NOT_UTF8:
        comparison.reset()
        run(comparison,
            WEB,
            event("add", MACS[1], "192.168.122.11", SUPPLIED_HOSTNAME=name),
            event("old", MACS[0], "192.168.122.10", SUPPLIED_HOSTNAME=name, LEASE_EXPIRES="4000007200"),
            event6("add", DUIDS[0], "fd00:122::a", SUPPLIED_HOSTNAME=name),
            event("old", MACS[0], "192.168.122.10", "web", SUPPLIED_HOSTNAME=name),
            event("del", MACS[1], "192.168.122.11"))


def _damage(comparison, text, leases):
    """Leases first, then `text` in the place of the file. What ours gives back at init is what was there before."""
    run(comparison, *leases)
    before = comparison.original.read(BRIDGE)
    for side in comparison.sides:
        side.write(BRIDGE, text)
    result = comparison.ours.run(event("init"))
    require_equal(f"init with the file {text[:40]!r}", original_init(parse(before)), result.output)
    require_equal("success of init", True, result.success)
    result = comparison.ours.run(event("add", MACS[2], "192.168.122.12", "x_1"))
    if not result.success:
        raise Mismatch(f"add with the file {text[:40]!r}: {result}")
    expected = [*parse(before), tuple(entry("192.168.122.12", MACS[2].decode(), hostname="x_1").items())]
    require_equal("leases that were restored", _order(expected), _order(parse(comparison.ours.read(BRIDGE))))
    kept = [name for name in comparison.ours.files() if name.startswith(BRIDGE) and not name.endswith(".macs")]
    copies = [name for name in kept if name != f"{BRIDGE}.status"]
    require_equal("copies kept aside", 1, len(copies))
    with open(f"{comparison.ours.directory}/{copies[0]}", "rb") as file:
        require_equal("what was kept aside", text, file.read())
    if copies[0].endswith(".status"):
        raise Mismatch(f"{copies[0]} reads as a bridge's file")


def _order(entries):
    return [str(dict(each)) for each in entries]


@ours_only
def damaged_file(comparison):
    """The original forgets every lease (what is no JSON) or fails for ever (another JSON)."""
    leases = [WEB, event("add", MACS[1], "192.168.122.11", "mail", CLIENT_ID="00"),
              event6("add", DUIDS[0], "fd00:122::a", "a-b")]
    for text in (b"garbage", b"[", b"{}", b"null", b"5", b" \n", b"\0\0\0\0", b"[{},", b'[{"ip-address": "192.168.1'):
        comparison.reset()
        _damage(comparison, text, leases)


@ours_only
def file_cut_anywhere(comparison):
    leases = [WEB, MAIL]
    run(comparison, *leases)
    whole = comparison.original.read(BRIDGE)
    for length in range(1, len(whole) - 1, 17):
        comparison.reset()
        _damage(comparison, whole[:length], leases)


@ours_only
def entry_without_expiry(comparison):
    """The original refuses the whole file, init included. To us such a lease is infinite."""
    put(comparison, b"")
    for side in comparison.sides:
        side.write(BRIDGE, text_of(entry("192.168.122.10", hostname="web", expires=None), entry("192.168.122.11")))
    require_equal("success of the original", False, comparison.original.run(event("init")).success)
    result = comparison.ours.run(event("init"))
    require_equal("init",
                  b"0 52:54:00:00:00:01 192.168.122.10 web *\n"
                  b"4000000000 52:54:00:00:00:01 192.168.122.11 * *\n", result.output)
    result = comparison.ours.run(event("add", MACS[2], "192.168.122.12"))
    if not result.success:
        raise Mismatch(f"add: {result}")
    addresses = [ip_of(each) for each in parse(comparison.ours.read(BRIDGE))]
    require_equal("leases", ["192.168.122.10", "192.168.122.11", "192.168.122.12"], addresses)
    # The original, and libvirtd, read again what we have written.
    comparison.original.write(BRIDGE, comparison.ours.read(BRIDGE))
    require_equal("success of the original", True, comparison.original.run(event("init")).success)


@ours_only
def bad_entry_among_good_ones(comparison):
    """One bad entry loses itself alone."""
    good = entry("192.168.122.10", hostname="web")
    for bad in (None, 5, "text", [], {}, {"expiry-time": 5}, entry("no address"), entry("192.168.122.11", expires="5"),
                entry("192.168.122.11", expires=1.5), {**good, "ip-address": 5}):
        comparison.reset()
        comparison.ours.write(BRIDGE, json.dumps([bad, good]).encode())
        result = comparison.ours.run(event("init"))
        require_equal(f"init beside {bad}", b"4000000000 52:54:00:00:00:01 192.168.122.10 web *\n", result.output)
        result = comparison.ours.run(event("add", MACS[2], "192.168.122.12", "mail"))
        require_equal(f"success of add beside {bad}", True, result.success)
        comparison.original.write(BRIDGE, comparison.ours.read(BRIDGE))
        result = comparison.original.run(event("init"))
        require_equal(f"init of the original of what we have written beside {bad}",
                      b"4000000000 52:54:00:00:00:01 192.168.122.10 web *\n"
                      b"4000000000 52:54:00:00:00:03 192.168.122.12 mail *\n", result.output)


@ours_only
def entry_without_mac(comparison):
    """libvirtd refuses a file with one, and the original hands "(null)" to dnsmasq."""
    comparison.ours.write(BRIDGE, text_of(entry("192.168.122.10", mac=None, hostname="web"), entry("192.168.122.11")))
    result = comparison.ours.run(event("init"))
    require_equal("init", b"4000000000 52:54:00:00:00:01 192.168.122.11 * *\n", result.output)
    result = comparison.ours.run(event("add", MACS[2], "192.168.122.12"))
    require_equal("success of add", True, result.success)
    for each in parse(comparison.ours.read(BRIDGE)):
        if member(each, "mac-address") is None:
            raise Mismatch(f"an entry without MAC was written: {dict(each)}")
