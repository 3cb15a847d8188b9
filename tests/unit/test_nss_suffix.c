/* Look-ups of names with a suffix: which networks' claims answer, and which name they are answered with. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "ask_index.h"
#include "schema/network.h"

static void setup(void)
{
    test_directory();
}

/* A record that lists networks, up to NULL, under a suffix. */
static void put_suffix(const char *suffix, const char *const *networks)
{
    uint8_t packed[512];
    struct packer p = {packed, packed + sizeof(packed), false};

    for (; *networks != NULL; networks++)
        pack_short(&p, bytes_of(*networks));
    ck_assert(!p.full);
    index_put(key_named(KEY_SUFFIX, bytes_of(suffix)), (struct bytes){packed, (size_t)(p.at - packed)});
}

#define SUFFIX(suffix, ...) put_suffix(suffix, (const char *const[]){__VA_ARGS__, NULL})

/* A network's record, with one suffix that it was given, and its domain. */
static void put_network(const char *name, const char *suffix, const char *domain)
{
    struct network network = {.suffix_count = suffix[0] != '\0'};
    uint8_t packed[NETWORK_PACKED_MAX];
    struct packer p = {packed, packed + sizeof(packed), false};

    strcpy(network.suffixes[0], suffix);
    strcpy(network.domain, domain);
    network_pack(&p, &network);
    ck_assert(!p.full);
    index_put(key_named(KEY_NETWORK, bytes_of(name)), (struct bytes){packed, (size_t)(p.at - packed)});
}

static struct claim in_lab(uint8_t flags, const char *label, const char *ip)
{
    return in_network(claim_of(flags, label, ip), "lab");
}

static struct claim in_prod(uint8_t flags, const char *label, const char *ip)
{
    return in_network(claim_of(flags, label, ip), "prod");
}

/* Two networks; `lab` has a suffix and a domain, `prod` and `both` only their names, as the index has them.
 */
static void put_networks(void)
{
    put_network("lab", "lab.example", "lab.internal");
    put_network("prod", "", "");
    SUFFIX("lab", "lab");
    SUFFIX("prod", "prod");
    SUFFIX("lab.example", "lab");
    SUFFIX("lab.internal", "lab");
    SUFFIX("all.example", "prod", "lab");
    SUFFIX("", "lab");
}

START_TEST(host_names)
{
    put_networks();
    PUT(host_key("web"), in_lab(0, "Web", "192.0.2.1"), in_prod(0, "web", "192.0.2.2"));
    PUT(host_key("db"), in_prod(0, "db", "192.0.2.3"));
    /* The network of the first answer gives the name. */
    ASSERT_IS(HOST("web", AF_INET), "Web.lab.example: 192.0.2.1 192.0.2.2");
    ASSERT_IS(HOST("web.lab.example", AF_INET), "Web.lab.example: 192.0.2.1");
    ASSERT_IS(HOST("web.lab.internal", AF_INET), "Web.lab.example: 192.0.2.1");
    ASSERT_IS(HOST("web.lab", AF_INET), "Web.lab.example: 192.0.2.1");
    ASSERT_IS(HOST("WEB.LaB.eXample.", AF_UNSPEC), "Web.lab.example: 192.0.2.1");
    ASSERT_IS(HOST("web.prod", AF_INET), "web: 192.0.2.2");
    ASSERT_IS(HOST("web.all.example", AF_INET), "Web.lab.example: 192.0.2.1 192.0.2.2");
    ASSERT_IS(HOST("db.all.example", AF_INET), "db: 192.0.2.3");
    ASSERT_IS(HOST("db", AF_INET), "db: 192.0.2.3");
}
END_TEST

