#include "check.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdlib.h>

#include "dump.h"
#include "indexer/escape.h"
#include "indexer/json_text.h"

int check_add(struct check *check, const char *why, const char *cure, const char *what, ...)
{
    struct finding *more = reallocarray(check->at, check->count + 1, sizeof(*more));
    va_list arguments;
    int len;

    if (more == NULL)
        return -ENOMEM;
    check->at = more;
    more += check->count;
    *more = (struct finding){.why = why, .cure = cure};
    va_start(arguments, what);
    len = vasprintf(&more->what, what, arguments);
    va_end(arguments);
    if (len < 0)
        return -ENOMEM;
    check->count++;
    return 0;
}

void check_free(struct check *check)
{
    for (size_t i = 0; i < check->count; i++)
        free(check->at[i].what);
    free(check->at);
}

static int run(struct check *check)
{
    static int (*const checks[])(struct check *) = {
        check_nsswitch, check_modules, check_index_file, check_answers, check_sources,
        check_networks, check_leases,  check_dnsmasq,    check_scripts, check_nscd};
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < sizeof(checks) / sizeof(checks[0]); i++)
        rc = checks[i](check);
    return rc;
}

static void print_findings(const struct check *check, FILE *to)
{
    for (size_t i = 0; i < check->count; i++) {
        escape_print(to, bytes_of(check->at[i].what));
        fprintf(to, ": %s; %s\n", check->at[i].why, check->at[i].cure);
    }
    if (check->count == 0)
        fputs("Nothing was found that would keep names from resolving.\n", to);
}

static struct json_object *new_finding(const struct finding *finding)
{
    struct json_object *object = json_object_new_object();
    char *what = escape_text(bytes_of(finding->what));

    if (object == NULL || what == NULL || json_add(object, "what", json_object_new_string(what)) < 0 ||
        json_add(object, "why", json_object_new_string(finding->why)) < 0 ||
        json_add(object, "cure", json_object_new_string(finding->cure)) < 0) {
        json_object_put(object);
        object = NULL;
    }
    free(what);
    return object;
}

static int print_findings_json(const struct check *check, FILE *to)
{
    CLEANUP_JSON struct json_object *array = json_object_new_array();

    for (size_t i = 0; array != NULL && i < check->count; i++) {
        struct json_object *object = new_finding(&check->at[i]);

        if (object == NULL || json_object_array_add(array, object) != 0) {
            json_object_put(object);
            return -ENOMEM;
        }
    }
    return array == NULL ? -ENOMEM : json_print(array, to);
}

int dump_check(const char *dir, struct index *index, int opened, bool json, FILE *to)
{
    CLEANUP_CHECK struct check check = {.index = index, .opened = opened, .dir = dir};
    int rc = run(&check);

    if (rc == 0 && json)
        rc = print_findings_json(&check, to);
    else if (rc == 0)
        print_findings(&check, to);
    return rc < 0 ? rc : check.count > 0;
}
