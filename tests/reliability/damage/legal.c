#include "legal.h"

#include <string.h>

/* Fields of the meta record's value. */
#define META_VERSION_END 12
#define META_BASE        24
#define META_BASE_END    40

static struct bytes meta_key(void)
{
    static const uint8_t key = KEY_META;

    return (struct bytes){&key, 1};
}

static bool is(const char *answer, const char *wanted)
{
    return strcmp(answer, wanted) == 0;
}

/* The meta record's value: without it there is no index. Of the rest of it, a reader goes by what base there
 * is. */
static bool meta_is_legal(const struct place *place, const struct known *known, const char *answer)
{
    bool needed =
        place->offset < META_VERSION_END || (place->offset >= META_BASE && place->offset < META_BASE_END);

    return is(answer, needed ? "UNAVAIL" : known->right);
}

/* Where the chain was searched that this key is in: it may seem not to be there, and then the base is asked.
 */
static bool chain_is_legal(const struct whole *whole, int file, const struct known *known, const char *answer)
{
    if (is(answer, "UNAVAIL"))
        return true;
    return is(answer, whole->two && file == FILE_INDEX ? known->base_alone : "NOTFOUND");
}

/* Is this file searched for the key at all? */
static bool is_searched(const struct whole *whole, int file, struct bytes key)
{
    return file == FILE_INDEX || anatomy_find(&whole->files[FILE_INDEX], key) == NULL;
}

static bool part_is_legal(const struct whole *whole, int file, const struct place *place,
                          const struct known *known, const char *answer)
{
    const struct anatomy *anatomy = &whole->files[file];
    struct bytes key = key_bytes(&known->asking.key);
    bool searched = is_searched(whole, file, key);
    bool own = place->record != NULL && bytes_equal(place->record->key, key);

    if (place->part == PART_HASH_SIZE)
        return is(answer, "UNAVAIL") || (searched && chain_is_legal(whole, file, known, answer));
    /* No index without its meta record. */
    if (place->part != PART_VALUE && place->chain == anatomy_chain(anatomy, meta_key()) &&
        is(answer, "UNAVAIL"))
        return true;
    if (place->part == PART_VALUE || place->part == PART_LENGTH) {
        /* It says something else now, or nothing that makes sense. */
        if (own && searched)
            return true;
        if (place->part == PART_VALUE)
            return false;
    }
    return searched && place->chain == known->chains[file] && chain_is_legal(whole, file, known, answer);
}

bool answer_is_legal(const struct whole *whole, int file, const struct place *place,
                     const struct known *known, const char *answer)
{
    if (strncmp(answer, "broken", 6) == 0)
        return false;
    if (place->part == PART_FORM)
        return is(answer, "UNAVAIL");
    if (place->part == PART_VALUE && bytes_equal(place->record->key, meta_key()))
        return meta_is_legal(place, known, answer);
    if (is(answer, known->right))
        return true;
    if (place->part == PART_SEQUENCE || place->part == PART_UNREAD || place->part == PART_PADDING)
        return false;
    return part_is_legal(whole, file, place, known, answer);
}
