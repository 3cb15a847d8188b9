/*
 * lvindex-sync: brings the index in line with libvirt's files and dnsmasq's lease files, once or for ever.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "schema/name.h"
#include "schema/paths.h"
#include "sync_pass.h"
#include "tool.h"
#include "watch.h"

struct options {
    struct sync_sources sources;
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
           "  -v, --verbose                print a line for each change\n"
           "  -h, --help                   show this help and exit\n"
           "  -V, --version                show the version and exit\n"
           "\n"
           "Environment:\n"
           "  " ENV_STATE_DIR "              directory of the index (" LVINDEX_STATEDIR ")\n"
           "  " ENV_LIBVIRT_DIR "      libvirt's directory (" LVINDEX_LIBVIRTDIR ")\n"
           "  " ENV_DEFINITIONS_DIR "  libvirt's definitions (" LVINDEX_DEFINITIONSDIR ")\n"
           "\n"
           "Examples:\n"
           "  %s -v\n"
           "  %s --watch\n"
           "  %s --leases=lan=/var/lib/misc/dnsmasq.leases\n"
           "  %s --leases=lab=/var/lib/lab/leases --leases=guests=/var/lib/guests/leases\n"
           "\n"
           "Exit status: 0 done; 1 something failed or could not be read (the rest is done all the same);\n"
           "2 wrong usage.\n",
           tool->name, tool->name, tool->name, tool->name, tool->name);
}

/* `text` is [NETWORK=]FILE and is cut in two. What stands before a "=" is a network unless it holds a slash.
 */
static int add_leases(const struct tool *tool, struct options *options, char *text)
{
    struct lease_source source = {"", text};
    char *equals = strchr(text, '=');
    struct lease_source *more;

    if (equals != NULL && memchr(text, '/', (size_t)(equals - text)) == NULL) {
        *equals = '\0';
        source = (struct lease_source){text, equals + 1};
    }
    if (!network_valid(source.network))
        return tool_usage_error(tool, "--leases: \"%s\" is no valid network name", source.network);
    if (source.path[0] == '\0')
        return tool_usage_error(tool, "--leases: no file given");
    more = reallocarray(options->sources.leases, options->sources.lease_count + 1, sizeof(*more));
    if (more == NULL) {
        fprintf(stderr, "%s: %s\n", tool->name, strerror(ENOMEM));
        return TOOL_FAILED;
    }
    options->sources.leases = more;
    options->sources.leases[options->sources.lease_count++] = source;
    return -1;
}

/* An exit status, or -1 to go on. */
static int parse(struct tool *tool, int argc, char **argv, struct options *options)
{
    static const struct option longs[] = {
        {"leases", required_argument, NULL, 'l'}, {"watch", no_argument, NULL, 'w'},
        {"verbose", no_argument, NULL, 'v'},      {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},      {NULL, 0, NULL, 0}};
    int option, status = -1;

    opterr = 0;
    while (status < 0 && (option = getopt_long(argc, argv, ":l:wvhV", longs, NULL)) != -1) {
        switch (option) {
        case 'l':
            status = add_leases(tool, options, optarg);
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
    return status;
}

static int run(struct tool *tool, const struct options *options)
{
    const struct report report = tool_report(tool);
    int status;

    tool->changes = options->verbose ? stdout : NULL;
    if (options->watch)
        return watch(tool, tool_state_dir(), &options->sources) < 0 ? TOOL_FAILED : TOOL_DONE;
    /* Who runs it by hand wants to be sure of all of the index. */
    sync_pass(tool_state_dir(), STORE_CHECK, &options->sources, &report);
    status = tool_finish_output(tool);
    return tool->failed ? TOOL_FAILED : status;
}

int main(int argc, char **argv)
{
    struct tool tool = {.name = "lvindex-sync"};
    struct options options = {.sources = {.libvirt = libvirt_dirs_default()}};
    int status = tool_start() < 0 ? TOOL_FAILED : parse(&tool, argc, argv, &options);

    if (status < 0)
        status = run(&tool, &options);
    free(options.sources.leases);
    return status;
}