START_TEST(not_known_there)
{
    put_networks();
    PUT(host_key("web"), in_lab(0, "web", "192.0.2.1"), in_lab(CLAIM_PRESENCE, "web", NULL));
    PUT(host_key("db"), in_prod(0, "db", "192.0.2.3"));
    PUT(host_key("old"), expiring(in_lab(0, "old", "192.0.2.4"), -1));
    PUT(host_key("vm"), in_lab(CLAIM_GUEST, "vm", "192.0.2.5"));
    ASSERT_IS(HOST("db.lab.example", AF_INET), "ENOENT");
    ASSERT_IS(HOST("db.lab.example", AF_INET6), "ENOENT");
    ASSERT_IS(HOST("none.lab.example", AF_UNSPEC), "ENOENT");
    ASSERT_IS(HOST("old.lab.example", AF_INET), "ENOENT");
    ASSERT_IS(HOST("vm.lab.example", AF_INET), "ENOENT");
    ASSERT_IS(HOST("lab.example", AF_INET), "ENOENT");
    ASSERT_IS(HOST("web.example", AF_INET), "ENOENT");
    ASSERT_IS(HOST("www.web.lab.example", AF_INET), "ENOENT");
    ASSERT_IS(HOST("web.lab.example..", AF_INET), "ENOENT");
    ASSERT_IS(HOST("web..lab.example", AF_INET), "ENOENT");
    ASSERT_IS(HOST(".lab.example", AF_INET), "ENOENT");
    /* Known, in the other family. */
    ASSERT_IS(HOST("web.lab.example", AF_INET6), "ENODATA");
    /* The networks with a suffix are no suffix themselves. */
    ASSERT_IS(HOST("web.", AF_INET), "web.lab.example: 192.0.2.1");
    ASSERT_IS(GUEST("web.", AF_INET), "ENOENT");
}
END_TEST

START_TEST(withheld_stays_withheld)
{
    struct claim withheld = in_lab(CLAIM_WITHHELD, "web", "192.0.2.1");

    withheld.reason = REFUSAL_GUEST_NAME;
    put_networks();
    PUT(host_key("web"), withheld, in_prod(0, "web", "192.0.2.2"));
    PUT(address_key("192.0.2.1"), withheld);
    ASSERT_IS(HOST("web", AF_INET), "web: 192.0.2.2");
    ASSERT_IS(HOST("web.lab.example", AF_INET), "ENOENT");
    ASSERT_IS(HOST("web.lab", AF_INET), "ENOENT");
    ASSERT_IS(HOST("web.all.example", AF_INET), "web: 192.0.2.2");
    ASSERT_IS(HOSTS_OF("192.0.2.1"), "ENOENT");
}
END_TEST

/* A lease's own domain, which is a record of its own: it answers where no suffix does. */
START_TEST(own_domain)
{
    put_networks();
    PUT(host_key("web"), in_prod(0, "web", "192.0.2.2"));
    PUT(host_key("web.home"), in_prod(0, "Web.Home", "192.0.2.2"));
    PUT(host_key("web.lab.example"), in_prod(0, "", "192.0.2.3"));
    PUT(host_key("app.lab.example"), in_prod(0, "", "192.0.2.4"));
    PUT(host_key("app"), in_lab(0, "app", "192.0.2.5"));
    PUT(host_key("six.lab.example"), in_prod(0, "", "192.0.2.6"));
    PUT(host_key("six"), in_lab(0, "six", "2001:db8::1"));
    PUT(host_key("lap.home"), in_lab(0, "Lap.home", "192.0.2.7"));
    ASSERT_IS(HOST("web.home", AF_INET), "Web.Home: 192.0.2.2");
    ASSERT_IS(HOST("web.lab.example", AF_INET), "web.lab.example: 192.0.2.3");
    ASSERT_IS(HOST("app.lab.example", AF_INET), "app.lab.example: 192.0.2.5");
    /* One machine answers, whatever is asked for. */
    ASSERT_IS(HOST("six.lab.example", AF_UNSPEC), "six.lab.example: 2001:db8::1");
    ASSERT_IS(HOST("six.lab.example", AF_INET), "ENODATA");
    ASSERT_IS(HOST("lap.home", AF_INET), "Lap.lab.example: 192.0.2.7");
    /* A name of a host has one label before its suffix. */
    ASSERT_IS(HOST("lap.home.lab", AF_INET), "ENOENT");
}
END_TEST

