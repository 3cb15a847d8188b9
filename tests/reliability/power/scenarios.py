"""What the power is cut under: an index as it was, a program at work on it, and who comes next."""
import copy
import os
import shutil
from dataclasses import dataclass, field

from common.site import BRIDGE

NEVER = "4102444800"  # expires in 2100
LATER = "4102448400"
NETWORK = "lan"
LARGE = 400  # leases that make an index of two files


@dataclass(eq=False)
class Run:
    """One of our programs: `argv` begins with the attribute of Site that holds its path."""
    argv: tuple
    environment: dict = field(default_factory=dict)

    def command(self, site):
        return [getattr(site, self.argv[0]), *(argument.replace("{hosts}", site.hosts) for argument in self.argv[1:])]

    def on(self, site):
        """RuntimeError when it fails, or has something to say."""
        done = site.run(*self.command(site), **self.environment)
        if done.returncode != 0 or done.stderr:
            raise RuntimeError(f"{self}: status {done.returncode}: {done.stderr.decode(errors='replace').strip()}")

    def __str__(self):
        return " ".join(["lvindex-" + self.argv[0], *self.argv[1:]])


def event(action, number, name=None, supplied=None, libvirt=False, expiry=NEVER):
    """A lease event of the client with that number."""
    network = {"VIR_BRIDGE_NAME": BRIDGE} if libvirt else {"LVINDEX_NETWORK": NETWORK}
    asked = {} if supplied is None else {"DNSMASQ_SUPPLIED_HOSTNAME": supplied}
    return Run(("hook", action, f"52:54:00:00:{number >> 8:02x}:{number & 255:02x}", address(number),
                *([] if name is None else [name])),
               {**network, **asked, "DNSMASQ_LEASE_EXPIRES": expiry, "DNSMASQ_INTERFACE": "virbr9",
                "DNSMASQ_CLIENT_ID": f"01:52:54:00:00:{number >> 8:02x}:{number & 255:02x}"})


def address(number):
    return f"10.9.{number >> 8}.{number & 255}"


@dataclass
class Scenario:
    """`act` is what the power fails under. `others` are what may come next; `again` is dnsmasq (or whoever) telling
    of the same once more, in the end. `refused`: names that dnsmasq did not grant."""
    name: str
    prepare: object
    act: Run
    others: list
    again: Run
    refused: tuple = ()


def lease_file(site):
    """Outside of what loses its power: whose file it is sees to that itself."""
    return os.path.join(site.top, "leases")


def write_leases(site, first, count):
    with open(lease_file(site), "w", encoding="ascii") as stream:
        for number in range(first, first + count):
            stream.write(f"{NEVER} 52:54:00:00:{number >> 8:02x}:{number & 255:02x} {address(number)} host{number} *\n")
    # So old that nobody need wait for its owner to finish.
    os.utime(lease_file(site), (1, 1))


def sync(site):
    return Run(("sync", "-l", f"files={lease_file(site)}"))


def bases(site):
    return {name for name in os.listdir(site.state) if name.startswith("base-")}


def nothing(_):
    """No index yet."""


def no_directory(site):
    """Nor a directory for it."""
    os.rmdir(site.state)


def some(site):
    for number in range(1, 4):
        event("add", number, f"host{number}").on(site)


def some_in_file(site):
    write_leases(site, 1000, 3)
    sync(site).on(site)
    some(site)
    write_leases(site, 1001, 5)


def grows(site):
    """The lease file has become one that makes an index of two files."""
    some_in_file(site)
    write_leases(site, 1001, LARGE)


def large(site):
    """An index of two files."""
    write_leases(site, 1000, LARGE)
    sync(site).on(site)
    some(site)
    if len(bases(site)) != 1:
        raise RuntimeError(f"the index is not of two files: {os.listdir(site.state)}")


def shrinks(site):
    """The lease file has become one that makes an index of one file again."""
    large(site)
    write_leases(site, 1000, 3)


def nearly_full(site):
    """The next event makes a new base."""
    large(site)
    known, number = bases(site), 4
    spare = copy.copy(site)
    spare.state = site.state + ".spare"
    while True:
        shutil.copytree(site.state, spare.state)
        NEWCOMER.on(spare)
        folded = bases(spare) != known
        shutil.rmtree(spare.state)
        if folded:
            return
        event("add", number, f"host{number}").on(site)
        number += 1


