#include "arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

#define CHUNK_SIZE (64U << 10)

struct arena_chunk {
    struct arena_chunk *before;
    alignas(max_align_t) unsigned char at[];
};

static int add_chunk(struct arena *arena, size_t room)
{
    struct arena_chunk *chunk = malloc(sizeof(*chunk) + room);

    if (chunk == NULL)
        return -1;
    chunk->before = arena->chunk;
    arena->chunk = chunk;
    arena->used = 0;
    arena->room = room;
    return 0;
}

void *arena_take(struct arena *arena, size_t size)
{
    const size_t align = alignof(max_align_t);
    void *at;

    if (size > SIZE_MAX / 2)
        return NULL;
    size = (size + align - 1) / align * align;
    if (arena->room - arena->used < size && add_chunk(arena, size > CHUNK_SIZE ? size : CHUNK_SIZE) < 0)
        return NULL;
    at = arena->chunk->at + arena->used;
    arena->used += size;
    return at;
}

void arena_free(struct arena *arena)
{
    while (arena->chunk != NULL) {
        struct arena_chunk *before = arena->chunk->before;

        free(arena->chunk);
        arena->chunk = before;
    }
    *arena = (struct arena){NULL, 0, 0};
}
