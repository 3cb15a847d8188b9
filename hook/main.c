/*
 * lvindex-hook: dnsmasq's --dhcp-script. One lease event in, one index out.
 */
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "arguments.h"
#include "indexer/guests.h"
#include "indexer/hosts_files.h"
#include "indexer/index.h"
#include "indexer/settings.h"
#include "indexer/static_file.h"
#include "indexer/suffixes.h"
#include "indexer/sync_pass.h"
#include "indexer/tool.h"
#include "init.h"
#include "schema/paths.h"
#include "scripts.h"

static void print_help(const struct tool *tool)
{
    printf("Usage: %s add|old|del MAC-or-DUID IP [HOSTNAME]\n"
           "       %s arp-add|arp-del MAC IP\n"
           "       %s init\n"
           "Take a lease event from dnsmasq into the lvindex index, so that the client's name resolves.\n"
           "\n"
           "dnsmasq runs it: put \"dhcp-script=/path/to/%s\" and \"script-on-renewal\" into\n"
           "its configuration. Other actions (tftp, ...) are accepted and do nothing.\n"
           "\n"
           "  add, old, del  a lease is new, renewed or repeated, gone; more about it is in the\n"
           "                 DNSMASQ_ variables of the environment, see dnsmasq(8), --dhcp-script\n"
           "  arp-add, arp-del  a neighbour was seen, or is gone (--script-arp): so guests with a static\n"
           "                 address are known\n"
           "  init           print the known leases in lease file format, for a dnsmasq that keeps\n"
           "                 none of its own (--leasefile-ro)\n"
           "  -h, --help     show this help and exit\n"
           "  -V, --version  show the version and exit\n"
           "\n"
           "Environment:\n"
           "  VIR_BRIDGE_NAME          the network, set by libvirt\n"
           "  LVINDEX_NETWORK          the network, where libvirt is not there (default: the unnamed one)\n"
           "  " ENV_STATE_DIR "              directory of the index (" LVINDEX_STATEDIR ")\n"
           "  " ENV_LIBVIRT_DIR "      libvirt's directory (" LVINDEX_LIBVIRTDIR ")\n"
           "  " ENV_DEFINITIONS_DIR "  libvirt's definitions (" LVINDEX_DEFINITIONSDIR ")\n"
           "  " ENV_CONFIG_DIR "       the administrator's own files (" LVINDEX_CONFIGDIR ")\n"
           "\n"
           "Example, by hand:\n"
           "  %s add 52:54:00:12:34:56 192.0.2.7 web\n"
           "\n"
           "Exit status: 0 done, or nothing to do; 1 failed; 2 wrong usage.\n",
           tool->name, tool->name, tool->name, tool->name, tool->name);
}

/* Brings the index in line with what files say, before an event of the network of libvirt's, or of none
 * (NULL). */
static int refresh(struct index *index, const struct libvirt_dirs *dirs, const char *bridge)
{
    int rc;

    /* What is lost of other networks must not wait for an event of theirs. */
    if (store_damaged(index->store))
        return sync_read(index, &(struct sync_sources){.libvirt = *dirs, .config = tool_config_dir()});
    rc = settings_refresh(index, tool_config_dir());
    if (rc == 0)
        rc = guests_refresh(index, dirs);
    if (rc == 0)
        rc = suffixes_refresh(index, tool_config_dir());
    if (rc == 0)
        rc = static_file_refresh(index, tool_config_dir());
    return rc == 0 && bridge != NULL ? hosts_files_refresh_bridge(index, dirs->networks, bridge) : rc;
}

struct incoming {
    const struct event *event;
    struct libvirt_dirs dirs;
};

static int take_event(struct index *index, void *context)
{
    const struct incoming *incoming = context;
    const struct event *event = incoming->event;
    int rc = refresh(index, &incoming->dirs, event->libvirt ? event->lease.network : NULL);

    return rc < 0 ? index_failed(index, rc) : event_apply(index, event, incoming->dirs.networks);
}

static int run_event(struct tool *tool, enum event_action action, char **argv)
{
    const struct report report = tool_report(tool);
    struct event event;
    struct incoming incoming = {&event, libvirt_dirs_default()};
    int rc = arguments_read(action, argv, &report, &event);

    if (rc == 0)
        rc = index_change(tool_state_dir(), STORE_WRITE, &report, take_event, &incoming);
    /* A damaged file of libvirt's is complained of, but the event was taken in. */
    return rc < 0 ? TOOL_FAILED : TOOL_DONE;
}

