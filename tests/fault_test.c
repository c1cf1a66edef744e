/* Each call of a whole crawl that can fail is made to fail, by a counter: of memory, of the system, of ours and of
 * SQLite. Whichever it is, the crawl ends in order and in words, nothing untrue is recorded, and the same command goes
 * on. Calls that come by the same way count as one, and of the ways a sample is tried: each with CRAWL_FAULTS=ways in
 * the environment (make torture), each single call with CRAWL_FAULTS=calls. A name as argument: only that test. */
#include "faults.h"

#include "clock.h"
#include "crawl.h"
#include "sanitized.h"
#include "whole.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_S 60 /* a crawl takes 0.05: this one hangs */
#define TEXT_LIMIT (1u << 20)
#define ARGS_MAX   40

int crawl_main(int argc, char **argv); /* tests/faults_main.c */

static const struct site_page SITE[] = {
    {.path = "/robots.txt", .type = "text/plain", .body = "User-agent: *\nDisallow: /no\nSitemap: {site}/map.xml\n"},
    {.path = "/map.xml", .type = "text/xml", .body = "<urlset><url><loc>{site}/orphan</loc></url></urlset>"},
    {.path = "/",
     .type = "text/html; charset=utf-8",
     .headers = "Set-Cookie: a=b\r\n",
     .body = "<title>Home \xff</title><h1>H</h1><a href=a>to a</a><a href=/no>n</a><a href=/moved>m</a><a href=/g>g</a>"
             "<a href='/skip?1'>s</a><img src=i.png><a href=http://other.invalid/>o</a>"},
    {.path = "/a",
     .type = "application/xhtml+xml",
     .body = "<html xmlns='http://www.w3.org/1999/xhtml'><title>A</title><a href='/b'>to b</a></html>"},
    {.path = "/b", .type = "text/html", .body = "<title>A</title>\xe4<p>words &eacute;<a href=/>home</a>"},
    {.path = "/moved", .status = 301, .headers = "Location: /b?x\r\n"},
    {.path = "/orphan", .type = "text/html", .body = "<title>Orphan not found</title>"},
    {.path = NULL},
};

struct scene {
    struct site *site;
    struct whole whole;
    char *begun;  /* a database that was left after two pages; NULL: each crawl begins without one */
    char *wanted; /* what a crawl records when nothing fails */
};

/* What one start of the program came to. */
struct outcome {
    int status; /* as waitpid() gives it */
    struct buf said, report;
};

static void outcome_free(struct outcome *o)
{
    buf_free(&o->said);
    buf_free(&o->report);
}

static const char *text_of(const struct buf *text)
{
    return text->size == 0 ? "" : text->data;
}

/* --- In the child ---------------------------------------------------------------------- */

/* What this test is when it was started as `fault_test --fault=KIND:AT:FOR-GOOD:SURVEY:REPORT ARGS...`. */
static int crawl_with_fault(int argc, char **argv)
{
    struct fault_plan plan = {.kind = FAULT_KINDS};
    int kind, for_good, survey;

    if (sscanf(argv[1], "--fault=%d:%ld:%d:%d:%d", &kind, &plan.at, &for_good, &survey, &plan.report) != 5)
        return 127;
    plan.kind = (enum fault_kind)kind;
    plan.for_good = for_good;
    plan.survey = survey;
    alarm(PATIENCE_S);
    argv[1] = argv[0];
    faults_begin(&plan);
    return crawl_main(argc - 1, argv + 1);
}

/* --- In the parent ----------------------------------------------------------------------- */

static void read_all(int file, struct buf *to)
{
    char chunk[4096];
    ssize_t size;

    to->limit = TEXT_LIMIT;
    while ((size = read(file, chunk, sizeof chunk)) > 0)
        buf_add(to, chunk, (size_t)size);
    close(file);
}

static void become_crawl(const struct scene *scene, const char *fault, int said, rlim_t files)
{
    static char config[100], log[100], events[100], seeds[100], seed[SITE_URL_SIZE];
    struct rlimit limit = {files, files};
    const char *const args[] = {"fault_test",
                                fault,
                                config,
                                "--rate=0",
                                "-o",
                                scene->whole.database,
                                log,
                                events,
                                seeds,
                                "--threads=1",
                                "--parsers=1",
                                "--reject-regex=/skip",
                                "--waitretry=1ms",
                                "--tries=3",
                                IS_SANITIZED ? "--no-sandbox" : "--sandbox",
                                "--progress=none",
                                seed,
                                NULL};

    snprintf(config, sizeof config, "--config=%s/config", scene->whole.folder);
    snprintf(log, sizeof log, "--log-file=%s/log", scene->whole.folder);
    snprintf(events, sizeof events, "--events=%s/events", scene->whole.folder);
    snprintf(seeds, sizeof seeds, "--input-file=%s/seeds", scene->whole.folder);
    site_url(scene->site, "/", seed);
    dup2(open("/dev/null", O_RDWR), 0);
    dup2(0, 1);
    dup2(said, 2);
    if (files > 0)
        setrlimit(RLIMIT_NOFILE, &limit);
    execv("/proc/self/exe", (char *const *)args);
    _exit(127);
}

