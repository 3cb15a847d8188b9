/* Many static entries at once: other programs that change the index wait for 30 seconds at the most. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask_index.h"
#include "indexer/sync_pass.h"
#include "static_fixture.h"
#include "test_case.h"

/* In seconds, as tests may run beside others on a slow machine. Each of these took longer than that when
 * every entry was weighed against all others. */
#define MOST 25

#define ADDRESSES 8
#define NAMES     256
#define LINES     4000

/* A pass, as after_pass(), but without looking at all of the index. */
static void pass(void)
{
    const struct sync_sources sources = {.libvirt = fixture_dirs(), .config = static_fixture_dir()};
    struct index *index = fixture_open();

    ck_assert_int_eq(sync_read(index, &sources), 0);
    ck_assert_int_eq(index_commit(index), 1);
    index_close(index);
    index_use(fixture_state_dir());
}

/* Addresses with all names that one may have, in this order or the other. */
static void write_names(bool reversed)
{
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);

    for (int i = 0; i < ADDRESSES * NAMES; i++)
        fprintf(to, "192.0.2.%d n%d\n", i / NAMES + 1, reversed ? NAMES - 1 - i % NAMES : i % NAMES);
    fclose(to);
    config_file("static", text);
    free(text);
}

START_TEST(names_of_an_address)
{
    write_names(false);
    pass();
    ck_assert(strncmp(HOSTS_OF("192.0.2.3"), "n0 n1 n2 ", 9) == 0);
    write_names(true);
    pass();
    ck_assert(strncmp(HOSTS_OF("192.0.2.3"), "n255 n254 ", 10) == 0);
    config_file("static", "192.0.2.3 n7\n");
    pass();
    ASSERT_IS(HOSTS_OF("192.0.2.3"), "n7");
    ASSERT_IS(HOSTS_OF("192.0.2.4"), "ENOENT");
}
END_TEST

static void write_lines(void)
{
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);

    for (int i = 0; i < LINES; i++)
        fprintf(to, "10.0.%d.%d mac=" MAC_A "\n", i / 250, i % 250 + 1);
    fclose(to);
    config_file("static", text);
    free(text);
}

static void name_guest(const char *name)
{
    char text[128];

    snprintf(text, sizeof(text), "[{\"domain\": \"%s\", \"macs\": [\"" MAC_A "\"]}]", name);
    fixture_network_file("br0.macs", text);
    pass();
    ASSERT_IS(GUESTS_OF("10.0.0.1"), name);
    ASSERT_IS(GUESTS_OF("10.0.15.250"), name);
}

START_TEST(entries_of_a_machine)
{
    write_lines();
    pass();
    name_guest("guest");
    name_guest("other");
    fixture_network_file("br0.macs", "[]");
    pass();
    ASSERT_IS(GUESTS_OF("10.0.0.1"), "ENOENT");
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("static_cost");

    tcase_add_checked_fixture(tcase, static_fixture_setup, NULL);
    tcase_set_timeout(tcase, MOST);
    tcase_add_test(tcase, names_of_an_address);
    tcase_add_test(tcase, entries_of_a_machine);
    return test_case_run(tcase);
}
