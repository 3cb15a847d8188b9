#include "build_index.h"

#include <check.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/tdb_layout.h"

static char directory[256];

const char *test_directory(void)
{
    const char *parent = getenv("TMPDIR");

    snprintf(directory, sizeof(directory), "%s/lvindex-test.XXXXXX", parent != NULL ? parent : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    return directory;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

void test_directory_remove(void)
{
    ck_assert_int_eq(nftw(directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

const char *test_path(const char *file)
{
    static char paths[4][sizeof(directory) + NAME_MAX + 1];
    static size_t next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof(paths[0]), "%s/%s", directory, file);
    return path;
}

struct tdb_context *build_open(const char *path, int hash_size, uint32_t version)
{
    struct meta meta = {.version = version, .generation = 1, .records = 1};

    return build_open_as(path, hash_size, &meta);
}

struct tdb_context *build_open_as(const char *path, int hash_size, const struct meta *meta)
{
    struct key key = key_single(KEY_META);
    uint8_t packed[META_PACKED];
    mode_t before = umask(022);
    struct tdb_context *db = tdb_open(path, hash_size, TDB_INCOMPATIBLE_HASH | TDB_NOLOCK | TDB_NOSYNC,
                                      O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

    umask(before);
    ck_assert_ptr_nonnull(db);
    meta_pack(meta, packed);
    build_put(db, key_bytes(&key), (struct bytes){packed, sizeof(packed)});
    return db;
}

static TDB_DATA data_of(struct bytes bytes)
{
    return (TDB_DATA){.dptr = (unsigned char *)bytes.at, .dsize = bytes.len};
}

void build_put(struct tdb_context *db, struct bytes key, struct bytes value)
{
    ck_assert_int_eq(tdb_store(db, data_of(key), data_of(value), TDB_REPLACE), 0);
}

void build_claims(struct tdb_context *db, struct key key, const struct claim *claims, size_t count)
{
    size_t size = count * CLAIM_PACKED_MAX;
    uint8_t *value = malloc(size + 1);
    struct packer p = {value, value + size, false};

    for (size_t i = 0; i < count; i++)
        claim_pack(&p, &claims[i]);
    ck_assert(!p.full);
    build_put(db, key_bytes(&key), (struct bytes){value, (size_t)(p.at - value)});
    free(value);
}

static void set_sequence(const char *path, uint32_t sequence)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(pwrite(fd, &sequence, sizeof(sequence), offsetof(struct tdb_layout_header, sequence)),
                     sizeof(sequence));
    close(fd);
}

void build_close(struct tdb_context *db)
{
    char *path = strdup(tdb_name(db));
    struct key key = key_single(KEY_META);
    TDB_DATA packed = tdb_fetch(db, data_of(key_bytes(&key)));
    struct meta meta = {0};
    int error = meta_unpack((struct bytes){packed.dptr, packed.dsize}, &meta);

    ck_assert_int_eq(tdb_close(db), 0);
    if (error == 0)
        set_sequence(path, (uint32_t)meta.generation);
    free(packed.dptr);
    free(path);
}

void build_announce(const char *path)
{
    struct tdb_layout_header header;
    struct bytes content = read_file(path);

    ck_assert_uint_ge(content.len, sizeof(header));
    memcpy(&header, content.at, sizeof(header));
    free((void *)content.at);
    set_sequence(path, header.sequence + 1);
}

struct key host_key(const char *name)
{
    return key_named(KEY_HOST, bytes_of(name));
}

struct key guest_key(const char *name)
{
    return key_named(KEY_GUEST, bytes_of(name));
}

struct key address_key(const char *ip)
{
    struct ip parsed;

    ck_assert_int_eq(ip_parse(ip, &parsed), 0);
    return key_address(&parsed);
}

struct claim claim_of(uint8_t flags, const char *label, const char *ip)
{
    struct claim claim = {.flags = flags, .network = bytes_of("default"), .label = bytes_of(label)};

    if (ip == NULL) {
        claim.flags |= CLAIM_PRESENCE;
        return claim;
    }
    ck_assert_int_eq(ip_parse(ip, &claim.ip), 0);
    if (claim.ip.len == IPV6_LEN)
        claim.flags |= CLAIM_IPV6;
    return claim;
}

struct bytes read_file(const char *path)
{
    FILE *file = fopen(path, "re");
    struct stat status;
    uint8_t *content;

    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fstat(fileno(file), &status), 0);
    content = malloc((size_t)status.st_size + 1);
    ck_assert_uint_eq(fread(content, 1, (size_t)status.st_size, file), (size_t)status.st_size);
    fclose(file);
    return (struct bytes){content, (size_t)status.st_size};
}

void write_file(const char *path, struct bytes content)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fchmod(fd, 0644), 0);
    ck_assert_int_eq(write(fd, content.at, content.len), (ssize_t)content.len);
    close(fd);
}

unsigned int mappings_of(const char *text)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[PATH_MAX + 128];
    unsigned int count = 0;

    ck_assert_ptr_nonnull(maps);
    while (fgets(line, sizeof(line), maps) != NULL)
        count += strstr(line, text) != NULL;
    fclose(maps);
    return count;
}
