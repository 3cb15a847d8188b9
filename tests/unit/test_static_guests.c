/* Static entries and guests: who answers for a guest's name, asked as the modules ask. */
#include <string.h>
#include <sys/socket.h>

#include "ask_index.h"
#include "indexer/derive.h"
#include "static_fixture.h"
#include "test_case.h"

#define GUEST_RUNS "[{\"domain\": \"guest\", \"macs\": [\"" MAC_A "\"]}]"

/* What both modules answer after a pass, in either family: "guest: 192.0.2.1 fd00::1 | ENOENT", guests first.
 */
static const char *both(const char *name)
{
    static char text[512];

    index_close(after_pass());
    index_use(fixture_state_dir());
    strcpy(text, GUEST(name, AF_UNSPEC));
    strcat(text, " | ");
    return strcat(text, HOST(name, AF_UNSPEC));
}

static void leased(const char *ip, const char *host)
{
    const struct lease lease = lease_of("br0", ip, MAC_A, host, 50);

    put_lease(&lease);
}

/* --- A static name that is a guest's ----------------------------------------------------------------------
 */

/* The administrator's file goes before the guest's lease, whichever module is asked first. */
START_TEST(static_name_of_guest)
{
    fixture_network_file("br0.macs", GUEST_RUNS);
    leased("192.0.2.30", "box");
    ASSERT_IS(both("guest"), "guest: 192.0.2.30 | ENOENT");
    config_file("static", "192.0.2.99 guest\n");
    ASSERT_IS(both("guest"), "guest: 192.0.2.99 | guest: 192.0.2.99");
    ASSERT_IS(both("GUEST"), "guest: 192.0.2.99 | guest: 192.0.2.99");
    /* The address has the name once, and the lease's has it still. */
    ASSERT_IS(HOSTS_OF("192.0.2.99"), "guest");
    ASSERT_IS(GUESTS_OF("192.0.2.99"), "ENOENT");
    ASSERT_IS(GUESTS_OF("192.0.2.30"), "guest");
    config_file("static", "192.0.2.98 other\n192.0.2.99 guest\n");
    ASSERT_IS(both("guest"), "guest: 192.0.2.99 | guest: 192.0.2.99");
    ASSERT_IS(both("other"), "ENOENT | other: 192.0.2.98");
    config_file("static", NULL);
    ASSERT_IS(both("guest"), "guest: 192.0.2.30 | ENOENT");
    ck_assert_uint_eq(fixture_problems(), 0);
}
END_TEST

/* So do hosts of libvirt's DNS. */
START_TEST(dns_host_of_guest)
{
    fixture_network_file("default.conf", CONF);
    fixture_network_file("br0.macs", GUEST_RUNS);
    leased("192.0.2.30", "");
    fixture_network_file("default.addnhosts", "192.0.2.99\tguest\n");
    ASSERT_IS(both("guest"), "guest: 192.0.2.99 | guest: 192.0.2.99");
    fixture_network_file("default.addnhosts", NULL);
    ASSERT_IS(both("guest"), "guest: 192.0.2.30 | ENOENT");
}
END_TEST

/* Whether a name is a guest's may change after the file was read. Where it is none, the module of guests
 * leaves it to the other one, which also knows the leases of that name. */
START_TEST(guest_comes_and_goes)
{
    config_file("static", "192.0.2.99 guest\n");
    ASSERT_IS(both("guest"), "ENOENT | guest: 192.0.2.99");
    fixture_definition("guest.xml", "");
    ASSERT_IS(both("guest"), "guest: 192.0.2.99 | guest: 192.0.2.99");
    fixture_definition("guest.xml", NULL);
    ASSERT_IS(both("guest"), "ENOENT | guest: 192.0.2.99");
    leased("192.0.2.30", "");
    ASSERT_IS(both("guest"), "ENOENT | guest: 192.0.2.99");
    fixture_network_file("br0.macs", GUEST_RUNS);
    ASSERT_IS(both("guest"), "guest: 192.0.2.99 | guest: 192.0.2.99");
    fixture_network_file("br0.macs", "[]");
    /* Its lease remembers it. */
    ASSERT_IS(both("guest"), "guest: 192.0.2.99 | guest: 192.0.2.99");
}
END_TEST

/* The other family is not the file's business. */
START_TEST(families_are_apart)
{
    fixture_network_file("br0.macs", GUEST_RUNS);
    leased("192.0.2.30", "");
    leased("fd00::30", "");
    config_file("static", "192.0.2.99 guest\n");
    ASSERT_IS(both("guest"), "guest: 192.0.2.99 fd00::30 | guest: 192.0.2.99");
}
END_TEST

