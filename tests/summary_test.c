#include "summary.h"

#include "mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct options options;

static int set_up(void **state)
{
    (void)state;
    options_init(&options);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    options_free(&options);
    return 0;
}

static struct summary a_good_run(void)
{
    struct summary s = {
        .options = &options,
        .outcome = RUN_COMPLETE,
        .elapsed_ms = 381000,
        .database_bytes = 38000000,
        .totals = {16842, 15638, 1204, 0},
        .titles = {.titles = 15118, .duplicated = 12, .duplicated_pages = 214, .missing = 2},
    };
    struct tally_counts *c = &s.counts;

    c->pages = 15638;
    c->outcomes[PAGE_OK] = 15120;
    c->outcomes[PAGE_REDIRECT] = 341;
    c->outcomes[PAGE_HTTP_ERROR] = 169;
    c->not_found = 166;
    c->server_errors = 3;
    c->outcomes[PAGE_TIMEOUT] = 6;
    c->outcomes[PAGE_DNS_ERROR] = 2;
    c->skips[SKIP_OFF_SCOPE] = 1011;
    c->skips[SKIP_ROBOTS] = 120;
    c->skips[SKIP_TRAP] = 73;
    c->body_bytes = 702000000;
    c->wire_bytes = 171000000;
    c->seeds = c->seeds_answered = 1;
    s.held_ms[HELD_LATENCY] = 60000;
    s.held_ms[HELD_RATE] = 300000;
    s.held_ms[HELD_DATABASE] = 3000;
    strcpy(c->slowest.url, "https://www.example.com/search?q=x");
    c->slowest.total_ms = 4800;
    return s;
}

static void says(const struct summary *s, const char *expected)
{
    struct buf out = {.limit = 65536};

    summary_add_text(s, 79, &out);
    assert_string_equal(out.data, expected);
    buf_free(&out);
}

/* True if the text has these words. */
static void mentions(const struct summary *s, const char *words)
{
    struct buf out = {.limit = 65536};

    summary_add_text(s, 79, &out);
    if (strstr(out.data, words) == NULL)
        fail_msg("\"%s\" is not in: %s", words, out.data);
    buf_free(&out);
}

static void a_finished_crawl_is_told_in_words(void **state)
{
    struct summary s = a_good_run();

    (void)state;
    says(&s, "Finished in 6 min 21 s: every reachable page in scope was visited\n"
             "  pages    15 638 (41.0/s), 702 MB, 171 MB on the wire\n"
             "  titles   15 118, 214 of them not unique; 2 pages without\n"
             "  results  ok 15 120, redirects 341, not found 166, server errors 3, failed 8\n"
             "  failed   8: timeout 6, DNS 2\n"
             "  skipped  1 204: robots.txt 120, other sites 1 011, trap guard 73\n"
             "  slowest  https://www.example.com/search?q=x  4.8 s\n"
             "  held by  --rate 78 %, site latency 15 %\n"
             "  found    16 842 URLs = 15 638 recorded + 1 204 skipped + 0 waiting\n"
             "  written  crawl.db, 38 MB\n");
}

static void what_is_recorded_besides_pages_is_named(void **state)
{
    struct summary s = a_good_run();

    (void)state;
    s.counts.pages = 15630;
    s.counts.sitemaps = 1;
    s.counts.externals = 7;
    mentions(&s, "= 15 638 recorded (15 630 pages, 1 sitemap,\n           7 external links) + 1 204 skipped");
    s.counts.pages = 15636;
    s.counts.sitemaps = 2;
    s.counts.externals = 0;
    mentions(&s, "= 15 638 recorded (15 636 pages, 2 sitemaps)\n           + 1 204 skipped");
    s.totals.recorded += 3; /* of an earlier run: what they were is not known here */
    mentions(&s, "= 15 641 recorded + 1 204 skipped");
}

static void what_earlier_runs_did_stands_apart(void **state)
{
    struct summary s = a_good_run();

    (void)state;
    s.recorded_before = 638;
    s.counts.pages = 15000;
    says(&s, "Finished in 6 min 21 s: every reachable page in scope was visited\n"
             "This run:\n"
             "  pages    15 000 (39.4/s), 702 MB, 171 MB on the wire\n"
             "  results  ok 15 120, redirects 341, not found 166, server errors 3, failed 8\n"
             "  failed   8: timeout 6, DNS 2\n"
             "  skipped  1 204: robots.txt 120, other sites 1 011, trap guard 73\n"
             "  slowest  https://www.example.com/search?q=x  4.8 s\n"
             "  held by  --rate 78 %, site latency 15 %\n"
             "With those before:\n"
             "  titles   15 118, 214 of them not unique; 2 pages without\n"
             "  found    16 842 URLs = 15 638 recorded + 1 204 skipped + 0 waiting\n"
             "  written  crawl.db, 38 MB\n");
}

