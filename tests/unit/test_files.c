/* Source files: what is read, what is refused, and how it is told later whether they changed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "indexer/file.h"
#include "schema/limits.h"
#include "test_case.h"
#include "test_clock.h"

static const struct source_identity unknown;

/* What happens at each pread(2) of this program; NULL: nothing. It returns 0 or an errno. */
static int (*at_read)(void);
static int reads;

ssize_t own_pread(int fd, void *to, size_t len, off_t at) __asm__("pread64");

ssize_t own_pread(int fd, void *to, size_t len, off_t at)
{
    int error = at_read == NULL ? 0 : at_read();

    reads++;
    if (error == 0)
        return syscall(SYS_pread64, fd, to, len, at);
    errno = error;
    return -1;
}

/* Opens and reads a file of the test's directory. */
static int take(const char *name, int flags, struct file *file)
{
    int rc = file_open(AT_FDCWD, own_path(name), flags, file);

    return rc < 0 ? rc : file_read(file);
}

START_TEST(content)
{
    CLEANUP_FILE struct file first, second, third;

    own_write("a", "some\ntext");
    own_write("b", "some\ntext");
    own_write("c", "some\ntexT");
    ck_assert_int_eq(take("a", O_NOFOLLOW, &first), 0);
    ck_assert_uint_eq(first.len, 9);
    ck_assert_mem_eq(first.text, "some\ntext", 10); /* with the NUL */
    ck_assert_int_eq(take("b", 0, &second), 0);
    ck_assert_int_eq(take("c", 0, &third), 0);
    ck_assert_uint_eq(first.digest, second.digest);
    ck_assert_uint_ne(first.digest, third.digest);
    ck_assert_uint_ne(first.digest, 0);
}
END_TEST

START_TEST(empty)
{
    CLEANUP_FILE struct file file;

    own_write("a", "");
    ck_assert_int_eq(take("a", 0, &file), 0);
    ck_assert_uint_eq(file.len, 0);
    ck_assert_str_eq(file.text, "");
    ck_assert_uint_ne(file.digest, 0);
}
END_TEST

START_TEST(below_a_directory)
{
    int dirfd = open(own_dir(), O_RDONLY | O_DIRECTORY);
    CLEANUP_FILE struct file file;

    own_write("a", "x");
    ck_assert_int_eq(file_open(dirfd, "a", O_NOFOLLOW, &file), 0);
    ck_assert_int_eq(fcntl(file.fd, F_GETFD), FD_CLOEXEC);
    close(dirfd);
}
END_TEST

/* None of these may hang, and each may be closed after. */
START_TEST(refused)
{
    CLEANUP_FILE struct file missing, directory, fifo, link, followed;

    ck_assert_int_eq(mkdir(own_path("dir"), 0755), 0);
    ck_assert_int_eq(mkfifo(own_path("fifo"), 0644), 0);
    ck_assert_int_eq(symlink("target", own_path("link")), 0);
    own_write("target", "x");
    ck_assert_int_eq(take("missing", 0, &missing), -ENOENT);
    ck_assert_int_eq(take("dir", 0, &directory), -EISDIR);
    ck_assert_int_eq(take("fifo", 0, &fifo), -EINVAL);
    ck_assert_int_eq(take("link", O_NOFOLLOW, &link), -ELOOP);
    ck_assert_int_eq(take("link", 0, &followed), 0);
}
END_TEST

START_TEST(too_large)
{
    CLEANUP_FILE struct file file;

    own_write("a", "x");
    ck_assert_int_eq(truncate(own_path("a"), (off_t)SOURCE_FILE_MAX + 1), 0);
    ck_assert_int_eq(take("a", 0, &file), -EFBIG);
    ck_assert_int_eq(reads, 0);
}
END_TEST

static int grow(void)
{
    int fd = open(own_path("a"), O_WRONLY | O_APPEND);

    ck_assert_int_eq(write(fd, "+", 1), 1);
    close(fd);
    return 0;
}

