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

#include "settings.h"
#include "static_file.h"
#include "suffixes.h"

/* A lease file is written in place by a dnsmasq that keeps it open: IN_MODIFY. All others are renamed or
 * closed. */
#define CONTENT_EVENTS (IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE)
#define OWN_EVENTS     (IN_DELETE_SELF | IN_MOVE_SELF)
#define WATCHED_EVENTS (CONTENT_EVENTS | OWN_EVENTS | IN_ONLYDIR)
/* After these the watches may not be where they should be. */
#define LOST_EVENTS (IN_Q_OVERFLOW | IN_IGNORED | IN_UNMOUNT | OWN_EVENTS)

/* Of a directory where many write, events may come as fast as they are read. */
#define READS_MAX 64

/* A name that counts in a watched directory. */
struct watched_name {
    int wd;
    enum watched kind;
    bool suffix; /* of many files; else it is one file's own */
    char name[NAME_MAX + 1];
};

int watch_dirs_open(struct watch_dirs *dirs)
{
    *dirs = (struct watch_dirs){.inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
    return dirs->inotify < 0 ? -errno : 0;
}

void watch_dirs_close(struct watch_dirs *dirs)
{
    free(dirs->names);
    free(dirs->wds);
    if (dirs->inotify >= 0)
        close(dirs->inotify);
}

static int add_name(struct watch_dirs *dirs, int wd, enum watched kind, bool suffix, const char *name)
{
    struct watched_name *more;

    if (strlen(name) > NAME_MAX)
        return -ENAMETOOLONG;
    more = reallocarray(dirs->names, dirs->count + 1, sizeof(*more));
    if (more == NULL)
        return -ENOMEM;
    dirs->names = more;
    more[dirs->count] = (struct watched_name){.wd = wd, .kind = kind, .suffix = suffix};
    strcpy(more[dirs->count++].name, name);
    return 0;
}

static bool knows(const struct watch_dirs *dirs, int wd)
{
    for (size_t i = 0; i < dirs->wd_count; i++) {
        if (dirs->wds[i] == wd)
            return true;
    }
    return false;
}

/* The watch on the directory, a new one or that which is there. -errno. */
static int add_watch(struct watch_dirs *dirs, const char *dir)
{
    int *more, wd = inotify_add_watch(dirs->inotify, dir, WATCHED_EVENTS);

    if (wd < 0)
        return -errno;
    if (knows(dirs, wd))
        return wd;
    more = reallocarray(dirs->wds, dirs->wd_count + 1, sizeof(*more));
    if (more == NULL) {
        inotify_rm_watch(dirs->inotify, wd);
        return -ENOMEM;
    }
    dirs->wds = more;
    dirs->wds[dirs->wd_count++] = wd;
    return wd;
}

static bool is_needed(const struct watch_dirs *dirs, int wd)
{
    for (size_t i = 0; i < dirs->count; i++) {
        if (dirs->names[i].wd == wd)
            return true;
    }
    return false;
}

void watch_dirs_armed(struct watch_dirs *dirs)
{
    size_t kept = 0;

    for (size_t i = 0; i < dirs->wd_count; i++) {
        if (is_needed(dirs, dirs->wds[i]))
            dirs->wds[kept++] = dirs->wds[i];
        else
            inotify_rm_watch(dirs->inotify, dirs->wds[i]);
    }
    dirs->wd_count = kept;
}

static bool is_directory(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Watches the directory `path`: 0. Or the nearest one above that exists: 1, with the name in it that leads to
 * `path`. Or -errno. */
static int watch_nearest(struct watch_dirs *dirs, const char *path, int *wd,
                         char missing[static NAME_MAX + 1])
{
    char dir[PATH_MAX], copy[PATH_MAX];

    if ((size_t)snprintf(dir, sizeof(dir), "%s", path) >= sizeof(dir))
        return -ENAMETOOLONG;
    for (;;) {
        *wd = add_watch(dirs, dir);
        if (*wd >= 0 && strcmp(dir, path) == 0)
            return 0;
        if (*wd >= 0 && !is_directory(path))
            return 1;
        if (*wd >= 0) {
            /* What was missing came just before the watch did. */
            strcpy(dir, path);
            continue;
        }
        if ((*wd != -ENOENT && *wd != -ENOTDIR) || strcmp(dir, "/") == 0 || strcmp(dir, ".") == 0)
            return *wd;
        strcpy(copy, dir);
        snprintf(missing, NAME_MAX + 1, "%s", basename(copy));
        strcpy(copy, dir);
        strcpy(dir, dirname(copy));
    }
}

/* Watches for names in the directory `path`, or for its coming. */
static int arm(struct watch_dirs *dirs, const char *path, enum watched kind, bool suffix,
               const char *const *names, size_t count)
{
    char missing[NAME_MAX + 1];
    int wd, rc = watch_nearest(dirs, path, &wd, missing);

    if (rc == 1)
        return add_name(dirs, wd, WATCHED_SOURCE, false, missing);
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = add_name(dirs, wd, kind, suffix, names[i]);
    return rc;
}

static int arm_networks(struct watch_dirs *dirs, const char *path)
{
    static const char *const suffixes[] = {".status", ".macs", ".conf", ".hostsfile", ".addnhosts"};

    return arm(dirs, path, WATCHED_SOURCE, true, suffixes, sizeof(suffixes) / sizeof(suffixes[0]));
}

static int arm_definitions(struct watch_dirs *dirs, const char *dir, const char *driver)
{
    static const char *const suffix = ".xml";
    char path[PATH_MAX];

    if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, driver) >= sizeof(path))
        return -ENAMETOOLONG;
    return arm(dirs, path, WATCHED_SOURCE, true, &suffix, 1);
}

