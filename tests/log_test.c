#include "log.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char said[1 << 20]; /* what went to standard error between catch and caught */
static int real_stderr, file;
static char path[] = "/tmp/log_test.XXXXXX";

static void catch_stderr(void)
{
    file = mkstemp(path);
    real_stderr = dup(STDERR_FILENO);
    dup2(file, STDERR_FILENO);
}

static const char *caught(void)
{
    ssize_t size;

    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    size = pread(file, said, sizeof said - 1, 0);
    said[size < 0 ? 0 : size] = '\0';
    close(file);
    unlink(path);
    strcpy(path, "/tmp/log_test.XXXXXX");
    return said;
}

static void a_message_is_one_line_with_what_it_is(void **state)
{
    (void)state;
    catch_stderr();
    log_error("cannot open %s", "x.db");
    log_warning("slow");
    log_note("hello");
    log_page("not said unless asked for");
    assert_string_equal(caught(), "crawl: error: cannot open x.db\ncrawl: warning: slow\ncrawl: hello\n");
}

static void quiet_leaves_errors_alone(void **state)
{
    (void)state;
    log_set_level(LOG_ERROR);
    catch_stderr();
    log_error("one");
    log_warning("two");
    log_note("three");
    assert_string_equal(caught(), "crawl: error: one\n");
    log_set_level(LOG_NOTE);
}

static void text_of_strangers_commands_no_terminal(void **state)
{
    (void)state;
    catch_stderr();
    log_note("title %s", "\x1b]0;owned\a \xe2\x80\xae \x9b");
    assert_null(strpbrk(caught(), "\x1b\a\x9b"));
    assert_null(strstr(said, "\xe2\x80\xae"));
    assert_non_null(strstr(said, "owned"));
}

static void a_newline_starts_a_line_of_its_own(void **state)
{
    (void)state;
    catch_stderr();
    log_error("bad pattern\n  a(b\n   ^\n");
    assert_string_equal(caught(), "crawl: error: bad pattern\n  a(b\n   ^\n");
}

static void hide(void *arg, struct buf *out)
{
    (void)arg;
    buf_add_string(out, "<hide>");
}

static void show(void *arg, struct buf *out)
{
    buf_printf(out, "<%s>", (const char *)arg);
}

static void draw(void *arg, struct buf *out)
{
    buf_printf(out, "<again %s>", (const char *)arg);
}

static void a_panel_is_lifted_for_a_line_and_drawn_again_below_it(void **state)
{
    static char name[] = "panel";

    (void)state;
    log_set_panel(hide, show, name);
    catch_stderr();
    log_warning("w");
    log_draw_panel(draw);
    assert_string_equal(caught(), "<hide>crawl: warning: w\n<panel><again panel>");
    log_set_panel(NULL, NULL, NULL);
}

static void the_log_file_has_what_is_said_with_time_and_thread(void **state)
{
    char name[] = "/tmp/log_test_file.XXXXXX", line[200] = "";
    struct err err;
    FILE *copy;
    int fd = mkstemp(name);

    (void)state;
    close(fd);
    assert_true(log_open(name, &err));
    log_set_level(LOG_ERROR);
    log_note("kept though not said");
    log_page("not kept");
    log_close();
    log_set_level(LOG_NOTE);
    copy = fopen(name, "r");
    assert_non_null(copy);
    assert_non_null(fgets(line, sizeof line, copy));
    assert_string_equal(line + strlen("2026-01-01T00:00:00.000"), "Z [main] kept though not said\n");
    assert_null(fgets(line, sizeof line, copy));
    fclose(copy);
    unlink(name);
}

static void a_log_file_that_cannot_be_written_is_a_reason(void **state)
{
    struct err err;

    (void)state;
    assert_false(log_open("/nowhere/at/all", &err));
    assert_non_null(strstr(err.text, "/nowhere/at/all"));
}

static void *speak(void *arg)
{
    log_thread_name("%s", (const char *)arg);
    for (int i = 0; i < 200; i++)
        log_page("%s says a line that is long enough to be torn apart", (const char *)arg);
    return NULL;
}

static void lines_of_many_threads_are_whole_and_named(void **state)
{
    static char names[4][12] = {"fetcher 1", "fetcher 2", "parser 1", "writer"};
    pthread_t threads[4];
    size_t lines = 0;

    (void)state;
    log_set_level(LOG_PAGE);
    catch_stderr();
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, speak, names[i]);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    caught();
    log_set_level(LOG_NOTE);
    for (char *line = strtok(said, "\n"); line != NULL; line = strtok(NULL, "\n"), lines++) {
        char expected[200];
        int i = 0;

        while (i < 3 && strstr(line, names[i]) == NULL)
            i++;
        snprintf(expected, sizeof expected, "crawl: [%s] %s says a line that is long enough to be torn apart", names[i],
                 names[i]);
        assert_string_equal(line, expected);
    }
    assert_int_equal(lines, 800);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_one_line_with_what_it_is),
        cmocka_unit_test(quiet_leaves_errors_alone),
        cmocka_unit_test(text_of_strangers_commands_no_terminal),
        cmocka_unit_test(a_newline_starts_a_line_of_its_own),
        cmocka_unit_test(a_panel_is_lifted_for_a_line_and_drawn_again_below_it),
        cmocka_unit_test(the_log_file_has_what_is_said_with_time_and_thread),
        cmocka_unit_test(a_log_file_that_cannot_be_written_is_a_reason),
        cmocka_unit_test(lines_of_many_threads_are_whole_and_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
