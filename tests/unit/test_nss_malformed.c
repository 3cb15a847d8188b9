/* Look-ups in records that are damaged, or change under our hands. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "ask_index.h"
#include "nss/fill.h"

static void setup(void)
{
    test_directory();
}

START_TEST(malformed_records)
{
    struct claim claim = claim_of(0, "web", "192.0.2.1");
    uint8_t value[2 * CLAIM_PACKED_MAX];
    struct packer p = {value, value + sizeof(value), false};
    struct key host = host_key("web");
    struct key address = address_key("192.0.2.1");
    size_t whole;

    claim_pack(&p, &claim);
    claim_pack(&p, &claim);
    whole = (size_t)(p.at - value);
    for (size_t len = 0; len < whole; len++) {
        const char *wanted = len == 0 ? "ENOENT" : len == whole / 2 ? "web: 192.0.2.1" : "EBADMSG";

        index_put(host, (struct bytes){value, len});
        index_put(address, (struct bytes){value, len});
        ASSERT_IS(HOST("web", AF_INET), wanted);
        ASSERT_IS(HOSTS_OF("192.0.2.1"), len == whole / 2 ? "web" : wanted);
    }
    value[1] = REFUSAL_LAST + 1;
    index_put(host, (struct bytes){value, whole});
    ASSERT_IS(HOST("web", AF_INET), "EBADMSG");
}
END_TEST

/* All questions to an index with one bit wrong: any answer, but no crash. */
static void ask_everything(const struct view *damaged)
{
    static const char *const names[] = {"web", "web.lan", "six", "Vm"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct name_answer answer;
        struct address_answer names_of;
        struct question question;
        struct gaih_addrtuple *tuples = NULL;
        struct hostent result;
        char buffer[512];
        struct ip ip = {4, {192, 0, 2, (uint8_t)(i + 1)}};

        for (size_t k = 0; k < 2; k++) {
            enum lookup_kind kind = k == 0 ? LOOKUP_HOSTS : LOOKUP_GUESTS;

            question_name(&question, kind, names[i]);
            if (lookup_name(damaged, &question, AF_INET, &answer) == 0)
                fill_addresses(&answer, &result, buffer, sizeof(buffer));
            if (lookup_name(damaged, &question, AF_UNSPEC, &answer) == 0)
                fill_tuples(&answer, &tuples, buffer, sizeof(buffer));
            question_address(&question, kind, &ip);
            if (lookup_address(damaged, &question, &ip, &names_of) == 0)
                fill_names(&names_of, &result, buffer, sizeof(buffer));
            tuples = NULL;
        }
    }
}

static void put_samples(void)
{
    PUT(host_key("web"), claim_of(0, "Web", "192.0.2.1"), claim_of(0, "web", "192.0.2.2"));
    PUT(host_key("web.lan"), claim_of(0, "", "192.0.2.1"));
    PUT(host_key("six"), claim_of(0, "six", "2001:db8::1"));
    PUT(guest_key("vm"), claim_of(CLAIM_GUEST, "VM", "192.0.2.3"));
    PUT(address_key("192.0.2.1"), with_domain(claim_of(0, "web", "192.0.2.1"), "lan"),
        claim_of(CLAIM_GUEST, "VM", "192.0.2.1"));
}

