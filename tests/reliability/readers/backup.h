/*
 * Backups of an index, kept and restored as index-format.md says it.
 */
#ifndef LVINDEX_TESTS_READERS_BACKUP_H
#define LVINDEX_TESTS_READERS_BACKUP_H

/* Copies the files of the index in `directory` to `backup`, which is made, or emptied. Exits on failure; no
 * writer may be at work. */
void backup_keep(const char *directory, const char *backup);

/* Puts them back, each by a rename: the base first, then, after so many milliseconds, index.tdb. */
void backup_restore(const char *backup, const char *directory, long between);

#endif
