#include "dnsmasq_options.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "indexer/cleanup.h"
#include "indexer/file.h"
#include "schema/address.h"

/* conf-file and conf-dir may name one another in turn. */
#define DEPTH_MAX 4

#define DEFAULT_CONF "/etc/dnsmasq.conf"

/* So much is read of one dnsmasq's files: whoever calls itself so may be anybody's process, and name any
 * file. Each file counts for some bytes more, and so does each entry of a directory. */
#define READ_MAX   (64U << 20)
#define FILE_COST  4096
#define ENTRY_COST 256

/* All short options of dnsmasq 2.90, for getopt(3): which of them have a value. */
static const char shorts[] = "951yZDNLERKzowefnbvhdkqr:m:p:c:l:s:i:t:u:g:a:x:S:C:A:T:H:Q:I:B:F:G:O:M:X:V:U:"
                             "j:P:J:W:Y:2:4:6:7:8:0:3:";

/* The options that matter here, and which value their long form has. */
static const struct known {
    char letter;
    const char *name;
    enum { NO_VALUE, VALUE, OPTIONAL } value;
} options[] = {
    {'6', "dhcp-script", VALUE},        {'l', "dhcp-leasefile", OPTIONAL}, {'F', "dhcp-range", VALUE},
    {'C', "conf-file", OPTIONAL},       {'7', "conf-dir", VALUE},          {'9', "leasefile-ro", NO_VALUE},
    {0, "script-on-renewal", NO_VALUE}, {0, "dhcp-scriptuser", VALUE},
};

#define OPTIONS (sizeof(options) / sizeof(options[0]))

struct reading {
    struct dnsmasq *dnsmasq;
    bool conf_given;
    int depth;
    uint64_t left; /* of READ_MAX */
};

static int read_conf(struct reading *reading, const char *path);
static int read_conf_dir(struct reading *reading, const char *given);

int dnsmasq_keep(char **place, const char *value)
{
    free(*place);
    *place = strdup(value);
    return *place == NULL ? -ENOMEM : 0;
}

/* --- Values -----------------------------------------------------------------------------------------------
 */

static char *trim(char *text)
{
    char *end;

    text += strspn(text, " \t");
    end = text + strlen(text);
    while (end > text && isspace((unsigned char)end[-1]))
        *--end = '\0';
    return text;
}

/* What stands behind the first address of a range, up to the next comma each. */
static bool leases_behind(char *rest, const struct ip *first)
{
    bool leases = first->len == IPV4_LEN;
    struct ip end;

    for (bool second = true; rest != NULL; second = false) {
        const char *word = trim(strsep(&rest, ","));

        if (strcmp(word, "proxy") == 0 || strcmp(word, "ra-stateless") == 0)
            return false;
        /* IPv6 has modes that announce alone, and then no last address. */
        if (strcmp(word, "static") == 0 || (second && ip_parse(word, &end) == 0 && end.len == IPV6_LEN))
            leases = true;
    }
    return leases;
}

bool dnsmasq_range_leases(const char *range)
{
    CLEANUP_FREE char *copy = strdup(range);
    char *rest = copy;
    struct ip first;

    while (rest != NULL) {
        if (ip_parse(trim(strsep(&rest, ",")), &first) == 0)
            return leases_behind(rest, &first);
    }
    return true;
}