/* Runs the program once. */
static struct outcome run(const struct scene *scene, struct fault_plan plan, rlim_t files)
{
    struct outcome o = {.status = 0};
    int said[2], report[2];
    char fault[80];
    pid_t child;

    assert_int_equal(pipe(report), 0);
    assert_int_equal(pipe2(said, O_CLOEXEC), 0);
    fcntl(report[0], F_SETFD, FD_CLOEXEC);
    snprintf(fault, sizeof fault, "--fault=%d:%ld:%d:%d:%d", (int)plan.kind, plan.at, (int)plan.for_good,
             (int)plan.survey, report[1]);
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        become_crawl(scene, fault, said[1], files);
    close(said[1]);
    close(report[1]);
    read_all(report[0], &o.report); /* what is said is short, and fits the pipe */
    read_all(said[0], &o.said);
    assert_int_equal(waitpid(child, &o.status, 0), child);
    return o;
}

static void put_file(const struct scene *scene, const char *name, const char *text)
{
    char path[100];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", scene->whole.folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* The database as it is before a crawl of this scene. */
static void set_back(const struct scene *scene)
{
    static const char *const endings[] = {"", "-wal", "-shm", "-journal", "-lock"};
    char path[120];

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        snprintf(path, sizeof path, "%s%s", scene->whole.database, endings[i]);
        unlink(path);
    }
    if (scene->begun != NULL) {
        char command[300];

        snprintf(command, sizeof command, "cp %s %s", scene->begun, scene->whole.database);
        assert_int_equal(system(command), 0);
    }
}

static void fail_with(const struct outcome *o, const char *what)
{
    fail_msg("%s (status %x). It said:\n%s\nThe call that failed:\n%s", what, (unsigned)o->status, text_of(&o->said),
             text_of(&o->report));
}

static void assert_recorded(struct scene *scene, const struct outcome *o)
{
    char *now = whole_recorded(&scene->whole);

    if (strcmp(now, scene->wanted) != 0) {
        print_error("--- recorded:\n%s--- but wanted:\n%s", now, scene->wanted);
        fail_with(o, "something else was recorded");
    }
    free(now);
}

/* Holds a crawl in which a call failed to what is promised. Where no call can write any more it need not say why. */
static void judge(struct scene *scene, const struct outcome *o, bool may_speak)
{
    struct outcome again;

    if (!WIFEXITED(o->status))
        fail_with(o, WTERMSIG(o->status) == SIGALRM ? "it hangs" : "it was ended by a signal");
    if (WEXITSTATUS(o->status) > 4)
        fail_with(o, "it has a strange exit status");
    if (WEXITSTATUS(o->status) != 0 && may_speak && strstr(text_of(&o->said), "crawl: error: ") == NULL)
        fail_with(o, "it did not say what is wrong");
    if (WEXITSTATUS(o->status) == 0) {
        assert_recorded(scene, o);
        return;
    }
    if (whole_has_tables(&scene->whole))
        whole_number(&scene->whole, "SELECT 1"); /* is sound, and the books balance */
    again = run(scene, (struct fault_plan){.kind = FAULT_KINDS}, 0);
    if (again.status != 0)
        fail_with(&again, "the same command does not go on");
    assert_recorded(scene, o);
    outcome_free(&again);
}

/* --- Setting up -------------------------------------------------------------------------- */

static void scene_init(struct scene *scene, bool begun)
{
    struct outcome o;

    *scene = (struct scene){.site = site_start(SITE)};
    whole_init(&scene->whole);
    put_file(scene, "config", "user-agent = fault-test\n");
    put_file(scene, "seeds", "# none but that of the command\n");
    if (begun) {
        char command[300];

        assert_int_equal(WHOLE_CRAWL(&scene->whole, scene->site, "--threads=1", "--parsers=1", "--max-pages=2",
                                     "--reject-regex=/skip", "{site}/"),
                         0);
        scene->begun = malloc(120);
        snprintf(scene->begun, 120, "%s/begun", scene->whole.folder);
        snprintf(command, sizeof command, "cp %s %s", scene->whole.database, scene->begun);
        assert_int_equal(system(command), 0);
    }
    o = run(scene, (struct fault_plan){.kind = FAULT_KINDS}, 0);
    if (o.status != 0)
        fail_with(&o, "the crawl fails by itself");
    outcome_free(&o);
    scene->wanted = whole_recorded(&scene->whole);
}

