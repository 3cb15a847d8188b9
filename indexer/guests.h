/*
 * Which libvirt guests there are, and which hardware addresses they have: from the .macs file of each
 * network, and from the directories of guest definitions (whose names are reserved also while the guest is
 * stopped).
 *
 * Files and directories are read again only when they changed. What cannot be read or does not parse is
 * reported and leaves what the index knows.
 */
#ifndef LVINDEX_INDEXER_GUESTS_H
#define LVINDEX_INDEXER_GUESTS_H

#include "index.h"

/* Where libvirt keeps what we read. */
struct libvirt_dirs {
    const char *networks;    /* /var/lib/libvirt/dnsmasq: .status and .macs */
    const char *definitions; /* /etc/libvirt: qemu/NAME.xml, lxc/NAME.xml */
};

/* The directories that the environment names (LVINDEX_LIBVIRT_DIR, LVINDEX_DEFINITIONS_DIR), else the
 * built-in ones. */
struct libvirt_dirs libvirt_dirs_default(void);

/* Reads every *.macs file and definition directory that changed. A missing directory of networks means
 * unknown: everything is kept; a file missing from an existing one means that the network is gone. -errno
 * only for failures of the index itself. */
int guests_refresh(struct index *index, const struct libvirt_dirs *dirs);

#endif
