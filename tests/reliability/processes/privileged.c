/*
 * Prints whether it runs with more rights than its caller's, and the addresses of a name, as glibc finds
 * them. `run` makes set-uid, set-gid and otherwise privileged copies of it.
 *
 *   privileged NAME
 */
#include <arpa/inet.h>
#include <err.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/auxv.h>

int main(int argc, char **argv)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    char text[INET6_ADDRSTRLEN];

    if (argc != 2)
        errx(2, "usage: privileged NAME");
    printf("%lu", getauxval(AT_SECURE));
    if (getaddrinfo(argv[1], NULL, &hints, &found) != 0)
        found = NULL;
    for (const struct addrinfo *one = found; one != NULL; one = one->ai_next) {
        if (getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof(text), NULL, 0, NI_NUMERICHOST) == 0)
            printf(" %s", text);
    }
    putchar('\n');
    return 0;
}
