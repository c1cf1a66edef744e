#ifndef CRAWL_LOG_H
#define CRAWL_LOG_H

#include "buf.h"
#include "err.h"

#include <stdbool.h>

/* What the program says while it runs: one whole line a message, on standard
 * error, by one write. What would command a terminal is made visible, so
 * text of strangers may be part of a message; a newline in it starts a line of
 * its own (for the caret under a pattern).
 *
 * Threads: any, unless said otherwise.
 */

enum log_level {
    LOG_ERROR,   /* "crawl: error: ...": always said */
    LOG_WARNING, /* "crawl: warning: ...": not with -q */
    LOG_NOTE,    /* "crawl: ...": likewise */
    LOG_PAGE,    /* -v: a line a page, with the thread's name */
    LOG_DETAIL   /* -vv: what is skipped, tried again ... */
};

/* The most detailed level that is said; LOG_NOTE at first. Before threads. */
void log_set_level(enum log_level level);

/* Appends all that is said, and warnings and notes even if they are not, to `path`, too, with time and thread. Before
 * threads; once. */
bool log_open(const char *path, struct err *err);
void log_close(void);

/* True if a message of this level goes anywhere: to save the making of it. */
bool log_wants(enum log_level level);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_page(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_detail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What was asked for just now (SIGUSR1): said as a note, even with -q. */
void log_answer(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What this thread is called in -v lines and in the log file, such as "fetcher 3" (cut at 31 bytes). */
void log_thread_name(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A live panel below the messages: before each line `hide` appends what takes it off the screen, after it `show` what
 * draws it again; both go out in the same write as the line. They are called under the log's lock and must not log.
 * NULL, NULL: none any more. */
typedef void log_panel(void *arg, struct buf *out);
void log_set_panel(log_panel *hide, log_panel *show, void *arg);

/* Calls `draw` for the panel that is set, if there is one, with its `arg`, and writes what it appends, by one write:
 * under the same lock, so that it may change what `hide` and `show` go by. */
void log_draw_panel(log_panel *draw);

#endif