static void on_a_narrow_terminal_it_folds_between_words_and_never_in_a_number(void **state)
{
    struct summary s = a_good_run();
    struct buf out = {.limit = 65536};

    (void)state;
    summary_add_text(&s, 39, &out);
    assert_string_equal(out.data, "Finished in 6 min 21 s:\n"
                                  "  every reachable page in scope was\n"
                                  "  visited\n"
                                  "  pages    15 638 (41.0/s), 702 MB,\n"
                                  "           171 MB on the wire\n"
                                  "  titles   15 118,\n"
                                  "           214 of them not unique;\n"
                                  "           2 pages without\n"
                                  "  results  ok 15 120, redirects 341,\n"
                                  "           not found 166,\n"
                                  "           server errors 3, failed 8\n"
                                  "  failed   8: timeout 6, DNS 2\n"
                                  "  skipped  1 204: robots.txt 120,\n"
                                  "           other sites 1 011,\n"
                                  "           trap guard 73\n"
                                  "  slowest  https://www.exampl...  4.8 s\n"
                                  "  held by  --rate 78 %,\n"
                                  "           site latency 15 %\n"
                                  "  found    16 842 URLs\n"
                                  "           = 15 638 recorded\n"
                                  "           + 1 204 skipped + 0 waiting\n"
                                  "  written  crawl.db, 38 MB\n");
    buf_free(&out);
}

static void titles_that_were_not_compared_are_not_called_unique(void **state)
{
    struct summary s = a_good_run();
    struct buf json = {.limit = 65536};

    (void)state;
    s.outcome = RUN_INTERRUPTED;
    s.titles.duplicated = s.titles.duplicated_pages = -1;
    mentions(&s, "  titles   15 118, not compared yet; 2 pages without\n");
    summary_add_json(&s, &json);
    assert_non_null(strstr(json.data, "\"titles_duplicated\":null,\"pages_with_duplicated_titles\":null,"));
    buf_free(&json);
}

static void titles_of_an_interrupted_run_are_not_said_to_be_of_all_runs(void **state)
{
    struct summary s = a_good_run();
    struct buf out = {.limit = 65536};

    (void)state;
    s.recorded_before = 200;
    summary_add_text(&s, 80, &out);
    assert_true(strstr(out.data, "  titles   ") > strstr(out.data, "With those before:\n"));
    buf_clear(&out);
    s.outcome = RUN_INTERRUPTED;
    s.titles.duplicated = s.titles.duplicated_pages = -1;
    summary_add_text(&s, 80, &out);
    assert_true(strstr(out.data, "  titles   ") < strstr(out.data, "With those before:\n"));
    buf_free(&out);
}

static void the_parts_of_the_results_are_all_pages(void **state)
{
    struct summary s = a_good_run();

    (void)state;
    memset(&s.counts.outcomes, 0, sizeof s.counts.outcomes);
    for (int i = PAGE_OK; i < PAGE_OUTCOME_COUNT; i++)
        s.counts.outcomes[i] = 10;
    s.counts.not_found = 1;
    s.counts.refused = 2;
    s.counts.too_many = 3;
    s.counts.server_errors = 1;
    mentions(&s, "  results  ok 10, other types 10, redirects 10, redirects to nowhere 20,\n"
                 "           not found 1, refused 2, too many requests 3, other errors 3,\n"
                 "           server errors 1, failed 90\n"
                 "  failed   90: timeout 10, DNS 10, connection 10, TLS 10, protocol 10,\n"
                 "           cut short 10, encoding 10, too large 10, address refused 10\n");
}

static void every_reason_for_skipping_has_words(void **state)
{
    struct summary s = a_good_run();
    struct buf out = {.limit = 65536};

    (void)state;
    for (int i = SKIP_NONE + 1; i < SKIP_REASON_COUNT; i++)
        s.counts.skips[i] = 1;
    summary_add_text(&s, 79, &out);
    for (int i = SKIP_NONE + 1; i < SKIP_REASON_COUNT; i++)
        if (strchr(page_skip_names[i], '_') != NULL && strstr(out.data, page_skip_names[i]) != NULL)
            fail_msg("%s is not in words", page_skip_names[i]);
    buf_free(&out);
}

