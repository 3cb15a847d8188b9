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

/* Behind a file's name: what will replace it, and what it was when it made no sense. */
#define NEW_SUFFIX     ".new"
#define DAMAGED_SUFFIX ".damaged"

#define INDEX_FILE   "index.tdb"
#define DAMAGED_FILE INDEX_FILE DAMAGED_SUFFIX
#define NEW_FILE     INDEX_FILE NEW_SUFFIX
#define LOCK_FILE    "lock"

#endif
