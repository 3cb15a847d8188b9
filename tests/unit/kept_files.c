#include "kept_files.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build_index.h"
#include "schema/paths.h"
#include "test_case.h"

#define MOST 32

struct kept {
    char path[512];
    char *text;
    size_t len;
    mode_t mode;
};

static struct kept kept[MOST];
static size_t count;

/* What the walk over the directory is for: nftw() hands nothing on. */
static enum purpose { TAKE, COMPARE, SWEEP } purpose;
static char difference[600];

static struct kept *find(const char *path)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(kept[i].path, path) == 0)
            return &kept[i];
    }
    return NULL;
}

static char *content(const char *path, size_t len)
{
    char *text = malloc(len + 1);
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(read(fd, text, len), (ssize_t)len);
    close(fd);
    return text;
}

static void take(const char *path, const struct stat *st)
{
    ck_assert_uint_lt(count, MOST);
    kept[count] = (struct kept){.len = (size_t)st->st_size, .mode = st->st_mode & 07777};
    snprintf(kept[count].path, sizeof(kept[count].path), "%s", path);
    kept[count].text = content(path, kept[count].len);
    count++;
}

static bool same(const struct kept *file)
{
    struct stat st;
    char *text;
    bool is;

    if (lstat(file->path, &st) < 0 || (size_t)st.st_size != file->len || (st.st_mode & 07777) != file->mode)
        return false;
    text = content(file->path, file->len);
    is = memcmp(text, file->text, file->len) == 0;
    free(text);
    return is;
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *where)
{
    const char *name = path + where->base;

    if (type != FTW_F || strcmp(name, LOCK_FILE) == 0)
        return 0;
    if (purpose == TAKE)
        take(path, st);
    else if (find(path) == NULL && purpose == COMPARE)
        snprintf(difference, sizeof(difference), "new: %s", name);
    else if (find(path) == NULL)
        ck_assert_int_eq(unlink(path), 0);
    return 0;
}

static void walk(enum purpose why)
{
    purpose = why;
    ck_assert_int_eq(nftw(own_dir(), visit, 8, FTW_PHYS), 0);
}

void kept_files_take(void)
{
    while (count > 0)
        free(kept[--count].text);
    walk(TAKE);
}

const char *kept_files_difference(void)
{
    struct stat st;

    difference[0] = '\0';
    walk(COMPARE);
    for (size_t i = 0; i < count; i++) {
        if (!same(&kept[i]))
            snprintf(difference, sizeof(difference), "%s: %.500s",
                     lstat(kept[i].path, &st) < 0 ? "gone" : "changed", kept[i].path);
    }
    return difference[0] != '\0' ? difference : NULL;
}

void kept_files_restore(void)
{
    walk(SWEEP);
    for (size_t i = 0; i < count; i++) {
        if (same(&kept[i]))
            continue;
        /* Another file: who has the old one mapped is not to see this. */
        unlink(kept[i].path);
        write_file(kept[i].path, (struct bytes){(const uint8_t *)kept[i].text, kept[i].len});
        ck_assert_int_eq(chmod(kept[i].path, kept[i].mode), 0);
    }
}
