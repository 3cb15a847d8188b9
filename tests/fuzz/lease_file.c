/*
 * A dnsmasq lease file of any bytes: what is read from it and printed for a dnsmasq's start reads again as
 * the same.
 */
#include <string.h>

#include "fuzz.h"
#include "hook/init.h"
#include "indexer/lease_file.h"
#include "indexer/leases.h"

#define NETWORK "lan"
#define FIELDS  5

static int expect_lease(void *context, const struct lease *lease)
{
    (void)context;
    EXPECT(lease_valid(lease) && strcmp(lease->network, NETWORK) == 0);
    return 0;
}

/* Each line is a lease's, or the server's DUID: dnsmasq shifts all that follows a missing field. */
static void expect_lines(const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n"), fields = 1;

        EXPECT(text[len] == '\n');
        for (size_t i = 0; i < len; i++)
            fields += text[i] == ' ';
        EXPECT(fields == (strncmp(text, "duid ", 5) == 0 ? 2 : FIELDS));
        EXPECT(memmem(text, len, "  ", 2) == NULL && text[len - 1] != ' ');
        text += len + 1;
    }
}

/* Reads the file, and prints what a dnsmasq would be told. The caller frees. */
static char *read_and_print(struct bytes content)
{
    struct index *index = NULL;
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);

    scratch_write("leases", content);
    EXPECT(index_open_read("/nonexistent", &fuzz_report, &index) == 0);
    lease_file_wait(scratch_path("leases"));
    EXPECT(lease_file_refresh(index, NETWORK, scratch_path("leases")) == 0);
    EXPECT(leases_each(index, NULL, expect_lease, NULL) == 0);
    expect_sound(index);
    EXPECT(init_print(index, NETWORK, to) == 0);
    index_close(index);
    EXPECT(fclose(to) == 0 && strlen(text) == len);
    expect_printable((struct bytes){(const uint8_t *)text, len});
    expect_lines(text);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *first = read_and_print((struct bytes){data, size});
    char *second = read_and_print(bytes_of(first));

    EXPECT(strcmp(first, second) == 0);
    free(first);
    free(second);
    return 0;
}