static int grow_once(void)
{
    at_read = NULL;
    return grow();
}

static int shrink_once(void)
{
    at_read = NULL;
    ck_assert_int_eq(truncate(own_path("a"), 2), 0);
    return 0;
}

static int interrupted_once(void)
{
    at_read = NULL;
    return EINTR;
}

static int broken(void)
{
    return EIO;
}

/* The owner writes while we read: a content that never was is not taken. */
START_TEST(changing)
{
    static const struct {
        int (*at_read)(void);
        int rc;
        const char *text;
    } cases[] = {{NULL, 0, "abc"},       {grow_once, 0, "abc+"},
                 {shrink_once, 0, "ab"}, {interrupted_once, 0, "abc"},
                 {grow, -EAGAIN, NULL},  {broken, -EIO, NULL}};
    CLEANUP_FILE struct file file;

    own_write("a", "abc");
    at_read = cases[_i].at_read;
    ck_assert_int_eq(take("a", 0, &file), cases[_i].rc);
    at_read = NULL;
    if (cases[_i].text != NULL) {
        ck_assert_str_eq(file.text, cases[_i].text);
        ck_assert_uint_eq(file.len, strlen(cases[_i].text));
    }
}
END_TEST

/* A file so young that it may change within the same tick of its times is not known. */
START_TEST(young)
{
    static const struct {
        time_t ahead;
        bool known;
    } cases[] = {{0, false}, {1, false}, {4, true}, {100000, true}, {-100, false}};
    CLEANUP_FILE struct file file, later;
    struct stat st;

    own_write("a", "abc");
    clock_ahead = cases[_i].ahead;
    ck_assert_int_eq(file_open(AT_FDCWD, own_path("a"), 0, &file), 0);
    ck_assert(identity_equal(&file.identity, &file.identity) == cases[_i].known);
    if (!cases[_i].known)
        ck_assert_mem_eq(&file.identity, &unknown, sizeof(unknown));
    ck_assert_int_eq(take("a", 0, &later), 0);
    ck_assert_mem_eq(&later.identity, &file.identity, sizeof(unknown));
    if (!cases[_i].known)
        return;
    ck_assert_int_eq(stat(own_path("a"), &st), 0);
    ck_assert_uint_eq(file.identity.device, st.st_dev);
    ck_assert_uint_eq(file.identity.inode, st.st_ino);
    ck_assert_uint_eq(file.identity.size, 3);
    ck_assert_uint_eq(file.identity.mtime,
                      (uint64_t)st.st_mtim.tv_sec * 1000000000U + (uint64_t)st.st_mtim.tv_nsec);
    ck_assert_uint_eq(file.identity.ctime,
                      (uint64_t)st.st_ctim.tv_sec * 1000000000U + (uint64_t)st.st_ctim.tv_nsec);
}
END_TEST

/* Whoever sets a file's times back changes its ctime still. */
START_TEST(backdated)
{
    const struct timespec old[2] = {{1000000000, 0}, {1000000000, 0}};
    CLEANUP_FILE struct file file;

    own_write("a", "abc");
    ck_assert_int_eq(utimensat(AT_FDCWD, own_path("a"), old, 0), 0);
    ck_assert_int_eq(take("a", 0, &file), 0);
    ck_assert_mem_eq(&file.identity, &unknown, sizeof(unknown));
}
END_TEST

/* It settles between opening and reading: what was read is what the identity is of. */
START_TEST(identity_of_what_was_read)
{
    CLEANUP_FILE struct file file;

    own_write("a", "abc");
    clock_ahead = 100;
    ck_assert_int_eq(file_open(AT_FDCWD, own_path("a"), 0, &file), 0);
    ck_assert_int_ne((int)file.identity.inode, 0);
    clock_ahead = 0;
    ck_assert_int_eq(file_read(&file), 0);
    ck_assert_mem_eq(&file.identity, &unknown, sizeof(unknown));
}
END_TEST

