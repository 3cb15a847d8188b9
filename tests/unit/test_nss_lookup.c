/* Look-ups in small indexes: which claims answer, in which order, under which name. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ask_index.h"
#include "schema/limits.h"

static void setup(void)
{
    test_directory();
}

START_TEST(case_and_dots)
{
    PUT(host_key("web"), claim_of(0, "Web", "192.0.2.1"));
    PUT(host_key("web.lan"), claim_of(0, "", "192.0.2.2"));
    PUT(host_key("own.lan"), claim_of(0, "Own.LAN", "192.0.2.3"));
    ASSERT_IS(HOST("web", AF_INET), "Web: 192.0.2.1");
    ASSERT_IS(HOST("WEB", AF_INET), "Web: 192.0.2.1");
    ASSERT_IS(HOST("web.", AF_INET), "Web: 192.0.2.1");
    ASSERT_IS(HOST("web..", AF_INET), "ENOENT");
    ASSERT_IS(HOST(".web", AF_INET), "ENOENT");
    ASSERT_IS(HOST("Web.Lan", AF_INET), "web.lan: 192.0.2.2");
    ASSERT_IS(HOST("web.lan.", AF_UNSPEC), "web.lan: 192.0.2.2");
    ASSERT_IS(HOST("own.lan", AF_INET), "Own.LAN: 192.0.2.3");
    ASSERT_IS(HOST("we", AF_INET), "ENOENT");
    ASSERT_IS(HOST("web1", AF_INET), "ENOENT");
}
END_TEST

START_TEST(what_is_no_name)
{
    char name[400];
    static const char *const bad[] = {"",      ".",          "..",   "-web", "web-", "a b",
                                      "web\n", "w\303\251b", "a..b", "*",    "a/b"};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct key key = host_key(bad[i]);

        if (bad[i][0] != '\0')
            PUT(key, claim_of(0, "", "192.0.2.1"));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ASSERT_IS(HOST(bad[i], AF_INET), "ENOENT");
    for (size_t len = 0; len < sizeof(name); len++) {
        memset(name, 'a', len);
        name[len] = '\0';
        ASSERT_IS(HOST(name, AF_INET), "ENOENT");
        ASSERT_IS(GUEST(name, AF_INET), "ENOENT");
    }
}
END_TEST

/* A text of `len` bytes: labels of 63 letters, with dots. */
static void long_name(char *name, size_t len)
{
    for (size_t i = 0; i < len; i++)
        name[i] = i % 64 == 63 ? '.' : 'x';
    name[len] = '\0';
}

START_TEST(longest_names)
{
    char host[DOMAIN_MAX + 3];
    char guest[GUEST_MAX + 4];
    struct key longer;

    long_name(host, DOMAIN_MAX);
    PUT(host_key(host), claim_of(0, "", "192.0.2.1"));
    long_name(host, DOMAIN_MAX + 1);
    PUT(host_key(host), claim_of(0, "", "192.0.2.1"));
    memset(guest, 'g', sizeof(guest));
    guest[GUEST_MAX] = '\0';
    PUT(guest_key(guest), claim_of(CLAIM_GUEST, "", "192.0.2.2"));
    guest[GUEST_MAX] = 'g';
    guest[GUEST_MAX + 1] = '\0';
    longer = guest_key(guest);
    PUT(longer, claim_of(CLAIM_GUEST, "", "192.0.2.2"));

    ASSERT_IS(HOST(host, AF_INET), "ENOENT");
    long_name(host, DOMAIN_MAX);
    ck_assert_int_eq(strcmp(HOST(host, AF_INET) + DOMAIN_MAX, ": 192.0.2.1"), 0);
    strcat(host, ".");
    ck_assert_int_eq(strcmp(HOST(host, AF_INET) + DOMAIN_MAX, ": 192.0.2.1"), 0);
    strcat(host, ".");
    ASSERT_IS(HOST(host, AF_INET), "ENOENT");

    ASSERT_IS(GUEST(guest, AF_INET), "ENOENT");
    guest[GUEST_MAX] = '.';
    ck_assert_int_eq(strcmp(GUEST(guest, AF_INET) + GUEST_MAX, ": 192.0.2.2"), 0);
    guest[GUEST_MAX] = '\0';
    ck_assert_int_eq(strcmp(GUEST(guest, AF_INET) + GUEST_MAX, ": 192.0.2.2"), 0);
    strcpy(guest + GUEST_MAX, ".x");
    ASSERT_IS(GUEST(guest, AF_INET), "ENOENT");
}
END_TEST

