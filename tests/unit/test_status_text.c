/*
 * The hook's own text of a .status file, cut and appended to as a text.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/status_text.h"
#include "test_case.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

#define ENTRY(ip, more) "\n  {\n    \"ip-address\": \"" ip "\"" more "\n  }"
#define FIRST           ENTRY("192.0.2.1", ",\n    \"hostname\": \"web\"")
#define SECOND          "\n  {\n    \"iaid\": \"7\",\n    \"ip-address\": \"2001:db8::1\"\n  }"
#define THIRD           ENTRY("192.0.2.10", "")

/* What looks like an entry's lines, but stands in a string or deeper. */
#define NESTED                                                                                               \
    "\n  {\n    \"hostname\": \"\\n  }\\n    \\\"ip-address\\\": \\\"192.0.2.1\\\",\",\n"                    \
    "    \"ip-address\": \"192.0.2.3\",\n    \"later\": [\n      {\n        \"ip-address\": \"192.0.2.1\"\n" \
    "      }\n    ]\n  }"

static struct status_text text_of(const char *from)
{
    struct status_text text = {strdup(from), strlen(from)};

    ck_assert_ptr_nonnull(text.at);
    return text;
}

static int cut(struct status_text *text, const char *address)
{
    struct ip ip;

    ck_assert_int_eq(ip_parse(address, &ip), 0);
    return status_text_cut(text, &ip);
}

static void ck_text(const struct status_text *text, const char *expected)
{
    ck_assert_str_eq(text->at, expected);
    ck_assert_uint_eq(text->len, strlen(expected));
}

static const struct {
    const char *before, *ip, *after;
} cuts[] = {
    {"[\n\n]\n", "192.0.2.1", "[\n\n]\n"},
    {"[" FIRST "\n]\n", "192.0.2.1", "[\n\n]\n"},
    {"[" FIRST "\n]\n", "192.0.2.10", "[" FIRST "\n]\n"},
    {"[" THIRD "\n]\n", "192.0.2.1", "[" THIRD "\n]\n"},
    {"[" FIRST "," SECOND "," THIRD "\n]\n", "192.0.2.1", "[" SECOND "," THIRD "\n]\n"},
    {"[" FIRST "," SECOND "," THIRD "\n]\n", "2001:db8::1", "[" FIRST "," THIRD "\n]\n"},
    {"[" FIRST "," SECOND "," THIRD "\n]\n", "192.0.2.10", "[" FIRST "," SECOND "\n]\n"},
    {"[" FIRST "," SECOND "," THIRD "\n]\n", "2001:db8::", "[" FIRST "," SECOND "," THIRD "\n]\n"},
    {"[" FIRST "," FIRST "," THIRD "," FIRST "\n]\n", "192.0.2.1", "[" THIRD "\n]\n"},
    {"[" THIRD "," FIRST "," FIRST "," SECOND "\n]\n", "192.0.2.1", "[" THIRD "," SECOND "\n]\n"},
    {"[" FIRST "," FIRST "\n]\n", "192.0.2.1", "[\n\n]\n"},
    {"[" NESTED "," FIRST "," NESTED "\n]\n", "192.0.2.1", "[" NESTED "," NESTED "\n]\n"},
    {"[" FIRST "," NESTED "," FIRST "\n]\n", "192.0.2.3", "[" FIRST "," FIRST "\n]\n"},
};

START_TEST(cut_out)
{
    struct status_text text = text_of(cuts[_i].before);

    ck_assert_int_eq(cut(&text, cuts[_i].ip), 0);
    ck_text(&text, cuts[_i].after);
    free(text.at);
}
END_TEST

static const struct {
    const char *before, *after;
} appends[] = {
    {"[\n\n]\n", "[" THIRD "\n]\n"},
    {"[" FIRST "\n]\n", "[" FIRST "," THIRD "\n]\n"},
    {"[" FIRST "," SECOND "\n]\n", "[" FIRST "," SECOND "," THIRD "\n]\n"},
};

START_TEST(appended)
{
    struct status_text text = text_of(appends[_i].before), one = text_of("[" THIRD "\n]\n");

    ck_assert_int_eq(status_text_append(&text, &one), 0);
    ck_text(&text, appends[_i].after);
    free(text.at);
    free(one.at);
}
END_TEST

