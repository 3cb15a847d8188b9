#include "published.h"

#include <errno.h>

#include "bases.h"
#include "changes.h"
#include "salvage.h"
#include "schema/paths.h"
#include "seal.h"

/* Opens the base that `index` names. -EBADMSG: there is none such, or it is damaged. */
static int open_base(int dirfd, const struct meta *index, bool verify, struct index_file *base)
{
    char name[BASE_NAME_SIZE];
    int rc = index_file_open(dirfd, base_name(index->base, name), verify, base);

    /* The version may be what is damaged: then the file is to be kept. */
    if (rc == -EPROTONOSUPPORT && !verify)
        rc = index_file_open(dirfd, name, true, base);
    if (rc == -EPROTONOSUPPORT)
        return -EBADMSG;
    if (rc == 0 && (base->fd < 0 || !meta_same_base(&base->meta, index))) {
        base->whole = false;
        return -EBADMSG;
    }
    return rc;
}

static int open_once(int dirfd, bool verify, struct published *published)
{
    int rc = index_file_open(dirfd, INDEX_FILE, true, &published->index);

    published->verified = verify;
    if (rc < 0 || published->index.fd < 0 || published->index.meta.base == 0)
        return rc;
    return open_base(dirfd, &published->index.meta, verify, &published->base);
}

/* A reader without the lock may find that the base has been replaced between two opens: it starts again, as
 * long as there is a newer index each time. */
int published_open(int dirfd, bool verify, struct published *published)
{
    uint64_t before;
    bool first = true, newer = true;
    int rc = -EBADMSG;

    for (*published = PUBLISHED_NONE; rc == -EBADMSG && newer; first = false) {
        before = published->index.meta.generation;
        published_close(published);
        rc = open_once(dirfd, verify, published);
        newer = published->index.whole && (first || published->index.meta.generation != before);
    }
    published->damaged = rc == -EBADMSG;
    if (rc < 0 && rc != -EBADMSG)
        published_close(published);
    return rc;
}

void published_close(struct published *published)
{
    index_file_close(&published->index);
    index_file_close(&published->base);
}

bool published_whole(const struct published *published)
{
    const struct index_file *index = &published->index;

    return index->whole && (index->meta.base == 0 || published->base.whole);
}

int published_verify(struct published *published)
{
    if (published->verified || published->base.fd < 0)
        return 0;
    if (seal_verify(published->base.content) < 0)
        return -EUCLEAN;
    published->verified = true;
    return 0;
}

/* An empty value stands for one that is gone. */
int published_find(struct published *published, const struct key *key, struct bytes *value)
{
    struct bytes wanted = key_bytes(key);
    int rc = index_file_find(&published->index, wanted, value);

    if (rc == -ENOENT)
        rc = index_file_find(&published->base, wanted, value);
    if (rc == -EBADMSG)
        published->suspect = true;
    return rc == 0 && value->len == 0 ? -ENOENT : rc;
}

struct walk {
    const struct published *published;
    int kind;
    int (*each)(void *context, struct bytes key, struct bytes value);
    void *context;
};

static bool of_kind(const struct walk *walk, struct bytes key)
{
    return walk->kind < 0 || (key.len > 0 && key.at[0] == walk->kind);
}

static int visit_index(void *context, struct bytes key, struct bytes value)
{
    const struct walk *walk = context;

    return value.len == 0 || !of_kind(walk, key) ? 0 : walk->each(walk->context, key, value);
}

static int visit_base(void *context, struct bytes key, struct bytes value)
{
    const struct walk *walk = context;
    struct bytes newer;

    if (!of_kind(walk, key) || index_file_find(&walk->published->index, key, &newer) == 0)
        return 0;
    return walk->each(walk->context, key, value);
}

int published_each(const struct published *published, int kind,
                   int (*each)(void *context, struct bytes key, struct bytes value), void *context)
{
    struct walk walk = {published, kind, each, context};
    int rc = index_file_each(&published->index, visit_index, &walk);

    return rc == 0 && published->base.fd >= 0 ? index_file_each(&published->base, visit_base, &walk) : rc;
}

struct salvaging {
    int (*found)(void *context, struct bytes key, struct bytes value);
    void *context;
    struct changes *seen; /* keys of index.tdb */
    struct meta meta;     /* its meta record, if that still reads */
};

static int salvage_index(void *context, struct bytes key, struct bytes value)
{
    struct salvaging *salvaging = context;
    struct key copy;

    if (!key_copy(key, &copy) || key.len == 0)
        return 0;
    if (key.at[0] == KEY_META && meta_unpack(value, &salvaging->meta) < 0)
        salvaging->meta = (struct meta){.version = 0};
    if (changes_put(salvaging->seen, &copy, (struct bytes){NULL, 0}) < 0)
        return -ENOMEM;
    return value.len == 0 ? 0 : salvaging->found(salvaging->context, key, value);
}

static int salvage_base(void *context, struct bytes key, struct bytes value)
{
    const struct salvaging *salvaging = context;
    struct bytes unused;
    struct key copy;

    if (!key_copy(key, &copy) || changes_find(salvaging->seen, &copy, &unused))
        return 0;
    return salvaging->found(salvaging->context, key, value);
}

/* Opens a base to be salvaged from, damaged or not; where there is none, nothing is open. */
static int open_any(int dirfd, uint64_t generation, struct index_file *base)
{
    char name[BASE_NAME_SIZE];
    int rc = generation == 0 ? 0 : index_file_open(dirfd, base_name(generation, name), true, base);

    return rc == -EBADMSG || rc == -EPROTONOSUPPORT ? 0 : rc;
}

/* Looks for the base of an index.tdb that could not be opened. Its meta record may be damaged, too: where the
 * base that it names is not there, the newest is meant if it has the same random number. */
static int find_base(const struct meta *meta, int dirfd, struct index_file *base)
{
    const bool known = meta->version != 0;
    uint64_t generation;
    int rc = known ? open_any(dirfd, meta->base, base) : 0;

    /* Of one that reads as having none, none is looked for. */
    if (rc < 0 || base->fd >= 0 || (known && meta->base == 0))
        return rc;
    rc = bases_newest(dirfd, &generation);
    if (rc == 0)
        rc = open_any(dirfd, generation, base);
    if (known && base->meta.base_id != meta->base_id)
        index_file_close(base);
    return rc;
}

static int salvage_files(const struct published *published, int dirfd, struct salvaging *salvaging)
{
    struct index_file other = INDEX_FILE_NONE;
    int rc = salvage_records(&published->index, salvage_index, salvaging);

    if (rc == 0 && published->base.fd < 0)
        rc = find_base(&salvaging->meta, dirfd, &other);
    if (rc == 0)
        rc = salvage_records(published->base.fd >= 0 ? &published->base : &other, salvage_base, salvaging);
    index_file_close(&other);
    return rc;
}

int published_salvage(const struct published *published, int dirfd,
                      int (*found)(void *context, struct bytes key, struct bytes value), void *context)
{
    struct salvaging salvaging = {.found = found, .context = context, .seen = changes_new()};
    int rc = salvaging.seen == NULL ? -ENOMEM : salvage_files(published, dirfd, &salvaging);

    changes_free(salvaging.seen);
    return rc;
}
