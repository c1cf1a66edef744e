#include "columns.h"
#include "panel.h"
#include "words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const double HISTORY[] = {10, 20, 30, 41, 38, 44, 12, 0, 30, 41, 40, 39, 41};
static locale_t utf8;

static struct panel_facts facts(void)
{
    return (struct panel_facts){
        .host = "www.example.com",
        .more_hosts = 2,
        .how = "8 threads, 10/s a host, robots on",
        .database = "crawl.db",
        .done = 12431,
        .waiting = 3207,
        .in_flight = 8,
        .pages_per_s = 41.2,
        .bytes_per_s = 1.9e6,
        .history = HISTORY,
        .history_count = sizeof HISTORY / sizeof *HISTORY,
        .held_by = "--rate (www.example.com)",
        .answers = {8, 0, 12011, 288, 121, 3},
        .skipped = 1204,
        .elapsed_ms = 302000,
        .left_ms = 80000,
        .last_url = "https://www.example.com/docs/guide/install.html",
        .last_status = 200,
        .last_outcome = "ok",
        .last_ms = 84,
    };
}

static void shows(const struct panel_facts *f, int columns, locale_t locale, bool color, const char *expected)
{
    struct panel_look look = {.columns = columns, .locale = locale, .color = color};
    struct buf out = {.limit = 65536};

    panel_add(&out, f, &look);
    assert_string_equal(out.data, expected);
    buf_free(&out);
}

static int find_utf8(void **state)
{
    (void)state;
    utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    return 0;
}

static int forget_utf8(void **state)
{
    (void)state;
    if (utf8 != (locale_t)0)
        freelocale(utf8);
    return 0;
}

static void need_utf8(void)
{
    if (utf8 == (locale_t)0) {
        print_message("there is no locale C.UTF-8 here\n");
        skip();
    }
}

static void eighty_columns_have_what_matters(void **state)
{
    struct panel_facts f = facts();

    (void)state;
    need_utf8();
    shows(&f, 80, utf8, false,
          "crawl   www.example.com + 2 hosts   8 threads, 10/s a host, robots on\n"
          "pages   12 431 done   3 207 waiting   8 in flight   ━━━━━━━━━━━━━━━━╸──── 79 %\n"
          "speed   41.2 pages/s   1.9 MB/s   held back by: --rate (www.example.com)\n"
          "result  2xx 12 011   3xx 288   4xx 121   5xx 3   failed 8   skipped 1 204\n"
          "time    00:05:02   about 1 min 20 s left if nothing new is found\n"
          "now     200    84 ms   https://www.example.com/docs/guide/install.html\n");
}

static void two_hundred_columns_have_all(void **state)
{
    struct panel_facts f = facts();

    (void)state;
    need_utf8();
    shows(&f, 200, utf8, false,
          "crawl   www.example.com + 2 hosts   8 threads, 10/s a host, robots on   -> crawl.db\n"
          "pages   12 431 done   3 207 waiting   8 in flight   ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╸──────── 79 %\n"
          "speed   41.2 pages/s   1.9 MB/s   ▃▄▆█▇█▃▁▆█▇▇█   held back by: --rate (www.example.com)\n"
          "result  2xx 12 011   3xx 288   4xx 121   5xx 3   failed 8   skipped 1 204\n"
          "time    00:05:02   about 1 min 20 s left if nothing new is found\n"
          "now     200    84 ms   https://www.example.com/docs/guide/install.html\n");
}

static void forty_columns_have_the_same_numbers_in_more_rows(void **state)
{
    struct panel_facts f = facts();

    (void)state;
    need_utf8();
    shows(&f, 40, utf8, false,
          "crawl   www.example.com + 2 hosts\n"
          "pages   12 431 done   3 207 waiting\n"
          "        8 in flight   79 %\n"
          "speed   41.2 pages/s   1.9 MB/s\n"
          "        held back by: --rate (www.exam…\n"
          "result  2xx 12 011   3xx 288   4xx 121\n"
          "        5xx 3   failed 8\n"
          "        skipped 1 204\n"
          "time    00:05:02\n"
          "        about 1 min 20 s left\n"
          "now     200    84 ms   https:/…all.html\n");
}

static void without_utf8_all_is_ascii(void **state)
{
    struct panel_facts f = facts();

    (void)state;
    f.more_hosts = 0;
    f.last_url = "http://x/\xc3\xa4?\xe6\x97\xa5";
    shows(&f, 120, (locale_t)0, false,
          "crawl   www.example.com   8 threads, 10/s a host, robots on   -> crawl.db\n"
          "pages   12 431 done   3 207 waiting   8 in flight   [###############################=--------] 79 %\n"
          "speed   41.2 pages/s   1.9 MB/s   -=*#%#-_*#%%#   held back by: --rate (www.example.com)\n"
          "result  2xx 12 011   3xx 288   4xx 121   5xx 3   failed 8   skipped 1 204\n"
          "time    00:05:02   about 1 min 20 s left if nothing new is found\n"
          "now     200    84 ms   /???\n");
}