START_TEST(kinds_are_apart)
{
    PUT(host_key("both"), claim_of(0, "both", "192.0.2.1"), claim_of(CLAIM_GUEST, "both", "192.0.2.66"));
    PUT(guest_key("both"), claim_of(CLAIM_GUEST, "both", "192.0.2.2"), claim_of(0, "both", "192.0.2.66"));
    PUT(host_key("client"), claim_of(0, "client", "192.0.2.3"));
    PUT(guest_key("machine"), claim_of(CLAIM_GUEST, "machine", "192.0.2.4"));
    PUT(address_key("192.0.2.1"), claim_of(0, "both", "192.0.2.1"),
        claim_of(CLAIM_GUEST, "machine", "192.0.2.1"));
    ASSERT_IS(HOST("both", AF_INET), "both: 192.0.2.1");
    ASSERT_IS(GUEST("both", AF_INET), "both: 192.0.2.2");
    ASSERT_IS(GUEST("client", AF_INET), "ENOENT");
    ASSERT_IS(HOST("machine", AF_INET), "ENOENT");
    ASSERT_IS(HOSTS_OF("192.0.2.1"), "both");
    ASSERT_IS(GUESTS_OF("192.0.2.1"), "machine");
}
END_TEST

START_TEST(families)
{
    PUT(host_key("four"), claim_of(0, "four", "192.0.2.1"));
    PUT(host_key("six"), claim_of(0, "six", "2001:db8::6"));
    PUT(host_key("both"), claim_of(0, "BOTH", "2001:db8::1"), claim_of(0, "both", "192.0.2.9"),
        claim_of(0, "both", "192.0.2.8"), claim_of(0, "both", "2001:db8::2"));
    ASSERT_IS(HOST("four", AF_INET), "four: 192.0.2.1");
    ASSERT_IS(HOST("four", AF_INET6), "ENODATA");
    ASSERT_IS(HOST("four", AF_UNSPEC), "four: 192.0.2.1");
    ASSERT_IS(HOST("six", AF_INET), "ENODATA");
    ASSERT_IS(HOST("six", AF_INET6), "six: 2001:db8::6");
    ASSERT_IS(HOST("both", AF_INET), "both: 192.0.2.9 192.0.2.8");
    ASSERT_IS(HOST("both", AF_INET6), "BOTH: 2001:db8::1 2001:db8::2");
    ASSERT_IS(HOST("both", AF_UNSPEC), "BOTH: 2001:db8::1 192.0.2.9 192.0.2.8 2001:db8::2");
    ASSERT_IS(HOST("none", AF_INET6), "ENOENT");
}
END_TEST

START_TEST(withheld_and_presences)
{
    struct claim withheld = claim_of(CLAIM_WITHHELD, "web", "192.0.2.1");

    withheld.reason = REFUSAL_GUEST_NAME;
    PUT(host_key("web"), withheld, claim_of(CLAIM_PRESENCE, "web", NULL), claim_of(0, "web", "192.0.2.2"));
    PUT(host_key("gone"), withheld, claim_of(CLAIM_PRESENCE, "gone", NULL));
    PUT(host_key("six"), withheld, claim_of(0, "six", "2001:db8::1"));
    PUT(host_key("nodata"), claim_of(CLAIM_WITHHELD, "nodata", "2001:db8::1"));
    PUT(address_key("192.0.2.1"), withheld);
    ASSERT_IS(HOST("web", AF_INET), "web: 192.0.2.2");
    ASSERT_IS(HOST("gone", AF_INET), "ENOENT");
    ASSERT_IS(HOST("six", AF_INET), "ENODATA");
    ASSERT_IS(HOST("nodata", AF_INET), "ENOENT");
    ASSERT_IS(HOSTS_OF("192.0.2.1"), "ENOENT");
}
END_TEST

