#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bases.h"
#include "changes.h"
#include "cleanup.h"
#include "lock.h"
#include "recover.h"
#include "schema/paths.h"
#include "snapshot.h"
#include "trust.h"

struct store {
    char *dir;
    char *path; /* of the index file */
    int dirfd;
    int lockfd;
    struct published published;
    struct meta meta; /* of what is published */
    struct meta next; /* of what is prepared */
    struct changes *changes;
    uint32_t records; /* that the index will have, the meta record included */
    bool prepared;    /* the new files are ready */
    bool stale;       /* but there were changes since */
    bool happened;    /* what was prepared must not get lost any more */
    bool worth;       /* there is a change worth a commit */
    const struct report *report;
};

/* Where others may make and remove files, nothing would hold: not the lock, not what a name means. */
static int check_dir(const struct store *store)
{
    static const char *const texts[] = {
        [TRUST_FULL] = NULL,
        [TRUST_FOREIGN] = "refused, as it belongs to another user",
        [TRUST_WRITABLE] = "refused, as others may write to it",
    };
    const char *why;
    struct stat st;

    if (fstat(store->dirfd, &st) < 0)
        return report_errno(store->report, -errno, "%s", store->dir);
    why = texts[trust_of(&st, geteuid())];
    if (why != NULL)
        report_problem(store->report, why, "%s", store->dir);
    return why != NULL ? -EPERM : 0;
}

/* A directory that was just made has its name on the disk, too, after that. Who may not read the one above
 * can do no more. */
static int sync_parent(int dirfd)
{
    CLEANUP_FD int parent = openat(dirfd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (parent < 0)
        return errno == EACCES ? 0 : -errno;
    return fsync(parent) < 0 ? -errno : 0;
}

/* Opens the directory, which a first writer makes: readable to all, as NSS in every process reads it. */
static int open_dir(struct store *store, enum store_mode mode)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

    store->dirfd = open(store->dir, flags);
    if (store->dirfd < 0 && errno == ENOENT && mode != STORE_READ) {
        if (mkdir(store->dir, 0755) < 0 && errno != EEXIST)
            return report_errno(store->report, -errno, "%s", store->dir);
        store->dirfd = open(store->dir, flags);
        if (store->dirfd >= 0) {
            int rc = fchmod(store->dirfd, 0755) < 0 ? -errno : sync_parent(store->dirfd);

            if (rc < 0)
                return report_errno(store->report, rc, "%s", store->dir);
        }
    }
    if (store->dirfd < 0 && (errno != ENOENT || mode != STORE_READ))
        return report_errno(store->report, -errno, "%s", store->dir);
    return mode == STORE_READ ? 0 : check_dir(store);
}

static int take_lock(struct store *store)
{
    int rc;

    store->lockfd = lock_take(store->dirfd);
    if (store->lockfd == -ETIMEDOUT) {
        report_problem(store->report, "held by another process for too long, gave up", "%s/" LOCK_FILE,
                       store->dir);
        return -ETIMEDOUT;
    }
    if (store->lockfd < 0)
        return report_errno(store->report, store->lockfd, "%s/" LOCK_FILE, store->dir);
    rc = recover_leftover(store->dirfd);
    return rc < 0 ? report_errno(store->report, rc, "%s/" NEW_FILE, store->dir) : 0;
}

/* What a killed writer left of the next generation. */
static int sweep(const struct store *store)
{
    return published_whole(&store->published) ? bases_remove(store->dirfd, store->meta.generation + 1) : 0;
}

/* Which of the two files could not be opened, or is damaged: what index.tdb says of a base is known only
 * where it is in order itself. */
static const char *culprit(const struct store *store, char name[static BASE_NAME_SIZE])
{
    const uint64_t base = store->meta.base;

    return base == 0 ? INDEX_FILE : base_name(base, name);
}

