#include "json_text.h"

#include <errno.h>
#include <string.h>

/* An array of objects with arrays is three deep. */
#define JSON_DEPTH 8

struct json_object *json_parse_array(const char *text, size_t len)
{
    struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH);
    struct json_object *array;

    if (tokener == NULL)
        return NULL;
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
    json_tokener_free(tokener);
    return array;
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

int json_print(struct json_object *value, FILE *to)
{
    const int flags = JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE;
    const char *text = json_object_to_json_string_ext(value, flags);

    if (text == NULL)
        return -ENOMEM;
    fprintf(to, "%s\n", text);
    return 0;
}