START_TEST(expiry)
{
    struct claim old = expiring(claim_of(0, "web", "192.0.2.1"), -1);
    struct claim live = expiring(claim_of(0, "web", "192.0.2.2"), 60);

    PUT(host_key("web"), old, live);
    PUT(host_key("old"), old);
    PUT(host_key("six"), old, expiring(claim_of(0, "six", "2001:db8::1"), 60));
    PUT(host_key("dead-six"), expiring(claim_of(0, "dead-six", "2001:db8::1"), -3600));
    PUT(host_key("now"), expiring(claim_of(0, "now", "192.0.2.5"), 0));
    PUT(address_key("192.0.2.1"), old);
    PUT(address_key("192.0.2.2"), old, live);
    ASSERT_IS(HOST("web", AF_INET), "web: 192.0.2.2");
    ASSERT_IS(HOST("old", AF_INET), "ENOENT");
    ASSERT_IS(HOST("six", AF_INET), "ENODATA");
    ASSERT_IS(HOST("dead-six", AF_INET), "ENOENT");
    usleep(20000); /* the coarse clock may be a tick behind */
    ASSERT_IS(HOST("now", AF_INET), "ENOENT");
    ASSERT_IS(HOSTS_OF("192.0.2.1"), "ENOENT");
    ASSERT_IS(HOSTS_OF("192.0.2.2"), "web");
}
END_TEST

START_TEST(order_and_duplicates)
{
    PUT(host_key("many"), claim_of(CLAIM_RUNNING, "many", "192.0.2.7"), claim_of(0, "many", "192.0.2.1"),
        in_network(claim_of(0, "many", "192.0.2.1"), "other"), claim_of(0, "many", "192.0.2.4"));
    PUT(host_key("again"), claim_of(0, "again", "192.0.2.1"), expiring(claim_of(0, "again", "192.0.2.1"), -5),
        in_network(claim_of(0, "again", "192.0.2.1"), "other"));
    PUT(host_key("mapped"), claim_of(0, "mapped", "192.0.2.1"), claim_of(0, "mapped", "c000:201::"));
    PUT(host_key("zero"), claim_of(0, "zero", "0.0.0.0"), claim_of(0, "zero", "::"));
    ASSERT_IS(HOST("many", AF_INET), "many: 192.0.2.7 192.0.2.1 192.0.2.4");
    ASSERT_IS(HOST("again", AF_INET), "again: 192.0.2.1");
    /* The same bytes in front, but another family. */
    ASSERT_IS(HOST("mapped", AF_UNSPEC), "mapped: 192.0.2.1 c000:201::");
    ASSERT_IS(HOST("zero", AF_UNSPEC), "zero: 0.0.0.0 ::");
}
END_TEST

/* More addresses than an answer keeps at hand, each of two networks. */
START_TEST(many_duplicates)
{
    enum { MANY = ADDRESSES_KEPT + 5 };
    struct claim claims[2 * MANY];
    char wanted[MANY * 16] = "many:", ip[16];

    for (int i = 0; i < MANY; i++) {
        snprintf(ip, sizeof(ip), "192.0.2.%d", i + 1);
        claims[2 * i] = claim_of(0, "many", ip);
        claims[2 * i + 1] = in_network(claims[2 * i], "other");
        sprintf(wanted + strlen(wanted), " %s", ip);
    }
    index_put_claims(host_key("many"), claims, 2 * MANY);
    ASSERT_IS(HOST("many", AF_INET), wanted);
}
END_TEST

