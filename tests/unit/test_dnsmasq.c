/* What the command line, the files and the environment of a dnsmasq that runs tell of it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "indexer/dump/dnsmasq.h"
#include "indexer/dump/process.h"
#include "test_case.h"

#define ARGUMENTS_MAX 12

static pid_t child;
static int to_child;

/* A process of that name which does nothing, until we are gone. The kernel calls it by the name of its
 * script, the first argument is the shell's path, and the second the script's: neither is an option. */
static void start(const char *const *arguments, const char *const *environment)
{
    char *argv[ARGUMENTS_MAX + 2] = {(char *)own_path("dnsmasq")};
    int ready[2], held[2];
    char byte;

    own_write("dnsmasq", "#!/bin/sh\necho\nread line\n");
    ck_assert_int_eq(chmod(argv[0], 0755), 0);
    for (size_t i = 0; arguments[i] != NULL; i++)
        argv[i + 1] = (char *)arguments[i];
    ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
    ck_assert_int_eq(pipe2(held, O_CLOEXEC), 0);
    child = fork();
    if (child == 0) {
        /* The configuration's paths are relative. */
        if (chdir(own_dir()) == 0 && dup2(held[0], STDIN_FILENO) >= 0 && dup2(ready[1], STDOUT_FILENO) >= 0)
            execve(argv[0], argv, (char *const *)environment);
        _exit(127);
    }
    close(ready[1]);
    close(held[0]);
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    to_child = held[1];
}

static void stop(void)
{
    if (child > 0) {
        close(to_child);
        waitpid(child, NULL, 0);
    }
}

static const char *or_none(const char *text)
{
    return text != NULL ? text : "-";
}

/* "partly dhcp ro renewal script=… leases=… network=… dir=…", of what there is. */
static int tell(void *context, const struct dnsmasq *dnsmasq)
{
    if (dnsmasq->process->pid != child)
        return 0;
    snprintf(context, 1024, "%s%s%s%sscript=%s leases=%s network=%s%s dir=%s%s",
             dnsmasq->partly ? "partly " : "", dnsmasq->dhcp ? "dhcp " : "",
             dnsmasq->leasefile_ro ? "ro " : "", dnsmasq->script_on_renewal ? "renewal " : "",
             or_none(dnsmasq->script), or_none(dnsmasq->lease_file), dnsmasq->network,
             dnsmasq->libvirt ? "(libvirt)" : "", or_none(dnsmasq->state_dir),
             dnsmasq->known ? "" : " unknown");
    return 1;
}

static void expect(const char *expected)
{
    char text[1024] = "none";

    ck_assert_int_eq(dnsmasq_each(tell, text), strcmp(expected, "none") != 0);
    ck_assert_str_eq(text, expected);
}

static const struct {
    const char *arguments[ARGUMENTS_MAX];
    const char *conf; /* of the file `conf` */
    const char *told;
} cases[] = {
    {{"--conf-file="}, "", "script=- leases=- network= dir=-"},
    /* a value behind "=", behind a blank, behind the letter, and behind that and a blank */
    {{"--conf-file=", "--dhcp-script=/s", "--dhcp-range=r"}, "", "dhcp script=/s leases=- network= dir=-"},
    {{"--conf-file=", "--dhcp-script", "/s", "--dhcp-range", "r"},
     "",
     "dhcp script=/s leases=- network= dir=-"},
    {{"-C", "conf", "-6/s", "-Fr", "-l/l", "-9"}, "", "dhcp ro script=/s leases=/l network= dir=-"},
    {{"-C", "conf", "-6", "/s", "-F", "r", "-l", "/l"}, "", "dhcp script=/s leases=/l network= dir=-"},
    /* the last one counts; a value may look like an option; others' names are others */
    {{"-C", "conf", "-6", "/a", "-6", "/b"}, "", "script=/b leases=- network= dir=-"},
    {{"-C", "conf", "-6", "--script-on-renewal"}, "", "script=--script-on-renewal leases=- network= dir=-"},
    {{"-C", "conf", "--dhcp-scripts=/s", "--dhcp-range-x", "--leasefile-ro"},
     "",
     "ro script=- leases=- network= dir=-"},
    /* files */
    {{"-Cconf"}, "dhcp-script=/s\ndhcp-range = r\n", "dhcp script=/s leases=- network= dir=-"},
    {{"--conf-file=conf"},
     "\t dhcp-script \t=  /s one # a "
     "comment\n#dhcp-range=r\ndhcp-leasefile=/l#1\nleasefile-ro\nscript-on-renewal\n",
     "ro renewal script=/s one leases=/l#1 network= dir=-"},
    {{"-C", "nowhere", "-6", "/s"}, "dhcp-range=r\n", "script=/s leases=- network= dir=-"},
    {{"-C", "conf"}, "conf-file=more\n=\n", "dhcp script=- leases=- network= dir=-"},
    {{"-C", "conf"}, "conf-file=conf\ndhcp-range=r\n", "dhcp script=- leases=- network= dir=-"},
    {{"-C", "conf"}, "conf-dir=dir\n", "dhcp ro renewal script=/dir leases=- network= dir=-"},
    {{"-C", "conf", "-7dir"}, "", "dhcp ro renewal script=/dir leases=- network= dir=-"},
    {{"-C", "conf", "--conf-dir=dir,.bak,.conf"}, "", "script=/dir leases=- network= dir=-"},
    {{"-C", "conf", "-7", "dir,*.conf"}, "", "dhcp script=- leases=- network= dir=-"},
    {{"-C", "conf", "-7", "dir,*.conf,*.bak,b.bak"}, "", "dhcp renewal script=- leases=- network= dir=-"},
    {{"-C", "conf", "-7", "nowhere"}, "", "script=- leases=- network= dir=-"},
    /* what is no file, or too large, says nothing, and keeps nobody waiting */
    {{"-C", "fifo", "-6", "/s"}, "", "script=/s leases=- network= dir=-"},
    {{"-C", "conf", "-6", "/s"},
     "conf-file=large\nconf-file=more\n",
     "partly dhcp script=/s leases=- network= dir=-"},
};

