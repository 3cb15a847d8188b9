/* What a tool changed, when there is no memory to keep it in until it may be told: all of it is told, or that
 * it is not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "failing_memory.h"
#include "indexer/tool.h"
#include "test_case.h"

/* More than a stream begins with. */
#define LINES 500

static struct tool tool;
static char problems[BUFSIZ];
static bool memory_was_short;

static size_t count_lines(const char *path)
{
    FILE *file = fopen(path, "re");
    size_t count = 0;

    ck_assert_ptr_nonnull(file);
    for (int c; (c = fgetc(file)) != EOF;)
        count += c == '\n';
    fclose(file);
    return count;
}

/* Makes changes, of which the nth allocation fails: how many of them are told. */
static size_t told(size_t nth)
{
    const struct report report = tool_report(&tool);
    static char buffer[BUFSIZ];
    long before;

    ck_assert_ptr_nonnull(freopen(own_path("told"), "we", stdout));
    setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
    tool.failed = false;
    before = memory_blocks();
    memory_fail(nth);
    tool_keep_changes(&tool);
    for (int i = 0; i < LINES; i++)
        report_change(&report, "lab: lease 192.0.2.%d added: machine-%d", i % 256, i);
    tool_tell_changes(&tool);
    memory_was_short = memory_failed();
    ck_assert_msg(memory_blocks() == before, "allocation %zu: %ld blocks are left", nth,
                  memory_blocks() - before);
    return count_lines(own_path("told"));
}

START_TEST(all_or_that_it_is_not)
{
    size_t failures = 0;

    tool = (struct tool){.name = "tool", .verbose = true};
    ck_assert_ptr_nonnull(freopen("/dev/null", "we", stderr));
    setvbuf(stderr, problems, _IOFBF, sizeof(problems));
    ck_assert_uint_eq(told(0), LINES);
    memory_was_short = true;
    for (size_t nth = 1; memory_was_short; nth++) {
        size_t lines = told(nth);
        bool was_short = memory_was_short;

        ck_assert_msg((lines < LINES) == tool.failed, "allocation %zu: %zu lines, %s", nth, lines,
                      tool.failed ? "and said so" : "and not a word");
        failures += was_short;
        /* The next time is as if nothing had been. */
        ck_assert_uint_eq(told(0), LINES);
        memory_was_short = was_short;
    }
    ck_assert_uint_gt(failures, 3);
}
END_TEST

START_TEST(not_verbose)
{
    tool = (struct tool){.name = "tool"};
    ck_assert_uint_eq(told(0), 0);
}
END_TEST

int main(void)
{
    TCase *tests = test_case("no_memory_told");

    tcase_add_test(tests, all_or_that_it_is_not);
    tcase_add_test(tests, not_verbose);
    return test_case_run(tests);
}