/* A static entry's name, as it stands in records of both kinds. */
static struct claim fixed_name(const char *label, const char *ip)
{
    struct claim claim = claim_of(0, label, ip);

    claim.rank = RANK_STATIC;
    return claim;
}

START_TEST(guest_spelling)
{
    PUT(guest_key("vm"), claim_of(CLAIM_GUEST, "VM", "192.0.2.1"), claim_of(CLAIM_GUEST, "vm", "192.0.2.2"),
        claim_of(CLAIM_GUEST, "Vm", NULL), claim_of(CLAIM_GUEST | CLAIM_WITHHELD, "vM", "192.0.2.3"));
    PUT(guest_key("solo"), claim_of(CLAIM_GUEST, "Solo", "192.0.2.4"));
    PUT(guest_key("plain"), claim_of(CLAIM_GUEST, "PLAIN", "192.0.2.5"),
        claim_of(CLAIM_GUEST, "", "192.0.2.6"));
    PUT(guest_key("six"), claim_of(CLAIM_GUEST, "six", "2001:db8::6"),
        claim_of(CLAIM_GUEST, "SIX", "192.0.2.7"));
    PUT(guest_key("mix"), claim_of(0, "Mix", "192.0.2.8"), claim_of(CLAIM_GUEST, "MIX", "192.0.2.9"));
    /* Exactly as asked: that guest alone, even when it has no answer. */
    ASSERT_IS(GUEST("VM", AF_INET), "VM: 192.0.2.1");
    ASSERT_IS(GUEST("vm", AF_INET), "vm: 192.0.2.2");
    ASSERT_IS(GUEST("vm.", AF_INET), "vm: 192.0.2.2");
    ASSERT_IS(GUEST("Vm", AF_INET), "ENOENT");
    ASSERT_IS(GUEST("vM", AF_INET), "ENOENT");
    ASSERT_IS(GUEST("six", AF_INET), "ENODATA");
    ASSERT_IS(GUEST("SIX", AF_INET6), "ENODATA");
    /* Else all of that name. */
    ASSERT_IS(GUEST("solo", AF_INET), "Solo: 192.0.2.4");
    ASSERT_IS(GUEST("SOLO", AF_INET), "Solo: 192.0.2.4");
    ASSERT_IS(GUEST("Mix", AF_INET), "MIX: 192.0.2.9");
    ASSERT_IS(GUEST("Six", AF_UNSPEC), "six: 2001:db8::6 192.0.2.7");
    /* An empty label is the folded name. */
    ASSERT_IS(GUEST("plain", AF_INET), "plain: 192.0.2.6");
    /* A static name is meant by every spelling, and goes before the guests. */
    PUT(guest_key("fixed"), fixed_name("fixed", "192.0.2.10"), claim_of(CLAIM_GUEST, "Fixed", "192.0.2.11"),
        claim_of(CLAIM_GUEST, "FIXED", "2001:db8::12"));
    ASSERT_IS(GUEST("Fixed", AF_UNSPEC), "fixed: 192.0.2.10");
    ASSERT_IS(GUEST("FIXED", AF_UNSPEC), "fixed: 192.0.2.10 2001:db8::12");
    ASSERT_IS(GUEST("fiXed", AF_UNSPEC), "fixed: 192.0.2.10 2001:db8::12");
    /* It alone is one, too. */
    PUT(guest_key("alone"), fixed_name("Alone", "192.0.2.13"));
    ASSERT_IS(GUEST("ALONE", AF_INET), "Alone: 192.0.2.13");
    ASSERT_IS(GUEST("PLAIN", AF_INET), "PLAIN: 192.0.2.5");
    ASSERT_IS(GUEST("Plain", AF_INET), "PLAIN: 192.0.2.5 192.0.2.6");
}
END_TEST

