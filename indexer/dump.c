/*
 * lvindex-dump: shows what is in the index.
 */
#include "dump.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/paths.h"
#include "tool.h"

static void print_help(const struct tool *tool)
{
    printf("Usage: %s [OPTION]...\n"
           "Show the leases and names of the lvindex index. Anyone may; nothing is changed.\n"
           "\n"
           "  -j, --json          print a JSON object, for programs\n"
           "  -r, --raw           print every record of the index, escaped: one line\n"
           "                      \"key = value\" each\n"
           "  -n, --network=NAME  one network's leases, as \"virsh net-dhcp-leases\" shows them;\n"
           "                      NAME is its bridge, libvirt's name of it, or - for the\n"
           "                      unnamed one\n"
           "  -g, --guest=NAME    one running guest's addresses, as \"virsh domifaddr --source lease\"\n"
           "                      shows them\n"
           "  -e, --explain=NAME  why a name, or an address, is answered as it is: what the index\n"
           "                      has for it, what was refused, what each module answers\n"
           "  -s, --stats         how large the index is and how its files are filled; with --json,\n"
           "                      as a JSON object\n"
           "  -h, --help          show this help and exit\n"
           "  -V, --version       show the version and exit\n"
           "\n"
           "Without an option, a table for people. A host name in brackets is not answered, for the\n"
           "reason behind it.\n"
           "\n"
           "Environment:\n"
           "  " ENV_STATE_DIR "    directory of the index (" LVINDEX_STATEDIR ")\n"
           "\n"
           "Examples:\n"
           "  %s\n"
           "  %s --json | jq -r '.leases[] | select(.hostname == \"web\") | .\"ip-address\"'\n"
           "\n"
           "  %s --network default\n"
           "\n"
           "Exit status: 0 done; 1 there is no index, no such network or guest, or it could not be\n"
           "read; 2 wrong usage.\n",
           tool->name, tool->name, tool->name, tool->name);
}

/* What to print. */
struct choice {
    int (*format)(struct index *index, const char *wanted, FILE *to);
    const char *wanted; /* the network or the guest; NULL: all */
};

/* The modules take no index that somebody else may have written, and others' processes none that they may not
 * read. */
static void check_access(struct index *index, const struct report *report)
{
    const char *path = store_path(index->store);
    struct stat st;

    if (stat(path, &st) < 0)
        report_errno(report, -errno, "%s", path);
    else if (st.st_uid != 0 && st.st_uid != geteuid())
        report_problem(report, "not root's own: the modules do not use it", "%s", path);
    else if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        report_problem(report, "others may write it: the modules do not use it", "%s", path);
    else if ((st.st_mode & S_IROTH) == 0)
        report_problem(report, "not everybody may read it: names resolve for some only", "%s", path);
}

static int print(struct tool *tool, const struct choice *choice)
{
    const struct report report = tool_report(tool);
    struct index *index = NULL;

    if (index_open_read(tool_state_dir(), &report, &index) == 0) {
        bool there = store_meta(index->store)->generation > 0 || store_damaged(index->store);
        int rc = there ? choice->format(index, choice->wanted, stdout) : -ENOENT;

        if (rc == -ENOENT && there)
            report_problem(&report, choice->format == dump_guest ? "no such guest runs" : "no such network",
                           "%s", choice->wanted);
        else if (rc < 0)
            report_errno(&report, rc, "%s/" INDEX_FILE, tool_state_dir());
        else
            check_access(index, &report);
        index_close(index);
    }
    return tool_finish_output(tool) == TOOL_DONE && !tool->failed ? TOOL_DONE : TOOL_FAILED;
}

/* An exit status, or -1 to go on. */
static int parse(struct tool *tool, int argc, char **argv, struct choice *choice)
{
    static const struct option longs[] = {{"json", no_argument, NULL, 'j'},
                                          {"raw", no_argument, NULL, 'r'},
                                          {"stats", no_argument, NULL, 's'},
                                          {"network", required_argument, NULL, 'n'},
                                          {"guest", required_argument, NULL, 'g'},
                                          {"explain", required_argument, NULL, 'e'},
                                          {"help", no_argument, NULL, 'h'},
                                          {"version", no_argument, NULL, 'V'},
                                          {NULL, 0, NULL, 0}};
    bool json = false, stats = false;
    int option, chosen = 0;

    opterr = 0;
    while ((option = getopt_long(argc, argv, ":jrsn:g:e:hV", longs, NULL)) != -1) {
        if (option == 'h' || option == 'V') {
            (option == 'h' ? print_help : tool_version)(tool);
            return tool_finish_output(tool);
        }
        if (option == '?' || option == ':')
            return tool_usage_error(tool,
                                    option == ':' ? "%s needs a value" : "%s is no option or takes no value",
                                    argv[optind - 1]);
        json = json || option == 'j';
        stats = stats || option == 's';
        *choice = (struct choice){option == 'j'   ? dump_json
                                  : option == 'r' ? dump_raw
                                  : option == 's' ? dump_stats
                                  : option == 'n' ? dump_network
                                  : option == 'e' ? dump_explain
                                                  : dump_guest,
                                  option == 'n' && strcmp(optarg, "-") == 0 ? "" : optarg};
        chosen++;
    }
    if (chosen == 2 && json && stats)
        choice->format = dump_stats_json;
    else if (chosen > 1)
        return tool_usage_error(
            tool,
            "only one of --json, --raw, --explain, --stats, --network and --guest, or --stats with --json");
    return optind < argc ? tool_usage_error(tool, "%s: too many arguments", argv[optind]) : -1;
}

int main(int argc, char **argv)
{
    struct tool tool = {.name = "lvindex-dump"};
    struct choice choice = {dump_table, NULL};
    int status = tool_start() < 0 ? TOOL_FAILED : parse(&tool, argc, argv, &choice);

    return status < 0 ? print(&tool, &choice) : status;
}
