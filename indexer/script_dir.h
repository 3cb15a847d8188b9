/*
 * CONFIG_DIR/dhcp-script.d: the administrator's own scripts, which lvindex-hook runs beside its own work.
 *
 * Which of the files there are scripts, in what order, and which of them may be run as root.
 * Thread-safety: no state.
 */
#ifndef LVINDEX_INDEXER_SCRIPT_DIR_H
#define LVINDEX_INDEXER_SCRIPT_DIR_H

#include <stddef.h>
#include <sys/types.h>

#define SCRIPT_DIR "dhcp-script.d"

enum script_state {
    SCRIPT_RUNS,
    SCRIPT_NOT_EXECUTABLE, /* no script, or one that was put out of use */
    SCRIPT_ODD_NAME,       /* other characters than letters, digits, '-', '_' and '.' */
    SCRIPT_LINK,           /* what it leads to may lie where others can replace it */
    SCRIPT_NO_FILE,
    SCRIPT_FOREIGN,  /* owned by another user */
    SCRIPT_WRITABLE, /* group or others may write it */
    SCRIPT_LEFTOVER, /* called as what packagers and editors leave; it could be run else */
};

struct script {
    char *path;
    enum script_state state;
};

struct script_dir {
    char *path;              /* the directory, or the one that it is in, if that is what `state` is about */
    enum script_state state; /* unless SCRIPT_RUNS, nothing in it is run, and it was not read */
    struct script *at;       /* in the byte order of their names */
    size_t count;
};

/* Reads the scripts below `config_dir`, as a hook that `user` runs sees them: owners are root and `user`. The
 * directory, and the one that it is in, must be theirs as the files must. What begins with a dot,
 * "x.disabled", what packagers and editors leave ("x.dpkg-old", "x~") unless it is executable, and
 * directories are not listed. 0, -ENOENT when there is no such directory, or another -errno. Free it after
 * each of them, unless it is NULL.
 */
int script_dir_read(const char *config_dir, uid_t user, struct script_dir *dir);
void script_dir_free(struct script_dir *dir);

/* Why it is not run, as words that follow its path. */
const char *script_state_text(enum script_state state);

#define CLEANUP_SCRIPTS __attribute__((cleanup(script_dir_free)))

#endif