/* Its owner has emptied it, or written so many bytes, and goes on 150 ms later. */
START_TEST(settles_when_its_owner_has_to_wait)
{
    static const size_t so_far[] = {0, 4096, 8192};
    CLEANUP_FILE struct file file;
    char text[8192 + 1];
    pid_t owner;

    memset(text, 'x', sizeof(text));
    text[so_far[_i]] = '\0';
    own_write("a", text);
    ck_assert_int_eq(take("a", 0, &file), 0);
    owner = fork();
    if (owner == 0) {
        int fd = open(own_path("a"), O_WRONLY | O_APPEND);

        nanosleep(&(struct timespec){0, 150000000}, NULL);
        _exit(write(fd, "end\n", 4) == 4 ? 0 : 1);
    }
    ck_assert_int_eq(file_settle(&file, FILE_PATIENCE), 0);
    ck_assert_int_eq(waitpid(owner, NULL, 0), owner);
    ck_assert_uint_eq(file.len, so_far[_i] + 4);
}
END_TEST

/* It is what it is, then. */
START_TEST(settles_when_it_stays_empty)
{
    CLEANUP_FILE struct file file;

    own_write("a", "");
    ck_assert_int_eq(take("a", 0, &file), 0);
    ck_assert_int_eq(file_settle(&file, FILE_PATIENCE), 0);
    ck_assert_uint_eq(file.len, 0);
    /* no longer than one may */
    own_write("a", "");
    ck_assert_int_eq(file_settle(&file, 20), -EAGAIN);
    /* A file from the future cannot be waited for: it would be for ever. */
    clock_ahead = -100;
    ck_assert_int_eq(file_settle(&file, 1), 0);
}
END_TEST

START_TEST(equality)
{
    const struct source_identity known = {1, 2, 3, 4, 5};
    struct source_identity others[] = {{9, 2, 3, 4, 5}, {1, 9, 3, 4, 5}, {1, 2, 9, 4, 5},
                                       {1, 2, 3, 9, 5}, {1, 2, 3, 4, 9}, {0, 0, 0, 0, 0}};

    ck_assert(identity_equal(&known, &known));
    ck_assert(!identity_equal(&unknown, &unknown));
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        ck_assert(!identity_equal(&known, &others[i]));
        ck_assert(!identity_equal(&others[i], &known));
    }
}
END_TEST

START_TEST(directory_identity)
{
    struct source_identity before, after;
    int fd = open(own_dir(), O_RDONLY | O_DIRECTORY);

    ck_assert_int_eq(identity_of(fd, &before), 0);
    ck_assert_mem_eq(&before, &unknown, sizeof(unknown));
    clock_ahead = 10;
    ck_assert_int_eq(identity_of(fd, &before), 0);
    ck_assert(identity_equal(&before, &before));
    /* Times of files tick with the kernel's clock: every few milliseconds. */
    nanosleep(&(struct timespec){0, 30000000}, NULL);
    own_write("new", "");
    ck_assert_int_eq(identity_of(fd, &after), 0);
    ck_assert(!identity_equal(&before, &after));
    close(fd);
    ck_assert_int_eq(identity_of(-1, &after), -EBADF);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("files");

    tcase_add_test(tcase, content);
    tcase_add_test(tcase, empty);
    tcase_add_test(tcase, below_a_directory);
    tcase_add_test(tcase, refused);
    tcase_add_test(tcase, too_large);
    tcase_add_loop_test(tcase, changing, 0, 6);
    tcase_add_loop_test(tcase, young, 0, 5);
    tcase_add_test(tcase, backdated);
    tcase_add_test(tcase, identity_of_what_was_read);
    tcase_add_loop_test(tcase, settles_when_its_owner_has_to_wait, 0, 3);
    tcase_add_test(tcase, settles_when_it_stays_empty);
    tcase_add_test(tcase, equality);
    tcase_add_test(tcase, directory_identity);
    return test_case_run(tcase);
}
