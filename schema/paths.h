/*
 * Names of files and environment variables. The directories' defaults are meson options.
 */
#ifndef LVINDEX_SCHEMA_PATHS_H
#define LVINDEX_SCHEMA_PATHS_H

/* Built in by meson options: LVINDEX_STATEDIR (/var/lib/lvindex), LVINDEX_LIBVIRTDIR
 * (/var/lib/libvirt/dnsmasq), LVINDEX_DEFINITIONSDIR (/etc/libvirt). */
#define ENV_STATE_DIR       "LVINDEX_DIR"
#define ENV_LIBVIRT_DIR     "LVINDEX_LIBVIRT_DIR"
#define ENV_DEFINITIONS_DIR "LVINDEX_DEFINITIONS_DIR"

#define INDEX_FILE   "index.tdb"
#define DAMAGED_FILE "index.tdb.damaged"
#define NEW_FILE     "index.tdb.new"
#define LOCK_FILE    "lock"

#endif