START_TEST(guests)
{
    put_networks();
    PUT(guest_key("web"), in_lab(CLAIM_GUEST, "Web", "192.0.2.1"), in_prod(CLAIM_GUEST, "web", "192.0.2.2"));
    ASSERT_IS(GUEST("web.lab.example", AF_INET), "Web.lab.example: 192.0.2.1");
    /* In that network, this is how it is spelled nearest; in all of them, there is one of exactly that name.
     */
    ASSERT_IS(GUEST("Web.lab", AF_INET), "Web.lab.example: 192.0.2.1");
    ASSERT_IS(GUEST("web", AF_INET), "web: 192.0.2.2");
    ASSERT_IS(GUEST("web.all.example", AF_INET), "web: 192.0.2.2");
    ASSERT_IS(GUEST("WEB.all.example", AF_INET), "Web.lab.example: 192.0.2.1 192.0.2.2");
    ASSERT_IS(GUEST("web.lab.example", AF_INET6), "ENODATA");
    ASSERT_IS(GUEST("none.lab.example", AF_INET), "ENOENT");
    ASSERT_IS(HOST("web.lab.example", AF_INET), "ENOENT");
}
END_TEST

/* Exact spelling counts among the guests that are asked for, not among all. */
START_TEST(guests_in_other_case)
{
    put_networks();
    PUT(guest_key("vm"), in_prod(CLAIM_GUEST, "vm", "192.0.2.2"), in_lab(CLAIM_GUEST, "VM", "192.0.2.1"));
    ASSERT_IS(GUEST("vm.lab", AF_INET), "VM.lab.example: 192.0.2.1");
    ASSERT_IS(GUEST("VM.prod", AF_INET), "vm: 192.0.2.2");
}
END_TEST

START_TEST(guests_with_dots)
{
    put_networks();
    SUFFIX("b.lab", "prod");
    PUT(guest_key("db1.example.com"), in_lab(CLAIM_GUEST, "db1.example.com", "192.0.2.1"));
    PUT(guest_key("a.b"), in_lab(CLAIM_GUEST, "a.b", "192.0.2.2"));
    PUT(guest_key("c"), in_prod(CLAIM_GUEST, "c", "192.0.2.3"));
    PUT(guest_key("c.b"), in_lab(CLAIM_GUEST, "c.b", "192.0.2.4"));
    PUT(guest_key("d.lab"), in_prod(CLAIM_GUEST, "d.lab", "192.0.2.5"));
    PUT(guest_key("d"), in_lab(CLAIM_GUEST, "d", "192.0.2.6"));
    PUT(guest_key("e.lab"), in_prod(CLAIM_GUEST, "e.lab", "2001:db8::1"));
    PUT(guest_key("e"), in_lab(CLAIM_GUEST, "e", "192.0.2.7"));
    ASSERT_IS(GUEST("db1.example.com", AF_INET), "db1.example.com.lab.example: 192.0.2.1");
    ASSERT_IS(GUEST("db1.example.com.lab", AF_INET), "db1.example.com.lab.example: 192.0.2.1");
    ASSERT_IS(GUEST("db1.example.com.lab.example", AF_INET), "db1.example.com.lab.example: 192.0.2.1");
    ASSERT_IS(GUEST("db1.example.com.prod", AF_INET), "ENOENT");
    ASSERT_IS(GUEST("db1.lab", AF_INET), "ENOENT");
    /* The longest suffix, if the name is known there. */
    ASSERT_IS(GUEST("c.b.lab", AF_INET), "c: 192.0.2.3");
    ASSERT_IS(GUEST("a.b.lab", AF_INET), "a.b.lab.example: 192.0.2.2");
    /* A name that is all of it comes first, also in the other family. */
    ASSERT_IS(GUEST("d.lab", AF_INET), "d.lab: 192.0.2.5");
    ASSERT_IS(GUEST("e.lab", AF_INET), "ENODATA");
    ASSERT_IS(GUEST("....", AF_INET), "ENOENT");
    ASSERT_IS(GUEST("a.b..lab", AF_INET), "ENOENT");
}
END_TEST

