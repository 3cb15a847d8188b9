#include "tests/reliability/readers/records.h"

#include <err.h>
#include <string.h>

#include "schema/claim.h"

/* By hand, as stops.c goes through it instruction by instruction. */
const char *subject_name(struct subject subject, uint64_t step, char name[static NAME_SIZE])
{
    static const char *const kinds[] = {"name-", "Guest ", "at-", "still-", "fill-"};
    uint64_t number = subject.kind == ADDRESS ? step : subject.number;
    char digits[NAME_SIZE];
    char *at = digits + sizeof(digits) - 1;

    for (*at = '\0'; number > 0 || *at == '\0'; number /= 10)
        *--at = (char)('0' + number % 10);
    return strcat(strcpy(name, kinds[subject.kind]), at);
}

static void put_number(struct ip *ip, size_t from, uint64_t number)
{
    for (size_t i = ip->len; i > from; i--) {
        ip->octets[i - 1] = (uint8_t)number;
        number >>= 8;
    }
}

struct ip subject_ip(struct subject subject)
{
    struct ip ip = {.len = IPV6_LEN, .octets = {0xfd, 9}};

    put_number(&ip, 8, subject.number);
    return ip;
}

struct ip step_ip(unsigned int which, uint64_t step)
{
    struct ip ip = {.len = IPV6_LEN, .octets = {0xfd, (uint8_t)which}};

    if (which == STEP_ADDRESSES - 1)
        ip = (struct ip){.len = IPV4_LEN, .octets = {10}};
    put_number(&ip, ip.len == IPV4_LEN ? 1 : 8, step);
    return ip;
}

struct key subject_key(struct subject subject)
{
    struct ip ip = subject_ip(subject);
    char name[NAME_SIZE];

    if (subject.kind == ADDRESS)
        return key_address(&ip);
    return key_named(subject.kind == GUEST ? KEY_GUEST : KEY_HOST, bytes_of(subject_name(subject, 0, name)));
}

static void pack(struct packer *p, struct subject subject, uint64_t step, struct ip ip, const char *label)
{
    struct claim claim = {
        .flags = (uint8_t)(CLAIM_HEARD | (ip.len == IPV6_LEN ? CLAIM_IPV6 : 0) |
                           (subject.kind == GUEST ? CLAIM_GUEST : 0)),
        .network = bytes_of("lan"),
        .label = bytes_of(label),
        .order = step,
        .ip = ip,
    };

    claim_pack(p, &claim);
}

size_t subject_value(struct subject subject, uint64_t step, uint8_t value[static RECORD_VALUE_MAX])
{
    struct packer p = {value, value + RECORD_VALUE_MAX, false};
    char name[NAME_SIZE];

    subject_name(subject, step, name);
    if (subject.kind == ADDRESS)
        pack(&p, subject, step, subject_ip(subject), name);
    for (unsigned int i = 0; subject.kind != ADDRESS && i < STEP_ADDRESSES; i++)
        pack(&p, subject, step, step_ip(i, step), name);
    if (p.full)
        errx(1, "a value has no room");
    return (size_t)(p.at - value);
}
