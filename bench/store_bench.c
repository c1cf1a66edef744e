/* How much CPU the store takes: store_bench [-p PAGES] [-l LINKS] [-u NEW] [-n HOSTS] [-b BATCH] [-v] FILE
 *
 * Writes PAGES pages with LINKS links and NEW new URLs each, spread over HOSTS hosts, BATCH pages a transaction, into
 * FILE (removed first), as the writer would; then closes it, opens it again, reads what is known, and with
 * -v runs each view.
 * CPU is that of the calls alone, without the making of the pages.
 */
#include "mem.h"
#include "store.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct setting {
    int64_t pages, links, new_urls, hosts, batch;
    bool views; /* time them, too */
    const char *path;
};

struct site { /* what the frontier would know */
    const struct setting *setting;
    int64_t next_id;
    int64_t hosts;
    uint64_t random;
};

static double cpu_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static uint64_t next_random(struct site *site)
{
    site->random = site->random * 6364136223846793005u + 1442695040888963407u;
    return site->random >> 33;
}

static int64_t host_of(const struct site *site, int64_t id)
{
    return id % site->setting->hosts + 1;
}

static int url_of(const struct site *site, int64_t id, char *url, size_t size, uint32_t *host_size)
{
    *host_size = (uint32_t)snprintf(url, size, "https://www%" PRId64 ".example.org", host_of(site, id));
    return snprintf(url, size, "https://www%" PRId64 ".example.org/manual/part%" PRId64 "/section-%" PRId64 ".html",
                    host_of(site, id), id % 1000, id);
}

/* A link to a URL; one never seen if the id is the next. */
static void add_link(struct site *site, struct page *page, int64_t id, uint8_t kind)
{
    struct page_link *link = &page->links[page->link_count++];
    char text[200];
    uint32_t host_size;
    int size = url_of(site, id, text, sizeof text, &host_size);

    *link = (struct page_link){.url_at = (uint32_t)page->pool.size,
                               .url_size = (uint32_t)size,
                               .host_size = host_size,
                               .kind = kind,
                               .record = kind < LINK_REDIRECT,
                               .follow = true,
                               .lastmod_ms = -1,
                               .id = id,
                               .text_hash = (uint64_t)id * 0x9e3779b97f4a7c15u};
    link->key_hash = link->text_hash;
    buf_add(&page->pool, text, (size_t)size);
    link->is_new = id == site->next_id;
    /* Most of what is found is never fetched, as in a site whose pages link to much else. */
    link->host_id = !link->is_new || id <= site->setting->pages ? host_of(site, id) : 0;
    link->skip = link->host_id == 0 ? SKIP_OFF_SCOPE : SKIP_NONE;
    if (link->is_new) {
        site->next_id++;
        if (link->host_id > site->hosts) {
            site->hosts = link->host_id;
            link->host_is_new = true;
        }
    }
    link->anchor_at = (uint32_t)page->pool.size;
    if (id % 5 == 0)
        link->anchor_size = (uint32_t)snprintf(text, sizeof text, "Section %" PRId64 " of the manual", id);
    else
        link->anchor_size = (uint32_t)snprintf(text, sizeof text, "part %" PRId64, id % 1000);
    buf_add(&page->pool, text, link->anchor_size);
}

static void add_links(struct site *site, struct page *page)
{
    const struct setting *setting = site->setting;

    page->links = mem_array((size_t)setting->links, sizeof *page->links);
    for (int64_t i = 0; i < setting->new_urls; i++)
        add_link(site, page, site->next_id, 0);
    for (int64_t i = 0; page->link_count < setting->links; i++)
        if (i < setting->links * 6 / 10 && i * 3 + 1 < site->next_id) /* the navigation that all pages have */
            add_link(site, page, i * 3 + 1, 0);
        else
            add_link(site, page, (int64_t)(next_random(site) % (uint64_t)(site->next_id - 1)) + 1, 0);
}

