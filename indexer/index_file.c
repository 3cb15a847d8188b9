#include "index_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/hash.h"
#include "seal.h"
#include "tdb_records.h"

/* Who is going to read all of it has it all mapped at once. */
static int map(struct index_file *file, size_t size, bool all)
{
    void *at = mmap(NULL, size, PROT_READ, MAP_SHARED | (all ? MAP_POPULATE : 0), file->fd, 0);

    if (at == MAP_FAILED)
        return -errno;
    file->content = (struct bytes){at, size};
    return 0;
}

static int open_once(int dirfd, const char *name, bool verify, struct index_file *file)
{
    struct stat st;
    int rc;

    file->fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (file->fd < 0)
        return errno == ENOENT ? 0 : -errno;
    if (fstat(file->fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return -EINVAL;
    if (st.st_size == 0)
        return -EBADMSG;
    rc = map(file, (size_t)st.st_size, verify);
    if (rc == 0 && verify)
        rc = seal_verify(file->content);
    if (rc == 0)
        rc = tdb_table_open(file->content, &file->table, &file->meta);
    file->whole = rc == 0;
    return rc;
}

int index_file_open(int dirfd, const char *name, bool verify, struct index_file *file)
{
    int rc;

    *file = INDEX_FILE_NONE;
    rc = open_once(dirfd, name, verify, file);
    if (rc < 0 && rc != -EBADMSG)
        index_file_close(file);
    return rc;
}

void index_file_close(struct index_file *file)
{
    if (file->content.len > 0)
        munmap((void *)(uintptr_t)file->content.at, file->content.len);
    if (file->fd >= 0)
        close(file->fd);
    *file = (struct index_file){.fd = -1, .meta = file->meta};
}

int index_file_find(const struct index_file *file, struct bytes key, struct bytes *value)
{
    return file->whole ? tdb_table_find(&file->table, key, hash_bytes(key), value) : -ENOENT;
}

int index_file_each(const struct index_file *file,
                    int (*each)(void *context, struct bytes key, struct bytes value), void *context)
{
    return tdb_records_each(file->content, file->table.hash_size, each, context);
}
