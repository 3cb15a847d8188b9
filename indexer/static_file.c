#include "static_file.h"

#include <errno.h>
#include <string.h>

#include "config_file.h"
#include "config_lines.h"
#include "entry_source.h"
#include "static_networks.h"

#define NETWORK_SETTING "network="
#define MAC_SETTING     "mac="

/* A line, as far as it was read. */
struct static_line {
    struct ip ip;
    char network[NETWORK_MAX + 1];
    bool has_network;
    struct hwaddr hwaddr;
    struct config_word mac; /* where it stands, for reports */
    struct entry_name names[ENTRY_NAMES_MAX];
    size_t count;
};

/* What follows `setting` in a word that begins with it. */
static bool cut_setting(const struct config_word *word, const char *setting, struct config_word *value)
{
    size_t len = strlen(setting);

    if (word->text.len < len || memcmp(word->text.at, setting, len) != 0)
        return false;
    *value = (struct config_word){{word->text.at + len, word->text.len - len}, word->column};
    return true;
}

/* The functions that follow return what is wrong with their word; NULL: nothing. */

static const char *take_address(const struct config_word *word, struct static_line *line)
{
    char text[IP_TEXT_SIZE];

    if (!config_word_copy(word, text, sizeof(text) - 1) || ip_parse(text, &line->ip) < 0)
        return "a line begins with an IPv4 or IPv6 address";
    return ip_is_reachable(&line->ip) ? NULL : "no machine is reached by this address";
}

static const char *take_network(const struct config_word *word, struct static_line *line)
{
    char network[NETWORK_MAX + 1];

    if (!config_word_copy(word, network, NETWORK_MAX) || network[0] == '\0' || !network_valid(network))
        return "no valid network name";
    if (line->has_network && strcmp(network, line->network) != 0)
        return "a second network in one line";
    strcpy(line->network, network);
    line->has_network = true;
    return NULL;
}

static const char *take_mac(const struct config_word *word, struct static_line *line)
{
    char text[HWADDR_TEXT_SIZE];
    struct hwaddr hwaddr;

    if (!config_word_copy(word, text, sizeof(text) - 1) || hwaddr_parse(text, &hwaddr) < 0 || hwaddr.len == 0)
        return "no hardware address";
    if (line->hwaddr.known && !hwaddr_equal(&hwaddr, &line->hwaddr))
        return "a second hardware address in one line";
    line->hwaddr = hwaddr;
    line->mac = *word;
    return NULL;
}

static const char *take_name(const struct config_word *word, struct static_line *line)
{
    struct entry_name name;
    enum refusal refusal;

    if (memchr(word->text.at, '=', word->text.len) != NULL)
        return "no such setting: there are " MAC_SETTING " and " NETWORK_SETTING;
    if (memchr(word->text.at, ':', word->text.len) != NULL)
        return "no name; a hardware address is written " MAC_SETTING "MAC";
    refusal = entry_name_parse(word->text, &name);
    if (refusal != REFUSAL_NONE)
        return refusal_text(refusal);
    if (line->count == ENTRY_NAMES_MAX)
        return "more than 256 names of one address";
    line->names[line->count++] = name;
    return NULL;
}

static const char *take_word(const struct config_word *word, struct static_line *line)
{
    struct config_word value;

    if (cut_setting(word, NETWORK_SETTING, &value))
        return take_network(&value, line);
    if (cut_setting(word, MAC_SETTING, &value))
        return take_mac(&value, line);
    return take_name(word, line);
}

/* Reads all words of a line: false, and reported, when there is anything wrong with it. */
static bool read_line(struct config_lines *lines, struct static_line *line)
{
    struct config_word word;
    const char *why;

    line->network[0] = '\0';
    line->has_network = line->hwaddr.known = false;
    line->count = 0;
    config_next_word(lines, &word);
    why = take_address(&word, line);
    while (why == NULL && config_next_word(lines, &word))
        why = take_word(&word, line);
    if (why == NULL && line->count == 0 && !line->hwaddr.known)
        why = "neither a name nor " MAC_SETTING "MAC";
    if (why != NULL)
        config_bad(lines, &word, why);
    return why == NULL;
}

/* Adds a line that was read. 0, also when it does not go with those before and is reported; -ENOMEM. */
static int add_line(struct config_lines *lines, const struct static_line *line, struct entry_list *list)
{
    struct entry_place *place = entry_list_place(list, line->network, &line->ip);
    const struct config_word start = {.column = 1};
    int rc = 0;

    if (place == NULL)
        return -ENOMEM;
    if (place->hwaddr.known && line->hwaddr.known && !hwaddr_equal(&place->hwaddr, &line->hwaddr)) {
        config_bad(lines, &line->mac, "a line above has another hardware address for this address");
        return 0;
    }
    if (place->names + line->count > ENTRY_NAMES_MAX) {
        config_bad(lines, &start, "more than 256 names of one address");
        return 0;
    }
    if (line->hwaddr.known)
        rc = entry_list_set_hwaddr(list, place, &line->hwaddr);
    for (size_t i = 0; rc == 0 && i < line->count; i++)
        rc = entry_list_add_name(list, place, &line->names[i]);
    return rc;
}

int static_file_parse(struct bytes text, const char *where, const struct report *report,
                      struct entry_list *list)
{
    struct config_lines lines = config_lines_of(where, text, report);
    struct static_line line;
    int rc = 0;

    while (rc == 0 && config_next_line(&lines)) {
        if (read_line(&lines, &line))
            rc = add_line(&lines, &line, list);
    }
    config_lines_finish(&lines);
    return rc < 0 ? rc : lines.bad > 0;
}

static int apply(struct index *index, const struct source_file *source)
{
    CLEANUP_ENTRIES struct entry_list list = {.kind = KIND_STATIC};
    CLEANUP_ENTRIES struct entry_list placed = {.kind = KIND_STATIC};
    struct bytes text = {(const uint8_t *)source->file.text, source->file.len};
    struct source new;
    int rc = static_file_parse(text, source->where, index->report, &list);

    if (rc < 0)
        return rc;
    new = source_file_of_lines(source, rc == 1);
    rc = static_networks_find(index, &list, &placed);
    return rc < 0 ? rc : entry_source_apply(index, source->name, &new, &placed.entries);
}

int static_file_refresh(struct index *index, const char *config_dir)
{
    CLEANUP_SOURCE_FILE struct source_file source;
    int state = config_file_open(index, config_dir, STATIC_FILE, SOURCE_STATIC, &source);

    switch (state) {
    case SOURCE_NEW:
        return apply(index, &source);
    case SOURCE_GONE:
        return entry_source_forget(index, source.name);
    default:
        return state < 0 ? state : 0;
    }
}
