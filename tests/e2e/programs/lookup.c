/* Looks up names, or the names of an address, with the C library that it is linked with: musl's, which knows
 * no modules. */
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* Prints each address, or the name that an address has. */
static int look_up(const char *what)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    char text[NI_MAXHOST];
    struct addrinfo *found;
    int flags = strspn(what, "0123456789abcdef.:") == strlen(what) ? NI_NAMEREQD : NI_NUMERICHOST;
    int rc = getaddrinfo(what, NULL, &hints, &found);

    if (rc != 0)
        return rc;
    for (const struct addrinfo *at = found; rc == 0 && at != NULL; at = at->ai_next) {
        rc = getnameinfo(at->ai_addr, at->ai_addrlen, text, sizeof(text), NULL, 0, flags);
        if (rc == 0)
            printf("%s%s", at == found ? "" : " ", text);
    }
    freeaddrinfo(found);
    putchar('\n');
    return rc;
}

int main(int argc, char **argv)
{
    int status = 0;

    for (int i = 1; i < argc; i++) {
        int rc = look_up(argv[i]);

        if (rc != 0) {
            fprintf(stderr, "%s: %s\n", argv[i], gai_strerror(rc));
            status = 1;
        }
    }
    return status;
}