/* Guests are told apart by case, static names are not. */
START_TEST(spelling)
{
    fixture_network_file("br0.macs", "[{\"domain\": \"Guest\", \"macs\": [\"" MAC_A "\"]}]");
    leased("192.0.2.30", "");
    config_file("static", "192.0.2.99 guest\n");
    ASSERT_IS(both("Guest"), "guest: 192.0.2.99 | guest: 192.0.2.99");
    ASSERT_IS(both("guest"), "guest: 192.0.2.99 | guest: 192.0.2.99");
    fixture_network_file("br0.macs", "[{\"domain\": \"Guest\", \"macs\": [\"" MAC_A "\"]},"
                                     " {\"domain\": \"guest\", \"macs\": [\"" MAC_B "\"]}]");
    ASSERT_IS(both("Guest"), "guest: 192.0.2.99 | guest: 192.0.2.99");
    ASSERT_IS(both("guest"), "guest: 192.0.2.99 | guest: 192.0.2.99");
}
END_TEST

/* A guest may be called by a name with dots; and a suffix stands behind what a static name is without any. */
START_TEST(names_with_dots)
{
    fixture_network_file("br0.macs", "[{\"domain\": \"guest.a.example\", \"macs\": [\"" MAC_A "\"]}]");
    leased("192.0.2.30", "");
    config_file("networks", "br0 lab.example\n");
    config_file("static", "192.0.2.99 guest.a.example network=br0\n");
    ASSERT_IS(both("guest.a.example"), "guest.lab.example: 192.0.2.99 | guest.lab.example: 192.0.2.99");
    ASSERT_IS(both("guest.a.example.lab.example"), "guest.lab.example: 192.0.2.99 | ENOENT");
    ASSERT_IS(both("guest"), "ENOENT | guest.lab.example: 192.0.2.99");
}
END_TEST

/* --- The network of a guest's entry -----------------------------------------------------------------------
 */

/* Without a network in the file it is that of the guest, whether there is a lease or not. */
START_TEST(network_by_machine)
{
    config_file("networks", "br0 lab.example\n");
    config_file("static", "192.0.2.60 mac=" MAC_A "\n");
    ASSERT_IS(both("guest.br0"), "ENOENT | ENOENT");
    fixture_network_file("br0.macs", GUEST_RUNS);
    ASSERT_IS(both("guest.br0"), "guest.lab.example: 192.0.2.60 | ENOENT");
    ASSERT_IS(both("guest"), "guest.lab.example: 192.0.2.60 | ENOENT");
    leased("192.0.2.30", "");
    ASSERT_IS(both("guest.br0"), "guest.lab.example: 192.0.2.60 | ENOENT");
    ASSERT_IS(both("guest"), "guest.lab.example: 192.0.2.60 | ENOENT");
    /* It goes elsewhere, with its machine. */
    fixture_network_file("br0.macs", "[]");
    fixture_network_file("br1.macs", GUEST_RUNS);
    ASSERT_IS(both("guest.br1"), "guest: 192.0.2.60 | ENOENT");
    ASSERT_IS(both("guest"), "guest: 192.0.2.60 | ENOENT");
    fixture_network_file("br1.macs", "[]");
    ASSERT_IS(both("guest"), "ENOENT | ENOENT");
    ck_assert_uint_eq(fixture_problems(), 0);
}
END_TEST

/* All names of the address have that network. */
START_TEST(network_of_names)
{
    fixture_network_file("br0.macs", GUEST_RUNS);
    config_file("static", "192.0.2.60 backup mac=" MAC_A "\n192.0.2.60 nas.a.example\n192.0.2.61 db\n");
    ASSERT_IS(both("backup.br0"), "ENOENT | backup: 192.0.2.60");
    ASSERT_IS(both("nas.br0"), "ENOENT | nas: 192.0.2.60");
    ASSERT_IS(both("nas.a.example"), "ENOENT | nas.a.example: 192.0.2.60");
    ASSERT_IS(both("db.br0"), "ENOENT | ENOENT");
    ASSERT_IS(both("db"), "ENOENT | db: 192.0.2.61");
}
END_TEST

/* A guest is meant by its name, too. */
START_TEST(network_by_name)
{
    fixture_network_file("br0.macs", GUEST_RUNS);
    leased("192.0.2.30", "guest");
    config_file("static", "192.0.2.99 guest\n");
    ASSERT_IS(both("guest.br0"), "guest: 192.0.2.99 | guest: 192.0.2.99");
    fixture_network_file("br1.macs", "[{\"domain\": \"guest\", \"macs\": [\"" MAC_B "\"]}]");
    ASSERT_IS(both("guest.br0"), "guest: 192.0.2.99 | guest: 192.0.2.99");
    ASSERT_IS(both("guest.br1"), "guest: 192.0.2.99 | guest: 192.0.2.99");
    ASSERT_IS(both("guest"), "guest: 192.0.2.99 | guest: 192.0.2.99");
    /* But first of all by its machine. */
    config_file("static", "192.0.2.99 guest mac=" MAC_B "\n");
    ASSERT_IS(both("guest.br1"), "guest: 192.0.2.99 | guest: 192.0.2.99");
    ASSERT_IS(both("guest.br0"), "guest: 192.0.2.30 | ENOENT");
    fixture_network_file("br1.macs", NULL);
    ASSERT_IS(both("guest.br0"), "guest: 192.0.2.99 | guest: 192.0.2.99");
}
END_TEST

