/*
 * All files of the running test's directory, kept in memory: to see whether anything changed, and to put all
 * back.
 */
#ifndef LVINDEX_TESTS_KEPT_FILES_H
#define LVINDEX_TESTS_KEPT_FILES_H

/* Keeps them as they are. Directories and the writers' lock do not count. */
void kept_files_take(void);
/* What is different from then: "gone: FILE", "new: FILE" or "changed: FILE", of one; NULL: nothing is. */
const char *kept_files_difference(void);
/* Puts all back. */
void kept_files_restore(void);

#endif
