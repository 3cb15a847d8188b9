/* Suffixes of networks, from libvirt's domain and from the file `networks`: what it says, and what the index
 * makes of it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "indexer/cleanup.h"
#include "indexer/conf.h"
#include "indexer/leases.h"
#include "indexer/suffixes.h"
#include "own_index.h"
#include "schema/source.h"
#include "schema/suffix.h"

static void refresh(struct index *index)
{
    ck_assert_int_eq(suffixes_refresh(index, own_dir()), 0);
}

static void take(struct index *index, const char *text)
{
    own_write("networks", text);
    refresh(index);
}

/* A lease makes its network known. */
static void lease_in(struct index *index, const char *network)
{
    own_hook_lease(index, network, "10.0.0.1", "52:54:00:00:00:01", "web", LATE);
}

/* "suffix suffix|domain" */
static const char *suffixes_of(struct index *index, const char *name)
{
    static char text[(SUFFIXES_MAX + 1) * (DOMAIN_MAX + 1)];
    struct network network;
    int len = 0;

    ck_assert_int_eq(index_network(index, name, &network), 0);
    text[0] = '\0';
    for (size_t i = 0; i < network.suffix_count; i++)
        len +=
            snprintf(text + len, sizeof(text) - (size_t)len, "%s%s", i > 0 ? " " : "", network.suffixes[i]);
    snprintf(text + len, sizeof(text) - (size_t)len, "|%s", network.domain);
    return text;
}

/* "network network" under a suffix; "-": the unnamed one. */
static const char *networks_under(struct index *index, const char *suffix)
{
    static char text[256];
    CLEANUP_VALUE struct value value = {NULL, 0};
    struct key key = key_named(KEY_SUFFIX, bytes_of(suffix));
    struct unpacker u;
    int len = 0;

    text[0] = '\0';
    if (store_get(index->store, &key, &value) < 0)
        return text;
    for (u = unpacker_of(value_bytes(&value)); unpack_left(&u) > 0;) {
        struct bytes name = unpack_short(&u);

        if (name.len == 0)
            name = bytes_of("-");
        len += snprintf(text + len, sizeof(text) - (size_t)len, "%s%.*s", len > 0 ? " " : "", (int)name.len,
                        (const char *)name.at);
    }
    return text;
}

static const struct {
    const char *text;
    const char *suffixes; /* of virbr0 */
    const char *problem;  /* NULL: none */
} files[] = {
    {"", "|", NULL},
    {"# nothing\n\n", "|", NULL},
    {"virbr0 lab.example\n", "lab.example|", NULL},
    {"virbr0\tlab.example  lab # the preferred one first\r\n", "lab.example lab|", NULL},
    {"virbr0 a\nother x\nvirbr0 b\n", "a b|", NULL},
    {"virbr0 a A b a\n", "a b|", NULL},
    {"VIRBR0 a\n", "|", NULL},
    {". a\n", "|", NULL},
    {"virbr0 Lab_1.Example", "Lab_1.Example|", NULL},
    /* What makes no sense costs itself alone. */
    {"bad/name x\nvirbr0 a\n", "a|", "networks:1:1: not a network's name"},
    {"virbr0 a\n.hidden x\n", "a|", "networks:2:1: not a network's name"},
    {"virbr0\n", "|", "networks:1:7: no suffix given"},
    {"virbr0 a -b c\n", "a c|", "networks:1:10: not a domain"},
    {"virbr0 a..b c\n", "c|", "networks:1:8: not a domain"},
    {"virbr0 a..\n", "|", "networks:1:8: not a domain"},
    {"virbr0 .\n", "|", "networks:1:8: not a domain"},
    {"virbr0 Lab.Example. b.\n", "Lab.Example b|", NULL},
    {"virbr0 \303\274\n", "|", "networks:1:8: not a domain"},
    {"virbr0 1 2 3 4 5 6 7 8 9\n", "1 2 3 4 5 6 7 8|", "networks:1:24: more suffixes"},
    {"virbr0 1 2 3 4 5\nvirbr0 6 7 8 9\n", "1 2 3 4 5 6 7 8|", "networks:2:14: more suffixes"},
    {"virbr0 1 2 3 4 5 6 7 8\nother 9\nvirbr0 8 1\n", "1 2 3 4 5 6 7 8|", NULL},
    /* one that is none takes no room */
    {"virbr0 1 2 -3 4 5 6 7 8 9\n", "1 2 4 5 6 7 8 9|", "networks:1:12: not a domain"},
};