START_TEST(hosts_share_a_spelling)
{
    /* For clients' names case is no difference: exact spelling selects nothing. */
    PUT(host_key("web"), claim_of(0, "WEB", "192.0.2.1"), claim_of(0, "web", "192.0.2.2"));
    ASSERT_IS(HOST("web", AF_INET), "WEB: 192.0.2.1 192.0.2.2");
}
END_TEST

START_TEST(guest_names_are_free)
{
    PUT(guest_key("my vm (1)"), claim_of(CLAIM_GUEST, "My VM (1)", "192.0.2.1"));
    PUT(guest_key("gr\303\274\303\237e"), claim_of(CLAIM_GUEST, "Gr\303\274\303\237e", "192.0.2.2"));
    PUT(guest_key("a.b"), claim_of(CLAIM_GUEST, "a.b", "192.0.2.3"));
    ASSERT_IS(GUEST("My VM (1)", AF_INET), "My VM (1): 192.0.2.1");
    ASSERT_IS(GUEST("my vm (1)", AF_INET), "My VM (1): 192.0.2.1");
    ASSERT_IS(GUEST("gr\303\274\303\237e", AF_INET), "Gr\303\274\303\237e: 192.0.2.2");
    ASSERT_IS(GUEST("a.b", AF_INET), "a.b: 192.0.2.3");
}
END_TEST

START_TEST(labels_that_are_other_names)
{
    /* The canonical name is never another name than the one that was found. */
    PUT(host_key("web"), claim_of(0, "evil", "192.0.2.1"));
    PUT(host_key("abc"), claim_of(0, "xyz", "192.0.2.2"));
    PUT(host_key("pre"), claim_of(0, "prefix", "192.0.2.5"));
    PUT(host_key("prefix"), claim_of(0, "pre", "192.0.2.6"));
    PUT(guest_key("abc"), claim_of(CLAIM_GUEST, "xyz", "192.0.2.3"),
        claim_of(CLAIM_GUEST, "ABC", "192.0.2.4"));
    ASSERT_IS(HOST("web", AF_INET), "web: 192.0.2.1");
    ASSERT_IS(HOST("abc", AF_INET), "abc: 192.0.2.2");
    ASSERT_IS(HOST("pre", AF_INET), "pre: 192.0.2.5");
    ASSERT_IS(HOST("prefix", AF_INET), "prefix: 192.0.2.6");
    ASSERT_IS(GUEST("abc", AF_INET), "abc: 192.0.2.3");
    ASSERT_IS(GUEST("xyz", AF_INET), "ENOENT");
}
END_TEST

START_TEST(reverse)
{
    PUT(address_key("192.0.2.1"), with_domain(claim_of(0, "Web", "192.0.2.1"), "lan"));
    PUT(address_key("192.0.2.2"), claim_of(0, "plain", "192.0.2.2"));
    PUT(address_key("2001:db8::1"), claim_of(0, "six", "2001:db8::1"));
    PUT(address_key("192.0.2.3"), with_domain(claim_of(0, "a", "192.0.2.3"), "lan"),
        in_network(with_domain(claim_of(0, "a", "192.0.2.3"), "lan"), "other"),
        with_domain(claim_of(0, "a", "192.0.2.3"), "home.arpa"), claim_of(0, "a", "192.0.2.3"),
        claim_of(0, "b", "192.0.2.3"), with_domain(claim_of(0, "c", "192.0.2.3"), "lan"));
    PUT(address_key("192.0.2.4"), claim_of(CLAIM_GUEST, "My VM", "192.0.2.4"),
        claim_of(CLAIM_GUEST, "vm2", "192.0.2.4"));
    ASSERT_IS(HOSTS_OF("192.0.2.1"), "Web.lan Web");
    ASSERT_IS(HOSTS_OF("192.0.2.2"), "plain");
    ASSERT_IS(HOSTS_OF("2001:db8::1"), "six");
    ASSERT_IS(HOSTS_OF("192.0.2.3"), "a.lan a a.home.arpa b c.lan c");
    ASSERT_IS(HOSTS_OF("192.0.2.4"), "ENOENT");
    ASSERT_IS(GUESTS_OF("192.0.2.4"), "My VM vm2");
    ASSERT_IS(HOSTS_OF("192.0.2.99"), "ENOENT");
    ASSERT_IS(HOSTS_OF("::ffff:192.0.2.1"), "ENOENT");
}
END_TEST

