/* What a whole crawl says on its two standard streams. */
#include "crawl.h"
#include "log.h"
#include "whole.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Titles, paths and anchors that would like to be more than text. */
static const struct site_page NASTY[] = {
    {.path = "/",
     .type = "text/html; charset=utf-8",
     .body = "<title>\x1b]0;owned\a \x1b[2J\xe2\x80\xae \xc2\x9b"
             "31m</title><a href='/same?%1b[31m&amp;\xe2\x80\xae'>\x1b[5m</a>"
             "<a href='/same2'>2</a><a href='/gone\x1b[2J'>g</a><a href=/bad>b</a>"},
    {.path = "/same", .type = "text/html; charset=utf-8", .body = "<title>one\ncrawl: error: two\x1b[31m</title>"},
    {.path = "/same2", .type = "text/html; charset=utf-8", .body = "<title>one\ncrawl: error: two\x1b[31m</title>"},
    {.path = "/bad", .status = 500, .type = "text/html", .body = "<a href=/gone%1b[2J>again</a>"},
    {.path = NULL},
};

struct capture {
    int saved[2];  /* what standard output and error were */
    int files[2];  /* what they are */
    char *said[2]; /* what was written there; to be freed */
};

static void capture(struct capture *c)
{
    fflush(stdout);
    for (int i = 0; i < 2; i++) {
        char path[] = "/tmp/talk_test.XXXXXX";

        c->saved[i] = dup(i + 1);
        c->files[i] = mkstemp(path);
        unlink(path);
        dup2(c->files[i], i + 1);
    }
}

static void end_capture(struct capture *c)
{
    fflush(stdout);
    for (int i = 0; i < 2; i++) {
        off_t size = lseek(c->files[i], 0, SEEK_END);

        dup2(c->saved[i], i + 1);
        c->said[i] = calloc((size_t)size + 1, 1);
        assert_int_equal(pread(c->files[i], c->said[i], (size_t)size, 0), size);
        close(c->saved[i]);
        close(c->files[i]);
    }
}

static void free_capture(struct capture *c)
{
    free(c->said[0]);
    free(c->said[1]);
}

#define OUT(c) ((c).said[0])
#define ERR(c) ((c).said[1])

/* Neither controls nor what changes the order of text. */
static void is_harmless(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++)
        if ((*c < 0x20 && *c != '\n') || *c == 0x7f || (*c == 0xc2 && c[1] < 0xa0) ||
            (*c == 0xe2 && c[1] == 0x80 && c[2] == 0xae))
            fail_msg("a byte %02x is in: %s", *c, text);
}

static int crawl_nasty(struct whole *w, struct site *site, struct capture *c, enum log_level level,
                       const char *const *args)
{
    int status;

    log_set_level(level);
    capture(c);
    status = whole_crawl(w, site, args);
    end_capture(c);
    log_set_level(LOG_ERROR);
    return status;
}

#define CRAWL_NASTY(w, site, c, level, ...)                                                                            \
    crawl_nasty(w, site, c, level, (const char *const[]){__VA_ARGS__, "--tries=1", "--no-sitemaps", "{site}/", NULL})

static void nothing_of_a_site_reaches_the_terminal_unescaped(void **state)
{
    struct site *site = site_start(NASTY);
    struct capture c;
    struct whole w;

    (void)state;
    whole_init(&w);
    CRAWL_NASTY(&w, site, &c, LOG_DETAIL, "--fail-on=broken,5xx,dup-title,seed,external", "--progress=plain");
    is_harmless(ERR(c));
    is_harmless(OUT(c));
    assert_non_null(strstr(ERR(c), "\\x1b"));
    free_capture(&c);
    whole_free(&w);
    site_stop(site);
}

static void what_is_to_fail_is_named_with_its_page_and_ends_with_status_8(void **state)
{
    struct site *site = site_start(NASTY);
    struct capture c;
    struct whole w;
    char url[SITE_URL_SIZE], expected[2000];

    (void)state;
    whole_init(&w);
    site_url(site, "", url);
    assert_int_equal(CRAWL_NASTY(&w, site, &c, LOG_ERROR, "--fail-on=5xx,dup-title,broken"), CRAWL_FAIL_ON);
    snprintf(expected, sizeof expected, "crawl: error: 5xx: %s/bad: 500, linked from %s/\n", url, url);
    assert_non_null(strstr(ERR(c), expected));
    snprintf(expected, sizeof expected, "crawl: error: broken: %s/gone%%1B[2J: 404, linked from %s/\n", url, url);
    assert_non_null(strstr(ERR(c), expected));
    snprintf(expected, sizeof expected, "crawl: error: dup-title: \"one crawl: error: two");
    assert_non_null(strstr(ERR(c), expected));
    assert_null(strstr(ERR(c), "\ncrawl: error: two"));
    assert_string_equal(OUT(c), "");
    free_capture(&c);
    whole_free(&w);
    site_stop(site);
}

