#include "outputs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void outputs_free(struct outputs *outputs)
{
    for (size_t i = 0; i < outputs->count; i++)
        free(outputs->at[i]);
    free(outputs->at);
}

/* Copies a text behind those the output already owns. */
static struct bytes own(struct output *output, size_t *used, struct bytes text)
{
    struct bytes copy = {output->text + *used, text.len};

    if (text.len > 0)
        memcpy(output->text + *used, text.at, text.len);
    *used += text.len;
    return copy;
}

/* Room for one more: as it doubles, it is used up where the count is a power of two. */
static int make_room(struct outputs *outputs)
{
    struct output **more;

    if ((outputs->count & (outputs->count - 1)) != 0)
        return 0;
    more = reallocarray(outputs->at, outputs->count * 2 + 1, sizeof(struct output *));
    if (more == NULL)
        return -ENOMEM;
    outputs->at = more;
    return 0;
}

int outputs_add(struct outputs *outputs, const struct key *key, const struct claim *claim)
{
    struct output *output;
    size_t used = 0;
    int rc = make_room(outputs);

    if (rc < 0)
        return rc;
    output = malloc(sizeof(*output) + claim->network.len + claim->label.len + claim->domain.len);
    if (output == NULL)
        return -ENOMEM;
    output->key = *key;
    output->claim = *claim;
    output->claim.network = own(output, &used, claim->network);
    output->claim.label = own(output, &used, claim->label);
    output->claim.domain = own(output, &used, claim->domain);
    outputs->at[outputs->count++] = output;
    return 0;
}
