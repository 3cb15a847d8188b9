#include "json_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "escape.h"

/* An array of objects with arrays is three deep. */
#define JSON_DEPTH 8

/* json-c does not notice when it has no memory for a part of a text: it crashes, or leaves that part out. So
 * there must be as much as it takes: for each byte of a text like libvirt's, about a third of this. */
#define MEMORY_PER_BYTE 32
#define MEMORY_LEAST    (64U << 10)

static bool has_memory(size_t len)
{
    /* volatile: or the compiler takes it for granted. */
    void *volatile all = malloc(len * MEMORY_PER_BYTE + MEMORY_LEAST);

    free(all);
    return all != NULL;
}

int json_parse_array(const char *text, size_t len, struct json_object **result)
{
    struct json_tokener *tokener = has_memory(len) ? json_tokener_new_ex(JSON_DEPTH) : NULL;
    struct json_object *array;
    int rc;

    *result = NULL;
    if (tokener == NULL)
        return errno == ELIBACC ? -ELIBACC : -ENOMEM;
    errno = 0;
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS);
    array = json_tokener_parse_ex(tokener, text, (int)len);
    /* Only white space may follow the array. */
    if (array != NULL) {
        size_t end = json_tokener_get_parse_end(tokener);

        while (end < len && memchr(" \t\r\n", text[end], 4) != NULL)
            end++;
        if (end != len || !json_object_is_type(array, json_type_array)) {
            json_object_put(array);
            array = NULL;
        }
    }
    rc = errno == ENOMEM ? -ENOMEM : array == NULL ? -EBADMSG : 0;
    if (rc == 0)
        *result = array;
    else
        json_object_put(array);
    json_tokener_free(tokener);
    return rc;
}

bool json_is_text(struct json_object *value)
{
    return json_object_is_type(value, json_type_string) &&
           strlen(json_object_get_string(value)) == (size_t)json_object_get_string_len(value);
}

const char *json_member_text(struct json_object *object, const char *name, bool *bad)
{
    struct json_object *member;

    if (!json_object_object_get_ex(object, name, &member))
        return NULL;
    if (!json_is_text(member)) {
        *bad = true;
        return NULL;
    }
    return json_object_get_string(member);
}

int json_add(struct json_object *object, const char *name, struct json_object *value)
{
    if (value == NULL)
        return -ENOMEM;
    if (json_object_object_add(object, name, value) == 0)
        return 0;
    json_object_put(value);
    return -ENOMEM;
}

int json_add_number(struct json_object *object, const char *name, uint64_t number)
{
    return json_add(object, name, json_object_new_int64((int64_t)number));
}

struct json_object *json_new_escaped(const char *raw)
{
    CLEANUP_FREE char *text = escape_text(bytes_of(raw));

    return text == NULL ? NULL : json_object_new_string(text);
}

static const char *format(struct json_object *value, int flags)
{
    const char *text;

    /* What there is no memory for, json-c leaves out. */
    errno = 0;
    text = json_object_to_json_string_ext(value, flags | JSON_C_TO_STRING_NOSLASHESCAPE);
    return errno == ENOMEM ? NULL : text;
}

const char *json_format(struct json_object *value)
{
    return format(value, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED);
}

static int print(const char *text, FILE *to)
{
    if (text == NULL)
        return -ENOMEM;
    fprintf(to, "%s\n", text);
    return 0;
}

int json_print(struct json_object *value, FILE *to)
{
    return print(json_format(value), to);
}

int json_print_line(struct json_object *value, FILE *to)
{
    return print(format(value, JSON_C_TO_STRING_PLAIN), to);
}
