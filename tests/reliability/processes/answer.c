/*
 * Asks for the machine once, and prints what came of it, so that `run` can compare.
 *
 *   answer [--warm] [--root DIRECTORY] [--user NUMBER]
 *
 * Loads the modules, asks with --warm, changes its root directory and its user, and asks by each entry point.
 * With
 * --warm it goes on asking for longer than a second, and prints each change of what the first one says.
 */
#include <err.h>
#include <getopt.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ask.h"
#include "complain.h"

static void print(const struct reply *reply)
{
    printf("%d %d %s\n", reply->status, reply->error, reply->right ? "right" : "-");
    fflush(stdout);
}

static bool same(const struct reply *a, const struct reply *b)
{
    return a->status == b->status && a->error == b->error && a->right == b->right;
}

/* What all entry points say. */
static void ask_everywhere(struct reply *reply)
{
    struct reply other;

    ask(0, reply);
    for (size_t entry = 1; entry < ENTRIES; entry++) {
        ask(entry, &other);
        if (!same(reply, &other))
            complain("%s: status %d, errno %d; before: status %d, errno %d", ask_entry(entry), other.status,
                     other.error, reply->status, reply->error);
    }
}

static void ask_on(const struct reply *first)
{
    struct reply last = *first, now;

    for (int milliseconds = 0; milliseconds < 1200; milliseconds++) {
        ask(0, &now);
        if (!same(&last, &now))
            print(&now);
        last = now;
        usleep(1000);
    }
}

static void become(uid_t user)
{
    if (setgroups(0, NULL) < 0 || setresgid(user, user, user) < 0 || setresuid(user, user, user) < 0)
        err(2, "user %u", user);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"warm", no_argument, NULL, 'w'},
                                            {"root", required_argument, NULL, 'r'},
                                            {"user", required_argument, NULL, 'u'},
                                            {0}};
    const char *root = NULL, *user = NULL;
    struct reply reply;
    bool warm = false;
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'w')
            warm = true;
        else if (option == 'r')
            root = optarg;
        else if (option == 'u')
            user = optarg;
        else
            return 2;
    }
    ask_setup();
    if (warm)
        ask_all("at first");
    if (root != NULL && (chroot(root) < 0 || chdir("/") < 0))
        err(2, "%s", root);
    if (user != NULL)
        become((uid_t)strtoul(user, NULL, 10));
    ask_everywhere(&reply);
    print(&reply);
    if (warm)
        ask_on(&reply);
    return verdict();
}
