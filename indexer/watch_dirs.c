#include "watch_dirs.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

/* A lease file is written in place by a dnsmasq that keeps it open: IN_MODIFY. All others are renamed or
 * closed. */
#define CONTENT_EVENTS (IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE)
#define OWN_EVENTS     (IN_DELETE_SELF | IN_MOVE_SELF)
#define WATCHED_EVENTS (CONTENT_EVENTS | OWN_EVENTS | IN_ONLYDIR)
/* After these the watches may not be where they should be. */
#define LOST_EVENTS (IN_Q_OVERFLOW | IN_IGNORED | IN_UNMOUNT | OWN_EVENTS)

static bool is_directory(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Watches the directory `path`, or the nearest one above that exists. */
static int arm(int inotify, const char *path)
{
    char dir[PATH_MAX];

    if ((size_t)snprintf(dir, sizeof(dir), "%s", path) >= sizeof(dir))
        return -ENAMETOOLONG;
    for (;;) {
        char above[PATH_MAX];

        if (inotify_add_watch(inotify, dir, WATCHED_EVENTS) >= 0) {
            /* What was missing may have come just before the watch did. */
            if (strcmp(dir, path) == 0 || !is_directory(path))
                return 0;
            strcpy(dir, path);
            continue;
        }
        if ((errno != ENOENT && errno != ENOTDIR) || strcmp(dir, "/") == 0 || strcmp(dir, ".") == 0)
            return -errno;
        strcpy(above, dir);
        strcpy(dir, dirname(above));
    }
}

static int arm_below(int inotify, const char *dir, const char *name)
{
    char path[PATH_MAX];

    if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >= sizeof(path))
        return -ENAMETOOLONG;
    return arm(inotify, path);
}

static int arm_parent(int inotify, const char *file)
{
    char path[PATH_MAX];

    if ((size_t)snprintf(path, sizeof(path), "%s", file) >= sizeof(path))
        return -ENAMETOOLONG;
    return arm(inotify, dirname(path));
}

/* Where a lease file is, and, if it is a link, where what it leads to is. */
static int arm_parents(int inotify, const char *file)
{
    char real[PATH_MAX];
    int rc = arm_parent(inotify, file);

    return rc == 0 && realpath(file, real) != NULL ? arm_parent(inotify, real) : rc;
}

int watch_dirs_arm(int inotify, const struct sync_sources *sources)
{
    int rc = arm(inotify, sources->libvirt.networks);

    if (rc == 0)
        rc = arm_below(inotify, sources->libvirt.definitions, "qemu");
    if (rc == 0)
        rc = arm_below(inotify, sources->libvirt.definitions, "lxc");
    for (size_t i = 0; rc == 0 && i < sources->lease_count; i++)
        rc = arm_parents(inotify, sources->leases[i].path);
    return rc;
}

static bool ends_in(const char *name, const char *suffix)
{
    size_t len = strlen(name), suffix_len = strlen(suffix);

    return len > suffix_len && strcmp(name + len - suffix_len, suffix) == 0;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

/* May an event of this name concern a source? */
static bool is_source(const char *name, const struct sync_sources *sources)
{
    if (ends_in(name, ".status") || ends_in(name, ".macs") || ends_in(name, ".xml") || ends_in(name, ".conf"))
        return true;
    for (size_t i = 0; i < sources->lease_count; i++) {
        char real[PATH_MAX];

        if (strcmp(name, base_name(sources->leases[i].path)) == 0 ||
            (realpath(sources->leases[i].path, real) != NULL && strcmp(name, base_name(real)) == 0))
            return true;
    }
    return false;
}

static bool concerns(const struct inotify_event *event, const struct sync_sources *sources)
{
    return (event->mask & (LOST_EVENTS | IN_ISDIR)) != 0 ||
           (event->len > 0 && is_source(event->name, sources));
}

int watch_dirs_read(int inotify, const struct sync_sources *sources)
{
    _Alignas(struct inotify_event) char buffer[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)];
    bool any = false;

    for (;;) {
        ssize_t len = read(inotify, buffer, sizeof(buffer));

        if (len < 0 && errno == EINTR)
            continue;
        if (len < 0)
            return errno == EAGAIN ? any : -errno;
        for (ssize_t at = 0; at < len;) {
            const struct inotify_event *event = (const struct inotify_event *)(const void *)(buffer + at);

            any = any || concerns(event, sources);
            at += (ssize_t)(sizeof(*event) + event->len);
        }
    }
}