static void no_line_is_wider_than_the_window(void **state)
{
    struct panel_facts f = facts();

    (void)state;
    need_utf8();
    f.host = "xn--a-very-long-name-that-no-window-is-wide-enough-for.and-so-on.example.org";
    f.held_by = "--rate (xn--a-very-long-name-that-no-window-is-wide-enough-for.and-so-on.example.org)";
    f.last_url = "https://example.org/\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e/\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e/"
                 "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e/e\xcc\x81\xcc\x81\xcc\x81/x";
    f.done = 123456789012;
    for (int columns = PANEL_LEAST_COLUMNS; columns < 210; columns++) {
        for (int ascii = 0; ascii < 2; ascii++) {
            struct panel_look look = {.columns = columns, .locale = ascii ? (locale_t)0 : utf8};
            struct buf out = {.limit = 65536};

            panel_add(&out, &f, &look);
            for (char *line = strtok(out.data, "\n"); line != NULL; line = strtok(NULL, "\n"))
                if (columns_of(slice_of(line), look.locale) >= columns)
                    fail_msg("in %d columns: %s", columns, line);
            buf_free(&out);
        }
    }
}

static void text_of_strangers_commands_nothing(void **state)
{
    struct panel_facts f = facts();
    struct panel_look look = {.columns = 200, .locale = utf8};
    struct buf out = {.limit = 65536};

    (void)state;
    f.host = "evil\x1b]0;owned\a";
    f.held_by = "--rate (\x9b"
                "31m)";
    f.last_url = "https://x/\x1b[2J\xe2\x80\xae\r\n\xc2\x9b";
    f.database = "a\nb.db";
    panel_add(&out, &f, &look);
    assert_null(strpbrk(out.data, "\x1b\a\r"));
    assert_null(strstr(out.data, "\xe2\x80\xae"));
    assert_null(strstr(out.data, "\xc2\x9b"));
    assert_non_null(strstr(out.data, "\\x1b[2J\\u202e\\x0d\\x0a\\x9b"));
    assert_non_null(strstr(out.data, "-> a\\x0ab.db\n"));
    buf_free(&out);
}

static void colours_are_put_around_words_and_change_no_width(void **state)
{
    struct panel_facts f = facts();
    struct panel_look look = {.columns = 80, .color = true};
    struct buf out = {.limit = 65536};

    (void)state;
    panel_add(&out, &f, &look);
    assert_non_null(strstr(out.data, "\x1b[2mresult  \x1b[0m\x1b[32m2xx 12 011\x1b[0m   "));
    assert_non_null(strstr(out.data, "\x1b[31mfailed 8\x1b[0m"));
    buf_free(&out);
}

static void nothing_is_said_of_an_end_that_cannot_be_known(void **state)
{
    struct panel_facts f = facts();
    struct panel_look look = {.columns = 100};
    struct buf out = {.limit = 65536};

    (void)state;
    f.left_ms = -1;
    panel_add(&out, &f, &look);
    assert_non_null(strstr(out.data, "time    00:05:02\n"));
    buf_clear(&out);
    f.left_ms = 5000;
    f.is_growing = true;
    panel_add(&out, &f, &look);
    assert_non_null(strstr(out.data, "more is found than fetched"));
    buf_clear(&out);
    look.columns = 40;
    panel_add(&out, &f, &look);
    assert_non_null(strstr(out.data, "time    00:05:02   no end in sight yet\n"));
    buf_free(&out);
}

static void a_failure_has_its_name_where_others_have_a_status(void **state)
{
    struct panel_facts f = facts();
    struct panel_look look = {.columns = 100};
    struct buf out = {.limit = 65536};

    (void)state;
    f.last_status = 0;
    f.last_outcome = "dns_error";
    f.last_ms = -1;
    panel_add(&out, &f, &look);
    assert_non_null(strstr(out.data, "now     dns_error   https://www.example.com/"));
    buf_free(&out);
}

static void a_speed_that_is_not_known_yet_is_not_called_none(void **state)
{
    struct panel_facts f = facts();
    struct panel_look look = {.columns = 80};
    struct buf out = {.limit = 65536};

    (void)state;
    f.pages_per_s = f.bytes_per_s = -1;
    f.history_count = 0;
    f.held_by = "";
    panel_add(&out, &f, &look);
    assert_non_null(strstr(out.data, "\nspeed   -\n"));
    buf_clear(&out);
    panel_add_plain(&out, &f);
    assert_string_equal(out.data, "12431/15646 pages (79%), 4xx 121, 5xx 3, failed 8, 00:05:02");
    buf_free(&out);
}

