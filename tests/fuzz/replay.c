/* Runs a fuzz target on the files given, and on all files of the directories given: no fuzzer is needed. */
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

/* An input that does not end is a failure, too. */
#define SECONDS_EACH 30

static unsigned int replayed;

static void replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct stat st;
    uint8_t *data;

    if (file == NULL || fstat(fileno(file), &st) < 0) {
        perror(path);
        exit(1);
    }
    /* malloc(0) may return NULL */
    data = malloc((size_t)st.st_size + (st.st_size == 0));
    if (data == NULL || fread(data, 1, (size_t)st.st_size, file) != (size_t)st.st_size) {
        perror(path);
        exit(1);
    }
    fclose(file);
    /* What breaks is the last one named. */
    printf("%s\n", path);
    fflush(stdout);
    alarm(SECONDS_EACH);
    LLVMFuzzerTestOneInput(data, (size_t)st.st_size);
    alarm(0);
    free(data);
    replayed++;
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void replay_directory(const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, visible, alphasort);

    if (count < 0) {
        perror(path);
        exit(1);
    }
    for (int i = 0; i < count; i++) {
        char name[4096];

        snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
        replay_file(name);
        free(entries[i]);
    }
    free(entries);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        struct stat st;

        if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode))
            replay_directory(argv[i]);
        else
            replay_file(argv[i]);
    }
    if (replayed == 0) {
        fprintf(stderr, "usage: %s FILE|DIRECTORY...; there was no input\n", argv[0]);
        return 1;
    }
    return 0;
}
