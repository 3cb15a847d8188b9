#include "dnsmasq.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "schema/paths.h"
#include "text_list.h"

/* conf-file and conf-dir may name one another in turn. */
#define DEPTH_MAX 4

#define DEFAULT_CONF "/etc/dnsmasq.conf"

/* --- What /proc tells -------------------------------------------------------------------------------------
 */

/* A file of a process whose texts end in NUL each: its arguments, its environment. */
static int read_texts(pid_t pid, const char *name, struct text_list *texts)
{
    CLEANUP_FREE char *text = NULL;
    char path[64];
    size_t size = 0;
    FILE *file;
    int rc = 0;

    snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
    file = fopen(path, "re");
    if (file == NULL)
        return errno == ENOMEM ? -ENOMEM : 0;
    while (rc == 0 && getdelim(&text, &size, '\0', file) > 0)
        rc = text_list_add(texts, text, strlen(text));
    fclose(file);
    return rc;
}

/* Name and parent of a process; false when it is gone. */
static bool read_stat(pid_t pid, char name[static 32], pid_t *parent)
{
    char path[64];
    FILE *file;
    bool read;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    file = fopen(path, "re");
    if (file == NULL)
        return false;
    read = fscanf(file, "%*d (%31[^)]) %*c %d", name, parent) == 2;
    fclose(file);
    return read;
}

/* Another container's dnsmasq has nothing to do with this host's names. */
static bool is_elsewhere(pid_t pid)
{
    char path[64];
    struct stat theirs, ours;

    snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
    return stat("/proc/self/ns/mnt", &ours) == 0 && stat(path, &theirs) == 0 && theirs.st_ino != ours.st_ino;
}

/* dnsmasq, and not the helper that it forks for its script. */
static bool is_dnsmasq(pid_t pid)
{
    char name[32], parent_name[32] = "";
    pid_t parent, grandparent;

    return read_stat(pid, name, &parent) && strcmp(name, "dnsmasq") == 0 &&
           !(read_stat(parent, parent_name, &grandparent) && strcmp(parent_name, "dnsmasq") == 0) &&
           !is_elsewhere(pid);
}

/* --- Its options ------------------------------------------------------------------------------------------
 */

/* Those that matter here: short, long, and whether a value follows. */
static const struct {
    char letter;
    const char *name;
    bool value;
} options[] = {
    {'6', "dhcp-script", true},      {'l', "dhcp-leasefile", true}, {'F', "dhcp-range", true},
    {'C', "conf-file", true},        {'7', "conf-dir", true},       {'9', "leasefile-ro", false},
    {0, "script-on-renewal", false},
};

struct reading {
    struct dnsmasq *dnsmasq;
    bool conf_given;
    int depth;
};

static int read_conf(struct reading *reading, const char *path);
static int read_conf_dir(struct reading *reading, const char *given);

static int keep(char **place, const char *value)
{
    free(*place);
    *place = strdup(value);
    return *place == NULL ? -ENOMEM : 0;
}

static int take(struct reading *reading, const char *name, const char *value)
{
    struct dnsmasq *dnsmasq = reading->dnsmasq;

    if (strcmp(name, "dhcp-script") == 0)
        return keep(&dnsmasq->script, value);
    if (strcmp(name, "dhcp-leasefile") == 0)
        return keep(&dnsmasq->lease_file, value);
    if (strcmp(name, "dhcp-range") == 0)
        dnsmasq->dhcp = true;
    else if (strcmp(name, "leasefile-ro") == 0)
        dnsmasq->leasefile_ro = true;
    else if (strcmp(name, "script-on-renewal") == 0)
        dnsmasq->script_on_renewal = true;
    else if (strcmp(name, "conf-file") == 0)
        return read_conf(reading, value);
    else if (strcmp(name, "conf-dir") == 0)
        return read_conf_dir(reading, value);
    return 0;
}

/* Without its line's end, comment, and blanks around it. Comments begin behind a blank. */
static char *trim(char *line)
{
    char *end;

    for (char *c = line; *c != '\0'; c++) {
        if (*c == '#' && (c == line || isspace((unsigned char)c[-1])))
            *c = '\0';
    }
    line += strspn(line, " \t");
    end = line + strlen(line);
    while (end > line && isspace((unsigned char)end[-1]))
        *--end = '\0';
    return line;
}

static int take_line(struct reading *reading, char *line)
{
    char *name = trim(line), *value = strchr(name, '=');

    if (value != NULL) {
        char *end = value;

        while (end > name && isspace((unsigned char)end[-1]))
            end--;
        *end = '\0';
        value++;
        value += strspn(value, " \t");
    }
    return take(reading, name, value != NULL ? value : "");
}

/* What cannot be read says nothing. */
static int read_conf(struct reading *reading, const char *path)
{
    CLEANUP_FREE char *line = NULL;
    size_t size = 0;
    int rc = 0;
    FILE *file;

    if (path[0] == '\0' || reading->depth == DEPTH_MAX)
        return 0;
    file = fopen(path, "re");
    if (file == NULL)
        return 0;
    reading->depth++;
    while (rc == 0 && getline(&line, &size, file) >= 0)
        rc = take_line(reading, line);
    reading->depth--;
    fclose(file);
    return rc;
}

static bool has_suffix(const char *name, const char *suffix)
{
    size_t len = strlen(name), of = strlen(suffix);

    return len >= of && strcmp(name + len - of, suffix) == 0;
}

