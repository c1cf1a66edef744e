/* The store is killed, its disk fills up and breaks, at every moment there is: what was committed is there, once and
 * whole, and the same crawl goes on. */
#include "failing_vfs.h"
#include "made_page.h"
#include "mem.h"
#include "store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define BATCHES 4
#define PAGES   3 /* of a batch */
#define LINKS   5 /* of a page, three of them new */

static char folder[64], path[80];

static int set_up(void **state)
{
    (void)state;
    failing_vfs_install();
    failing_vfs_fail_after(-1, 0, false);
    strcpy(folder, "/tmp/store_crash_test.XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/crawl.db", folder);
    return 0;
}

static void remove_all(void)
{
    static const char *const endings[] = {"", "-wal", "-shm", "-journal", "-lock"};
    char name[100];

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        snprintf(name, sizeof name, "%s%s", path, endings[i]);
        unlink(name);
    }
}

static int tear_down(void **state)
{
    (void)state;
    store_fault = NULL;
    remove_all();
    return rmdir(folder);
}

static struct store *opened(struct err *err)
{
    static const struct store_options options = {.args = "x", .keep_links = true};
    enum store_failure why;

    *err = (struct err){""};
    return store_open(path, &options, &why, err);
}

static void url_of(char *url, size_t size, int64_t id)
{
    snprintf(url, size, "http://a.test/%lld-%0*d", (long long)id, 300, 0); /* long, so that more is written */
}

/* Pages 1 ... in order; page n brings the URLs 3n - 1 to 3n + 1. */
static struct page *nth_page(int64_t n)
{
    char url[400];
    struct page *page;

    url_of(url, sizeof url, n);
    page = made_page(n, url, 200);
    for (int64_t id = 3 * n - 1; id <= 3 * n + 1; id++) {
        url_of(url, sizeof url, id);
        made_link(page, id, url, 1);
    }
    for (int64_t id = 1; id <= LINKS - 3; id++) {
        url_of(url, sizeof url, id);
        made_known_link(page, id, url);
    }
    made_title(page, "A title");
    return page;
}

static bool write_seed(struct store *store, struct err *err)
{
    char url[400];
    struct page *seeds = made_other(PAGE_SEEDS);
    struct page_link *link;
    bool good;

    url_of(url, sizeof url, 1);
    link = made_link(seeds, 1, url, 1);
    link->host_is_new = true;
    link->kind = LINK_SEED;
    link->record = false;
    good = store_write(store, &seeds, 1, err);
    page_free(seeds);
    return good;
}

/* Batch 0 is the seed. */
static bool write_batch(struct store *store, int batch, struct err *err)
{
    struct page *pages[PAGES];
    bool good;

    if (batch == 0)
        return write_seed(store, err);
    for (int i = 0; i < PAGES; i++)
        pages[i] = nth_page((batch - 1) * PAGES + i + 1);
    good = store_write(store, pages, PAGES, err);
    for (int i = 0; i < PAGES; i++)
        page_free(pages[i]);
    return good;
}

/* A whole crawl. How many batches were said to be committed; stops at the first failure. */
static int crawl(bool *finished, struct err *err)
{
    struct store *store = opened(err);
    struct err close_err;
    int batch = 0;

    *finished = false;
    if (store == NULL)
        return 0;
    while (batch <= BATCHES && write_batch(store, batch, err))
        batch++;
    *finished = store_close(store, batch > BATCHES ? RUN_COMPLETE : RUN_FAILED, "{}", &close_err) && batch > BATCHES;
    if (batch > BATCHES && !*finished)
        *err = close_err;
    return batch;
}

static int64_t number(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement;
    int64_t n = -1;

    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        return 0; /* not even the tables are there */
    if (sqlite3_step(statement) == SQLITE_ROW)
        n = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return n;
}

