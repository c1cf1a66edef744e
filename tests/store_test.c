/* What store.h promises, of both stores. */
#include "made_page.h"
#include "mem.h"
#include "store_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SITE "http://a.test"

struct fixture {
    struct memory_rows *rows; /* NULL: the store is a file */
    char folder[64], path[80];
    struct store *store;
};

static void open_store(struct fixture *f)
{
    static const struct store_options options = {.args = "test", .keep_links = true};
    enum store_failure why;
    struct err err = {""};

    f->store = f->rows != NULL ? store_memory_open(f->rows) : store_open(f->path, &options, &why, &err);
    assert_string_equal(err.text, "");
    assert_non_null(f->store);
}

static void close_store(struct fixture *f, enum store_outcome outcome)
{
    struct err err = {""};

    store_close(f->store, outcome, "{}", &err);
    assert_string_equal(err.text, "");
}

static int set_up_memory(void **state)
{
    struct fixture *f = mem_new(sizeof *f);

    f->rows = memory_rows_new();
    open_store(f);
    *state = f;
    return 0;
}

static int set_up_file(void **state)
{
    struct fixture *f = mem_new(sizeof *f);

    strcpy(f->folder, "/tmp/store_test.XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/crawl.db", f->folder);
    open_store(f);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    close_store(f, RUN_INTERRUPTED);
    if (f->rows != NULL) {
        memory_rows_free(f->rows);
    } else {
        unlink(f->path);
        assert_int_equal(rmdir(f->folder), 0); /* nothing else is left behind */
    }
    free(f);
    return 0;
}

static void reopen(struct fixture *f)
{
    close_store(f, RUN_COMPLETE);
    open_store(f);
}

/* Records the pages and frees them. */
static void record(struct fixture *f, struct page **pages, size_t count)
{
    struct err err = {""};

    store_write(f->store, pages, count, &err);
    assert_string_equal(err.text, "");
    for (size_t i = 0; i < count; i++)
        page_free(pages[i]);
}

static void record_one(struct fixture *f, struct page *page)
{
    record(f, &page, 1);
}

/* URL 1 as a seed on host 1. */
static void record_seed(struct fixture *f)
{
    struct page *seeds = made_other(PAGE_SEEDS);
    struct page_link *link = made_link(seeds, 1, SITE "/", 1);

    link->host_is_new = true;
    link->kind = LINK_SEED;
    link->depth = 0;
    link->record = false;
    record_one(f, seeds);
}

/* Page 1 with links to 2, 3 and 4, which wait, and 5, which is off scope. */
static struct page *home_page(void)
{
    struct page *page = made_page(1, SITE "/", 200);

    made_link(page, 2, SITE "/2", 1);
    made_link(page, 3, SITE "/3", 1);
    made_link(page, 4, SITE "/4", 1);
    made_link(page, 5, "http://other.test/", 0);
    made_title(page, "Home");
    return page;
}

struct known {
    int64_t id[10];
    enum frontier_known state[10];
    int count;
};

static void note_known(void *arg, int64_t id, struct slice url, uint64_t text_hash, uint64_t key_hash, int64_t host_id,
                       enum frontier_known state)
{
    struct known *known = arg;

    assert_true(known->count < 10);
    assert_memory_equal(url.data, "http", 4);
    assert_true(text_hash == (uint64_t)id * 0x9e3779b97f4a7c15u);
    assert_true(key_hash == (id == 4 ? 99 : text_hash));
    assert_true(state != KNOWN_WAITING || host_id == 1);
    known->id[known->count] = id;
    known->state[known->count++] = state;
}

static void ignore_host(void *arg, const struct host_state *state)
{
    (void)arg;
    assert_true(state->id > 0);
}

static void what_was_recorded_is_known_in_order_after_reopening(void **state)
{
    struct fixture *f = *state;
    struct page *home = home_page();
    struct known known = {.count = 0};
    struct err err;

    home->links[2].key_hash = 99;
    record_seed(f);
    record_one(f, home);
    reopen(f);
    assert_true(store_hosts(f->store, ignore_host, NULL, &err));
    assert_true(store_known(f->store, note_known, &known, &err));
    assert_int_equal(known.count, 5);
    for (int i = 0; i < 5; i++)
        assert_int_equal(known.id[i], i + 1);
    assert_int_equal(known.state[0], KNOWN_DONE);
    assert_int_equal(known.state[1], KNOWN_WAITING);
    assert_int_equal(known.state[4], KNOWN_SKIPPED);
}