static void the_first_line_says_why_it_ended(void **state)
{
    struct summary s = a_good_run();

    (void)state;
    s.totals.waiting = 3;
    s.outcome = RUN_LIMIT;
    s.limit = "--max-pages";
    mentions(&s, "Stopped at --max-pages after 6 min 21 s, 3 URLs still wait;\n  the same command goes on\n");
    s.outcome = RUN_INTERRUPTED;
    s.totals.waiting = 1;
    mentions(&s, "Stopped after 6 min 21 s, 1 URL still waits; the same command goes on\n");
    s.outcome = RUN_FAILED;
    mentions(&s, "Failed after 6 min 21 s; what is recorded is safe,\n  and the same command goes on\n");
    s = a_good_run();
    s.counts.skips[SKIP_HOST_GAVE_UP] = 17;
    mentions(&s, "Finished in 6 min 21 s: all but 17 URLs of hosts that no longer\n"
                 "  answered; the same command tries them again\n");
    s = a_good_run();
    s.counts.skips[SKIP_LIMIT] = 8;
    mentions(&s, "every reachable page in scope was visited,\n  but for 8 URLs beyond a limit\n");
    s.counts = (struct tally_counts){0};
    mentions(&s, "Nothing was left to do: all that was found had been recorded before\n");
    s.counts.seeds = 1;
    mentions(&s, "Finished in 6 min 21 s: no seed could be fetched\n");
}

/* --- Hints ------------------------------------------------------------------------------- */

struct told {
    int errors, warnings;
    char words[4000];
};

static void note(void *arg, bool is_error, const char *words)
{
    struct told *told = arg;

    told->errors += is_error;
    told->warnings += !is_error;
    strncat(told->words, words, sizeof told->words - strlen(told->words) - 1);
}

static struct told hints_of(const struct summary *s)
{
    struct told told = {0};

    summary_hints(s, note, &told);
    return told;
}

static void bad_seed(struct summary *s, enum page_outcome outcome, enum page_skip skip, unsigned line,
                     const char *error)
{
    struct tally_page *seed = &s->counts.bad_seed;

    s->counts.seeds = 1;
    s->counts.seeds_answered = 0;
    *seed = (struct tally_page){.outcome = outcome, .skip = skip, .skip_line = line};
    strcpy(seed->url, "https://example.com/");
    strcpy(seed->error, error);
}

static void nothing_is_said_of_a_run_that_went_well(void **state)
{
    struct summary s = a_good_run();
    struct told told = hints_of(&s);

    (void)state;
    assert_string_equal(told.words, "");
}

static void what_happened_to_the_only_seed_is_said_as_an_error(void **state)
{
    struct summary s = a_good_run();
    struct told told;

    (void)state;
    bad_seed(&s, PAGE_DNS_ERROR, SKIP_NONE, 0, "Could not resolve host: example.com");
    told = hints_of(&s);
    assert_int_equal(told.errors, 1);
    assert_string_equal(told.words,
                        "no seed could be fetched: https://example.com/: dns_error: Could not resolve host: "
                        "example.com");
    bad_seed(&s, PAGE_PENDING, SKIP_ROBOTS, 3, "Disallow: /");
    told = hints_of(&s);
    assert_string_equal(told.words,
                        "no seed could be fetched: https://example.com/: line 3 of its robots.txt forbids it "
                        "(Disallow: /)");
    bad_seed(&s, PAGE_PENDING, SKIP_ROBOTS, 0, "robots.txt answered 503");
    told = hints_of(&s);
    assert_non_null(strstr(told.words, "gave no usable answer, so nothing may be asked (robots.txt answered 503)"));
    bad_seed(&s, PAGE_HTTP_ERROR, SKIP_NONE, 0, "");
    s.counts.bad_seed.status = 404;
    told = hints_of(&s);
    assert_non_null(strstr(told.words, "https://example.com/: answered with 404"));
}

static void a_seed_that_leads_out_of_scope_is_counted_and_a_link_is_not(void **state)
{
    struct tally *tally = tally_new();
    struct tally_counts counts;

    (void)state;
    for (uint16_t depth = 0; depth < 2; depth++) {
        struct page *page = page_new(PAGE_DOCUMENT, "http://example.com/", 19);

        page->depth = depth;
        page->outcome = PAGE_REDIRECT;
        page->status = 301;
        page->links = mem_array(1, sizeof page->links[0]);
        page->link_count = 1;
        page->redirect_link = 0;
        buf_add_string(&page->pool, "https://example.org/");
        page->links[0] = (struct page_link){.url_size = 20, .skip = SKIP_OFF_SCOPE};
        tally_add(tally, &page, 1);
        page_free(page);
    }
    tally_read(tally, &counts);
    assert_int_equal(counts.seeds_moved, 1);
    assert_string_equal(counts.moved_seed, "http://example.com/");
    assert_string_equal(counts.moved_to, "https://example.org/");
    tally_free(tally);
}

