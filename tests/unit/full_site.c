#include "full_site.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "indexer/guests.h"
#include "indexer/hosts_files.h"
#include "indexer/settings.h"
#include "indexer/static_file.h"
#include "indexer/suffixes.h"
#include "reports.h"
#include "schema/paths.h"
#include "test_case.h"

#define LATE UINT64_C(4102444800)

static char state[256], networks[256], definitions[256], config[256], lease_file[256];

static struct reports reports;

static void make_dir(char *to, const char *name)
{
    snprintf(to, sizeof(state), "%s", own_path(name));
    ck_assert_int_eq(mkdir(to, 0755), 0);
}

static void write_files(void)
{
    own_write("networks/" SITE_BRIDGE ".macs",
              "[{\"domain\": \"" SITE_GUEST "\", \"macs\": [\"" SITE_GUEST_MAC "\", \"52:54:00:00:09:02\"]},"
              " {\"domain\": \"Mail 2\", \"macs\": [\"52:54:00:00:09:03\"]}]");
    own_write(
        "networks/" SITE_BRIDGE ".status",
        "[{\"ip-address\": \"10.0.0.5\", \"mac-address\": \"52:54:00:00:00:05\", \"hostname\": \"five\","
        "  \"client-id\": \"01:aa\", \"expiry-time\": 4102444800},"
        " {\"ip-address\": \"10.0.0.6\", \"mac-address\": \"" SITE_GUEST_MAC "\", \"hostname\": \"db\","
        "  \"expiry-time\": 4102444800}]");
    own_write("networks/lab.conf",
              "interface=" SITE_BRIDGE "\ndhcp-range=10.0.0.2,10.0.9.254,255.255.0.0\ndomain=lab.example\n");
    own_write("networks/lab.hostsfile", "52:54:00:00:00:77,10.0.0.77,kept\n");
    own_write("networks/lab.addnhosts", "10.0.0.78\thosted\tother\n");
    own_write("definitions/qemu/web.xml", "");
    own_write("config/lvindex.conf", "grace=60\n");
    own_write("config/static", "192.0.2.9 printer mac=52:54:00:00:00:99 network=lan\n192.0.2.8 scanner\n");
    own_write("config/networks", SITE_BRIDGE " lab.corp lab\n. home.example\n");
    own_write("leases", "4102444800 52:54:00:00:01:01 10.1.0.1 desk 01:52:54\n"
                        "duid 00:01:02\n"
                        "4102444800 7 fd00::7 tablet 00:01:00:01:2a\n");
}

void full_site_setup(void)
{
    make_dir(state, "state");
    make_dir(networks, "networks");
    make_dir(definitions, "definitions");
    /* Who finishes what another writer began looks there. */
    setenv(ENV_LIBVIRT_DIR, networks, true);
    ck_assert_int_eq(mkdir(own_path("definitions/qemu"), 0755), 0);
    make_dir(config, "config");
    snprintf(lease_file, sizeof(lease_file), "%s", own_path("leases"));
    write_files();
}

void full_site_change(void)
{
    own_write("networks/" SITE_BRIDGE ".macs",
              "[{\"domain\": \"" SITE_GUEST "\", \"macs\": [\"" SITE_GUEST_MAC "\"]},"
              " {\"domain\": \"new\", \"macs\": [\"52:54:00:00:00:05\", \"52:54:00:00:09:09\"]}]");
    own_write(
        "networks/" SITE_BRIDGE ".status",
        "[{\"ip-address\": \"10.0.0.5\", \"mac-address\": \"52:54:00:00:00:05\", \"hostname\": \"fifth\","
        "  \"expiry-time\": 4102444801},"
        " {\"ip-address\": \"10.0.0.8\", \"mac-address\": \"52:54:00:00:00:08\", \"hostname\": \"web\","
        "  \"expiry-time\": 4102444800}]");
    own_write("networks/lab.conf", "interface=" SITE_BRIDGE
                                   "\ndhcp-range=10.0.0.2,10.0.9.254,255.255.255.0\ndomain=lab2.example\n");
    own_write("networks/lab.hostsfile", "52:54:00:00:00:79,10.0.0.79,kept2\nkept3,10.0.0.80\n");
    own_write("networks/lab.addnhosts", "10.0.0.81\thosted\tnewer\n");
    own_write("definitions/qemu/new.xml", "");
    own_write("config/lvindex.conf", "grace=30\n");
    own_write("config/static", "192.0.2.9 plotter\n192.0.2.10 scanner scan2\n");
    own_write("config/networks", SITE_BRIDGE " other.corp\nlan lan.corp\n");
    own_write("leases", "4102444801 52:54:00:00:01:01 10.1.0.1 chair *\n"
                        "4102444800 52:54:00:00:01:02 10.1.0.2 lamp *\n");
}

