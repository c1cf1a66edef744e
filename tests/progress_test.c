#include "log.h"
#include "made_page.h"
#include "progress.h"
#include "terminal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- A terminal, as far as the panel uses one ----------------------------------------------- */

#define ROWS    60
#define COLUMNS 250

struct screen {
    char cells[ROWS][COLUMNS + 1]; /* bytes, not characters: panels here are ASCII */
    int row, column;
    int columns; /* of the window: longer lines wrap */
};

static void clear_cells(struct screen *s, int row, int column)
{
    memset(s->cells[row] + column, ' ', (size_t)(COLUMNS - column));
}

static void screen_init(struct screen *s, int columns)
{
    *s = (struct screen){.columns = columns};
    for (int i = 0; i < ROWS; i++)
        clear_cells(s, i, 0);
}

/* Obeys the sequence behind ESC [; gives what follows it. */
static const char *obey(struct screen *s, const char *at)
{
    char *end;
    long number = strtol(at, &end, 10);

    switch (*end) {
    case 'A':
        assert_true(s->row >= number); /* else it would draw over what is not its own */
        s->row -= (int)number;
        break;
    case 'K':
        clear_cells(s, s->row, s->column);
        break;
    case 'J':
        clear_cells(s, s->row, s->column);
        for (int i = s->row + 1; i < ROWS; i++)
            clear_cells(s, i, 0);
        break;
    case 'm':
        break;
    default:
        fail_msg("a sequence that is not known: ESC [ %s", at);
    }
    return end + 1;
}

static void screen_write(struct screen *s, const char *bytes)
{
    while (*bytes != '\0') {
        assert_true(s->row < ROWS);
        if (*bytes == '\x1b') {
            assert_int_equal(bytes[1], '[');
            bytes = obey(s, bytes + 2);
            continue;
        }
        if (*bytes == '\r') {
            s->column = 0;
        } else if (*bytes == '\n') {
            s->row++;
            s->column = 0;
        } else {
            if (s->column == s->columns) {
                s->row++;
                s->column = 0;
            }
            s->cells[s->row][s->column++] = *bytes;
        }
        bytes++;
    }
}

/* The row without the blanks at its end. */
static const char *row(struct screen *s, int number)
{
    static char text[COLUMNS + 1];

    memcpy(text, s->cells[number], COLUMNS);
    for (int i = COLUMNS; i > 0 && text[i - 1] == ' '; i--)
        text[i - 1] = '\0';
    return text;
}

static int rows_that_begin_with(struct screen *s, const char *word)
{
    int count = 0;

    for (int i = 0; i < ROWS; i++)
        count += strncmp(s->cells[i], word, strlen(word)) == 0;
    return count;
}

/* --- A crawl that stands still ------------------------------------------------------------------ */

static const struct host_rules *rules_for(void *arg, struct slice origin)
{
    static const struct host_rules rules = {.ceiling = 1};

    (void)arg, (void)origin;
    return &rules;
}

struct rig {
    struct options options;
    struct progress_parts parts;
    struct progress *progress;
    int pipe; /* reading end of what standard error is; each read gives one write */
    int real_stderr;
};

static void read_nothing(struct rig *r)
{
    char bytes[8192];

    assert_int_equal(read(r->pipe, bytes, sizeof bytes), -1);
}

/* What one write brought. */
static const char *one_write(struct rig *r)
{
    static char bytes[8192];
    ssize_t size = read(r->pipe, bytes, sizeof bytes - 1);

    bytes[size < 0 ? 0 : size] = '\0';
    if (size <= 0)
        fail_msg("nothing was written");
    return bytes;
}

static void start(struct rig *r, int progress_option)
{
    const struct frontier_limits limits = {
        .window = 100, .transfers = 8, .takers = 1, .max_tries = 1, .robots_token = "x", .rules_for = rules_for};
    int ends[2];

    *r = (struct rig){0};
    options_init(&r->options);
    r->options.progress = progress_option;
    r->options.color = OPTIONS_COLOR_NEVER;
    r->options.ascii = true;
    r->parts = (struct progress_parts){.options = &r->options,
                                       .frontier = frontier_new(&limits),
                                       .tally = tally_new(),
                                       .to_parse = queue_new(8),
                                       .to_write = queue_new(8),
                                       .budget = budget_new(1000),
                                       .fetchers = 1,
                                       .parsers = 1,
                                       .transfers = 8,
                                       .host = "a.test",
                                       .rest_us = 100000};
    assert_int_equal(pipe2(ends, O_DIRECT | O_NONBLOCK), 0);
    r->real_stderr = dup(STDERR_FILENO);
    r->pipe = ends[0];
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    setenv("COLUMNS", "80", 1);
    setenv("LINES", "24", 1);
    r->progress = progress_new(&r->parts);
}