static void a_seed_that_leads_out_of_scope_is_a_hint(void **state)
{
    struct summary s = a_good_run();

    (void)state;
    s.counts.seeds = s.counts.seeds_answered = s.counts.seeds_moved = 1;
    strcpy(s.counts.moved_seed, "http://example.com/");
    strcpy(s.counts.moved_to, "https://example.org/");
    assert_string_equal(
        hints_of(&s).words,
        "a seed leads out of scope, http://example.com/ to https://example.org/: crawl that instead, or "
        "let it in with --domains");
    s.counts.seeds_moved = 3;
    assert_non_null(strstr(hints_of(&s).words, "3 seeds lead out of scope, such as http://example.com/ to"));
}

static void one_bad_seed_of_many_is_a_warning(void **state)
{
    struct summary s = a_good_run();
    struct told told;

    (void)state;
    bad_seed(&s, PAGE_TIMEOUT, SKIP_NONE, 0, "");
    s.counts.seeds = 10;
    s.counts.seeds_answered = 9;
    told = hints_of(&s);
    assert_int_equal(told.errors, 0);
    assert_string_equal(told.words, "a seed could not be fetched: https://example.com/: timeout");
    s.counts.seeds_answered = 7;
    told = hints_of(&s);
    assert_string_equal(told.words, "3 seeds could not be fetched, such as https://example.com/: timeout");
}

static void a_site_that_refuses_nearly_everything_is_a_hint(void **state)
{
    struct summary s = a_good_run();
    struct told told;

    (void)state;
    s.counts.refused = 13000;
    told = hints_of(&s);
    assert_int_equal(told.warnings, 1);
    assert_non_null(strstr(told.words, "13 000 of 15 638 pages were refused"));
    assert_non_null(strstr(told.words, "--rate"));
    assert_non_null(strstr(told.words, "--user-agent"));
    s.counts.refused = 200; /* parts of a site that want a password are nothing odd */
    assert_string_equal(hints_of(&s).words, "");
    s.counts.too_many = 9000;
    assert_non_null(strstr(hints_of(&s).words, "429"));
}

static void what_was_refused_is_named_with_the_option_that_allows_it(void **state)
{
    struct summary s = a_good_run();

    (void)state;
    s.counts.outcomes[PAGE_BLOCKED_ADDRESS] = 2;
    assert_non_null(strstr(hints_of(&s).words, "--allow-private"));
}

/* --- JSON, terminal, versions -------------------------------------------------------------- */

static void the_json_has_the_same_numbers(void **state)
{
    struct summary s = a_good_run();
    struct buf out = {.limit = 65536};
    json_error_t error;
    json_t *json;

    (void)state;
    summary_add_json(&s, &out);
    assert_null(strchr(out.data, '\n'));
    json = json_loads(out.data, JSON_REJECT_DUPLICATES, &error);
    if (json == NULL)
        fail_msg("%s: %s", error.text, out.data);
    assert_string_equal(json_string_value(json_object_get(json, "outcome")), "complete");
    assert_int_equal(json_integer_value(json_object_get(json, "pages")), 15638);
    assert_int_equal(json_integer_value(json_object_get(json, "wire_bytes")), 171000000);
    assert_int_equal(json_integer_value(json_object_get(json, "titles")), 15118);
    assert_int_equal(json_integer_value(json_object_get(json, "titles_missing")), 2);
    assert_int_equal(json_integer_value(json_object_get(json, "known")), 16842);
    assert_int_equal(json_integer_value(json_object_get(json, "database_bytes")), 38000000);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "outcomes"), "timeout")), 6);
    assert_null(json_object_get(json_object_get(json, "outcomes"), "truncated"));
    assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "skipped"), "trap")), 73);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "held_back_ms"), "rate")), 300000);
    assert_null(json_object_get(json, "limit"));
    json_decref(json);
    buf_free(&out);
}

static void text_of_strangers_stays_inside_its_json_string(void **state)
{
    struct summary s = a_good_run();
    struct buf out = {.limit = 65536};
    json_t *json;

    (void)state;
    strcpy(s.counts.slowest.url, "https://x/\"},{\n\x1b[2J\xff");
    summary_add_json(&s, &out);
    json = json_loads(out.data, 0, NULL);
    assert_non_null(json);
    assert_string_equal(json_string_value(json_object_get(json_object_get(json, "slowest"), "url")),
                        "https://x/\"},{\n\x1b[2J\xef\xbf\xbd");
    json_decref(json);
    buf_free(&out);
}

