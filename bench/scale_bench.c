/* How a crawl grows, without a network: scale_bench [-p PAGES] [-n HOSTS] [-l LINKS] [-s STEPS] [-w WINDOW] [-k] [-r]
 * FILE
 *
 * A made-up site of PAGES pages on HOSTS hosts is taken from the frontier, answered at once, its links offered, and
 * recorded by the real writer into FILE, to the end: all that a crawl does but transfers and parsing. Page k has links
 * to pages 4k+1 to 4k+4, so that everything is found and most of it waits in the store, and LINKS - 4 to pages known
 * already. -k keeps rows of links. At each of STEPS steps a line is printed: pages recorded, URLs known, CPU
 * microseconds a page since the last line of the thread that takes and offers (`crawl`) and of the writer (`write`),
 * pages a second, resident memory, bytes of the database a page, rows read back. In the end FILE is opened again, and
 * what a resume costs is printed; with -r that is all that is done.
 */
#include "clock.h"
#include "html.h"
#include "mem.h"
#include "queue.h"
#include "store.h"
#include "writer.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CHILDREN 4

struct setting {
    int64_t pages, hosts, links, steps, window;
    bool keep_links, resume_only;
    const char *path;
};

struct run {
    const struct setting *setting;
    struct frontier *frontier;
    struct queue *to_write;
    uint64_t random;
    int64_t refills;
    /* Of the last line. */
    int64_t last_pages, last_ms;
    double last_crawl_s, last_write_s;
    clockid_t writer_clock;
};

static const struct host_rules rules = {.ceiling = 1000, .patience_ms = 60000};

static const struct host_rules *rules_for(void *arg, struct slice origin)
{
    (void)arg;
    (void)origin;
    return &rules;
}

