/*
 * lvindex-dump: shows what is in the index.
 */
#include "dump.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dump_follow.h"
#include "indexer/tool.h"
#include "indexer/trust.h"
#include "schema/paths.h"

static void print_help(const struct tool *tool)
{
    printf("Usage: %s [OPTION]...\n"
           "Show the leases and names of the lvindex index. Anyone may; nothing is changed.\n"
           "\n"
           "Formats, instead of the table:\n"
           "  -j, --json          a JSON object, for programs\n"
           "  -H, --hosts         what is answered now, as lines of /etc/hosts\n"
           "  -S, --ssh-config    the same as Host blocks of ssh_config\n"
           "  -r, --raw           every record of the index, escaped: one line \"key = value\" each\n"
           "  -s, --stats         how large the index is and how its files are filled; with --json,\n"
           "                      as a JSON object\n"
           "  -e, --explain=NAME  why a name, or an address, is answered as it is: what the index\n"
           "                      has for it, what was refused, what each module answers; with\n"
           "                      --json, as a JSON object\n"
           "  -c, --check         what keeps names from resolving on this host, as one line a\n"
           "                      finding; best as root; with --json, as a JSON array\n"
           "  -f, --follow        changes as they happen, one line each, until SIGINT or SIGTERM; with\n"
           "                      --json, as a JSON object each; with --all, what is there first\n"
           "\n"
           "Filters, which go together; for the table, --json, --hosts, --ssh-config and --follow:\n"
           "  -n, --network=NAME  one network: its bridge, libvirt's name of it, or - for the\n"
           "                      unnamed one\n"
           "  -g, --guest=NAME    one guest\n"
           "      --name=NAME     what goes by that host name, or wanted to\n"
           "      --address=IP    what has that address\n"
           "      --expired       leases that have expired\n"
           "  -a, --all           no less than the table: without it, --network alone prints as\n"
           "                      \"virsh net-dhcp-leases\", --guest alone as\n"
           "                      \"virsh domifaddr --source lease\", what lives alone\n"
           "\n"
           "  -h, --help          show this help and exit\n"
           "  -V, --version       show the version and exit\n"
           "\n"
           "The table is for people. A host name in brackets is not answered, for the\n"
           "reason behind it.\n"
           "\n"
           "Environment:\n"
           "  " ENV_STATE_DIR "    directory of the index (" LVINDEX_STATEDIR ")\n"
           "  NO_COLOR       set to anything: tables have no colour on a terminal, either\n"
           "\n"
           "Examples:\n"
           "  %s\n"
           "  %s --json | jq -r '.leases[] | select(.hostname == \"web\") | .\"ip-address\"'\n"
           "\n"
           "  %s --network default\n"
           "  %s --follow --guest=db1\n"
           "\n"
           "Exit status: 0 done; 1 there is no index, no such network or guest, or it could not be\n"
           "read, or --check found something; 2 wrong usage.\n",
           tool->name, tool->name, tool->name, tool->name, tool->name);
}

typedef int format_fn(struct index *index, const struct dump_query *query, FILE *to);

/* What to print, and of what. */
struct choice {
    format_fn *format; /* NULL: the table, or what a lone filter asks for */
    bool json;
    bool check;
    bool follow;
    bool all; /* no filter changes the format */
    struct dump_query query;
};

/* The modules take no index that somebody else may have written, and others' processes none that they may not
 * read. */
static void check_access(const char *path, const struct report *report)
{
    struct stat st;

    if (stat(path, &st) < 0)
        report_errno(report, -errno, "%s", path);
    else if (trust_of(&st, geteuid()) == TRUST_FOREIGN)
        report_problem(report, "not root's own: the modules do not use it", "%s", path);
    else if (trust_of(&st, geteuid()) == TRUST_WRITABLE)
        report_problem(report, "others may write it: the modules do not use it", "%s", path);
    else if ((st.st_mode & S_IROTH) == 0)
        report_problem(report, "not everybody may read it: names resolve for some only", "%s", path);
}

static void check_files(struct index *index, const struct report *report)
{
    const uint64_t base = store_meta(index->store)->base;
    char path[PATH_MAX], name[BASE_NAME_SIZE];

    check_access(store_path(index->store), report);
    if (base != 0 && !store_damaged(index->store) &&
        snprintf(path, sizeof(path), "%s/%s", tool_state_dir(), base_name(base, name)) < PATH_MAX)
        check_access(path, report);
}

