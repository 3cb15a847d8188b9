/* Writers of which an allocation fails, each in its turn: all is as it was, or all is as if none had failed;
 * what failed is told, and nothing is left allocated. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build_index.h"
#include "check_index.h"
#include "failing_memory.h"
#include "full_site.h"
#include "indexer/escape.h"
#include "indexer/neighbour.h"
#include "indexer/sync/forget.h"
#include "indexer/sync/hosts_follow.h"
#include "kept_files.h"
#include "reports.h"
#include "schema/paths.h"
#include "test_case.h"

static struct reports reports;

/* --- What an index says -----------------------------------------------------------------------------------
 */

struct said {
    char *lines[4096];
    size_t count;
};

static bool is_answer(struct bytes key)
{
    return key.at[0] == KEY_HOST || key.at[0] == KEY_GUEST || key.at[0] == KEY_ADDRESS;
}

static int note(void *context, struct bytes key, struct bytes value)
{
    struct said *said = context;
    char *name = escape_text(key);
    size_t withheld = 0;
    struct unpacker u = unpacker_of(value);
    struct claim claim;

    ck_assert_uint_lt(said->count, sizeof(said->lines) / sizeof(said->lines[0]));
    while (is_answer(key) && claim_next(&u, &claim))
        withheld += claim.reason != REFUSAL_NONE;
    ck_assert_int_gt(asprintf(&said->lines[said->count++], "%s %zu %zu\n", name, value.len, withheld), 0);
    free(name);
    return 0;
}

