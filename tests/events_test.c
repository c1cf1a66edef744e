#include "events.h"
#include "log.h"
#include "made_page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* The line of a page as JSON; to be given back by json_decref(). */
static json_t *line_of(const struct page *page)
{
    struct buf out = {.limit = 1 << 20};
    json_error_t error;
    json_t *json;

    events_add_line(&out, page);
    assert_int_equal(strchr(out.data, '\n') - out.data, out.size - 1); /* one line, and whole */
    json = json_loads(out.data, JSON_REJECT_DUPLICATES, &error);
    if (json == NULL)
        fail_msg("%s: %s", error.text, out.data);
    buf_free(&out);
    return json;
}

static const char *text(const json_t *json, const char *name)
{
    const char *value = json_string_value(json_object_get(json, name));

    return value == NULL ? "(none)" : value;
}

static json_int_t number(const json_t *json, const char *name)
{
    const json_t *value = json_object_get(json, name);

    return value == NULL ? -999 : json_integer_value(value);
}

static void a_page_is_a_line_with_what_became_of_it(void **state)
{
    struct page *page = made_page(7, "https://a.test/x", 200);
    json_t *json;

    (void)state;
    made_link(page, 8, "https://a.test/y", 1);
    made_link(page, 9, "https://a.test/z", 1)->record = false;
    made_title(page, "A title");
    page->times = (struct page_times){-1, -1, -1, 12, 34};
    page->body_bytes = 1000;
    page->wire_bytes = 400;
    page->depth = 3;
    page->found_on = 2;
    json = line_of(page);
    assert_string_equal(text(json, "type"), "page");
    assert_string_equal(text(json, "url"), "https://a.test/x");
    assert_string_equal(text(json, "outcome"), "ok");
    assert_string_equal(text(json, "title"), "A title");
    assert_string_equal(text(json, "fetched_at"), "2023-11-14T22:13:20.123Z");
    assert_int_equal(number(json, "id"), 7);
    assert_int_equal(number(json, "status"), 200);
    assert_int_equal(number(json, "total_ms"), 34);
    assert_int_equal(number(json, "first_byte_ms"), 12);
    assert_int_equal(number(json, "bytes"), 1000);
    assert_int_equal(number(json, "wire_bytes"), 400);
    assert_int_equal(number(json, "links"), 1);
    assert_int_equal(number(json, "depth"), 3);
    assert_int_equal(number(json, "found_on"), 2);
    json_decref(json);
    page_free(page);
}

static void a_failure_has_its_error_and_no_status(void **state)
{
    struct page *page = made_page(7, "https://a.test/x", 0);
    json_t *json;

    (void)state;
    page_fail(page, PAGE_DNS_ERROR, "no such name");
    page->times = (struct page_times){-1, -1, -1, -1, -1};
    json = line_of(page);
    assert_string_equal(text(json, "outcome"), "dns_error");
    assert_string_equal(text(json, "error"), "no such name");
    assert_null(json_object_get(json, "status"));
    assert_null(json_object_get(json, "title"));
    assert_null(json_object_get(json, "total_ms"));
    json_decref(json);
    page_free(page);
}

static void what_robots_txt_refuses_says_its_rule_and_line(void **state)
{
    struct page *page = made_page(7, "https://a.test/x", 0);
    json_t *json;

    (void)state;
    page->outcome = PAGE_PENDING;
    page->skip = SKIP_ROBOTS;
    page->skip_line = 3;
    strcpy(page->error, "Disallow: /x");
    json = line_of(page);
    assert_string_equal(text(json, "type"), "skipped");
    assert_string_equal(text(json, "reason"), "robots");
    assert_string_equal(text(json, "rule"), "Disallow: /x");
    assert_int_equal(number(json, "line"), 3);
    assert_null(json_object_get(json, "outcome"));
    json_decref(json);
    page_free(page);
}

static void a_redirect_says_where_to(void **state)
{
    struct page *page = made_page(7, "https://a.test/x", 301);
    json_t *json;

    (void)state;
    made_link(page, 8, "https://a.test/y", 1);
    page->redirect_link = 0;
    json = line_of(page);
    assert_string_equal(text(json, "redirect_to"), "https://a.test/y");
    json_decref(json);
    page_free(page);
}

static void kinds_that_are_no_page_have_no_line(void **state)
{
    struct page *seeds = made_other(PAGE_SEEDS), *refill = made_other(PAGE_REFILL);
    struct buf out = {.limit = 1000};

    (void)state;
    events_add_line(&out, seeds);
    events_add_line(&out, refill);
    assert_int_equal(out.size, 0);
    page_free(seeds);
    page_free(refill);
    buf_free(&out);
}

static void text_of_strangers_stays_inside_its_string(void **state)
{
    struct page *page = made_page(7, "https://a.test/\"\xff", 200);
    json_t *json;

    (void)state;
    made_title(page, "\"},\n{\"type\":\"page\",\x1b[2J\xc3\x28\xe2\x80\xa8</script>");
    strcpy(page->error, "\"\\\r\n\x7f");
    json = line_of(page);
    assert_string_equal(text(json, "title"), "\"},\n{\"type\":\"page\",\x1b[2J\xef\xbf\xbd(\xe2\x80\xa8</script>");
    assert_string_equal(text(json, "error"), "\"\\\r\n\x7f");
    json_decref(json);
    page_free(page);
}

static void events_command_no_terminal(void **state)
{
    struct page *page = made_page(7, "https://a.test/", 200);
    struct buf out = {.limit = 10000};

    (void)state;
    made_title(page, "\x1b[2J\xc2\x9b"
                     "2J\xe2\x80\xae\x7f");
    events_add_line(&out, page);
    assert_non_null(strstr(out.data, "\\u001b[2J\\u009b2J\\u202e\\u007f"));
    buf_free(&out);
    page_free(page);
}

