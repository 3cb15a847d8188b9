/* `init`: what a dnsmasq without a lease file of its own reads at its start, line by line. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "hook/init.h"
#include "indexer/event.h"
#include "indexer/leases.h"
#include "indexer/numbers.h"
#include "own_index.h"

/* Prints a network into `text`. */
static void print(struct index *index, const char *network, bool libvirt, char *text, size_t size)
{
    FILE *stream = fmemopen(text, size, "w");

    text[0] = '\0';
    ck_assert_ptr_nonnull(stream);
    ck_assert_int_eq(libvirt ? init_print_libvirt(index, network, own_dirs().networks, stream)
                             : init_print(index, network, stream),
                     0);
    ck_assert_int_eq(ferror(stream), 0);
    fclose(stream);
}

static void expect(struct index *index, const char *network, bool libvirt, const char *expected)
{
    static char text[65536];

    print(index, network, libvirt, text, sizeof(text));
    ck_assert_msg(strcmp(text, expected) == 0, "printed:\n%sinstead of:\n%s", text, expected);
}

static struct lease lease_at(const char *ip, const char *mac, const char *host, uint64_t heard)
{
    struct lease lease = {.network = "net", .expiry = LATE, .seen = heard, .heard = heard};

    ck_assert_int_eq(ip_parse(ip, &lease.ip), 0);
    if (mac[0] != '\0')
        ck_assert_int_eq(hwaddr_parse(mac, &lease.hwaddr), 0);
    lease_set_name(&lease, host, "");
    return lease;
}

static struct lease lease6_at(const char *ip, const char *iaid, const char *duid, const char *host,
                              uint64_t heard)
{
    struct lease lease = lease_at(ip, "", host, heard);

    if (duid[0] != '\0')
        ck_assert_int_eq(octets_parse(duid, &lease.client_id), 0);
    if (iaid[0] != '\0')
        ck_assert_int_eq(iaid_parse(iaid, &lease), 0);
    return lease;
}

static void put(struct index *index, struct lease lease)
{
    ck_assert_int_eq(leases_put(index, &lease), 1);
}

START_TEST(nothing)
{
    struct index *index = own_index();

    put(index, lease_at("192.0.2.1", "02:00:00:00:00:01", "web", 1));
    expect(index, "", false, "");
    expect(index, "net", false, LATE_TEXT " 02:00:00:00:00:01 192.0.2.1 web *\n");
    expect(index, "ne", false, "");
    expect(index, "net0", false, "");
    index_close(index);
}
END_TEST

/* IPv4, the server's DUID, IPv6; each with what was heard from last at the end, as dnsmasq turns them round.
 */
START_TEST(lines)
{
    struct octets duid;
    struct index *index = own_index();
    struct lease lease = lease_at("192.0.2.3", "06-AA:BB", "Web_1", 7);

    ck_assert_int_eq(octets_parse("01:06:aa:bb", &lease.client_id), 0);
    lease.expiry = 0;
    put(index, lease);
    put(index, lease_at("192.0.2.9", "20-", "", 3));
    put(index, lease_at("192.0.2.1", "02:00:00:00:00:01", "one", 5));
    put(index, lease6_at("fd00::2", "T4294967295", "00:01:AA", "six", 2));
    put(index, lease6_at("fd00::1", "7", "00:02", "", 6));
    lease = lease_at("192.0.2.4", "02:00:00:00:00:04", "file", 0);
    lease.seen = 4; /* from a file: never heard from */
    put(index, lease);
    expect(index, "net", false,
           LATE_TEXT " 20- 192.0.2.9 * *\n" LATE_TEXT " 02:00:00:00:00:04 192.0.2.4 file *\n" LATE_TEXT
                     " 02:00:00:00:00:01 192.0.2.1 one *\n"
                     "0 06-aa:bb 192.0.2.3 Web_1 01:06:aa:bb\n" LATE_TEXT
                     " T4294967295 fd00::2 six 00:01:aa\n" LATE_TEXT " 7 fd00::1 * 00:02\n");
    ck_assert_int_eq(octets_parse("00:01:00:01:FF", &duid), 0);
    ck_assert_int_eq(index_set_server_duid(index, "net", &duid), 0);
    expect(index, "net", false,
           LATE_TEXT " 20- 192.0.2.9 * *\n" LATE_TEXT " 02:00:00:00:00:04 192.0.2.4 file *\n" LATE_TEXT
                     " 02:00:00:00:00:01 192.0.2.1 one *\n"
                     "0 06-aa:bb 192.0.2.3 Web_1 01:06:aa:bb\n"
                     "duid 00:01:00:01:ff\n" LATE_TEXT " T4294967295 fd00::2 six 00:01:aa\n" LATE_TEXT
                     " 7 fd00::1 * 00:02\n");
    index_close(index);
}
END_TEST

/* A DUID alone: dnsmasq must keep it, or every client would see another server. */
START_TEST(duid_alone)
{
    struct index *index = own_index();
    struct octets duid;

    ck_assert_int_eq(octets_parse("00:01", &duid), 0);
    ck_assert_int_eq(index_set_server_duid(index, "net", &duid), 0);
    expect(index, "net", false, "duid 00:01\n");
    expect(index, "", false, "");
    index_close(index);
}
END_TEST

