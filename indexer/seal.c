#include "seal.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "digest.h"
#include "schema/tdb_layout.h"

/* Checksum of a whole file; also hands out the header as it stands. */
static int checksum(int fd, struct tdb_layout_header *header, uint64_t *sum)
{
    struct tdb_layout_header blank;
    struct stat st;
    size_t size;
    const char *file;

    if (fstat(fd, &st) < 0)
        return -errno;
    size = (size_t)st.st_size;
    if (size < sizeof(*header))
        return -EBADMSG;
    file = mmap(NULL, size, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
    if (file == MAP_FAILED)
        return -errno;
    memcpy(header, file, sizeof(*header));
    blank = *header;
    blank.sequence = 0;
    memset(blank.checksum, 0, sizeof(blank.checksum));
    *sum = digest_of(file + sizeof(blank), size - sizeof(blank), digest_of(&blank, sizeof(blank), 0));
    munmap((void *)(uintptr_t)file, size);
    return 0;
}

int seal_write(int fd, uint64_t generation)
{
    struct tdb_layout_header header;
    uint64_t sum;
    ssize_t written;
    int rc = checksum(fd, &header, &sum);

    if (rc < 0)
        return rc;
    header.sequence = (uint32_t)generation;
    header.checksum[0] = (uint32_t)sum;
    header.checksum[1] = (uint32_t)(sum >> 32);
    written = pwrite(fd, &header, sizeof(header), 0);
    if (written < 0)
        return -errno;
    return written == (ssize_t)sizeof(header) ? 0 : -EIO;
}

int seal_verify(int fd)
{
    struct tdb_layout_header header;
    uint64_t sum;
    int rc = checksum(fd, &header, &sum);

    if (rc < 0)
        return rc;
    return header.checksum[0] == (uint32_t)sum && header.checksum[1] == (uint32_t)(sum >> 32) ? 0 : -EBADMSG;
}

int seal_retire(int fd)
{
    const off_t at = offsetof(struct tdb_layout_header, sequence);
    uint32_t sequence;
    ssize_t done = pread(fd, &sequence, sizeof(sequence), at);

    sequence++;
    if (done == (ssize_t)sizeof(sequence))
        done = pwrite(fd, &sequence, sizeof(sequence), at);
    return done < 0 ? -errno : done == (ssize_t)sizeof(sequence) ? 0 : -EIO;
}
