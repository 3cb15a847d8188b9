/*
 * Which script a dnsmasq runs: the hook, or one that runs it in its turn.
 */
#ifndef LVINDEX_INDEXER_DUMP_DNSMASQ_SCRIPT_H
#define LVINDEX_INDEXER_DUMP_DNSMASQ_SCRIPT_H

#include "dnsmasq.h"

enum dnsmasq_script {
    DNSMASQ_NO_HOOK,     /* none, or one that has nothing to do with the hook */
    DNSMASQ_HOOK,        /* the hook, if only by a link, as libvirt's helper may be one */
    DNSMASQ_HOOK_BEHIND, /* a script that names it */
};

/* -ENOMEM. */
int dnsmasq_script_kind(const struct dnsmasq *dnsmasq, enum dnsmasq_script *kind);

#endif
