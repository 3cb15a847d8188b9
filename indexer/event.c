#include "event.h"

#include <errno.h>
#include <string.h>

#include "conf.h"
#include "leases.h"
#include "status_entry.h"
#include "status_mirror.h"

static void refuse(struct lease *lease, const char *name, enum refusal reason)
{
    strcpy(lease->refused, name);
    lease->reason = reason;
}

void lease_set_name(struct lease *lease, const char *name, const char *domain)
{
    enum refusal reason = name[0] == '\0' ? REFUSAL_NONE : name_check(name);
    size_t domain_len = strlen(domain);

    lease->host[0] = lease->domain[0] = lease->refused[0] = '\0';
    lease->reason = REFUSAL_NONE;
    if (reason != REFUSAL_NONE) {
        refuse(lease, name, reason);
        return;
    }
    strcpy(lease->host, name);
    if (name[0] != '\0' && domain_len > 0 && strlen(name) + 1 + domain_len <= DOMAIN_MAX &&
        name_domain_valid(domain, domain_len))
        strcpy(lease->domain, domain);
}

/* `known` is the same client's lease as it stood, or NULL. */
static void set_event_name(struct lease *lease, const struct event *event, const struct lease *known)
{
    /* The name that libvirt's file shows, too: read from there again, it must be known for a refused one. */
    const char *asked = event->supplied[0] != '\0' ? event->supplied : event->old_name;

    lease_set_name(lease, event->name, event->domain);
    if (event->name[0] != '\0')
        return;
    if (asked[0] != '\0') {
        refuse(lease, asked, name_equal(asked, event->old_name) ? REFUSAL_TAKEN : REFUSAL_BY_DNSMASQ);
    } else if (known != NULL && event->data_missing) {
        /* dnsmasq has forgotten what the client sent: what was refused stays refused */
        refuse(lease, known->refused, known->reason);
        lease->hidden = known->reason != REFUSAL_NONE;
    }
}

/* At start-up and on SIGHUP dnsmasq repeats every lease, the newest first: that is not hearing from a client.
 * A lease that is not known yet may be either; its expiry will order it. */
static bool is_repetition(const struct event *event, const struct lease *known)
{
    return event->action == EVENT_OLD && event->data_missing &&
           (known == NULL || known->expiry == event->lease.expiry);
}

/* The lease that an event tells of, with what only we remember of it. */
static struct lease complete(struct index *index, const struct event *event, const struct lease *at_address)
{
    struct lease lease = event->lease;
    const struct lease *known = at_address;

    if (known != NULL && !lease_same_client(known, &lease))
        known = NULL;
    lease.seen = known != NULL ? known->seen : 0;
    lease.heard = known != NULL ? known->heard : 0;
    if (lease.seen == 0)
        lease.seen = index_stamp(index);
    if (!is_repetition(event, known))
        lease.heard = index_stamp(index);
    if (known != NULL && !lease.hwaddr.known)
        lease.hwaddr =
            known->hwaddr; /* after a restart dnsmasq knows no hardware address of DHCPv6 clients */
    if (known != NULL && lease.interface[0] == '\0')
        strcpy(lease.interface, known->interface);
    set_event_name(&lease, event, known);
    /* What libvirt's file cannot hold must not be missed in it. */
    lease.owner = event->libvirt && status_entry_possible(&lease) ? OWNER_STATUS : OWNER_HOOK;
    return lease;
}

/* A dnsmasq that was handed another's leases repeats and deletes them with the expiry that it was told. */
static bool is_outdated(const struct event *event, const struct lease *known)
{
    return event->has_expiry && expiry_compare(event->lease.expiry, known->expiry) < 0;
}

/* It tells no interface then: it has not heard from the client, and the address is in no network of its own.
 */
static bool is_hearsay(const struct event *event)
{
    return event->data_missing && event->lease.interface[0] == '\0';
}

/* Notes what the event says of its network; `network` becomes what is known of it. */
static int update_network(struct index *index, const struct event *event, struct network *network)
{
    int rc = index_network(index, event->lease.network, network);

    if (rc < 0)
        return rc;
    if (event->server_duid.len > 0)
        network->server_duid = event->server_duid;
    network->libvirt = event->libvirt;
    if (!network->libvirt && network->server_duid.len == 0)
        return 0; /* nothing to keep */
    return index_set_network(index, event->lease.network, network);
}

/* `mirror` is NULL where libvirt has nothing to do with the network. */
static int take_lease(struct index *index, const struct event *event, const struct lease *known,
                      struct status_mirror *mirror)
{
    struct lease lease;
    struct network network;
    int rc;

    /* Of libvirt's networks, each has one dnsmasq, which knows best. */
    if (mirror == NULL && known != NULL && is_hearsay(event) && is_outdated(event, known))
        return 0;
    lease = complete(index, event, known);
    rc = update_network(index, event, &network);
    if (rc == 0 && mirror != NULL)
        rc = status_mirror_put(mirror, &lease, event->mirrored, &network.server_duid);
    if (rc == 0)
        rc = leases_put(index, &lease);
    return rc < 0 ? rc : 0;
}

static int drop_lease(struct index *index, const struct event *event, const struct lease *known,
                      struct status_mirror *mirror)
{
    int rc = mirror != NULL ? status_mirror_remove(mirror, &event->lease.ip) : 0;

    /* libvirt's file has no such rule, and is the truth for its networks. */
    if (rc < 0 || known == NULL || (mirror == NULL && is_outdated(event, known)))
        return rc;
    return leases_let_go(index, known);
}

static int take(struct index *index, const struct event *event, struct status_mirror *mirror)
{
    struct lease lease;
    int rc = leases_get(index, event->lease.network, &event->lease.ip, &lease);
    const struct lease *known = rc == 0 ? &lease : NULL;

    if (rc == 0 || rc == -ENOENT)
        rc = event->action == EVENT_DEL ? drop_lease(index, event, known, mirror)
                                        : take_lease(index, event, known, mirror);
    return rc < 0 ? index_failed(index, rc) : 0;
}

int event_apply(struct index *index, const struct event *event, const char *networks)
{
    CLEANUP_MIRROR struct status_mirror mirror = {.dirfd = -1, .source = {.file = {.fd = -1}}};
    int rc;

    if (!event->libvirt)
        return take(index, event, NULL);
    rc = conf_refresh(index, networks);
    if (rc < 0)
        return index_failed(index, rc);
    rc = status_mirror_open(&mirror, index, networks, event->lease.network);
    if (rc == 0)
        rc = take(index, event, &mirror);
    if (rc == 0)
        rc = status_mirror_prepare(&mirror);
    if (rc == 0)
        rc = index_prepare(index);
    if (rc < 0)
        return rc;
    rc = status_mirror_write(&mirror);
    /* Its index must not get lost: that alone knows what was refused. */
    if (mirror.replaced)
        store_happened(index->store);
    return rc;
}