static int open_published(struct store *store, enum store_mode mode)
{
    char name[BASE_NAME_SIZE];
    int rc;

    /* One that is read alone may have no directory. */
    if (store->dirfd < 0)
        return 0;
    rc = published_open(store->dirfd, mode != STORE_WRITE, &store->published);
    store->meta = store->published.index.meta;
    if (rc == -EBADMSG) {
        report_problem(store->report, STORE_DAMAGED, "%s/%s", store->dir, culprit(store, name));
        rc = 0;
    }
    if (rc == -EPROTONOSUPPORT) {
        report_problem(store->report, "written by another version of lvindex",
                       "%s/" INDEX_FILE ": format version %u found, %u wanted", store->dir,
                       store->meta.version, SCHEMA_VERSION);
        return rc;
    }
    if (rc < 0)
        return report_errno(store->report, rc, "%s/%s", store->dir, culprit(store, name));
    rc = mode != STORE_READ ? sweep(store) : 0;
    return rc < 0 ? report_errno(store->report, rc, "%s", store->path) : 0;
}

int store_open(const char *dir, enum store_mode mode, const struct report *report, struct store **result)
{
    struct store *store = calloc(1, sizeof(*store));
    int rc = -ENOMEM;

    if (store == NULL)
        return report_errno(report, rc, "%s", dir);
    *store = (struct store){.dirfd = -1, .lockfd = -1, .published = PUBLISHED_NONE, .report = report};
    store->dir = strdup(dir);
    if (asprintf(&store->path, "%s/" INDEX_FILE, dir) < 0)
        store->path = NULL;
    if (store->dir == NULL || store->path == NULL)
        rc = report_errno(report, rc, "%s", dir);
    else
        rc = open_dir(store, mode);
    if (rc == 0 && mode != STORE_READ)
        rc = take_lock(store);
    if (rc == 0)
        rc = open_published(store, mode);
    if (rc == 0) {
        store->records = published_whole(&store->published) ? store->meta.records : 1;
        store->changes = changes_new();
        if (store->changes == NULL)
            rc = report_errno(report, -ENOMEM, "%s", dir);
    }
    if (rc < 0)
        store_close(store);
    else
        *result = store;
    return rc;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    if (store->prepared && !store->happened)
        snapshot_discard(store->dirfd, store->next.generation);
    changes_free(store->changes);
    published_close(&store->published);
    if (store->lockfd >= 0)
        close(store->lockfd);
    if (store->dirfd >= 0)
        close(store->dirfd);
    free(store->dir);
    free(store->path);
    free(store);
}

void store_happened(struct store *store)
{
    store->happened = true;
}

const char *store_path(const struct store *store)
{
    return store->path;
}

bool store_damaged(const struct store *store)
{
    return store->published.damaged;
}

bool store_verified(const struct store *store)
{
    return store->published.damaged || store->published.base.fd < 0 || store->published.verified;
}

void store_suspect(struct store *store)
{
    store->published.suspect = true;
}

int store_salvage(struct store *store, int (*found)(void *context, struct bytes key, struct bytes value),
                  void *context)
{
    uint64_t newest;
    int rc = bases_newest(store->dirfd, &newest);

    if (rc < 0)
        return rc;
    /* A base that is salvaged from must not be in the way of the next one. */
    store_resume(store, newest);
    return published_salvage(&store->published, store->dirfd, found, context);
}

void store_resume(struct store *store, uint64_t generation)
{
    if (generation > store->meta.generation)
        store->meta.generation = generation;
}

const struct meta *store_meta(const struct store *store)
{
    return &store->meta;
}

const struct published *store_published(const struct store *store)
{
    return &store->published;
}

int store_find(struct store *store, const struct key *key, struct bytes *value)
{
    if (changes_find(store->changes, key, value))
        return value->len > 0 ? 0 : -ENOENT;
    return store->published.damaged ? -ENOENT : published_find(&store->published, key, value);
}

int store_get(struct store *store, const struct key *key, struct value *value)
{
    struct bytes found;
    int rc = store_find(store, key, &found);

    *value = (struct value){NULL, 0};
    return rc < 0 ? rc : value_copy(value, found);
}

bool store_has(struct store *store, const struct key *key)
{
    struct bytes unused;

    return store_find(store, key, &unused) != -ENOENT;
}