static struct page *make_page(struct site *site, int64_t id)
{
    char text[200];
    uint32_t host_size;
    int size = url_of(site, id, text, sizeof text, &host_size);
    struct page *page = page_new(PAGE_DOCUMENT, text, (size_t)size);
    size_t title_at, h1_at, description_at;

    add_links(site, page);
    page->redirect_link = page->canonical_link = -1;
    page->id = id;
    page->outcome = id % 50 == 49 ? PAGE_HTTP_ERROR : PAGE_OK;
    page->status = page->outcome == PAGE_OK ? 200 : 404;
    strcpy(page->mime.type, "text/html");
    strcpy(page->address, "192.0.2.1");
    strcpy(page->http_version, "1.1");
    page->charset = charset_utf8();
    page->fetched_ms = 1700000000000 + id;
    page->body_bytes = 31000;
    page->wire_bytes = 8000;
    page->body_hash = (uint64_t)id * 0x9e3779b97f4a7c15u;
    page->text_hash = page->body_hash + 1;
    page->text_simhash = page->body_hash + 2;
    page->times = (struct page_times){-1, -1, -1, 3, 5 + (int32_t)(id % 50)};
    page->etag = mem_string("\"65f1c2-7918\"");
    page->last_modified = mem_string("Wed, 13 Mar 2024 15:33:22 GMT");
    page->tries = 1;
    page->has_title = true;
    title_at = page->pool.size;
    buf_printf(&page->pool, "Section %" PRId64 " - the manual of everything", id - id % 3);
    h1_at = page->pool.size;
    buf_printf(&page->pool, "Section %" PRId64, id);
    description_at = page->pool.size;
    buf_printf(&page->pool, "All there is to say on section %" PRId64 ", with examples", id);
    page->title = (struct slice){page->pool.data + title_at, h1_at - title_at};
    page->h1 = (struct slice){page->pool.data + h1_at, description_at - h1_at};
    page->description = (struct slice){page->pool.data + description_at, page->pool.size - description_at};
    return page;
}

static void die(const struct err *err)
{
    fprintf(stderr, "store_bench: %s\n", err->text);
    exit(1);
}

static void write_seed(struct store *store, struct site *site)
{
    struct page *seeds = page_new(PAGE_SEEDS, "", 0);
    struct err err;

    seeds->links = mem_array(1, sizeof *seeds->links);
    add_link(site, seeds, 1, LINK_SEED);
    if (!store_write(store, &seeds, 1, &err))
        die(&err);
    page_free(seeds);
}

/* Gives the CPU seconds of all store_write(). */
static double write_pages(struct store *store, struct site *site)
{
    const struct setting *setting = site->setting;
    struct page **pages = mem_array((size_t)setting->batch, sizeof *pages);
    struct err err;
    double spent = 0;

    write_seed(store, site);
    for (int64_t id = 1; id <= setting->pages;) {
        size_t count = 0;
        double start;

        while (count < (size_t)setting->batch && id <= setting->pages && id < site->next_id)
            pages[count++] = make_page(site, id++);
        start = cpu_s();
        if (!store_write(store, pages, count, &err))
            die(&err);
        spent += cpu_s() - start;
        for (size_t i = 0; i < count; i++)
            page_free(pages[i]);
    }
    free(pages);
    return spent;
}

static void ignore_host(void *arg, const struct host_state *state)
{
    (void)arg;
    (void)state;
}

static void count_known(void *arg, int64_t id, struct slice url, uint64_t text_hash, uint64_t key_hash, int64_t host_id,
                        enum frontier_known state)
{
    int64_t *counts = arg;

    (void)id, (void)url, (void)text_hash, (void)key_hash, (void)host_id;
    counts[state]++;
}

static double time_query(sqlite3 *db, const char *columns, const char *view, int rows)
{
    sqlite3_stmt *statement;
    char sql[200];
    double start = cpu_s();

    snprintf(sql, sizeof sql, "SELECT %s FROM %s LIMIT %d", columns, view, rows);
    sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    while (sqlite3_step(statement) == SQLITE_ROW)
        ;
    sqlite3_finalize(statement);
    return cpu_s() - start;
}

