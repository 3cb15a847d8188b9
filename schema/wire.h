/*
 * Bounded packing and unpacking of little-endian values.
 *
 * Values in a TDB are not aligned and come from a file: every access goes through these cursors, which copy
 * bytes, never run past their end and remember that they would have.
 * Thread-safety: a cursor belongs to its caller; nothing here keeps state.
 */
#ifndef LVINDEX_SCHEMA_WIRE_H
#define LVINDEX_SCHEMA_WIRE_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A run of bytes that somebody else owns. `at` may be NULL when `len` is 0. */
struct bytes {
    const uint8_t *at;
    size_t len;
};

static inline bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static inline struct bytes bytes_of(const char *text)
{
    return (struct bytes){(const uint8_t *)text, strlen(text)};
}

/* -1, 0, 1, or as memcmp(3): an order of bytes in which the beginning of another comes first. */
static inline int bytes_compare(struct bytes a, struct bytes b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int first = common == 0 ? 0 : memcmp(a.at, b.at, common);

    return first != 0 ? first : (a.len > b.len) - (a.len < b.len);
}

/* Writes from `at` on; `full` is set, and nothing more is written, once something did not fit before `end`.
 */
struct packer {
    uint8_t *at;
    uint8_t *end;
    bool full;
};

/* Reads from `at` on; `bad` is set, and everything after reads as 0 or empty, once `end` was overrun. */
struct unpacker {
    const uint8_t *at;
    const uint8_t *end;
    bool bad;
};

static inline struct unpacker unpacker_of(struct bytes value)
{
    return (struct unpacker){value.at, value.at == NULL ? NULL : value.at + value.len, false};
}

/* Bytes not yet read. */
static inline size_t unpack_left(const struct unpacker *u)
{
    return u->bad ? 0 : (size_t)(u->end - u->at);
}

static inline void pack_raw(struct packer *p, const void *from, size_t len)
{
    if (p->full || (size_t)(p->end - p->at) < len) {
        p->full = true;
        return;
    }
    if (len > 0)
        memcpy(p->at, from, len);
    p->at += len;
}

/* The low `width` bytes of `value`, least significant first; `width` is 1 to 8. */
static inline void pack_uint(struct packer *p, uint64_t value, size_t width)
{
    uint8_t raw[8];

    for (size_t i = 0; i < width; i++)
        raw[i] = (uint8_t)(value >> (8 * i));
    pack_raw(p, raw, width);
}

/* A string of at most 255 bytes behind its length in one byte; a longer one makes the packer full. */
static inline void pack_short(struct packer *p, struct bytes text)
{
    if (text.len > UINT8_MAX) {
        p->full = true;
        return;
    }
    pack_uint(p, text.len, 1);
    pack_raw(p, text.at, text.len);
}

/* `len` bytes in place: valid as long as what is unpacked is. Empty when there are not so many. */
static inline struct bytes unpack_raw(struct unpacker *u, size_t len)
{
    struct bytes run = {NULL, 0};

    if (u->bad || (size_t)(u->end - u->at) < len) {
        u->bad = true;
        return run;
    }
    run = (struct bytes){u->at, len};
    u->at += len;
    return run;
}

/* A number of `width` bytes, least significant first; `width` is 1 to 8. */
static inline uint64_t unpack_uint(struct unpacker *u, size_t width)
{
    size_t left = unpack_left(u);
    const uint8_t *at = unpack_raw(u, width).at;
    uint64_t value = 0;

    if (at == NULL)
        return 0;
    /* At once where there is enough behind it, as there is mostly: this is called several times for each
     * claim. */
    if (width > 1 && left >= sizeof(value)) {
        memcpy(&value, at, sizeof(value));
        return le64toh(value) & UINT64_MAX >> (64 - 8 * width);
    }
    /* Byte by byte: a copy into a number of another width is slow to read back. */
    for (size_t i = 0; i < width; i++)
        value |= (uint64_t)at[i] << (8 * i);
    return value;
}

static inline struct bytes unpack_short(struct unpacker *u)
{
    return unpack_raw(u, (size_t)unpack_uint(u, 1));
}

/* Copies a short string into `to` as a C string: false, and the unpacker bad, when it is longer than `max`
 * or holds a NUL. `to` has room for `max` + 1 bytes. */
static inline bool unpack_text(struct unpacker *u, char *to, size_t max)
{
    struct bytes run = unpack_short(u);

    to[0] = '\0';
    if (run.len > max || (run.len > 0 && memchr(run.at, '\0', run.len) != NULL))
        u->bad = true;
    if (u->bad)
        return false;
    if (run.len > 0)
        memcpy(to, run.at, run.len);
    to[run.len] = '\0';
    return true;
}

#endif