static void end(struct rig *r)
{
    progress_free(r->progress);
    dup2(r->real_stderr, STDERR_FILENO);
    close(r->real_stderr);
    close(r->pipe);
    frontier_free(r->parts.frontier);
    tally_free(r->parts.tally);
    queue_close(r->parts.to_parse);
    queue_free(r->parts.to_parse);
    queue_close(r->parts.to_write);
    queue_free(r->parts.to_write);
    budget_free(r->parts.budget);
    options_free(&r->options);
}

static void record(struct rig *r, const char *url, int status)
{
    struct page *page = made_page(1, url, status);

    tally_add(r->parts.tally, &page, 1);
    page_free(page);
}

/* Looks, whatever the time: a window that changed is reason enough. */
static void look(struct rig *r)
{
    progress_tick(r->progress, false, true);
}

static void a_frame_is_one_write_and_goes_over_the_one_before(void **state)
{
    struct screen s;
    struct rig r;
    const char *frame;

    (void)state;
    start(&r, OPTIONS_PROGRESS_BAR);
    screen_init(&s, 80);
    progress_tick(r.progress, false, false);
    screen_write(&s, one_write(&r));
    read_nothing(&r);
    assert_string_equal(row(&s, 0), "crawl   a.test   8 threads, 10/s a host, robots on   -> crawl.db");
    for (int i = 0; i < 5; i++) {
        record(&r, "https://a.test/\x1b[31mx", 200);
        progress_finish(r.progress); /* draws at once */
        frame = one_write(&r);
        read_nothing(&r);
        assert_null(strstr(frame, "\x1b[2J"));
        assert_true(strstr(frame, "\x1b[J") > strstr(frame, "skipped")); /* nothing is erased before it is drawn anew */
        screen_write(&s, frame);
    }
    assert_int_equal(rows_that_begin_with(&s, "crawl"), 1);
    assert_int_equal(rows_that_begin_with(&s, "now"), 1);
    assert_string_equal(row(&s, 3), "result  2xx 5   3xx 0   4xx 0   5xx 0   failed 0   skipped 0");
    assert_string_equal(row(&s, 5), "now     200   /\\x1b[31mx");
    end(&r);
}

static void messages_scroll_by_above(void **state)
{
    struct screen s;
    struct rig r;

    (void)state;
    start(&r, OPTIONS_PROGRESS_BAR);
    screen_init(&s, 80);
    progress_tick(r.progress, false, false);
    screen_write(&s, one_write(&r));
    log_warning("first");
    screen_write(&s, one_write(&r));
    log_error("second, which is longer");
    screen_write(&s, one_write(&r));
    read_nothing(&r);
    assert_string_equal(row(&s, 0), "crawl: warning: first");
    assert_string_equal(row(&s, 1), "crawl: error: second, which is longer");
    assert_int_equal(strncmp(row(&s, 2), "crawl   a.test", 14), 0);
    assert_int_equal(rows_that_begin_with(&s, "pages"), 1);
    end(&r);
}

static void at_the_end_the_panel_is_gone(void **state)
{
    struct screen s;
    struct rig r;

    (void)state;
    start(&r, OPTIONS_PROGRESS_BAR);
    screen_init(&s, 80);
    progress_tick(r.progress, false, false);
    screen_write(&s, one_write(&r));
    progress_free(r.progress);
    r.progress = NULL;
    screen_write(&s, one_write(&r));
    for (int i = 0; i < ROWS; i++)
        assert_string_equal(row(&s, i), "");
    assert_int_equal(s.row, 0);
    end(&r);
}

