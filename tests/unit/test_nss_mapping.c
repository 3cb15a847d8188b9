/* Files of an index: where they are, what is refused, and that all that was mapped is unmapped. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build_index.h"
#include "nss/image.h"
#include "nss/locate.h"
#include "one_record.h"
#include "test_case.h"

static int map_error(const char *path)
{
    struct bytes content;
    struct image_id id;
    int error = image_map(path, &content, &id);

    if (error == 0)
        image_unmap(content);
    return error;
}

START_TEST(odd_files_are_refused)
{
    const char *path = own_path("odd");
    const char *link = own_path("link");
    const char *fifo = own_path("fifo");

    write_file(path, bytes_of("odd"));
    ck_assert_int_eq(map_error(path), 0);
    ck_assert_int_eq(symlink(path, link), 0);
    ck_assert_int_eq(map_error(link), -ELOOP);
    ck_assert_int_eq(mkfifo(fifo, 0644), 0);
    ck_assert_int_eq(map_error(fifo), -EPERM);
    ck_assert_int_eq(map_error(own_dir()), -EPERM);
    ck_assert_int_eq(map_error("/dev/null"), -EPERM);
    ck_assert_int_eq(map_error(own_path("missing")), -ENOENT);
}
END_TEST

START_TEST(writable_files_are_refused)
{
    static const struct {
        mode_t mode;
        int error;
    } cases[] = {{0644, 0}, {0600, 0}, {0444, 0}, {0664, -EPERM}, {0646, -EPERM}, {0666, -EPERM}, {0755, 0}};
    const char *path = own_path("modes");

    write_file(path, bytes_of("modes"));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ck_assert_int_eq(chmod(path, cases[i].mode), 0);
        ck_assert_int_eq(map_error(path), cases[i].error);
    }
}
END_TEST

START_TEST(foreign_files_are_refused)
{
    const char *path = own_path("foreign");

    if (geteuid() != 0)
        return;
    write_file(path, bytes_of("foreign"));
    ck_assert_int_eq(chown(path, 65534, 65534), 0);
    ck_assert_int_eq(map_error(path), -EPERM);
    ck_assert_int_eq(chmod(test_path("."), 0755), 0);
    ck_assert_int_eq(chmod(own_dir(), 0755), 0);
    ck_assert_int_eq(seteuid(65534), 0);
    ck_assert_int_eq(map_error(path), 0);
    ck_assert_int_eq(seteuid(0), 0);
    /* Root's file is fine for everyone. */
    ck_assert_int_eq(chown(path, 0, 0), 0);
    ck_assert_int_eq(seteuid(65534), 0);
    ck_assert_int_eq(map_error(path), 0);
    ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

START_TEST(sizes_are_bounded)
{
    const char *path = own_path(INDEX_FILE);
    off_t largest = ((off_t)1 << 32) - ((off_t)1 << 20);

    write_file(path, (struct bytes){(const uint8_t *)"", 0});
    ck_assert_int_eq(open_error(), -EBADMSG);
    ck_assert_int_eq(unlink(path), 0);
    publish("size");
    ck_assert_int_eq(truncate(path, largest), 0);
    ASSERT_OPENED("size");
    ck_assert_int_eq(truncate(path, largest + 1), 0);
    ck_assert_int_eq(open_error(), -EBADMSG);
    ck_assert_int_eq(truncate(path, (off_t)1 << 40), 0);
    ck_assert_int_eq(open_error(), -EBADMSG);
    unlink(path);
}
END_TEST

START_TEST(all_of_a_file_is_mapped)
{
    const char *path = own_path("pages");
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *bytes = malloc(3 * page);

    for (size_t i = 0; i < 3 * page; i++)
        bytes[i] = (uint8_t)(i % 251);
    for (size_t size = 1; size < 3 * page; size += page / 8) {
        struct bytes content;
        struct image_id id;

        write_file(path, (struct bytes){bytes, size});
        ck_assert_int_eq(image_map(path, &content, &id), 0);
        ck_assert_uint_eq(content.len, size);
        ck_assert_int_eq(memcmp(content.at, bytes, size), 0);
        ck_assert(image_in_place(path, &id));
        image_unmap(content);
    }
    free(bytes);
}
END_TEST