START_TEST(no_suffix_at_all)
{
    put_network("lab", "lab.example", "");
    SUFFIX("lab.example", "lab");
    PUT(host_key("web"), in_lab(0, "web", "192.0.2.1"));
    /* Without the record of networks that have any, none is looked for. */
    ASSERT_IS(HOST("web", AF_INET), "web: 192.0.2.1");
    SUFFIX("", "lab");
    ASSERT_IS(HOST("web", AF_INET), "web.lab.example: 192.0.2.1");
}
END_TEST

/* A name is not made longer than a name may be, nor by what is no domain. */
START_TEST(unfit_suffixes)
{
    char suffix[DOMAIN_MAX + 1], wanted[400];

    memset(suffix, 'x', sizeof(suffix) - 1);
    suffix[sizeof(suffix) - 1] = '\0';
    for (size_t i = 50; i < DOMAIN_MAX - 1; i += 51)
        suffix[i] = '.';
    suffix[DOMAIN_MAX - 4] = '\0';
    put_network("lab", suffix, "");
    put_network("prod", "-bad", "");
    SUFFIX("", "lab", "prod");
    SUFFIX("prod", "prod");
    PUT(host_key("web"), in_lab(0, "web", "192.0.2.1"));
    PUT(host_key("four"), in_lab(0, "four", "192.0.2.2"));
    PUT(host_key("bad"), in_prod(0, "bad", "192.0.2.3"));
    PUT(address_key("192.0.2.3"), in_prod(0, "bad", "192.0.2.3"));
    snprintf(wanted, sizeof(wanted), "web.%s: 192.0.2.1", suffix);
    ck_assert_uint_eq(strlen(wanted), DOMAIN_MAX + strlen(": 192.0.2.1"));
    ASSERT_IS(HOST("web", AF_INET), wanted);
    ASSERT_IS(HOST("four", AF_INET), "four: 192.0.2.2");
    ASSERT_IS(HOST("bad.prod", AF_INET), "bad: 192.0.2.3");
    ASSERT_IS(HOSTS_OF("192.0.2.3"), "bad");
}
END_TEST

START_TEST(reverse)
{
    put_networks();
    PUT(address_key("192.0.2.1"), in_lab(0, "Web", "192.0.2.1"), in_lab(CLAIM_GUEST, "db.1", "192.0.2.1"));
    PUT(address_key("192.0.2.2"), with_domain(in_lab(0, "own", "192.0.2.2"), "home"),
        with_domain(in_lab(0, "same", "192.0.2.2"), "LAB.example"));
    PUT(address_key("192.0.2.3"), in_lab(0, "web", "192.0.2.3"), in_prod(0, "web", "192.0.2.3"));
    PUT(address_key("192.0.2.4"), in_prod(0, "web", "192.0.2.4"), in_lab(0, "web", "192.0.2.4"));
    PUT(address_key("192.0.2.5"), with_domain(in_prod(0, "own", "192.0.2.5"), "home"));
    ASSERT_IS(HOSTS_OF("192.0.2.1"), "Web.lab.example Web");
    ASSERT_IS(GUESTS_OF("192.0.2.1"), "db.1.lab.example db.1");
    ASSERT_IS(HOSTS_OF("192.0.2.2"), "own.lab.example own.home own same.lab.example same");
    ASSERT_IS(HOSTS_OF("192.0.2.3"), "web.lab.example web");
    ASSERT_IS(HOSTS_OF("192.0.2.4"), "web web.lab.example");
    ASSERT_IS(HOSTS_OF("192.0.2.5"), "own.home own");
}
END_TEST

