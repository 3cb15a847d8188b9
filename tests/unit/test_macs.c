/* libvirt's .macs files as texts: which are guests and their addresses, and which are not. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/json_text.h"
#include "indexer/macs.h"
#include "own_index.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* As libvirt 9.0.0 writes it. */
static const char real[] = "[\n"
                           "  {\n"
                           "    \"domain\": \"web\",\n"
                           "    \"macs\": [\n"
                           "      \"52:54:00:aa:bb:01\",\n"
                           "      \"52:54:00:AA:BB:02\"\n"
                           "    ]\n"
                           "  },\n"
                           "  {\n"
                           "    \"domain\": \"My Guest\",\n"
                           "    \"macs\": [\n"
                           "      \"52:54:00:aa:bb:03\"\n"
                           "    ]\n"
                           "  }\n"
                           "]\n";

/* "GUEST MAC, GUEST MAC, …" as it is parsed. */
static int parse(const char *text, char *list, size_t size)
{
    CLEANUP_JSON struct json_object *json = NULL;
    CLEANUP_ITEMS struct item_list items = {NULL, 0, 0};
    int rc;

    reports_start(&own_reports);
    rc = macs_parse(text, strlen(text), "FILE", &own_reports.sink, &json, &items);
    list[0] = '\0';
    for (size_t i = 0; i < items.count; i++) {
        char mac[HWADDR_TEXT_SIZE];
        size_t len = strlen(list);

        snprintf(list + len, size - len, "%s%.*s %s", i > 0 ? ", " : "", (int)items.at[i].guest.len,
                 (const char *)items.at[i].guest.at, hwaddr_format(&items.at[i].hwaddr, mac));
    }
    return rc;
}

#define GOOD "{\"domain\":\"web\",\"macs\":[\"02:00:00:00:00:01\"]}"

static const struct {
    const char *text;
    int rc;
    const char *list;
} texts[] = {
    {real, 0, "web 52:54:00:aa:bb:01, web 52:54:00:aa:bb:02, My Guest 52:54:00:aa:bb:03"},
    {"", 0, ""},
    {"[\n\n]\n", 0, ""},
    {"[{\"domain\":\"web\",\"macs\":[]}]", 0, ""},
    {"[{\"domain\":\"web\",\"macs\":[\"06-aa:bb\"],\"later\":1}]", 0, "web 06-aa:bb"},
    {"{}", -EBADMSG, ""},
    {"[" GOOD, -EBADMSG, ""},
    {"[" GOOD "]x", -EBADMSG, ""},
    {"[1," GOOD "]", 1, "web 02:00:00:00:00:01"},
    {"[null," GOOD "]", 1, "web 02:00:00:00:00:01"},
    {"[{}," GOOD "]", 1, "web 02:00:00:00:00:01"},
    {"[{\"macs\":[]}," GOOD "]", 1, "web 02:00:00:00:00:01"},
    {"[{\"domain\":\"a\"}," GOOD "]", 1, "web 02:00:00:00:00:01"},
    {"[{\"domain\":1,\"macs\":[]}," GOOD "]", 1, "web 02:00:00:00:00:01"},
    {"[{\"domain\":\"\",\"macs\":[]}," GOOD "]", 1, "web 02:00:00:00:00:01"},
    {"[{\"domain\":\"a/b\",\"macs\":[]}," GOOD "]", 1, "web 02:00:00:00:00:01"},
    {"[{\"domain\":\"a\\nb\",\"macs\":[]}," GOOD "]", 1, "web 02:00:00:00:00:01"},
    {"[{\"domain\":\"a\\u0000b\",\"macs\":[]}," GOOD "]", 1, "web 02:00:00:00:00:01"},
    {"[{\"domain\":\"a\",\"macs\":{}}," GOOD "]", 1, "web 02:00:00:00:00:01"},
    {"[{\"domain\":\"a\",\"macs\":\"02:00:00:00:00:02\"}," GOOD "]", 1, "web 02:00:00:00:00:01"},
    {"[{\"domain\":\"a\",\"macs\":[1,\"x\",\"02:00:00:00:00:02\"]}," GOOD "]", 1,
     "a 02:00:00:00:00:02, web 02:00:00:00:00:01"},
    {"[{\"domain\":\"a\",\"macs\":[\"02:00:00:00:00:02\\u0000x\"]}," GOOD "]", 1, "web 02:00:00:00:00:01"},
};

START_TEST(guests_in_text)
{
    char list[300];

    ck_assert_int_eq(parse(texts[_i].text, list, sizeof(list)), texts[_i].rc);
    ck_assert_str_eq(list, texts[_i].list);
    if (texts[_i].rc == 1)
        reports_expect_one(&own_reports, "FILE: entry 1: not a guest's name with its addresses");
    else
        reports_expect_none(&own_reports);
}
END_TEST

START_TEST(cut)
{
    char text[sizeof(real)], list[300];

    strcpy(text, real);
    for (size_t len = strlen(real) - 2; len > 0; len--) {
        text[len] = '\0';
        ck_assert_int_eq(parse(text, list, sizeof(list)), -EBADMSG);
        ck_assert_str_eq(list, "");
    }
}
END_TEST

static bool knows_guest(struct index *index, const char *guest)
{
    struct key key = key_named(KEY_GUEST, bytes_of(guest));

    return store_has(index->store, &key);
}

/* The file cut short anywhere, in the directory: its guests stay known. */
START_TEST(cut_file)
{
    const struct libvirt_dirs dirs = own_dirs();
    struct index *index = own_index();
    char text[sizeof(real)];

    own_write("virbr0.macs", real);
    ck_assert_int_eq(guests_refresh(index, &dirs), 0);
    reports_expect_none(&own_reports);
    strcpy(text, real);
    for (size_t len = strlen(real) - 2; len > 7; len -= 7) {
        text[len] = '\0';
        own_write("virbr0.macs", text);
        ck_assert_int_eq(guests_refresh(index, &dirs), 0);
        reports_expect_one(&own_reports, "/virbr0.macs: damaged");
        ck_assert(knows_guest(index, "web") && knows_guest(index, "my guest"));
    }
    own_write("virbr0.macs", "");
    ck_assert_int_eq(guests_refresh(index, &dirs), 0);
    reports_expect_none(&own_reports);
    ck_assert(!knows_guest(index, "web") && !knows_guest(index, "my guest"));
    own_index_end(index, 1);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("macs");

    tcase_add_loop_test(tcase, guests_in_text, 0, COUNT(texts));
    tcase_add_test(tcase, cut);
    tcase_add_test(tcase, cut_file);
    return test_case_run(tcase);
}