START_TEST(file)
{
    struct index *index = own_index();

    lease_in(index, "virbr0");
    take(index, files[_i].text);
    ck_assert_str_eq(suffixes_of(index, "virbr0"), files[_i].suffixes);
    if (files[_i].problem == NULL)
        reports_expect_none(&own_reports);
    else
        reports_expect_one(&own_reports, files[_i].problem);
    own_index_end(index, 1);
    /* The file is not read again, unless somebody wants to hear what makes no sense; and is not taken in
     * twice. */
    index = own_index();
    refresh(index);
    reports_expect_none(&own_reports);
    own_reports.sink.thorough = true;
    refresh(index);
    ck_assert_uint_eq(own_reports.problems, files[_i].problem != NULL);
    ck_assert_uint_eq(own_reports.changes, 0);
    own_index_end(index, 0);
}
END_TEST

START_TEST(long_words)
{
    struct index *index = own_index();
    char network[NETWORK_MAX + 2], suffix[DOMAIN_MAX + 1], text[1000];

    memset(network, 'n', sizeof(network));
    network[NETWORK_MAX + 1] = '\0';
    memset(suffix, 's', sizeof(suffix));
    suffix[DOMAIN_MAX] = '\0';
    for (size_t i = 60; i < DOMAIN_MAX - 1; i += 61)
        suffix[i] = '.';
    lease_in(index, "n");
    snprintf(text, sizeof(text), "%s a\nn %s.x %s %s\n", network, suffix, suffix, suffix + DOMAIN_MAX - 20);
    take(index, text);
    ck_assert_uint_eq(own_reports.problems, 2);
    /* Every byte of the longest one that there may be. */
    ck_assert_uint_eq(strlen(suffixes_of(index, "n")), DOMAIN_MAX + 1 + 20 + 1);
    own_index_end(index, 1);
    index = own_index();
    network[NETWORK_MAX] = '\0';
    lease_in(index, network);
    snprintf(text, sizeof(text), "%s %s\n", network, suffix);
    take(index, text);
    reports_expect_one(&own_reports, "networks:1:65: too long beside");
    own_index_end(index, 1);
}
END_TEST

/* Networks stand under their names, and where the file puts them; from one version of it to the next. */
START_TEST(stand_under)
{
    struct index *index = own_index();

    lease_in(index, "virbr0");
    lease_in(index, "lab");
    lease_in(index, "");
    ck_assert_str_eq(networks_under(index, "virbr0"), "virbr0");
    ck_assert_str_eq(networks_under(index, "LAB"), "lab");
    ck_assert_str_eq(networks_under(index, ""), "");
    take(index, "virbr0 example virbr0\nlab example lab.example\n. home\n");
    ck_assert_str_eq(networks_under(index, "example"), "virbr0 lab");
    ck_assert_str_eq(networks_under(index, "Lab.Example"), "lab");
    ck_assert_str_eq(networks_under(index, "home"), "-");
    ck_assert_str_eq(networks_under(index, ""), "virbr0 lab -");
    ck_assert_ptr_nonnull(strstr(own_reports.told, "virbr0: suffixes: example virbr0\n"));
    ck_assert_ptr_nonnull(strstr(own_reports.told, "(unnamed): suffixes: home\n"));
    own_index_end(index, 1);
    index = own_index();
    take(index, "lab lab.example example\n");
    ck_assert_str_eq(networks_under(index, "example"), "lab");
    ck_assert_str_eq(networks_under(index, "virbr0"), "virbr0");
    ck_assert_str_eq(networks_under(index, "home"), "");
    ck_assert_str_eq(networks_under(index, ""), "lab");
    ck_assert_str_eq(suffixes_of(index, "lab"), "lab.example example|");
    ck_assert_ptr_nonnull(strstr(own_reports.told, "virbr0: suffixes: none\n"));
    own_index_end(index, 1);
    index = own_index();
    ck_assert_int_eq(unlink(own_path("networks")), 0);
    refresh(index);
    ck_assert_str_eq(suffixes_of(index, "lab"), "|");
    ck_assert_str_eq(networks_under(index, "lab.example"), "");
    ck_assert_str_eq(networks_under(index, ""), "");
    reports_expect_none(&own_reports);
    own_index_end(index, 1);
    index = own_index();
    refresh(index);
    own_index_end(index, 0);
}
END_TEST

