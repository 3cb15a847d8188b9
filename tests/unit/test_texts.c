/* Small readers: lists of names, numbers, IAIDs, JSON that somebody else wrote. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "indexer/cleanup.h"
#include "indexer/json_text.h"
#include "indexer/numbers.h"
#include "indexer/text_list.h"
#include "test_case.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

START_TEST(list_of_texts)
{
    CLEANUP_TEXTS struct text_list list = {NULL, 0};

    ck_assert(!text_list_contains(&list, ""));
    ck_assert_int_eq(text_list_add(&list, "virbr0.macs", 6), 0);
    ck_assert_int_eq(text_list_collect(&list, ""), 0);
    ck_assert_uint_eq(list.count, 2);
    ck_assert(text_list_contains(&list, "virbr0"));
    ck_assert(text_list_contains(&list, ""));
    ck_assert(!text_list_contains(&list, "virbr"));
    ck_assert(!text_list_contains(&list, "virbr0."));
    ck_assert(!text_list_contains(&list, "VIRBR0"));
}
END_TEST

START_TEST(directory_list)
{
    static const char *const there[] = {"a.macs",     "b.c.macs", ".macs",  ".d.macs",
                                        "e.macs.new", "macs",     "f.MACS", "g.status"};
    CLEANUP_TEXTS struct text_list list = {NULL, 0};
    DIR *stream = opendir(own_dir());

    for (int i = 0; i < COUNT(there); i++)
        own_write(there[i], "");
    ck_assert_int_eq(text_list_directory(&list, stream, ".macs"), 0);
    ck_assert_uint_eq(list.count, 2);
    ck_assert(text_list_contains(&list, "a"));
    ck_assert(text_list_contains(&list, "b.c"));
    closedir(stream);
}
END_TEST

static const struct {
    const char *text;
    uint64_t max;
    int rc;
    uint64_t number;
} numbers[] = {
    {"0", 10, 0, 0},
    {"7", 10, 0, 7},
    {"10", 10, 0, 10},
    {"11", 10, -ERANGE, 0},
    {"9", 5, -ERANGE, 0},
    {"5", 5, 0, 5},
    {"6", 5, -ERANGE, 0},
    {"1", 0, -ERANGE, 0},
    {"0", 0, 0, 0},
    {"007", 10, 0, 7},
    {"00000000000000000000000000000000000007", 10, 0, 7},
    {"1700000000", SECONDS_MAX, 0, 1700000000},
    {"1700000000 ", SECONDS_MAX, 0, 1700000000},
    {"1700000000   ", SECONDS_MAX, 0, 1700000000},
    {"1099511627775", SECONDS_MAX, 0, SECONDS_MAX},
    {"1099511627776", SECONDS_MAX, -ERANGE, 0},
    {"4294967295", UINT32_MAX, 0, UINT32_MAX},
    {"4294967296", UINT32_MAX, -ERANGE, 0},
    {"42949672950", UINT32_MAX, -ERANGE, 0},
    {"18446744073709551615", UINT64_MAX, 0, UINT64_MAX},
    {"18446744073709551616", UINT64_MAX, -ERANGE, 0},
    {"99999999999999999999999999999999999999", UINT64_MAX, -ERANGE, 0},
    {"99999999999999999999999999999999999999", SECONDS_MAX, -ERANGE, 0},
    {"", 10, -EINVAL, 0},
    {" ", 10, -EINVAL, 0},
    {" 7", 10, -EINVAL, 0},
    {"+7", 10, -EINVAL, 0},
    {"-7", 10, -EINVAL, 0},
    {"-0", 10, -EINVAL, 0},
    {"7a", 10, -EINVAL, 0},
    {"a7", 10, -EINVAL, 0},
    {"0x7", 10, -EINVAL, 0},
    {"7.0", 10, -EINVAL, 0},
    {"7 7", 10, -EINVAL, 0},
    {"7\t", 10, -EINVAL, 0},
    {"7\n", 10, -EINVAL, 0},
    {"1e3", 10000, -EINVAL, 0},
    {"\xd9\xa7", 10, -EINVAL, 0},
};

START_TEST(number)
{
    uint64_t parsed = 4711;

    ck_assert_msg(number_parse(numbers[_i].text, numbers[_i].max, &parsed) == numbers[_i].rc,
                  "\"%s\" gave %lu", numbers[_i].text, (unsigned long)parsed);
    ck_assert_uint_eq(parsed, numbers[_i].rc == 0 ? numbers[_i].number : 4711);
}
END_TEST

static const struct {
    const char *text;
    bool valid;
    bool temporary;
    uint32_t iaid;
} iaids[] = {
    {"0", true, false, 0},
    {"123", true, false, 123},
    {"T123", true, true, 123},
    {"T0", true, true, 0},
    {"T4294967295", true, true, UINT32_MAX},
    {"4294967296", false, false, 0},
    {"T4294967296", false, false, 0},
    {"T", false, false, 0},
    {"", false, false, 0},
    {"t5", false, false, 0},
    {"TT5", false, false, 0},
    {"T 5", false, false, 0},
    {"5T", false, false, 0},
    {"-1", false, false, 0},
};

START_TEST(iaid)
{
    static const struct lease untouched = {.iaid = 9, .host = "x"};
    struct lease lease;
    char text[IAID_TEXT_SIZE] = "z";

    memcpy(&lease, &untouched, sizeof(lease));
    ck_assert_msg(iaid_parse(iaids[_i].text, &lease) == (iaids[_i].valid ? 0 : -EINVAL), "\"%s\"",
                  iaids[_i].text);
    if (!iaids[_i].valid) {
        ck_assert_mem_eq(&lease, &untouched, sizeof(lease));
        ck_assert_str_eq(iaid_format(&lease, text), "");
        return;
    }
    ck_assert(lease.has_iaid);
    ck_assert(lease.temporary == iaids[_i].temporary);
    ck_assert_uint_eq(lease.iaid, iaids[_i].iaid);
    ck_assert_str_eq(iaid_format(&lease, text), iaids[_i].text);
}
END_TEST

static const struct {
    const char *text;
    int count; /* -1: refused */
} arrays[] = {
    {"[]", 0},
    {"[\n\n]\n", 0}, /* libvirt's empty file */
    {"[\n  {\n    \"ip-address\": \"192.168.122.2\"\n  }\n]\n", 1},
    {" \t\r\n[1,2] \t\r\n", 2},
    {"[[[[[]]]]]", 1},
    {"", -1},
    {" ", -1},
    {"{}", -1},
    {"1", -1},
    {"null", -1},
    {"\"[]\"", -1},
    {"[", -1},
    {"]", -1},
    {"[1", -1},
    {"[1,", -1},
    {"[1,]", -1},
    {"[,]", -1},
    {"[1 2]", -1},
    {"[{\"a\" 1}]", -1},
    {"[{\"a\":}]", -1},
    {"[{\"a\":1,}]", -1},
    {"[{a:1}]", -1},
    {"['a']", -1},
    {"[nul]", -1},
    {"[\"\n", -1},
    {"[]]", -1},
    {"[][]", -1},
    {"[] x", -1},
    {"[]\n{}", -1},
    {"[] /* comment */", -1},
    {"[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]", -1}, /* deeper than any file of libvirt's */
};