/* Notes a change; `value` empty removes. Returns 1 when it is one. */
static int change(struct store *store, const struct key *key, struct bytes value)
{
    struct bytes now = {NULL, 0};
    int rc = store_find(store, key, &now);
    bool known = rc == 0;

    if (rc < 0 && rc != -ENOENT)
        return rc;
    if (value.len > VALUE_MAX)
        return -EMSGSIZE;
    if (known ? bytes_equal(now, value) : value.len == 0)
        return 0;
    rc = changes_put(store->changes, key, value);
    if (rc < 0)
        return rc;
    store->records = store->records + (value.len > 0) - known;
    store->stale = true;
    return 1;
}

int store_put(struct store *store, const struct key *key, struct bytes value)
{
    int rc = change(store, key, value);

    if (rc == 1)
        store->worth = true;
    return rc < 0 ? rc : 0;
}

int store_put_soft(struct store *store, const struct key *key, struct bytes value)
{
    int rc = change(store, key, value);

    return rc < 0 ? rc : 0;
}

int store_delete(struct store *store, const struct key *key)
{
    return store_put(store, key, (struct bytes){NULL, 0});
}

struct walk {
    const struct changes *hidden_by; /* records that it has, too, are left out */
    int kind;                        /* -1: any */
    int (*each)(void *context, struct bytes key, struct bytes value);
    void *context;
    int rc;
};

static int visit(void *context, struct bytes key, struct bytes value)
{
    struct walk *walk = context;

    if (key.len > 0 && value.len > 0 && (walk->kind < 0 || key.at[0] == walk->kind))
        walk->rc = walk->each(walk->context, key, value);
    return walk->rc;
}

static int visit_published(void *context, struct bytes key, struct bytes value)
{
    const struct walk *walk = context;

    return changes_has(walk->hidden_by, key) ? 0 : visit(context, key, value);
}

static int walk_all(struct store *store, struct walk walk)
{
    int rc = 0;

    walk.hidden_by = store->changes;
    if (published_whole(&store->published))
        rc = published_each(&store->published, walk.kind, visit_published, &walk);
    if (rc == 0)
        changes_each(store->changes, visit, &walk);
    return rc != 0 ? rc : walk.rc;
}

int store_each(struct store *store, enum key_kind kind,
               int (*each)(void *context, struct bytes key, struct bytes value), void *context)
{
    return walk_all(store, (struct walk){.kind = (int)kind, .each = each, .context = context});
}

int store_each_record(struct store *store, int (*each)(void *context, struct bytes key, struct bytes value),
                      void *context)
{
    return walk_all(store, (struct walk){.kind = -1, .each = each, .context = context});
}

bool store_rebuilds(const struct store *store)
{
    return snapshot_rewrites(&store->published, store->changes);
}

static int prepare(struct store *store)
{
    int rc;

    if (store->prepared)
        snapshot_discard(store->dirfd, store->next.generation);
    store->prepared = store->stale = false;
    store->next = store->meta;
    store->next.records = store->records;
    rc = snapshot_prepare(store->dirfd, &store->published, store->changes, &store->next);
    store->prepared = rc == 0;
    return rc;
}

static int prepare_once(struct store *store)
{
    int rc;

    /* Before anything is said of what was read, and be it that there is nothing to do. */
    if (store->published.suspect && !store_verified(store))
        return -EUCLEAN;
    if (store->lockfd < 0)
        return report_errno(store->report, -EROFS, "%s", store->path);
    if (!store->worth && !store->published.damaged)
        return 0;
    if (store->prepared && !store->stale)
        return 1;
    rc = prepare(store);
    if (rc < 0 && rc != -EUCLEAN)
        report_errno(store->report, rc, "%s", store->path);
    return rc < 0 ? rc : 1;
}

int store_prepare(struct store *store)
{
    int rc = prepare_once(store);

    /* Its name must be on the disk before anything that it is to follow. */
    if (rc == 1 && fsync(store->dirfd) < 0)
        rc = report_errno(store->report, -errno, "%s", store->dir);
    return rc;
}

int store_commit(struct store *store)
{
    int rc = prepare_once(store);

    if (rc <= 0)
        return rc;
    store->prepared = false;
    rc = snapshot_publish(store->dirfd, &store->published, &store->next);
    return rc < 0 ? report_errno(store->report, rc, "%s", store->path) : 1;
}