/* Lines of the same address that name the network themselves. */
START_TEST(network_beside_others)
{
    fixture_network_file("br0.macs", GUEST_RUNS);
    config_file("static", "192.0.2.60 one mac=" MAC_A "\n192.0.2.60 two one.a.example network=br0\n");
    ASSERT_IS(both("one.br0"), "ENOENT | one: 192.0.2.60");
    ASSERT_IS(both("two.br0"), "ENOENT | two: 192.0.2.60");
    ASSERT_IS(both("guest.br0"), "guest: 192.0.2.60 | ENOENT");
    ASSERT_IS(HOSTS_OF("192.0.2.60"), "one.a.example one two");
    /* An address has one machine in a network. */
    config_file("static", "192.0.2.60 one mac=" MAC_A "\n192.0.2.60 two mac=" MAC_B " network=br0\n");
    ASSERT_IS(both("one.br0"), "ENOENT | ENOENT");
    ASSERT_IS(both("one"), "ENOENT | one: 192.0.2.60");
    ASSERT_IS(both("two.br0"), "ENOENT | two: 192.0.2.60");
    ck_assert_uint_eq(fixture_problems(), 0);
}
END_TEST

/* --- What libvirt only reserves ---------------------------------------------------------------------------
 */

static void expect_refused(const char *name)
{
    const struct lease other = lease_of("br0", "192.0.2.9", MAC_B, name, 60);
    struct index *index;
    enum refusal reason;

    put_lease(&other);
    index = after_pass();
    ck_assert_int_eq(derive_refusal(index, &other, &reason), 0);
    ck_assert_int_eq(reason, REFUSAL_STATIC);
    index_close(index);
}

/* That an address is kept for a machine does not put it there: a lease that lives answers. The name is its
 * own all the same. */
START_TEST(reserved_behind_lease)
{
    struct lease expired = lease_of("br0", "192.0.2.20", MAC_A, "box", 51);

    fixture_network_file("default.conf", CONF);
    leased("192.0.2.20", "box");
    ASSERT_IS(both("box"), "ENOENT | box: 192.0.2.20");
    fixture_network_file("default.hostsfile", MAC_A ",192.0.2.61,box\n");
    ASSERT_IS(both("box"), "ENOENT | box: 192.0.2.20");
    ASSERT_IS(HOSTS_OF("192.0.2.61"), "box");
    expect_refused("box");
    ASSERT_IS(both("box"), "ENOENT | box: 192.0.2.20");
    /* So for the guest's name. */
    fixture_network_file("br0.macs", GUEST_RUNS);
    ASSERT_IS(both("guest"), "guest: 192.0.2.20 | ENOENT");
    expired.expiry = 100;
    put_lease(&expired);
    ASSERT_IS(both("guest"), "guest: 192.0.2.61 | ENOENT");
    ASSERT_IS(both("box"), "ENOENT | box: 192.0.2.61");
    leased("192.0.2.61", "box");
    ASSERT_IS(both("box"), "ENOENT | box: 192.0.2.61");
    ASSERT_IS(both("guest"), "guest: 192.0.2.61 | ENOENT");
}
END_TEST

/* What libvirt's DNS was told is static, of the same address or another. */
START_TEST(reserved_behind_dns_host)
{
    fixture_network_file("default.conf", CONF);
    leased("192.0.2.20", "box");
    fixture_network_file("default.hostsfile", MAC_A ",192.0.2.61,box\n");
    fixture_network_file("default.addnhosts", "192.0.2.70\tbox\n");
    ASSERT_IS(both("box"), "ENOENT | box: 192.0.2.70");
    fixture_network_file("default.addnhosts", "192.0.2.61\tbox\n");
    ASSERT_IS(both("box"), "ENOENT | box: 192.0.2.61");
    fixture_network_file("default.addnhosts", NULL);
    ASSERT_IS(both("box"), "ENOENT | box: 192.0.2.20");
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("static_guests");

    tcase_add_checked_fixture(tcase, static_fixture_setup, NULL);
    tcase_add_test(tcase, static_name_of_guest);
    tcase_add_test(tcase, dns_host_of_guest);
    tcase_add_test(tcase, guest_comes_and_goes);
    tcase_add_test(tcase, families_are_apart);
    tcase_add_test(tcase, spelling);
    tcase_add_test(tcase, names_with_dots);
    tcase_add_test(tcase, network_by_machine);
    tcase_add_test(tcase, network_of_names);
    tcase_add_test(tcase, network_by_name);
    tcase_add_test(tcase, network_beside_others);
    tcase_add_test(tcase, reserved_behind_lease);
    tcase_add_test(tcase, reserved_behind_dns_host);
    return test_case_run(tcase);
}