/* A missing field would shift all that follow, silently. */
START_TEST(without_a_field)
{
    struct index *index = own_index();

    put(index, lease_at("192.0.2.1", "", "nomac", 1));
    put(index, lease6_at("fd00::1", "", "00:01", "noiaid", 2));
    put(index, lease6_at("fd00::2", "7", "", "noduid", 3));
    put(index, lease6_at("fd00::3", "7", "00:03", "whole", 4));
    expect(index, "net", false, LATE_TEXT " 7 fd00::3 whole 00:03\n");
    index_close(index);
}
END_TEST

/* libvirt's dnsmasq is handed expired leases, and deletes them; another one is not. */
START_TEST(expired)
{
    struct index *index = own_index();
    struct lease lease = lease_at("192.0.2.1", "02:00:00:00:00:01", "gone", 1);
    char text[200];

    lease.expiry = index->now;
    put(index, lease);
    lease = lease_at("192.0.2.2", "02:00:00:00:00:02", "soon", 2);
    lease.expiry = index->now + 1;
    put(index, lease);
    snprintf(text, sizeof(text),
             "%lu 02:00:00:00:00:01 192.0.2.1 gone *\n%lu 02:00:00:00:00:02 192.0.2.2 soon *\n",
             (unsigned long)index->now, (unsigned long)index->now + 1);
    expect(index, "net", true, text);
    snprintf(text, sizeof(text), "%lu 02:00:00:00:00:02 192.0.2.2 soon *\n", (unsigned long)index->now + 1);
    expect(index, "net", false, text);
    index_close(index);
}
END_TEST

/* libvirt's own helper prints in the order of its file; what the file cannot hold comes behind. */
START_TEST(order_of_status)
{
    struct index *index = own_index();
    struct lease lease = lease6_at("fd00::1", "7", "00:01", "six", 9);

    put(index, lease);
    own_write("net.status",
              "[{\"ip-address\": \"fd00::2\", \"mac-address\": \"02:00:00:00:00:02\", \"iaid\": \"8\","
              " \"client-id\": \"00:02\", \"expiry-time\": 5},"
              " {\"ip-address\": \"192.0.2.2\", \"mac-address\": \"02:00:00:00:00:02\","
              " \"hostname\": \"b\", \"expiry-time\": 6},"
              " {\"ip-address\": \"192.0.2.1\", \"mac-address\": \"02:00:00:00:00:01\","
              " \"hostname\": \"a.dotted\", \"expiry-time\": 7}]");
    expect(index, "net", true,
           "6 02:00:00:00:00:02 192.0.2.2 b *\n7 02:00:00:00:00:01 192.0.2.1 * *\n"
           "5 8 fd00::2 * 00:02\n" LATE_TEXT " 7 fd00::1 six 00:01\n");
    index_close(index);
}
END_TEST

/* What makes no sense in it costs no other entry its place. */
START_TEST(bad_entry_of_status)
{
    struct index *index = own_index();

    own_write(
        "net.status",
        "[{\"ip-address\": \"192.0.2.2\", \"mac-address\": \"02:00:00:00:00:02\", \"expiry-time\": 6},"
        " {\"mac-address\": \"02:00:00:00:00:03\", \"expiry-time\": 6},"
        " {\"ip-address\": \"192.0.2.1\", \"mac-address\": \"02:00:00:00:00:01\", \"expiry-time\": 7}]");
    expect(index, "net", true, "6 02:00:00:00:00:02 192.0.2.2 * *\n7 02:00:00:00:00:01 192.0.2.1 * *\n");
    index_close(index);
}
END_TEST

/* libvirtd looks for the file from then on, and libvirt's modules do in every process. */
START_TEST(makes_an_empty_file)
{
    struct index *index = own_index();
    struct stat st;

    umask(_i == 0 ? 0 : 0777);
    expect(index, "net", true, "");
    ck_assert_int_eq(stat(own_path("net.status"), &st), 0);
    ck_assert_int_eq(st.st_size, 0);
    ck_assert_uint_eq(st.st_mode, S_IFREG | 0644);
    index_close(index);
}
END_TEST

