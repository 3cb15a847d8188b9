"""Whatever files hold and are called, and whatever stands on a command line: what is printed of it is harmless."""
import json
import os
import re
import time
import unicodedata

from common.site import BRIDGE, Site

import screens

STATUS_MEMBERS = ("ip-address", "mac-address", "hostname", "client-id", "iaid", "server-duid", "expiry-time", "other")
# In a file for ssh or the resolver.
PITFALLS = (b"=web", b"it's", b"-web", b"back\\slash", b"w*", b"!web", b"a,web", b"#web", b"a web", b"%h", b"${HOME}")
DIRECTORIES = ("LVINDEX_DIR", "LVINDEX_LIBVIRT_DIR", "LVINDEX_DEFINITIONS_DIR", "LVINDEX_CONFIG_DIR")
FIELDS = 5  # of a line in a lease file


def run(options, checks):
    pieces = list(dict.fromkeys(screens.pieces(options)))
    guests(options, checks, pieces)
    statuses(options, checks, pieces)
    lease_files(options, checks, pieces)
    file_names(options, checks, pieces)
    written_down(options, checks, pieces)
    script_names(options, checks, pieces)
    command_lines(options, checks, pieces)
    options.figure("hostile texts in files and on command lines", len(pieces))


def text_of(piece):
    """As JSON can hold it; what is no UTF-8 it cannot."""
    try:
        return piece.decode()
    except UnicodeDecodeError:
        return piece.decode("latin-1")


def write(path, content):
    with open(path, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())


def guests(options, checks, pieces):
    """Guests' names, which may be nearly anything: they come back whole."""
    with Site(options) as site:
        names = sorted({text_of(piece) for piece in (*pieces, *PITFALLS) if b"/" not in piece and b"\n" not in piece})
        macs = [{"domain": name, "macs": [f"52:54:00:00:{number // 256:02x}:{number % 256:02x}"]}
                for number, name in enumerate(names)]
        write(os.path.join(site.libvirt, f"{BRIDGE}.macs"), json.dumps(macs))
        screens.check(checks, "guests", site.run(site.sync, "--verbose"), len(names))
        for number, name in enumerate(names):
            site.event("add", macs[number]["macs"][0], f"10.0.{number // 256}.{number % 256}", VIR_BRIDGE_NAME=BRIDGE)
            explain(options, checks, site, name, f"10.0.{number // 256}.{number % 256}")
            for spelling in (name, name + "?"):
                done = screens.check(checks, f"--guest={name!r}", site.run(site.dump, f"--guest={spelling}"))
                checks.equal(int(spelling != name), done.returncode, f"--guest={spelling!r}", "status")
        done = screens.check(checks, "guests", site.run(site.dump), len(names) + 1)
        checks.done(done, "guests")
        write_files(site, checks, names)
        leases = screens.check_json(checks, "guests", site.run(site.dump, "--json").stdout)["leases"]
        found = sorted(screens.unescape(guest).decode() for lease in leases for guest in lease["guests"])
        checks.equal(names, found, "guests", "given back")
        write(os.path.join(site.libvirt, f"{BRIDGE}.macs"), "[]")
        screens.check(checks, "guests gone", site.run(site.sync, "--verbose"), len(names))


def write_files(site, checks, names):
    """What is meant for /etc/hosts and ssh_config: a line there means what it is to mean, or is a remark."""
    hosts = screens.check(checks, "--hosts", site.run(site.dump, "--hosts"))
    for line in hosts.stdout.splitlines():
        fields = line.split(b"\t")
        good = len(fields) == 2 and fields[1].decode() in names and not re.search(rb"[\s#]", fields[1])
        checks.expect(line.startswith(b"# ") or good, "--hosts", f"{line!r}")
    config = screens.check(checks, "--ssh-config", site.run(site.dump, "--ssh-config")).stdout
    path = os.path.join(site.top, "ssh_config")
    write(path, config)
    for asked in ("web", "lvindex-asks"):
        shown = site.run("/usr/bin/ssh", "-G", "-F", path, "--", asked)
        checks.equal(0, shown.returncode, "ssh reads --ssh-config", f"status ({shown.stderr!r})")
        checks.expect(f"hostname {asked}\n".encode() in shown.stdout, "--ssh-config", f"leads {asked} elsewhere")


