"""A site of N leases: its files, and the indexes made from them, each when it is first asked for.

`plain` is a site with a dnsmasq of its own, `libvirt` one whose leases libvirt keeps in .status. Both have guests.
"""
import functools
import glob
import os

import files
import leases
from trouble import Trouble

LARGEST_STATUS = 65_536  # leases beyond which no peer reads .status in bearable time
NETWORK_SIZE = 65_536  # leases of a network, where a site has several


def hook_environment(state, libvirt, definitions):
    # The configuration's directory is one that is not there, as on most hosts.
    return {"LVINDEX_DIR": state, "LVINDEX_LIBVIRT_DIR": libvirt, "LVINDEX_DEFINITIONS_DIR": definitions,
            "LVINDEX_CONFIG_DIR": f"{definitions}/none"}


class Site:
    def __init__(self, bench, size):
        self.bench = bench
        self.size = size
        self.directory = f"{bench.directory}/{size}"
        os.makedirs(f"{self.directory}/definitions/qemu")

    @property
    def leases(self):
        return leases.sequence(max(self.bench.plan.sizes))[: self.size]

    # --- Files ----------------------------------------------------------------------------------------------------

    @functools.cached_property
    def hosts(self):
        path = f"{self.directory}/hosts"
        files.write_hosts(path, self.leases)
        return path

    @functools.cache
    def queries(self, kind):
        path = f"{self.directory}/queries/{kind}"
        files.write_queries(path, self.leases, kind)
        return path

    @functools.cached_property
    def libvirt(self):
        """libvirt's directory, with one network."""
        return self._networks("libvirt")

    @functools.cached_property
    def original(self):
        """The same, for libvirt's own helper to change."""
        return self._networks("original")

    def _networks(self, name):
        path = f"{self.directory}/{name}"
        files.write_networks(path, self.leases, self.size)
        return path

    @functools.cached_property
    def guests(self):
        """libvirt's directory where it feeds no leases."""
        path = f"{self.directory}/guests"
        files.write_networks(path, self.leases, NETWORK_SIZE, status=False)
        return path

    @functools.cached_property
    def lease_file(self):
        path = f"{self.directory}/dnsmasq.leases"
        files.write_lease_file(path, self.leases)
        return path

    # --- Indexes --------------------------------------------------------------------------------------------------

    @functools.cached_property
    def plain_environment(self):
        """Of our programs on the plain site, whose index is there."""
        environment = hook_environment(f"{self.directory}/plain-index", self.guests, f"{self.directory}/definitions")
        self.write_plain_files()
        files.settle()
        self.sync_plain(environment)
        return environment

    @functools.cached_property
    def libvirt_environment(self):
        """The same, of the one with libvirt."""
        environment = hook_environment(f"{self.directory}/libvirt-index", self.libvirt, f"{self.directory}/definitions")
        files.settle()
        self._sync(environment)
        return environment

    @property
    def environment(self):
        """Of a lookup: the index has been made from the very files that libvirt's modules read, where they can."""
        return self.libvirt_environment if self.size <= LARGEST_STATUS else self.plain_environment

    def write_plain_files(self):
        """Now, so that there is no need to wait for them later."""
        return self.guests, self.lease_file

    def sync_plain(self, environment):
        """Takes over what the lease file says."""
        self._sync(environment, f"--leases={self.lease_file}")

    def _sync(self, environment, *arguments):
        self.bench.say(f"lvindex-sync of {self.size:,} leases")
        ended = self.bench.spawner.run([self.bench.programs.sync, *arguments], environment)
        if ended.status != 0:
            raise Trouble(f"lvindex-sync of {self.size} leases: exit status {ended.status}")

    def renew_leases(self, count, turn):
        """dnsmasq has written its lease file anew, in which that many leases expire later."""
        files.write_lease_file(self.lease_file + ".new", self.leases, count, turn)
        os.rename(self.lease_file + ".new", self.lease_file)


def bases(state):
    """The large files of an index that has two."""
    return sorted(glob.glob(f"{state}/base-*.tdb"))