START_TEST(options)
{
    static const char *const environment[] = {"X=", NULL};

    own_write("conf", cases[_i].conf);
    own_write("more", "dhcp-range=r");
    own_write("large", "leasefile-ro\n");
    ck_assert_int_eq(truncate(own_path("large"), 65 << 20), 0);
    ck_assert_int_eq(mkfifo(own_path("fifo"), 0600), 0);
    ck_assert_int_eq(mkdir(own_path("dir"), 0755), 0);
    own_write("dir/a.conf", "dhcp-range=r\n");
    own_write("dir/a.bak", "script-on-renewal\n");
    own_write("dir/b.bak", "leasefile-ro\n");
    own_write("dir/c", "dhcp-script=/dir\n");
    /* These are nobody's configuration. */
    own_write("dir/.hidden", "dhcp-leasefile=/hidden\n");
    own_write("dir/#edited#", "dhcp-leasefile=/edited\n");
    own_write("dir/old~", "dhcp-leasefile=/old\n");
    /* Its paths are ours to look up: those of this test are relative, as no case could name them else. */
    ck_assert_int_eq(chdir(own_dir()), 0);
    start(cases[_i].arguments, environment);
    expect(cases[_i].told);
}
END_TEST

static const struct {
    const char *environment[4];
    const char *told;
} environments[] = {
    {{"LVINDEX_NETWORK=lab"}, "script=- leases=- network=lab dir=-"},
    {{"VIR_BRIDGE_NAME=virbr9"}, "script=- leases=- network=virbr9(libvirt) dir=-"},
    {{"VIR_BRIDGE_NAME=virbr9", "LVINDEX_NETWORK=lab"}, "script=- leases=- network=virbr9(libvirt) dir=-"},
    {{"LVINDEX_NETWORK=lab", "VIR_BRIDGE_NAME=virbr9"}, "script=- leases=- network=virbr9(libvirt) dir=-"},
    {{"LVINDEX_DIR=/there", "XLVINDEX_NETWORK=lab"}, "script=- leases=- network= dir=/there"},
    {{"LVINDEX_DIR="}, "script=- leases=- network= dir=-"},
};

START_TEST(environment)
{
    static const char *const arguments[] = {"--conf-file=", NULL};

    start(arguments, environments[_i].environment);
    expect(environments[_i].told);
}
END_TEST

/* One that has ended is none. */
START_TEST(ended)
{
    static const char *const nothing[] = {NULL};

    start(nothing, nothing);
    close(to_child);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    expect("none");
    child = 0;
}
END_TEST

int main(void)
{
    TCase *tests = test_case("dnsmasq");

    tcase_add_checked_fixture(tests, NULL, stop);
    tcase_add_loop_test(tests, options, 0, sizeof(cases) / sizeof(cases[0]));
    tcase_add_loop_test(tests, environment, 0, sizeof(environments) / sizeof(environments[0]));
    tcase_add_test(tests, ended);
    return test_case_run(tests);
}
