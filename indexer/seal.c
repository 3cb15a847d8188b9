#include "seal.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "digest.h"
#include "schema/tdb_layout.h"

/* Checksum of a whole file; also hands out the header as it stands. */
static int checksum(struct bytes file, struct tdb_layout_header *header, uint64_t *sum)
{
    struct tdb_layout_header blank;

    if (file.len < sizeof(*header))
        return -EBADMSG;
    memcpy(header, file.at, sizeof(*header));
    blank = *header;
    blank.sequence = 0;
    memset(blank.checksum, 0, sizeof(blank.checksum));
    *sum = digest_of(file.at + sizeof(blank), file.len - sizeof(blank), digest_of(&blank, sizeof(blank), 0));
    return 0;
}

int seal_put(uint8_t *file, size_t len, uint64_t generation)
{
    struct tdb_layout_header header;
    uint64_t sum;
    int rc = checksum((struct bytes){file, len}, &header, &sum);

    if (rc < 0)
        return rc;
    header.sequence = (uint32_t)generation;
    header.checksum[0] = (uint32_t)sum;
    header.checksum[1] = (uint32_t)(sum >> 32);
    memcpy(file, &header, sizeof(header));
    return 0;
}

int seal_verify(struct bytes file)
{
    struct tdb_layout_header header;
    uint64_t sum;

    if (checksum(file, &header, &sum) < 0)
        return -EBADMSG;
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