def created_by_init(site):
    """The file that libvirt's dnsmasq makes us create at its start."""
    with open(status_file(site), "w", encoding="ascii"):
        pass


def status_file(site):
    return os.path.join(site.libvirt, BRIDGE + ".status")


def some_of_libvirt(site):
    """Two leases with names, and one whose name dnsmasq refused."""
    for number in range(1, 3):
        event("add", number, f"host{number}", libvirt=True).on(site)
    event("add", 3, supplied="refused3", libvirt=True).on(site)


def write(directory, name, text):
    with open(os.path.join(directory, name), "w", encoding="ascii") as stream:
        stream.write(text)
    os.utime(os.path.join(directory, name), (1, 1))


def written_down(site):
    """Static entries of the administrator's and of libvirt's, suffixes, and settings, which nobody has read yet."""
    some_of_libvirt(site)
    write(site.libvirt, "lab.conf", f"interface={BRIDGE}\ndhcp-range=10.9.0.2,10.9.9.254,255.255.0.0\n")
    write(site.libvirt, BRIDGE + ".macs", f'[{{"domain": "db1", "macs": ["{GUEST}"]}}]')
    write(site.libvirt, "lab.hostsfile", f"{GUEST},10.9.8.3,reserved\n")
    write(site.libvirt, "lab.addnhosts", "10.9.8.4\tadded\n")
    write(site.config, "static", f"10.9.8.1 seven mac={GUEST}\n10.9.8.2 eight network={BRIDGE}\n")
    write(site.config, "networks", f"{BRIDGE} lan.example\n")
    write(site.config, "lvindex.conf", "grace=3600\n")


def written_read(site):
    written_down(site)
    Run(("sync",)).on(site)


def neighbour_known(site):
    written_read(site)
    neighbour("arp-add").on(site)


def neighbour(action):
    return Run(("hook", action, GUEST, "10.9.8.7"), {"LVINDEX_NETWORK": NETWORK})


GUEST = "52:54:00:00:09:01"
LIBVIRT = {BRIDGE + ".status", BRIDGE + ".macs", "lab.conf", "lab.hostsfile", "lab.addnhosts"}
HOSTS_FILE = Run(("sync", "--hosts-file={hosts}/hosts"))
NEWCOMER = event("add", 500, "newcomer")
ANOTHER = Run(event("add", 500, "another", libvirt=True).argv[:3] + (address(3), "another"),
              event("add", 3, libvirt=True).environment)
REFUSED = ("refused3", "refused500")


def scenarios(site):
    """All of them. Leases are told of again by an `old` that renews, as dnsmasq does."""
    again = event("old", 500, "newcomer", expiry=LATER)
    other = event("add", 600, "other")
    for name, prepare in (("first event, no directory", no_directory), ("first event", nothing),
                          ("event, small index", some), ("event, two files", large),
                          ("event that makes a new base", nearly_full)):
        yield Scenario(name, prepare, NEWCOMER, [other], again)
    yield Scenario("del, small index", some, event("del", 2), [other], event("del", 2))
    for name, prepare in (("sync, small index", some_in_file), ("sync, becomes two files", grows),
                          ("sync, becomes one file", shrinks)):
        yield Scenario(name, prepare, sync(site), [other], sync(site))
    for name, prepare, act in (("static entries, first event", written_down, event("add", 500, "new", libvirt=True)),
                               ("static entries, sync with a hosts file", written_down, HOSTS_FILE),
                               ("arp-add", written_read, neighbour("arp-add")),
                               ("arp-del", neighbour_known, neighbour("arp-del"))):
        yield Scenario(name, prepare, act, [other], act)
    # Beside an event of the same network, one of another, which does not look at libvirt's files, and a sync.
    others = [event("add", 600, "other", libvirt=True), other, Run(("sync",))]
    refused, granted = event("add", 500, supplied="refused500", libvirt=True), event("add", 3, "granted", libvirt=True)
    for name, prepare, act in (("libvirt, first event", created_by_init, refused),
                               ("libvirt, no file yet", nothing, refused),
                               ("libvirt, refused name", some_of_libvirt, refused),
                               ("libvirt, name granted at last", some_of_libvirt, granted),
                               ("libvirt, another client's address", some_of_libvirt, ANOTHER),
                               ("libvirt, del", some_of_libvirt, event("del", 1, libvirt=True)),
                               ("libvirt, del of a refused name", some_of_libvirt, event("del", 3, libvirt=True))):
        yield Scenario(name, prepare, act, others, act, REFUSED)
