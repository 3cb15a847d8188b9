"""Whatever a client sends: what our programs print of it is harmless, and JSON gives back what was put in."""
import os
import time

from common.site import BRIDGE, Site

import screens

FORMS = ((), ("--json",), ("--raw",), ("--stats",), ("--stats", "--json"), ("--network=-",), (f"--network={BRIDGE}",),
         ("--hosts",), ("--ssh-config",), ("--expired",))
# The member of --json that a field's text comes back in.
MEMBERS = {"HOSTNAME": "name-refused", "DNSMASQ_SUPPLIED_HOSTNAME": "name-refused",
           "DNSMASQ_OLD_HOSTNAME": "name-refused", "DNSMASQ_INTERFACE": "interface"}
VARIABLES = ("DNSMASQ_DOMAIN", "DNSMASQ_INTERFACE", "DNSMASQ_CLIENT_ID", "DNSMASQ_SUPPLIED_HOSTNAME",
             "DNSMASQ_OLD_HOSTNAME", "DNSMASQ_LEASE_EXPIRES", "DNSMASQ_LEASE_LENGTH", "DNSMASQ_SERVER_DUID",
             "DNSMASQ_VENDOR_CLASS", "DNSMASQ_DATA_MISSING", "DNSMASQ_TAGS", "LVINDEX_NETWORK", "VIR_BRIDGE_NAME")
IPV6 = ("DUID", "DNSMASQ_IAID", "DNSMASQ_MAC", "DNSMASQ_SERVER_DUID")


def run(options, checks):
    pieces = list(dict.fromkeys(screens.pieces(options)))
    with Site(options) as site:
        site.event("add", "52:54:00:ff:ff:ff", "10.255.0.1", "here", VIR_BRIDGE_NAME=BRIDGE)
        sent = [send(site, checks, field, piece, number) for number, (field, piece) in enumerate(
            (field, piece) for field in ("MAC", "IP", "HOSTNAME", *VARIABLES) for piece in pieces)]
        sent += [send_ipv6(site, checks, field, piece, number) for number, (field, piece) in enumerate(
            (field, piece) for field in IPV6 for piece in pieces)]
        sent += [send(site, checks, field, piece, 4096 + number, VIR_BRIDGE_NAME=BRIDGE)
                 for number, (field, piece) in enumerate(
                     (field, piece) for field in ("HOSTNAME", "DNSMASQ_SUPPLIED_HOSTNAME", "DNSMASQ_INTERFACE")
                     for piece in pieces)]
        leases = show(site, checks)
        check_files(site, checks, pieces)
        check_given_back(site, checks, leases, sent)
    options.figure("hostile events", f"{len(sent)} of {len(pieces)} texts, {len(leases)} leases")


def address(number):
    return f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"


def send(site, checks, field, piece, number, **more):
    """An IPv4 event with one hostile field: (address, member, text) where it must come back, else None."""
    arguments = {"MAC": f"52:54:00:{number // 65536:02x}:{number // 256 % 256:02x}:{number % 256:02x}",
                 "IP": address(number), "HOSTNAME": ""}
    environment = {"DNSMASQ_LEASE_EXPIRES": str(int(time.time()) + 3600), **more}
    if field == "DNSMASQ_LEASE_LENGTH":
        del environment["DNSMASQ_LEASE_EXPIRES"]
    if field in arguments:
        arguments[field] = piece
    else:
        environment[field] = piece
    argv = [arguments["MAC"], arguments["IP"]]
    if arguments["HOSTNAME"] != "":
        argv.append(arguments["HOSTNAME"])
    done = screens.check(checks, f"{field}={piece!r}", site.event("add", *argv, **environment), 0)
    if field not in MEMBERS or not checks.equal(0, done.returncode, f"{field}={piece!r}", "status"):
        return None
    return address(number), MEMBERS[field], piece


def send_ipv6(site, checks, field, piece, number):
    environment = {"DNSMASQ_IAID": str(number), "DNSMASQ_LEASE_EXPIRES": str(int(time.time()) + 3600)}
    duid = "00:03:00:01:52:54:00:00:00:01"
    if field == "DUID":
        duid = piece
    else:
        environment[field] = piece
    done = site.event("add", duid, f"2001:db8::{number:x}", "six", **environment)
    screens.check(checks, f"IPv6 {field}={piece!r}", done, 0)


def show(site, checks):
    """Everything that prints what is known; the leases as --json tells them."""
    shown = {form: screens.check(checks, f"lvindex-dump {form}", site.run(site.dump, *form)) for form in FORMS}
    for form, done in shown.items():
        checks.done(done, f"lvindex-dump {form}")
    for form in (("--check",), ("--check", "--json")):
        shown[form] = screens.check(checks, f"lvindex-dump {form}", site.run(site.dump, *form))
    screens.check_json(checks, "--check --json", shown["--check", "--json"].stdout)
    screens.check_json(checks, "--stats --json", shown["--stats", "--json"].stdout)
    leases = screens.check_json(checks, "--json", shown[("--json",)].stdout)["leases"]
    checks.equal(len(leases) + 1, shown[()].stdout.count(b"\n"), "the table", "lines")
    for line in shown[("--raw",)].stdout.splitlines():
        checks.expect(b" = " in line and all(0x20 <= byte < 0x7f for byte in line), "--raw", f"{line!r}")
    for network in ("", BRIDGE):
        done = site.event("init", **({"VIR_BRIDGE_NAME": network} if network else {}))
        screens.check(checks, "init", done)
        for line in done.stdout.splitlines():
            fields = line.split(b" ")
            known = len(fields) == 5 and all(0x20 < byte < 0x7f for byte in line.replace(b" ", b""))
            checks.expect(known or fields[0] == b"duid", "init", f"no line of a lease file: {line!r}")
    with open(os.path.join(site.libvirt, f"{BRIDGE}.status"), "rb") as file:
        text = file.read()
    screens.check_json(checks, ".status", text)
    checks.expect(all(byte >= 0x20 or byte == 0x0a for byte in text), ".status", "holds control characters")
    return leases


def is_network(piece):
    return piece[:1] != b"." and all(0x20 < byte < 0x7f and byte not in b"/=" for byte in piece)


def check_files(site, checks, pieces):
    """Nothing that a client sends names a file; only the bridge does, which libvirt sets."""
    bridges = {BRIDGE} | {piece.decode() for piece in pieces if is_network(piece)}
    checks.equal(sorted(f"{bridge}.status" for bridge in bridges), sorted(os.listdir(site.libvirt)),
                 "libvirt's directory", "files")
    checks.equal([], site.leftovers(), "the state directory", "unknown files")
    checks.equal(["config", "definitions", "hosts", "libvirt", "state"], sorted(os.listdir(site.top)), "above them", "files")


def check_given_back(site, checks, leases, sent):
    """By --json, and by --explain, which tells of what an address was refused, too."""
    known = {lease["ip-address"]: lease for lease in leases}
    for wanted in sent:
        if wanted is None:
            continue
        ip, member, text = wanted
        found = known.get(ip, {}).get(member)
        if found is None and member == "name-refused":
            found = known.get(ip, {}).get("hostname")  # a harmless one is a name
        screens.check(checks, f"--explain={ip}", site.run(site.dump, f"--explain={ip}"))
        checks.equal(text, None if found is None else screens.unescape(found), f"{ip}, {member}", "given back")
