"""Where lvindex-hook differs from libvirt_leaseshelper on purpose. Nowhere else may it.

One function each. A run of the original against itself (--self) asks none of them.
"""
import re

import sandbox

WELL_KNOWN = {b"localhost", b"wpad", b"isatap", b"_gateway", b"_outbound"}
ACTIONS = ("add", "old", "del", "init")


def ignores_action(event):
    """dnsmasq's other actions (tftp, arp-add, relay-snoop, ...) are no failure: nothing is to be done. The original
    calls them unsupported and exits with 1, which dnsmasq logs each time."""
    return bool(event.arguments) and event.action not in ACTIONS


def refuses_usage(event):
    """add, old and del with no lease to speak of are wrong usage. The original exits with 0 after doing nothing."""
    return event.action in ("add", "old", "del") and len(event.arguments) == 1


def creates_file_first(original, ours):
    """The original creates an empty .status before it looks at the rest, so that an event which then fails leaves an
    empty file behind. None and an empty one are the same to libvirtd."""
    return not original and not ours


def same_text(text):
    """The original escapes a control character with upper-case digits, \\u001B; ours with lower-case ones."""
    return re.sub(rb"\\u00[0-9A-F]{2}", lambda found: found[0].lower(), text)


def is_without_mac(event):
    """An IPv6 lease whose MAC dnsmasq does not know: DNSMASQ_MAC is missing, as after each of its restarts. The
    original drops it, and leaves what it knows of that address as it was: old expiry, old name. libvirtd refuses a file
    with an entry that has no MAC. Ours keeps the lease in the index and gives it back at init; it enters .status
    only where the MAC of the same address, DUID and IAID is known from there."""
    return event.variable("IAID") is not None and event.variable("MAC") is None


def is_utf8(name):
    try:
        (name or b"").decode()
    except UnicodeDecodeError:
        return False
    return True


def fails_for_its_name(event):
    """JSON is UTF-8. Where the name is not (dnsmasq hands on what the client sent), the original fails, and the lease
    is lost; ours takes it, and writes it without a name."""
    return event.action in ("add", "old") and not is_without_mac(event) and not is_utf8(event.any_name)


def may_be_answer(name, mac, guests):
    """init hands a name back to dnsmasq, which then believes it. The original prints whatever the file holds; ours
    prints `*` for names that dnsmasq itself refused (supplied, old) and for those that no client may have.
    `guests`: folded guest name -> the MACs of that guest."""
    if name is None or not re.fullmatch(rb"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?", name):
        return False
    folded = name.lower()
    if re.fullmatch(rb"[0-9]+|0x[0-9a-f]*", folded) or folded in WELL_KNOWN:
        return False
    if folded == sandbox.HOST.encode():
        return False
    return folded not in guests or mac in guests[folded]
