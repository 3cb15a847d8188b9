#include "index.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "derive.h"
#include "leases.h"
#include "source_record.h"

static uint64_t now_millis(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int index_failed(const struct index *index, int rc)
{
    if (rc == -EUCLEAN || (rc == -EBADMSG && !store_verified(index->store)))
        return -EUCLEAN;
    return report_errno(index->report, rc, "%s", store_path(index->store));
}

uint64_t index_stamp(struct index *index)
{
    uint64_t stamp = now_millis();

    if (stamp <= index->state.clock)
        stamp = index->state.clock + 1;
    if (stamp > MILLIS_MAX)
        stamp = MILLIS_MAX;
    index->state.clock = stamp;
    return stamp;
}

/* The first label of this host's name, folded; empty where there is none that could be claimed. */
static void own_name(char name[LABEL_MAX + 1])
{
    char full[HOST_NAME_MAX + 1] = "";
    size_t len;

    name[0] = '\0';
    if (gethostname(full, sizeof(full) - 1) < 0)
        return;
    len = strcspn(full, ".");
    if (len > LABEL_MAX)
        return;
    name_fold(name, full, len);
    name[len] = '\0';
}

/* Names are weighed against this host's own: when that changes, so do both names. */
static int check_own_name(struct index *index)
{
    char name[LABEL_MAX + 1];
    int rc;

    own_name(name);
    if (strcmp(name, index->state.host) == 0)
        return 0;
    rc = derive_unsettle(index, bytes_of(index->state.host));
    if (rc == 0)
        rc = derive_unsettle(index, bytes_of(name));
    strcpy(index->state.host, name);
    return rc;
}

static int load_state(struct index *index)
{
    CLEANUP_VALUE struct value value;
    struct key key = key_single(KEY_STATE);
    int rc = store_get(index->store, &key, &value);

    if (rc == -ENOENT || (rc == 0 && !state_unpack(value_bytes(&value), &index->state))) {
        index->state = (struct state){.next_source = OWNER_FIRST_FILE, .prune_at = SECONDS_MAX};
        return 0;
    }
    return rc;
}

static int load_options(struct index *index)
{
    CLEANUP_VALUE struct value value;
    struct key key = key_single(KEY_OPTIONS);
    int rc = store_get(index->store, &key, &value);

    if (rc == -ENOENT || (rc == 0 && !options_unpack(value_bytes(&value), &index->options))) {
        index->options = (struct lookup_options){.grace = 0};
        return 0;
    }
    return rc;
}

int index_set_options(struct index *index, const struct lookup_options *options)
{
    struct key key = key_single(KEY_OPTIONS);
    uint8_t packed[OPTIONS_PACKED];
    struct packer p = {packed, packed + sizeof(packed), false};

    index->options = *options;
    /* What was kept for longer may have to go now. */
    index->state.prune_at = 0;
    options_pack(&p, options);
    return store_put(index->store, &key, (struct bytes){packed, sizeof(packed)});
}

struct claim_time index_time(const struct index *index)
{
    return (struct claim_time){.now = index->now, .grace = index->options.grace};
}

static int save_state(struct index *index)
{
    struct key key = key_single(KEY_STATE);
    uint8_t packed[STATE_PACKED_MAX];
    struct packer p = {packed, packed + sizeof(packed), false};

    state_pack(&p, &index->state);
    return store_put_soft(index->store, &key, (struct bytes){packed, (size_t)(p.at - packed)});
}

/* A source's number must stay what leases refer to; what the file held must be read again. */
static int salvage_source(struct index *index, struct bytes key, struct bytes value)
{
    struct unpacker u = unpacker_of(value);
    char name[SOURCE_NAME_MAX + 1];
    struct source source;

    if (!source_unpack(&u, &source) || source.number < OWNER_FIRST_FILE || key.len - 1 > SOURCE_NAME_MAX)
        return 0;
    memcpy(name, key.at + 1, key.len - 1);
    name[key.len - 1] = '\0';
    if (source.number >= index->state.next_source && source.number < UINT16_MAX)
        index->state.next_source = (uint16_t)(source.number + 1);
    source = (struct source){.number = source.number};
    return source_record_save(index->store, name, &source, NULL, 0, false);
}

/* It may itself be what is damaged: what follows from sources and leases is not taken from it. */
static void salvage_state(struct index *index, struct bytes value)
{
    struct state state;

    if (!state_unpack(value, &state))
        return;
    if (state.next_source < index->state.next_source)
        state.next_source = index->state.next_source;
    state.prune_at = index->state.prune_at;
    index->state = state;
}

static int salvage(void *context, struct bytes key, struct bytes value)
{
    struct index *index = context;
    struct network network;
    struct lease lease;
    struct meta meta;
    char name[NETWORK_MAX + 1];
    int rc = 0;

    if (key.len == 0)
        return 0;
    switch (key.at[0]) {
    case KEY_LEASE:
    case KEY_ENTRY: /* but for static ones, which are read again from their files */
        if (lease_unpack(key, value, &lease) == 0 && lease_is_own(lease.kind))
            rc = leases_put(index, &lease);
        break;
    case KEY_META:
        if (meta_unpack(value, &meta) == 0)
            store_resume(index->store, meta.generation);
        break;
    case KEY_STATE:
        salvage_state(index, value);
        break;
    case KEY_NETWORK:
        if (key.len - 1 > NETWORK_MAX || !network_unpack(value, &network))
            break;
        memcpy(name, key.at + 1, key.len - 1);
        name[key.len - 1] = '\0';
        if (network_valid(name))
            rc = index_set_network(index, name, &network);
        break;
    case KEY_SOURCE:
        rc = salvage_source(index, key, value);
        break;
    default: /* all else follows from these and from the sources */
        break;
    }
    return rc < 0 ? rc : 0;
}

/* Brings what an earlier version wrote into the present form. */
static int convert(struct index *index, enum store_mode mode)
{
    uint32_t version = store_meta(index->store)->version;
    int rc = version == 1 ? source_records_convert(index->store) : 0;

    /* Whoever looks only sees it as the modules do. */
    return rc == 0 && version > 0 && version < 4 && mode != STORE_READ ? index_convert_networks(index) : rc;
}

static int prepare(struct index *index, enum store_mode mode)
{
    int rc = load_state(index);

    if (rc == 0)
        rc = load_options(index);
    if (rc == 0 && store_damaged(index->store))
        rc = store_salvage(index->store, salvage, index);
    else if (rc == 0)
        rc = convert(index, mode);
    if (rc == 0 && mode != STORE_READ)
        rc = check_own_name(index);
    return rc;
}

static int open_index(const char *dir, enum store_mode mode, const struct report *report,
                      struct index **result)
{
    struct index *index = calloc(1, sizeof(*index));
    int rc;

    if (index == NULL)
        return report_errno(report, -ENOMEM, "%s", dir);
    index->report = report;
    index->now = now_millis() / 1000;
    rc = store_open(dir, mode, report, &index->store);
    if (rc == 0) {
        rc = prepare(index, mode);
        if (rc < 0)
            rc = index_failed(index, rc);
    }
    if (rc < 0)
        index_close(index);
    else
        *result = index;
    return rc;
}

int index_open(const char *dir, const struct report *report, struct index **index)
{
    return open_index(dir, STORE_WRITE, report, index);
}

int index_open_read(const char *dir, const struct report *report, struct index **index)
{
    return open_index(dir, STORE_READ, report, index);
}

/* What is still to be derived and remembered before the changes are complete. */
static int complete(struct index *index)
{
    int rc = derive_settle(index);

    if (rc == 0 && store_rebuilds(index->store))
        rc = leases_prune(index);
    if (rc == 0)
        rc = derive_settle(index);
    if (rc == 0)
        rc = save_state(index);
    return rc < 0 ? index_failed(index, rc) : 0;
}

int index_prepare(struct index *index)
{
    int rc = complete(index);

    return rc < 0 ? rc : store_prepare(index->store);
}

int index_commit(struct index *index)
{
    int rc = complete(index);

    return rc < 0 ? rc : store_commit(index->store);
}

void index_close(struct index *index)
{
    if (index == NULL)
        return;
    names_clear(&index->unsettled);
    store_close(index->store);
    free(index);
}

static int change_once(const char *dir, enum store_mode mode, const struct report *report,
                       int (*change)(struct index *index, void *context), void *context)
{
    struct index *index = NULL;
    int rc = open_index(dir, mode, report, &index);

    if (rc == 0)
        rc = change(index, context);
    if (rc == 0)
        rc = index_commit(index);
    index_close(index);
    return rc;
}

int index_change(const char *dir, enum store_mode mode, const struct report *report,
                 int (*change)(struct index *index, void *context), void *context)
{
    int rc = change_once(dir, mode, report, change, context);

    return rc == -EUCLEAN ? change_once(dir, STORE_CHECK, report, change, context) : rc;
}
