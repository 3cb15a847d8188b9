#include "hosts_follow.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>

#include "hosts_file.h"
#include "indexer/cleanup.h"
#include "indexer/names_file.h"
#include "schema/paths.h"

/* A file of a million names takes seconds to make: for so many times as long as it took, it is left alone. */
#define PAUSE_FACTOR 4

static int64_t clock_ms(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Did nobody touch the file since? */
static bool untouched(const struct hosts_follow *follow)
{
    const struct stat *left = &follow->left;
    struct stat now;

    return lstat(follow->path, &now) == 0 && now.st_ino == left->st_ino && now.st_dev == left->st_dev &&
           now.st_ctim.tv_sec == left->st_ctim.tv_sec && now.st_ctim.tv_nsec == left->st_ctim.tv_nsec;
}

/* Does the file tell of this index, and of now? When a clock is set back, what had expired lives again. */
static bool holds(const struct hosts_follow *follow, const struct index_version *version)
{
    uint64_t now = (uint64_t)clock_ms(CLOCK_REALTIME) / 1000;

    return index_version_same(&follow->version, version) && now >= follow->since &&
           (follow->until == 0 || now < follow->until) && untouched(follow);
}

/* Prints all lines into `*text`, which the caller frees. 1, 0 where no index is, -errno, reported. */
static int print(struct hosts_follow *follow, struct index *index, char **text, size_t *len)
{
    const struct names_wanted all = {.network = NULL};
    FILE *to = open_memstream(text, len);
    int rc;

    if (to == NULL)
        return report_errno(index->report, -errno, "%s", follow->path);
    rc = names_file_hosts(index, &all, to, &follow->until);
    if (rc == 0 && ferror(to))
        rc = -ENOMEM;
    /* glibc closes it without a word, and without a text, where there is no memory for the last of it. */
    if ((fclose(to) != 0 || *text == NULL) && rc == 0)
        rc = -ENOMEM;
    follow->since = index->now;
    return rc < 0 ? report_errno(index->report, rc, "%s", store_path(index->store)) : 1;
}

/* Of a damaged index, some names may be missing: it is as good as none. */
static int read_index(struct hosts_follow *follow, char **text, size_t *len, const struct report *report)
{
    struct index *index = NULL;
    int rc = index_open_read(follow->state_dir, report, &index);

    if (rc == 0 && store_damaged(index->store))
        rc = -EBADMSG;
    else if (rc == 0 && store_meta(index->store)->generation > 0)
        rc = print(follow, index, text, len);
    index_close(index);
    return rc;
}

static int make(struct hosts_follow *follow, const struct report *report)
{
    CLEANUP_FREE char *text = NULL;
    size_t len = 0;
    int rc = read_index(follow, &text, &len, report);

    if (rc > 0)
        rc = hosts_file_write(follow->path, follow->state_dir, text, len, report);
    if (rc >= 0 && lstat(follow->path, &follow->left) < 0)
        follow->left = (struct stat){.st_ino = 0};
    return rc;
}

bool hosts_follow_pauses(const struct hosts_follow *follow)
{
    return clock_ms(CLOCK_MONOTONIC) < follow->pause;
}

int hosts_follow_update(struct hosts_follow *follow, const struct report *report)
{
    int64_t start = clock_ms(CLOCK_MONOTONIC);
    struct index_version version;
    char path[PATH_MAX];
    int rc;

    if (follow->path == NULL)
        return 0;
    if ((size_t)snprintf(path, sizeof(path), "%s/" INDEX_FILE, follow->state_dir) >= sizeof(path))
        return report_errno(report, -ENAMETOOLONG, "%s", follow->state_dir);
    /* Before it is read: what comes meanwhile is another one. */
    index_version_of(path, &version);
    if (holds(follow, &version))
        return 0;
    rc = make(follow, report);
    follow->version = version;
    if (rc < 0) {
        follow->version = INDEX_VERSION_NONE;
        follow->until = 0;
    }
    follow->pause = clock_ms(CLOCK_MONOTONIC);
    follow->pause += (follow->pause - start) * PAUSE_FACTOR;
    return rc < 0 ? rc : 0;
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int hosts_follow_wait(const struct hosts_follow *follow, int most)
{
    int64_t pause = follow->pause - clock_ms(CLOCK_MONOTONIC);
    int64_t left = (int64_t)follow->until * 1000 - clock_ms(CLOCK_REALTIME);

    if (follow->path == NULL)
        return most;
    if (pause > 0)
        return (int)sooner(pause, most);
    return follow->until == 0 ? most : left > 0 ? (int)sooner(left, most) : 0;
}
