/* Is a rule for requests kept, and used to the full? Does a host that hangs hold up others? Judged by the server's log.
 *
 * What a rule allows is counted from the first request behind the front page on: until that is answered, no other URL
 * is known, and there is nothing to ask for. Rests are looked at from the first one on.
 *
 * usage: polite_bench rules CRAWL    crawls under a dozen rules; prints the share of the allowed throughput that was
 *                                    reached, and the shortest rest between two requests as a share of the rule's
 *        polite_bench hosts CRAWL [OPTION]...
 *                                    1,000 hosts, then the same with 100 more that accept and never answer; prints both
 *                                    throughputs. Each host is asked once in two seconds, unless other options of
 *                                    CRAWL say so: --rate=off leaves it to answers of 50 to 100 ms
 *
 * CRAWL is the program to run.
 */
#include "buf.h"
#include "mem.h"

#include "../tests/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct shape {
    int pages;     /* of a host */
    int hosts;     /* h0.localhost ... */
    int silent;    /* so many more, which never answer */
    int delay_ms;  /* before an answer */
    int jitter_ms; /* 0 to so much more */
    bool closes;   /* the connection, behind each answer */
    const char *robots;
};

static bool answer(void *arg, const char *host, const char *target, struct site_page *page, struct buf *text)
{
    const struct shape *shape = arg;
    long number = strtol(target + 1, NULL, 10);
    int host_number = atoi(host + 1);

    if (host_number >= shape->hosts) {
        page->fault = SITE_SILENT;
        return true;
    }
    page->type = "text/html";
    page->headers = shape->closes ? "Connection: close\r\n" : NULL;
    if (strcmp(target, "/robots.txt") == 0) {
        page->type = "text/plain";
        page->body = shape->robots == NULL ? "" : shape->robots;
        return true;
    }
    page->delay_ms = shape->delay_ms + (shape->jitter_ms > 0 ? rand() % (shape->jitter_ms + 1) : 0);
    buf_printf(text, "<title>%ld</title>", number);
    for (int i = 1; i < shape->pages && number == 0; i++)
        buf_printf(text, "<a href=/%d>%d</a>", i, i);
    page->body = text->data;
    return true;
}

/* Runs CRAWL on the site; the seeds are the front pages of all hosts. */
static void run(const char *crawl, struct site *site, const struct shape *shape, const char *const *args)
{
    const char *argv[40] = {crawl, "--config=none", "-q", "--progress=none", "--allow-private", "--no-sitemaps", "-o"};
    char folder[] = "/tmp/polite-XXXXXX", database[64], seeds[64], command[100];
    int argc = 7, status;
    FILE *file;
    pid_t pid;

    if (mkdtemp(folder) == NULL)
        exit(1);
    snprintf(database, sizeof database, "%s/crawl.db", folder);
    snprintf(seeds, sizeof seeds, "%s/seeds", folder);
    file = fopen(seeds, "w");
    for (int i = shape->hosts + shape->silent - 1; i >= 0; i--) /* those that hang come first */
        fprintf(file, "http://h%d.localhost:%d/\n", i, site_port(site));
    fclose(file);
    argv[argc++] = database;
    for (; *args != NULL; args++)
        argv[argc++] = *args;
    argv[argc++] = "-i";
    argv[argc++] = seeds;
    argv[argc] = NULL;
    pid = fork();
    if (pid == 0) {
        execv(crawl, (char *const *)argv);
        _exit(127);
    }
    waitpid(pid, &status, 0);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command) != 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fprintf(stderr, "polite_bench: %s ended with %d\n", crawl, WEXITSTATUS(status));
}

struct times {
    int64_t *starts_us;
    size_t count;
};

static int by_time(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

    return left < right ? -1 : left > right;
}

/* When the good hosts were asked, by when the kernel had the requests, in that order; of `host` alone, if that is not
 * -1. */
static struct times starts_of(struct site *site, const struct shape *shape, int host)
{
    struct times times = {0};
    struct site_request request;
    size_t total = (size_t)site_requests(site, NULL);

    times.starts_us = mem_array(total + 1, sizeof *times.starts_us);
    for (size_t i = 0; site_log(site, i, &request, 1) == 1; i++)
        if (atoi(request.host + 1) < shape->hosts && (host < 0 || atoi(request.host + 1) == host))
            times.starts_us[times.count++] = request.start_us;
    qsort(times.starts_us, times.count, sizeof *times.starts_us, by_time);
    return times;
}

struct rule {
    const char *args[4];
    struct shape shape;
    double rest_ms;
};

#define NOTHING_ELSE 2 /* requests at first, before which no other URL is known: robots.txt and the front page */

