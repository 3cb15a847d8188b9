/* Static entries and guests: who answers for a guest's name, asked as the modules ask. */
#include <string.h>
#include <sys/socket.h>

#include "ask_index.h"
#include "indexer/guests.h"
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
    return test_case_run(tcase);
}
