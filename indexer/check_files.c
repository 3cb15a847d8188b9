#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ask_module.h"
#include "check.h"
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

int check_modules(struct check *check)
{
    int rc = check_module(check, "lvindex_guest");

    return rc < 0 ? rc : check_module(check, "lvindex");
}

static int check_mode(struct check *check, const char *path, bool directory)
{
    const mode_t reading = directory ? S_IXOTH : S_IROTH;
    struct stat st;

    if (stat(path, &st) < 0)
        return 0;
    if (st.st_uid != 0)
        return check_add(check, "programs of other users do not take it",
                         "chown root it, and run the hook and lvindex-sync as root", "%s: not root's own",
                         path);
    if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return check_add(check, "whoever may write it could give any name any address", "chmod go-w it",
                         "%s: others may write it", path);
    if ((st.st_mode & reading) != reading)
        return check_add(check, "names resolve for some users only", "chmod a+rX it",
                         "%s: not everybody may read it", path);
    return 0;
}

int check_index_file(struct check *check)
{
    char path[4096];
    int rc;

    if (check->index == NULL ||
        (store_meta(check->index->store)->generation == 0 && !store_damaged(check->index->store)))
        return check_add(
            check, "no name is known",
            "it comes with the first lease or guest; have dnsmasq run lvindex-hook, or lvindex-sync.service "
            "run (lvindex-sync --watch)",
            "%s/" INDEX_FILE ": there is no index that could be read", check->dir);
    if (store_damaged(check->index->store)) {
        rc = check_add(check, "what is lost of it does not resolve",
                       "run lvindex-sync: it keeps the damaged file aside and makes a new index",
                       "%s: damaged", store_path(check->index->store));
        if (rc < 0)
            return rc;
    }
    rc = check_mode(check, check->dir, true);
    if (rc == 0 && snprintf(path, sizeof(path), "%s/" INDEX_FILE, check->dir) < (int)sizeof(path))
        rc = check_mode(check, path, false);
    return rc;
}