/* Networks whose names differ in case alone stand under one record. What a damaged index lost comes back. */
START_TEST(own_names)
{
    struct index *index = own_index();
    const struct key key = key_named(KEY_SUFFIX, bytes_of("lab"));

    lease_in(index, "lab");
    lease_in(index, "LAB");
    ck_assert_str_eq(networks_under(index, "Lab"), "lab LAB");
    ck_assert_int_eq(store_delete(index->store, &key), 0);
    lease_in(index, "LAB");
    lease_in(index, "lab");
    ck_assert_str_eq(networks_under(index, "Lab"), "LAB lab");
    own_index_end(index, 1);
}
END_TEST

/* A comment changes nothing, and is no reason to write. */
START_TEST(comment)
{
    struct index *index = own_index();

    lease_in(index, "lab");
    take(index, "lab lab.example\n");
    own_index_end(index, 1);
    index = own_index();
    take(index, "# lab\nlab lab.example\n");
    own_index_end(index, 0);
}
END_TEST

/* The file may be read before the network is known. */
START_TEST(file_first)
{
    struct index *index = own_index();

    take(index, "lab lab.example\n");
    ck_assert_str_eq(networks_under(index, "lab.example"), "");
    own_index_end(index, 1);
    index = own_index();
    lease_in(index, "lab");
    ck_assert_str_eq(suffixes_of(index, "lab"), "lab.example|");
    ck_assert_str_eq(networks_under(index, "lab.example"), "lab");
    own_index_end(index, 1);
}
END_TEST

/* By both of its names, a network has eight suffixes. */
START_TEST(called_twice)
{
    struct index *index = own_index();

    own_write("default.conf", "interface=virbr0\ndhcp-range=192.0.2.2,192.0.2.254,255.255.255.0\n");
    ck_assert_int_eq(conf_refresh(index, own_dir()), 0);
    take(index, "virbr0 1 2 3 4 5\ndefault 5 6 7 8 9\n");
    reports_expect_one(&own_reports, "networks:2:17: more suffixes");
    ck_assert_str_eq(suffixes_of(index, "virbr0"), "1 2 3 4 5 6 7 8|");
    own_index_end(index, 1);
}
END_TEST

/* The same where the network comes after the file. */
START_TEST(called_twice_first)
{
    struct index *index = own_index();

    take(index, "virbr0 1 2 3 4 5\ndefault 5 6 7 8 9\n");
    own_index_end(index, 1);
    index = own_index();
    own_write("default.conf", "interface=virbr0\ndhcp-range=192.0.2.2,192.0.2.254,255.255.255.0\n");
    ck_assert_int_eq(conf_refresh(index, own_dir()), 0);
    reports_expect_one(&own_reports, "virbr0: 9: more suffixes");
    ck_assert_str_eq(suffixes_of(index, "virbr0"), "1 2 3 4 5 6 7 8|");
    own_index_end(index, 1);
}
END_TEST

/* Files that others may change, or that are none, leave what is known. */
START_TEST(not_trusted)
{
    struct index *index = own_index();

    lease_in(index, "lab");
    take(index, "lab lab.example\n");
    own_write("networks", "lab evil.example\n");
    ck_assert_int_eq(chmod(own_path("networks"), _i == 0 ? 0664 : 0646), 0);
    refresh(index);
    reports_expect_one(&own_reports, "networks: others may write to it, not read");
    ck_assert_str_eq(suffixes_of(index, "lab"), "lab.example|");
    ck_assert_int_eq(unlink(own_path("networks")), 0);
    ck_assert_int_eq(mkdir(own_path("networks"), 0755), 0);
    refresh(index);
    reports_expect_one(&own_reports, "networks: Is a directory");
    ck_assert_int_eq(rmdir(own_path("networks")), 0);
    ck_assert_int_eq(mkfifo(own_path("networks"), 0644), 0);
    refresh(index);
    reports_expect_one(&own_reports, "networks: not a regular file");
    ck_assert_str_eq(suffixes_of(index, "lab"), "lab.example|");
    own_index_end(index, 1);
}
END_TEST