def explain(options, checks, site, name, address):
    """Of a guest's name and of its address, also what the module answers: it says no name that holds a control."""
    modules = {"LD_LIBRARY_PATH": options.built("nss")}
    hidden = any(unicodedata.category(character) == "Cc" for character in name)
    for asked, status in ((name, b"SUCCESS"), (address, b"NOTFOUND" if hidden else b"SUCCESS")):
        done = site.run(site.dump, f"--explain={asked}", **modules)
        checks.done(screens.check(checks, f"--explain={asked!r}", done), f"--explain={asked!r}")
        checks.expect(b"Module lvindex_guest: " + status in done.stdout, f"--explain={asked!r}", f"{done.stdout!r}")
        where = f"--explain={asked!r} --json"
        done = screens.check(checks, where, site.run(site.dump, f"--explain={asked}", "--json", **modules))
        told = screens.check_json(checks, where, done.stdout)
        checks.equal(status.decode(), told["modules"][0]["status"], where, "the module's status")
        checks.equal(os.fsencode(asked), screens.unescape(told["subject"]), where, "the subject")


def statuses(options, checks, pieces):
    """Each member of an entry of .status."""
    with Site(options) as site:
        for member in STATUS_MEMBERS:
            entries = []
            for number, piece in enumerate(pieces):
                entry = {"ip-address": f"10.1.0.{number}", "mac-address": f"52:54:00:00:00:{number:02x}",
                         "hostname": "web", "expiry-time": int(time.time()) + 3600}
                entry[member] = text_of(piece)
                entries.append(entry)
            write(os.path.join(site.libvirt, f"{BRIDGE}.status"), json.dumps(entries))
            screens.check(checks, f".status, {member}", site.run(site.sync, "--verbose"))
            for form in ((), ("--json",), ("--raw",), (f"--network={BRIDGE}",)):
                screens.check(checks, f".status, {member}, {form}", site.run(site.dump, *form))
        for piece in pieces:
            write(os.path.join(site.libvirt, f"{BRIDGE}.status"), b'[{"ip-address": "' + piece + b'"}] ' + piece)
            screens.check(checks, f".status with {piece!r}", site.event("old", "52:54:00:00:00:01", "10.1.0.1",
                                                                       VIR_BRIDGE_NAME=BRIDGE))


def lease_files(options, checks, pieces):
    """Each field of a line, and lines of no known kind; five complaints a file are told."""
    with Site(options) as site:
        path = os.path.join(site.top, "leases")
        for field in range(-1, FIELDS):
            for start in range(0, len(pieces), 5):
                lines = []
                for number, piece in enumerate(pieces[start:start + 5]):
                    fields = [b"%d" % (time.time() + 3600), b"52:54:00:00:00:%02x" % number, b"10.2.0.%d" % number,
                              b"web", b"*"]
                    if field >= 0:
                        fields[field] = piece
                    lines.append(piece if field < 0 else b" ".join(fields))
                write(path, b"\n".join(lines) + b"\n")
                screens.check(checks, f"lease file, field {field}", site.run(site.sync, "-v", f"--leases=lab={path}"))
                screens.check(checks, f"lease file, field {field}", site.run(site.dump))
        screens.check_json(checks, "lease files", site.run(site.dump, "--json").stdout)


def file_names(options, checks, pieces):
    """Files in libvirt's directories, lease files, and the directories themselves."""
    with Site(options) as site:
        os.mkdir(os.path.join(site.definitions, "qemu"))
        usable = [piece for piece in pieces if b"/" not in piece]
        for piece in usable:
            for name in (b".status", b".macs", b".conf"):
                write(os.path.join(site.libvirt.encode(), piece + name), b"{")
            write(os.path.join(site.definitions.encode(), b"qemu", piece + b".xml"), b"")
        screens.check(checks, "names of files", site.run(site.sync, "--verbose"))
        screens.check(checks, "names of files", site.event("add", "52:54:00:00:00:01", "10.3.0.1", "web"))
        write(os.path.join(site.libvirt, "plain.conf"), "interface=virbr7\n")
        for piece in usable:
            write(os.path.join(site.libvirt.encode(), piece + b".conf"), b"interface=virbr8\ndhcp-range=" + piece)
            screens.check(checks, f"{piece!r}.conf", site.run(site.sync, "-v"))
            screens.check(checks, f"{piece!r}.conf", site.run(site.dump, b"--network=" + piece))
            os.unlink(os.path.join(site.libvirt.encode(), piece + b".conf"))
        for piece in usable:
            path = os.path.join(site.top.encode(), piece)
            screens.check(checks, f"lease file {piece!r}", site.run(site.sync, b"--leases=lab=" + path))
            directory_name(site, checks, path)


