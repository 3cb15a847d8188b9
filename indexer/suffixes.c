#include "suffixes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config_file.h"
#include "guest_items.h"
#include "schema/name.h"
#include "suffix_lines.h"
#include "text_list.h"

/* An item taken apart. */
struct pair {
    struct bytes network; /* as the file calls it */
    struct bytes suffix;
};

static bool take_apart(const struct source_item *item, struct pair *pair)
{
    const uint8_t *space = memchr(item->guest.at, ' ', item->guest.len);

    if (space == NULL)
        return false;
    pair->network = (struct bytes){item->guest.at, (size_t)(space - item->guest.at)};
    pair->suffix = (struct bytes){space + 1, item->guest.len - pair->network.len - 1};
    return pair->suffix.len > 0 && pair->suffix.len <= DOMAIN_MAX;
}

/* Is it a name of the network? */
static bool is_called(const char *name, const struct network *network, struct bytes word)
{
    return bytes_equal(word, bytes_of(name[0] != '\0' ? name : SUFFIX_UNNAMED)) ||
           (network->name[0] != '\0' && bytes_equal(word, bytes_of(network->name)));
}

/* False when it is one too many: of a network that was not known when the file was read, its two names may
 * have been given more together than one may. */
static bool give(struct network *network, struct bytes suffix)
{
    for (size_t i = 0; i < network->suffix_count; i++) {
        if (name_equal_bytes(bytes_of(network->suffixes[i]), suffix))
            return true;
    }
    if (network->suffix_count == SUFFIXES_MAX)
        return false;
    memcpy(network->suffixes[network->suffix_count], suffix.at, suffix.len);
    network->suffixes[network->suffix_count++][suffix.len] = '\0';
    return true;
}

int suffixes_given(struct index *index, const char *name, struct network *network)
{
    CLEANUP_SOURCE struct source_record known;
    int rc = source_record_load_all(index->store, SOURCE_NETWORKS, &known);
    struct pair pair;

    network->suffix_count = 0;
    for (size_t i = 0; rc == 0 && i < known.count; i++) {
        if (take_apart(&known.items[i], &pair) && is_called(name, network, pair.network) &&
            !give(network, pair.suffix))
            report_problem(index->report, SUFFIXES_TOO_MANY, "%s: %.*s", name[0] != '\0' ? name : "(unnamed)",
                           (int)pair.suffix.len, (const char *)pair.suffix.at);
    }
    return rc;
}

static void report_given(struct index *index, const char *name, const struct network *before)
{
    struct network now;
    char text[SUFFIXES_MAX * (DOMAIN_MAX + 1) + 1] = "";
    size_t len = 0;

    if (index_network(index, name, &now) < 0 ||
        (before->suffix_count == now.suffix_count &&
         memcmp(before->suffixes, now.suffixes, sizeof(now.suffixes)) == 0))
        return;
    for (size_t i = 0; i < now.suffix_count; i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, " %s", now.suffixes[i]);
    report_change(index->report, "%s: suffixes:%s", name[0] != '\0' ? name : "(unnamed)",
                  now.suffix_count > 0 ? text : " none");
}

/* Has the network stand under what it is given now. */
static int give_again(struct index *index, struct bytes bytes)
{
    char name[NETWORK_MAX + 1];
    struct network network;
    int rc;

    if (bytes.len > NETWORK_MAX)
        return 0;
    if (bytes.len > 0)
        memcpy(name, bytes.at, bytes.len);
    name[bytes.len] = '\0';
    rc = index_network(index, name, &network);
    if (rc == 0)
        rc = index_set_network(index, name, &network);
    if (rc == 0)
        report_given(index, name, &network);
    return rc;
}

/* Gives again to every network that is called so: it stands under that name, as others may. One that is not
 * known yet will be given its suffixes when it is. */
static int give_called(struct index *index, struct bytes word)
{
    bool unnamed = bytes_equal(word, bytes_of(SUFFIX_UNNAMED));
    struct key key = unnamed ? key_named(KEY_NETWORK, (struct bytes){NULL, 0}) : key_named(KEY_SUFFIX, word);
    CLEANUP_VALUE struct value value = {NULL, 0};
    int rc = store_get(index->store, &key, &value);
    struct unpacker u;

    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    if (unnamed)
        return give_again(index, (struct bytes){NULL, 0});
    for (u = unpacker_of(value_bytes(&value)); rc == 0 && unpack_left(&u) > 0;) {
        struct bytes network = unpack_short(&u);

        if (!u.bad)
            rc = give_again(index, network);
    }
    return rc;
}

static int give_all(struct index *index, const struct source_item *items, size_t count)
{
    struct bytes last = {NULL, 0};
    struct pair pair;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < count; i++) {
        if (!take_apart(&items[i], &pair) || bytes_equal(pair.network, last))
            continue;
        last = pair.network;
        rc = give_called(index, pair.network);
    }
    return rc;
}

static bool same_items(const struct source_record *known, const struct item_list *items)
{
    for (size_t i = 0; i < items->count; i++) {
        if (i >= known->count || !bytes_equal(known->items[i].guest, items->at[i].guest))
            return false;
    }
    return known->value.at != NULL && known->count == items->count;
}

/* Remembers the pairs, and has all networks stand where they say. */
static int apply(struct index *index, const struct source_file *source, const struct text_list *pairs,
                 bool bad_lines)
{
    CLEANUP_SOURCE struct source_record before;
    CLEANUP_ITEMS struct item_list items = {NULL, 0, 0};
    struct source new = source_file_of_lines(source, bad_lines);
    int rc = source_record_load_all(index->store, source->name, &before);

    for (size_t i = 0; rc == 0 && i < pairs->count; i++)
        rc = item_list_add(&items, (struct source_item){.guest = bytes_of(pairs->at[i])});
    if (rc < 0)
        return rc;
    if (same_items(&before, &items))
        return source_record_touch(index->store, source->name, &new);
    rc = source_record_save(index->store, source->name, &new, items.at, items.count, false);
    if (rc == 0)
        rc = give_all(index, before.items, before.count);
    return rc < 0 ? rc : give_all(index, items.at, items.count);
}

static int forget(struct index *index, const struct source_file *source)
{
    CLEANUP_SOURCE struct source_record before;
    int rc = source_record_load_all(index->store, source->name, &before);

    if (rc < 0 || before.value.at == NULL)
        return rc;
    rc = source_record_delete(index->store, source->name);
    return rc < 0 ? rc : give_all(index, before.items, before.count);
}

int suffixes_refresh(struct index *index, const char *config_dir)
{
    CLEANUP_SOURCE_FILE struct source_file source;
    CLEANUP_TEXTS struct text_list pairs = {NULL, 0};
    int state = config_file_open(index, config_dir, SUFFIXES_FILE, SOURCE_NETWORKS, &source);
    struct bytes text;
    int rc;

    if (state == SOURCE_GONE)
        return forget(index, &source);
    if (state != SOURCE_NEW)
        return state < 0 ? state : 0;
    text = (struct bytes){(const uint8_t *)source.file.text, source.file.len};
    rc = suffix_lines_parse(index, text, source.where, &pairs);
    return rc < 0 ? rc : apply(index, &source, &pairs, rc == 1);
}
