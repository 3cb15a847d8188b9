#include "hash.h"

/* lookup3 reads its input in blocks of three words. */
#define BLOCK 12

/* The three words that the input is stirred into. */
struct state {
    uint32_t a, b, c;
};

static inline uint32_t rotate(uint32_t word, unsigned int by)
{
    return (word << by) | (word >> (32 - by));
}

/* Byte by byte, which compilers turn into one load where they can: the key need not be aligned, nor the
 * machine little-endian. */
static inline uint32_t read_word(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static inline void add_block(struct state *s, const uint8_t block[static BLOCK])
{
    s->a += read_word(block);
    s->b += read_word(block + 4);
    s->c += read_word(block + 8);
}

/* A word of which there are fewer than four bytes, the others zero. Of 1 to 3 bytes, the first, the middle
 * and the last are all, some of them twice. */
static inline uint32_t read_rest(const uint8_t *at, size_t len)
{
    if (len == 0)
        return 0;
    return at[0] | (uint32_t)at[len / 2] << (8 * (len / 2)) | (uint32_t)at[len - 1] << (8 * (len - 1));
}

/* 1 to 12 bytes, as if zeros followed. Not by a copy: that would be waited for. */
static inline void add_last(struct state *s, struct bytes last)
{
    if (last.len >= 8) {
        s->a += read_word(last.at);
        s->b += read_word(last.at + 4);
        s->c += last.len == BLOCK ? read_word(last.at + 8) : read_rest(last.at + 8, last.len - 8);
    } else if (last.len >= 4) {
        s->a += read_word(last.at);
        s->b += read_rest(last.at + 4, last.len - 4);
    } else {
        s->a += read_rest(last.at, last.len);
    }
}

static inline void mix_step(uint32_t *here, uint32_t *before, uint32_t after, unsigned int by)
{
    *here -= *before;
    *here ^= rotate(*before, by);
    *before += after;
}

static inline void mix(struct state *s)
{
    mix_step(&s->a, &s->c, s->b, 4);
    mix_step(&s->b, &s->a, s->c, 6);
    mix_step(&s->c, &s->b, s->a, 8);
    mix_step(&s->a, &s->c, s->b, 16);
    mix_step(&s->b, &s->a, s->c, 19);
    mix_step(&s->c, &s->b, s->a, 4);
}

static inline void finish_step(uint32_t *here, uint32_t before, unsigned int by)
{
    *here ^= before;
    *here -= rotate(before, by);
}

static inline uint32_t finish(struct state *s)
{
    finish_step(&s->c, s->b, 14);
    finish_step(&s->a, s->c, 11);
    finish_step(&s->b, s->a, 25);
    finish_step(&s->c, s->b, 16);
    finish_step(&s->a, s->c, 4);
    finish_step(&s->b, s->a, 14);
    finish_step(&s->c, s->b, 24);
    return s->c;
}

uint32_t hash_bytes(struct bytes key)
{
    uint32_t start = 0xdeadbeefU + (uint32_t)key.len;
    struct state s = {start, start, start};

    if (key.len == 0)
        return start;
    /* The last block, even a full one, is finished and not mixed. */
    while (key.len > BLOCK) {
        add_block(&s, key.at);
        mix(&s);
        key.at += BLOCK;
        key.len -= BLOCK;
    }
    add_last(&s, key);
    return finish(&s);
}