# Lines with a place for a text; of each file, a complaint tells at most what is on one line.
WRITTEN = {"static": (b"%s", b"10.5.0.1 %s", b"10.5.0.2 web mac=%s", b"10.5.0.3 web network=%s", b"%s web"),
           "networks": (b"%s", b"%s lab.example", b"virbr9 %s", b"virbr9 %s.example"),
           "lvindex.conf": (b"%s", b"grace=%s", b"%s=1"),
           "lab.hostsfile": (b"%s", b"52:54:00:00:00:01,10.5.0.4,%s", b"%s,10.5.0.5", b"52:54:00:00:00:01,%s,x",
                             b"id:%s,[2001:db8::5]"),
           "lab.addnhosts": (b"%s", b"10.5.0.6\t%s", b"%s\tweb")}


def written_down(options, checks, pieces):
    """The administrator's files, and libvirt's of static entries: complaints, what is listed, a hosts file."""
    with Site(options) as site:
        write(os.path.join(site.libvirt, "lab.conf"), f"interface={BRIDGE}\n")
        hosts = os.path.join(site.hosts, "hosts")
        for name, forms in WRITTEN.items():
            path = os.path.join(site.libvirt if name.startswith("lab.") else site.config, name)
            for form in forms:
                case = f"{name}, {form!r}"
                write(path, b"\n".join(form.replace(b"%s", piece) for piece in pieces) + b"\n")
                screens.check(checks, case, site.run(site.sync, "-v", f"--hosts-file={hosts}"))
                screens.check(checks, case, site.event("old", "52:54:00:00:00:01", "10.5.1.1", VIR_BRIDGE_NAME=BRIDGE))
                for shown in ((), ("--check",), ("--hosts",), ("--raw",)):
                    screens.check(checks, f"{case}, {shown}", site.run(site.dump, *shown))
                screens.check_json(checks, case, site.run(site.dump, "--json").stdout)
                with open(hosts, "rb") as file:
                    told = screens.clean(file.read().replace(b"\t", b" "))
                checks.expect(told is None, case, f"the hosts file: {told}")
            os.unlink(path)


def script_names(options, checks, pieces):
    """A script is told of by its name, and so is what it prints."""
    with Site(options) as site:
        directory = os.path.join(site.config, "dhcp-script.d").encode()
        os.mkdir(directory)
        for piece in pieces:
            if b"/" in piece:
                continue
            prints = b"printf '%s\\n' '" + piece.replace(b"'", b"") + b"'\n"
            for name, text in ((piece, b"exit 1\n"), (b"says", prints)):
                path = os.path.join(directory, name)
                write(path, b"#!/bin/sh\n" + text)
                os.chmod(path, 0o755)
                done = screens.check(checks, f"script {piece!r}", site.event("tftp", "1", "192.0.2.1", "/file"))
                checks.expect(done.returncode == 0, f"script {piece!r}", f"status {done.returncode}")
                if name == b"says":
                    checks.expect(done.stderr != b"", f"script {piece!r}", "nothing of what it printed is told")
                screens.check(checks, f"script {piece!r}", site.run(site.dump, "--check"))
                os.unlink(path)


def directory_name(site, checks, path):
    """Every directory of the environment, missing and then a file."""
    for _ in range(2):
        for variable in DIRECTORIES:
            for argv in ((site.dump,), (site.sync, "-v"), (site.hook, "add", "52:54:00:00:00:01", "10.3.0.1")):
                environment = dict(site.environment(), **{variable: path})
                if variable == "LVINDEX_DIR":
                    environment[variable] = os.path.join(path, b"state")
                screens.check(checks, f"{variable}={path!r}", site.run(*argv, **environment))
        if not os.path.lexists(path):
            write(path, b"no directory")
    os.unlink(path)


def command_lines(options, checks, pieces):
    with Site(options) as site:
        site.event("add", "52:54:00:00:00:01", "10.4.0.1", "web")
        for piece in pieces:
            for argv in ((site.dump, b"--network=" + piece), (site.dump, b"--guest", piece), (site.dump, b"--" + piece),
                         (site.dump, b"--explain=" + piece), (site.dump, b"--hosts", b"--name=" + piece),
                         (site.dump, b"--json", b"--address=" + piece),
                         (site.dump, piece), (site.dump, b"-" + piece), (site.sync, b"--leases=" + piece + b"=/x"),
                         (site.sync, b"--leases=" + piece), (site.sync, b"--" + piece), (site.sync, piece),
                         (site.hook, piece), (site.hook, b"--" + piece), (site.hook, b"add", piece),
                         (site.hook, b"init", piece), (site.hook, b"del", piece, piece, piece, piece)):
                done = screens.check(checks, f"{argv[1:]}", site.run(*argv))
                checks.expect(done.returncode == 0 or done.stderr, f"{argv[1:]}", "fails without a word")