START_TEST(reverse_names_are_presentable)
{
    PUT(address_key("192.0.2.1"), claim_of(0, "", "192.0.2.1"), claim_of(0, "e\x1b[1m", "192.0.2.1"),
        claim_of(0, "a.b", "192.0.2.1"), with_domain(claim_of(0, "bad", "192.0.2.1"), "-lan"),
        claim_of(0, "good", "192.0.2.1"));
    PUT(address_key("192.0.2.2"), claim_of(CLAIM_GUEST, "", "192.0.2.2"),
        claim_of(CLAIM_GUEST, "e\x1b[1m", "192.0.2.2"), claim_of(CLAIM_GUEST, "del\x7f", "192.0.2.2"),
        claim_of(CLAIM_GUEST, "Good One", "192.0.2.2"), claim_of(CLAIM_GUEST, "", "192.0.2.2"));
    PUT(address_key("192.0.2.3"), claim_of(CLAIM_GUEST, "\n", "192.0.2.3"));
    /* C1, in UTF-8 and alone; then the same bytes within U+0101, U+025B and U+665B */
    PUT(address_key("192.0.2.4"), claim_of(CLAIM_GUEST, "\xc2\x9b[m", "192.0.2.4"),
        claim_of(CLAIM_GUEST, "a\x9b", "192.0.2.4"), claim_of(CLAIM_GUEST, "\x80", "192.0.2.4"),
        claim_of(CLAIM_GUEST, "\xc2\x80", "192.0.2.4"), claim_of(CLAIM_GUEST, "\xc2\x9f", "192.0.2.4"),
        claim_of(CLAIM_GUEST, "\xc2\xa0\xc4\x81\xc9\x9b\xe6\x99\x9b", "192.0.2.4"));
    ASSERT_IS(HOSTS_OF("192.0.2.1"), "good");
    ASSERT_IS(GUESTS_OF("192.0.2.2"), "Good One");
    ASSERT_IS(GUESTS_OF("192.0.2.3"), "ENOENT");
    ASSERT_IS(GUESTS_OF("192.0.2.4"), "\xc2\xa0\xc4\x81\xc9\x9b\xe6\x99\x9b");
}
END_TEST

