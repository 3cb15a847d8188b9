#include "settings.h"

#include <errno.h>
#include <string.h>

#include "config_file.h"
#include "config_lines.h"
#include "numbers.h"

/* The longest word that makes sense, and more. */
#define WORD_MAX 63

/* NULL, or why the word is no setting. */
static const char *read_setting(const struct config_word *word, struct lookup_options *options)
{
    static const char grace[] = "grace=";
    char text[WORD_MAX + 1];
    uint64_t seconds;

    if (!config_word_copy(word, text, WORD_MAX) || strncmp(text, grace, strlen(grace)) != 0)
        return "not a setting: grace=SECONDS is one";
    if (number_parse(text + strlen(grace), UINT32_MAX, &seconds) < 0)
        return "not a number of seconds";
    options->grace = (uint32_t)seconds;
    return NULL;
}

/* What the file says; `bad_lines` when some of it makes no sense. A slip of the pen is no wish for the
 * default, which may throw away what cannot be had again: what is not said beside one stays `in_force`. */
static struct lookup_options read_all(const struct source_file *source, const struct report *report,
                                      const struct lookup_options *in_force, bool *bad_lines)
{
    const struct bytes text = {(const uint8_t *)source->file.text, source->file.len};
    struct config_lines lines = config_lines_of(source->where, text, report);
    struct lookup_options options = {.grace = 0};
    struct config_word word;
    bool given = false;

    while (config_next_line(&lines)) {
        while (config_next_word(&lines, &word)) {
            const char *why = read_setting(&word, &options);

            if (why != NULL)
                config_bad(&lines, &word, why);
            else
                given = true;
        }
    }
    config_lines_finish(&lines);
    *bad_lines = lines.bad > 0;
    return *bad_lines && !given ? *in_force : options;
}

static int set(struct index *index, const struct lookup_options *options)
{
    if (options->grace == index->options.grace)
        return 0;
    report_change(index->report, SETTINGS_FILE ": grace is %u seconds", options->grace);
    return index_set_options(index, options);
}

static int apply(struct index *index, const struct source_file *source)
{
    bool bad_lines;
    const struct lookup_options options = read_all(source, index->report, &index->options, &bad_lines);
    const struct source new = source_file_of_lines(source, bad_lines);
    int rc = set(index, &options);

    return rc < 0 ? rc : source_record_save(index->store, source->name, &new, NULL, 0, false);
}

static int forget(struct index *index, const struct source_file *source)
{
    const struct lookup_options defaults = {.grace = 0};
    int rc = set(index, &defaults);

    return rc < 0 || source->known.value.len == 0 ? rc : source_record_delete(index->store, source->name);
}

int settings_refresh(struct index *index, const char *config_dir)
{
    CLEANUP_SOURCE_FILE struct source_file source;
    int rc = config_file_open(index, config_dir, SETTINGS_FILE, SOURCE_SETTINGS, &source);

    switch (rc) {
    case SOURCE_NEW:
        return apply(index, &source);
    case SOURCE_GONE:
        return forget(index, &source);
    default:
        return rc < 0 ? rc : 0;
    }
}
