/* The program itself, as a user runs it, is killed and stopped again and again while it crawls: what was recorded
 * stays, nothing is recorded twice, and the same command comes to the end. Moments are requests that the site sees and
 * points in the store, never times. */
#include "clock.h"
#include "command.h"
#include "crawl.h"
#include "sanitized.h"
#include "store.h"
#include "whole.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGES       600
#define IN_FLIGHT   8  /* --host-concurrency */
#define BATCH       16 /* pages that may wait for the writer, or for their commit */
#define MOST_STARTS 400
/* Pages that a kill may cost, on average: what is in flight and a batch, and as much again three times on a machine
 * that has other things to do, where more waits for parser and writer. */
#define MOST_AGAIN (4 * (IN_FLIGHT + BATCH))

/* A tree of pages, and what happens to the crawl when a page of it is asked for. */
struct tree {
    pthread_mutex_t lock; /* of all that follows: the site has a thread of its own */
    struct whole_tree pages;
    pid_t crawler;
    long act_at; /* at this request ... */
    int signal;  /* ... the crawler gets this signal; 0: nothing */
    int second;  /* and then this one; 0: none */
    long silent; /* requests from this one on are never answered; 0: none */
};

static bool act(struct tree *tree, const char *host, const char *target, struct site_page *page, struct buf *text)
{
    if (!whole_tree_make(&tree->pages, host, target, page, text))
        return false;
    if (tree->silent > 0 && tree->pages.requests >= tree->silent)
        page->fault = SITE_SILENT;
    if (tree->signal == 0)
        return true;
    if (tree->pages.requests == tree->act_at) {
        kill(tree->crawler, tree->signal);
        if (tree->second != 0)
            kill(tree->crawler, tree->second);
    }
    /* Who is told to stop looks up five times a second: there shall be something left to do then. */
    if (tree->pages.requests >= tree->act_at)
        page->delay_ms = 40;
    return true;
}

static bool make(void *arg, const char *host, const char *target, struct site_page *page, struct buf *text)
{
    struct tree *tree = arg;
    bool found;

    pthread_mutex_lock(&tree->lock);
    found = act(tree, host, target, page, text);
    pthread_mutex_unlock(&tree->lock);
    return found;
}

static long requests(struct tree *tree)
{
    long count;

    pthread_mutex_lock(&tree->lock);
    count = tree->pages.requests;
    pthread_mutex_unlock(&tree->lock);
    return count;
}

/* The next signal is at the request so many behind the last one. */
static void act_after(struct tree *tree, long more)
{
    pthread_mutex_lock(&tree->lock);
    tree->act_at = tree->pages.requests + more;
    pthread_mutex_unlock(&tree->lock);
}

static void act_no_more(struct tree *tree)
{
    pthread_mutex_lock(&tree->lock);
    tree->silent = 0;
    tree->signal = 0;
    pthread_mutex_unlock(&tree->lock);
}

/* Starts `program` with these arguments; it reads nothing and says nothing. It waits at a gate until `tree` knows it.
 */
static pid_t run(struct tree *tree, const char *program, const char *const *args)
{
    int gate[2];
    pid_t child;

    assert_int_equal(pipe2(gate, O_CLOEXEC), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        char byte;
        int null = open("/dev/null", O_RDWR);

        close(gate[1]);
        while (read(gate[0], &byte, 1) < 0 && errno == EINTR)
            ;
        for (int i = 0; i < 3; i++)
            dup2(null, i);
        execv(program, (char *const *)args);
        _exit(127);
    }
    pthread_mutex_lock(&tree->lock);
    tree->crawler = child;
    pthread_mutex_unlock(&tree->lock);
    close(gate[0]);
    close(gate[1]);
    return child;
}

/* Without the sandbox, in which the leak sanitizer cannot look at the process. */
static pid_t start(struct tree *tree, const struct whole *w, struct site *site)
{
    const char *top = getenv("top_builddir");
    char program[4096], seed[SITE_URL_SIZE];

    snprintf(program, sizeof program, "%s/crawl", top == NULL ? "." : top);
    site_url(site, "/p/0", seed);
    return run(tree, program,
               (const char *const[]){program, "--config=none", "--no-sandbox", "-q", "--no-robots", "--no-sitemaps",
                                     "--threads=2", "--host-concurrency=8", "-o", w->database, seed, NULL});
}

