/*
 * lvindex-sync: brings the index in line with libvirt's files and dnsmasq's lease files, once or for ever; or
 * takes leases away.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "forget.h"
#include "hosts_follow.h"
#include "indexer/sync_pass.h"
#include "indexer/tool.h"
#include "schema/name.h"
#include "schema/paths.h"
#include "watch.h"

struct options {
    struct sync_sources sources;
    struct forget_request *forget;
    size_t forget_count;
    const char *hosts_file;
    bool watch;
    bool verbose;
};

static void print_help(const struct tool *tool)
{
    printf("Usage: %s [OPTION]...\n"
           "Bring the lvindex index in line with libvirt's files and with dnsmasq lease files.\n"
           "\n"
           "Reads DIR/*.status and DIR/*.macs of libvirt's directory and every lease file given, then\n"
           "publishes what changed, at once. Names resolve from then on.\n"
           "\n"
           "  -l, --leases=[NETWORK=]FILE  read dnsmasq's lease file FILE, for the network NETWORK\n"
           "                               (default: the unnamed one); may be given more than once\n"
           "  -w, --watch                  go on, and follow every change of these files, until\n"
           "                               SIGTERM or SIGINT; a directory may come later\n"
           "  -H, --hosts-file=FILE        keep FILE, a file like /etc/hosts, in line with the index: the\n"
           "                               lines of lvindex-dump --hosts, replaced when they change\n"
           "  -v, --verbose                print a line for each change\n"
           "  -f, --forget=[NETWORK=]WHAT  instead, remove the leases of an address, of a hardware\n"
           "                               address, or of a machine by its host name or guest name,\n"
           "                               unless a file still lists them; may be given more than once\n"
           "  -h, --help                   show this help and exit\n"
           "  -V, --version                show the version and exit\n"
           "\n"
           "Environment:\n"
           "  " ENV_STATE_DIR "              directory of the index (" LVINDEX_STATEDIR ")\n"
           "  " ENV_LIBVIRT_DIR "      libvirt's directory (" LVINDEX_LIBVIRTDIR ")\n"
           "  " ENV_DEFINITIONS_DIR "  libvirt's definitions (" LVINDEX_DEFINITIONSDIR ")\n"
           "  " ENV_CONFIG_DIR "       the administrator's own files (" LVINDEX_CONFIGDIR ")\n"
           "\n"
           "Examples:\n"
           "  %s -v\n"
           "  %s --watch\n"
           "  %s --watch --hosts-file=/var/lib/lvindex/hosts/hosts\n"
           "  %s --leases=lan=/var/lib/misc/dnsmasq.leases\n"
           "  %s --leases=lab=/var/lib/lab/leases --leases=guests=/var/lib/guests/leases\n"
           "  %s --forget=web --forget=lab=192.0.2.7\n"
           "\n"
           "Exit status: 0 done; 1 something failed, could not be read or may not be forgotten (the rest is\n"
           "done all the same); 2 wrong usage.\n",
           tool->name, tool->name, tool->name, tool->name, tool->name, tool->name, tool->name);
}

/* Cuts [NETWORK=]REST in two; NULL where no network stands before. What stands before a "=" is a network
 * unless it holds a slash. */
static const char *cut_network(char **text)
{
    char *equals = strchr(*text, '=');
    const char *network = *text;

    if (equals == NULL || memchr(*text, '/', (size_t)(equals - *text)) != NULL)
        return NULL;
    *equals = '\0';
    *text = equals + 1;
    return network;
}

/* What is wrong with a network and what stands behind it: an exit status, or -1. */
static int check_pair(const struct tool *tool, const char *option, const char *network, const char *rest)
{
    if (network != NULL && !network_valid(network))
        return tool_usage_error(tool, "%s: \"%s\" is no valid network name", option, network);
    return rest[0] == '\0' ? tool_usage_error(tool, "%s: nothing given", option) : -1;
}

/* Makes room for one more of `size` bytes; NULL, after a complaint, without memory. */
static void *grow(const struct tool *tool, const char *option, void *array, size_t count, size_t size)
{
    void *more = reallocarray(array, count + 1, size);

    if (more == NULL)
        fprintf(stderr, "%s: %s: %s\n", tool->name, option, strerror(ENOMEM));
    return more;
}

static int add_leases(const struct tool *tool, struct options *options, char *text)
{
    struct sync_sources *sources = &options->sources;
    const char *network = cut_network(&text);
    struct lease_source *more;
    int status = check_pair(tool, "--leases", network, text);

    if (status >= 0)
        return status;
    more = grow(tool, "--leases", sources->leases, sources->lease_count, sizeof(*more));
    if (more == NULL)
        return TOOL_FAILED;
    sources->leases = more;
    more[sources->lease_count++] = (struct lease_source){network != NULL ? network : "", text};
    return -1;
}

