/*
 * Names of files and environment variables. The directories' defaults are meson options.
 */
#ifndef LVINDEX_SCHEMA_PATHS_H
#define LVINDEX_SCHEMA_PATHS_H

#include <stdint.h>

/* Built in by meson options: LVINDEX_STATEDIR (/var/lib/lvindex), LVINDEX_LIBVIRTDIR
 * (/var/lib/libvirt/dnsmasq), LVINDEX_DEFINITIONSDIR (/etc/libvirt), LVINDEX_CONFIGDIR (/etc/lvindex). */
#define ENV_STATE_DIR       "LVINDEX_DIR"
#define ENV_LIBVIRT_DIR     "LVINDEX_LIBVIRT_DIR"
#define ENV_DEFINITIONS_DIR "LVINDEX_DEFINITIONS_DIR"
#define ENV_CONFIG_DIR      "LVINDEX_CONFIG_DIR"

/* Behind a file's name: what will replace it, and what it was when it made no sense. */
#define NEW_SUFFIX     ".new"
#define DAMAGED_SUFFIX ".damaged"

#define INDEX_FILE   "index.tdb"
#define DAMAGED_FILE INDEX_FILE DAMAGED_SUFFIX
#define NEW_FILE     INDEX_FILE NEW_SUFFIX
#define LOCK_FILE    "lock"

/* The index of the generation before, kept under this name for a while: see index-format.md, "Publishing". */
#define OLD_FILE "index.old"

/* A large index has a base beside index.tdb: base-GENERATION.tdb, of the generation that made it. */
#define BASE_PREFIX    "base-"
#define BASE_SUFFIX    ".tdb"
#define BASE_NAME_SIZE sizeof(BASE_PREFIX "18446744073709551615" BASE_SUFFIX)

/* Writes the name of that generation's base; at the most BASE_NAME_SIZE bytes, with the terminator. Returns
 * `name`. Uses no stdio: it is called within other people's processes. */
char *base_name(uint64_t generation, char name[static BASE_NAME_SIZE]);

#endif