/* dnsmasq believes every name that it is given here: only answers are. */
START_TEST(names)
{
    struct libvirt_dirs dirs = own_dirs();
    struct index *index = own_index();
    struct lease lease = lease_at("192.0.2.1", "02:00:00:00:00:01", "", 1);

    strcpy(lease.refused, "www");
    lease.reason = REFUSAL_BY_DNSMASQ;
    put(index, lease);
    put(index, lease_at("192.0.2.2", "02:00:00:00:00:02", "localhost", 2));
    put(index, lease_at("192.0.2.3", "02:00:00:00:00:03", "evil 0 name", 3));
    put(index, lease_at("192.0.2.4", "02:00:00:00:00:04", "evil\nname", 4));
    put(index, lease_at("192.0.2.5", "02:00:00:00:00:05", "guest", 5));
    put(index, lease_at("192.0.2.6", "02:00:00:00:00:06", "GUEST", 6));
    put(index, lease_at("192.0.2.7", "02:00:00:00:00:07", "myhost", 7));
    own_write("virbr0.macs", "[{\"domain\":\"Guest\",\"macs\":[\"02:00:00:00:00:06\"]}]");
    ck_assert_int_eq(guests_refresh(index, &dirs), 0);
    strcpy(index->state.host, "myhost");
    expect(index, "net", false,
           LATE_TEXT
           " 02:00:00:00:00:01 192.0.2.1 * *\n" LATE_TEXT " 02:00:00:00:00:02 192.0.2.2 * *\n" LATE_TEXT
           " 02:00:00:00:00:03 192.0.2.3 * *\n" LATE_TEXT " 02:00:00:00:00:04 192.0.2.4 * *\n" LATE_TEXT
           " 02:00:00:00:00:05 192.0.2.5 * *\n" LATE_TEXT " 02:00:00:00:00:06 192.0.2.6 GUEST *\n" LATE_TEXT
           " 02:00:00:00:00:07 192.0.2.7 * *\n");
    index_close(index);
}
END_TEST

/* A domain is dnsmasq's own to add. */
START_TEST(domain)
{
    struct index *index = own_index();
    struct lease lease = lease_at("192.0.2.1", "02:00:00:00:00:01", "web", 1);

    lease_set_name(&lease, "web", "lab.example");
    put(index, lease);
    expect(index, "net", false, LATE_TEXT " 02:00:00:00:00:01 192.0.2.1 web *\n");
    index_close(index);
}
END_TEST

/* dnsmasq 2.90 reads a line with "%255s %255s", then " %64s %255s %764s": no field may be longer. */
START_TEST(widths)
{
    struct index *index = own_index();
    struct lease lease = lease_at("192.0.2.1", "", "", 1);
    char line[2000], first[256], second[256], ip[65], host[256], id[765];
    int end = 0;

    lease.expiry = SECONDS_MAX;
    lease.hwaddr = (struct hwaddr){.known = true, .type = 0xff, .len = HWADDR_MAX};
    memset(lease.host, 'h', LABEL_MAX);
    memset(lease.client_id.at, 0xff, OCTETS_MAX);
    lease.client_id.len = OCTETS_MAX;
    put(index, lease);
    print(index, "net", false, line, sizeof(line));
    ck_assert_int_eq(sscanf(line, " %255s %255s %64s %255s %764s%n", first, second, ip, host, id, &end), 5);
    ck_assert_str_eq(line + end, "\n");
    ck_assert_str_eq(first, "1099511627775");
    ck_assert_uint_eq(strlen(second), 3 + 3 * HWADDR_MAX - 1);
    ck_assert_uint_eq(strlen(host), LABEL_MAX);
    ck_assert_uint_eq(strlen(id), OCTETS_TEXT_MAX);

    lease.ip = (struct ip){.len = IPV6_LEN};
    memset(lease.ip.octets, 0xff, IPV6_LEN);
    lease.has_iaid = lease.temporary = true;
    lease.iaid = UINT32_MAX;
    strcpy(lease.network, "six");
    put(index, lease);
    print(index, "six", false, line, sizeof(line));
    ck_assert_int_eq(sscanf(line, " %255s %255s %64s %255s %764s%n", first, second, ip, host, id, &end), 5);
    ck_assert_str_eq(line + end, "\n");
    ck_assert_str_eq(second, "T4294967295");
    ck_assert_str_eq(ip, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    index_close(index);
}
END_TEST

/* Also of a published index, without the lock, and when there is none yet. */
START_TEST(read_only)
{
    struct index *index = NULL;

    reports_start(&own_reports);
    ck_assert_int_eq(index_open_read(own_path("state"), &own_reports.sink, &index), 0);
    expect(index, "net", true, "");
    index_close(index);
    index = own_index();
    put(index, lease_at("192.0.2.1", "02:00:00:00:00:01", "web", 1));
    own_index_end(index, 1);
    ck_assert_int_eq(index_open_read(own_path("state"), &own_reports.sink, &index), 0);
    expect(index, "net", true, LATE_TEXT " 02:00:00:00:00:01 192.0.2.1 web *\n");
    index_close(index);
    reports_expect_none(&own_reports);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("hook_init");

    tcase_add_test(tcase, nothing);
    tcase_add_test(tcase, lines);
    tcase_add_test(tcase, duid_alone);
    tcase_add_test(tcase, without_a_field);
    tcase_add_test(tcase, expired);
    tcase_add_test(tcase, order_of_status);
    tcase_add_test(tcase, bad_entry_of_status);
    tcase_add_loop_test(tcase, makes_an_empty_file, 0, 2);
    tcase_add_test(tcase, names);
    tcase_add_test(tcase, domain);
    tcase_add_test(tcase, widths);
    tcase_add_test(tcase, read_only);
    return test_case_run(tcase);
}