static void text_of_strangers_commands_no_terminal(void **state)
{
    static char said[65536];
    char path[] = "/tmp/summary_test.XXXXXX";
    int file = mkstemp(path), before = dup(STDERR_FILENO);
    struct summary s = a_good_run();
    ssize_t size;

    (void)state;
    unlink(path);
    strcpy(s.counts.slowest.url, "https://x/\x1b[2J\xe2\x80\xae\x9b");
    bad_seed(&s, PAGE_DNS_ERROR, SKIP_NONE, 0, "\x1b]0;owned\a");
    strcpy(s.counts.bad_seed.url, "https://\x1b[31m/");
    dup2(file, STDERR_FILENO);
    summary_print(&s);
    dup2(before, STDERR_FILENO);
    close(before);
    size = pread(file, said, sizeof said - 1, 0);
    close(file);
    assert_true(size > 0);
    said[size] = '\0';
    assert_null(strpbrk(said, "\x1b\a\x9b"));
    assert_null(strstr(said, "\xe2\x80\xae"));
    assert_non_null(strstr(said, "slowest  https://x/\\x1b[2J\\u202e"));
}

static void the_next_commands_name_the_database_as_a_word_of_the_shell(void **state)
{
    static char said[65536];
    char path[] = "/tmp/summary_test.XXXXXX";
    int file = mkstemp(path), before = dup(STDERR_FILENO);
    struct summary s = a_good_run();
    char *database = options.database;
    char odd[] = "a b's.db";
    ssize_t size;

    (void)state;
    unlink(path);
    options.database = odd;
    dup2(file, STDERR_FILENO);
    summary_print(&s);
    dup2(before, STDERR_FILENO);
    close(before);
    options.database = database;
    size = pread(file, said, sizeof said - 1, 0);
    close(file);
    said[size] = '\0';
    assert_non_null(strstr(said, "\nNext:  crawl report -d 'a b'\\''s.db'\n"
                                 "       crawl sql -d 'a b'\\''s.db' 'select * from broken_links limit 20'\n"));
}

static void the_versions_are_those_of_what_runs(void **state)
{
    struct buf out = {.limit = 65536};

    (void)state;
    summary_add_versions(&out);
    for (const char *const *name = (const char *const[]){"crawl ", "libcurl/", "libxml2/2.", "SQLite/3.", "PCRE2/10.",
                                                         "JIT", "libpsl/", "zlib/1.", "brotli/1.", "zstd/1.", NULL};
         *name != NULL; name++)
        if (strstr(out.data, *name) == NULL)
            fail_msg("%s is not in: %s", *name, out.data);
    assert_non_null(strstr(summary_versions(), ", libxml2/2."));
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_finished_crawl_is_told_in_words),
        cmocka_unit_test(what_is_recorded_besides_pages_is_named),
        cmocka_unit_test(what_earlier_runs_did_stands_apart),
        cmocka_unit_test(on_a_narrow_terminal_it_folds_between_words_and_never_in_a_number),
        cmocka_unit_test(titles_that_were_not_compared_are_not_called_unique),
        cmocka_unit_test(titles_of_an_interrupted_run_are_not_said_to_be_of_all_runs),
        cmocka_unit_test(the_parts_of_the_results_are_all_pages),
        cmocka_unit_test(every_reason_for_skipping_has_words),
        cmocka_unit_test(the_first_line_says_why_it_ended),
        cmocka_unit_test(nothing_is_said_of_a_run_that_went_well),
        cmocka_unit_test(what_happened_to_the_only_seed_is_said_as_an_error),
        cmocka_unit_test(a_seed_that_leads_out_of_scope_is_counted_and_a_link_is_not),
        cmocka_unit_test(a_seed_that_leads_out_of_scope_is_a_hint),
        cmocka_unit_test(one_bad_seed_of_many_is_a_warning),
        cmocka_unit_test(a_site_that_refuses_nearly_everything_is_a_hint),
        cmocka_unit_test(what_was_refused_is_named_with_the_option_that_allows_it),
        cmocka_unit_test(the_json_has_the_same_numbers),
        cmocka_unit_test(text_of_strangers_stays_inside_its_json_string),
        cmocka_unit_test(text_of_strangers_commands_no_terminal),
        cmocka_unit_test(the_next_commands_name_the_database_as_a_word_of_the_shell),
        cmocka_unit_test(the_versions_are_those_of_what_runs),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