static void a_crawl_in_which_nothing_of_that_is_found_ends_well(void **state)
{
    struct site *site = site_start(NASTY);
    struct capture c;
    struct whole w;

    (void)state;
    whole_init(&w);
    assert_int_equal(CRAWL_NASTY(&w, site, &c, LOG_ERROR, "--fail-on=external,seed"), CRAWL_DONE);
    assert_string_equal(ERR(c), "");
    free_capture(&c);
    whole_free(&w);
    site_stop(site);
}

static void json_is_one_object_alone_on_standard_output(void **state)
{
    struct site *site = site_start(NASTY);
    struct capture c;
    struct whole w;
    json_t *json;

    (void)state;
    whole_init(&w);
    assert_int_equal(CRAWL_NASTY(&w, site, &c, LOG_ERROR, "--json"), CRAWL_DONE);
    json = json_loads(OUT(c), 0, NULL);
    assert_non_null(json);
    assert_string_equal(json_string_value(json_object_get(json, "outcome")), "complete");
    assert_int_equal(json_integer_value(json_object_get(json, "pages")), 5);
    assert_int_equal(json_integer_value(json_object_get(json, "recorded")),
                     whole_number(&w, "SELECT count(*) FROM page"));
    assert_int_equal(json_integer_value(json_object_get(json, "titles_duplicated")), 1);
    assert_int_equal(json_integer_value(json_object_get(json, "server_errors")), 1);
    json_decref(json);
    free_capture(&c);
    whole_free(&w);
    site_stop(site);
}

static void events_have_a_line_for_each_page_and_the_summary_last(void **state)
{
    struct site *site = site_start(NASTY);
    struct capture c;
    struct whole w;
    int pages = 0, others = 0;
    const char *last = "";

    (void)state;
    whole_init(&w);
    assert_int_equal(CRAWL_NASTY(&w, site, &c, LOG_ERROR, "--events=-"), CRAWL_DONE);
    for (char *line = strtok(OUT(c), "\n"); line != NULL; line = strtok(NULL, "\n")) {
        json_t *json = json_loads(line, 0, NULL);
        const char *type = json_string_value(json_object_get(json, "type"));

        assert_non_null(json);
        pages += strcmp(type, "page") == 0;
        others += strcmp(type, "page") != 0;
        last = strcmp(type, "summary") == 0 ? "summary" : "another";
        json_decref(json);
    }
    assert_int_equal(pages, whole_number(&w, "SELECT count(*) FROM page"));
    assert_int_equal(others, 2); /* robots.txt, summary */
    assert_string_equal(last, "summary");
    free_capture(&c);
    whole_free(&w);
    site_stop(site);
}

static void a_seed_that_cannot_be_had_is_named_with_the_reason(void **state)
{
    static const struct site_page closed[] = {
        {.path = "/robots.txt", .type = "text/plain", .body = "# nobody\nUser-agent: *\nDisallow: /\n"},
        {.path = NULL},
    };
    struct site *site = site_start(closed);
    struct capture c;
    struct whole w;

    (void)state;
    whole_init(&w);
    assert_int_equal(CRAWL_NASTY(&w, site, &c, LOG_ERROR, "-q"), CRAWL_NO_SEED);
    assert_non_null(strstr(ERR(c), ": line 3 of its robots.txt forbids it ("));
    free_capture(&c);
    whole_free(&w);
    site_stop(site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_of_a_site_reaches_the_terminal_unescaped),
        cmocka_unit_test(what_is_to_fail_is_named_with_its_page_and_ends_with_status_8),
        cmocka_unit_test(a_crawl_in_which_nothing_of_that_is_found_ends_well),
        cmocka_unit_test(json_is_one_object_alone_on_standard_output),
        cmocka_unit_test(events_have_a_line_for_each_page_and_the_summary_last),
        cmocka_unit_test(a_seed_that_cannot_be_had_is_named_with_the_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