static void the_plain_line_has_what_a_log_needs(void **state)
{
    struct panel_facts f = facts();
    struct buf out = {.limit = 65536};

    (void)state;
    panel_add_plain(&out, &f);
    assert_string_equal(out.data, "12431/15646 pages (79%), 41.2/s, 1.9 MB/s, 4xx 121, 5xx 3, failed 8, 00:05:02, "
                                  "held back by --rate (www.example.com)");
    buf_free(&out);
}

static void a_long_text_is_cut_at_its_end_or_in_its_middle(void **state)
{
    static const struct {
        const char *text;
        int most;
        enum columns_cut cut;
        const char *expected;
        int columns;
    } cases[] = {
        {"abcdef", 6, COLUMNS_CUT_END, "abcdef", 6},
        {"abcdef", 5, COLUMNS_CUT_END, "abcd…", 5},
        {"abcdefgh", 5, COLUMNS_CUT_MIDDLE, "ab…gh", 5},
        {"abcdef", 1, COLUMNS_CUT_END, "a", 1},
        {"abcdef", 0, COLUMNS_CUT_END, "", 0},
        {"日本語", 5, COLUMNS_CUT_END, "日本…", 5},
        {"日本語", 4, COLUMNS_CUT_END, "日…", 3},
        {"e\xcc\x81"
         "e\xcc\x81",
         2, COLUMNS_CUT_END,
         "e\xcc\x81"
         "e\xcc\x81",
         2},
        {"ab\xff"
         "c",
         9, COLUMNS_CUT_END,
         "ab\xef\xbf\xbd"
         "c",
         4},
    };

    (void)state;
    need_utf8();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out = {.limit = 1000};

        buf_add_string(&out, "");
        assert_int_equal(columns_add(&out, slice_of(cases[i].text), cases[i].most, cases[i].cut, utf8),
                         cases[i].columns);
        assert_string_equal(out.data == NULL ? "" : out.data, cases[i].expected);
        buf_free(&out);
    }
}

static void words(void (*add)(struct buf *out, int64_t number), int64_t number, const char *expected)
{
    struct buf out = {.limit = 100};

    add(&out, number);
    assert_string_equal(out.data, expected);
    buf_free(&out);
}

static void bytes(struct buf *out, int64_t number)
{
    words_add_bytes(out, (double)number);
}

static void thousandths(struct buf *out, int64_t number)
{
    words_add_rate(out, (double)number / 1000);
}

static void numbers_are_as_people_read_them(void **state)
{
    (void)state;
    words(words_add_number, 0, "0");
    words(words_add_number, 999, "999");
    words(words_add_number, 1000, "1 000");
    words(words_add_number, -1234567, "-1 234 567");
    words(bytes, 0, "0 B");
    words(bytes, 999, "999 B");
    words(bytes, 1000, "1.0 kB");
    words(bytes, 702000000, "702 MB");
    words(bytes, 1900000, "1.9 MB");
    words(thousandths, 400, "0.4");
    words(thousandths, 2130000, "2 130");
    words(words_add_time, 84, "84 ms");
    words(words_add_time, 4800, "4.8 s");
    words(words_add_time, 5000, "5 s");
    words(words_add_time, 59400, "59 s");
    words(words_add_time, 59600, "1 min");
    words(words_add_time, 80000, "1 min 20 s");
    words(words_add_time, 7500000, "2 h 5 min");
    words(words_add_time, 273600000, "3 d 4 h");
    words(words_add_clock, 302999, "00:05:02");
    words(words_add_clock, 360000000, "100:00:00");
}

static void a_file_name_is_one_word_of_a_shell(void **state)
{
    struct buf out = {.limit = 100};

    (void)state;
    words_add_shell(&out, "a b.db");
    words_add_shell(&out, "plain.db");
    words_add_shell(&out, "it's");
    words_add_shell(&out, "");
    assert_string_equal(out.data, "'a b.db'plain.db'it'\\''s'''");
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eighty_columns_have_what_matters),
        cmocka_unit_test(two_hundred_columns_have_all),
        cmocka_unit_test(forty_columns_have_the_same_numbers_in_more_rows),
        cmocka_unit_test(without_utf8_all_is_ascii),
        cmocka_unit_test(no_line_is_wider_than_the_window),
        cmocka_unit_test(text_of_strangers_commands_nothing),
        cmocka_unit_test(colours_are_put_around_words_and_change_no_width),
        cmocka_unit_test(nothing_is_said_of_an_end_that_cannot_be_known),
        cmocka_unit_test(a_failure_has_its_name_where_others_have_a_status),
        cmocka_unit_test(a_speed_that_is_not_known_yet_is_not_called_none),
        cmocka_unit_test(the_plain_line_has_what_a_log_needs),
        cmocka_unit_test(a_long_text_is_cut_at_its_end_or_in_its_middle),
        cmocka_unit_test(numbers_are_as_people_read_them),
        cmocka_unit_test(a_file_name_is_one_word_of_a_shell),
    };

    return cmocka_run_group_tests(tests, find_utf8, forget_utf8);
}
