"""Indexes of the one machine that the programs here ask for: host "web", guest "my vm", 192.0.2.1; alone, or among
many others in an index of two files."""
import json
import os

from common.site import Site

MAC = "52:54:00:00:00:01"
ADDRESS = "192.0.2.1"
_NETWORK = "br0"
_MANY = 4000  # leases of other machines: over 1 MiB, from which on the modules advise the kernel how to read


def site(options, parent, name, large=False):
    made = Site(options, parent=parent)
    renamed = os.path.join(parent, name)
    os.rename(made.top, renamed)
    made.top = renamed
    made.state, made.libvirt, made.definitions = (os.path.join(renamed, part)
                                                  for part in ("state", "libvirt", "definitions"))
    with open(os.path.join(made.libvirt, f"{_NETWORK}.macs"), "x", encoding="ascii") as file:
        json.dump([{"domain": "my vm", "macs": [MAC]}], file)
    if large:
        _add_many(made)
    event(made)
    return made


def event(made, *arguments, **more):
    """One event of the machine's network: by default, of the machine itself."""
    _expect(made.event(*(arguments or ("old", MAC, ADDRESS, "web")), LVINDEX_NETWORK=_NETWORK, **more))


def _add_many(made):
    path = os.path.join(made.top, "leases")
    with open(path, "x", encoding="ascii") as file:
        for i in range(_MANY):
            file.write(f"0 52:54:01:00:{i >> 8:02x}:{i & 255:02x} 10.1.{i >> 8}.{i & 255} other{i} *\n")
    _expect(made.run(made.sync, f"--leases=many={path}"))


def _expect(done):
    if done.returncode != 0 or done.stderr:
        raise RuntimeError(f"{done.args[0]}: status {done.returncode}: {done.stderr.decode(errors='replace')}")


def content(made):
    """All index files, byte for byte: host processes change none of them."""
    found = {}
    for name in sorted(os.listdir(made.state)):
        with open(os.path.join(made.state, name), "rb") as file:
            found[name] = file.read()
    return found