START_TEST(other_file_in_place)
{
    const char *path = own_path("file");
    struct bytes content;
    struct image_id id;

    write_file(path, bytes_of("one"));
    ck_assert_int_eq(image_map(path, &content, &id), 0);
    ck_assert(!image_in_place(own_path("missing"), &id));
    /* Longer; writable for others; the same file again. */
    write_file(path, bytes_of("three"));
    ck_assert(!image_in_place(path, &id));
    write_file(path, bytes_of("one"));
    ck_assert(image_in_place(path, &id));
    ck_assert_int_eq(chmod(path, 0666), 0);
    ck_assert(!image_in_place(path, &id));
    ck_assert_int_eq(chmod(path, 0644), 0);
    ck_assert(image_in_place(path, &id));
    /* Another one of the same name and length; a link to the same. */
    ck_assert_int_eq(rename(path, own_path("moved")), 0);
    write_file(path, bytes_of("two"));
    ck_assert(!image_in_place(path, &id));
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(symlink(own_path("moved"), path), 0);
    ck_assert(!image_in_place(path, &id));
    ck_assert(image_in_place(own_path("moved"), &id));
    image_unmap(content);
}
END_TEST

/* Size of the address space in pages, read without touching the heap. */
static long address_space(void)
{
    char text[64] = "";
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_gt(read(fd, text, sizeof(text) - 1), 0);
    close(fd);
    return strtol(text, NULL, 10);
}

START_TEST(all_pages_are_unmapped)
{
    long before;

    if (_i == 0) {
        publish("value");
    } else {
        put_base(1, 1, "value");
        publish_over(1, 1, NULL);
    }
    before = address_space();
    for (int round = 0; round < 500; round++) {
        if (open_error() < 0)
            ck_abort();
    }
    ck_assert_int_lt(address_space(), before + 250);
}
END_TEST

START_TEST(location)
{
    const char *constant;

    ck_assert_int_eq(unsetenv(ENV_STATE_DIR), 0);
    constant = locate_directory();
    ck_assert_int_eq(constant[0], '/');
    setenv(ENV_STATE_DIR, "", 1);
    ck_assert_ptr_eq(locate_directory(), constant);
    setenv(ENV_STATE_DIR, "some/where", 1);
    ck_assert_str_eq(locate_directory(), "some/where");
}
END_TEST

START_TEST(longest_directory)
{
    char path[DIRECTORY_MAX + 2];
    size_t len = strlen(own_dir());
    struct mapping *mapping;
    char name[BASE_NAME_SIZE];

    /* The base with the longest name, and a directory as long as can be. */
    put_base(UINT64_MAX, 1, "value");
    publish_over(UINT64_MAX, 1, NULL);
    ck_assert_uint_eq(strlen(base_name(UINT64_MAX, name)), BASE_NAME_SIZE - 1);
    memset(path, '/', sizeof(path));
    memcpy(path, own_dir(), len);
    path[DIRECTORY_MAX + 1] = '\0';
    ck_assert_int_eq(mapping_open(path, NULL, &mapping), -ENAMETOOLONG);
    path[DIRECTORY_MAX] = '\0';
    ck_assert_int_eq(mapping_open(path, NULL, &mapping), 0);
    ck_assert(mapping_current(mapping, path));
    ck_assert(!mapping_current(mapping, own_dir()));
    mapping_close(mapping);
}
END_TEST

int main(void)
{
    TCase *tcase = test_case("nss_mapping");

    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, odd_files_are_refused);
    tcase_add_test(tcase, writable_files_are_refused);
    tcase_add_test(tcase, foreign_files_are_refused);
    tcase_add_test(tcase, sizes_are_bounded);
    tcase_add_test(tcase, all_of_a_file_is_mapped);
    tcase_add_test(tcase, other_file_in_place);
    tcase_add_loop_test(tcase, all_pages_are_unmapped, 0, 2);
    tcase_add_test(tcase, location);
    tcase_add_test(tcase, longest_directory);
    return test_case_run(tcase);
}