/* Exit status, 128 and more for a signal that ended it without its own doing. */
static int wait_for(pid_t child, bool *killed)
{
    int status;

    while (waitpid(child, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    *killed = WIFSIGNALED(status);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Pages in the database, which may have no tables yet. */
static long recorded(struct whole *w)
{
    return whole_has_tables(w) ? whole_number(w, "SELECT count(*) FROM page") : 0;
}

/* Every page once, with its own title and all its links. */
static void assert_all_there(struct whole *w)
{
    assert_int_equal(whole_number(w, "SELECT count(*) FROM pages WHERE outcome = 'ok'"), PAGES);
    assert_int_equal(whole_number(w, "SELECT count(*) FROM pages"), PAGES);
    assert_int_equal(
        whole_number(w, "SELECT count(DISTINCT title) FROM pages WHERE url LIKE '%/p/' || substr(title, 6)"), PAGES);
    assert_int_equal(whole_number(w, "SELECT count(*) FROM links"), 2 * PAGES - 1);
    assert_int_equal(whole_number(w, "SELECT count(*) FROM (SELECT DISTINCT src, dst FROM link)"), 2 * PAGES - 1);
    assert_int_equal(whole_number(w, "SELECT count(*) FROM frontier"), 0);
}

static void killed_at_any_request_it_loses_nothing_and_asks_little_again(void **state)
{
    struct tree tree = {.lock = PTHREAD_MUTEX_INITIALIZER, .pages.count = PAGES, .signal = SIGKILL};
    struct site *site = site_start_made(make, &tree, 0);
    struct whole w;
    long kills = 0, held = 0;
    bool killed = true;
    int status = 0;

    (void)state;
    whole_init(&w);
    for (int starts = 0; killed; starts++) {
        assert_true(starts < MOST_STARTS);
        /* At its first request, the eighth, the fifteenth ...: each start comes to another point of its work. On a
         * machine so slow that nothing was recorded by then, later starts come further. */
        act_after(&tree, 1 + starts * 7 % 40 + starts / 40 * 40);
        status = wait_for(start(&tree, &w, site), &killed);
        kills += killed;
        if (killed) {
            long now = recorded(&w);

            assert_true(now >= held);
            held = now;
        }
    }
    assert_int_equal(status, CRAWL_DONE);
    assert_true(kills >= 20);
    assert_all_there(&w);
    assert_true(requests(&tree) - PAGES <= kills * MOST_AGAIN);
    whole_free(&w);
    site_stop(site);
}

/* Stops it at request after request until it is done. */
static void stop_often(int signal)
{
    struct tree tree = {.lock = PTHREAD_MUTEX_INITIALIZER, .pages.count = PAGES, .signal = signal};
    struct site *site = site_start_made(make, &tree, 0);
    struct whole w;
    int status = -1, stops = 0;
    bool killed;

    whole_init(&w);
    while (status != CRAWL_DONE) {
        int64_t begin_ms = clock_ms();

        assert_true(stops < MOST_STARTS);
        act_after(&tree, 1 + 13 * stops % 80);
        status = wait_for(start(&tree, &w, site), &killed);
        assert_false(killed);
        if (status == CRAWL_DONE)
            break;
        assert_int_equal(status, CRAWL_SIGNAL + signal);
        assert_string_equal(whole_text(&w, "SELECT outcome FROM run ORDER BY id DESC"), "interrupted");
        assert_true(clock_ms() - begin_ms < 30000);
        stops++;
    }
    assert_true(stops >= 5);
    assert_all_there(&w);
    /* The second that running transfers have after a stop can be too short under a sanitizer. */
    assert_in_range(requests(&tree), PAGES, PAGES + (IS_SANITIZED ? stops * IN_FLIGHT : 0));
    whole_free(&w);
    site_stop(site);
}

static void stopped_by_sigint_nothing_is_asked_for_twice(void **state)
{
    (void)state;
    stop_often(SIGINT);
}

static void stopped_by_sigterm_nothing_is_asked_for_twice(void **state)
{
    (void)state;
    stop_often(SIGTERM);
}

/* All servers fall silent, then it is told to stop. The time until its end. */
static int64_t stop_amid_silence(int second, int *status)
{
    struct tree tree = {.lock = PTHREAD_MUTEX_INITIALIZER,
                        .pages.count = PAGES,
                        .signal = SIGINT,
                        .second = second,
                        .silent = 30,
                        .act_at = 32};
    struct site *site = site_start_made(make, &tree, 0);
    struct whole w;
    int64_t begin_ms, took_ms;
    struct site_request last;
    bool killed;

    whole_init(&w);
    *status = wait_for(start(&tree, &w, site), &killed);
    took_ms = clock_ms();
    assert_false(killed);
    assert_int_equal(site_log(site, 31, &last, 1), 1);
    begin_ms = last.start_ms;
    assert_true(recorded(&w) <= 29);
    /* It goes on as if nothing had been. */
    act_no_more(&tree);
    assert_int_equal(wait_for(start(&tree, &w, site), &killed), CRAWL_DONE);
    assert_all_there(&w);
    whole_free(&w);
    site_stop(site);
    return took_ms - begin_ms;
}

static void a_stop_ends_within_two_seconds_whatever_the_servers_do(void **state)
{
    int64_t took_ms;
    int status;

    (void)state;
    took_ms = stop_amid_silence(0, &status);
    assert_int_equal(status, CRAWL_SIGNAL + SIGINT);
    /* It may take two seconds, but not on a machine that is busy, or under a sanitizer; the transfers would take 60. */
    assert_true(took_ms < 10000);
}

static void a_second_stop_ends_at_once(void **state)
{
    int64_t took_ms;
    int status;

    (void)state;
    took_ms = stop_amid_silence(SIGTERM, &status); /* another, for two of one kind may come as one */
    assert_true(status == CRAWL_SIGNAL + SIGTERM || status == CRAWL_SIGNAL + SIGINT);
    assert_true(took_ms < 5000);
}

/* --- Points of the store -------------------------------------------------------------- */

static long points_left; /* until this process kills itself */

static void die_at_point(const char *point)
{
    (void)point;
    if (points_left-- == 0)
        raise(SIGKILL);
}

/* What this test is when it was started as `kill_test --to-point=N DATABASE SEED`: a whole crawl that dies at a point
 * of the store: "begin", "commit", "committed" of each transaction, "close", "indexed". */
static int crawl_to_point(const char *point, char *database, char *seed)
{
    static char words[][20] = {"crawl",        "-q",          "--config=none",
                               "--no-sandbox", "--no-robots", "--no-sitemaps",
                               "--threads=2",  "--queue=8",   "-o"};
    char *const argv[] = {words[0], words[1], words[2], words[3], words[4], words[5],
                          words[6], words[7], words[8], database, seed,     NULL};
    struct options options;
    struct err err;
    int status = 127;

    points_left = atol(point);
    store_fault = die_at_point;
    options_init(&options);
    if (command_parse(&options, 11, argv, &err))
        status = crawl_run(&options);
    options_free(&options);
    return status;
}

/* True if it died. A program of its own, not a fork: sanitizers let no thread begin behind one. */
static bool dies_at_point(struct tree *tree, struct whole *w, struct site *site, long point, int *status)
{
    char option[40], seed[SITE_URL_SIZE];
    bool killed;

    snprintf(option, sizeof option, "--to-point=%ld", point);
    site_url(site, "/p/0", seed);
    *status = wait_for(run(tree, "/proc/self/exe", (const char *const[]){"kill_test", option, w->database, seed, NULL}),
                       &killed);
    return killed;
}

static void two_hundred_kills_round_commits_lose_nothing(void **state)
{
    struct tree tree = {.lock = PTHREAD_MUTEX_INITIALIZER, .pages.count = PAGES};
    struct site *site = site_start_made(make, &tree, 0);
    struct whole w;
    long kills = 0, held = 0;
    int status = -1;
    bool killed = true;

    (void)state;
    whole_init(&w);
    /* Each start dies within the first transactions of its run, at another point than the one before: most just before
     * a commit or just after it. The last goes to the end. */
    for (; kills < 200 && killed; kills++) {
        long now;

        killed = dies_at_point(&tree, &w, site, kills % 13, &status);
        now = recorded(&w);
        assert_true(now >= held);
        held = now;
    }
    assert_true(kills >= 150);
    if (killed)
        assert_false(dies_at_point(&tree, &w, site, -1, &status));
    assert_int_equal(status, CRAWL_DONE);
    assert_all_there(&w);
    assert_true(requests(&tree) - PAGES <= kills * MOST_AGAIN);
    whole_free(&w);
    site_stop(site);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_at_any_request_it_loses_nothing_and_asks_little_again),
        cmocka_unit_test(stopped_by_sigint_nothing_is_asked_for_twice),
        cmocka_unit_test(stopped_by_sigterm_nothing_is_asked_for_twice),
        cmocka_unit_test(a_stop_ends_within_two_seconds_whatever_the_servers_do),
        cmocka_unit_test(a_second_stop_ends_at_once),
        cmocka_unit_test(two_hundred_kills_round_commits_lose_nothing),
    };

    if (argc == 4 && strncmp(argv[1], "--to-point=", 11) == 0)
        return crawl_to_point(argv[1] + 11, argv[2], argv[3]);
    /* What outlives a process needs no disk, and hundreds of crawls wait for one long. */
    if (access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