/* Watches for the file, or for the coming of its directory. */
static int arm_file(struct watch_dirs *dirs, enum watched kind, const char *file)
{
    char dir[PATH_MAX], copy[PATH_MAX];
    const char *name;

    if ((size_t)snprintf(copy, sizeof(copy), "%s", file) >= sizeof(copy))
        return -ENAMETOOLONG;
    strcpy(dir, copy);
    name = basename(copy);
    return arm(dirs, dirname(dir), kind, false, &name, 1);
}

/* A file where it is, and, if it is a link, where what it leads to is. */
static int arm_linked(struct watch_dirs *dirs, const char *file)
{
    char real[PATH_MAX];
    int rc = arm_file(dirs, WATCHED_SOURCE, file);

    return rc == 0 && realpath(file, real) != NULL ? arm_file(dirs, WATCHED_SOURCE, real) : rc;
}

/* What cannot be watched is looked at when something else changes, and every few seconds. */
static void tell(const struct report *report, const char *path, int rc)
{
    if (rc < 0)
        report_errno(report, rc, "%s: cannot be watched, changes are seen later", path);
}

/* The administrator's own files. */
static int arm_config(struct watch_dirs *dirs, const char *dir)
{
    static const char *const files[] = {SETTINGS_FILE, SUFFIXES_FILE, STATIC_FILE};
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < sizeof(files) / sizeof(files[0]); i++) {
        char path[PATH_MAX];

        if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, files[i]) >= sizeof(path))
            return -ENAMETOOLONG;
        rc = arm_linked(dirs, path);
    }
    return rc;
}

void watch_dirs_arm(struct watch_dirs *dirs, const struct sync_sources *sources, const struct report *report)
{
    const struct libvirt_dirs *libvirt = &sources->libvirt;

    dirs->count = 0;
    tell(report, libvirt->networks, arm_networks(dirs, libvirt->networks));
    tell(report, libvirt->definitions, arm_definitions(dirs, libvirt->definitions, "qemu"));
    tell(report, libvirt->definitions, arm_definitions(dirs, libvirt->definitions, "lxc"));
    tell(report, sources->config, arm_config(dirs, sources->config));
    for (size_t i = 0; i < sources->lease_count; i++)
        tell(report, sources->leases[i].path, arm_linked(dirs, sources->leases[i].path));
}

int watch_dirs_arm_file(struct watch_dirs *dirs, const char *file)
{
    int rc;

    dirs->count = 0;
    rc = arm_file(dirs, WATCHED_SOURCE, file);
    watch_dirs_armed(dirs);
    return rc;
}

void watch_dirs_also(struct watch_dirs *dirs, const char *file, const struct report *report)
{
    tell(report, file, arm_file(dirs, WATCHED_FILE, file));
}

static bool ends_in(const char *name, const char *suffix)
{
    size_t len = strlen(name), suffix_len = strlen(suffix);

    return len > suffix_len && strcmp(name + len - suffix_len, suffix) == 0;
}

static bool matches(const struct watched_name *watched, const struct inotify_event *event)
{
    if (watched->wd != event->wd || event->len == 0)
        return false;
    return watched->suffix ? ends_in(event->name, watched->name) : strcmp(event->name, watched->name) == 0;
}

/* Whoever may write into one of the directories must not keep us busy: other names than a source's do not
 * count. */
static int concerned(const struct watch_dirs *dirs, const struct inotify_event *event)
{
    int what = 0;

    /* Not of a watch that was taken away. */
    if ((event->mask & LOST_EVENTS) != 0)
        return event->wd < 0 || is_needed(dirs, event->wd) ? WATCHED_SOURCE : 0;
    for (size_t i = 0; i < dirs->count; i++) {
        if (matches(&dirs->names[i], event))
            what |= (int)dirs->names[i].kind;
    }
    return what;
}

int watch_dirs_read(const struct watch_dirs *dirs)
{
    _Alignas(struct inotify_event) char buffer[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)];
    int what = 0;

    for (int reads = 0; reads < READS_MAX; reads++) {
        ssize_t len = read(dirs->inotify, buffer, sizeof(buffer));

        if (len < 0 && errno == EINTR)
            continue;
        if (len < 0)
            return errno == EAGAIN ? what : -errno;
        for (ssize_t at = 0; at < len;) {
            const struct inotify_event *event = (const struct inotify_event *)(const void *)(buffer + at);

            what |= concerned(dirs, event);
            at += (ssize_t)(sizeof(*event) + event->len);
        }
    }
    return what;
}