static int add_forget(const struct tool *tool, struct options *options, char *text)
{
    const char *network = cut_network(&text);
    struct forget_request *more;
    const size_t length = strlen(text);
    int status = check_pair(tool, "--forget", network, text);

    if (status >= 0)
        return status;
    more = grow(tool, "--forget", options->forget, options->forget_count, sizeof(*more));
    if (more == NULL)
        return TOOL_FAILED;
    options->forget = more;
    /* A name may end with the dot of a whole one; the unnamed network is - as in lvindex-dump. */
    if (length > 1 && text[length - 1] == '.')
        text[length - 1] = '\0';
    if (network != NULL && strcmp(network, "-") == 0)
        network = "";
    more[options->forget_count++] = (struct forget_request){network, text};
    return -1;
}

/* Is this the host's own hosts file? That has other lines than ours, which it cannot do without. */
static bool is_etc_hosts(const char *file)
{
    struct stat own, given;

    return stat("/etc/hosts", &own) == 0 && stat(file, &given) == 0 && own.st_dev == given.st_dev &&
           own.st_ino == given.st_ino;
}

static int set_hosts_file(const struct tool *tool, struct options *options, const char *file)
{
    const char *slash = strrchr(file, '/');
    const char *name = slash != NULL ? slash + 1 : file;

    if (options->hosts_file != NULL)
        return tool_usage_error(tool, "--hosts-file: given twice");
    if (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return tool_usage_error(tool, "--hosts-file: \"%s\" names no file", file);
    if (is_etc_hosts(file))
        return tool_usage_error(tool, "--hosts-file: %s: has this host's own names, and is not replaced",
                                file);
    options->hosts_file = file;
    return -1;
}

/* An exit status, or -1 to go on. */
static int parse(struct tool *tool, int argc, char **argv, struct options *options)
{
    static const struct option longs[] = {
        {"leases", required_argument, NULL, 'l'}, {"watch", no_argument, NULL, 'w'},
        {"verbose", no_argument, NULL, 'v'},      {"hosts-file", required_argument, NULL, 'H'},
        {"forget", required_argument, NULL, 'f'}, {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},      {NULL, 0, NULL, 0}};
    int option, status = -1;

    opterr = 0;
    while (status < 0 && (option = getopt_long(argc, argv, ":l:f:H:wvhV", longs, NULL)) != -1) {
        switch (option) {
        case 'l':
            status = add_leases(tool, options, optarg);
            break;
        case 'f':
            status = add_forget(tool, options, optarg);
            break;
        case 'H':
            status = set_hosts_file(tool, options, optarg);
            break;
        case 'w':
            options->watch = true;
            break;
        case 'v':
            options->verbose = true;
            break;
        case 'h':
            print_help(tool);
            return tool_finish_output(tool);
        case 'V':
            tool_version(tool);
            return tool_finish_output(tool);
        default:
            return tool_usage_error(tool,
                                    option == ':' ? "%s needs a value" : "%s is no option or takes no value",
                                    argv[optind - 1]);
        }
    }
    if (status < 0 && optind < argc)
        return tool_usage_error(tool, "%s: too many arguments", argv[optind]);
    if (status < 0 && options->forget_count > 0 &&
        (options->watch || options->sources.lease_count > 0 || options->hosts_file != NULL))
        return tool_usage_error(tool, "--forget goes with neither --watch nor --leases nor --hosts-file");
    return status;
}

/* Who runs it by hand wants to be sure of all of the index, and to hear of all that is wrong. */
static void sync_once(const struct options *options, const struct report *report)
{
    struct hosts_follow hosts = {.path = options->hosts_file, .state_dir = tool_state_dir()};
    struct report thorough = *report;

    thorough.thorough = true;
    sync_pass(tool_state_dir(), STORE_CHECK, &options->sources, &thorough);
    hosts_follow_update(&hosts, report);
}

static int run(struct tool *tool, const struct options *options)
{
    const struct report report = tool_report(tool);
    int status;

    tool->verbose = options->verbose || options->forget_count > 0;
    if (options->watch)
        return watch(tool, tool_state_dir(), &options->sources, options->hosts_file) < 0 ? TOOL_FAILED
                                                                                         : TOOL_DONE;
    tool_keep_changes(tool);
    if (options->forget_count > 0)
        forget(tool_state_dir(), options->sources.libvirt.networks, options->forget, options->forget_count,
               &report);
    else
        sync_once(options, &report);
    tool_tell_changes(tool);
    status = tool_finish_output(tool);
    return tool->failed ? TOOL_FAILED : status;
}

int main(int argc, char **argv)
{
    struct tool tool = {.name = "lvindex-sync"};
    struct options options = {.sources = {.libvirt = libvirt_dirs_default(), .config = tool_config_dir()}};
    int status = tool_start(&tool) < 0 ? TOOL_FAILED : parse(&tool, argc, argv, &options);

    if (status < 0)
        status = run(&tool, &options);
    free(options.sources.leases);
    free(options.forget);
    return status;
}
