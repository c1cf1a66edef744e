#include "log.h"
#include "seeds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

static struct buf found = {.limit = 1u << 20}; /* the seeds, each ended by a newline */
static size_t found_count;
static struct err err;
static char said[1u << 16];

static void take(void *arg, const struct url *url)
{
    assert_ptr_equal(arg, &found);
    buf_printf(&found, "%s\n", url->text.data);
    found_count++;
}

/* Reads a list of `size` bytes, and what is said of it. */
static bool read_bytes(const char *text, size_t size)
{
    char path[] = "/tmp/seeds_test.XXXXXX";
    int messages = mkstemp(path), real = dup(STDERR_FILENO);
    FILE *file = fmemopen((void *)(uintptr_t)text, size, "rb");
    ssize_t length;
    bool good;

    buf_clear(&found);
    buf_add_string(&found, "");
    found_count = 0;
    err.text[0] = '\0';
    dup2(messages, STDERR_FILENO);
    good = seeds_read_stream(file, "list", take, &found, &err);
    dup2(real, STDERR_FILENO);
    length = pread(messages, said, sizeof said - 1, 0);
    said[length < 0 ? 0 : length] = '\0';
    close(real);
    close(messages);
    unlink(path);
    fclose(file);
    return good;
}

static bool read_text(const char *text)
{
    return read_bytes(text, strlen(text));
}

static void blank_lines_comments_bom_and_crlf_do_not_count(void **state)
{
    (void)state;
    assert_true(read_text("\xef\xbb\xbfhttps://a.example/\r\n"
                          "# a comment\r\n"
                          "\n"
                          "   \t \n"
                          "  http://b.example/x#top  \n"
                          "HTTP://C.Example   # why not\n"
                          "#http://d.example/\n"
                          "https://e.example/last"));
    assert_string_equal(found.data,
                        "https://a.example/\nhttp://b.example/x\nhttp://c.example/\nhttps://e.example/last\n");
    assert_string_equal(said, "");
}

static void a_host_alone_is_taken_as_https_and_that_is_said(void **state)
{
    (void)state;
    assert_true(read_text("example.com\nexample.com/a?b\nexample.com:8080\n"));
    assert_string_equal(found.data, "https://example.com/\nhttps://example.com/a?b\nhttps://example.com:8080/\n");
    assert_non_null(strstr(said, "crawl: example.com is taken as https://example.com/\n"));
}

static void this_machine_alone_is_taken_as_http(void **state)
{
    (void)state;
    assert_true(read_text("localhost:8000\n127.0.0.1/x\n[::1]:99\n"));
    assert_string_equal(found.data, "http://localhost:8000/\nhttp://127.0.0.1/x\nhttp://[::1]:99/\n");
}

