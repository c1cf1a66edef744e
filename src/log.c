#include "log.h"

#include "clock.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_LIMIT 8192          /* bytes of a message; what is longer is cut */
#define OUT_LIMIT  (1024 * 1024) /* of a line with its panel */

static struct {
    pthread_mutex_t lock; /* guards all but `level` and `file`, which are constant when threads run */
    enum log_level level;
    int file; /* -1: none */
    log_panel *hide, *show;
    void *arg;
    struct buf out; /* what one write will take */
} the_log = {.lock = PTHREAD_MUTEX_INITIALIZER, .level = LOG_NOTE, .file = -1, .out = {.limit = OUT_LIMIT}};

static _Thread_local char thread_name[32];

void log_set_level(enum log_level level)
{
    the_log.level = level;
}

bool log_open(const char *path, struct err *err)
{
    the_log.file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (the_log.file < 0)
        return err_set(err, "cannot write the log file %s: %s", path, strerror(errno));
    return true;
}

void log_close(void)
{
    if (the_log.file >= 0)
        close(the_log.file);
    the_log.file = -1;
    buf_free(&the_log.out);
}

void log_thread_name(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(thread_name, sizeof thread_name, format, args);
    va_end(args);
}

static bool wants_file(enum log_level level)
{
    return the_log.file >= 0 && (level <= LOG_NOTE || level <= the_log.level);
}

bool log_wants(enum log_level level)
{
    return level <= the_log.level || wants_file(level);
}

/* There is nobody to tell when this fails; and errno is the caller's. */
static void write_all(int file, struct slice bytes)
{
    int saved = errno;

    while (bytes.size > 0) {
        ssize_t size = write(file, bytes.data, bytes.size);

        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0)
            break;
        bytes.data += size;
        bytes.size -= (size_t)size;
    }
    errno = saved;
}

/* The message, each of its lines made harmless, and a newline at its end. */
static void add_message(struct buf *out, const char *message)
{
    for (;;) {
        size_t size = strcspn(message, "\n");

        text_add_terminal(out, (struct slice){message, size});
        buf_add_char(out, '\n');
        message += size;
        if (message[0] == '\0' || message[1] == '\0')
            return;
        message++;
    }
}

static void add_time(struct buf *out)
{
    int64_t now_ms = clock_wall_ms();
    time_t seconds = (time_t)(now_ms / 1000);
    struct tm utc;

    gmtime_r(&seconds, &utc);
    buf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ ", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
               utc.tm_hour, utc.tm_min, utc.tm_sec, (int)(now_ms % 1000));
}

__attribute__((format(printf, 3, 0))) static void say(enum log_level level, const char *prefix, const char *format,
                                                      va_list args)
{
    char message[LINE_LIMIT];
    struct buf *out = &the_log.out;

    vsnprintf(message, sizeof message, format, args);
    pthread_mutex_lock(&the_log.lock);
    if (level <= the_log.level) {
        buf_clear(out);
        if (the_log.hide != NULL)
            the_log.hide(the_log.arg, out);
        buf_add_string(out, "crawl: ");
        if (level >= LOG_PAGE && thread_name[0] != '\0')
            buf_printf(out, "[%s] ", thread_name);
        buf_add_string(out, prefix);
        add_message(out, message);
        if (the_log.show != NULL)
            the_log.show(the_log.arg, out);
        write_all(STDERR_FILENO, buf_slice(out));
    }
    if (wants_file(level)) {
        buf_clear(out);
        add_time(out);
        buf_printf(out, "[%s] %s", thread_name[0] == '\0' ? "main" : thread_name, prefix);
        add_message(out, message);
        write_all(the_log.file, buf_slice(out));
    }
    pthread_mutex_unlock(&the_log.lock);
}

void log_error(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(LOG_ERROR, "error: ", format, args);
    va_end(args);
}

void log_warning(const char *format, ...)
{
    va_list args;

    if (!log_wants(LOG_WARNING))
        return;
    va_start(args, format);
    say(LOG_WARNING, "warning: ", format, args);
    va_end(args);
}

void log_note(const char *format, ...)
{
    va_list args;

    if (!log_wants(LOG_NOTE))
        return;
    va_start(args, format);
    say(LOG_NOTE, "", format, args);
    va_end(args);
}

void log_page(const char *format, ...)
{
    va_list args;

    if (!log_wants(LOG_PAGE))
        return;
    va_start(args, format);
    say(LOG_PAGE, "", format, args);
    va_end(args);
}

void log_detail(const char *format, ...)
{
    va_list args;

    if (!log_wants(LOG_DETAIL))
        return;
    va_start(args, format);
    say(LOG_DETAIL, "", format, args);
    va_end(args);
}

void log_answer(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(LOG_ERROR, "", format, args);
    va_end(args);
}

void log_set_panel(log_panel *hide, log_panel *show, void *arg)
{
    pthread_mutex_lock(&the_log.lock);
    the_log.hide = hide;
    the_log.show = show;
    the_log.arg = arg;
    pthread_mutex_unlock(&the_log.lock);
}

void log_draw_panel(log_panel *draw)
{
    struct buf *out = &the_log.out;

    pthread_mutex_lock(&the_log.lock);
    if (the_log.show != NULL) {
        buf_clear(out);
        draw(the_log.arg, out);
        write_all(STDERR_FILENO, buf_slice(out));
    }
    pthread_mutex_unlock(&the_log.lock);
}