static void scene_free(struct scene *scene)
{
    site_stop(scene->site);
    whole_free(&scene->whole);
    free(scene->begun);
    free(scene->wanted);
}

/* --- Tests ---------------------------------------------------------------------------------- */

#define SAMPLE (IS_SANITIZED ? 8 : 20) /* ways of a kind that are tried where nothing else is asked for */

static void fail_at(struct scene *scene, enum fault_kind kind, long number, bool for_good)
{
    struct outcome o;

    set_back(scene);
    o = run(scene, (struct fault_plan){.kind = kind, .at = number, .for_good = for_good}, 0);
    judge(scene, &o, kind != FAULT_SYSTEM || !for_good);
    outcome_free(&o);
}

static bool asked_for(const char *faults)
{
    const char *wanted = getenv("CRAWL_FAULTS");

    return wanted != NULL && strcmp(wanted, faults) == 0;
}

/* The numbers of calls that come by ways of their own, in order; to be freed. */
static long *find_ways(struct scene *scene, enum fault_kind kind, size_t *count)
{
    struct outcome survey;
    long *numbers = NULL;

    set_back(scene);
    survey = run(scene, (struct fault_plan){.kind = kind, .survey = true}, 0);
    *count = 0;
    for (char *at = survey.report.data, *end; at != NULL && *at != '\0'; at = end + 1) {
        numbers = realloc(numbers, (*count + 1) * sizeof *numbers);
        numbers[(*count)++] = strtol(at, &end, 10);
    }
    outcome_free(&survey);
    assert_true(*count > 0);
    return numbers;
}

/* Lets the calls of a kind fail, one crawl each. */
static void fail_each(enum fault_kind kind, bool begun)
{
    struct scene scene;
    int64_t start_ms = clock_ms();
    size_t count, step;
    long *ways, tried = 0;

    scene_init(&scene, begun);
    ways = find_ways(&scene, kind, &count);
    step = asked_for("ways") || asked_for("calls") || count < SAMPLE ? 1 : count / SAMPLE;
    for (size_t i = 0; i < count; i += step)
        for (long number = asked_for("calls") && i > 0 ? ways[i - 1] + 1 : ways[i]; number <= ways[i]; number++) {
            /* Once, or from then on; where each is tried, both. */
            if (step == 1 || i / step % 2 == 0)
                fail_at(&scene, kind, number, false);
            if (step == 1 || i / step % 2 != 0)
                fail_at(&scene, kind, number, true);
            tried++;
        }
    print_message("%ld of %zu ways to %ld calls, in %lld ms\n", tried, count, ways[count - 1],
                  (long long)(clock_ms() - start_ms));
    free(ways);
    scene_free(&scene);
}

static void without_memory_it_ends_in_words_and_goes_on_later(void **state)
{
    (void)state;
    fail_each(FAULT_MEMORY, false);
}

static void without_memory_for_sqlite_nothing_untrue_is_recorded(void **state)
{
    (void)state;
    fail_each(FAULT_SQLITE_MEMORY, false);
    fail_each(FAULT_SQLITE_MEMORY, true);
}

static void whatever_the_system_refuses_it_ends_in_words_or_goes_on(void **state)
{
    (void)state;
    fail_each(FAULT_SYSTEM, false);
    fail_each(FAULT_SYSTEM, true);
}

static void whatever_the_system_refuses_sqlite_nothing_untrue_is_recorded(void **state)
{
    (void)state;
    fail_each(FAULT_SQLITE_SYSTEM, false);
    fail_each(FAULT_SQLITE_SYSTEM, true);
}

static void with_any_number_of_files_it_may_open_it_ends_in_words_or_goes_on(void **state)
{
    struct scene scene;

    (void)state;
    scene_init(&scene, false);
    for (rlim_t files = 4; files < 40; files++) {
        struct outcome o;

        set_back(&scene);
        o = run(&scene, (struct fault_plan){.kind = FAULT_KINDS}, files);
        judge(&scene, &o, true);
        outcome_free(&o);
    }
    scene_free(&scene);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_memory_it_ends_in_words_and_goes_on_later),
        cmocka_unit_test(without_memory_for_sqlite_nothing_untrue_is_recorded),
        cmocka_unit_test(whatever_the_system_refuses_it_ends_in_words_or_goes_on),
        cmocka_unit_test(whatever_the_system_refuses_sqlite_nothing_untrue_is_recorded),
        cmocka_unit_test(with_any_number_of_files_it_may_open_it_ends_in_words_or_goes_on),
    };

    if (argc > 2 && strncmp(argv[1], "--fault=", 8) == 0)
        return crawl_with_fault(argc, argv);
    if (argc == 2)
        cmocka_set_test_filter(argv[1]);
    /* What outlives a process needs no disk, and hundreds of crawls wait for one long. */
    if (access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
