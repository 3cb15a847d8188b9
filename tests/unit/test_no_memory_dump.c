/* Readers of which an allocation fails, each in its turn: they print all that they have to tell, or fail.
 * dnsmasq is given all leases, but for the one that it failed for. Nothing is left allocated. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "build_index.h"
#include "failing_memory.h"
#include "full_site.h"
#include "hook/init.h"
#include "indexer/dump/dump.h"
#include "indexer/dump/follow_changes.h"
#include "reports.h"
#include "schema/paths.h"
#include "test_case.h"

static struct reports reports;

/* Ages are printed, too: what is compared is all of one second, that of the program's start. */
static struct timespec begin;

time_t __wrap_time(time_t *seconds);
int __wrap_clock_gettime(clockid_t id, struct timespec *now);
int __real_clock_gettime(clockid_t id, struct timespec *now);

time_t __wrap_time(time_t *seconds)
{
    if (seconds != NULL)
        *seconds = begin.tv_sec;
    return begin.tv_sec;
}

int __wrap_clock_gettime(clockid_t id, struct timespec *now)
{
    if (id != CLOCK_REALTIME || begin.tv_sec == 0)
        return __real_clock_gettime(id, now);
    *now = begin;
    return 0;
}

/* What is printed goes to a file, of which no allocation is ours. */
static FILE *output;
static char buffer[BUFSIZ];

typedef int print_fn(struct index *index, FILE *to);

/* --- What is printed --------------------------------------------------------------------------------------
 */

static const struct dump_query everything = {.network = NULL};
static const struct dump_query one_network = {.network = "lab"};
static const struct dump_query one_guest = {.guest = SITE_GUEST};

static int table(struct index *index, FILE *to)
{
    return dump_table(index, &everything, to);
}

static int json(struct index *index, FILE *to)
{
    return dump_json(index, &everything, to);
}

static int json_of_network(struct index *index, FILE *to)
{
    return dump_json(index, &(struct dump_query){.network = SITE_BRIDGE, .leases_only = true}, to);
}

static int raw(struct index *index, FILE *to)
{
    return dump_raw(index, &everything, to);
}

static int network(struct index *index, FILE *to)
{
    return dump_network(index, &one_network, to);
}

static int guest(struct index *index, FILE *to)
{
    return dump_guest(index, &one_guest, to);
}

static int hosts(struct index *index, FILE *to)
{
    return dump_hosts(index, &everything, to);
}

static int ssh_config(struct index *index, FILE *to)
{
    return dump_ssh_config(index, &everything, to);
}

static int stats(struct index *index, FILE *to)
{
    return dump_stats(index, &everything, to);
}

static int stats_json(struct index *index, FILE *to)
{
    return dump_stats_json(index, &everything, to);
}

static int explain_guest(struct index *index, FILE *to)
{
    return dump_explain(index, &(struct dump_query){.subject = SITE_GUEST ".lab"}, to);
}

static int explain_address(struct index *index, FILE *to)
{
    return dump_explain(index, &(struct dump_query){.subject = "10.0.0.9"}, to);
}

static int explain_json(struct index *index, FILE *to)
{
    return dump_explain_json(index, &(struct dump_query){.subject = SITE_GUEST ".lab"}, to);
}

static int check(struct index *index, FILE *to)
{
    return dump_check(full_site_state(), index, 0, false, to);
}

static int check_json(struct index *index, FILE *to)
{
    return dump_check(full_site_state(), index, 0, true, to);
}

/* All that is there, as --follow --all tells it at first, and then how all of it goes. */
static int follow(struct index *index, FILE *to, bool as_json)
{
    const struct follow_output told = {&everything, as_json, to};
    const struct follow_view nothing = {.guest_count = 0};
    struct follow_view view;
    int rc = follow_view_read(index, "lab", &view);

    if (rc == 0)
        rc = follow_present(&told, 1, &view);
    if (rc == 0)
        rc = follow_changes(&told, 1, &view, &nothing);
    if (rc == 0)
        rc = follow_expired(&told, 1, UINT64_C(5000000000), &view);
    follow_view_free(&view);
    return rc;
}

static int follow_text(struct index *index, FILE *to)
{
    return follow(index, to, false);
}

static int follow_json(struct index *index, FILE *to)
{
    return follow(index, to, true);
}

static int init(struct index *index, FILE *to)
{
    return init_print(index, "", to);
}

static int init_libvirt(struct index *index, FILE *to)
{
    return init_print_libvirt(index, SITE_BRIDGE, full_site_networks(), to);
}

static const struct {
    const char *name;
    print_fn *print;
    const char *until; /* what modules and the host say behind this is not the index's */
} prints[] = {
    {"table", table, NULL},
    {"json", json, NULL},
    {"json of a network", json_of_network, NULL},
    {"raw", raw, NULL},
    {"network", network, NULL},
    {"guest", guest, NULL},
    {"hosts", hosts, NULL},
    {"ssh-config", ssh_config, NULL},
    {"stats", stats, NULL},
    {"stats as json", stats_json, NULL},
    {"explain a guest", explain_guest, "\nModule "},
    {"explain an address", explain_address, "\nModule "},
    {"explain as json", explain_json, "\"modules\""},
    {"check", check, ""},
    {"check as json", check_json, ""},
    {"follow", follow_text, NULL},
    {"follow as json", follow_json, NULL},
    {"init", init, NULL},
    {"init of libvirt's", init_libvirt, NULL},
};

