/* What a script prints, of any bytes and in any pieces: told line by line, escaped, and of bounded length.
 * The first byte is the length of the pieces. */
#include <string.h>

#include "fuzz.h"
#include "hook/script_output.h"

/* A byte that is escaped becomes four. */
#define LINE_MOST (4 * OUTPUT_LINE + sizeof("..."))

struct told {
    FILE *to;
    size_t count;
};

static void tell(void *context, const char *what, const char *why)
{
    struct told *told = context;

    EXPECT(strcmp(what, "script") == 0 && strlen(why) > 0 && strlen(why) <= LINE_MOST);
    expect_printable(bytes_of(why));
    EXPECT(strchr(why, '\n') == NULL);
    fprintf(told->to, "%s\n", why);
    told->count++;
}

/* Takes the bytes in pieces; what was told, which the caller frees. */
static char *take(struct bytes bytes, size_t piece)
{
    struct told told = {.count = 0};
    const struct report report = {.problem = tell, .context = &told};
    struct script_output output = {.report = &report, .name = "script"};
    char *text = NULL;
    size_t len = 0;

    told.to = open_memstream(&text, &len);
    for (size_t at = 0; at < bytes.len; at += piece)
        script_output_take(&output, (const char *)bytes.at + at,
                           piece < bytes.len - at ? piece : bytes.len - at);
    script_output_end(&output);
    EXPECT(told.count <= OUTPUT_LINES + 1);
    EXPECT(fclose(told.to) == 0);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct bytes whole = {data + (size > 0), size - (size > 0)};
    const size_t piece = size > 0 && data[0] > 0 ? data[0] : 1;
    char *at_once = take(whole, whole.len > 0 ? whole.len : 1), *in_pieces = take(whole, piece);

    EXPECT(strcmp(at_once, in_pieces) == 0);
    free(at_once);
    free(in_pieces);
    return 0;
}