static void time_views(const char *path)
{
    sqlite3_stmt *views;
    sqlite3 *db;

    sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);
    sqlite3_prepare_v2(db, "SELECT name FROM sqlite_schema WHERE type = 'view'", -1, &views, NULL);
    while (sqlite3_step(views) == SQLITE_ROW) {
        const char *view = (const char *)sqlite3_column_text(views, 0);

        printf("  %-18s first 100 %.3f s, count %.3f s, 100,000 rows %.3f s\n", view, time_query(db, "*", view, 100),
               time_query(db, "count(*)", view, 1), time_query(db, "*", view, 100000));
    }
    sqlite3_finalize(views);
    sqlite3_close(db);
}

static void report(const struct setting *setting, double writing, double closing)
{
    struct rusage usage;
    struct stat status;
    double pages = (double)setting->pages;

    stat(setting->path, &status);
    getrusage(RUSAGE_SELF, &usage);
    printf("%" PRId64 " pages, %" PRId64 " links and %" PRId64 " new URLs each, %" PRId64 " hosts, batches of %" PRId64
           "\n",
           setting->pages, setting->links, setting->new_urls, setting->hosts, setting->batch);
    printf("  write %.4f ms a page, close %.4f, both %.4f; %.0f pages/s, %.2f M rows/s\n", writing * 1000 / pages,
           closing * 1000 / pages, (writing + closing) * 1000 / pages, pages / writing,
           pages * (double)(setting->links + setting->new_urls + 1) / writing / 1e6);
    printf("  file %.1f MB, %.0f bytes a page; peak RSS %ld MB\n", (double)status.st_size / 1e6,
           (double)status.st_size / pages, usage.ru_maxrss / 1024);
}

static void run(const struct setting *setting)
{
    struct store_options options = {.args = "store_bench", .keep_links = true};
    struct site site = {.setting = setting, .next_id = 1, .random = 1};
    int64_t known[KNOWN_TO_CHECK + 1] = {0};
    enum store_failure why;
    struct store *store;
    struct err err;
    double start, writing;

    store = store_open(setting->path, &options, &why, &err);
    if (store == NULL)
        die(&err);
    writing = write_pages(store, &site);
    start = cpu_s();
    if (!store_close(store, RUN_COMPLETE, "{}", &err))
        die(&err);
    report(setting, writing, cpu_s() - start);

    start = cpu_s();
    store = store_open(setting->path, &options, &why, &err);
    if (store == NULL || !store_hosts(store, ignore_host, NULL, &err) || !store_known(store, count_known, known, &err))
        die(&err);
    printf("  open and read all that is known (%" PRId64 " done, %" PRId64 " skipped, %" PRId64 " waiting): %.3f s\n",
           known[KNOWN_DONE], known[KNOWN_SKIPPED], known[KNOWN_WAITING], cpu_s() - start);
    if (!store_close(store, RUN_COMPLETE, "{}", &err))
        die(&err);
    if (setting->views)
        time_views(setting->path);
}

int main(int argc, char **argv)
{
    struct setting setting = {.pages = 100000, .links = 97, .new_urls = 3, .hosts = 1, .batch = 200};
    int option;

    while ((option = getopt(argc, argv, "p:l:u:n:b:v")) != -1) {
        int64_t value = optarg == NULL ? 0 : atoll(optarg);

        if (option == 'p')
            setting.pages = value;
        else if (option == 'l')
            setting.links = value;
        else if (option == 'u')
            setting.new_urls = value;
        else if (option == 'n')
            setting.hosts = value;
        else if (option == 'b')
            setting.batch = value;
        else if (option == 'v')
            setting.views = true;
    }
    if (optind + 1 != argc || setting.new_urls < 1 || setting.links < setting.new_urls || setting.batch < 1) {
        fprintf(stderr, "store_bench: [-p PAGES] [-l LINKS] [-u NEW] [-n HOSTS] [-b BATCH] [-v] FILE\n");
        return 2;
    }
    setting.path = argv[optind];
    unlink(setting.path);
    run(&setting);
    return 0;
}
