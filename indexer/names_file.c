#include "names_file.h"

#include <ctype.h>
#include <string.h>

#include "answers.h"
#include "escape.h"
#include "schema/name.h"

/* What a name must not have to be one word of a file, nor a pattern in it. */
#define HOSTS_SPECIAL "#"
#define SSH_SPECIAL   "#\"'\\=*?!,"

static bool is_word(const char *name, const char *special)
{
    for (const char *c = name; *c != '\0'; c++) {
        if (!isgraph((unsigned char)*c) || strchr(special, *c) != NULL)
            return false;
    }
    return true;
}

static void print_unusable(const char *name, FILE *to)
{
    fputs("# not a name for this file: ", to);
    escape_print(to, bytes_of(name));
    fputc('\n', to);
}

/* One line for an address; the files that follow have the same names and addresses in other clothes. */
static void print_hosts(const struct answer *answer, const struct ip *ip, FILE *to)
{
    char text[IP_TEXT_SIZE];

    fprintf(to, "%s\t%s\n", ip_format(ip, text), answer->name);
}

/* The host key is kept under the name, as the next machine may get the address. */
static void print_ssh(const struct answer *answer, const struct ip *ip, FILE *to)
{
    char text[IP_TEXT_SIZE];

    fprintf(to, "Host %s\n    HostName %s\n    HostKeyAlias %s\n", answer->name, ip_format(ip, text),
            answer->name);
}

/* How answers are written. */
struct form {
    const char *special;
    void (*print)(const struct answer *answer, const struct ip *ip, FILE *to);
    bool first_alone; /* of a name's addresses, the first one that is wanted */
};

static void print_answer(const struct answer *answer, const struct names_wanted *wanted,
                         const struct form *form, FILE *to)
{
    bool usable = is_word(answer->name, form->special);

    for (size_t i = 0; i < answer->count; i++) {
        const struct answer_address *address = &answer->at[i];

        if ((wanted->network != NULL && strcmp(address->network, wanted->network) != 0) ||
            (wanted->address.len > 0 && ip_compare(&address->ip, &wanted->address) != 0))
            continue;
        if (!usable) {
            print_unusable(answer->name, to);
            return;
        }
        form->print(answer, &address->ip, to);
        if (form->first_alone)
            return;
    }
}

static int print_answers(struct index *index, const struct names_wanted *wanted, const struct form *form,
                         FILE *to, uint64_t *until)
{
    CLEANUP_ANSWERS struct answers answers = {.count = 0};
    int rc = answers_collect(index, &answers);

    for (size_t i = 0; rc == 0 && i < answers.count; i++) {
        const struct answer *answer = &answers.at[i];

        /* A guest's name that is also a host name: the guest's answers count, and stand before. */
        if (i > 0 && !answer->guest && answers.at[i - 1].guest &&
            name_equal(answers.at[i - 1].name, answer->name))
            continue;
        if ((wanted->name == NULL || name_equal(answer->name, wanted->name)) &&
            (wanted->guest == NULL || (answer->guest && name_equal(answer->name, wanted->guest))))
            print_answer(answer, wanted, form, to);
    }
    if (until != NULL)
        *until = answers.until;
    return rc;
}

int names_file_hosts(struct index *index, const struct names_wanted *wanted, FILE *to, uint64_t *until)
{
    return print_answers(index, wanted, &(struct form){HOSTS_SPECIAL, print_hosts, false}, to, until);
}

int names_file_ssh(struct index *index, const struct names_wanted *wanted, FILE *to)
{
    return print_answers(index, wanted, &(struct form){SSH_SPECIAL, print_ssh, true}, to, NULL);
}
