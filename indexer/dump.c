/*
 * lvindex-dump: shows what is in the index.
 */
#include "dump.h"

#include <errno.h>
#include <getopt.h>

#include "schema/paths.h"
#include "tool.h"

static void print_help(const struct tool *tool)
{
    printf("Usage: %s [OPTION]...\n"
           "Show the leases and names of the lvindex index. Anyone may; nothing is changed.\n"
           "\n"
           "  -j, --json     print a JSON object, for programs\n"
           "  -r, --raw      print every record of the index, escaped: one line \"key = value\" each\n"
           "  -h, --help     show this help and exit\n"
           "  -V, --version  show the version and exit\n"
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
           "Exit status: 0 done; 1 there is no index, or it could not be read; 2 wrong usage.\n",
           tool->name, tool->name, tool->name);
}

static int dump(struct tool *tool, int (*format)(struct index *index, FILE *to))
{
    const struct report report = tool_report(tool);
    struct index *index = NULL;

    if (index_open_read(tool_state_dir(), &report, &index) == 0) {
        bool there = store_meta(index->store)->generation > 0 || store_damaged(index->store);
        int rc = there ? format(index, stdout) : -ENOENT;

        if (rc < 0)
            report_errno(&report, rc, "%s/" INDEX_FILE, tool_state_dir());
        index_close(index);
    }
    return tool_finish_output(tool) == TOOL_DONE && !tool->failed ? TOOL_DONE : TOOL_FAILED;
}

int main(int argc, char **argv)
{
    static const struct option longs[] = {{"json", no_argument, NULL, 'j'},
                                          {"raw", no_argument, NULL, 'r'},
                                          {"help", no_argument, NULL, 'h'},
                                          {"version", no_argument, NULL, 'V'},
                                          {NULL, 0, NULL, 0}};
    struct tool tool = {.name = "lvindex-dump"};
    int (*format)(struct index * index, FILE * to) = dump_table;
    int option;

    if (tool_open_stdio() < 0)
        return TOOL_FAILED;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "jrhV", longs, NULL)) != -1) {
        switch (option) {
        case 'j':
            format = dump_json;
            break;
        case 'r':
            format = dump_raw;
            break;
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
    if (optind < argc)
        return tool_usage_error(&tool, "%s: too many arguments", argv[optind]);
    return dump(&tool, format);
}