START_TEST(json_array)
{
    size_t len = strlen(arrays[_i].text);
    /* Of its exact size: a sanitizer sees what is read behind it. */
    CLEANUP_FREE char *exact = malloc(len);
    CLEANUP_JSON struct json_object *array = NULL;
    int rc;

    memcpy(exact, arrays[_i].text, len);
    rc = json_parse_array(exact, len, &array);

    ck_assert_msg(rc == (arrays[_i].count >= 0 ? 0 : -EBADMSG), "\"%s\"", arrays[_i].text);
    ck_assert((array != NULL) == (rc == 0));
    if (array != NULL)
        ck_assert_int_eq((int)json_object_array_length(array), arrays[_i].count);
}
END_TEST

START_TEST(json_nul)
{
    struct json_object *array;

    ck_assert_int_eq(json_parse_array("[]\0", 3, &array), -EBADMSG);
    ck_assert_int_eq(json_parse_array("[\0]", 3, &array), -EBADMSG);
    ck_assert_int_eq(json_parse_array("[]\0[]", 5, &array), -EBADMSG);
}
END_TEST

START_TEST(json_member)
{
    static const char text[] =
        "[{\"a\": \"x\", \"e\": \"\", \"n\": 1, \"z\": null, \"l\": [], \"o\": {}, \"b\": true, "
        "\"nul\": \"x\\u0000y\"}]";
    static const char *const wrong[] = {"n", "z", "l", "o", "b", "nul"};
    CLEANUP_JSON struct json_object *array = NULL;
    struct json_object *object;
    bool bad = false;

    ck_assert_int_eq(json_parse_array(text, strlen(text), &array), 0);
    object = json_object_array_get_idx(array, 0);
    ck_assert_str_eq(json_member_text(object, "a", &bad), "x");
    ck_assert_str_eq(json_member_text(object, "e", &bad), "");
    ck_assert_ptr_null(json_member_text(object, "missing", &bad));
    ck_assert(!bad);
    for (int i = 0; i < COUNT(wrong); i++) {
        bad = false;
        ck_assert_ptr_null(json_member_text(object, wrong[i], &bad));
        ck_assert_msg(bad, "%s", wrong[i]);
    }
    ck_assert_str_eq(json_member_text(object, "a", &bad), "x");
    ck_assert(bad); /* stays */
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("texts");

    tcase_add_test(tcase, list_of_texts);
    tcase_add_test(tcase, directory_list);
    tcase_add_loop_test(tcase, number, 0, COUNT(numbers));
    tcase_add_loop_test(tcase, iaid, 0, COUNT(iaids));
    tcase_add_loop_test(tcase, json_array, 0, COUNT(arrays));
    tcase_add_test(tcase, json_nul);
    tcase_add_test(tcase, json_member);
    return test_case_run(tcase);
}