START_TEST(index_over_base)
{
    struct bytes tombstone = {NULL, 0};

    PUT(host_key("base"), claim_of(0, "base", "192.0.2.1"));
    PUT(host_key("both"), claim_of(0, "both", "192.0.2.2"), claim_of(0, "both", "2001:db8::2"));
    PUT(host_key("gone"), claim_of(0, "gone", "192.0.2.3"));
    PUT(guest_key("vm"), claim_of(CLAIM_GUEST, "vm", "192.0.2.1"));
    PUT(guest_key("gone"), claim_of(CLAIM_GUEST, "gone", "192.0.2.3"));
    PUT(address_key("192.0.2.1"), claim_of(0, "base", "192.0.2.1"), claim_of(CLAIM_GUEST, "vm", "192.0.2.1"));
    PUT(address_key("192.0.2.2"), claim_of(0, "both", "192.0.2.2"));
    PUT(address_key("192.0.2.3"), claim_of(0, "gone", "192.0.2.3"));
    index_split();
    PUT(host_key("new"), claim_of(0, "new", "192.0.2.9"));
    PUT(host_key("both"), claim_of(0, "Both", "192.0.2.8"));
    PUT(address_key("192.0.2.2"), claim_of(0, "other", "192.0.2.2"));
    index_put(host_key("gone"), tombstone);
    index_put(guest_key("gone"), tombstone);
    index_put(address_key("192.0.2.3"), tombstone);
    index_put(host_key("never"), tombstone);
    /* Only in one of the two files. */
    ASSERT_IS(HOST("base", AF_INET), "base: 192.0.2.1");
    ASSERT_IS(HOST("new", AF_INET), "new: 192.0.2.9");
    ASSERT_IS(GUEST("VM", AF_INET), "vm: 192.0.2.1");
    ASSERT_IS(HOSTS_OF("192.0.2.1"), "base");
    ASSERT_IS(GUESTS_OF("192.0.2.1"), "vm");
    ASSERT_IS(HOST("neither", AF_INET), "ENOENT");
    /* In both: the base's record is not looked at, also not for the other family. */
    ASSERT_IS(HOST("both", AF_UNSPEC), "Both: 192.0.2.8");
    ASSERT_IS(HOST("both", AF_INET6), "ENODATA");
    ASSERT_IS(HOSTS_OF("192.0.2.2"), "other");
    /* Gone. */
    ASSERT_IS(HOST("gone", AF_INET), "ENOENT");
    ASSERT_IS(GUEST("gone", AF_UNSPEC), "ENOENT");
    ASSERT_IS(HOSTS_OF("192.0.2.3"), "ENOENT");
    ASSERT_IS(HOST("never", AF_INET), "ENOENT");
    /* And there again. */
    PUT(host_key("gone"), claim_of(0, "gone", "192.0.2.33"));
    ASSERT_IS(HOST("gone", AF_INET), "gone: 192.0.2.33");
}
END_TEST

START_TEST(nothing_without_a_base)
{
    index_put(host_key("web"), (struct bytes){NULL, 0});
    ASSERT_IS(HOST("web", AF_INET), "ENOENT");
}
END_TEST

START_TEST(damage_in_one_of_two)
{
    PUT(host_key("base"), claim_of(0, "base", "192.0.2.1"));
    PUT(host_key("web"), claim_of(0, "web", "192.0.2.1"));
    index_put(host_key("bad"), bytes_of("no claim"));
    index_split();
    PUT(host_key("bad"), claim_of(0, "bad", "192.0.2.2"));
    index_put(host_key("web"), bytes_of("no claim"));
    /* Damage is told, not passed over: the other file's record may be outdated. */
    ASSERT_IS(HOST("web", AF_INET), "EBADMSG");
    ASSERT_IS(HOST("bad", AF_INET), "bad: 192.0.2.2");
    ASSERT_IS(HOST("base", AF_INET), "base: 192.0.2.1");
    index_put(host_key("web"), (struct bytes){NULL, 0});
    ASSERT_IS(HOST("web", AF_INET), "ENOENT");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nss_lookup");
    TCase *tcase = tcase_create("nss_lookup");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tcase);
    tcase_add_unchecked_fixture(tcase, setup, test_directory_remove);
    tcase_add_checked_fixture(tcase, index_begin, index_end);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, case_and_dots);
    tcase_add_test(tcase, what_is_no_name);
    tcase_add_test(tcase, longest_names);
    tcase_add_test(tcase, kinds_are_apart);
    tcase_add_test(tcase, families);
    tcase_add_test(tcase, withheld_and_presences);
    tcase_add_test(tcase, expiry);
    tcase_add_test(tcase, order_and_duplicates);
    tcase_add_test(tcase, many_duplicates);
    tcase_add_test(tcase, guest_spelling);
    tcase_add_test(tcase, hosts_share_a_spelling);
    tcase_add_test(tcase, guest_names_are_free);
    tcase_add_test(tcase, labels_that_are_other_names);
    tcase_add_test(tcase, reverse);
    tcase_add_test(tcase, reverse_names_are_presentable);
    tcase_add_test(tcase, index_over_base);
    tcase_add_test(tcase, nothing_without_a_base);
    tcase_add_test(tcase, damage_in_one_of_two);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