static void measure_rule(const char *crawl, struct rule *rule)
{
    struct site *site = site_start_made(answer, &rule->shape, 0);
    struct times times;
    double span_ms, least_ms = 1e9;
    size_t breaches = 0;

    run(crawl, site, &rule->shape, rule->args);
    times = starts_of(site, &rule->shape, 0);
    if (times.count < NOTHING_ELSE + 2) {
        fprintf(stderr, "polite_bench: %s asked for no more than %zu URLs\n", crawl, times.count);
        exit(1);
    }
    span_ms = (double)(times.starts_us[times.count - 1] - times.starts_us[NOTHING_ELSE]) / 1000;
    for (size_t i = 1; i < times.count; i++) {
        double gap_ms = (double)(times.starts_us[i] - times.starts_us[i - 1]) / 1000;

        least_ms = gap_ms < least_ms ? gap_ms : least_ms;
        breaches += gap_ms < rule->rest_ms;
    }
    printf("%-34s %3d + %2d ms %s %6.1f %% of the rate, least rest %6.2f of %g ms, %zu of %zu below\n", rule->args[0],
           rule->shape.delay_ms, rule->shape.jitter_ms, rule->shape.closes ? "closing" : "       ",
           100 * rule->rest_ms * (double)(times.count - 1 - NOTHING_ELSE) / span_ms, least_ms, rule->rest_ms, breaches,
           times.count - 1);
    free(times.starts_us);
    site_stop(site);
}

static void measure_rules(const char *crawl)
{
    struct rule rules[] = {
        {{"--rate=10/s"}, {100, 1, 0, 0, 0, false, NULL}, 100},
        {{"--rate=10/s"}, {100, 1, 0, 60, 200, false, NULL}, 100},
        {{"--rate=10/s"}, {100, 1, 0, 20, 0, true, NULL}, 100},
        {{"--rate=50/s"}, {300, 1, 0, 0, 0, false, NULL}, 20},
        {{"--rate=50/s"}, {300, 1, 0, 0, 100, false, NULL}, 20},
        {{"--rate=200/s"}, {1000, 1, 0, 0, 20, false, NULL}, 5},
        {{"--wait=50ms"}, {150, 1, 0, 0, 150, true, NULL}, 50},
        {{"--threads=64", "--rate=20/s"}, {150, 1, 0, 0, 300, false, NULL}, 50},
        {{"--rate=off"}, {60, 1, 0, 0, 30, false, "User-agent: *\nCrawl-delay: 0.1\n"}, 100},
        {{"--rate=off"}, {15, 1, 0, 300, 900, false, "User-agent: *\nCrawl-delay: 0.5\n"}, 500},
    };

    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        measure_rule(crawl, &rules[i]);
}

/* Requests in each second. */
static void print_series(const struct times *times)
{
    for (size_t i = 0, first = 0; i <= times->count; i++) {
        if (i < times->count && times->starts_us[i] < times->starts_us[first] + 1000000)
            continue;
        printf(" %zu", i - first);
        first = i;
    }
    printf("\n");
}

/* Pages a second of the good hosts. */
static double measure_hosts(const char *crawl, const char *const *more, int silent)
{
    const char *args[24] = {"--rate=30/m", "--first-byte-timeout=10s", "--tries=2", "--waitretry=1s"};
    struct shape shape = {.pages = 20, .hosts = 1000, .silent = silent, .delay_ms = 50, .jitter_ms = 50};
    struct site *site = site_start_made(answer, &shape, 0);
    struct times times;
    double seconds;

    for (size_t i = 4; i < sizeof args / sizeof args[0] - 1 && *more != NULL; i++)
        args[i] = *more++;
    run(crawl, site, &shape, args);
    times = starts_of(site, &shape, -1);
    seconds = (double)(times.starts_us[times.count - 1] - times.starts_us[0]) / 1e6;
    printf("%d hosts, %d that hang: %zu requests to the others in %.2f s, %.0f a second\n", shape.hosts, silent,
           times.count, seconds, (double)times.count / seconds);
    if (getenv("POLITE_BENCH_SERIES") != NULL)
        print_series(&times);
    free(times.starts_us);
    site_stop(site);
    return (double)times.count / seconds;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "rules") == 0) {
        measure_rules(argv[2]);
    } else if (argc >= 3 && strcmp(argv[1], "hosts") == 0) {
        const char *const *more = (const char *const *)argv + 3;
        double alone = measure_hosts(argv[2], more, 0);

        printf("%.1f %%\n", 100 * measure_hosts(argv[2], more, 100) / alone);
    } else {
        fprintf(stderr, "usage: polite_bench rules|hosts CRAWL\n");
        return 2;
    }
    return 0;
}