/* --- Failing ----------------------------------------------------------------------------------------------
 */

static bool opened;

static int print(print_fn *what)
{
    struct index *index = NULL;
    int rc = index_open_read(full_site_state(), &reports.sink, &index);

    opened = rc == 0;
    if (rc == 0)
        rc = what(index, output);
    index_close(index);
    return rc;
}

/* What was printed, to be freed; the file is empty then. */
static char *take_output(const char *until)
{
    struct bytes text;
    char *end;

    ck_assert_int_eq(fflush(output), 0);
    text = read_file(own_path("output"));
    end = realloc((void *)text.at, text.len + 1);
    end[text.len] = '\0';
    rewind(output);
    ck_assert_int_eq(ftruncate(fileno(output), 0), 0);
    if (until != NULL && strstr(end, until) != NULL)
        *strstr(end, until) = '\0';
    return end;
}

/* The two must be the same, but for the widths of columns: a table that finds no memory for them has none. */
static void expect_same(const char *name, size_t nth, const char *text, const char *expected)
{
    static const char gap[] = " -\n";
    const char *line = text;

    while (*text != '\0' || *expected != '\0') {
        size_t left = strspn(text, gap), right = strspn(expected, gap);

        if (memchr(text, '\n', left) != NULL)
            line = text + left;
        ck_assert_msg((left > 0) == (right > 0) && text[left] == expected[right],
                      "%s: allocation %zu: printed %.*s instead of ...%.100s", name, nth,
                      (int)strcspn(line, "\n"), line, expected);
        text += left + (text[left] != '\0');
        expected += right + (expected[right] != '\0');
    }
}

static size_t count_lines(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

/* Is there exactly this line? */
static bool has_line(const char *text, const char *line)
{
    const char *at = strstr(text, line);

    return at != NULL && (at == text || at[-1] == '\n');
}

/* Of init's lines, one may be missing, or lack its name, the fourth word; their order may be another one. */
static void expect_most(const char *name, size_t nth, const char *text, const char *expected)
{
    size_t whole = 0, nameless = 0, lines = count_lines(expected);

    for (const char *at = expected; *at != '\0'; at += strcspn(at, "\n") + 1) {
        char line[1024], words[4][256], without[1100];

        snprintf(line, sizeof(line), "%.*s\n", (int)strcspn(at, "\n"), at);
        if (has_line(text, line)) {
            whole++;
        } else if (sscanf(line, "%255s %255s %255s %*s %255s", words[0], words[1], words[2], words[3]) == 4) {
            snprintf(without, sizeof(without), "%s %s %s * %s\n", words[0], words[1], words[2], words[3]);
            nameless += has_line(text, without);
        }
    }
    ck_assert_msg(whole + 1 >= lines && whole + nameless == count_lines(text),
                  "%s: allocation %zu: printed %s instead of %s", name, nth, text, expected);
}

static bool try_nth(int i, size_t nth, const char *expected)
{
    const char *name = prints[i].name;
    long before = memory_blocks(), left;
    bool failed;
    char *text;
    int rc;

    reports_start(&reports);
    memory_fail(nth);
    rc = print(prints[i].print);
    failed = memory_failed();
    left = memory_blocks() - before;
    text = take_output(prints[i].until);
    ck_assert_msg(left == 0, "%s: allocation %zu: %ld blocks are left", name, nth, left);
    ck_assert_msg(rc >= 0 || (failed && rc == -ENOMEM), "%s: allocation %zu: %s", name, nth, strerror(-rc));
    if (rc >= 0)
        expect_same(name, nth, text, expected);
    else if (opened && (prints[i].print == init || prints[i].print == init_libvirt))
        expect_most(name, nth, text, expected);
    free(text);
    return failed;
}

START_TEST(all_or_nothing)
{
    bool failed = true;
    size_t failures = 0;
    char *expected;

    /* What is made once, at the first time, is not lost. */
    print(prints[_i].print);
    free(take_output(NULL));
    ck_assert_int_ge(print(prints[_i].print), 0);
    expected = take_output(prints[_i].until);
    for (size_t nth = 1; failed; nth++) {
        failed = try_nth(_i, nth, expected);
        failures += failed;
    }
    ck_assert_uint_gt(failures, 10);
    free(expected);
}
END_TEST

static void setup(void)
{
    struct event event = full_site_event(EVENT_ADD, "", "192.0.2.5", "52:54:00:00:00:05", "");

    full_site_setup();
    full_site_index();
    reports_start(&reports);
    /* A name that dnsmasq refused, and one that is another's. */
    strcpy(event.supplied, "refused");
    ck_assert_int_eq(full_site_hook(&event, &reports.sink), 1);
    event = full_site_event(EVENT_ADD, "", "192.0.2.6", "52:54:00:00:00:06", SITE_GUEST);
    ck_assert_int_eq(full_site_hook(&event, &reports.sink), 1);
    output = fopen(own_path("output"), "w+e");
    ck_assert_ptr_nonnull(output);
    setvbuf(output, buffer, _IOFBF, sizeof(buffer));
    setenv(ENV_STATE_DIR, full_site_state(), true);
    setenv("TZ", "UTC", true);
}

int main(void)
{
    TCase *tests = test_case("no_memory_dump");

    clock_gettime(CLOCK_REALTIME, &begin);
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_loop_test(tests, all_or_nothing, 0, sizeof(prints) / sizeof(prints[0]));
    return test_case_run(tests);
}