static void assert_totals(struct fixture *f, int known, int recorded, int skipped, int waiting)
{
    struct store_totals totals;
    struct err err;

    assert_true(store_totals(f->store, &totals, &err));
    assert_int_equal(totals.known, known);
    assert_int_equal(totals.recorded, recorded);
    assert_int_equal(totals.skipped, skipped);
    assert_int_equal(totals.waiting, waiting);
}

static void every_url_is_recorded_or_skipped_or_waits(void **state)
{
    struct fixture *f = *state;
    struct page *skipped;

    assert_totals(f, 0, 0, 0, 0);
    record_seed(f);
    assert_totals(f, 1, 0, 0, 1);
    record_one(f, home_page());
    assert_totals(f, 5, 1, 1, 3);
    record_one(f, made_page(2, SITE "/2", 404));
    assert_totals(f, 5, 2, 1, 2);
    skipped = made_page(3, SITE "/3", 0);
    skipped->skip = SKIP_ROBOTS;
    skipped->skip_line = 7;
    record_one(f, skipped);
    assert_totals(f, 5, 2, 2, 1);
}

static void recording_a_page_twice_is_the_same_as_once(void **state)
{
    struct fixture *f = *state;

    record_seed(f);
    record_seed(f);
    record_one(f, home_page());
    record_one(f, home_page());
    assert_totals(f, 5, 1, 1, 3);
    reopen(f);
    record_one(f, home_page());
    assert_totals(f, 5, 1, 1, 3);
}

/* Killed between two tries it is as if it waited for its first. */
static void a_try_that_was_not_the_last_changes_nothing_but_its_own_row(void **state)
{
    struct fixture *f = *state;
    struct page *page = made_page(2, SITE "/2", 503), *try;

    record_seed(f);
    record_one(f, home_page());
    page->tries = 1;
    try = page_of_try(page);
    record_one(f, try);
    record_one(f, page_of_try(page));
    assert_totals(f, 5, 1, 1, 3);
    reopen(f);
    record_one(f, page_of_try(page));
    assert_totals(f, 5, 1, 1, 3);
    record_one(f, page);
    assert_totals(f, 5, 2, 1, 2);
}

static void waiting_rows_come_in_order_and_after_what_was_read(void **state)
{
    struct fixture *f = *state;
    const struct waiting_url *rows;
    struct err err;

    record_seed(f);
    record_one(f, home_page());
    assert_int_equal(store_claim(f->store, 1, 0, 2, &rows, &err), 2);
    assert_int_equal(rows[0].id, 2);
    assert_int_equal(rows[1].id, 3);
    assert_true(slice_is(rows[0].url, SITE "/2"));
    assert_true(slice_is(rows[1].url, SITE "/3"));
    assert_int_equal(rows[1].found_on, 1);
    assert_int_equal(rows[1].depth, 1);
    assert_int_equal(rows[1].redirects, 0);
    assert_int_equal(store_claim(f->store, 1, 3, 100, &rows, &err), 1);
    assert_int_equal(rows[0].id, 4);
    assert_int_equal(store_claim(f->store, 1, 4, 100, &rows, &err), 0);
    assert_int_equal(store_claim(f->store, 2, 0, 100, &rows, &err), 0);
    record_one(f, made_page(2, SITE "/2", 200));
    assert_int_equal(store_claim(f->store, 1, 0, 100, &rows, &err), 2);
    assert_int_equal(rows[0].id, 3);
}

static struct page *redirect_page(int64_t id, const char *url, int64_t to_id, const char *to)
{
    struct page *page = made_page(id, url, 301);
    struct page_link *link = made_link(page, to_id, to, 1);

    link->kind = LINK_REDIRECT;
    link->depth = 0;
    page->redirect_link = 0;
    return page;
}

