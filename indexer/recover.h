/*
 * What a killed writer left: a finished index.tdb.new is published if what it tells of has happened, and
 * removed if not. Thread-safety: the caller holds the writers' lock of the directory.
 */
#ifndef LVINDEX_INDEXER_RECOVER_H
#define LVINDEX_INDEXER_RECOVER_H

/* Publishes the file if it is whole, comes next after index.tdb (whatever that is, if it is damaged; as the
 * first, if there is none), and every .status that it read or was to be written with is what it says. Removes
 * it otherwise. -errno: it could not be told, and all is what it was; or as snapshot_publish(). */
int recover_leftover(int dirfd);

#endif
