/*
 * A program that uses libtdb, as Samba's tools do: with the very files of the index open and locked, and with
 * a database of its own that it writes. Neither side is in the other's way.
 *
 *   beside_tdb FILE    FILE: a name for that database
 */
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h> /* tdb.h needs it */
#include <tdb.h>

#include "ask.h"
#include "complain.h"

#define FILES 4

static struct tdb_context *files[FILES];
static int records[FILES];
static size_t file_count;

/* Opens index.tdb, and its base if it has one. */
static void open_index(void)
{
    DIR *directory = opendir(own_index());
    const struct dirent *entry;

    if (directory == NULL)
        err(2, "%s", own_index());
    while ((entry = readdir(directory)) != NULL) {
        size_t length = strlen(entry->d_name);
        char path[PATH_MAX];

        if (length < 4 || strcmp(entry->d_name + length - 4, ".tdb") != 0 || file_count == FILES)
            continue;
        snprintf(path, sizeof(path), "%s/%s", own_index(), entry->d_name);
        files[file_count] = tdb_open(path, 0, TDB_DEFAULT, O_RDONLY, 0);
        if (files[file_count] == NULL)
            err(1, "%s", path);
        records[file_count] = tdb_traverse_read(files[file_count], NULL, NULL);
        file_count++;
    }
    closedir(directory);
}

static void index_is_read(const char *when)
{
    for (size_t i = 0; i < file_count; i++) {
        int found = tdb_traverse_read(files[i], NULL, NULL);

        if (found != records[i] || found <= 0)
            complain("%s: libtdb finds %d records instead of %d", when, found, records[i]);
    }
}

static void ask_anew(const char *when)
{
    forget();
    ask_all(when);
    ask_all(when);
    index_is_read(when);
}

/* At a record in the midst of a traversal, which it ends. */
static int ask_within(struct tdb_context *tdb, TDB_DATA key, TDB_DATA data, void *none)
{
    (void)tdb;
    (void)key;
    (void)data;
    (void)none;
    forget();
    ask_all("within a traversal of libtdb's");
    return 1;
}

static void own_database(const char *path)
{
    struct tdb_context *own = tdb_open(path, 0, TDB_INCOMPATIBLE_HASH, O_RDWR | O_CREAT | O_EXCL, 0600);

    if (own == NULL)
        err(2, "%s", path);
    for (int i = 0; i < 100; i++) {
        TDB_DATA key = {.dptr = (unsigned char *)&i, .dsize = sizeof(i)};

        if (tdb_transaction_start(own) < 0 || tdb_store(own, key, key, TDB_INSERT) < 0)
            complain("a database of the program's own cannot be written: %s", tdb_errorstr(own));
        forget();
        ask_all("within a transaction of libtdb's");
        if (tdb_transaction_commit(own) < 0)
            complain("a transaction fails: %s", tdb_errorstr(own));
    }
    if (tdb_traverse_read(own, NULL, NULL) != 100)
        complain("a database of the program's own has not 100 records");
    tdb_close(own);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        errx(2, "usage: beside_tdb FILE");
    ask_setup();
    ask_all("before libtdb has the index open");
    open_index();
    if (file_count == 0)
        complain("there is no index");
    ask_anew("with the index open in libtdb");
    for (size_t i = 0; i < file_count; i++) {
        if (tdb_traverse_read(files[i], ask_within, NULL) != 1)
            complain("a traversal of libtdb's does not end at once");
    }
    own_database(argv[1]);
    for (size_t i = 0; i < file_count; i++)
        tdb_close(files[i]);
    ask_all("when libtdb has closed the index");
    return verdict();
}