/* --- Files and pipes --------------------------------------------------------------------- */

static char path[] = "/tmp/events_test.XXXXXX";

static size_t read_file(char *bytes, size_t size)
{
    FILE *file = fopen(path, "r");
    size_t count;

    assert_non_null(file);
    count = fread(bytes, 1, size - 1, file);
    bytes[count] = '\0';
    fclose(file);
    return count;
}

static void a_file_is_appended_to_so_that_a_resumed_crawl_loses_nothing(void **state)
{
    struct page *page = made_page(7, "https://a.test/x", 200);
    struct err err;
    char bytes[4096];

    (void)state;
    close(mkstemp(path));
    for (int i = 0; i < 2; i++) {
        struct events *events = events_open(path, &err);

        assert_non_null(events);
        events_add(events, &page, 1);
        events_add_summary(events, "{\"outcome\":\"complete\"}");
        assert_true(events_close(events));
    }
    read_file(bytes, sizeof bytes);
    unlink(path);
    strcpy(path, "/tmp/events_test.XXXXXX");
    assert_int_equal(strncmp(bytes, "{\"type\":\"page\",", 15), 0);
    assert_non_null(strstr(bytes, "}\n{\"type\":\"summary\",\"outcome\":\"complete\"}\n{\"type\":\"page\","));
    page_free(page);
}

static void a_file_that_cannot_be_written_is_a_reason(void **state)
{
    struct err err = {""};

    (void)state;
    assert_null(events_open("/nowhere/at/all", &err));
    assert_non_null(strstr(err.text, "/nowhere/at/all"));
}

/* Standard output is a pipe, of which the reading end is returned; standard error a file. */
struct plumbing {
    int out, err, reader, errors;
};

static struct plumbing lay_pipe(void)
{
    struct plumbing p;
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    p.out = dup(STDOUT_FILENO);
    p.err = dup(STDERR_FILENO);
    p.errors = mkstemp(path);
    fflush(stdout);
    dup2(ends[1], STDOUT_FILENO);
    dup2(p.errors, STDERR_FILENO);
    close(ends[1]);
    p.reader = ends[0];
    return p;
}

static void take_up_pipe(struct plumbing *p, char *said, size_t size)
{
    dup2(p->out, STDOUT_FILENO);
    dup2(p->err, STDERR_FILENO);
    close(p->out);
    close(p->err);
    close(p->errors);
    read_file(said, size);
    unlink(path);
    strcpy(path, "/tmp/events_test.XXXXXX");
}

static void each_batch_is_there_for_the_reader_at_once(void **state)
{
    struct page *page = made_page(7, "https://a.test/x", 200);
    struct plumbing p = lay_pipe();
    struct events *events;
    struct err err;
    char bytes[4096], said[4096];
    ssize_t size;

    (void)state;
    events = events_open("-", &err);
    events_add(events, &page, 1);
    size = read(p.reader, bytes, sizeof bytes); /* nothing was closed or flushed by us */
    events_close(events);
    close(p.reader);
    take_up_pipe(&p, said, sizeof said);
    assert_true(size > 0 && bytes[size - 1] == '\n');
    page_free(page);
}

static void a_reader_that_went_away_is_said_once_and_is_no_failure(void **state)
{
    struct page *page = made_page(7, "https://a.test/x", 200);
    struct plumbing p = lay_pipe();
    struct events *events;
    struct err err;
    char said[4096];
    bool good;

    (void)state;
    signal(SIGPIPE, SIG_IGN);
    events = events_open("-", &err);
    close(p.reader);
    for (int i = 0; i < 3; i++)
        events_add(events, &page, 1);
    events_add_summary(events, "{}");
    good = events_close(events);
    take_up_pipe(&p, said, sizeof said);
    assert_true(good);
    assert_string_equal(said, "crawl: warning: nobody reads standard output any more: no further events are written\n");
    page_free(page);
}

static void a_full_disk_is_said_once_and_is_a_failure(void **state)
{
    struct page *page = made_page(7, "https://a.test/x", 200);
    struct plumbing p = lay_pipe();
    struct events *events;
    struct err err;
    char said[4096];
    bool good;

    (void)state;
    events = events_open("/dev/full", &err);
    for (int i = 0; events != NULL && i < 3; i++)
        events_add(events, &page, 1);
    good = events_close(events);
    close(p.reader);
    take_up_pipe(&p, said, sizeof said);
    page_free(page);
    if (events == NULL) {
        print_message("there is no /dev/full here\n");
        skip();
    }
    assert_false(good);
    assert_string_equal(said,
                        "crawl: error: cannot write events to /dev/full: No space left on device; no further ones are "
                        "written\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_a_line_with_what_became_of_it),
        cmocka_unit_test(a_failure_has_its_error_and_no_status),
        cmocka_unit_test(what_robots_txt_refuses_says_its_rule_and_line),
        cmocka_unit_test(a_redirect_says_where_to),
        cmocka_unit_test(kinds_that_are_no_page_have_no_line),
        cmocka_unit_test(text_of_strangers_stays_inside_its_string),
        cmocka_unit_test(events_command_no_terminal),
        cmocka_unit_test(a_file_is_appended_to_so_that_a_resumed_crawl_loses_nothing),
        cmocka_unit_test(a_file_that_cannot_be_written_is_a_reason),
        cmocka_unit_test(each_batch_is_there_for_the_reader_at_once),
        cmocka_unit_test(a_reader_that_went_away_is_said_once_and_is_no_failure),
        cmocka_unit_test(a_full_disk_is_said_once_and_is_a_failure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