static void the_way_of_redirects_to_a_waiting_row_is_told(void **state)
{
    struct fixture *f = *state;
    const struct waiting_url *rows;
    struct page *pages[2] = {redirect_page(1, SITE "/", 2, SITE "/2"), redirect_page(2, SITE "/2", 3, SITE "/3")};
    struct err err;

    record_seed(f);
    record(f, pages, 2);
    assert_int_equal(store_claim(f->store, 1, 0, 100, &rows, &err), 1);
    assert_int_equal(rows[0].id, 3);
    assert_int_equal(rows[0].via, LINK_REDIRECT);
    assert_int_equal(rows[0].depth, 0);
    assert_int_equal(rows[0].redirects, 2);
    assert_int_equal(rows[0].chain[0], 1);
    assert_int_equal(rows[0].chain[1], 2);
}

static void a_skipped_url_that_is_wanted_after_all_waits(void **state)
{
    struct fixture *f = *state;
    const struct waiting_url *rows;
    struct page *page = made_page(2, SITE "/2", 200);
    struct page_link *link = made_known_link(page, 5, "http://other.test/");
    struct err err;

    record_seed(f);
    record_one(f, home_page());
    link->is_upgrade = link->host_is_new = true;
    link->host_id = 2;
    link->depth = 2;
    record_one(f, page);
    assert_totals(f, 5, 2, 0, 3);
    assert_int_equal(store_claim(f->store, 2, 0, 10, &rows, &err), 1);
    assert_int_equal(rows[0].id, 5);
    assert_int_equal(rows[0].found_on, 2);
    assert_int_equal(rows[0].depth, 2);
}

static void an_image_is_skipped_though_nothing_refuses_it(void **state)
{
    struct fixture *f = *state;
    struct page *page = made_page(1, SITE "/", 200);
    struct page_link *link = made_link(page, 2, SITE "/i.png", 0);

    link->skip = SKIP_NONE;
    link->follow = false;
    record_seed(f);
    record_one(f, page);
    assert_totals(f, 2, 1, 1, 0);
}

static void note_host(void *arg, const struct host_state *state)
{
    struct host_state *seen = arg;

    assert_int_equal(seen->id, 0);
    *seen = *state;
    seen->origin = mem_string(state->origin);
}

static void record_host(struct fixture *f, const char *robots)
{
    struct page *page = made_other(PAGE_ROBOTS);

    page->host_state = mem_new(sizeof *page->host_state);
    *page->host_state = (struct host_state){.id = 1,
                                            .origin = mem_string(SITE),
                                            .robots_status = robots == NULL ? 0 : 200,
                                            .robots_ms = 1700000000000,
                                            .robots_body = mem_string(robots),
                                            .robots_size = robots == NULL ? 0 : strlen(robots),
                                            .crawl_delay_ms = 2500,
                                            .held_until_ms = 1700000009999,
                                            .fails = 3,
                                            .given_up = true,
                                            .address = "192.0.2.7",
                                            .http_version = "2",
                                            .admitted = 12,
                                            .least_gap_ms = -1,
                                            .median_gap_ms = -1};
    record_one(f, page);
}

static void the_state_of_a_host_survives(void **state)
{
    struct fixture *f = *state;
    struct host_state told = {0}, *host;
    struct err err;

    record_seed(f);
    assert_true(store_host(f->store, 1, &host, &err));
    assert_string_equal(host->origin, SITE);
    assert_null(host->robots_body);
    host_state_free(host);
    assert_true(store_host(f->store, 2, &host, &err));
    assert_null(host); /* there is none */

    record_host(f, "User-agent: *\nDisallow: /x\n");
    record_host(f, NULL); /* no news of robots.txt's text */
    reopen(f);
    assert_true(store_host(f->store, 1, &host, &err));
    assert_string_equal(host->robots_body, "User-agent: *\nDisallow: /x\n");
    assert_int_equal(host->robots_size, strlen(host->robots_body));
    assert_int_equal(host->crawl_delay_ms, 2500);
    assert_int_equal(host->held_until_ms, 1700000009999);
    assert_int_equal(host->fails, 3);
    assert_true(host->given_up);
    assert_string_equal(host->address, "192.0.2.7");
    assert_string_equal(host->http_version, "2");
    assert_int_equal(host->admitted, 12);
    host_state_free(host);
    assert_true(store_hosts(f->store, note_host, &told, &err));
    assert_int_equal(told.id, 1);
    assert_string_equal(told.origin, SITE);
    free(told.origin);
}

