#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "indexer/cleanup.h"
#include "indexer/leases.h"
#include "indexer/source_record.h"
#include "indexer/sync_pass.h"
#include "indexer/text_list.h"
#include "indexer/tool.h"
#include "schema/claim.h"

/* What a pass over the sources would change and complain of. */
struct news {
    struct text_list changes;
    struct text_list problems;
};

static void note_change(void *context, const char *text)
{
    struct news *news = context;

    text_list_add(&news->changes, text, strlen(text));
}

static void note_problem(void *context, const char *what, const char *why)
{
    struct news *news = context;
    CLEANUP_FREE char *text = NULL;

    /* What this user may not read says nothing about the host. */
    if (geteuid() != 0 && strcmp(why, strerror(EACCES)) == 0)
        return;
    if (asprintf(&text, "%s: %s", what, why) < 0)
        text = NULL;
    else if (!text_list_contains(&news->problems, text))
        text_list_add(&news->problems, text, strlen(text));
}

/* --- Lease files ------------------------------------------------------------------------------------------
 */

struct left {
    const struct index *index;
    uint16_t owner;
};

static int is_left(void *context, const struct lease *lease)
{
    const struct left *left = context;

    return lease->owner == left->owner && !expiry_passed(lease->expiry, left->index->now);
}

/* The index knows a lease file for ever: that one is gone matters while its leases are answered. */
static int check_gone_file(struct check *check, const char *network_and_file, const char *path)
{
    CLEANUP_SOURCE struct source_record record = {.count = 0};
    struct left left = {.index = check->index};
    char name[SOURCE_NAME_MAX + 1];
    int rc;

    snprintf(name, sizeof(name), SOURCE_LEASES "%s", network_and_file);
    rc = source_record_load(check->index->store, name, &record);
    left.owner = record.source.number;
    if (rc == 0 && left.owner >= OWNER_FIRST_FILE)
        rc = leases_each(check->index, NULL, is_left, &left);
    return rc <= 0
               ? rc
               : check_add(check, "its leases are answered until they expire",
                           "give lvindex-sync its new place, if it was moved, or run lvindex-sync --forget",
                           "%s: the lease file is gone", path);
}

/* The lease files that the index knows: "NETWORK=FILE". Their names are taken apart in place. */
static int known_lease_files(struct check *check, struct text_list *files, struct sync_sources *sources)
{
    int rc = source_record_each(check->index->store, SOURCE_LEASES, text_list_collect, files);

    sources->leases = calloc(files->count + 1, sizeof(*sources->leases));
    if (sources->leases == NULL)
        return -ENOMEM;
    for (size_t i = 0; rc == 0 && i < files->count; i++) {
        const char *path = source_leases_file(files->at[i]);

        if (path == NULL)
            continue;
        if (access(path, F_OK) < 0 && errno == ENOENT) {
            rc = check_gone_file(check, files->at[i], path);
            continue;
        }
        files->at[i][path - files->at[i] - 1] = '\0';
        sources->leases[sources->lease_count++] = (struct lease_source){files->at[i], path};
    }
    return rc;
}

/* --- A pass over all sources ------------------------------------------------------------------------------
 */

static int tell(struct check *check, const struct news *news)
{
    int rc = 0;

    if (news->changes.count > 0)
        rc = check_add(
            check, "the index has not heard of it, and names of it are old",
            "have lvindex-sync --watch running (systemctl enable --now lvindex-sync), or run lvindex-sync",
            news->changes.count == 1 ? "%zu change in the files of libvirt and dnsmasq: %s"
                                     : "%zu changes in the files of libvirt and dnsmasq, the first: %s",
            news->changes.count, news->changes.at[0]);
    for (size_t i = 0; rc == 0 && i < news->problems.count; i++)
        rc = check_add(check, "what it holds is not known", "see why, and run lvindex-sync again", "%s",
                       news->problems.at[i]);
    return rc;
}

/* A pass as lvindex-sync makes it, but in memory alone. */
int check_sources(struct check *check)
{
    struct news news = {.changes = {NULL, 0}};
    const struct report report = {note_problem, note_change, &news, .thorough = true};
    CLEANUP_TEXTS struct text_list files = {NULL, 0};
    struct sync_sources sources = {.libvirt = libvirt_dirs_default(), .config = tool_config_dir()};
    const struct report *before;
    int rc;

    if (check->index == NULL || store_damaged(check->index->store))
        return 0;
    rc = known_lease_files(check, &files, &sources);
    before = check->index->report;
    check->index->report = &report;
    sync_wait(&sources);
    if (rc == 0)
        rc = sync_read(check->index, &sources);
    check->index->report = before;
    if (rc == 0)
        rc = tell(check, &news);
    text_list_free(&news.changes);
    text_list_free(&news.problems);
    free(sources.leases);
    return rc;
}
