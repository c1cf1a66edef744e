/* A whole crawl whose disk fails at its nth write, whichever that is: what was committed is there, whole and once, the
 * failure is said once, and the same command comes to the end. */
#include "crawl.h"
#include "failing_vfs.h"
#include "whole.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGES 25

static struct site *site;
static struct whole_tree tree = {.count = PAGES};
static char *wanted; /* what is recorded when nothing fails */

/* Runs the crawl; what it says on standard error goes into `said`. */
static int crawl(struct whole *w, struct buf *said)
{
    char path[100], chunk[2048];
    int saved = dup(STDERR_FILENO), file, status;
    ssize_t size;

    snprintf(path, sizeof path, "%s/said", w->folder);
    file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    dup2(file, STDERR_FILENO);
    status = WHOLE_CRAWL(w, site, "--threads=1", "--parsers=1", "--no-sitemaps", "{site}/p/0");
    dup2(saved, STDERR_FILENO);
    close(saved);
    lseek(file, 0, SEEK_SET);
    said->limit = 1 << 16;
    while ((size = read(file, chunk, sizeof chunk)) > 0)
        buf_add(said, chunk, (size_t)size);
    close(file);
    return status;
}

static int errors_in(const struct buf *said)
{
    int count = 0;

    for (const char *at = said->data; at != NULL && (at = strstr(at, "crawl: error: ")) != NULL; at++)
        count++;
    return count;
}

/* Whatever of the crawl is in the file is whole: each page once, with all of its links. */
static void assert_whole(struct whole *w)
{
    if (!whole_has_tables(w))
        return;
    assert_int_equal(whole_number(w, "SELECT count(*) FROM page WHERE links_out <> (SELECT count(*) FROM link WHERE"
                                     " src = page.id)"),
                     0);
    assert_int_equal(whole_number(w, "SELECT count(*) FROM link WHERE src NOT IN (SELECT id FROM page)"), 0);
    assert_int_equal(whole_number(w, "SELECT count(*) - count(DISTINCT url) FROM url"), 0);
    assert_int_equal(whole_number(w, "SELECT count(*) FROM pages WHERE outcome <> 'ok'"), 0);
}

/* A crawl in which call number `n` fails. False when it has no such call. */
static bool fail_at(int n, int code, bool for_good)
{
    struct buf said = {0}, again = {0};
    struct whole w;
    char *now;
    bool reached;
    int status;

    whole_init(&w);
    failing_vfs_fail_after(n, code, for_good);
    status = crawl(&w, &said);
    reached = failing_vfs_failed() > 0;
    failing_vfs_fail_after(-1, 0, false);
    /* The last checkpoint may fail in silence: nothing lacks then. */
    if (status != CRAWL_DONE && (status != CRAWL_FILE || !reached || errors_in(&said) != 1))
        fail_msg("call %d, code %d%s: status %d, and it said: %s", n, code, for_good ? " for good" : "", status,
                 said.data);
    assert_whole(&w);
    if (status != CRAWL_DONE)
        assert_int_equal(crawl(&w, &again), CRAWL_DONE);
    now = whole_recorded(&w);
    assert_string_equal(now, wanted);
    free(now);
    buf_free(&said);
    buf_free(&again);
    whole_free(&w);
    return reached;
}

static void fail_everywhere(int code, bool for_good)
{
    int n = 0;

    while (fail_at(n, code, for_good))
        n++;
    assert_true(n > 50);
}

static void a_disk_that_is_full_at_any_write_is_said_once_and_loses_nothing(void **state)
{
    (void)state;
    fail_everywhere(SQLITE_FULL, true);
}

static void one_write_that_fails_is_said_once_and_loses_nothing(void **state)
{
    (void)state;
    fail_everywhere(SQLITE_IOERR_WRITE, false);
}

static void a_medium_that_breaks_or_may_not_be_written_is_said_once_and_loses_nothing(void **state)
{
    static const int codes[] = {SQLITE_IOERR_FSYNC, SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_IOERR_TRUNCATE};
    bool reached = true;

    (void)state;
    for (int n = 0; reached; n++)
        reached = fail_at(n, codes[n % 4], n / 4 % 2 != 0);
}

static int set_up(void **state)
{
    struct buf said = {0};
    struct whole w;

    (void)state;
    failing_vfs_install();
    site = site_start_made(whole_tree_make, &tree, 0);
    whole_init(&w);
    assert_int_equal(crawl(&w, &said), CRAWL_DONE);
    wanted = whole_recorded(&w);
    buf_free(&said);
    whole_free(&w);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(wanted);
    site_stop(site);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_disk_that_is_full_at_any_write_is_said_once_and_loses_nothing),
        cmocka_unit_test(one_write_that_fails_is_said_once_and_loses_nothing),
        cmocka_unit_test(a_medium_that_breaks_or_may_not_be_written_is_said_once_and_loses_nothing),
    };

    /* What outlives a process needs no disk, and hundreds of crawls wait for one long. */
    if (access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 0);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
