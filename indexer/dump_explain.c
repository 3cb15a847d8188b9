#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ask_module.h"
#include "cleanup.h"
#include "dump.h"
#include "dump_times.h"
#include "escape.h"
#include "leases.h"
#include "schema/claim.h"
#include "schema/key.h"
#include "schema/name.h"
#include "table.h"

#define COLUMNS 7

/* What is explained: a name, or an address. */
struct subject {
    const char *asked;
    const char *name; /* without a dot at its end */
    struct ip ip;     /* no address: it is a name */
    struct index *index;
    FILE *to;
};

/* A host name may stand in a record of its own kind alone, but one record of an address has both kinds. */
struct kind {
    enum key_kind key;
    const char *what;
    const char *module;
};
static const struct kind kinds[] = {
    {KEY_GUEST, "Guest name", "lvindex_guest"},
    {KEY_HOST, "Host name", "lvindex"},
};

/* --- Candidates ----------------------------------------------------------------------------------------- */

/* Why a claim is an answer, or is not. */
static const char *verdict(const struct claim *claim, uint64_t now)
{
    if ((claim->flags & CLAIM_PRESENCE) != 0)
        return "says that the guest is there; has no address";
    if ((claim->flags & CLAIM_WITHHELD) != 0)
        return refusal_text(claim->reason);
    if (expiry_passed(claim->expiry, now))
        return "expired";
    if ((claim->flags & CLAIM_STALE) != 0)
        return "last resort: the machine has a newer lease under another client-id";
    if ((claim->flags & CLAIM_OUTRANKED) != 0)
        return "last resort: a running guest has the name in this network";
    return "answers";
}

/* What puts it where it stands in the order. */
static int format_place(const struct claim *claim, uint64_t now, char **text)
{
    const char *running = (claim->flags & CLAIM_RUNNING) != 0 ? "running guest, " : "";
    char age[TIME_TEXT];
    int len;

    if ((claim->flags & CLAIM_PRESENCE) != 0)
        len = asprintf(text, "%s", "");
    else if ((claim->flags & CLAIM_HEARD) != 0)
        len = asprintf(text, "%sheard %s ago", running, format_age(claim->order / 1000, now, age));
    else
        len = asprintf(text, "%sfrom a file", running);
    return len < 0 ? -ENOMEM : 0;
}

/* The claim's name as it is spelled, or that of its key. */
static int format_label(const struct claim *claim, struct bytes key, char **text)
{
    struct bytes label = claim->label.len > 0 ? claim->label : (struct bytes){key.at + 1, key.len - 1};
    int len =
        asprintf(text, "%.*s%s%.*s", (int)label.len, (const char *)label.at, claim->domain.len > 0 ? "." : "",
                 (int)claim->domain.len, (const char *)claim->domain.at);

    return len < 0 ? -ENOMEM : 0;
}

/* Who brought the lease that the claim follows from; "" for a presence, which follows from none. */
static int format_feeder(const struct subject *subject, const struct claim *claim, char **text)
{
    char network[NETWORK_MAX + 1] = "";
    struct lease lease;

    if ((claim->flags & CLAIM_PRESENCE) == 0 && claim->network.len <= NETWORK_MAX) {
        memcpy(network, claim->network.at, claim->network.len);
        if (leases_get(subject->index, network, &claim->ip, &lease) == 0)
            return dump_feeder(subject->index, &lease, text);
    }
    *text = strdup("");
    return *text == NULL ? -ENOMEM : 0;
}

static int add_claim(struct table *table, const struct subject *subject, const struct claim *claim,
                     struct bytes key)
{
    CLEANUP_FREE char *place = NULL, *label = NULL, *feeder = NULL;
    CLEANUP_FREE char *network = strndup((const char *)claim->network.at, claim->network.len);
    char ip[IP_TEXT_SIZE], left[TIME_TEXT];
    uint64_t now = subject->index->now;
    bool presence = (claim->flags & CLAIM_PRESENCE) != 0;
    int rc = network == NULL ? -ENOMEM : format_place(claim, now, &place);

    if (rc == 0)
        rc = format_label(claim, key, &label);
    if (rc == 0)
        rc = format_feeder(subject, claim, &feeder);
    if (rc < 0)
        return rc;
    return table_add(table, (const char *const[COLUMNS]){
                                label, ip_format(&claim->ip, ip), network, feeder, place,
                                presence ? "" : format_left(claim->expiry, now, left), verdict(claim, now)});
}

/* The record's claims, in the order of its answers. */
static int add_claims(struct table *table, const struct subject *subject, struct bytes key,
                      struct bytes value)
{
    static const char *const head[COLUMNS] = {"NAME",  "ADDRESS", "NETWORK", "FROM",
                                              "ORDER", "LEFT",    "VERDICT"};
    struct unpacker rest = unpacker_of(value);
    struct claim claim;
    int rc = table_add(table, head);