/* With one bit of this table's file wrong after the other. */
static void flip_bits(struct view *view, struct tdb_table *table)
{
    struct tdb_table whole = *table;
    struct meta meta;
    uint8_t *copy = malloc(whole.file.len);

    memcpy(copy, whole.file.at, whole.file.len);
    for (size_t bit = 0; bit < 8 * whole.file.len; bit++) {
        copy[bit / 8] ^= (uint8_t)(1U << bit % 8);
        if (tdb_table_open((struct bytes){copy, whole.file.len}, table, &meta) == 0)
            ask_everything(view);
        copy[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    *table = whole;
    free(copy);
}

START_TEST(every_bit_flip)
{
    struct view view;

    put_samples();
    view = *index_view();
    flip_bits(&view, &view.overlay);
}
END_TEST

START_TEST(every_bit_flip_in_two)
{
    struct view view;

    put_samples();
    index_split();
    PUT(host_key("web"), claim_of(0, "web", "192.0.2.3"));
    index_put(guest_key("vm"), (struct bytes){NULL, 0});
    view = *index_view();
    flip_bits(&view, &view.overlay);
    flip_bits(&view, &view.base);
}
END_TEST

/* An index never changes. If one does between counting and filling, nothing is written out of bounds. */
static void put_pair(void)
{
    PUT(host_key("web"), claim_of(0, "web", "192.0.2.1"), claim_of(0, "web", "192.0.2.2"));
    PUT(address_key("192.0.2.1"), claim_of(0, "web", "192.0.2.1"), claim_of(0, "longer-name", "192.0.2.1"));
}

static _Alignas(16) char buffer[512];

/* Fills a buffer that has just the room an answer asks for, and sees that the byte behind it stays. */
#define FILL(fill, answer, result)                                                                           \
    ({                                                                                                       \
        size_t need_ = 0;                                                                                    \
        int error_;                                                                                          \
        memset(buffer, 0x5a, sizeof(buffer));                                                                \
        while ((error_ = fill(answer, result, buffer, need_)) == -ERANGE)                                    \
            need_++;                                                                                         \
        ck_assert_int_eq(buffer[need_], 0x5a);                                                               \
        error_;                                                                                              \
    })

START_TEST(answers_that_shrink)
{
    struct name_answer answer;
    struct gaih_addrtuple *tuples = NULL;
    struct question question;
    struct hostent result;

    put_pair();
    question_name(&question, LOOKUP_HOSTS, "web");
    ck_assert_int_eq(lookup_name(index_view(), &question, AF_INET, &answer), 0);
    answer.count++;
    ck_assert_int_eq(FILL(fill_addresses, &answer, &result), -EBADMSG);
    ck_assert_int_eq(FILL(fill_tuples, &answer, &tuples), -EBADMSG);
}
END_TEST

START_TEST(answers_that_grow)
{
    struct name_answer answer;
    struct gaih_addrtuple *tuples = NULL;
    struct question question;
    struct hostent result;

    put_pair();
    question_name(&question, LOOKUP_HOSTS, "web");
    ck_assert_int_eq(lookup_name(index_view(), &question, AF_INET, &answer), 0);
    answer.count--;
    ck_assert_int_eq(FILL(fill_addresses, &answer, &result), 0);
    ck_assert_ptr_null(result.h_addr_list[1]);
    ck_assert_int_eq(FILL(fill_tuples, &answer, &tuples), 0);
}
END_TEST

START_TEST(names_that_change)
{
    struct ip ip = {4, {192, 0, 2, 1}};
    struct address_answer answer;
    struct question question;
    struct hostent result;

    put_pair();
    question_address(&question, LOOKUP_HOSTS, &ip);
    ck_assert_int_eq(lookup_address(index_view(), &question, &ip, &answer), 0);
    ck_assert_int_eq(FILL(fill_names, &answer, &result), 0);
    for (size_t missing = 1; missing < answer.text_size; missing++) {
        struct address_answer less = answer;

        less.text_size -= missing;
        ck_assert_int_eq(FILL(fill_names, &less, &result), -EBADMSG);
    }
    answer.count--;
    ck_assert_int_eq(FILL(fill_names, &answer, &result), 0);
    ck_assert_ptr_null(result.h_aliases[0]);
    answer.count += 2;
    ck_assert_int_eq(FILL(fill_names, &answer, &result), -EBADMSG);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nss_malformed");
    TCase *tcase = tcase_create("nss_malformed");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tcase);
    tcase_add_unchecked_fixture(tcase, setup, test_directory_remove);
    tcase_add_checked_fixture(tcase, index_begin, index_end);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, malformed_records);
    tcase_add_test(tcase, every_bit_flip);
    tcase_add_test(tcase, every_bit_flip_in_two);
    tcase_add_test(tcase, answers_that_shrink);
    tcase_add_test(tcase, answers_that_grow);
    tcase_add_test(tcase, names_that_change);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
