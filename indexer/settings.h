/*
 * The administrator's settings, `lvindex.conf` in LVINDEX_CONFIG_DIR: words KEY=VALUE.
 *
 *   grace=SECONDS   for how long a lease answers after its expiry, while its guest runs (default 0: not at
 * all)
 */
#ifndef LVINDEX_INDEXER_SETTINGS_H
#define LVINDEX_INDEXER_SETTINGS_H

#include "index.h"

#define SETTINGS_FILE "lvindex.conf"

/* Reads the file if it changed. One that is not there sets the defaults; one that cannot be read, or that
 * others may write to, is reported and leaves all as it was. So is a word that makes no sense: a setting that
 * no other word gives stays as it was. -errno only for failures of the index itself. */
int settings_refresh(struct index *index, const char *config_dir);

#endif