/* Is a file of a directory read? Not what editors leave, nor what ends as `but` (suffixes with commas
 * between) has it;
 * "*.conf" there is what must be its end. */
static bool is_conf(const char *name, const char *but)
{
    CLEANUP_FREE char *suffixes = strdup(but);
    char *rest = suffixes, *suffix;
    bool only = false, fits = false;

    if (name[0] == '.' || name[0] == '#' || has_suffix(name, "~"))
        return false;
    while (rest != NULL && (suffix = strsep(&rest, ",")) != NULL) {
        if (suffix[0] == '*') {
            only = true;
            fits = fits || has_suffix(name, suffix + 1);
        } else if (suffix[0] != '\0' && has_suffix(name, suffix)) {
            return false;
        }
    }
    return !only || fits;
}

static int read_conf_dir(struct reading *reading, const char *given)
{
    CLEANUP_FREE char *dir = strdup(given);
    char *but = dir == NULL ? NULL : strchr(dir, ',');
    DIR *stream;
    int rc = 0;

    if (dir == NULL)
        return -ENOMEM;
    if (but != NULL)
        *but++ = '\0';
    stream = opendir(dir);
    for (struct dirent *entry; rc == 0 && stream != NULL && (entry = readdir(stream)) != NULL;) {
        char path[4096];

        if (is_conf(entry->d_name, but != NULL ? but : "") &&
            snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name) < (int)sizeof(path))
            rc = read_conf(reading, path);
    }
    if (stream != NULL)
        closedir(stream);
    return rc;
}

/* Takes an argument, and the one behind it where that is its value; `*i` moves on over it. */
static int take_argument(struct reading *reading, const struct text_list *arguments, size_t *i)
{
    const char *text = arguments->at[*i];
    const char *next = *i + 1 < arguments->count ? arguments->at[*i + 1] : "";

    for (size_t o = 0; o < sizeof(options) / sizeof(options[0]); o++) {
        size_t len = strlen(options[o].name);
        const char *value = NULL;

        if (strncmp(text, "--", 2) == 0 && strncmp(text + 2, options[o].name, len) == 0 &&
            (text[2 + len] == '=' || text[2 + len] == '\0'))
            value = text[2 + len] == '=' ? text + 3 + len : NULL;
        else if (text[0] == '-' && options[o].letter != 0 && text[1] == options[o].letter)
            value = text[2] != '\0' ? text + 2 : NULL;
        else
            continue;
        reading->conf_given = reading->conf_given || options[o].letter == 'C';
        if (value == NULL && options[o].value && next[0] != '-') {
            value = next;
            ++*i;
        }
        return take(reading, options[o].name, value != NULL ? value : "");
    }
    return 0;
}

static int read_options(struct dnsmasq *dnsmasq)
{
    CLEANUP_TEXTS struct text_list arguments = {NULL, 0};
    struct reading reading = {.dnsmasq = dnsmasq};
    int rc = read_texts(dnsmasq->pid, "cmdline", &arguments);

    for (size_t i = 1; rc == 0 && i < arguments.count; i++)
        rc = take_argument(&reading, &arguments, &i);
    return rc == 0 && !reading.conf_given ? read_conf(&reading, DEFAULT_CONF) : rc;
}

static int read_environment(struct dnsmasq *dnsmasq)
{
    static const char libvirt[] = "VIR_BRIDGE_NAME=", own[] = "LVINDEX_NETWORK=", dir[] = ENV_STATE_DIR "=";
    CLEANUP_TEXTS struct text_list environment = {NULL, 0};
    int rc = read_texts(dnsmasq->pid, "environ", &environment);

    for (size_t i = 0; rc == 0 && i < environment.count; i++) {
        const char *text = environment.at[i];
        bool is_libvirt = strncmp(text, libvirt, sizeof(libvirt) - 1) == 0;

        if (is_libvirt || (!dnsmasq->libvirt && strncmp(text, own, sizeof(own) - 1) == 0))
            snprintf(dnsmasq->network, sizeof(dnsmasq->network), "%s", strchr(text, '=') + 1);
        dnsmasq->libvirt = dnsmasq->libvirt || is_libvirt;
        if (strncmp(text, dir, sizeof(dir) - 1) == 0 && text[sizeof(dir) - 1] != '\0')
            rc = keep(&dnsmasq->state_dir, text + sizeof(dir) - 1);
    }
    dnsmasq->known = environment.count > 0;
    return rc;
}

int dnsmasq_each(int (*each)(void *context, const struct dnsmasq *dnsmasq), void *context)
{
    DIR *stream = opendir("/proc");
    int rc = 0;

    for (struct dirent *entry; rc == 0 && stream != NULL && (entry = readdir(stream)) != NULL;) {
        struct dnsmasq dnsmasq = {.pid = (pid_t)atoi(entry->d_name)};

        if (dnsmasq.pid <= 0 || !is_dnsmasq(dnsmasq.pid))
            continue;
        rc = read_options(&dnsmasq);
        if (rc == 0)
            rc = read_environment(&dnsmasq);
        if (rc == 0)
            rc = each(context, &dnsmasq);
        free(dnsmasq.script);
        free(dnsmasq.lease_file);
        free(dnsmasq.state_dir);
    }
    if (stream != NULL)
        closedir(stream);
    return rc;
}
