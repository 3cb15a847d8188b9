#include "script_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "trust.h"

const char *script_state_text(enum script_state state)
{
    static const char *const texts[] = {
        [SCRIPT_NOT_EXECUTABLE] = "not executable",
        [SCRIPT_ODD_NAME] = "the name has other characters than letters, digits, \"-\", \"_\" and \".\"",
        [SCRIPT_LINK] = "a symbolic link",
        [SCRIPT_NO_FILE] = "not a regular file",
        [SCRIPT_FOREIGN] = "not root's own",
        [SCRIPT_WRITABLE] = "others may write it",
        [SCRIPT_LEFTOVER] = "executable, but called like a leftover",
    };

    return texts[state];
}

/* What was put aside on purpose, by its name. */
static bool is_put_aside(const char *name)
{
    return name[0] == '.' || fnmatch("*.disabled", name, 0) == 0;
}

/* What packagers and editors leave, and what goes with scripts, by its name. */
static bool is_leftover(const char *name)
{
    static const char *const patterns[] = {"README*",   "*~",    "#*#",    "*.bak",  "*.cfsaved", "*.dpkg-*",
                                           "*.new",     "*.old", "*.orig", "*.rej",  "*.rpmnew",  "*.rpmorig",
                                           "*.rpmsave", "*.swp", "*.tmp",  "*.ucf-*"};

    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        if (fnmatch(patterns[i], name, 0) == 0)
            return true;
    }
    return false;
}

static bool is_odd(const char *name)
{
    return name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")] != '\0';
}

static enum script_state judge_access(const struct stat *st, uid_t user)
{
    static const enum script_state states[] = {
        [TRUST_FULL] = SCRIPT_RUNS,
        [TRUST_FOREIGN] = SCRIPT_FOREIGN,
        [TRUST_WRITABLE] = SCRIPT_WRITABLE,
    };

    return states[trust_of(st, user)];
}

static enum script_state judge(const char *name, const struct stat *st, uid_t user)
{
    if (S_ISLNK(st->st_mode))
        return SCRIPT_LINK;
    if (!S_ISREG(st->st_mode))
        return SCRIPT_NO_FILE;
    if ((st->st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0)
        return SCRIPT_NOT_EXECUTABLE;
    if (is_leftover(name))
        return SCRIPT_LEFTOVER;
    return is_odd(name) ? SCRIPT_ODD_NAME : judge_access(st, user);
}

/* Takes a name over that is not put aside; what is gone meanwhile is not listed. */
static int add(struct script_dir *dir, int fd, const char *name, uid_t user)
{
    enum script_state state;
    struct script *more;
    struct stat st;

    if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : -errno;
    state = judge(name, &st, user);
    if (S_ISDIR(st.st_mode) || (is_leftover(name) && state != SCRIPT_LEFTOVER))
        return 0;
    more = reallocarray(dir->at, dir->count + 1, sizeof(*more));
    if (more == NULL)
        return -ENOMEM;
    dir->at = more;
    more += dir->count;
    more->state = state;
    if (asprintf(&more->path, "%s/%s", dir->path, name) < 0)
        return -ENOMEM;
    dir->count++;
    return 0;
}

static int by_name(const void *a, const void *b)
{
    const struct script *left = a, *right = b;

    return strcmp(left->path, right->path);
}

/* Whoever may write in the directory above could put another one in its place. */
static int judge_directory(struct script_dir *dir, int fd, const char *config_dir, uid_t user)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return -errno;
    dir->state = judge_access(&st, user);
    if (dir->state != SCRIPT_RUNS)
        return 0;
    if (fstatat(fd, "..", &st, 0) < 0)
        return -errno;
    dir->state = judge_access(&st, user);
    if (dir->state != SCRIPT_RUNS)
        dir->path[strlen(config_dir)] = '\0';
    return 0;
}

/* No directory could be opened: because it is a link? */
static int judge_failure(struct script_dir *dir, int rc)
{
    struct stat st;

    if (rc != -ENOTDIR || lstat(dir->path, &st) < 0 || !S_ISLNK(st.st_mode))
        return rc;
    dir->state = SCRIPT_LINK;
    return 0;
}

static int read_names(struct script_dir *dir, int fd, uid_t user)
{
    CLEANUP_DIR DIR *stream = fdopendir(fd);
    const struct dirent *entry;
    int rc = 0;

    if (stream == NULL) {
        rc = -errno;
        close(fd);
        return rc;
    }
    errno = 0;
    while (rc == 0 && (entry = readdir(stream)) != NULL) {
        if (!is_put_aside(entry->d_name))
            rc = add(dir, fd, entry->d_name, user);
        errno = 0;
    }
    if (rc == 0 && errno != 0)
        rc = -errno;
    if (rc == 0 && dir->count > 0)
        qsort(dir->at, dir->count, sizeof(*dir->at), by_name);
    return rc;
}

int script_dir_read(const char *config_dir, uid_t user, struct script_dir *dir)
{
    int fd, rc;

    *dir = (struct script_dir){.state = SCRIPT_RUNS};
    if (asprintf(&dir->path, "%s/" SCRIPT_DIR, config_dir) < 0) {
        dir->path = NULL;
        return -ENOMEM;
    }
    fd = open(dir->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return judge_failure(dir, -errno);
    rc = judge_directory(dir, fd, config_dir, user);
    if (rc == 0 && dir->state == SCRIPT_RUNS)
        return read_names(dir, fd, user);
    close(fd);
    return rc;
}

void script_dir_free(struct script_dir *dir)
{
    for (size_t i = 0; i < dir->count; i++)
        free(dir->at[i].path);
    free(dir->at);
    free(dir->path);
}
