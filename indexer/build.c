#include "build.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "index_file.h"
#include "schema/tdb_layout.h"

/* libtdb's files are whole pages, and a file that is not is known for cut off (salvage.c). */
#define PAGE 4096

/* The least and the most heads of chains: a small index is never built anew for want of them. */
#define HASH_SIZE_MIN 256
#define HASH_SIZE_MAX (1U << 28)

static uint64_t whole_pages(uint64_t size)
{
    return (size + PAGE - 1) / PAGE * PAGE;
}

uint64_t build_record_size(size_t key_len, size_t value_len)
{
    uint64_t content = (uint64_t)key_len + value_len + TDB_LAYOUT_TAILER;

    return sizeof(struct tdb_layout_record) + (content + 3) / 4 * 4;
}

/* A little more than one chain a record. */
static uint32_t hash_size_for(uint32_t records)
{
    if (records < HASH_SIZE_MIN)
        return HASH_SIZE_MIN;
    return records > HASH_SIZE_MAX ? HASH_SIZE_MAX : records + records / 8;
}

/* libtdb tells its log, while errno still says why, what it then reports as an error of its own kind. */
static void note_cause(struct tdb_context *tdb, enum tdb_debug_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void note_cause(struct tdb_context *tdb, enum tdb_debug_level level, const char *format, ...)
{
    int *cause = tdb_get_logging_private(tdb);

    (void)format;
    if (level <= TDB_DEBUG_WARNING && *cause == 0 && errno != 0)
        *cause = -errno;
}

/* Creates a TDB with an empty hash table. */
static int create(const char *path, uint32_t hash_size)
{
    int cause = 0;
    const struct tdb_logging_context log = {note_cause, &cause};
    struct tdb_context *tdb;

    errno = 0;
    tdb = tdb_open_ex(path, (int)hash_size, TDB_NOLOCK | TDB_NOSYNC | TDB_NOMMAP | TDB_INCOMPATIBLE_HASH,
                      O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600, &log, NULL);
    if (tdb == NULL)
        return cause != 0 ? cause : errno != 0 ? -errno : -EIO;
    errno = 0;
    return tdb_close(tdb) == 0 ? 0 : errno != 0 ? -errno : -EIO;
}

int build_start(struct build *build, const char *dir, const char *name, uint32_t records, uint64_t size)
{
    char path[PATH_MAX];
    void *mapped;
    int rc;

    *build = (struct build){.fd = -1, .hash_size = hash_size_for(records)};
    build->end = tdb_layout_chain(build->hash_size);
    build->room = whole_pages(build->end + size);
    if (build->room > UINT32_MAX - PAGE)
        return -EMSGSIZE;
    if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >= sizeof(path))
        return -ENAMETOOLONG;
    rc = create(path, build->hash_size);
    if (rc < 0)
        return rc;
    build->fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (build->fd < 0)
        return -errno;
    /* All of the room is claimed first: a mapped file that finds none would end us with SIGBUS. */
    rc = posix_fallocate(build->fd, 0, (off_t)build->room);
    if (rc != 0)
        return -rc;
    mapped = mmap(NULL, build->room, PROT_READ | PROT_WRITE, MAP_SHARED, build->fd, 0);
    if (mapped == MAP_FAILED)
        return -errno;
    build->file = mapped;
    return 0;
}

static void put_word(struct build *build, uint64_t at, uint32_t word)
{
    memcpy(build->file + at, &word, sizeof(word));
}

/* Writes the record at the end, `total` bytes with all that belongs to it, in front of its chain. */
static void put_record(struct build *build, uint32_t hash, uint32_t total, struct bytes key,
                       struct bytes value)
{
    uint64_t chain = tdb_layout_chain(hash % build->hash_size);
    const struct tdb_layout_record record = {
        .next = tdb_layout_word(build->file + chain),
        .room = total - (uint32_t)sizeof(record),
        .key_len = (uint32_t)key.len,
        .value_len = (uint32_t)value.len,
        .hash = hash,
        .magic = TDB_LAYOUT_USED,
    };
    uint8_t *at = build->file + build->end;

    memcpy(at, &record, sizeof(record));
    memcpy(at + sizeof(record), key.at, key.len);
    if (value.len > 0)
        memcpy(at + sizeof(record) + key.len, value.at, value.len);
    put_word(build, build->end + total - TDB_LAYOUT_TAILER, total);
    put_word(build, chain, (uint32_t)build->end);
    build->last = build->end;
    build->end += total;
}

int build_add(struct build *build, struct bytes key, struct bytes value)
{
    uint64_t total = build_record_size(key.len, value.len);
    TDB_DATA hashed = tdb_data(key);

    if (total > build->room - build->end)
        return -EMSGSIZE;
    put_record(build, tdb_jenkins_hash(&hashed), (uint32_t)total, key, value);
    return 0;
}

uint64_t build_final_size(const struct build *build, uint64_t size)
{
    return whole_pages(build->end + size);
}

int build_finish(struct build *build)
{
    size_t size = (size_t)whole_pages(build->end);
    uint32_t total = (uint32_t)(size - build->last);

    put_word(build, build->last + offsetof(struct tdb_layout_record, room),
             total - (uint32_t)sizeof(struct tdb_layout_record));
    put_word(build, size - TDB_LAYOUT_TAILER, total);
    munmap(build->file, build->room);
    build->file = NULL;
    return ftruncate(build->fd, (off_t)size) < 0 ? -errno : 0;
}

void build_end(struct build *build)
{
    if (build->file != NULL)
        munmap(build->file, build->room);
    if (build->fd >= 0)
        close(build->fd);
    build->file = NULL;
    build->fd = -1;
}