static void a_host_without_a_url_of_its_own_gets_its_row(void **state)
{
    struct fixture *f = *state;
    struct page *robots = made_other(PAGE_ROBOTS);
    struct page_link *link = made_known_link(robots, 0, "https://b.test/robots.txt");
    struct host_state *host;
    struct err err;

    link->host_is_new = true;
    link->host_id = 2;
    record_one(f, robots);
    assert_true(store_host(f->store, 2, &host, &err));
    assert_string_equal(host->origin, "https://b.test");
    host_state_free(host);
    assert_totals(f, 0, 0, 0, 0);
}

static void note_seed(void *arg, struct slice url)
{
    char *told = arg;

    assert_true(url.size < 50);
    assert_string_equal(told, "");
    memcpy(told, url.data, url.size);
}

static void seeds_are_told_even_if_they_were_known_before(void **state)
{
    struct fixture *f = *state;
    char told[51] = "";
    struct page *seeds = made_other(PAGE_SEEDS);
    struct err err;

    record_seed(f);
    record_one(f, home_page());
    reopen(f);
    made_known_link(seeds, 1, SITE "/")->kind = LINK_SEED;
    record_one(f, seeds);
    assert_true(store_seeds(f->store, note_seed, told, &err));
    assert_string_equal(told, SITE "/");
}

static void the_hash_seed_stays(void **state)
{
    struct fixture *f = *state;
    uint64_t seed = store_hash_seed(f->store);

    assert_true(seed != 0);
    reopen(f);
    assert_true(store_hash_seed(f->store) == seed);
}