static void a_bad_line_is_named_and_skipped(void **state)
{
    static const char *const cases[][2] = {
        {"htp://example.com", "list:2: \"htp://example.com\" has no usable scheme (did you mean \"http://\"?)"},
        {"htpps://example.com", "did you mean \"https://\"?"},
        {"ftp://example.com/", "only http and https"},
        {"mailto:me@example.com", "only http and https"},
        {"wibble:foo", "has no usable scheme"},
        {"http://", "is no URL"},
        {"http://a b/", "is no URL"},
        {"https://[::1", "is no URL"},
        {"hello world", "is no URL"},
        {"word", "\"word\" is no URL (if it is a host: http://word)"},
        {"http://\x1b[31m/", "is no URL"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[200];

        print_message("%s\n", cases[i][1]);
        snprintf(text, sizeof text, "http://a.example/\n%s\nhttp://b.example/\n", cases[i][0]);
        assert_true(read_text(text));
        assert_string_equal(found.data, "http://a.example/\nhttp://b.example/\n");
        assert_non_null(strstr(said, "warning: list:2: "));
        assert_non_null(strstr(said, cases[i][1]));
        assert_null(strchr(said, '\x1b'));
    }
}

static void bytes_that_are_no_text_end_nothing(void **state)
{
    static const char text[] = "http://a.example/\n\0\0\0\nhttp://b.example/\xff\nhttp://c.example/";

    (void)state;
    assert_true(read_bytes(text, sizeof text - 1));
    assert_string_equal(found.data, "http://a.example/\nhttp://b.example/%EF%BF%BD\nhttp://c.example/\n");
    assert_non_null(strstr(said, "list:2: a NUL byte"));
}

static void a_long_line_is_skipped_whole(void **state)
{
    size_t size = 200000;
    char *text = malloc(size + 100);

    (void)state;
    assert_non_null(text);
    memset(text, 'a', size);
    memcpy(text, "http://a.example/", 17);
    strcpy(text + size, "\nhttp://b.example/\n");
    assert_true(read_text(text));
    assert_string_equal(found.data, "http://b.example/\n");
    assert_non_null(strstr(said, "list:1: longer than 65536 bytes"));
    free(text);
}

static void many_bad_lines_are_counted_not_listed(void **state)
{
    char text[5000] = "";

    (void)state;
    for (int i = 0; i < 100; i++)
        strcat(text, "no url\n");
    assert_true(read_text(text));
    assert_non_null(strstr(said, "list:10: "));
    assert_null(strstr(said, "list:11: "));
    assert_non_null(strstr(said, "list: 90 more lines"));
}

static void what_is_no_list_is_refused(void **state)
{
    (void)state;
    assert_false(read_text("SQLite format 3\nxxx"));
    assert_non_null(strstr(err.text, "crawl -o list"));
    assert_false(read_text("\xff\xfeh\n"));
    assert_non_null(strstr(err.text, "UTF-16"));
}

static bool operand(const char *text)
{
    buf_clear(&found);
    buf_add_string(&found, "");
    log_set_level(LOG_ERROR);
    err.text[0] = '\0';
    if (seeds_read_operand(text, take, &found, &err))
        return true;
    print_message("%s\n", err.text);
    return false;
}

static void an_operand_is_a_url_a_file_or_a_host(void **state)
{
    char path[] = "/tmp/seeds_test.XXXXXX";
    int file = mkstemp(path);

    (void)state;
    assert_int_equal(write(file, "http://a.example/\n", 18), 18);
    close(file);
    assert_true(operand("http://b.example/x"));
    assert_string_equal(found.data, "http://b.example/x\n");
    assert_true(operand(path));
    assert_string_equal(found.data, "http://a.example/\n");
    assert_true(operand("www.example.org/a.txt"));
    assert_string_equal(found.data, "https://www.example.org/a.txt\n");
    unlink(path);
    assert_false(operand(path));
    assert_non_null(strstr(err.text, "cannot read /tmp/seeds_test."));
    assert_false(operand("seeds.txt"));
    assert_non_null(strstr(err.text, "cannot read seeds.txt: No such file"));
    assert_false(operand("no/such/seeds.txt"));
    assert_false(operand("/tmp"));
    assert_non_null(strstr(err.text, "is a directory"));
    assert_false(operand("htp://x.example"));
    assert_non_null(strstr(err.text, "did you mean"));
    assert_false(operand(""));
    assert_false(operand("word"));
}

static void count(void *arg, const struct url *url)
{
    (void)url;
    ++*(size_t *)arg;
}

static void a_million_seeds_take_no_memory_of_their_own(void **state)
{
    FILE *file = tmpfile();
    struct rusage before, after;
    size_t seeds = 0;

    (void)state;
    assert_non_null(file);
    for (int i = 0; i < 1000000; i++)
        fprintf(file, "https://host%d.example/\n", i);
    rewind(file);
    getrusage(RUSAGE_SELF, &before);
    assert_true(seeds_read_stream(file, "list", count, &seeds, &err));
    getrusage(RUSAGE_SELF, &after);
    assert_int_equal(seeds, 1000000);
    assert_true(after.ru_maxrss - before.ru_maxrss < 8 * 1024);
    fclose(file);
}

static int tear_down(void **state)
{
    (void)state;
    buf_free(&found);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blank_lines_comments_bom_and_crlf_do_not_count),
        cmocka_unit_test(a_host_alone_is_taken_as_https_and_that_is_said),
        cmocka_unit_test(this_machine_alone_is_taken_as_http),
        cmocka_unit_test(a_bad_line_is_named_and_skipped),
        cmocka_unit_test(bytes_that_are_no_text_end_nothing),
        cmocka_unit_test(a_long_line_is_skipped_whole),
        cmocka_unit_test(many_bad_lines_are_counted_not_listed),
        cmocka_unit_test(what_is_no_list_is_refused),
        cmocka_unit_test(an_operand_is_a_url_a_file_or_a_host),
        cmocka_unit_test(a_million_seeds_take_no_memory_of_their_own),
    };

    return cmocka_run_group_tests(tests, NULL, tear_down);
}