void full_site_clear(void)
{
    static const char *const files[] = {"networks/" SITE_BRIDGE ".macs",
                                        "networks/" SITE_BRIDGE ".status",
                                        "networks/lab.conf",
                                        "networks/lab.hostsfile",
                                        "networks/lab.addnhosts",
                                        "definitions/qemu/web.xml",
                                        "config/lvindex.conf",
                                        "config/static",
                                        "config/networks"};

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        ck_assert_int_eq(unlink(own_path(files[i])), 0);
    own_write("leases", "duid 00:01:03\n");
}

const char *full_site_state(void)
{
    return state;
}

const char *full_site_networks(void)
{
    return networks;
}

int full_site_sync(const struct report *report)
{
    struct lease_source source = {"lan", lease_file};
    const struct sync_sources sources = {
        .libvirt = {networks, definitions}, .config = config, .leases = &source, .lease_count = 1};

    return sync_pass(state, STORE_CHECK, &sources, report);
}

struct event full_site_event(enum event_action action, const char *network, const char *ip,
                             const char *client, const char *name)
{
    struct event event = {.action = action,
                          .has_expiry = true,
                          .libvirt = strcmp(network, SITE_BRIDGE) == 0,
                          .lease.expiry = LATE};

    strcpy(event.lease.network, network);
    ck_assert_int_eq(ip_parse(ip, &event.lease.ip), 0);
    if (event.lease.ip.len == IPV4_LEN) {
        ck_assert_int_eq(hwaddr_parse(client, &event.lease.hwaddr), 0);
    } else {
        ck_assert_int_eq(octets_parse(client, &event.lease.client_id), 0);
        ck_assert_int_eq(octets_parse("00:01:02:03", &event.server_duid), 0);
        event.lease.has_iaid = true;
        event.lease.iaid = 7;
    }
    strcpy(event.name, name);
    strcpy(event.domain, "dns.example");
    return event;
}

/* As hook/main.c does it. */
static int take_event(struct index *index, void *context)
{
    const struct libvirt_dirs dirs = {networks, definitions};
    const struct event *event = context;
    int rc = settings_refresh(index, config);

    if (rc == 0)
        rc = guests_refresh(index, &dirs);
    if (rc == 0)
        rc = suffixes_refresh(index, config);
    if (rc == 0)
        rc = static_file_refresh(index, config);
    if (rc == 0 && event->libvirt)
        rc = hosts_files_refresh_bridge(index, networks, SITE_BRIDGE);
    return rc < 0 ? index_failed(index, rc) : event_apply(index, event, networks);
}

int full_site_hook(const struct event *event, const struct report *report)
{
    struct event own = *event;

    /* As the hook tells libvirt's file. */
    own.mirrored = own.name[0] != '\0' ? own.name : NULL;
    return index_change(state, STORE_WRITE, report, take_event, &own);
}

static void add(const char *network, const char *ip, const char *client, const char *name)
{
    const struct event event = full_site_event(EVENT_ADD, network, ip, client, name);

    ck_assert_int_eq(full_site_hook(&event, &reports.sink), 1);
}

void full_site_index(void)
{
    reports_start(&reports);
    ck_assert_int_eq(full_site_sync(&reports.sink), 1);
    add("", "192.0.2.1", "52:54:00:00:00:01", "one");
    add("", "192.0.2.2", "52:54:00:00:00:02", "two");
    add("", "fd00::1", "00:01:00:01:2b", "six");
    add(SITE_BRIDGE, "10.0.0.9", SITE_GUEST_MAC, "dbhost");
    reports_expect_none(&reports);
}
