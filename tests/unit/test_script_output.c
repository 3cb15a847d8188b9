/* What scripts print, told in lines that are bounded and safe to show. */
#include <stdio.h>
#include <string.h>

#include "hook/script_output.h"
#include "reports.h"
#include "test_case.h"

static struct reports reports;
static struct script_output output;

static void start(void)
{
    reports_start(&reports);
    output = (struct script_output){.report = &reports.sink, .name = "10-log"};
}

static void take(const char *text)
{
    script_output_take(&output, text, strlen(text));
}

START_TEST(lines)
{
    take("one\ntw");
    ck_assert_str_eq(reports.text, "10-log: one\n");
    take("o\n\n\nthr");
    take("ee");
    script_output_end(&output);
    script_output_end(&output);
    ck_assert_str_eq(reports.text, "10-log: one\n10-log: two\n10-log: three\n");
}
END_TEST

START_TEST(escaped)
{
    static const char bytes[] = "\x1b[2J\r\0\xff\\ \xc3\xa4\n";

    script_output_take(&output, bytes, sizeof(bytes) - 1);
    ck_assert_str_eq(reports.text, "10-log: \\x1b[2J\\x0d\\x00\\xff\\\\ \xc3\xa4\n");
}
END_TEST

START_TEST(long_lines)
{
    char text[3 * OUTPUT_LINE], expected[OUTPUT_LINE + 64];

    memset(text, 'x', sizeof(text));
    script_output_take(&output, text, OUTPUT_LINE);
    take("\n");
    snprintf(expected, sizeof(expected), "10-log: %.*s\n", OUTPUT_LINE, text);
    ck_assert_str_eq(reports.text, expected);

    reports_start(&reports);
    script_output_take(&output, text, sizeof(text));
    script_output_take(&output, text, sizeof(text));
    take("\nshort\n");
    snprintf(expected, sizeof(expected), "10-log: %.*s...\n10-log: short\n", OUTPUT_LINE, text);
    ck_assert_str_eq(reports.text, expected);
}
END_TEST

START_TEST(many_lines)
{
    static const char more[] = "10-log: more than 100 lines; the others are left out\n";

    for (int i = 0; i < OUTPUT_LINES; i++)
        take("a\n");
    ck_assert_uint_eq(reports.problems, OUTPUT_LINES);
    take("\n");
    ck_assert_uint_eq(reports.problems, OUTPUT_LINES);
    for (int i = 0; i < 1000; i++)
        take("b\n");
    ck_assert_uint_eq(reports.problems, OUTPUT_LINES + 1);
    ck_assert_str_eq(reports.text + strlen(reports.text) - strlen(more), more);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("script_output");

    tcase_add_checked_fixture(tcase, start, NULL);
    tcase_add_test(tcase, lines);
    tcase_add_test(tcase, escaped);
    tcase_add_test(tcase, long_lines);
    tcase_add_test(tcase, many_lines);
    return test_case_run(tcase);
}
