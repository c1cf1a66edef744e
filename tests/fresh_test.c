#include "fresh.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static bool keep(struct buf *kept)
{
    struct err err;

    *kept = (struct buf){.limit = 100};
    return fresh_keep_old("c.db", kept, &err);
}

static void where_nothing_is_nothing_is_kept(void **state)
{
    struct buf kept;

    (void)state;
    assert_true(keep(&kept));
    assert_int_equal(kept.size, 0);
    buf_free(&kept);
}

static void the_old_database_gets_the_next_free_number(void **state)
{
    struct buf kept;

    (void)state;
    put("c.db", "first");
    assert_true(keep(&kept));
    assert_string_equal(kept.data, "c.db.~1~");
    buf_free(&kept);
    assert_int_not_equal(access("c.db", F_OK), 0);
    put("c.db", "second");
    assert_true(keep(&kept));
    assert_string_equal(kept.data, "c.db.~2~");
    buf_free(&kept);
    holds("c.db.~1~", "first");
    holds("c.db.~2~", "second");
}

static void what_is_only_in_its_log_goes_with_it(void **state)
{
    struct buf kept;

    (void)state;
    put("c.db", "old");
    put("c.db-wal", "log");
    put("c.db-shm", "shared");
    assert_true(keep(&kept));
    buf_free(&kept);
    holds("c.db.~1~", "old");
    holds("c.db.~1~-wal", "log");
    assert_int_not_equal(access("c.db-wal", F_OK), 0);
    assert_int_not_equal(access("c.db-shm", F_OK), 0);
}

static void what_was_put_aside_is_put_back_for_what_was_begun(void **state)
{
    struct buf kept;
    struct err err;

    (void)state;
    put("c.db", "old");
    put("c.db-wal", "log");
    assert_true(keep(&kept));
    put("c.db", "new");
    put("c.db-shm", "shared");
    assert_true(fresh_put_back("c.db", kept.data, &err));
    holds("c.db", "old");
    holds("c.db-wal", "log");
    assert_int_not_equal(access("c.db-shm", F_OK), 0);
    assert_int_not_equal(access("c.db.~1~", F_OK), 0);
    assert_int_not_equal(access("c.db.~1~-wal", F_OK), 0);
    buf_free(&kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(where_nothing_is_nothing_is_kept, enter, leave),
        cmocka_unit_test_setup_teardown(the_old_database_gets_the_next_free_number, enter, leave),
        cmocka_unit_test_setup_teardown(what_is_only_in_its_log_goes_with_it, enter, leave),
        cmocka_unit_test_setup_teardown(what_was_put_aside_is_put_back_for_what_was_begun, enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
