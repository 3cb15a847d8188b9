#include "dnsmasq.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dnsmasq_options.h"
#include "schema/paths.h"

#define DEFAULT_LEASES "/var/lib/misc/dnsmasq.leases"

struct search {
    int (*each)(void *context, const struct dnsmasq *dnsmasq);
    void *context;
};

static int read_environment(struct dnsmasq *dnsmasq)
{
    static const char libvirt[] = "VIR_BRIDGE_NAME=", own[] = "LVINDEX_NETWORK=", dir[] = ENV_STATE_DIR "=";
    CLEANUP_TEXTS struct text_list environment = {NULL, 0};
    int rc = process_texts(dnsmasq->process, "environ", &environment);

    for (size_t i = 0; rc == 0 && i < environment.count; i++) {
        const char *text = environment.at[i];
        bool is_libvirt = strncmp(text, libvirt, sizeof(libvirt) - 1) == 0;

        if (is_libvirt || (!dnsmasq->libvirt && strncmp(text, own, sizeof(own) - 1) == 0))
            snprintf(dnsmasq->network, sizeof(dnsmasq->network), "%s", strchr(text, '=') + 1);
        dnsmasq->libvirt = dnsmasq->libvirt || is_libvirt;
        if (strncmp(text, dir, sizeof(dir) - 1) == 0 && text[sizeof(dir) - 1] != '\0')
            rc = dnsmasq_keep(&dnsmasq->state_dir, text + sizeof(dir) - 1);
    }
    dnsmasq->known = environment.count > 0;
    return rc;
}

static int read_one(void *context, const struct process *process)
{
    const struct search *search = context;
    struct dnsmasq dnsmasq = {.process = process};
    int rc;

    /* It forks a helper for its script. */
    if (process_is_child(process))
        return 0;
    rc = dnsmasq_read_options(&dnsmasq);
    if (rc == 0)
        rc = read_environment(&dnsmasq);
    if (rc == 0)
        rc = search->each(search->context, &dnsmasq);
    free(dnsmasq.script);
    free(dnsmasq.script_user);
    free(dnsmasq.lease_file);
    free(dnsmasq.changed);
    free(dnsmasq.state_dir);
    return rc;
}

int dnsmasq_each(int (*each)(void *context, const struct dnsmasq *dnsmasq), void *context)
{
    struct search search = {each, context};

    return process_each("dnsmasq", read_one, &search);
}

char *dnsmasq_path(const struct dnsmasq *dnsmasq, const char *path)
{
    char *whole;

    return asprintf(&whole, "%s%s", dnsmasq->process->root, path) < 0 ? NULL : whole;
}

const char *dnsmasq_lease_file(const struct dnsmasq *dnsmasq)
{
    return dnsmasq->lease_file != NULL ? dnsmasq->lease_file : DEFAULT_LEASES;
}