static const char *const foreign[] = {
    "",
    "\n",
    "[]",
    "[]\n",
    "[\n]\n",
    "[\n\n]\n\n",
    "{\n}\n",
    "[" FIRST "]\n",
    "[" FIRST "\n]",
    "[" FIRST "\n]\n\n",
    "[" FIRST ",\n]\n",
    " [" FIRST "\n]\n",
    "[ " FIRST "\n]\n",
    "[{\n    \"ip-address\": \"192.0.2.1\"\n  }\n]\n",
    "[" FIRST FIRST "\n]\n",
    "[" FIRST ", " FIRST "\n]\n",
    "[" THIRD ", " FIRST "\n]\n",
    "[" THIRD ",\n  7," FIRST "\n]\n",
    "[" FIRST ",\n  7," FIRST "\n]\n",
    "[" THIRD "," FIRST "\n]\n]\n" THIRD "\n]\n",
    "[" THIRD ",\n  [\n    \"ip-address\": \"192.0.2.1\"\n  ]," THIRD "\n]\n",
    "[" THIRD ",\n  {\n    \"ip-address\": \"192.0.2.1\"\n   }," THIRD "\n]\n",
    "[" THIRD ",\n  {\n  \"hostname\": \"web\",\n    \"ip-address\": \"192.0.2.1\"\n  }," THIRD "\n]\n",
    "[" THIRD ",\n  {\n    \"ip-address\": \"192.0.2.1\",\n\"hostname\": \"web\"\n  }," THIRD "\n]\n",
};

START_TEST(foreign_text_is_left_alone)
{
    struct status_text text = text_of(foreign[_i]);

    ck_assert_int_eq(cut(&text, "192.0.2.1"), -EBADMSG);
    ck_text(&text, foreign[_i]);
    free(text.at);
}
END_TEST

/* What was found before it is gone, and the rest is a text that can be parsed. */
START_TEST(foreign_behind_the_first)
{
#define ODD "\n  {\n    \"ip-address\": \"192.0.2.1\"\n   }"
    struct status_text text = text_of("[" FIRST "," SECOND "," FIRST "," ODD "," FIRST "\n]\n");

    ck_assert_int_eq(cut(&text, "192.0.2.1"), -EBADMSG);
    ck_text(&text, "[" SECOND "," ODD "," FIRST "\n]\n");
    free(text.at);
}
END_TEST

START_TEST(cut_short)
{
    static const char whole[] = "[" FIRST "," NESTED "," FIRST "\n]\n";

    for (size_t len = 0; len < strlen(whole); len++) {
        struct status_text text = {strndup(whole, len), len};

        ck_assert_ptr_nonnull(text.at);
        ck_assert_int_eq(cut(&text, "192.0.2.1"), -EBADMSG);
        ck_assert_uint_eq(text.len, len);
        ck_assert_mem_eq(text.at, whole, len);
        free(text.at);
    }
}
END_TEST

/* Any byte of it may be wrong: nothing grows, and what is taken out are whole entries. */
START_TEST(one_wrong_byte)
{
    static const char whole[] = "[" FIRST "," NESTED "," FIRST "\n]\n", bytes[] = "\n {}[],\"x";

    for (size_t i = 0; i < strlen(whole) * strlen(bytes); i++) {
        struct status_text text = text_of(whole);
        int rc;

        text.at[i / strlen(bytes)] = bytes[i % strlen(bytes)];
        rc = cut(&text, "192.0.2.1");
        ck_assert(rc == 0 || rc == -EBADMSG);
        ck_assert_uint_eq(strlen(text.at), text.len);
        ck_assert_uint_le(text.len, strlen(whole));
        ck_assert_uint_ge(text.len, strlen("[" NESTED "\n]\n"));
        free(text.at);
    }
}
END_TEST

int main(void)
{
    TCase *tests = test_case("status_text");

    tcase_add_loop_test(tests, cut_out, 0, COUNT(cuts));
    tcase_add_loop_test(tests, appended, 0, COUNT(appends));
    tcase_add_loop_test(tests, foreign_text_is_left_alone, 0, COUNT(foreign));
    tcase_add_test(tests, foreign_behind_the_first);
    tcase_add_test(tests, cut_short);
    tcase_add_test(tests, one_wrong_byte);
    return test_case_run(tests);
}
