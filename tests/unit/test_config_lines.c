/* The administrator's own files as texts: lines, words, comments, and the places of what is wrong. */
#include <stdio.h>
#include <string.h>

#include "indexer/config_lines.h"
#include "reports.h"
#include "test_case.h"

static struct reports reports;

/* All words: "LINE:COLUMN=WORD " each, and "LINE:COLUMN. " where a line ends. */
static void walk(struct bytes text, char *list, size_t size)
{
    struct config_lines lines = config_lines_of("FILE", text, &reports.sink);
    struct config_word word;
    int len = 0;

    list[0] = '\0';
    while (config_next_line(&lines)) {
        while (config_next_word(&lines, &word))
            len += snprintf(list + len, size - (size_t)len, "%zu:%zu=%.*s ", lines.number, word.column,
                            (int)word.text.len, (const char *)word.text.at);
        len += snprintf(list + len, size - (size_t)len, "%zu:%zu. ", lines.number, word.column);
    }
}

static const struct {
    const char *text;
    const char *words;
} texts[] = {
    {"", ""},
    {"\n\n  \n\t\n", ""},
    {"one", "1:1=one 1:4. "},
    {"one\n", "1:1=one 1:4. "},
    {"one two\nthree\n", "1:1=one 1:5=two 1:8. 2:1=three 2:6. "},
    {"  one \t two  \n", "1:3=one 1:9=two 1:12. "},
    /* comments */
    {"# one\none # two\n#\n", "2:1=one 2:4. "},
    {"one#two #three four\nfive", "1:1=one#two 1:8. 2:1=five 2:5. "},
    /* lines of other systems; a CR elsewhere is part of its word */
    {"one two\r\n\r\nthree\r\n", "1:1=one 1:5=two 1:8. 3:1=three 3:6. "},
    {"one\r", "1:1=one 1:4. "},
    {"o\rne\r\r\n", "1:1=o\rne\r 1:6. "},
    {"\r\n# \r\n", ""},
    /* not ASCII: columns are bytes */
    {"\303\274 b\n", "1:1=\303\274 1:4=b 1:5. "},
    {".\n\n\n\n. x", "1:1=. 1:2. 5:1=. 5:3=x 5:4. "},
};

START_TEST(words)
{
    char list[256];

    walk(bytes_of(texts[_i].text), list, sizeof(list));
    ck_assert_str_eq(list, texts[_i].words);
}
END_TEST

/* The text ends where it says, not where a NUL stands, and the byte behind it is not looked at. */
START_TEST(bounds)
{
    static const uint8_t text[] = {'a', '\0', 'b', ' ', 'c', 'd'};
    struct config_lines lines = config_lines_of("FILE", (struct bytes){text, 5}, &reports.sink);
    struct config_word word;
    char copy[4];

    ck_assert(config_next_line(&lines));
    ck_assert(config_next_word(&lines, &word));
    ck_assert_uint_eq(word.text.len, 3);
    ck_assert(!config_word_copy(&word, copy, 3));
    ck_assert(config_next_word(&lines, &word));
    ck_assert_uint_eq(word.text.len, 1);
    ck_assert(config_word_copy(&word, copy, 1));
    ck_assert_str_eq(copy, "c");
    ck_assert(!config_next_word(&lines, &word));
    ck_assert(!config_next_line(&lines));
    lines = config_lines_of("FILE", (struct bytes){NULL, 0}, &reports.sink);
    ck_assert(!config_next_line(&lines));
}
END_TEST

START_TEST(copies_no_more_than_fits)
{
    struct config_word word = {bytes_of("four"), 1};
    char copy[5];

    ck_assert(!config_word_copy(&word, copy, 3));
    ck_assert(config_word_copy(&word, copy, 4));
    ck_assert_str_eq(copy, "four");
}
END_TEST

START_TEST(tells_places)
{
    struct config_lines lines = config_lines_of("/etc/x", bytes_of("a\n\n b  bad\nc\n"), &reports.sink);
    struct config_word word;

    reports_start(&reports);
    while (config_next_line(&lines)) {
        while (config_next_word(&lines, &word)) {
            if (word.text.len == 3)
                config_bad(&lines, &word, "no good");
        }
    }
    config_lines_finish(&lines);
    ck_assert_uint_eq(lines.bad, 1);
    reports_expect_one(&reports, "/etc/x:3:5: no good");
}
END_TEST

/* A line may be left where it went wrong; of very many only some are told, unless all are wanted. */
static void walk_bad_lines(size_t count)
{
    static const char text[] = "a b\na b\na b\na b\na b\na b\na b\n";
    struct config_lines lines =
        config_lines_of("FILE", (struct bytes){(const uint8_t *)text, count * 4}, &reports.sink);
    struct config_word word;

    while (config_next_line(&lines)) {
        ck_assert(config_next_word(&lines, &word));
        ck_assert_uint_eq(word.text.at[0], 'a');
        config_bad(&lines, &word, "why");
    }
    config_lines_finish(&lines);
    ck_assert_uint_eq(lines.bad, count);
}

START_TEST(many_bad_lines)
{
    reports_start(&reports);
    walk_bad_lines(7);
    ck_assert_uint_eq(reports.problems, 6);
    ck_assert_ptr_nonnull(strstr(reports.text, "FILE: 2 more bad lines: "));
    reports_start(&reports);
    walk_bad_lines(6);
    ck_assert_ptr_nonnull(strstr(reports.text, "FILE: 1 more bad line: "));
    reports_start(&reports);
    reports.sink.thorough = true;
    walk_bad_lines(7);
    ck_assert_uint_eq(reports.problems, 7);
    ck_assert_ptr_nonnull(strstr(reports.text, "FILE:7:1: why"));
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("config_lines");

    tcase_add_loop_test(tcase, words, 0, sizeof(texts) / sizeof(texts[0]));
    tcase_add_test(tcase, bounds);
    tcase_add_test(tcase, copies_no_more_than_fits);
    tcase_add_test(tcase, tells_places);
    tcase_add_test(tcase, many_bad_lines);
    return test_case_run(tcase);
}
