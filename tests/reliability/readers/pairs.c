#include "tests/reliability/readers/pairs.h"

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "indexer/store.h"
#include "schema/claim.h"
#include "schema/key.h"

/* Pair number and side of the clock, which is no pair. */
#define CLOCK PAIRS

/* Rounds after which a pair is what it was: it is gone for one of them. */
#define ROUNDS 4

static void fail(void *context, const char *what, const char *why)
{
    (void)context;
    errx(1, "FAILED: %s: %s", what, why);
}

static const struct report report = {.problem = fail};

/* The step that changed a pair last, up to `now`; 0: none. */
static uint64_t last_step(uint32_t pair, uint64_t now)
{
    uint64_t back = (now % PAIRS + PAIRS - pair) % PAIRS;

    return back < now ? now - back : 0;
}

static bool is_gone(uint32_t pair, uint64_t step)
{
    return step > 0 && (step / PAIRS + pair) % ROUNDS == ROUNDS - 1;
}

/* 10.SIDE.PAIR.PAIR, or fd00::… for each third pair. */
static struct ip address(uint32_t pair, unsigned int side)
{
    bool ipv6 = pair % 3 == 0;
    struct ip ip = {.len = ipv6 ? IPV6_LEN : IPV4_LEN, .octets = {ipv6 ? 0xfd : 10}};
    uint8_t *end = ip.octets + ip.len;

    end[-3] = (uint8_t)side;
    end[-2] = (uint8_t)(pair >> 8);
    end[-1] = (uint8_t)pair;
    return ip;
}

static void put(struct store *store, uint32_t pair, unsigned int side, uint64_t step)
{
    struct ip ip = address(pair, side);
    struct key key = key_address(&ip);
    uint8_t value[CLAIM_PACKED_MAX];
    struct packer p = {value, value + sizeof(value), false};
    char label[32];
    struct claim claim = {
        .flags = (uint8_t)(CLAIM_HEARD | (ip.len == IPV6_LEN ? CLAIM_IPV6 : 0)), .order = step, .ip = ip};

    snprintf(label, sizeof(label), "at-%" PRIu64, step);
    claim.network = bytes_of("lan");
    claim.label = bytes_of(label);
    claim_pack(&p, &claim);
    if (pair != CLOCK && is_gone(pair, step))
        p.at = value;
    if (p.full || store_put(store, &key, (struct bytes){value, (size_t)(p.at - value)}) < 0)
        errx(1, "FAILED: no record can be put");
}

static struct store *open_store(const char *directory)
{
    struct store *store;

    if (store_open(directory, STORE_WRITE, &report, &store) < 0)
        errx(1, "FAILED: %s: cannot be opened", directory);
    return store;
}

static void publish(struct store *store)
{
    if (store_commit(store) != 1)
        errx(1, "FAILED: nothing was published");
    store_close(store);
}

static void put_pair(struct store *store, uint32_t pair, uint64_t step)
{
    put(store, pair, 0, step);
    put(store, pair, 1, step);
}

void pairs_start(const char *directory, uint64_t step)
{
    struct store *store = open_store(directory);

    for (uint32_t pair = 0; pair < PAIRS; pair++)
        put_pair(store, pair, last_step(pair, step));
    put(store, CLOCK, 0, step);
    publish(store);
}

bool pairs_step(const char *directory, uint64_t step)
{
    static uint64_t last_base;
    struct store *store = open_store(directory);
    bool another = store_meta(store)->base != last_base;

    last_base = store_meta(store)->base;
    put_pair(store, (uint32_t)(step % PAIRS), step);
    put(store, CLOCK, 0, step);
    publish(store);
    return another;
}

/* The pair and the side of an address. False: it is none of ours. */
static bool parse_address(const struct hostent *host, uint32_t *pair, unsigned int *side)
{
    struct ip ip, wanted;

    if (host->h_addr_list[0] == NULL || host->h_addr_list[1] != NULL ||
        ip_from_bytes((struct bytes){(const uint8_t *)host->h_addr_list[0], (size_t)host->h_length}, &ip) < 0)
        return false;
    *side = ip.octets[ip.len - 3];
    *pair = (uint32_t)ip.octets[ip.len - 2] << 8 | ip.octets[ip.len - 1];
    if (*side > 1 || *pair > CLOCK || host->h_addrtype != (ip.len == IPV4_LEN ? AF_INET : AF_INET6))
        return false;
    wanted = address(*pair, *side);
    return ip_compare(&ip, &wanted) == 0;
}

void pairs_note(struct pairs_listing *listing, const struct hostent *host)
{
    uint64_t step = 0;
    unsigned int side;
    uint32_t pair;

    listing->count++;
    if (!parse_address(host, &pair, &side) || host->h_aliases[0] != NULL ||
        sscanf(host->h_name, "at-%" SCNu64, &step) != 1 || (pair == CLOCK && side != 0)) {
        listing->others++;
    } else if (pair == CLOCK) {
        listing->clock = step;
        listing->clocks++;
    } else {
        listing->steps[pair][side] = step;
        listing->told[pair][side]++;
    }
}

static bool is_right(const struct pairs_listing *listing, uint32_t pair, unsigned int side)
{
    uint64_t step = last_step(pair, listing->clock);

    if (is_gone(pair, step))
        return listing->told[pair][side] == 0;
    return listing->told[pair][side] == 1 && listing->steps[pair][side] == step;
}

bool pairs_judge(const struct pairs_listing *listing)
{
    uint32_t wrong = 0;

    for (uint32_t pair = 0; pair < PAIRS; pair++)
        wrong += !is_right(listing, pair, 0) || !is_right(listing, pair, 1);
    if (listing->clocks == 1 && listing->others == 0 && wrong == 0)
        return true;
    fprintf(stderr,
            "FAILED: a listing at step %" PRIu64 ": told %" PRIu32 " times; %" PRIu32 " wrong pairs, %" PRIu32
            " odd entries among %" PRIu32 "\n",
            listing->clock, listing->clocks, wrong, listing->others, listing->count);
    return false;
}
