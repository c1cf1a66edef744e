/* What the frontier costs, in nanoseconds of CPU, at growing numbers of known URLs: to be told of one that an earlier
 * run knew, to be offered a known link and a new one (pages of 100 links), and to take a page, see it arrive and finish
 * it. Memory beside. One thread, no network, no store. usage:
 * frontier_bench [MOST_KNOWN [HOSTS]] */

#include "frontier.h"
#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PAGES 20000 /* offered and taken at each size */
#define LINKS 100

static const struct host_rules rules = {.ceiling = 1000000, .patience_ms = 1000};

static const struct host_rules *rules_for(void *arg, struct slice origin)
{
    (void)arg;
    (void)origin;
    return &rules;
}

static double now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Resident memory of the process, in bytes. */
static double resident(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");

    if (file != NULL && fscanf(file, "%*d %ld", &pages) != 1)
        pages = 0;
    if (file != NULL)
        fclose(file);
    return (double)pages * 4096;
}

/* A stand-in for the hash of the i-th known URL (splitmix64). */
static uint64_t hash_of(uint64_t i)
{
    uint64_t x = i * 0x9E3779B97F4A7C15u;

    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

static void add_link(struct page *page, uint64_t number, int hosts)
{
    struct page_link *link = &page->links[page->link_count++];
    size_t at = page->pool.size;

    buf_printf(&page->pool, "https://www%d.example.org/documents/%llu.html", (int)(number % (uint64_t)hosts),
               (unsigned long long)number);
    *link = (struct page_link){.follow = true, .record = true, .lastmod_ms = -1, .url_at = (uint32_t)at};
    link->url_size = (uint32_t)(page->pool.size - at);
    link->host_size = (uint32_t)(strchr(page->pool.data + at + 8, '/') - (page->pool.data + at));
    link->text_hash = link->key_hash = hash_of(number);
}

/* Gives a page its links: `fresh` new ones from *next on, the others known. */
static void fill(struct page *page, uint64_t *next, int fresh, int hosts)
{
    page->links = mem_array(LINKS, sizeof *page->links);
    for (int i = 0; i < LINKS; i++) {
        static uint64_t draws;

        if (i < fresh)
            add_link(page, (*next)++, hosts);
        else
            add_link(page, 1 + hash_of(UINT64_MAX - ++draws) % (*next - 1), hosts);
    }
}

/* Seconds spent, all told. */
struct times {
    double take, finish;
};

static struct times run(struct frontier *f, uint64_t *next, int fresh, int hosts, int count)
{
    struct times spent = {0, 0};
    struct page *page;
    int64_t pause_ms;
    double start;

    for (int i = 0; i < count; i++) {
        start = now_ns();
        if (frontier_take(f, 0, &page, 1, false, &pause_ms) == 0)
            break;
        page->status = 200;
        page->outcome = PAGE_OK;
        frontier_arrived(f, page, HOST_GOOD);
        spent.take += now_ns() - start;
        fill(page, next, fresh, hosts);
        start = now_ns();
        frontier_finish(f, page);
        spent.finish += now_ns() - start;
        page_free(page);
    }
    return spent;
}

/* Begins with as many URLs waiting as are taken below. */
static void seed(struct frontier *f, uint64_t *next, int hosts)
{
    for (int i = 0; i < 3 * PAGES / LINKS; i++) {
        struct page *page = page_new(PAGE_SEEDS, "", 0);

        fill(page, next, LINKS, hosts);
        frontier_finish(f, page);
        page_free(page);
    }
}

int main(int argc, char **argv)
{
    uint64_t most = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000000;
    int hosts = argc > 2 ? atoi(argv[2]) : 1;
    struct frontier_limits limits = {.window = 1 << 20, .transfers = 1000000, .takers = 1, .rules_for = rules_for};
    struct frontier *f = frontier_new(&limits);
    uint64_t next = 1;
    double before = resident();

    printf("%12s %10s %12s %10s %12s %12s\n", "known", "resume", "bytes/URL", "take", "known link", "new link");
    for (uint64_t size = 10000; size <= most; size *= 10) {
        uint64_t from = next;
        double start = now_ns(), told;
        struct times known, fresh;

        for (; next < size; next++)
            frontier_add_known(f, (int64_t)next, hash_of(next), hash_of(next), 0, KNOWN_DONE);
        told = next > from ? (now_ns() - start) / (double)(next - from) : 0;
        printf("%12llu %7.0f ns %12.1f", (unsigned long long)size, told, (resident() - before) / (double)next);
        seed(f, &next, hosts);
        known = run(f, &next, 0, hosts, PAGES);
        fresh = run(f, &next, LINKS / 2, hosts, PAGES / LINKS);
        printf(" %7.0f ns %9.1f ns %9.1f ns\n", known.take / PAGES, known.finish / PAGES / LINKS,
               (fresh.finish * LINKS / PAGES - known.finish / PAGES / 2) / (LINKS / 2.0));
        fflush(stdout);
    }
    frontier_stop(f, true);
    frontier_free(f);
    return 0;
}
