/*
 * What dnsmasq may hand to the hook: argv and environment of a few events, one after the other. Each is
 * refused or taken in; only argv's HOSTNAME is ever a name; what is printed of it has no control bytes.
 *
 * An input is texts with a NUL behind each: an event's variables and arguments in any order, and an empty one
 * at its end.
 */
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "hook/arguments.h"
#include "hook/init.h"
#include "indexer/dump/dump.h"
#include "schema/claim.h"

#define EVENTS    8
#define ARGUMENTS 4

static const char *const variables[] = {
    "VIR_BRIDGE_NAME",      "LVINDEX_NETWORK",      "DNSMASQ_CLIENT_ID",         "DNSMASQ_DATA_MISSING",
    "DNSMASQ_DOMAIN",       "DNSMASQ_IAID",         "DNSMASQ_INTERFACE",         "DNSMASQ_LEASE_EXPIRES",
    "DNSMASQ_LEASE_LENGTH", "DNSMASQ_MAC",          "DNSMASQ_OLD_HOSTNAME",      "DNSMASQ_SERVER_DUID",
    "DNSMASQ_TAGS",         "DNSMASQ_VENDOR_CLASS", "DNSMASQ_SUPPLIED_HOSTNAME", "DNSMASQ_TIME_REMAINING",
};

#define VARIABLES (sizeof(variables) / sizeof(variables[0]))

/* Names that argv granted. */
struct granted {
    const char *at[EVENTS];
    size_t count;
};

struct input {
    char *at;
    char *end;
};

/* The next text; NULL at the end. */
static char *next_text(struct input *input)
{
    char *text = input->at;

    if (text >= input->end)
        return NULL;
    input->at += strlen(text) + 1;
    return text;
}

static bool is_variable(const char *text)
{
    const char *equals = strchr(text, '=');

    for (size_t i = 0; equals != NULL && i < VARIABLES; i++) {
        if (strlen(variables[i]) == (size_t)(equals - text) &&
            strncmp(variables[i], text, strlen(variables[i])) == 0) {
            setenv(variables[i], equals + 1, 1);
            return true;
        }
    }
    return false;
}

/* Reads one event's texts: how many arguments there are. */
static int next_event(struct input *input, char *argv[ARGUMENTS + 1])
{
    int argc = 0;
    char *text;

    for (size_t i = 0; i < VARIABLES; i++)
        unsetenv(variables[i]);
    while ((text = next_text(input)) != NULL && text[0] != '\0') {
        if (!is_variable(text) && argc < ARGUMENTS)
            argv[argc++] = text;
    }
    argv[argc] = NULL;
    return argc;
}

static int action_of(const char *text)
{
    static const char *const actions[] = {[EVENT_ADD] = "add", [EVENT_OLD] = "old", [EVENT_DEL] = "del"};

    for (int i = 0; i < 3; i++) {
        if (strcmp(text, actions[i]) == 0)
            return i;
    }
    return -1;
}

static void expect_event(const struct event *event, char **argv)
{
    EXPECT(event->lease.ip.len != 0 && network_valid(event->lease.network));
    EXPECT(strcmp(event->name, argv[2] != NULL ? argv[2] : "") == 0);
    EXPECT(event->lease.host[0] == '\0' && event->lease.refused[0] == '\0');
}

/* A neighbour, where the texts tell of one: it has no name, as there is no guest. */
static bool take_neighbour(struct index *index, char **argv, int argc)
{
    bool gone = argc >= 3 && strcmp(argv[0], "arp-del") == 0;
    struct neighbour neighbour;

    if (!gone && (argc < 3 || strcmp(argv[0], "arp-add") != 0))
        return false;
    if (arguments_neighbour(argv + 1, &fuzz_report, &neighbour) < 0)
        return true;
    EXPECT(network_valid(neighbour.network) && neighbour.ip.len != 0);
    EXPECT((gone ? neighbour_gone(index, &neighbour) : neighbour_seen(index, &neighbour)) == 0);
    return true;
}

static void take_event(struct index *index, char **argv, int argc, const char *networks,
                       struct granted *granted)
{
    struct event event;
    int action = argc >= 3 ? action_of(argv[0]) : -1;

    if (take_neighbour(index, argv, argc))
        return;
    if (action < 0 || arguments_read((enum event_action)action, argv + 1, &fuzz_report, &event) < 0)
        return;
    expect_event(&event, argv + 1);
    if (argc == ARGUMENTS)
        granted->at[granted->count++] = argv[3];
    EXPECT(event_apply(index, &event, networks) == 0);
}

/* Is it one of the names, with a domain behind it or not? */
static bool is_granted(const struct granted *granted, struct bytes name)
{
    const uint8_t *dot = name.len > 0 ? memchr(name.at, '.', name.len) : NULL;
    size_t len = dot != NULL ? (size_t)(dot - name.at) : name.len;
    char label[LABEL_MAX + 1] = "";

    if (len > LABEL_MAX)
        return false;
    memcpy(label, name.at, len);
    for (size_t i = 0; i < granted->count; i++) {
        if (name_equal(granted->at[i], label))
            return true;
    }
    return false;
}

static int expect_granted(void *context, struct bytes key, struct bytes value)
{
    const bool by_address = key.at[0] == KEY_ADDRESS;
    struct unpacker u = unpacker_of(value);
    struct claim claim;

    while (claim_next(&u, &claim)) {
        if ((claim.flags & (CLAIM_WITHHELD | CLAIM_PRESENCE)) == 0)
            EXPECT(is_granted(context, by_address ? claim.label : (struct bytes){key.at + 1, key.len - 1}));
    }
    return 0;
}

static void print_all(struct index *index)
{
    static int (*const formats[])(struct index * index, const struct dump_query *query,
                                  FILE *to) = {dump_table, dump_json, dump_raw, dump_stats, dump_ssh_config};
    const struct dump_query all = {.subject = NULL};
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);

    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
        EXPECT(formats[i](index, &all, to) == 0);
    EXPECT(init_print(index, "", to) == 0);
    EXPECT(fclose(to) == 0);
    expect_printable((struct bytes){(const uint8_t *)text, len});
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *state = scratch_empty("state"), *networks = scratch_empty("networks");
    struct granted granted = {.count = 0};
    char *texts = malloc(size + 1);
    struct input input = {texts, texts + size};
    char *argv[ARGUMENTS + 1];
    struct index *index = NULL;

    if (size > 0)
        memcpy(texts, data, size);
    texts[size] = '\0';
    EXPECT(index_open(state, &fuzz_report, &index) == 0);
    for (size_t i = 0; i < EVENTS && input.at < input.end; i++)
        take_event(index, argv, next_event(&input, argv), networks, &granted);
    expect_sound(index);
    EXPECT(store_each(index->store, KEY_HOST, expect_granted, &granted) == 0);
    EXPECT(store_each(index->store, KEY_ADDRESS, expect_granted, &granted) == 0);
    EXPECT(index_commit(index) >= 0);
    index_close(index);
    EXPECT(index_open_read(state, &fuzz_report, &index) == 0);
    expect_sound(index);
    if (store_meta(index->store)->generation > 0)
        print_all(index);
    index_close(index);
    free(texts);
    return 0;
}
