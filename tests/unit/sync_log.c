#include "sync_log.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

char sync_log[64];
char sync_fail_at;
int sync_fail_after;
struct bytes sync_content;

void sync_log_clear(void)
{
    memset(sync_log, 0, sizeof(sync_log));
}

static int log_call(char call)
{
    size_t len = strlen(sync_log);

    if (len + 1 < sizeof(sync_log))
        sync_log[len] = call;
    if (call != sync_fail_at || sync_fail_after-- > 0)
        return 0;
    errno = EIO;
    return -1;
}

void sync_keep(int fd)
{
    struct stat st;
    uint8_t *content;

    ck_assert_int_eq(fstat(fd, &st), 0);
    content = malloc((size_t)st.st_size);
    ck_assert_int_eq(pread(fd, content, (size_t)st.st_size, 0), st.st_size);
    free((void *)sync_content.at);
    sync_content = (struct bytes){content, (size_t)st.st_size};
}

int own_fsync(int fd) __asm__("fsync");
int own_renameat(int from_dir, const char *from, int to_dir, const char *to) __asm__("renameat");
int own_fchmod(int fd, mode_t mode) __asm__("fchmod");

int own_fsync(int fd)
{
    struct stat st;

    ck_assert_int_eq(fstat(fd, &st), 0);
    if (S_ISREG(st.st_mode))
        sync_keep(fd);
    return log_call(S_ISDIR(st.st_mode) ? 'd' : 'f');
}

int own_renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    return log_call('r') < 0 ? -1 : (int)syscall(SYS_renameat, from_dir, from, to_dir, to);
}

int own_fchmod(int fd, mode_t mode)
{
    return log_call('m') < 0 ? -1 : (int)syscall(SYS_fchmod, fd, mode);
}
