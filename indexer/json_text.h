/*
 * Reading JSON that somebody else wrote, and writing our own.
 */
#ifndef LVINDEX_INDEXER_JSON_TEXT_H
#define LVINDEX_INDEXER_JSON_TEXT_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Parses a whole text that must be an array: -EBADMSG when it is not, -ENOMEM, -ELIBACC (see hook/json_c.c),
 * and then `*array` is NULL. The caller puts it (json_object_put). */
int json_parse_array(const char *text, size_t len, struct json_object **array);

/* The string member `name` of an object: NULL when there is none; "" is a string. One with a NUL inside, or
 * of another type, sets `*bad`. Lives as long as the object. */
const char *json_member_text(struct json_object *object, const char *name, bool *bad);

/* Is it a string without a NUL inside? */
bool json_is_text(struct json_object *value);

/* Adds a member to an object, which takes `value` over, also where it fails. -ENOMEM, also when `value` is
 * NULL. */
int json_add(struct json_object *object, const char *name, struct json_object *value);
int json_add_number(struct json_object *object, const char *name, uint64_t number);

/* The text of a value, indented as libvirt does it; NULL without memory. Lives as long as the value, and
 * until it is formatted again. */
const char *json_format(struct json_object *value);
/* A text that may hold any bytes, escaped: JSON has no others than characters. NULL without memory. */
struct json_object *json_new_escaped(const char *raw);

/* Prints a value, indented, with a newline behind it. -ENOMEM; what the stream says is for its owner to ask.
 */
int json_print(struct json_object *value, FILE *to);
/* The same in one line. */
int json_print_line(struct json_object *value, FILE *to);

static inline void cleanup_json(struct json_object **object)
{
    json_object_put(*object);
}

#define CLEANUP_JSON __attribute__((cleanup(cleanup_json)))

#endif