START_TEST(of_another_user)
{
    struct index *index = own_index();

    if (geteuid() == 0) {
        lease_in(index, "lab");
        own_write("networks", "lab lab.example\n");
        ck_assert_int_eq(chown(own_path("networks"), 12345, 0), 0);
        refresh(index);
        reports_expect_one(&own_reports, "networks: belongs to another user");
        ck_assert_str_eq(suffixes_of(index, "lab"), "|");
        ck_assert_int_eq(chown(own_path("networks"), 0, 12345), 0);
        refresh(index);
        reports_expect_none(&own_reports);
        ck_assert_str_eq(suffixes_of(index, "lab"), "lab.example|");
    }
    own_index_end(index, geteuid() == 0);
}
END_TEST

static void take_conf(struct index *index, const char *text)
{
    own_write("default.conf", text);
    ck_assert_int_eq(conf_refresh(index, own_dir()), 0);
    reports_expect_none(&own_reports);
}

#define CONF "interface=virbr0\nexpand-hosts\ndhcp-range=192.0.2.2,192.0.2.254,255.255.255.0\n"

/* libvirt's domain comes behind what the administrator gave, and its name for the network counts. */
START_TEST(libvirt)
{
    struct index *index = own_index();

    take_conf(index, CONF "domain=Lab.Example\n");
    ck_assert_str_eq(suffixes_of(index, "virbr0"), "|Lab.Example");
    ck_assert_str_eq(networks_under(index, "lab.example"), "virbr0");
    ck_assert_str_eq(networks_under(index, "default"), "virbr0");
    ck_assert_str_eq(networks_under(index, ""), "virbr0");
    take(index, "default mine\n");
    ck_assert_str_eq(suffixes_of(index, "virbr0"), "mine|Lab.Example");
    own_index_end(index, 1);
    index = own_index();
    take_conf(index, CONF);
    ck_assert_str_eq(suffixes_of(index, "virbr0"), "mine|");
    ck_assert_str_eq(networks_under(index, "lab.example"), "");
    ck_assert_int_eq(unlink(own_path("default.conf")), 0);
    ck_assert_int_eq(conf_refresh(index, own_dir()), 0);
    ck_assert_str_eq(suffixes_of(index, "virbr0"), "|");
    ck_assert_str_eq(networks_under(index, "default"), "");
    ck_assert_str_eq(networks_under(index, ""), "");
    own_index_end(index, 1);
    /* The other way round: the file was there before the network got that name. */
    index = own_index();
    take_conf(index, CONF "domain=x\n");
    ck_assert_str_eq(suffixes_of(index, "virbr0"), "mine|x");
    own_index_end(index, 1);
}
END_TEST

static const char *const no_domains[] = {"domain=", "domain=a..b", "domain=a b", "domain=lab,192.0.2.0/24",
                                         "#domain=a"};

START_TEST(no_domain)
{
    struct index *index = own_index();
    char text[300];

    snprintf(text, sizeof(text), CONF "%s\n", no_domains[_i]);
    take_conf(index, text);
    ck_assert_str_eq(suffixes_of(index, "virbr0"), "|");
    own_index_end(index, 1);
}
END_TEST

/* A network that loses a suffix keeps standing where it stands for another reason. */
START_TEST(same_twice)
{
    struct index *index = own_index();

    take_conf(index, CONF "domain=default\n");
    take(index, "virbr0 VIRBR0 Default\n");
    own_index_end(index, 1);
    index = own_index();
    take(index, "virbr0 x\n");
    ck_assert_str_eq(networks_under(index, "virbr0"), "virbr0");
    ck_assert_str_eq(networks_under(index, "default"), "virbr0");
    take_conf(index, CONF);
    ck_assert_str_eq(networks_under(index, "default"), "virbr0");
    own_index_end(index, 1);
}
END_TEST

/* As version 2 wrote it: a network ends before its suffixes, and one without anything to say has no record.
 */
