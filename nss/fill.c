#include "nss/fill.h"

#include <errno.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

_Static_assert(alignof(struct gaih_addrtuple) == alignof(char *), "one padding fits tuples and pointers");

/* What we need of the caller's buffer, and have not taken yet. */
struct room {
    char *at;
    uint64_t left;
};

/* Sums are made in 64 bits, where they never overflow: an index has less than 4 GiB. */
static int open_room(char *buffer, size_t size, uint64_t need, struct room *room)
{
    size_t padding = -(uintptr_t)buffer & (alignof(char *) - 1);

    if (size < padding + need)
        return -ERANGE;
    *room = (struct room){buffer + padding, need};
    return 0;
}

/* The caller knows that `size` bytes are left. */
static void *take(struct room *room, size_t size)
{
    char *start = room->at;

    room->at += size;
    room->left -= size;
    return start;
}

static char **take_pointers(struct room *room, size_t count)
{
    return take(room, count * sizeof(char *));
}

static char *take_text(struct room *room, struct bytes text)
{
    char *start = take(room, text.len + 1);

    memcpy(start, text.at, text.len);
    start[text.len] = '\0';
    return start;
}

static char *take_full_name(struct room *room, const struct full_name *name)
{
    char *start;

    if (name->domain.len == 0)
        return take_text(room, name->label);
    start = take(room, name->label.len + 1);
    memcpy(start, name->label.at, name->label.len);
    start[name->label.len] = '.';
    take_text(room, name->domain);
    return start;
}

int fill_addresses(const struct name_answer *answer, struct hostent *result, char *buffer, size_t size)
{
    size_t length = answer->family == AF_INET ? IPV4_LEN : IPV6_LEN;
    uint64_t count = answer->count;
    size_t aliases = answer->name.domain.len > 0 ? 1 : 0;
    uint64_t need = (aliases + 1 + count + 1) * sizeof(char *) + count * length +
                    full_name_length(&answer->name) + 1 + aliases * (answer->name.label.len + 1);
    struct address_walk walk = address_walk(answer);
    struct room room;
    struct ip ip;
    size_t filled = 0;
    int error = open_room(buffer, size, need, &room);

    if (error < 0)
        return error;
    result->h_addrtype = answer->family;
    result->h_length = (int)length;
    result->h_aliases = take_pointers(&room, aliases + 1);
    result->h_aliases[aliases] = NULL;
    result->h_addr_list = take_pointers(&room, answer->count + 1);
    for (; filled < answer->count && address_next(answer, &walk, &ip); filled++) {
        result->h_addr_list[filled] = take(&room, length);
        memcpy(result->h_addr_list[filled], ip.octets, length);
    }
    result->h_addr_list[filled] = NULL;
    result->h_name = take_full_name(&room, &answer->name);
    if (aliases > 0)
        result->h_aliases[0] = take_text(&room, answer->name.label);
    return filled == answer->count ? 0 : -EBADMSG;
}

int fill_tuples(const struct name_answer *answer, struct gaih_addrtuple **pat, char *buffer, size_t size)
{
    size_t own = answer->count - (*pat != NULL ? 1 : 0);
    uint64_t need = own * (uint64_t)sizeof(struct gaih_addrtuple) + full_name_length(&answer->name) + 1;
    struct address_walk walk = address_walk(answer);
    struct gaih_addrtuple *tuples;
    struct gaih_addrtuple **link = pat;
    struct room room;
    struct ip ip;
    size_t filled = 0;
    char *name;
    int error = open_room(buffer, size, need, &room);

    if (error < 0)
        return error;
    tuples = take(&room, own * sizeof(*tuples));
    name = take_full_name(&room, &answer->name);
    for (; filled < answer->count && address_next(answer, &walk, &ip); filled++) {
        struct gaih_addrtuple *tuple = filled == 0 && *pat != NULL ? *pat : tuples++;

        *tuple = (struct gaih_addrtuple){.name = name, .family = ip.len == IPV4_LEN ? AF_INET : AF_INET6};
        memcpy(tuple->addr, ip.octets, ip.len);
        *link = tuple;
        link = &tuple->next;
    }
    return filled == answer->count ? 0 : -EBADMSG;
}

int fill_names(const struct address_answer *answer, struct hostent *result, char *buffer, size_t size)
{
    uint64_t need = ((uint64_t)answer->count + 2) * sizeof(char *) + answer->ip.len + answer->text_size;
    struct name_walk walk = name_walk(answer);
    struct full_name name;
    struct room room;
    size_t filled = 0;
    int error = open_room(buffer, size, need, &room);

    if (error < 0)
        return error;
    result->h_addrtype = answer->ip.len == IPV4_LEN ? AF_INET : AF_INET6;
    result->h_length = answer->ip.len;
    result->h_aliases = take_pointers(&room, answer->count);
    result->h_addr_list = take_pointers(&room, 2);
    result->h_addr_list[0] = take(&room, answer->ip.len);
    result->h_addr_list[1] = NULL;
    memcpy(result->h_addr_list[0], answer->ip.octets, answer->ip.len);
    for (; filled < answer->count && name_next(answer, &walk, &name) && full_name_length(&name) < room.left;
         filled++) {
        char *text = take_full_name(&room, &name);

        if (filled == 0)
            result->h_name = text;
        else
            result->h_aliases[filled - 1] = text;
    }
    if (filled < answer->count)
        return -EBADMSG;
    result->h_aliases[filled - 1] = NULL;
    return 0;
}
