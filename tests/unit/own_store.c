#include "own_store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "indexer/seal.h"
#include "schema/tdb_layout.h"

struct reports own_reports;

int own_store_try(enum store_mode mode, struct store **store)
{
    *store = NULL;
    reports_start(&own_reports);
    return store_open(own_dir(), mode, &own_reports.sink, store);
}

struct store *own_store(enum store_mode mode)
{
    struct store *store;

    ck_assert_int_eq(own_store_try(mode, &store), 0);
    reports_expect_none(&own_reports);
    return store;
}

void own_set(struct store *store, const char *name, const char *value)
{
    struct key key = key_named(KEY_NETWORK, bytes_of(name));
    int rc = value != NULL ? store_put(store, &key, bytes_of(value)) : store_delete(store, &key);

    ck_assert_int_eq(rc, 0);
}

void own_expect(struct store *store, const char *name, const char *value)
{
    struct key key = key_named(KEY_NETWORK, bytes_of(name));
    CLEANUP_VALUE struct value found;

    ck_assert_int_eq(store_get(store, &key, &found), value != NULL ? 0 : -ENOENT);
    ck_assert(store_has(store, &key) == (value != NULL));
    if (value == NULL)
        ck_assert_ptr_null(found.at);
    else
        ck_assert_msg(bytes_equal(value_bytes(&found), bytes_of(value)), "%s is %.*s", name, (int)found.len,
                      (const char *)found.at);
}

int own_commit(struct store *store)
{
    int rc = store_commit(store);

    store_close(store);
    return rc;
}

void own_publish(const char *name, const char *value)
{
    struct store *store = own_store(STORE_WRITE);

    own_set(store, name, value);
    ck_assert_int_eq(own_commit(store), 1);
    reports_expect_none(&own_reports);
}

unsigned long own_inode(const char *file)
{
    struct stat st;

    return lstat(own_path(file), &st) == 0 ? st.st_ino : 0;
}

void own_expect_files(const char *also)
{
    DIR *stream = opendir(own_dir());
    const struct dirent *entry;
    int expected = 0;

    ck_assert_ptr_nonnull(stream);
    while ((entry = readdir(stream)) != NULL) {
        const char *name = entry->d_name;

        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
            continue;
        /* The file before, which is no leftover. */
        if (strcmp(name, OLD_FILE) == 0)
            continue;
        ck_assert_msg(strcmp(name, INDEX_FILE) == 0 || strcmp(name, LOCK_FILE) == 0 ||
                          (also != NULL && strcmp(name, also) == 0),
                      "%s is left", name);
        expected++;
    }
    closedir(stream);
    ck_assert_int_eq(expected, also != NULL ? 3 : 2);
}

int own_seal(int fd, uint64_t generation)
{
    struct stat st;
    void *file;
    int rc;

    if (fstat(fd, &st) < 0)
        return -errno;
    file = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(file, MAP_FAILED);
    rc = seal_put(file, (size_t)st.st_size, generation);
    munmap(file, (size_t)st.st_size);
    return rc;
}

void own_wipe_tables(void)
{
    int fd = open(own_path(INDEX_FILE), O_RDWR | O_CLOEXEC);
    struct tdb_layout_header header;
    size_t len;
    uint8_t *zeros;

    ck_assert_int_eq(pread(fd, &header, sizeof(header), 0), sizeof(header));
    len = (size_t)tdb_layout_chain(header.hash_size);
    zeros = calloc(1, len);
    ck_assert_int_eq(pwrite(fd, zeros, len, 0), (ssize_t)len);
    free(zeros);
    close(fd);
}
