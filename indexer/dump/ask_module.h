/*
 * What the NSS modules themselves answer: loaded by the system's loader as glibc does it, and called.
 */
#ifndef LVINDEX_INDEXER_DUMP_ASK_MODULE_H
#define LVINDEX_INDEXER_DUMP_ASK_MODULE_H

#include <stdbool.h>
#include <stddef.h>

#include "indexer/text_list.h"
#include "schema/address.h"

/* A module's answer to one question. */
struct module_answer {
    const char *status;     /* as nsswitch.conf calls it: "SUCCESS", "NOTFOUND", "UNAVAIL", "TRYAGAIN" */
    int error;              /* what went wrong, an errno; 0 after a success */
    struct text_list found; /* addresses or names, in the module's order */
    char trouble[256];      /* why the module could not be asked; "" when it could */
};

/* Asks the module `name` ("lvindex", "lvindex_guest") for a name's addresses of both families, or for an
 * address's names. 0, or -ENOMEM; the answer is the caller's to free, also then. Not for threads: the
 * loader's messages are shared. */
int ask_module_name(const char *module, const char *name, struct module_answer *answer);
int ask_module_address(const char *module, const struct ip *ip, struct module_answer *answer);

/* Is there more to say of it than its status? Not being found is no error that would need words. */
bool module_answer_failed(const struct module_answer *answer);

void module_answer_free(struct module_answer *answer);

#define CLEANUP_ANSWER __attribute__((cleanup(module_answer_free)))

#endif
