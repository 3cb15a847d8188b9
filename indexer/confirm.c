#include "confirm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "file.h"
#include "source_record.h"
#include "status.h"

struct confirming {
    struct published *now;
    int dirfd; /* of libvirt's files */
};

/* Digest of the content that a source had, 0 when that is not known. */
static uint64_t digest_in(struct bytes value)
{
    struct unpacker u = unpacker_of(value);
    struct source source;

    return source_unpack(&u, &source) ? source.digest : 0;
}

static uint64_t digest_known(struct published *now, struct bytes key)
{
    CLEANUP_VALUE struct value value = {NULL, 0};
    struct key copy;

    return key_copy(key, &copy) && published_get(now, &copy, &value) == 0 ? digest_in(value_bytes(&value))
                                                                          : 0;
}

/* The network of a `.status` source's key; false for other keys. */
static bool network_of(struct bytes key, char network[static NETWORK_MAX + 1])
{
    const size_t prefix = 1 + strlen(SOURCE_STATUS);

    if (key.len <= prefix || key.len - prefix > NETWORK_MAX || key.at[0] != KEY_SOURCE ||
        memcmp(key.at + 1, SOURCE_STATUS, prefix - 1) != 0)
        return false;
    memcpy(network, key.at + prefix, key.len - prefix);
    network[key.len - prefix] = '\0';
    return network_valid(network);
}

/* Is it what the network's file holds? */
static bool is_there(int dirfd, const char *network, uint64_t digest)
{
    CLEANUP_FILE struct file file = {.fd = -1};
    char name[NETWORK_MAX + sizeof(STATUS_SUFFIX)];
    int rc;

    snprintf(name, sizeof(name), "%s" STATUS_SUFFIX, network);
    rc = file_open(dirfd, name, O_NOFOLLOW, &file);
    if (rc == 0)
        rc = file_read(&file);
    return rc == 0 ? file.digest == digest : rc != -ENOENT;
}

/* 1 when it is denied. */
static int confirm_record(void *context, struct bytes key, struct bytes value)
{
    const struct confirming *confirming = context;
    char network[NETWORK_MAX + 1];
    uint64_t digest = network_of(key, network) ? digest_in(value) : 0;

    if (digest == 0 || digest == digest_known(confirming->now, key))
        return 0;
    return is_there(confirming->dirfd, network, digest) ? 0 : 1;
}

bool confirm_statuses(const struct published *next, struct published *now)
{
    CLEANUP_FD int dirfd = open(libvirt_dirs_default().networks, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct confirming confirming = {now, dirfd};

    if (dirfd < 0)
        return true;
    if (index_file_each(&next->index, confirm_record, &confirming) == 1)
        return false;
    return next->base.fd < 0 || index_file_each(&next->base, confirm_record, &confirming) != 1;
}