static void say_nothing(void *context, const char *what, const char *why)
{
    (void)context;
    (void)what;
    (void)why;
}

static const struct report report_nowhere = {.problem = say_nothing};

/* Without an index, that is a finding like others. */
static int print_check(struct tool *tool, bool json)
{
    struct index *index = NULL;
    int rc = index_open_read(tool_state_dir(), &report_nowhere, &index);

    rc = dump_check(tool_state_dir(), index, rc, json, stdout);
    index_close(index);
    if (rc < 0) {
        const struct report report = tool_report(tool);

        report_errno(&report, rc, "--check");
    }
    return tool_finish_output(tool) == TOOL_DONE && rc == 0 ? TOOL_DONE : TOOL_FAILED;
}

static void report_missing(const struct report *report, const struct choice *choice)
{
    const char *network = choice->query.network;

    if (choice->format == dump_guest)
        report_problem(report, "no such guest runs", "%s", choice->query.guest);
    else
        report_problem(report, "no such network", "%s", network[0] != '\0' ? network : "-");
}

static int print(struct tool *tool, const struct choice *choice)
{
    const struct report report = tool_report(tool);
    struct index *index = NULL;

    if (index_open_read(tool_state_dir(), &report, &index) == 0) {
        bool there = store_meta(index->store)->generation > 0 || store_damaged(index->store);
        int rc = there ? choice->format(index, &choice->query, stdout) : -ENOENT;

        if (rc == -ENOENT && there)
            report_missing(&report, choice);
        else if (rc < 0)
            report_errno(&report, rc, "%s/" INDEX_FILE, tool_state_dir());
        else
            check_files(index, &report);
        index_close(index);
    }
    return tool_finish_output(tool) == TOOL_DONE && !tool->failed ? TOOL_DONE : TOOL_FAILED;
}

static int print_changes(struct tool *tool, const struct choice *choice)
{
    const struct follow_output output = {&choice->query, choice->json, stdout};

    return dump_follow(tool, tool_state_dir(), &output, choice->all) < 0 ? TOOL_FAILED : TOOL_DONE;
}

enum { OPTION_NAME = 256, OPTION_ADDRESS, OPTION_EXPIRED };

