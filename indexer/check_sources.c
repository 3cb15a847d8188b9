#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cleanup.h"
#include "source_record.h"
#include "sync_pass.h"
#include "text_list.h"
#include "tool.h"

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

    if (asprintf(&text, "%s: %s", what, why) < 0)
        text = NULL;
    else
        text_list_add(&news->problems, text, strlen(text));
}

/* The lease files that the index knows: "NETWORK=FILE". Their names are taken apart in place. */
static int known_lease_files(struct index *index, struct text_list *files, struct sync_sources *sources)
{
    int rc = source_record_each(index->store, SOURCE_LEASES, text_list_collect, files);

    sources->leases = calloc(files->count + 1, sizeof(*sources->leases));
    if (sources->leases == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < files->count; i++) {
        const char *path = source_leases_file(files->at[i]);

        if (path == NULL)
            continue;
        files->at[i][path - files->at[i] - 1] = '\0';
        sources->leases[sources->lease_count++] = (struct lease_source){files->at[i], path};
    }
    return rc;
}

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
    const struct report report = {note_problem, note_change, &news};
    CLEANUP_TEXTS struct text_list files = {NULL, 0};
    struct sync_sources sources = {.libvirt = libvirt_dirs_default(), .config = tool_config_dir()};
    const struct report *before;
    int rc;

    if (check->index == NULL || store_damaged(check->index->store))
        return 0;
    rc = known_lease_files(check->index, &files, &sources);
    before = check->index->report;
    check->index->report = &report;
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
