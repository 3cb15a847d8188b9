/*
 * A writer was killed when its index was ready: whether that is published is for libvirt's file to say.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "build_index.h"
#include "index_fixture.h"
#include "indexer/leases.h"
#include "schema/paths.h"
#include "test_case.h"

#define MAC_A "52:54:00:00:00:0a"
#define MAC_B "52:54:00:00:00:0b"

static void setup(void)
{
    fixture_setup();
    ck_assert_int_eq(setenv(ENV_LIBVIRT_DIR, fixture_dirs().networks, 1), 0);
}

/* An event of a client that asked for a name and did not get it. */
static void refused(struct event *event, const char *network, const char *ip, const char *mac)
{
    *event = (struct event){.action = EVENT_ADD, .libvirt = true, .lease = lease_of(network, ip, mac, "", 0)};
    strcpy(event->supplied, "www");
    event->mirrored = event->supplied;
}

static void take(const struct event *event)
{
    struct index *index = fixture_open();

    ck_assert_int_eq(event_apply(index, event, fixture_dirs().networks), 0);
    fixture_commit(index, 1);
}

/* Takes the event, but is killed when `.status` is written. */
static void be_killed(const struct event *event)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        struct index *index = fixture_open();

        _exit(event_apply(index, event, fixture_dirs().networks) == 0 ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(access(own_path("state/" NEW_FILE), F_OK), 0);
}

/* The next writer, and what it finds to be known of the lease. */
static int next_writer(const char *ip, struct lease *lease)
{
    struct index *index = fixture_open();
    struct ip parsed;
    int rc;

    ck_assert_int_eq(ip_parse(ip, &parsed), 0);
    rc = leases_get(index, "br0", &parsed, lease);
    index_close(index);
    ck_assert_int_eq(access(own_path("state/" NEW_FILE), F_OK), -1);
    return rc;
}

/* Also when there was no index yet. */
START_TEST(published)
{
    struct event event;
    struct lease lease;

    if (_i == 1) {
        refused(&event, "br0", "192.0.2.2", MAC_B);
        take(&event);
    }
    refused(&event, "br0", "192.0.2.1", MAC_A);
    be_killed(&event);
    ck_assert_int_eq(next_writer("192.0.2.1", &lease), 0);
    ck_assert_str_eq(lease.refused, "www");
}
END_TEST

/* The file is what it was, or somebody else's: what the index has forgotten of it must not be. */
START_TEST(not_published)
{
    struct event event;
    struct bytes before;
    struct lease lease;

    refused(&event, "br0", "192.0.2.1", MAC_A);
    take(&event);
    before = read_file(own_path("networks/br0.status"));
    event.action = EVENT_DEL;
    be_killed(&event);
    switch (_i) {
    case 0:
        write_file(own_path("networks/br0.status"), before);
        break;
    case 1:
        fixture_network_file("br0.status", "[]");
        break;
    default:
        fixture_network_file("br0.status", NULL);
        break;
    }
    free((void *)before.at);
    ck_assert_int_eq(next_writer("192.0.2.1", &lease), 0);
    ck_assert_str_eq(lease.refused, "www");
}
END_TEST

/* The file of a network that the killed writer did not touch has no say. */
START_TEST(another_network)
{
    struct event here, there;
    struct lease lease;

    refused(&here, "br0", "192.0.2.1", MAC_A);
    refused(&there, "br1", "192.0.2.1", MAC_A);
    take(&there);
    be_killed(&here);
    fixture_network_file("br1.status", "[]");
    ck_assert_int_eq(next_writer("192.0.2.1", &lease), 0);
}
END_TEST

/* Where libvirt's directory is not there, nothing tells that the event happened. */
START_TEST(no_directory)
{
    struct event event;
    struct lease lease;

    refused(&event, "br0", "192.0.2.1", MAC_A);
    be_killed(&event);
    ck_assert_int_eq(setenv(ENV_LIBVIRT_DIR, "/nonexistent", 1), 0);
    ck_assert_int_eq(next_writer("192.0.2.1", &lease), -ENOENT);
}
END_TEST

int main(void)
{
    TCase *tests = test_case("recover");

    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_loop_test(tests, published, 0, 2);
    tcase_add_loop_test(tests, not_published, 0, 3);
    tcase_add_test(tests, another_network);
    tcase_add_test(tests, no_directory);
    return test_case_run(tests);
}