    while (rc == 0 && claim_next(&rest, &claim))
        rc = add_claim(table, subject, &claim, key);
    return rc == 0 && rest.bad ? -EBADMSG : rc;
}

/* Prints what stands under a key. */
static int print_record(const struct subject *subject, const char *what, const struct key *key)
{
    CLEANUP_TABLE struct table table = {.columns = COLUMNS};
    CLEANUP_VALUE struct value value = {NULL, 0};
    CLEANUP_FREE char *key_text = escape_binary(key_bytes(key));
    int rc = store_get(subject->index->store, key, &value);

    if (key_text == NULL)
        return -ENOMEM;
    if (rc == -ENOENT) {
        fprintf(subject->to, "%s, key \"%s\": not in the index\n\n", what, key_text);
        return 0;
    }
    if (rc == 0)
        rc = add_claims(&table, subject, key_bytes(key), value_bytes(&value));
    if (rc < 0)
        return rc;
    fprintf(subject->to, "%s, key \"%s\":\n", what, key_text);
    table_print(&table, subject->to);
    fputc('\n', subject->to);
    return 0;
}

/* --- Names that never became candidates -------------------------------------------------------------------
 */

/* Tells of a lease whose client wanted the name, or whose address is asked for, and did not get it. */
static int tell_refused(void *context, const struct lease *lease)
{
    const struct subject *subject = context;
    char ip[IP_TEXT_SIZE], mac[HWADDR_TEXT_SIZE];
    bool wanted = subject->ip.len > 0 ? ip_compare(&lease->ip, &subject->ip) == 0
                                      : name_equal(lease->refused, subject->name);

    if (lease->refused[0] == '\0' || !wanted)
        return 0;
    fputs("Refused: ", subject->to);
    escape_print(subject->to, bytes_of(lease->refused));
    fprintf(subject->to, ", asked for by %s (%s) in network %s: %s\n\n", ip_format(&lease->ip, ip),
            lease->hwaddr.known ? hwaddr_format(&lease->hwaddr, mac) : "no MAC",
            lease->network[0] != '\0' ? lease->network : "-", refusal_text(lease->reason));
    return 0;
}

/* --- The modules' own answers -----------------------------------------------------------------------------
 */

static int print_answer(const struct subject *subject, const char *module)
{
    CLEANUP_ANSWER struct module_answer answer = {.status = NULL};
    int rc = subject->ip.len > 0 ? ask_module_address(module, &subject->ip, &answer)
                                 : ask_module_name(module, subject->asked, &answer);

    if (rc < 0)
        return rc;
    fprintf(subject->to, "Module %s: ", module);
    if (answer.trouble[0] != '\0') {
        fputs("cannot be asked: ", subject->to);
        escape_print(subject->to, bytes_of(answer.trouble));
    } else {
        fputs(answer.status, subject->to);
    }
    /* Not being found is no error that would need words. */
    if (answer.error != 0 && answer.error != ENOENT && answer.trouble[0] == '\0')
        fprintf(subject->to, " (%s)", strerror(answer.error));
    for (size_t i = 0; i < answer.found.count; i++) {
        fputs(i == 0 ? ": " : ", ", subject->to);
        escape_print(subject->to, bytes_of(answer.found.at[i]));
    }
    fputc('\n', subject->to);
    return 0;
}

/* --- All of it --------------------------------------------------------------------------------------------
 */

static int print_records(const struct subject *subject)
{
    struct bytes name = bytes_of(subject->name);
    int rc = 0;

    if (subject->ip.len > 0) {
        struct key key = key_address(&subject->ip);

        return print_record(subject, "Names of the address", &key);
    }
    for (size_t i = 0; rc == 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct key key;

        if (name.len == 0 || name.len > DOMAIN_MAX) {
            fprintf(subject->to, "%s: no name is so %s\n\n", kinds[i].what, name.len == 0 ? "short" : "long");
            continue;
        }
        key = key_named(kinds[i].key, name);
        rc = print_record(subject, kinds[i].what, &key);
    }
    return rc;
}

int dump_explain(struct index *index, const struct dump_query *query, FILE *to)
{
    size_t len = strlen(query->subject);
    CLEANUP_FREE char *name =
        strndup(query->subject, len > 0 && query->subject[len - 1] == '.' ? len - 1 : len);
    struct subject subject = {.asked = query->subject, .name = name, .index = index, .to = to};
    int rc;

    if (name == NULL)
        return -ENOMEM;
    if (ip_parse(query->subject, &subject.ip) < 0)
        subject.ip.len = 0;
    rc = print_records(&subject);
    if (rc == 0)
        rc = leases_each(index, NULL, tell_refused, &subject);
    for (size_t i = 0; rc == 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        rc = print_answer(&subject, kinds[i].module);
    return rc;
}
