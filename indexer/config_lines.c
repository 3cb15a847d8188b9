#include "config_lines.h"

/* How many of a file's bad lines are told one by one, again and again. */
#define BAD_TOLD 5

struct config_lines config_lines_of(const char *where, struct bytes text, const struct report *report)
{
    return (struct config_lines){.where = where, .report = report, .rest = unpacker_of(text)};
}

static bool is_space(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

/* Skips what stands between words, and a comment. */
static void skip_to_word(struct unpacker *line)
{
    while (line->at < line->end && is_space(*line->at))
        line->at++;
    if (line->at < line->end && *line->at == '#')
        line->at = line->end;
}

static void take_line(struct config_lines *lines)
{
    size_t left = unpack_left(&lines->rest);
    const uint8_t *start = lines->rest.at;
    const uint8_t *end = memchr(start, '\n', left);
    size_t len = end != NULL ? (size_t)(end - start) : left;

    lines->rest.at += end != NULL ? len + 1 : len;
    if (len > 0 && start[len - 1] == '\r')
        len--;
    lines->start = start;
    lines->line = unpacker_of((struct bytes){start, len});
    lines->number++;
}

bool config_next_line(struct config_lines *lines)
{
    while (unpack_left(&lines->rest) > 0) {
        take_line(lines);
        skip_to_word(&lines->line);
        if (unpack_left(&lines->line) > 0)
            return true;
    }
    return false;
}

bool config_next_word(struct config_lines *lines, struct config_word *word)
{
    struct unpacker *line = &lines->line;
    const uint8_t *start;

    word->column = (size_t)(line->at - lines->start) + 1;
    skip_to_word(line);
    start = line->at;
    if (unpack_left(line) == 0)
        return false;
    while (line->at < line->end && !is_space(*line->at))
        line->at++;
    *word = (struct config_word){{start, (size_t)(line->at - start)}, (size_t)(start - lines->start) + 1};
    return true;
}

bool config_word_copy(const struct config_word *word, char *to, size_t max)
{
    if (word->text.len > max || memchr(word->text.at, '\0', word->text.len) != NULL)
        return false;
    memcpy(to, word->text.at, word->text.len);
    to[word->text.len] = '\0';
    return true;
}

void config_bad(struct config_lines *lines, const struct config_word *word, const char *why)
{
    if (++lines->bad <= BAD_TOLD || lines->report->thorough)
        report_problem(lines->report, why, "%s:%zu:%zu", lines->where, lines->number, word->column);
}

void config_lines_finish(const struct config_lines *lines)
{
    size_t more = lines->bad > BAD_TOLD ? lines->bad - BAD_TOLD : 0;

    if (more > 0 && !lines->report->thorough)
        report_problem(lines->report, "lvindex-dump --check names all", "%s: %zu more bad line%s",
                       lines->where, more, more == 1 ? "" : "s");
}