static void write_version_2(void)
{
    static const uint8_t network[] = {1, 0, 7, 'd', 'e', 'f', 'a', 'u', 'l', 't', 24, 0};
    struct tdb_context *tdb = build_open(own_path("state/" INDEX_FILE), 131, 2);
    struct source source = {.identity = {1, 2, 3, 4, 5}, .digest = 6};
    uint8_t packed[LEASE_PACKED_MAX];
    struct packer p = {packed, packed + sizeof(packed), false};
    struct key key = key_named(KEY_NETWORK, bytes_of("virbr0"));
    int fd;

    build_put(tdb, key_bytes(&key), (struct bytes){network, sizeof(network)});
    source_pack(&p, &source);
    key = key_named(KEY_SOURCE, bytes_of("conf:default"));
    build_put(tdb, key_bytes(&key), (struct bytes){packed, (size_t)(p.at - packed)});
    key = key_single(KEY_SOURCES);
    build_put(tdb, key_bytes(&key), bytes_of("\014conf:default"));
    build_close(tdb);
    fd = open(own_path("state/" INDEX_FILE), O_RDWR | O_CLOEXEC);
    ck_assert_int_eq(own_seal(fd, 1), 0);
    close(fd);
}

START_TEST(version_2)
{
    struct index *index = own_index();

    lease_in(index, "virbr0");
    own_index_end(index, 1);
    ck_assert_int_eq(unlink(own_path("state/" INDEX_FILE)), 0);
    write_version_2();
    index = own_index();
    ck_assert_str_eq(networks_under(index, "virbr0"), "virbr0");
    ck_assert_str_eq(networks_under(index, "default"), "virbr0");
    own_index_end(index, 1);
    index = own_index();
    ck_assert_str_eq(networks_under(index, "default"), "virbr0");
    /* What it is known to hold says nothing of a domain. */
    take_conf(index, CONF "domain=lab\n");
    ck_assert_str_eq(networks_under(index, "lab"), "virbr0");
    own_index_end(index, 1);
}
END_TEST

/* A network without anything to say had no record, and stood under no name: its leases tell of it. What is
 * called as no network may be is none. */
START_TEST(version_3_leases)
{
    static const uint8_t network[] = {1, 0, 0, 0, 0};
    struct lease lease = {.network = "lan"};
    struct tdb_context *tdb;
    uint8_t packed[LEASE_PACKED_MAX];
    struct index *index = own_index();
    struct key key;
    int fd;

    index_close(index);
    ck_assert_int_eq(ip_parse("192.0.2.1", &lease.ip), 0);
    key = key_lease(lease.network, &lease.ip);
    tdb = build_open(own_path("state/" INDEX_FILE), 131, 3);
    build_put(tdb, key_bytes(&key), (struct bytes){packed, lease_pack(&lease, packed)});
    key = key_named(KEY_NETWORK, bytes_of("a/b"));
    build_put(tdb, key_bytes(&key), (struct bytes){network, sizeof(network)});
    build_close(tdb);
    fd = open(own_path("state/" INDEX_FILE), O_RDWR | O_CLOEXEC);
    ck_assert_int_eq(own_seal(fd, 1), 0);
    close(fd);
    index = own_index();
    ck_assert_str_eq(networks_under(index, "lan"), "lan");
    ck_assert_str_eq(networks_under(index, "a/b"), "");
    index_close(index);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("suffixes");

    tcase_add_loop_test(tcase, file, 0, sizeof(files) / sizeof(files[0]));
    tcase_add_test(tcase, long_words);
    tcase_add_test(tcase, stand_under);
    tcase_add_test(tcase, own_names);
    tcase_add_test(tcase, comment);
    tcase_add_test(tcase, file_first);
    tcase_add_loop_test(tcase, not_trusted, 0, 2);
    tcase_add_test(tcase, of_another_user);
    tcase_add_test(tcase, libvirt);
    tcase_add_loop_test(tcase, no_domain, 0, sizeof(no_domains) / sizeof(no_domains[0]));
    tcase_add_test(tcase, called_twice);
    tcase_add_test(tcase, called_twice_first);
    tcase_add_test(tcase, same_twice);
    tcase_add_test(tcase, version_2);
    tcase_add_test(tcase, version_3_leases);
    return test_case_run(tcase);
}
