#include "words.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

void words_add_number(struct buf *out, int64_t number)
{
    char digits[24];
    int size = snprintf(digits, sizeof digits, "%" PRId64, number);

    for (int i = 0; i < size; i++) {
        if (i > (digits[0] == '-') && (size - i) % 3 == 0)
            buf_add_char(out, ' ');
        buf_add_char(out, digits[i]);
    }
}

void words_add_count(struct buf *out, int64_t number, const char *one)
{
    words_add_number(out, number);
    buf_printf(out, " %s%s", one, number == 1 ? "" : "s");
}

void words_add_bytes(struct buf *out, double bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    size_t unit = 0;

    while (bytes >= 999.5 && unit + 1 < sizeof units / sizeof *units) {
        bytes /= 1000;
        unit++;
    }
    buf_printf(out, unit > 0 && bytes < 9.95 ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
}

void words_add_rate(struct buf *out, double per_second)
{
    if (per_second < 99.95)
        buf_printf(out, "%.1f", per_second);
    else
        words_add_number(out, (int64_t)llround(per_second));
}

/* "2 h 5 min", without the second unit if it is 0. */
static void add_two(struct buf *out, int64_t first, const char *unit, int64_t second, const char *smaller)
{
    words_add_number(out, first);
    buf_printf(out, " %s", unit);
    if (second > 0)
        buf_printf(out, " %" PRId64 " %s", second, smaller);
}

void words_add_time(struct buf *out, int64_t ms)
{
    int64_t seconds = (ms + 500) / 1000;

    if (ms < 1000)
        buf_printf(out, "%" PRId64 " ms", ms);
    else if (ms < 9950 && ms % 1000 != 0)
        buf_printf(out, "%.1f s", (double)ms / 1000);
    else if (seconds < 60)
        buf_printf(out, "%" PRId64 " s", seconds);
    else if (seconds < 3600)
        add_two(out, seconds / 60, "min", seconds % 60, "s");
    else if (seconds < 86400)
        add_two(out, seconds / 3600, "h", seconds % 3600 / 60, "min");
    else
        add_two(out, seconds / 86400, "d", seconds % 86400 / 3600, "h");
}

void words_add_clock(struct buf *out, int64_t ms)
{
    int64_t seconds = ms / 1000;

    buf_printf(out, "%02" PRId64 ":%02d:%02d", seconds / 3600, (int)(seconds / 60 % 60), (int)(seconds % 60));
}

void words_add_shell(struct buf *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+=,-";

    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        buf_add_string(out, word);
        return;
    }
    buf_add_char(out, '\'');
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            buf_add_string(out, "'\\''");
        else
            buf_add_char(out, *word);
    }
    buf_add_char(out, '\'');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Where to break so that at most `room` stand before; 0: nowhere. */
static size_t find_break(struct slice line, size_t room)
{
    size_t any = 0, good = 0;

    for (size_t i = 1; i + 1 < line.size && i <= room; i++) {
        if (line.data[i] != ' ' || (is_digit(line.data[i + 1]) && strchr(",;:=+", line.data[i - 1]) == NULL))
            continue;
        any = i;
        if (strchr(",;:", line.data[i - 1]) != NULL || strchr("=+", line.data[i + 1]) != NULL)
            good = i;
    }
    return good > room / 3 ? good : any;
}

void words_add_folded(struct buf *out, struct slice line, int columns, int used, int indent)
{
    while (used + (int)line.size > columns) {
        size_t at = find_break(line, columns > used ? (size_t)(columns - used) : 0);

        if (at == 0)
            break;
        buf_add(out, line.data, at);
        buf_printf(out, "\n%*s", indent, "");
        while (at < line.size && line.data[at] == ' ')
            at++;
        line = (struct slice){line.data + at, line.size - at};
        used = indent;
    }
    buf_add(out, line.data, line.size);
}
