#include "fresh.h"
#include "store_lock.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[40];

static int enter(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/fresh_test.XXXXXX");
    return mkdtemp(dir) == NULL || chdir(dir) != 0;
}

static int leave(void **state)
{
    static const char *const names[] = {"c.db",     "c.db-wal",     "c.db-shm", "c.db-lock",
                                        "c.db.~1~", "c.db.~1~-wal", "c.db.~2~", "c.db.~2~-wal"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unlink(names[i]);
    return chdir("/") != 0 || rmdir(dir) != 0;
}

static void put(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void holds(const char *name, const char *expected)
{
    char text[100] = "";
    FILE *file = fopen(name, "r");

    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    fclose(file);
    assert_string_equal(text, expected);
}

static bool keep(struct buf *kept, bool *in_use)
{
    struct err err;

    *kept = (struct buf){.limit = 100};
    return fresh_keep_old("c.db", kept, in_use, &err);
}

static void where_nothing_is_nothing_is_kept(void **state)
{
    struct buf kept;
    bool in_use;

    (void)state;
    assert_true(keep(&kept, &in_use));
    assert_int_equal(kept.size, 0);
    buf_free(&kept);
}

static void the_old_database_gets_the_next_free_number(void **state)
{
    struct buf kept;
    bool in_use;

    (void)state;
    put("c.db", "first");
    assert_true(keep(&kept, &in_use));
    assert_string_equal(kept.data, "c.db.~1~");
    buf_free(&kept);
    assert_int_not_equal(access("c.db", F_OK), 0);
    put("c.db", "second");
    assert_true(keep(&kept, &in_use));
    assert_string_equal(kept.data, "c.db.~2~");
    buf_free(&kept);
    holds("c.db.~1~", "first");
    holds("c.db.~2~", "second");
}

static void what_is_only_in_its_log_goes_with_it(void **state)
{
    struct buf kept;
    bool in_use;

    (void)state;
    put("c.db", "old");
    put("c.db-wal", "log");
    put("c.db-shm", "shared");
    assert_true(keep(&kept, &in_use));
    buf_free(&kept);
    holds("c.db.~1~", "old");
    holds("c.db.~1~-wal", "log");
    assert_int_not_equal(access("c.db-wal", F_OK), 0);
    assert_int_not_equal(access("c.db-shm", F_OK), 0);
}

static void a_database_in_use_stays(void **state)
{
    struct err err;
    struct store_lock *lock;
    struct buf kept;
    bool in_use;
    int pipes[2], other;
    char c;

    (void)state;
    put("c.db", "old");
    assert_int_equal(pipe(pipes), 0);
    other = fork(); /* the lock may be one of processes */
    if (other == 0) {
        lock = store_lock_take("c.db", &in_use, &err);
        _exit(write(pipes[1], "x", 1) != 1 || lock == NULL || pause());
    }
    assert_int_equal(read(pipes[0], &c, 1), 1);
    assert_false(keep(&kept, &in_use));
    assert_true(in_use);
    holds("c.db", "old");
    kill(other, SIGKILL);
    waitpid(other, NULL, 0);
    close(pipes[0]);
    close(pipes[1]);
    buf_free(&kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(where_nothing_is_nothing_is_kept, enter, leave),
        cmocka_unit_test_setup_teardown(the_old_database_gets_the_next_free_number, enter, leave),
        cmocka_unit_test_setup_teardown(what_is_only_in_its_log_goes_with_it, enter, leave),
        cmocka_unit_test_setup_teardown(a_database_in_use_stays, enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
