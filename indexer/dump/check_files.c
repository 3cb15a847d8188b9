#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ask_module.h"
#include "check.h"
#include "indexer/cleanup.h"
#include "indexer/index_file.h"
#include "indexer/trust.h"
#include "nsswitch.h"
#include "schema/paths.h"

/* A name that no client can have: it is asked for only to see whether the index is taken. */
#define NOBODYS_NAME "nobody.invalid"

static int check_module(struct check *check, const char *module)
{
    CLEANUP_ANSWER struct module_answer answer = {.status = NULL};
    int rc = ask_module_name(module, NOBODYS_NAME, &answer);

    if (rc == 0 && answer.trouble[0] != '\0')
        return check_add(check, "no program can ask it",
                         "install it where the loader looks (ldconfig -p shows what it finds)",
                         "module %s: %s", module, answer.trouble);
    /* Without an index, that is what is to be said. */
    if (rc == 0 && strcmp(answer.status, "UNAVAIL") == 0 && answer.error != ENOENT)
        return check_add(check, "it answers nothing",
                         "do what is said of the index below; it must be a file, and no symbolic link",
                         "module %s: does not take the index (%s)", module, strerror(answer.error));
    return rc;
}

/* Those that glibc is to ask; where it is to ask none, those that it should be. */
int check_modules(struct check *check)
{
    CLEANUP_SERVICES struct nss_services services;
    bool named = false;
    int rc = nsswitch_hosts(&services);

    if (rc == -ENOMEM)
        return rc;
    rc = 0;
    for (size_t i = 0; rc == 0 && i < services.count; i++) {
        if (nsswitch_is_ours(&services.at[i])) {
            rc = check_module(check, services.at[i].name);
            named = true;
        }
    }
    if (rc == 0 && !named)
        rc = check_module(check, "lvindex_guest");
    return rc == 0 && !named ? check_module(check, "lvindex") : rc;
}

static int check_mode(struct check *check, const char *path, bool directory)
{
    const mode_t reading = directory ? S_IXOTH : S_IROTH;
    struct stat st;

    if (stat(path, &st) < 0)
        return 0;
    /* Of nobody but root: any user may ask. */
    if (trust_of(&st, 0) == TRUST_FOREIGN)
        return check_add(check, "programs of other users do not take it",
                         "chown root it, and run the hook and lvindex-sync as root", "%s: not root's own",
                         path);
    if (trust_of(&st, 0) == TRUST_WRITABLE)
        return check_add(check, "whoever may write it could give any name any address", "chmod go-w it",
                         "%s: others may write it", path);
    if ((st.st_mode & reading) != reading)
        return check_add(check, "names resolve for some users only", "chmod a+rX it",
                         "%s: not everybody may read it", path);
    return 0;
}

/* Whoever asks for a name passes through all directories above. */
static int check_above(struct check *check)
{
    CLEANUP_FREE char *path = realpath(check->dir, NULL);
    struct stat st;
    int rc = 0;

    if (path == NULL)
        path = strdup(check->dir);
    if (path == NULL)
        return -ENOMEM;
    for (char *slash = strchr(path + 1, '/'); rc == 0 && slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (stat(path, &st) == 0 && (st.st_mode & S_IXOTH) == 0)
            rc = check_add(check, "names resolve for some users only", "chmod a+x it, or move the index",
                           "%s: not everybody may enter it", path);
        *slash = '/';
    }
    return rc;
}

/* It is there, but was not to be opened. What owner and mode tell has been said. */
static int check_unopened(struct check *check, const char *path)
{
    if (check->opened == -EPROTONOSUPPORT)
        return check_add(check, "its names may be unknown",
                         "install modules and tools of one version, and run lvindex-sync",
                         "%s: written by another version of lvindex", path);
    return check_add(check, "no name is known", "see to it that it is a file, and can be read",
                     "%s: cannot be read: %s", path, strerror(-check->opened));
}

/* The base that index.tdb names; false where there is none, or index.tdb does not say. */
static bool find_base(const struct check *check, char path[static PATH_MAX])
{
    CLEANUP_FD int dirfd = open(check->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct index_file file;
    char name[BASE_NAME_SIZE];
    uint64_t base;

    index_file_open(dirfd, INDEX_FILE, true, &file);
    base = file.meta.base;
    index_file_close(&file);
    return base != 0 && snprintf(path, PATH_MAX, "%s/%s", check->dir, base_name(base, name)) < PATH_MAX;
}

/* The files that make the index. Of two, the base is what could not be opened or is damaged: index.tdb was
 * read. */
static int check_files(struct check *check, const char *index)
{
    const size_t told = check->count;
    char base[PATH_MAX];
    const char *last = find_base(check, base) ? base : index;
    int rc = 0;

    if (check->index != NULL && store_damaged(check->index->store))
        rc = check_add(check, "what is lost of it does not resolve",
                       "run lvindex-sync: it keeps the damaged file aside and makes a new index",
                       "%s: damaged", last);
    if (rc == 0)
        rc = check_mode(check, index, false);
    if (rc == 0 && last != index)
        rc = check_mode(check, last, false);
    return rc == 0 && check->index == NULL && check->count == told ? check_unopened(check, last) : rc;
}

int check_index_file(struct check *check)
{
    const size_t told = check->count;
    char path[PATH_MAX];
    struct stat st;
    int rc = check_above(check);

    if (rc == 0)
        rc = check_mode(check, check->dir, true);
    if (rc < 0 || snprintf(path, sizeof(path), "%s/" INDEX_FILE, check->dir) >= PATH_MAX)
        return rc;
    if (lstat(path, &st) == 0)
        return check_files(check, path);
    /* That one may not look for it has been said. */
    return errno != ENOENT && check->count > told
               ? 0
               : check_add(
                     check, "no name is known",
                     "it comes with the first lease, guest or lease file; have dnsmasq run lvindex-hook, or "
                     "lvindex-sync.service run (lvindex-sync --watch)",
                     "%s: there is no index that could be read", path);
}
