#include "nss/mapping.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

/* How often an index is tried from the start when its base is not there: each time, the index may be a newer
 * one, with a base that was put there first. */
#define TRIES 8

#define CHECK_INTERVAL UINT64_C(1000000000) /* ns */

_Static_assert(sizeof(struct mapping) <= 4096, "one page, on every machine");

/* Nanoseconds. The coarse clock is read without a system call. */
static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return (uint64_t)time.tv_sec * UINT64_C(1000000000) + (uint64_t)time.tv_nsec;
}

/* The path of a file of the directory, until the next call. */
static const char *file_path(struct mapping *mapping, const char *name)
{
    strcpy(mapping->path + mapping->directory_len + 1, name);
    return mapping->path;
}

static int open_table(const char *path, struct tdb_table *table, struct meta *meta, struct image_id *id)
{
    struct bytes content;
    int error = image_map(path, &content, id);

    if (error < 0)
        return error;
    error = tdb_table_open(content, table, meta);
    if (error < 0)
        image_unmap(content);
    return error;
}

static int open_overlay(struct mapping *mapping)
{
    struct meta meta;
    struct tdb_table table;
    int error = open_table(file_path(mapping, INDEX_FILE), &table, &meta, &mapping->id);

    if (error < 0)
        return error;
    mapping->view.overlay = table;
    mapping->generation = (uint32_t)meta.generation;
    mapping->base = meta.base;
    mapping->base_id = meta.base_id;
    return 0;
}

static int open_base(struct mapping *mapping)
{
    char name[BASE_NAME_SIZE];
    struct meta meta;
    struct tdb_table table;
    struct image_id id;
    int error = open_table(file_path(mapping, base_name(mapping->base, name)), &table, &meta, &id);

    if (error == -ENOENT)
        return -ESTALE;
    if (error < 0)
        return error;
    if (meta.base != mapping->base || meta.base_id != mapping->base_id) {
        image_unmap(table.file);
        return -ESTALE;
    }
    mapping->view.base = table;
    return 0;
}

static void unmap_tables(struct mapping *mapping)
{
    image_unmap(mapping->view.base.file);
    image_unmap(mapping->view.overlay.file);
    mapping->view = (struct view){0};
}

/* A base never changes: what is mapped of it already need not be mapped, and touched, again. */
static bool take_over_base(struct mapping *mapping, struct mapping *before)
{
    if (before == NULL || !view_has_base(&before->view) || before->base != mapping->base ||
        before->base_id != mapping->base_id)
        return false;
    mapping->view.base = before->view.base;
    before->view.base = (struct tdb_table){0};
    return true;
}

static int open_tables(struct mapping *mapping, struct mapping *before)
{
    int error = open_overlay(mapping);

    if (error == 0 && mapping->base != 0 && !take_over_base(mapping, before))
        error = open_base(mapping);
    if (error == 0)
        view_read_options(&mapping->view);
    if (error < 0)
        unmap_tables(mapping);
    return error;
}

/* A mapping of no index yet, on a fresh page. */
static int new_mapping(const char *directory, struct mapping **mapping)
{
    size_t len = strnlen(directory, DIRECTORY_MAX + 1);
    void *page;

    if (len > DIRECTORY_MAX)
        return -ENAMETOOLONG;
    page = mmap(NULL, sizeof(**mapping), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return -errno;
    *mapping = page;
    memcpy((*mapping)->path, directory, len);
    (*mapping)->path[len] = '/';
    (*mapping)->directory_len = len;
    (*mapping)->checked = now();
    return 0;
}

int mapping_open(const char *directory, struct mapping *before, struct mapping **mapping)
{
    struct mapping *mapped = NULL;
    int error = new_mapping(directory, &mapped);

    if (error < 0)
        return error;
    for (int tries = 0; tries < TRIES; tries++) {
        error = open_tables(mapped, before);
        if (error != -ESTALE)
            break;
    }
    if (error < 0) {
        mapping_close(mapped);
        return error;
    }
    *mapping = mapped;
    return 0;
}

static bool is_for(const struct mapping *mapping, const char *directory)
{
    size_t len = mapping->directory_len;

    return strncmp(directory, mapping->path, len) == 0 && directory[len] == '\0';
}

static bool in_place(struct mapping *mapping)
{
    return image_in_place(file_path(mapping, INDEX_FILE), &mapping->id);
}

static bool announced(const struct mapping *mapping)
{
    return tdb_table_sequence(&mapping->view.overlay) != mapping->generation;
}

bool mapping_current(struct mapping *mapping, const char *directory)
{
    uint64_t time = now();

    if (!is_for(mapping, directory))
        return false;
    if (!announced(mapping) && time - mapping->checked < CHECK_INTERVAL)
        return true;
    mapping->checked = time;
    return in_place(mapping);
}

bool mapping_replaced(struct mapping *mapping)
{
    return announced(mapping) && !in_place(mapping);
}

void mapping_close(struct mapping *mapping)
{
    if (mapping == NULL)
        return;
    unmap_tables(mapping);
    munmap(mapping, sizeof(*mapping));
}
