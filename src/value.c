#include "value.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Digits with an optional fraction, as a whole number of millionths: exact for all that people write, and the same
 * in every locale. *text moves behind it. */
static bool read_millionths(const char **text, int64_t *millionths)
{
    const int64_t most = INT64_MAX / 10 - 1;
    const char *at = *text;
    int64_t number = 0, scale = 1000000;
    bool any = false;

    for (; *at >= '0' && *at <= '9'; at++, any = true) {
        if (number > most / 1000000)
            return false;
        number = number * 10 + (*at - '0');
    }
    if (number > INT64_MAX / 1000000)
        return false;
    number *= 1000000;
    if (*at == '.') {
        for (at++; *at >= '0' && *at <= '9'; at++, any = true) {
            scale /= 10;
            number += (*at - '0') * scale; /* digits beyond the sixth count nothing */
        }
    }
    *text = at;
    *millionths = number;
    return any;
}

/* millionths x unit / 1000000, rounded half up; false on overflow. */
static bool scaled(int64_t millionths, int64_t unit, int64_t *result)
{
    int64_t whole = millionths / 1000000, rest = millionths % 1000000;

    if (whole > (INT64_MAX - unit) / unit)
        return false;
    *result = whole * unit + (rest * unit + 500000) / 1000000; /* no unit is above 2^40, so this fits */
    return true;
}

bool value_int(const char *text, int64_t *number)
{
    const char *at = text + (*text == '-');
    int64_t result = 0;

    if (*at == '\0')
        return false;
    for (; *at != '\0'; at++) {
        if (*at < '0' || *at > '9' || result > (INT64_MAX - 9) / 10)
            return false;
        result = result * 10 + (*at - '0');
    }
    *number = *text == '-' ? -result : result;
    return true;
}

bool value_bool(const char *text, bool *yes)
{
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on", "0", "1"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcasecmp(text, words[i]) == 0) {
            *yes = i % 2 == 1;
            return true;
        }
    }
    return false;
}

/* The unit of time at *text in milliseconds, or 0; *text moves behind it. */
static int64_t read_time_unit(const char **text)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t size = strlen(units[i].name);

        if (strncasecmp(*text, units[i].name, size) == 0) {
            *text += size;
            return units[i].ms;
        }
    }
    return 0;
}

bool value_ms(const char *text, int64_t unit_ms, int64_t *ms)
{
    int64_t sum = 0, number, part, unit;
    bool bare = true;

    if (*text == '\0')
        return false;
    while (*text != '\0') {
        if (!read_millionths(&text, &number))
            return false;
        if (*text == '\0' && bare)
            unit = unit_ms;
        else
            unit = read_time_unit(&text);
        bare = false;
        if (unit == 0 || !scaled(number, unit, &part) || part > INT64_MAX - sum)
            return false;
        sum += part;
    }
    *ms = sum;
    return true;
}

bool value_bytes(const char *text, int64_t *bytes)
{
    static const char letters[] = "KMGT";
    int64_t number, result;
    int power = 0;

    if (!read_millionths(&text, &number))
        return false;
    for (int i = 0; letters[i] != '\0'; i++) {
        if ((*text & ~0x20) == letters[i])
            power = i + 1;
    }
    if (power > 0) {
        text++;
        if ((text[0] == 'i' || text[0] == 'I') && (text[1] == 'B' || text[1] == 'b'))
            text++;
    }
    if (*text == 'B' || *text == 'b')
        text++;
    if (*text != '\0')
        return false;
    if (power == 0 && number % 1000000 != 0)
        return false;
    if (!scaled(number, (int64_t)1 << (10 * power), &result))
        return false;
    *bytes = result;
    return true;
}

bool value_rate_us(const char *text, int64_t *gap_us)
{
    int64_t count, span_count = 1000000, span_ms, unit;

    if (!read_millionths(&text, &count))
        return false;
    if (*text == '\0') {
        span_ms = 1000;
    } else {
        if (*text++ != '/')
            return false;
        if (*text >= '0' && *text <= '9' && !read_millionths(&text, &span_count))
            return false;
        unit = read_time_unit(&text);
        if (unit == 0 || *text != '\0' || !scaled(span_count, unit, &span_ms) || span_ms == 0)
            return false;
    }
    if (count == 0) {
        *gap_us = 0;
        return true;
    }
    if (span_ms > INT64_MAX / 1000000000 / 2)
        return false;
    /* Rounded up: a rounding must never make us faster than we were told to be. */
    *gap_us = (span_ms * 1000000000 + count - 1) / count;
    return true;
}