#define BOTH(test)                                                                                                     \
    {"memory: " #test, test, set_up_memory, tear_down, NULL},                                                          \
    {                                                                                                                  \
        "file: " #test, test, set_up_file, tear_down, NULL                                                             \
    }

struct found {
    int count;
    int status;
    int64_t pages;
    char url[100], found_on[100], outcome[40], title[100];
};

static void copy(char *to, size_t size, struct slice text)
{
    snprintf(to, size, "%.*s", (int)text.size, text.size == 0 ? "" : text.data);
}

/* Keeps the first one. */
static void note_finding(void *arg, const struct store_finding *finding)
{
    struct found *found = arg;

    if (found->count++ > 0)
        return;
    found->status = finding->status;
    found->pages = finding->pages;
    copy(found->url, sizeof found->url, finding->url);
    copy(found->found_on, sizeof found->found_on, finding->found_on);
    copy(found->outcome, sizeof found->outcome, finding->outcome);
    copy(found->title, sizeof found->title, finding->title);
}

static struct found findings(struct fixture *f, enum store_finding_kind kind, size_t max, int expected)
{
    struct found found = {0};
    struct err err = {""};

    assert_int_equal(store_findings(f->store, kind, max, note_finding, &found, &err), expected);
    assert_string_equal(err.text, "");
    return found;
}

/* A home page that leads to a 404, a 503, a page of the same title and one without, and to a broken page elsewhere. */
static void record_faults(struct fixture *f)
{
    struct page *home = home_page(), *same = made_page(4, SITE "/4", 200), *external;

    record_seed(f);
    made_link(home, 6, "http://elsewhere.test/", 1);
    made_link(home, 7, SITE "/7", 1);
    made_title(home, "Home");
    record_one(f, home);
    record_one(f, made_page(2, SITE "/2", 404));
    record_one(f, made_page(3, SITE "/3", 503));
    made_title(same, "Home");
    record_one(f, same);
    external = made_page(6, "http://elsewhere.test/", 404);
    external->kind = PAGE_EXTERNAL;
    record_one(f, external);
    record_one(f, made_page(7, SITE "/7", 200));
}

static void what_is_wrong_with_a_site_is_found_with_the_page_that_leads_there(void **state)
{
    struct fixture *f = *state;
    struct found found;

    record_faults(f);
    found = findings(f, FINDING_BROKEN, 10, 2);
    assert_int_equal(found.count, 2);
    assert_string_equal(found.url, SITE "/2");
    assert_string_equal(found.found_on, SITE "/");
    assert_string_equal(found.outcome, "http_error");
    assert_int_equal(found.status, 404);
    found = findings(f, FINDING_SERVER_ERROR, 10, 1);
    assert_string_equal(found.url, SITE "/3");
    found = findings(f, FINDING_EXTERNAL, 10, 1);
    assert_string_equal(found.url, "http://elsewhere.test/");
    assert_string_equal(found.found_on, SITE "/");
    found = findings(f, FINDING_TITLE, 10, 1);
    assert_string_equal(found.title, "Home");
    assert_string_equal(found.url, SITE "/");
    assert_string_equal(found.found_on, SITE "/4");
    assert_int_equal(found.pages, 2);
    findings(f, FINDING_SEED, 10, 0);
}

static void no_more_findings_are_told_than_wanted_but_all_are_counted(void **state)
{
    struct fixture *f = *state;

    record_faults(f);
    assert_int_equal(findings(f, FINDING_BROKEN, 1, 2).count, 1);
    assert_int_equal(findings(f, FINDING_BROKEN, 0, 2).count, 0);
}

static void a_seed_that_waits_is_not_found_wanting_but_one_that_failed_is(void **state)
{
    struct fixture *f = *state;
    struct found found;

    findings(f, FINDING_SEED, 10, 0);
    record_seed(f);
    findings(f, FINDING_SEED, 10, 0);
    record_one(f, made_page(1, SITE "/", 0));
    found = findings(f, FINDING_SEED, 10, 1);
    assert_string_equal(found.url, SITE "/");
    assert_string_equal(found.outcome, "timeout");
    assert_string_equal(found.found_on, "");
}

static void a_seed_that_robots_txt_refuses_is_found_wanting(void **state)
{
    struct fixture *f = *state;
    struct page *page = made_page(1, SITE "/", 0);

    record_seed(f);
    page->outcome = PAGE_PENDING;
    page->skip = SKIP_ROBOTS;
    record_one(f, page);
    assert_string_equal(findings(f, FINDING_SEED, 10, 1).outcome, "robots");
}

static void titles_are_counted_by_how_many_have_them(void **state)
{
    struct fixture *f = *state;
    struct store_titles titles;
    struct err err;

    assert_true(store_titles(f->store, &titles, &err));
    assert_int_equal(titles.titles + titles.duplicated + titles.duplicated_pages + titles.missing, 0);
    record_faults(f);
    assert_true(store_titles(f->store, &titles, &err));
    assert_int_equal(titles.titles, 2);
    assert_int_equal(titles.duplicated, 1);
    assert_int_equal(titles.duplicated_pages, 2);
    assert_int_equal(titles.missing, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(what_was_recorded_is_known_in_order_after_reopening),
        BOTH(every_url_is_recorded_or_skipped_or_waits),
        BOTH(recording_a_page_twice_is_the_same_as_once),
        BOTH(a_try_that_was_not_the_last_changes_nothing_but_its_own_row),
        BOTH(waiting_rows_come_in_order_and_after_what_was_read),
        BOTH(the_way_of_redirects_to_a_waiting_row_is_told),
        BOTH(a_skipped_url_that_is_wanted_after_all_waits),
        BOTH(an_image_is_skipped_though_nothing_refuses_it),
        BOTH(the_state_of_a_host_survives),
        BOTH(a_host_without_a_url_of_its_own_gets_its_row),
        BOTH(seeds_are_told_even_if_they_were_known_before),
        BOTH(the_hash_seed_stays),
        BOTH(what_is_wrong_with_a_site_is_found_with_the_page_that_leads_there),
        BOTH(no_more_findings_are_told_than_wanted_but_all_are_counted),
        BOTH(a_seed_that_waits_is_not_found_wanting_but_one_that_failed_is),
        BOTH(a_seed_that_robots_txt_refuses_is_found_wanting),
        BOTH(titles_are_counted_by_how_many_have_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
