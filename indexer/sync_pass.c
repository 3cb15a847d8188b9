#include "sync_pass.h"

#include <stdlib.h>

#include "cleanup.h"
#include "conf.h"
#include "hosts_files.h"
#include "lease_file.h"
#include "leases.h"
#include "settings.h"
#include "static_file.h"
#include "status.h"
#include "suffixes.h"

int sync_read(struct index *index, const struct sync_sources *sources)
{
    int rc = settings_refresh(index, sources->config);

    if (rc == 0)
        rc = guests_refresh(index, &sources->libvirt);
    if (rc == 0)
        rc = conf_refresh(index, sources->libvirt.networks);
    if (rc == 0)
        rc = suffixes_refresh(index, sources->config);
    if (rc == 0)
        rc = hosts_files_refresh(index, sources->libvirt.networks);
    if (rc == 0)
        rc = static_file_refresh(index, sources->config);
    if (rc == 0)
        rc = status_refresh(index, &sources->libvirt);
    for (size_t i = 0; rc == 0 && i < sources->lease_count; i++) {
        const struct lease_source *source = &sources->leases[i];
        CLEANUP_FREE char *path = realpath(source->path, NULL);

        /* A file that is not there is reported under the name that was given. */
        rc = lease_file_refresh(index, source->network, path != NULL ? path : source->path);
    }
    return rc;
}

static int read_sources(struct index *index, void *context)
{
    const struct sync_sources *sources = *(const struct sync_sources *const *)context;
    int rc = sync_read(index, sources);

    if (rc == 0)
        rc = leases_prune(index);
    return rc < 0 ? index_failed(index, rc) : 0;
}

void sync_wait(const struct sync_sources *sources)
{
    for (size_t i = 0; i < sources->lease_count; i++)
        lease_file_wait(sources->leases[i].path);
}

int sync_pass(const char *state_dir, enum store_mode mode, const struct sync_sources *sources,
              const struct report *report)
{
    sync_wait(sources);
    return index_change(state_dir, mode, report, read_sources, &sources);
}