/* Many addresses are walked in another way than few. */
START_TEST(many_addresses)
{
    put_networks();
    PUT(host_key("web"), in_prod(0, "web", "192.0.2.9"), in_lab(0, "web", "192.0.2.1"),
        in_lab(0, "web", "192.0.2.2"), in_lab(0, "web", "192.0.2.3"), in_prod(0, "web", "192.0.2.10"),
        in_lab(0, "web", "192.0.2.4"), in_lab(0, "web", "192.0.2.5"), in_lab(0, "web", "2001:db8::1"));
    ASSERT_IS(HOST("web.lab", AF_INET), "web.lab.example: 192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.5");
    ASSERT_IS(HOST("web.lab", AF_INET6), "web.lab.example: 2001:db8::1");
    ASSERT_IS(HOST("web.prod", AF_INET), "web: 192.0.2.9 192.0.2.10");
    ASSERT_IS(HOST("web.prod", AF_INET6), "ENODATA");
}
END_TEST

/* Last resorts of a network are its own affair. */
START_TEST(last_resorts)
{
    put_networks();
    PUT(host_key("web"), in_prod(0, "web", "192.0.2.9"), in_lab(CLAIM_STALE, "web", "192.0.2.1"));
    ASSERT_IS(HOST("web", AF_INET), "web: 192.0.2.9");
    ASSERT_IS(HOST("web.lab", AF_INET), "web.lab.example: 192.0.2.1");
}
END_TEST

/* Records in a base, and their later versions over it. */
START_TEST(over_a_base)
{
    struct bytes tombstone = {NULL, 0};

    put_networks();
    PUT(host_key("web"), in_lab(0, "web", "192.0.2.1"));
    index_split();
    ASSERT_IS(HOST("web.lab.example", AF_INET), "web.lab.example: 192.0.2.1");
    put_network("lab", "", "lab.internal");
    index_put(key_named(KEY_SUFFIX, bytes_of("lab.example")), tombstone);
    ASSERT_IS(HOST("web.lab.example", AF_INET), "ENOENT");
    ASSERT_IS(HOST("web.lab", AF_INET), "web.lab.internal: 192.0.2.1");
    index_put(key_named(KEY_SUFFIX, bytes_of("")), tombstone);
    ASSERT_IS(HOST("web.lab", AF_INET), "web: 192.0.2.1");
}
END_TEST

/* A list of networks that makes no sense lists what can be read of it. */
START_TEST(malformed)
{
    static const uint8_t list[] = {3, 'l', 'a', 'b', 200, 'x'};

    PUT(host_key("web"), in_lab(0, "web", "192.0.2.1"), in_network(claim_of(0, "web", "192.0.2.2"), "x"));
    index_put(key_named(KEY_SUFFIX, bytes_of("lab")), (struct bytes){list, sizeof(list)});
    index_put(key_named(KEY_SUFFIX, bytes_of("x")), (struct bytes){list + 4, 2});
    index_put(key_named(KEY_SUFFIX, bytes_of("")), (struct bytes){list, sizeof(list)});
    index_put(key_named(KEY_NETWORK, bytes_of("lab")), (struct bytes){list, sizeof(list)});
    ASSERT_IS(HOST("web.lab", AF_INET), "web: 192.0.2.1");
    ASSERT_IS(HOST("web.x", AF_INET), "ENOENT");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nss_suffix");
    TCase *tcase = tcase_create("nss_suffix");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_unchecked_fixture(tcase, setup, test_directory_remove);
    tcase_add_checked_fixture(tcase, index_begin, index_end);
    tcase_add_test(tcase, host_names);
    tcase_add_test(tcase, not_known_there);
    tcase_add_test(tcase, withheld_stays_withheld);
    tcase_add_test(tcase, own_domain);
    tcase_add_test(tcase, guests);
    tcase_add_test(tcase, guests_in_other_case);
    tcase_add_test(tcase, guests_with_dots);
    tcase_add_test(tcase, no_suffix_at_all);
    tcase_add_test(tcase, unfit_suffixes);
    tcase_add_test(tcase, reverse);
    tcase_add_test(tcase, many_addresses);
    tcase_add_test(tcase, last_resorts);
    tcase_add_test(tcase, over_a_base);
    tcase_add_test(tcase, malformed);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
