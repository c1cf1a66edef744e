#include "sandbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bool kernel_has(const char *what)
{
    struct buf text = {.limit = 200};
    bool has;

    sandbox_add_description(&text);
    has = strstr(text.data, what) != NULL;
    buf_free(&text);
    return has;
}

/* Runs `check` in a child that has entered the sandbox for a database in `folder`: true if it gives true. */
static bool holds_inside(const char *folder, bool (*check)(const char *folder))
{
    pid_t child = fork();
    int status;

    assert_true(child >= 0);
    if (child == 0) {
        char database[200];

        snprintf(database, sizeof database, "%s/crawl.db", folder);
        _exit(sandbox_enter(&(struct sandbox_files){.database = database}) && check(folder) ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool the_database_may_be_made(const char *folder)
{
    char path[200];
    int fd;

    snprintf(path, sizeof path, "%s/crawl.db-wal", folder);
    fd = open(path, O_CREAT | O_RDWR, 0600);
    return fd >= 0 && write(fd, "x", 1) == 1 && unlink(path) == 0;
}

static bool passwords_cannot_be_read(const char *folder)
{
    (void)folder;
    return open("/etc/passwd", O_RDONLY) < 0 && errno == EACCES;
}

static bool names_can_be_looked_up(const char *folder)
{
    (void)folder;
    return access("/etc/hosts", F_OK) != 0 || open("/etc/hosts", O_RDONLY) >= 0;
}

static bool no_file_can_be_made_elsewhere(const char *folder)
{
    (void)folder;
    return open("/tmp/crawl-sandbox-test", O_CREAT | O_RDWR, 0600) < 0 && errno == EACCES;
}

static bool false_cannot_be_started(const char *folder)
{
    static char name[] = "false";
    char *const arguments[] = {name, NULL};

    (void)folder;
    execv("/bin/false", arguments); /* which would end the child with 1 */
    return errno == EPERM || errno == EACCES;
}

static void inside_only_the_database_and_what_a_crawl_reads_are_files(void **state)
{
    char folder[] = "/tmp/crawl-sandbox-XXXXXX";

    (void)state;
    if (!kernel_has("Landlock")) {
        print_message("skipped: this kernel has no Landlock\n");
        skip();
    }
    assert_non_null(mkdtemp(folder));
    assert_true(holds_inside(folder, the_database_may_be_made));
    assert_true(holds_inside(folder, passwords_cannot_be_read));
    assert_true(holds_inside(folder, names_can_be_looked_up));
    assert_true(holds_inside(folder, no_file_can_be_made_elsewhere));
    rmdir(folder);
}

static void inside_no_program_can_be_started(void **state)
{
    char folder[] = "/tmp/crawl-sandbox-XXXXXX";

    (void)state;
    if (!kernel_has("seccomp")) {
        print_message("skipped: this kernel has no seccomp\n");
        skip();
    }
    assert_non_null(mkdtemp(folder));
    assert_true(holds_inside(folder, false_cannot_be_started));
    rmdir(folder);
}

static void temporary_files_of_the_database_go_beside_it(void **state)
{
    (void)state;
    unsetenv("SQLITE_TMPDIR");
    sandbox_prepare("/some/where/crawl.db");
    assert_string_equal(getenv("SQLITE_TMPDIR"), "/some/where");
    sandbox_prepare("/else/crawl.db");
    assert_string_equal(getenv("SQLITE_TMPDIR"), "/some/where");
    unsetenv("SQLITE_TMPDIR");
    sandbox_prepare("crawl.db");
    assert_string_equal(getenv("SQLITE_TMPDIR"), ".");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inside_only_the_database_and_what_a_crawl_reads_are_files),
        cmocka_unit_test(inside_no_program_can_be_started),
        cmocka_unit_test(temporary_files_of_the_database_go_beside_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