static int take(struct reading *reading, const char *name, const char *value)
{
    struct dnsmasq *dnsmasq = reading->dnsmasq;

    if (strcmp(name, "dhcp-script") == 0)
        return dnsmasq_keep(&dnsmasq->script, value);
    if (strcmp(name, "dhcp-scriptuser") == 0)
        return dnsmasq_keep(&dnsmasq->script_user, value);
    if (strcmp(name, "dhcp-leasefile") == 0)
        return dnsmasq_keep(&dnsmasq->lease_file, value);
    if (strcmp(name, "dhcp-range") == 0)
        dnsmasq->dhcp = dnsmasq->dhcp || dnsmasq_range_leases(value);
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

/* --- Files ------------------------------------------------------------------------------------------------
 */

/* Takes quotes away, with the backslashes that they hold, and a comment, which begins behind a blank. */
static void unquote(char *line)
{
    bool quoted = false, blank = true;
    char *to = line;

    for (const char *from = line; *from != '\0' && (quoted || !blank || *from != '#'); from++) {
        if (*from == '"') {
            quoted = !quoted;
            blank = false;
            continue;
        }
        if (quoted && *from == '\\' && (from[1] == '"' || from[1] == '\\'))
            from++;
        blank = isspace((unsigned char)*from);
        *to++ = *from;
    }
    *to = '\0';
}

static int take_line(struct reading *reading, char *line)
{
    char *name, *value;

    unquote(line);
    value = line;
    name = trim(strsep(&value, "="));
    return take(reading, name, value != NULL ? trim(value) : "");
}

/* Is it newer than the dnsmasq? A second more, as the clocks of the two are rounded. */
static int note_change(struct dnsmasq *dnsmasq, const char *path, int fd)
{
    const uint64_t started = dnsmasq->process->started;
    struct stat st;

    if (dnsmasq->changed != NULL || started == 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
        st.st_ctim.tv_sec < 0 || (uint64_t)st.st_ctim.tv_sec <= started + 1)
        return 0;
    return dnsmasq_keep(&dnsmasq->changed, path);
}

/* False when it is too much: what that dnsmasq does is not known then. */
static bool afford(struct reading *reading, uint64_t cost)
{
    const bool can = cost <= reading->left;

    if (can)
        reading->left -= cost;
    else
        reading->dnsmasq->partly = true;
    return can;
}

static int take_file(struct reading *reading, const char *path, struct file *file)
{
    char *rest = file->text, *line;
    int rc = note_change(reading->dnsmasq, path, file->fd);

    reading->depth++;
    while (rc == 0 && (line = strsep(&rest, "\n")) != NULL)
        rc = take_line(reading, line);
    reading->depth--;
    return rc;
}

/* One that cannot be read says nothing. */
static int read_conf(struct reading *reading, const char *path)
{
    CLEANUP_FREE char *place = dnsmasq_path(reading->dnsmasq, path);
    CLEANUP_FILE struct file file = {.fd = -1};
    int rc;

    if (place == NULL)
        return -ENOMEM;
    if (path[0] == '\0' || reading->depth == DEPTH_MAX || !afford(reading, FILE_COST) ||
        file_open(AT_FDCWD, place, 0, &file) < 0)
        return 0;
    file.most = reading->left;
    rc = file_read(&file);
    if (rc == -EFBIG)
        reading->dnsmasq->partly = true;
    if (rc < 0)
        return rc == -ENOMEM ? rc : 0;
    reading->left -= file.len;
    return take_file(reading, path, &file);
}

static bool has_suffix(const char *name, const char *suffix)
{
    size_t len = strlen(name), of = strlen(suffix);

    return len >= of && strcmp(name + len - of, suffix) == 0;
}

/* Is a file of a directory read? Not what editors leave, nor what ends as `but` (suffixes with commas
 * between) has it; "*.conf" there is what must be its end. */
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
    CLEANUP_FREE char *dir = strdup(given), *place = NULL;
    CLEANUP_DIR DIR *stream = NULL;
    char *but = dir == NULL ? NULL : strchr(dir, ',');
    int rc = 0;

    if (but != NULL)
        *but++ = '\0';
    place = dir == NULL ? NULL : dnsmasq_path(reading->dnsmasq, dir);
    if (place == NULL)
        return -ENOMEM;
    stream = opendir(place);
    for (struct dirent *entry; rc == 0 && stream != NULL && (entry = readdir(stream)) != NULL;) {
        char path[PATH_MAX];

        if (!afford(reading, ENTRY_COST))
            break;
        if (is_conf(entry->d_name, but != NULL ? but : "") &&
            snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name) < (int)sizeof(path))
            rc = read_conf(reading, path);
    }
    return rc;
}

/* --- The command line -------------------------------------------------------------------------------------
 */

static int take_known(struct reading *reading, const struct known *option, const char *value)
{
    reading->conf_given = reading->conf_given || option->letter == 'C';
    return take(reading, option->name, value);
}

/* The argument behind, which is this one's value; "" behind the last. */
static const char *take_next(const struct text_list *arguments, size_t *i)
{
    return *i + 1 < arguments->count ? arguments->at[++*i] : "";
}

/* One letter, or several whose last may have a value. */
static int take_short(struct reading *reading, const struct text_list *arguments, size_t *i)
{
    int rc = 0;

    for (const char *at = arguments->at[*i] + 1; rc == 0 && *at != '\0'; at++) {
        const char *letter = *at == ':' ? NULL : strchr(shorts, *at), *value = "";
        const bool last = letter == NULL || letter[1] == ':';

        if (letter != NULL && letter[1] == ':')
            value = at[1] != '\0' ? at + 1 : take_next(arguments, i);
        for (size_t o = 0; rc == 0 && o < OPTIONS; o++) {
            if (options[o].letter == *at)
                rc = take_known(reading, &options[o], value);
        }
        if (last)
            return rc;
    }
    return rc;
}

/* The option of this name, or the first that it may be short for: an ambiguous one is none, and ends dnsmasq.
 */
static const struct known *find_long(const char *name, size_t length)
{
    const struct known *found = NULL;

    for (size_t o = OPTIONS; o-- > 0;) {
        if (strncmp(options[o].name, name, length) != 0)
            continue;
        if (options[o].name[length] == '\0')
            return &options[o];
        found = &options[o];
    }
    return found;
}

static int take_long(struct reading *reading, const struct text_list *arguments, size_t *i)
{
    const char *name = arguments->at[*i] + 2, *value = strchr(name, '=');
    const size_t length = value != NULL ? (size_t)(value - name) : strlen(name);
    const struct known *option = length > 0 ? find_long(name, length) : NULL;

    if (option == NULL)
        return 0;
    if (value != NULL)
        value++;
    else
        value = option->value == VALUE ? take_next(arguments, i) : "";
    return take_known(reading, option, value);
}

int dnsmasq_read_options(struct dnsmasq *dnsmasq)
{
    CLEANUP_TEXTS struct text_list arguments = {NULL, 0};
    struct reading reading = {.dnsmasq = dnsmasq, .left = READ_MAX};
    int rc = process_texts(dnsmasq->process, "cmdline", &arguments);

    for (size_t i = 1; rc == 0 && i < arguments.count; i++) {
        const char *text = arguments.at[i];

        if (strncmp(text, "--", 2) == 0)
            rc = take_long(&reading, &arguments, &i);
        else if (text[0] == '-')
            rc = take_short(&reading, &arguments, &i);
    }
    return rc == 0 && !reading.conf_given ? read_conf(&reading, DEFAULT_CONF) : rc;
}