struct sighting {
    struct neighbour neighbour;
    bool gone;
};

static int take_sighting(struct index *index, void *context)
{
    const struct sighting *sighting = context;
    const struct libvirt_dirs dirs = libvirt_dirs_default();
    int rc = refresh(index, &dirs, NULL);

    if (rc == 0)
        rc = sighting->gone ? neighbour_gone(index, &sighting->neighbour)
                            : neighbour_seen(index, &sighting->neighbour);
    return rc < 0 ? index_failed(index, rc) : 0;
}

static int run_sighting(struct tool *tool, bool gone, char **argv)
{
    const struct report report = tool_report(tool);
    struct sighting sighting = {.gone = gone};
    int rc = arguments_neighbour(argv, &report, &sighting.neighbour);

    if (rc == 0)
        rc = index_change(tool_state_dir(), STORE_WRITE, &report, take_sighting, &sighting);
    return rc < 0 ? TOOL_FAILED : TOOL_DONE;
}

/* Whatever goes wrong is logged, and the exit status is 0: any other stops dnsmasq from starting. */
static int run_init(struct tool *tool)
{
    const struct report report = tool_report(tool);
    struct index *index = NULL;
    bool libvirt;
    const char *network = arguments_network(&report, &libvirt);

    if (network != NULL && index_open_read(tool_state_dir(), &report, &index) == 0) {
        int rc = libvirt ? init_print_libvirt(index, network, libvirt_dirs_default().networks, stdout)
                         : init_print(index, network, stdout);

        if (rc < 0)
            report_errno(&report, rc, "init");
    }
    index_close(index);
    tool_finish_output(tool);
    return TOOL_DONE;
}

static int run(struct tool *tool, int argc, char **argv)
{
    static const char *const actions[] = {[EVENT_ADD] = "add", [EVENT_OLD] = "old", [EVENT_DEL] = "del"};

    if (argc < 1)
        return tool_usage_error(tool, "no action given");
    /* libvirt's helper passes over two or three arguments here. */
    if (strcmp(argv[0], "init") == 0)
        return argc == 1 || argc == 3 || argc == 4 ? run_init(tool)
                                                   : tool_usage_error(tool, "init: wants no arguments");
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (strcmp(argv[0], actions[i]) != 0)
            continue;
        if (argc < 3 || argc > 4)
            return tool_usage_error(tool, "%s: wants MAC-or-DUID, IP and maybe HOSTNAME", argv[0]);
        return run_event(tool, (enum event_action)i, argv + 1);
    }
    if (strcmp(argv[0], "arp-add") == 0 || strcmp(argv[0], "arp-del") == 0)
        return argc == 3 || argc == 4 ? run_sighting(tool, strcmp(argv[0], "arp-del") == 0, argv + 1)
                                      : tool_usage_error(tool, "%s: wants MAC and IP", argv[0]);
    /* tftp, relay-snoop, and what a newer dnsmasq may send */
    return TOOL_DONE;
}

int main(int argc, char **argv)
{
    static const struct option longs[] = {
        {"help", no_argument, NULL, 'h'}, {"version", no_argument, NULL, 'V'}, {NULL, 0, NULL, 0}};
    struct tool tool = {.name = "lvindex-hook"};
    int option, status;

    if (tool_start(&tool) < 0)
        return argc > 1 && strcmp(argv[1], "init") == 0 ? TOOL_DONE : TOOL_FAILED;
    opterr = 0;
    /* Options end at the action: what follows it is dnsmasq's. */
    while ((option = getopt_long(argc, argv, "+hV", longs, NULL)) != -1) {
        switch (option) {
        case 'h':
            print_help(&tool);
            return tool_finish_output(&tool);
        case 'V':
            tool_version(&tool);
            return tool_finish_output(&tool);
        default:
            return tool_usage_error(&tool, "%s is no option or takes no value", argv[optind - 1]);
        }
    }
    status = run(&tool, argc - optind, argv + optind);
    /* Whatever became of the event: others are not to suffer from our failure. */
    if (optind < argc) {
        const struct report report = tool_report(&tool);

        scripts_run(tool_config_dir(), argv + optind, &tool.defaults, &report);
    }
    return status;
}
