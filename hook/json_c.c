/*
 * json-c, loaded only when its first function is called.
 *
 * Most events of dnsmasq's read no JSON: libvirt's files are parsed only where somebody else has changed
 * them. To load the library took 3 % of an event's time all the same. So lvindex-hook is linked with these
 * functions in its place. Without the library, what makes an object or a parser returns NULL, as it does
 * without memory, and errno is ELIBACC; nothing else is called then, but json_object_put(NULL).
 *
 * Thread-safety: none, as lvindex-hook has one thread.
 */
#include <dlfcn.h>
#include <errno.h>
#include <json-c/json.h>

/* The library's binary interface that the headers above are of. */
#define LIBRARY "libjson-c.so.5"

static void *function(const char *name)
{
    static void *library;
    void *found;

    if (library == NULL)
        library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    found = library != NULL ? dlsym(library, name) : NULL;
    if (found == NULL)
        errno = ELIBACC;
    return found;
}

#define FIND(name)                                                                                           \
    static typeof(name) *real;                                                                               \
                                                                                                             \
    if (real == NULL)                                                                                        \
    real = (typeof(real))function(#name)

#define FORWARD(type, name, parameters, arguments)                                                           \
    type name parameters                                                                                     \
    {                                                                                                        \
        FIND(name);                                                                                          \
        return real != NULL ? real arguments : (type)0;                                                      \
    }

#define FORWARD_VOID(name, parameters, arguments)                                                            \
    void name parameters                                                                                     \
    {                                                                                                        \
        FIND(name);                                                                                          \
        if (real != NULL)                                                                                    \
            real arguments;                                                                                  \
    }

FORWARD(struct json_tokener *, json_tokener_new_ex, (int depth), (depth))
FORWARD(struct json_object *, json_tokener_parse_ex,
        (struct json_tokener * tokener, const char *text, int len), (tokener, text, len))
FORWARD(size_t, json_tokener_get_parse_end, (struct json_tokener * tokener), (tokener))
FORWARD_VOID(json_tokener_set_flags, (struct json_tokener * tokener, int flags), (tokener, flags))
FORWARD_VOID(json_tokener_free, (struct json_tokener * tokener), (tokener))

FORWARD(struct json_object *, json_object_new_array, (void), ())
FORWARD(struct json_object *, json_object_new_int64, (int64_t number), (number))
FORWARD(struct json_object *, json_object_new_object, (void), ())
FORWARD(struct json_object *, json_object_new_string, (const char *text), (text))

FORWARD(int, json_object_is_type, (const struct json_object *value, enum json_type type), (value, type))
FORWARD(int64_t, json_object_get_int64, (const struct json_object *value), (value))
FORWARD(const char *, json_object_get_string, (struct json_object * value), (value))
FORWARD(int, json_object_get_string_len, (const struct json_object *value), (value))
FORWARD(int, json_object_set_string, (struct json_object * value, const char *text), (value, text))
FORWARD(const char *, json_object_to_json_string_ext, (struct json_object * value, int flags), (value, flags))

FORWARD(json_bool, json_object_object_get_ex,
        (const struct json_object *object, const char *name, struct json_object **value),
        (object, name, value))
FORWARD(int, json_object_object_add,
        (struct json_object * object, const char *name, struct json_object *value), (object, name, value))

FORWARD(size_t, json_object_array_length, (const struct json_object *array), (array))
FORWARD(struct json_object *, json_object_array_get_idx, (const struct json_object *array, size_t at),
        (array, at))
FORWARD(int, json_object_array_add, (struct json_object * array, struct json_object *value), (array, value))
FORWARD(int, json_object_array_del_idx, (struct json_object * array, size_t at, size_t count),
        (array, at, count))

/* Called for what was never made, too. */
int json_object_put(struct json_object *value)
{
    if (value == NULL)
        return 0;
    FIND(json_object_put);
    return real != NULL ? real(value) : 0;
}