/* The file is sound, and holds whole batches: each page once, with its links and URLs. Gives how many. */
static int assert_sound(void)
{
    struct stat there;
    sqlite3 *db;
    int64_t pages, urls;

    if (stat(path, &there) != 0)
        return 0;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(number(db, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
    assert_int_equal(number(db, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    pages = number(db, "SELECT count(*) FROM page");
    urls = number(db, "SELECT count(*) FROM url");
    assert_int_equal(pages % PAGES, 0);
    assert_true(pages == 0 ? urls <= 1 : urls == 3 * pages + 1);
    assert_int_equal(number(db, "SELECT count(*) FROM link"), pages * LINKS);
    assert_int_equal(number(db, "SELECT count(*) FROM link l JOIN page p ON p.id = l.src AND l.id >= p.first_link AND"
                                " l.id < p.first_link + p.links_out"),
                     pages * LINKS);
    sqlite3_close(db);
    return urls == 0 ? 0 : (int)(pages / PAGES) + 1;
}

static int points_left; /* until the child kills itself */

static void die_at_point(const char *point)
{
    (void)point;
    if (points_left-- == 0)
        raise(SIGKILL);
}

static void a_kill_at_any_point_loses_nothing_that_was_committed(void **state)
{
    bool killed = true;
    int held = 0;

    (void)state;
    /* The same file all along: each start comes one point further than the one before. */
    for (int point = 0; killed; point++) {
        pid_t child = fork();
        int status, now;

        if (child == 0) {
            struct err err;
            bool finished;

            points_left = point;
            store_fault = die_at_point;
            crawl(&finished, &err);
            _exit(finished ? 0 : 1);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        killed = WIFSIGNALED(status);
        assert_true(killed || WEXITSTATUS(status) == 0);
        now = assert_sound();
        assert_true(now >= held);
        held = now;
    }
    assert_int_equal(held, BATCHES + 1);
}

/* Lets the nth call fail for each n, until none is reached. After each the file must be sound, hold what was said to
 * be committed, and be finished by the same command. */
static void fail_everywhere(int code, bool for_good)
{
    bool reached = true;

    for (int n = 0; reached; n++) {
        struct err err;
        bool finished;
        int committed;

        failing_vfs_fail_after(n, code, for_good);
        committed = crawl(&finished, &err);
        reached = failing_vfs_failed() > 0;
        failing_vfs_fail_after(-1, 0, false);
        /* What the end does beyond the rows, such as the last checkpoint, may fail in silence. */
        assert_true(finished || (reached && err.text[0] != '\0'));
        assert_true(assert_sound() >= committed);
        assert_int_equal(crawl(&finished, &err), BATCHES + 1);
        assert_true(finished);
        assert_int_equal(assert_sound(), BATCHES + 1);
        remove_all();
    }
}

static void one_write_that_fails_loses_nothing(void **state)
{
    (void)state;
    fail_everywhere(SQLITE_IOERR_WRITE, false);
}

static void a_disk_that_is_full_loses_nothing(void **state)
{
    (void)state;
    fail_everywhere(SQLITE_FULL, true);
}

static void a_batch_that_failed_can_be_written_again(void **state)
{
    struct err err;
    struct store *store = opened(&err);

    (void)state;
    assert_true(write_batch(store, 0, &err));
    assert_true(write_batch(store, 1, &err));
    for (int n = 0; n < 3; n++) {
        failing_vfs_fail_after(n, SQLITE_FULL, true);
        if (!write_batch(store, 2, &err))
            assert_non_null(strstr(err.text, "the disk is full: free some space and run the same command again"));
        failing_vfs_fail_after(-1, 0, false);
    }
    assert_true(write_batch(store, 2, &err));
    assert_true(write_batch(store, 3, &err));
    assert_true(store_close(store, RUN_INTERRUPTED, "{}", &err));
    assert_int_equal(assert_sound(), 4);
}

/* A limit on the size of files is a full disk that needs no mount: the real thing, through the real VFS. */
static int crawl_within(rlim_t bytes)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        struct rlimit limit = {bytes, RLIM_INFINITY};
        struct err err;
        bool finished;
        int committed;

        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        committed = crawl(&finished, &err);
        if (finished)
            _exit(100);
        _exit(strstr(err.text, "run the same command again") == NULL ? 101 : committed);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void a_limit_of_file_size_is_told_and_loses_nothing(void **state)
{
    int committed = 0;

    (void)state;
    for (rlim_t bytes = 4096; committed != 100; bytes += 32768) {
        committed = crawl_within(bytes);
        assert_int_not_equal(committed, 101);
        assert_true(assert_sound() >= (committed == 100 ? BATCHES + 1 : committed));
    }
}

/* --- Power loss ------------------------------------------------------------------------ */

static unsigned char *read_file(const char *name, size_t *size)
{
    struct stat is;
    FILE *file = fopen(name, "rb");
    unsigned char *bytes;

    assert_non_null(file);
    assert_int_equal(fstat(fileno(file), &is), 0);
    *size = (size_t)is.st_size;
    bytes = malloc(*size);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

static void write_file(const char *name, const unsigned char *bytes, size_t size, size_t zeros)
{
    FILE *file = fopen(name, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(truncate(name, (off_t)(size + zeros)), 0);
}

/* What a store leaves that was killed after its last commit. */
static void leave_a_log(void)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        struct err err;
        struct store *store = opened(&err);

        for (int batch = 0; batch <= BATCHES; batch++)
            write_batch(store, batch, &err);
        raise(SIGKILL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
}

#define LOG_HEAD  32u /* "The WAL File Format", fileformat2.html */
#define LOG_FRAME (24u + 8192u)

/* Each byte round where a frame begins, and some within. */
static size_t next_cut(size_t size)
{
    size_t at = size < LOG_HEAD ? 0 : (size - LOG_HEAD) % LOG_FRAME;
    size_t left = LOG_FRAME - 2 - at;

    if (at < 26 || at >= LOG_FRAME - 2)
        return size + 1;
    return size + (left < 1621 ? left : 1621);
}

/* The log ends at any byte, or nothing but zeros came to the disk behind it: of the batches the first ones are there,
 * no fewer than with a shorter log. */
static void a_log_cut_anywhere_gives_whole_batches(void **state)
{
    char wal[100], shm[100];
    unsigned char *database, *log;
    size_t database_size, log_size;
    int held = 0;

    (void)state;
    leave_a_log();
    snprintf(wal, sizeof wal, "%s-wal", path);
    snprintf(shm, sizeof shm, "%s-shm", path);
    database = read_file(path, &database_size);
    log = read_file(wal, &log_size);
    for (size_t size = 0; size <= log_size; size = next_cut(size))
        for (int zeros = 0; zeros < 2; zeros++) {
            int now;

            unlink(shm);
            write_file(path, database, database_size, 0);
            write_file(wal, log, size, zeros == 0 ? 0 : log_size - size);
            now = assert_sound();
            assert_true(now >= held);
            held = now;
        }
    write_file(path, database, database_size, 0);
    write_file(wal, log, log_size, 0);
    assert_int_equal(assert_sound(), BATCHES + 1);
    free(database);
    free(log);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_kill_at_any_point_loses_nothing_that_was_committed),
        TEST(one_write_that_fails_loses_nothing),
        TEST(a_disk_that_is_full_loses_nothing),
        TEST(a_batch_that_failed_can_be_written_again),
        TEST(a_limit_of_file_size_is_told_and_loses_nothing),
        TEST(a_log_cut_anywhere_gives_whole_batches),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
