/*
 * Names of files and environment variables. The directories' defaults are meson options.
 */
#ifndef LVINDEX_SCHEMA_PATHS_H
#define LVINDEX_SCHEMA_PATHS_H

/* LVINDEX_STATEDIR and LVINDEX_LIBVIRTDIR come from the build: /var/lib/lvindex, /var/lib/libvirt/dnsmasq. */
#define ENV_STATE_DIR   "LVINDEX_DIR"
#define ENV_LIBVIRT_DIR "LVINDEX_LIBVIRT_DIR"

#define INDEX_FILE   "index.tdb"
#define DAMAGED_FILE "index.tdb.damaged"
#define NEW_FILE     "index.tdb.new"
#define LOCK_FILE    "lock"

#endif