static char *hosts_text(void)
{
    struct bytes file = read_file(own_path("hosts"));
    char *text = strndup((const char *)file.at, file.len);

    free((void *)file.at);
    return text;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Its keys, how long their values are (the rest are times), how many names are withheld, and the hosts file.
 * It must be whole. To be freed. */
static char *index_text(void)
{
    static struct said said;
    struct index *index = NULL;
    size_t len = 0;
    char *text;

    said.count = 0;
    if (access(own_path("hosts"), F_OK) == 0)
        said.lines[said.count++] = hosts_text();
    ck_assert_int_eq(index_open_read(full_site_state(), &reports.sink, &index), 0);
    ck_assert(!store_damaged(index->store));
    check_index(index);
    ck_assert_int_eq(store_each_record(index->store, note, &said), 0);
    index_close(index);
    qsort(said.lines, said.count, sizeof(said.lines[0]), compare);
    for (size_t i = 0; i < said.count; i++)
        len += strlen(said.lines[i]);
    text = calloc(1, len + 1);
    for (size_t i = 0, at = 0; i < said.count; i++) {
        at = (size_t)(stpcpy(text + at, said.lines[i]) - text);
        free(said.lines[i]);
    }
    return text;
}

/* --- Failing ----------------------------------------------------------------------------------------------
 */

static void expect_text(size_t nth, const char *expected)
{
    char *text = index_text();
    size_t line = 0;

    for (size_t i = 0; text[i] == expected[i] && text[i] != '\0'; i++)
        line = text[i] == '\n' ? i + 1 : line;
    ck_assert_msg(strcmp(text, expected) == 0,
                  "allocation %zu: the index says ...%.100s instead of ...%.100s", nth, text + line,
                  expected + line);
    free(text);
}

/* What is tried. */
struct trial {
    int (*run)(void);
    bool heals; /* run again, it makes up for what it could not read: an event only sees to what is its own */
    size_t step; /* of so many allocations one more is left out each time; 0: all are tried */
    char *said;  /* by the index, where none fails */
    char *told;  /* of problems, where none fails */
};

/* A run that failed has changed nothing. Or it had written libvirt's file already, and left its index to the
 * next writer: that publishes it. */
static void expect_undone(const struct trial *trial, size_t nth)
{
    const char *difference = kept_files_difference();
    struct index *index = NULL;

    ck_assert_msg(strstr(reports.text, strerror(ENOMEM)) != NULL, "allocation %zu: told is \"%s\"", nth,
                  reports.text);
    if (difference == NULL)
        return;
    ck_assert_msg(access(own_path("state/" NEW_FILE), F_OK) == 0, "allocation %zu: %s", nth, difference);
    ck_assert_int_eq(index_open(full_site_state(), &reports.sink, &index), 0);
    index_close(index);
    expect_text(nth, trial->said);
}

/* Where more was told, a source was not read, and what it said before stands. */
static void expect_done(const struct trial *trial, size_t nth)
{
    if (strcmp(reports.text, trial->told) == 0) {
        expect_text(nth, trial->said);
        return;
    }
    reports_start(&reports);
    ck_assert_int_ge(trial->run(), 0);
    ck_assert_ptr_null(strstr(reports.text, strerror(ENOMEM)));
    if (trial->heals)
        expect_text(nth, trial->said);
    else
        free(index_text());
}

/* Runs it with the nth allocation failing: was there an nth one? */
static bool try_nth(const struct trial *trial, size_t nth)
{
    long before = memory_blocks(), left;
    bool failed;
    int rc;

    reports_start(&reports);
    memory_fail(nth);
    rc = trial->run();
    failed = memory_failed();
    left = memory_blocks() - before;
    ck_assert_msg(left == 0, "allocation %zu: %ld blocks are left", nth, left);
    ck_assert(failed || (rc >= 0 && strcmp(reports.text, trial->told) == 0));
    if (rc < 0)
        expect_undone(trial, nth);
    else
        expect_done(trial, nth);
    return failed;
}

/* Runs it on the files as they are, with each allocation failing once; of very many, some. */
static void try_all(struct trial trial)
{
    size_t failures = 0, nth = 1;

    reports_start(&reports);
    kept_files_take();
    ck_assert_int_ge(trial.run(), 0);
    trial.told = strdup(reports.text);
    trial.said = index_text();
    for (kept_files_restore(); try_nth(&trial, nth); kept_files_restore()) {
        failures++;
        nth += 1 + (trial.step > 0 ? nth / trial.step : 0);
    }
    ck_assert_uint_gt(failures, 20);
    free(trial.said);
    free(trial.told);
}

static int sync_all(void)
{
    return full_site_sync(&reports.sink);
}

/* The event that the test is about. */
static struct event event;

static int hook(void)
{
    return full_site_hook(&event, &reports.sink);
}

START_TEST(first_pass)
{
    try_all((struct trial){.run = sync_all, .heals = true});
}
END_TEST

START_TEST(pass_over_changed_files)
{
    full_site_index();
    full_site_change();
    try_all((struct trial){.run = sync_all, .heals = true});
}
END_TEST

START_TEST(pass_over_files_that_are_gone)
{
    full_site_index();
    full_site_clear();
    try_all((struct trial){.run = sync_all, .heals = true});
}
END_TEST

static const struct {
    enum event_action action;
    const char *network, *ip, *client, *name;
} events[] = {
    {EVENT_ADD, "", "192.0.2.7", "52:54:00:00:00:07", "seven"},
    {EVENT_DEL, "", "192.0.2.2", "52:54:00:00:00:02", "two"},
    {EVENT_OLD, "", "192.0.2.1", "52:54:00:00:00:01", "renamed"},
    {EVENT_ADD, "", "fd00::9", "00:01:00:01:2c", "nine"},
    {EVENT_ADD, SITE_BRIDGE, "10.0.0.7", "52:54:00:00:09:02", "second"},
    {EVENT_DEL, SITE_BRIDGE, "10.0.0.5", "52:54:00:00:00:05", "five"},
    {EVENT_ADD, SITE_BRIDGE, "fd00::9", "00:01:00:01:2c", "nine"},
    /* names that are others' */
    {EVENT_ADD, "", "192.0.2.7", "52:54:00:00:00:07", "printer"},
    {EVENT_ADD, SITE_BRIDGE, "10.0.0.7", "52:54:00:00:00:07", SITE_GUEST},
};

static void set_event(int i)
{
    event =
        full_site_event(events[i].action, events[i].network, events[i].ip, events[i].client, events[i].name);
}

START_TEST(one_event)
{
    full_site_index();
    set_event(_i);
    try_all((struct trial){.run = hook});
}
END_TEST

START_TEST(event_with_changed_files)
{
    full_site_index();
    full_site_change();
    set_event(_i);
    try_all((struct trial){.run = hook});
}
END_TEST

START_TEST(event_with_files_that_are_gone)
{
    full_site_index();
    full_site_clear();
    set_event(_i);
    try_all((struct trial){.run = hook});
}
END_TEST

START_TEST(first_event)
{
    set_event(_i);
    try_all((struct trial){.run = hook});
}
END_TEST

/* So many that the index is two files. */
START_TEST(pass_over_many_leases)
{
    char text[32768];
    int len = 0;

    for (int i = 0; i < 400; i++)
        len += snprintf(text + len, sizeof(text) - (size_t)len,
                        "4102444800 52:54:00:00:%02x:%02x 10.1.%d.%d machine%d *\n", i / 256, i % 256,
                        i / 250, i % 250 + 1, i);
    own_write("leases", text);
    try_all((struct trial){.run = sync_all, .heals = true, .step = 24});
    set_event(0);
    /* One more beside the base. */
    try_all((struct trial){.run = hook});
}
END_TEST

static void damage(const char *file)
{
    char *path = strdup(own_path(file));
    struct bytes content = read_file(path);

    ((uint8_t *)content.at)[content.len - 1] ^= 1;
    write_file(path, content);
    free((void *)content.at);
    free(path);
}

START_TEST(event_with_a_damaged_index)
{
    full_site_index();
    damage("state/" INDEX_FILE);
    set_event(_i);
    try_all((struct trial){.run = hook});
}
END_TEST

START_TEST(pass_with_a_damaged_index)
{
    full_site_index();
    damage("state/" INDEX_FILE);
    try_all((struct trial){.run = sync_all, .heals = true});
}
END_TEST

START_TEST(event_with_a_damaged_status)
{
    full_site_index();
    own_write("networks/" SITE_BRIDGE ".status", "[{\"ip-address\": \"10.0.0.5");
    event = full_site_event(EVENT_ADD, SITE_BRIDGE, "10.0.0.7", "52:54:00:00:09:02", "second");
    try_all((struct trial){.run = hook});
}
END_TEST

static int take_sighting(struct index *index, void *context)
{
    const struct neighbour *neighbour = context;
    int rc = neighbour_seen(index, neighbour);

    return rc < 0 ? index_failed(index, rc) : 0;
}

static struct neighbour seen = {.network = SITE_BRIDGE};

static int sighting(void)
{
    return index_change(full_site_state(), STORE_WRITE, &reports.sink, take_sighting, &seen);
}

START_TEST(neighbour)
{
    full_site_index();
    ck_assert_int_eq(ip_parse("10.0.0.99", &seen.ip), 0);
    ck_assert_int_eq(hwaddr_parse("52:54:00:00:09:03", &seen.hwaddr), 0);
    try_all((struct trial){.run = sighting});
    /* It is known by now. */
    try_all((struct trial){.run = sighting});
}
END_TEST

static int forget_some(void)
{
    static const struct forget_request requests[] = {
        {NULL, "two"},     {NULL, "192.0.2.1"}, {SITE_BRIDGE, SITE_GUEST},
        {NULL, "printer"}, {NULL, "desk"},      {SITE_BRIDGE, "kept"}};

    return forget(full_site_state(), full_site_networks(), requests, sizeof(requests) / sizeof(requests[0]),
                  &reports.sink);
}

/* What may not be forgotten is told, too. */
START_TEST(forgetting)
{
    full_site_index();
    try_all((struct trial){.run = forget_some, .heals = true});
}
END_TEST

/* What does not parse lists no lease: none is kept for it. */
START_TEST(forgetting_with_a_damaged_status)
{
    full_site_index();
    own_write("networks/" SITE_BRIDGE ".status", "[{");
    try_all((struct trial){.run = forget_some, .heals = true});
}
END_TEST

static int update_hosts(void)
{
    struct hosts_follow follow = {.path = own_path("hosts"), .state_dir = full_site_state()};

    return hosts_follow_update(&follow, &reports.sink);
}

START_TEST(hosts_file)
{
    full_site_index();
    try_all((struct trial){.run = update_hosts, .heals = true});
    own_write("hosts", "192.0.2.1 old\n");
    try_all((struct trial){.run = update_hosts, .heals = true});
}
END_TEST

int main(void)
{
    TCase *tests = test_case("no_memory");
    const int all = sizeof(events) / sizeof(events[0]);

    tcase_add_checked_fixture(tests, full_site_setup, NULL);
    tcase_add_test(tests, first_pass);
    tcase_add_test(tests, pass_over_changed_files);
    tcase_add_test(tests, pass_over_files_that_are_gone);
    tcase_add_loop_test(tests, one_event, 0, all);
    tcase_add_loop_test(tests, event_with_changed_files, 0, all);
    tcase_add_loop_test(tests, event_with_files_that_are_gone, 0, all);
    tcase_add_loop_test(tests, first_event, 0, all);
    tcase_add_test(tests, pass_over_many_leases);
    tcase_add_loop_test(tests, event_with_a_damaged_index, 0, all);
    tcase_add_test(tests, pass_with_a_damaged_index);
    tcase_add_test(tests, event_with_a_damaged_status);
    tcase_add_test(tests, neighbour);
    tcase_add_test(tests, forgetting);
    tcase_add_test(tests, forgetting_with_a_damaged_status);
    tcase_add_test(tests, hosts_file);
    return test_case_run(tests);
}
