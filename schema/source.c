#include "source.h"

bool source_unpack(struct unpacker *u, struct source *source)
{
    source->number = (uint16_t)unpack_uint(u, 2);
    source->identity.device = unpack_uint(u, 8);
    source->identity.inode = unpack_uint(u, 8);
    source->identity.size = unpack_uint(u, 8);
    source->identity.mtime = unpack_uint(u, 8);
    source->identity.ctime = unpack_uint(u, 8);
    source->digest = unpack_uint(u, 8);
    return !u->bad;
}

bool source_next_item(struct unpacker *u, struct source_item *item)
{
    struct bytes raw;

    if (unpack_left(u) == 0)
        return false;
    *item = (struct source_item){.guest = unpack_short(u)};
    raw = unpack_short(u);
    if (raw.len > 1 + HWADDR_MAX || item->guest.len == 0)
        u->bad = true;
    if (u->bad)
        return false;
    if (raw.len > 0) {
        item->hwaddr.known = true;
        item->hwaddr.type = raw.at[0];
        item->hwaddr.len = (uint8_t)(raw.len - 1);
        memcpy(item->hwaddr.octets, raw.at + 1, raw.len - 1);
    }
    return true;
}

void source_pack(struct packer *p, const struct source *source)
{
    pack_uint(p, source->number, 2);
    pack_uint(p, source->identity.device, 8);
    pack_uint(p, source->identity.inode, 8);
    pack_uint(p, source->identity.size, 8);
    pack_uint(p, source->identity.mtime, 8);
    pack_uint(p, source->identity.ctime, 8);
    pack_uint(p, source->digest, 8);
}

void source_pack_item(struct packer *p, const struct source_item *item)
{
    pack_short(p, item->guest);
    if (item->hwaddr.known) {
        pack_uint(p, (uint64_t)item->hwaddr.len + 1, 1);
        pack_uint(p, item->hwaddr.type, 1);
        pack_raw(p, item->hwaddr.octets, item->hwaddr.len);
    } else {
        pack_uint(p, 0, 1);
    }
}
