#include "text_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int text_list_add(struct text_list *list, const char *text, size_t len)
{
    char **more = reallocarray(list->at, list->count + 1, sizeof(char *));

    if (more == NULL)
        return -ENOMEM;
    list->at = more;
    list->at[list->count] = strndup(text, len);
    if (list->at[list->count] == NULL)
        return -ENOMEM;
    list->count++;
    return 0;
}

bool text_list_contains(const struct text_list *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->at[i], text) == 0)
            return true;
    }
    return false;
}

void text_list_free(struct text_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->at[i]);
    free(list->at);
}

int text_list_directory(struct text_list *list, DIR *stream, const char *suffix)
{
    const struct dirent *entry;
    size_t suffix_len = strlen(suffix);

    for (errno = 0; (entry = readdir(stream)) != NULL; errno = 0) {
        size_t len = strlen(entry->d_name);
        int rc;

        if (entry->d_name[0] == '.' || len <= suffix_len ||
            strcmp(entry->d_name + len - suffix_len, suffix) != 0)
            continue;
        rc = text_list_add(list, entry->d_name, len - suffix_len);
        if (rc < 0)
            return rc;
    }
    return -errno;
}

int text_list_collect(void *context, const char *text)
{
    return text_list_add(context, text, strlen(text));
}