static const struct option longs[] = {
    {"json", no_argument, NULL, 'j'},
    {"raw", no_argument, NULL, 'r'},
    {"stats", no_argument, NULL, 's'},
    {"hosts", no_argument, NULL, 'H'},
    {"ssh-config", no_argument, NULL, 'S'},
    {"check", no_argument, NULL, 'c'},
    {"follow", no_argument, NULL, 'f'},
    {"explain", required_argument, NULL, 'e'},
    {"network", required_argument, NULL, 'n'},
    {"guest", required_argument, NULL, 'g'},
    {"name", required_argument, NULL, OPTION_NAME},
    {"address", required_argument, NULL, OPTION_ADDRESS},
    {"expired", no_argument, NULL, OPTION_EXPIRED},
    {"all", no_argument, NULL, 'a'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

static bool is_filtered(const struct dump_query *query)
{
    return query->network != NULL || query->guest != NULL || query->name != NULL || query->address.len > 0 ||
           query->expired;
}

static int set_format(struct tool *tool, struct choice *choice, format_fn *format)
{
    if (choice->format != NULL && choice->format != format)
        return tool_usage_error(tool, "only one of --raw, --stats, --hosts, --ssh-config and --explain");
    choice->format = format;
    return -1;
}

/* A name may end with the dot of a whole one, as for the modules. */
static const char *without_dot(char *name)
{
    size_t length = strlen(name);

    if (length > 1 && name[length - 1] == '.')
        name[length - 1] = '\0';
    return name;
}

/* A name of a lease or a guest. As take_option(). */
static int take_name(struct tool *tool, const char *option, const char *text, const char **name)
{
    *name = text;
    return text[0] != '\0' ? -1 : tool_usage_error(tool, "%s: no name", option);
}

/* An exit status, or -1 to go on. */
static int take_option(struct tool *tool, int option, struct choice *choice)
{
    struct dump_query *query = &choice->query;

    switch (option) {
    case 'j':
        choice->json = true;
        return -1;
    case 'c':
        choice->check = true;
        return -1;
    case 'f':
        choice->follow = true;
        return -1;
    case 'a':
        choice->all = true;
        return -1;
    case 'r':
        return set_format(tool, choice, dump_raw);
    case 's':
        return set_format(tool, choice, dump_stats);
    case 'H':
        return set_format(tool, choice, dump_hosts);
    case 'S':
        return set_format(tool, choice, dump_ssh_config);
    case 'e':
        query->subject = optarg;
        return set_format(tool, choice, dump_explain);
    case 'n':
        query->network = strcmp(optarg, "-") == 0 ? "" : optarg;
        return -1;
    case 'g':
        return take_name(tool, "--guest", optarg, &query->guest);
    case OPTION_NAME:
        return take_name(tool, "--name", without_dot(optarg), &query->name);
    case OPTION_ADDRESS:
        return ip_parse(optarg, &query->address) == 0 ? -1 : tool_usage_error(tool, "%s: no address", optarg);
    case OPTION_EXPIRED:
        query->expired = true;
        return -1;
    case 'h':
        print_help(tool);
        return tool_finish_output(tool);
    default: /* 'V' */
        tool_version(tool);
        return tool_finish_output(tool);
    }
}

/* What no format was asked for explicitly comes to. */
static format_fn *usual_format(const struct choice *choice)
{
    const struct dump_query *query = &choice->query;
    bool plain = !choice->all && query->name == NULL && query->address.len == 0 && !query->expired;

    if (choice->json)
        return dump_json;
    if (plain && query->network != NULL && query->guest == NULL)
        return dump_network;
    if (plain && query->guest != NULL && query->network == NULL)
        return dump_guest;
    return dump_table;
}

/* What prints the same as JSON; NULL: nothing does. */
static format_fn *json_twin(format_fn *format)
{
    return format == dump_stats ? dump_stats_json : format == dump_explain ? dump_explain_json : NULL;
}

/* Which formats go with which options; what is no format is done here. An exit status, or -1 to go on. */
static int settle(struct tool *tool, struct choice *choice)
{
    format_fn *format = choice->format;

    if (choice->check)
        return format == NULL && !choice->all && !choice->follow && !is_filtered(&choice->query)
                   ? print_check(tool, choice->json)
                   : tool_usage_error(tool, "--check goes with --json alone");
    if (choice->follow)
        return format == NULL && !choice->query.expired
                   ? print_changes(tool, choice)
                   : tool_usage_error(tool, "--follow goes with --json, --all and filters but --expired");
    if (format == NULL) {
        choice->format = usual_format(choice);
        return -1;
    }
    if (choice->json && json_twin(format) == NULL)
        return tool_usage_error(tool, "--json goes not with --raw, --hosts and --ssh-config");
    if (is_filtered(&choice->query) && format != dump_hosts && format != dump_ssh_config)
        return tool_usage_error(tool, "--raw, --stats and --explain take no filter");
    if (choice->query.expired)
        return tool_usage_error(tool, "--expired: what has expired is answered nowhere");
    if (choice->json)
        choice->format = json_twin(format);
    return -1;
}

/* An exit status, or -1 to go on. */
static int parse(struct tool *tool, int argc, char **argv, struct choice *choice)
{
    int option, status = -1;

    opterr = 0;
    while (status < 0 && (option = getopt_long(argc, argv, ":jrsHSacfe:n:g:hV", longs, NULL)) != -1) {
        if (option == '?' || option == ':')
            return tool_usage_error(tool,
                                    option == ':' ? "%s needs a value" : "%s is no option or takes no value",
                                    argv[optind - 1]);
        status = take_option(tool, option, choice);
    }
    if (status < 0 && optind < argc)
        return tool_usage_error(tool, "%s: too many arguments", argv[optind]);
    return status < 0 ? settle(tool, choice) : status;
}

int main(int argc, char **argv)
{
    struct tool tool = {.name = "lvindex-dump", .filter = true};
    struct choice choice = {.format = NULL};
    int status = tool_start(&tool) < 0 ? TOOL_FAILED : parse(&tool, argc, argv, &choice);

    return status < 0 ? print(&tool, &choice) : status;
}
