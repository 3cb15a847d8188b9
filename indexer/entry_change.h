/*
 * Changing many static entries at once: every address, machine and record that they have to do with is looked
 * at once, however many they are.
 */
#ifndef LVINDEX_INDEXER_ENTRY_CHANGE_H
#define LVINDEX_INDEXER_ENTRY_CHANGE_H

#include "index.h"
#include "lease_list.h"

/* Takes out what is `gone`, as it stands in the index, and puts in what has `come`, valid entries. One that
 * changes is in both. -errno. */
int entries_change(struct index *index, const struct lease_list *gone, const struct lease_list *come);

#endif