static void a_narrower_window_wraps_the_old_rows_and_they_are_gone_over_all_the_same(void **state)
{
    struct screen s, wrapped;
    struct rig r;

    (void)state;
    start(&r, OPTIONS_PROGRESS_BAR);
    screen_init(&s, 80);
    progress_tick(r.progress, false, false);
    screen_write(&s, one_write(&r));
    setenv("COLUMNS", "40", 1);
    screen_init(&wrapped, 40); /* as terminals show it after the change */
    screen_write(&wrapped, "$ crawl\n");
    for (int i = 0; i < s.row; i++) {
        screen_write(&wrapped, row(&s, i));
        screen_write(&wrapped, "\n");
    }
    look(&r);
    screen_write(&wrapped, one_write(&r));
    assert_string_equal(row(&wrapped, 0), "$ crawl");
    assert_string_equal(row(&wrapped, 1), "crawl   a.test");
    assert_int_equal(rows_that_begin_with(&wrapped, "crawl"), 1);
    assert_int_equal(rows_that_begin_with(&wrapped, "time"), 1);
    end(&r);
}

static void after_a_stop_it_begins_below_what_the_shell_has_written(void **state)
{
    struct screen s;
    struct rig r;

    (void)state;
    start(&r, OPTIONS_PROGRESS_BAR);
    screen_init(&s, 80);
    progress_tick(r.progress, false, false);
    screen_write(&s, one_write(&r));
    screen_write(&s, "[1]+  Stopped\n$ fg\n");
    look(&r); /* the window is as it was: SIGCONT */
    screen_write(&s, one_write(&r));
    assert_int_equal(rows_that_begin_with(&s, "[1]+"), 1);
    assert_int_equal(rows_that_begin_with(&s, "crawl"), 2);
    end(&r);
}

static void a_window_without_room_is_left_alone(void **state)
{
    struct screen s;
    struct rig r;

    (void)state;
    start(&r, OPTIONS_PROGRESS_BAR);
    screen_init(&s, 80);
    progress_tick(r.progress, false, false);
    screen_write(&s, one_write(&r));
    setenv("COLUMNS", "12", 1);
    look(&r);
    one_write(&r); /* takes it off */
    look(&r);
    log_warning("hello");
    assert_string_equal(one_write(&r), "crawl: warning: hello\n");
    end(&r);
}

static void a_low_window_has_the_first_rows(void **state)
{
    struct screen s;
    struct rig r;

    (void)state;
    setenv("LINES", "24", 1);
    start(&r, OPTIONS_PROGRESS_BAR);
    screen_init(&s, 80);
    setenv("LINES", "5", 1);
    look(&r);
    screen_write(&s, one_write(&r));
    assert_int_equal(s.row, 4);
    assert_int_equal(rows_that_begin_with(&s, "result"), 1);
    assert_int_equal(rows_that_begin_with(&s, "time"), 0);
    end(&r);
}

static void plain_progress_is_a_line_now_and_then(void **state)
{
    struct rig r;

    (void)state;
    start(&r, OPTIONS_PROGRESS_PLAIN);
    progress_tick(r.progress, false, false);
    read_nothing(&r); /* not before --stats is over */
    progress_free(r.progress);
    r.options.stats_ms = 0;
    r.progress = progress_new(&r.parts);
    record(&r, "https://a.test/", 404);
    progress_tick(r.progress, false, false);
    assert_string_equal(one_write(&r), "crawl: 1/1 pages (100%), 4xx 1, 5xx 0, failed 0, 00:00:00\n");
    read_nothing(&r);
    end(&r);
}

static void who_asks_is_answered_even_if_all_else_is_quiet(void **state)
{
    struct rig r;

    (void)state;
    start(&r, OPTIONS_PROGRESS_NONE);
    log_set_level(LOG_ERROR);
    progress_tick(r.progress, false, false);
    read_nothing(&r);
    progress_tick(r.progress, true, false);
    assert_int_equal(strncmp(one_write(&r), "crawl: 0/0 pages", 16), 0);
    log_set_level(LOG_NOTE);
    end(&r);
}

