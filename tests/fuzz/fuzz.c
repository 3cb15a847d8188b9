#include "fuzz.h"

#include <string.h>

#include "indexer/cleanup.h"
#include "indexer/escape.h"
#include "indexer/leases.h"
#include "schema/claim.h"
#include "schema/machine.h"
#include "schema/network.h"
#include "schema/source.h"

uint8_t *exact_copy(struct bytes from)
{
    uint8_t *copy = malloc(from.len);

    if (from.len > 0)
        memcpy(copy, from.at, from.len);
    return copy;
}

struct bytes take_run(struct unpacker *input, size_t width, size_t most)
{
    size_t len = (size_t)unpack_uint(input, width);

    if (len > most)
        len = most;
    if (len > unpack_left(input))
        len = unpack_left(input);
    return unpack_raw(input, len);
}

void expect_printable(struct bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        EXPECT((text.at[i] >= ' ' && text.at[i] != 0x7f) || text.at[i] == '\n');
}

static void expect_escaped(const char *raw)
{
    CLEANUP_FREE char *text = escape_text(bytes_of(raw));

    EXPECT(text != NULL && strchr(text, '\n') == NULL);
    expect_printable(bytes_of(text));
}

static void take_problem(void *context, const char *what, const char *why)
{
    (void)context;
    expect_escaped(what);
    expect_escaped(why);
}

static void take_change(void *context, const char *text)
{
    (void)context;
    expect_escaped(text);
}

const struct report fuzz_report = {.problem = take_problem, .change = take_change};

static void expect_claims(struct bytes value)
{
    struct unpacker u = unpacker_of(value);
    struct claim claim;

    while (claim_next(&u, &claim))
        EXPECT(claim.network.len <= NETWORK_MAX);
    EXPECT(!u.bad && value.len > 0);
}

static void expect_machine(struct bytes value)
{
    struct unpacker u = unpacker_of(value);
    struct machine_guest guest;
    struct machine_lease lease;
    uint16_t guests = machine_guest_count(&u);

    while (guests-- > 0)
        EXPECT(machine_next_guest(&u, &guest));
    while (machine_next_lease(&u, &lease))
        EXPECT(lease.network.len <= NETWORK_MAX);
    EXPECT(!u.bad);
}

static int expect_record(void *context, struct bytes key, struct bytes value)
{
    struct unpacker u = unpacker_of(value);
    struct source source;
    struct network network;
    struct lease lease;

    (void)context;
    switch (key.at[0]) {
    case KEY_LEASE:
    case KEY_ENTRY:
        EXPECT(lease_unpack(key, value, &lease) == 0);
        break;
    case KEY_HOST:
    case KEY_GUEST:
    case KEY_ADDRESS:
        expect_claims(value);
        break;
    case KEY_MACHINE:
        expect_machine(value);
        break;
    case KEY_SOURCE:
        EXPECT(source_unpack(&u, &source));
        break;
    case KEY_NETWORK:
        EXPECT(network_unpack(value, &network));
        break;
    default:
        break;
    }
    return 0;
}

void expect_sound(struct index *index)
{
    EXPECT(store_each_record(index->store, expect_record, NULL) == 0);
}

static int none(void *context, struct bytes key, struct bytes value)
{
    (void)context;
    (void)key;
    (void)value;
    return 1;
}

void expect_nothing(struct index *index)
{
    static const enum key_kind kinds[] = {KEY_LEASE, KEY_ENTRY,   KEY_HOST,
                                          KEY_GUEST, KEY_ADDRESS, KEY_MACHINE};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        EXPECT(store_each(index->store, kinds[i], none, NULL) == 0);
}