static double cpu_s(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double file_bytes(const char *path)
{
    char wal[4096];
    struct stat status;
    double bytes = stat(path, &status) == 0 ? (double)status.st_size : 0;

    snprintf(wal, sizeof wal, "%s-wal", path);
    return bytes + (stat(wal, &status) == 0 ? (double)status.st_size : 0);
}

static double resident_mb(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");

    if (file != NULL && fscanf(file, "%*d %ld", &pages) != 1)
        pages = 0;
    if (file != NULL)
        fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

static void add_link(struct run *run, struct page *page, int64_t number)
{
    struct page_link *link = &page->links[page->link_count++];
    int64_t host = number % run->setting->hosts;
    size_t at = page->pool.size;

    buf_printf(&page->pool, "https://www%" PRId64 ".example.org", host);
    *link = (struct page_link){.kind = HTML_A, .follow = true, .record = run->setting->keep_links, .lastmod_ms = -1};
    link->url_at = (uint32_t)at;
    link->host_size = (uint32_t)(page->pool.size - at);
    buf_printf(&page->pool, "/manual/part%" PRId64 "/section-%" PRId64 ".html", number % 1000, number);
    link->url_size = (uint32_t)(page->pool.size - at);
    link->text_hash = frontier_hash(run->frontier, (struct slice){page->pool.data + at, link->url_size});
    link->key_hash = link->text_hash;
}

static void answer(struct run *run, struct page *page)
{
    const char *dash = strrchr(page->url, '-');
    int64_t number = strtoll(dash + 1, NULL, 10);

    page->status = 200;
    page->outcome = PAGE_OK;
    page->fetched_ms = 1700000000000;
    page->body_bytes = page->wire_bytes = 2000;
    page->times.first_byte_ms = page->times.total_ms = 1;
    frontier_arrived(run->frontier, page, HOST_GOOD);
    page->links = mem_array((size_t)run->setting->links + CHILDREN, sizeof *page->links);
    buf_printf(&page->pool, "Section %" PRId64 " of the manual", number);
    page->has_title = true;
    page->title = (struct slice){NULL, page->pool.size};
    for (int64_t child = number * CHILDREN + 1; child <= number * CHILDREN + CHILDREN; child++)
        if (child < run->setting->pages)
            add_link(run, page, child);
    for (int64_t i = CHILDREN; i < run->setting->links; i++) {
        run->random = run->random * 6364136223846793005u + 1442695040888963407u;
        add_link(run, page, (int64_t)((run->random >> 20) % (uint64_t)(number + 1)));
    }
    page->title.data = page->pool.data;
}

static void tell(struct run *run, int64_t done, double crawl_s)
{
    struct frontier_counts counts;
    int64_t now_ms = clock_ms();
    double write_s = cpu_s(run->writer_clock);
    double pages = (double)(done - run->last_pages);

    frontier_counts(run->frontier, &counts);
    printf("%12" PRId64 " %12" PRId64 " %8.1f %8.1f %9.0f %8.0f %9.0f %9" PRId64 "\n", done, counts.known,
           (crawl_s - run->last_crawl_s) * 1e6 / pages, (write_s - run->last_write_s) * 1e6 / pages,
           pages * 1000 / (double)(now_ms - run->last_ms + 1), resident_mb(),
           file_bytes(run->setting->path) / (double)done, run->refills);
    fflush(stdout);
    run->last_pages = done;
    run->last_ms = now_ms;
    run->last_write_s = write_s;
    run->last_crawl_s = cpu_s(CLOCK_THREAD_CPUTIME_ID);
}

static void crawl(struct run *run)
{
    int64_t step = run->setting->pages / run->setting->steps;
    int64_t done = 0;
    struct page *pages[64];
    int64_t pause_ms;
    size_t count;

    printf("%12s %12s %8s %8s %9s %8s %9s %9s\n", "pages", "known", "crawl us", "write us", "pages/s", "MB",
           "bytes/page", "refills");
    while ((count = frontier_take(run->frontier, 0, pages, 64, true, &pause_ms)) > 0) {
        for (size_t i = 0; i < count; i++) {
            if (pages[i]->kind == PAGE_DOCUMENT) {
                answer(run, pages[i]);
                done++;
            } else {
                run->refills++;
            }
            frontier_finish(run->frontier, pages[i]);
            queue_push(run->to_write, pages[i]);
            if (done > 0 && done % step == 0 && done > run->last_pages)
                tell(run, done, cpu_s(CLOCK_THREAD_CPUTIME_ID));
        }
    }
}

static void tell_host(void *arg, const struct host_state *state)
{
    frontier_add_host(arg, state);
}

static void tell_known(void *arg, int64_t id, struct slice url, uint64_t text_hash, uint64_t key_hash, int64_t host_id,
                       enum frontier_known state)
{
    if ((state == KNOWN_DONE || state == KNOWN_WAITING) && memchr(url.data, '?', url.size) != NULL)
        frontier_add_variant(arg, url);
    frontier_add_known(arg, id, text_hash, key_hash, host_id, state);
}

static struct store *open_store(const struct setting *setting)
{
    const struct store_options options = {
        .args = "scale_bench", .settings = "{}", .versions = "{}", .keep_links = setting->keep_links};
    enum store_failure why;
    struct err err;
    struct store *store = store_open(setting->path, &options, &why, &err);

    if (store == NULL) {
        fprintf(stderr, "scale_bench: %s\n", err.text);
        exit(1);
    }
    return store;
}

static struct frontier_limits limits_of(const struct setting *setting, struct store *store)
{
    return (struct frontier_limits){.window = (size_t)setting->window,
                                    .transfers = 1000,
                                    .takers = 1,
                                    .max_tries = 1,
                                    .hash_seed = store_hash_seed(store),
                                    .rules_for = rules_for};
}

static void run_all(const struct setting *setting)
{
    struct store *store = open_store(setting);
    struct frontier_limits limits = limits_of(setting, store);
    struct run run = {.setting = setting, .frontier = frontier_new(&limits), .to_write = queue_new(1000), .random = 1};
    struct writer_context context = {.to_write = run.to_write, .store = store, .frontier = run.frontier};
    struct page *seeds = page_new(PAGE_SEEDS, "", 0);
    pthread_t writer;
    struct err err;
    int64_t since_ms;

    run.last_ms = clock_ms();
    pthread_create(&writer, NULL, writer_main, &context);
    pthread_getcpuclockid(writer, &run.writer_clock);
    seeds->links = mem_array(1, sizeof *seeds->links);
    add_link(&run, seeds, 0);
    seeds->links[0].kind = LINK_SEED;
    frontier_finish(run.frontier, seeds);
    queue_push(run.to_write, seeds);
    crawl(&run);
    queue_close(run.to_write);
    pthread_join(writer, NULL);
    since_ms = clock_ms();
    frontier_free(run.frontier);
    queue_free(run.to_write);
    if (!store_close(store, RUN_COMPLETE, "{}", &err))
        fprintf(stderr, "scale_bench: %s\n", err.text);
    printf("end of run (indexes, texts): %.1f s, %.0f bytes a page\n", (double)(clock_ms() - since_ms) / 1000,
           file_bytes(setting->path) / (double)setting->pages);
}

static void resume(const struct setting *setting)
{
    int64_t since_ms = clock_ms();
    struct store *store = open_store(setting);
    struct frontier_limits limits = limits_of(setting, store);
    struct frontier *frontier = frontier_new(&limits);
    struct frontier_counts counts;
    int64_t opened_ms = clock_ms();
    double cpu_before_s = cpu_s(CLOCK_PROCESS_CPUTIME_ID);
    struct err err;

    store_hosts(store, tell_host, frontier, &err);
    store_known(store, tell_known, frontier, &err);
    frontier_counts(frontier, &counts);
    printf("resume: opened after %.1f s; %" PRId64 " URLs known after %.1f s more (CPU %.1f s), %.0f MB\n",
           (double)(opened_ms - since_ms) / 1000, counts.known, (double)(clock_ms() - opened_ms) / 1000,
           cpu_s(CLOCK_PROCESS_CPUTIME_ID) - cpu_before_s, resident_mb());
    frontier_free(frontier);
    store_close(store, RUN_INTERRUPTED, "{}", &err);
}

int main(int argc, char **argv)
{
    struct setting setting = {.pages = 1000000, .hosts = 1, .links = 20, .steps = 10, .window = 65536};
    int option;

    while ((option = getopt(argc, argv, "p:n:l:s:w:kr")) != -1) {
        int64_t number = optarg == NULL ? 0 : strtoll(optarg, NULL, 10);

        switch (option) {
        case 'p':
            setting.pages = number;
            break;
        case 'n':
            setting.hosts = number;
            break;
        case 'l':
            setting.links = number;
            break;
        case 's':
            setting.steps = number;
            break;
        case 'w':
            setting.window = number;
            break;
        case 'k':
            setting.keep_links = true;
            break;
        case 'r':
            setting.resume_only = true;
            break;
        default:
            return 2;
        }
    }
    if (optind + 1 != argc || setting.pages < setting.steps || setting.hosts < 1) {
        fprintf(stderr, "usage: scale_bench [-p PAGES] [-n HOSTS] [-l LINKS] [-s STEPS] [-w WINDOW] [-k] [-r] FILE\n");
        return 2;
    }
    setting.path = argv[optind];
    if (!setting.resume_only)
        run_all(&setting);
    resume(&setting);
    return 0;
}