static void pages_of_earlier_runs_count_as_done(void **state)
{
    struct rig r;

    (void)state;
    start(&r, OPTIONS_PROGRESS_NONE);
    progress_free(r.progress);
    r.parts.done_before = 1000;
    r.progress = progress_new(&r.parts);
    record(&r, "https://a.test/", 200);
    progress_tick(r.progress, true, false);
    assert_int_equal(strncmp(one_write(&r), "crawl: 1001/1001 pages", 22), 0);
    end(&r);
}

/* --- Which way ------------------------------------------------------------------------------------- */

static void the_way_it_shows_follows_option_terminal_and_environment(void **state)
{
    static const struct {
        bool is_terminal;
        const char *term;
        bool quiet;
        int option;
        enum progress_mode expected;
    } cases[] = {
        {true, "xterm", false, OPTIONS_PROGRESS_AUTO, PROGRESS_PANEL},
        {true, "dumb", false, OPTIONS_PROGRESS_AUTO, PROGRESS_PLAIN},
        {true, "", false, OPTIONS_PROGRESS_AUTO, PROGRESS_PLAIN},
        {true, "xterm", true, OPTIONS_PROGRESS_AUTO, PROGRESS_NONE},
        {true, "xterm", false, OPTIONS_PROGRESS_PLAIN, PROGRESS_PLAIN},
        {true, "xterm", false, OPTIONS_PROGRESS_NONE, PROGRESS_NONE},
        {false, "xterm", false, OPTIONS_PROGRESS_AUTO, PROGRESS_PLAIN},
        {false, "xterm", false, OPTIONS_PROGRESS_BAR, PROGRESS_PANEL},
    };
    int before = dup(STDERR_FILENO), master = posix_openpt(O_RDWR | O_NOCTTY), nowhere = open("/dev/null", O_WRONLY);
    int terminal =
        master < 0 || grantpt(master) != 0 || unlockpt(master) != 0 ? -1 : open(ptsname(master), O_RDWR | O_NOCTTY);

    (void)state;
    if (terminal < 0) {
        print_message("there are no pseudo-terminals here\n");
        skip();
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct options o;
        enum progress_mode mode;

        options_init(&o);
        o.quiet = cases[i].quiet;
        o.progress = cases[i].option;
        setenv("TERM", cases[i].term, 1);
        dup2(cases[i].is_terminal ? terminal : nowhere, STDERR_FILENO);
        mode = progress_mode(&o);
        dup2(before, STDERR_FILENO);
        options_free(&o);
        if (mode != cases[i].expected)
            fail_msg("case %zu: %d", i, mode);
    }
    close(before);
    close(nowhere);
    close(terminal);
    close(master);
}

static void colours_follow_the_environment(void **state)
{
    (void)state;
    unsetenv("NO_COLOR");
    unsetenv("CLICOLOR");
    unsetenv("CLICOLOR_FORCE");
    assert_false(terminal_wants_color(-1));
    setenv("CLICOLOR_FORCE", "1", 1);
    assert_true(terminal_wants_color(-1));
    setenv("NO_COLOR", "1", 1);
    assert_false(terminal_wants_color(-1));
    setenv("NO_COLOR", "", 1); /* empty: as if not there */
    assert_true(terminal_wants_color(-1));
    setenv("CLICOLOR_FORCE", "0", 1);
    assert_false(terminal_wants_color(-1));
    unsetenv("NO_COLOR");
    unsetenv("CLICOLOR_FORCE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_is_one_write_and_goes_over_the_one_before),
        cmocka_unit_test(messages_scroll_by_above),
        cmocka_unit_test(at_the_end_the_panel_is_gone),
        cmocka_unit_test(a_narrower_window_wraps_the_old_rows_and_they_are_gone_over_all_the_same),
        cmocka_unit_test(after_a_stop_it_begins_below_what_the_shell_has_written),
        cmocka_unit_test(a_window_without_room_is_left_alone),
        cmocka_unit_test(a_low_window_has_the_first_rows),
        cmocka_unit_test(plain_progress_is_a_line_now_and_then),
        cmocka_unit_test(who_asks_is_answered_even_if_all_else_is_quiet),
        cmocka_unit_test(pages_of_earlier_runs_count_as_done),
        cmocka_unit_test(the_way_it_shows_follows_option_terminal_and_environment),
        cmocka_unit_test(colours_follow_the_environment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
