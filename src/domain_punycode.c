#include "domain_punycode.h"

/* RFC 3492, 5: the parameters of Punycode. */
enum { BASE = 36, T_MIN = 1, T_MAX = 26, SKEW = 38, DAMP = 700, FIRST_BIAS = 72, FIRST_POINT = 0x80 };

enum { POINT_MAX = 0x10ffff };

static uint32_t adapt(uint32_t delta, size_t count, bool first)
{
    uint32_t k = 0;

    delta = first ? delta / DAMP : delta / 2;
    delta += delta / (uint32_t)count;
    for (; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
        delta /= BASE - T_MIN;
    return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

static uint32_t threshold(uint32_t k, uint32_t bias)
{
    if (k <= bias)
        return T_MIN;
    return k >= bias + T_MAX ? T_MAX : k - bias;
}

static void add_number(struct buf *out, uint32_t number, uint32_t bias)
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";

    for (uint32_t k = BASE;; k += BASE) {
        uint32_t t = threshold(k, bias);

        if (number < t)
            break;
        buf_add_char(out, digits[t + (number - t) % (BASE - t)]);
        number = (number - t) / (BASE - t);
    }
    buf_add_char(out, digits[number]);
}

bool punycode_encode(struct buf *out, const uint32_t *points, size_t count)
{
    uint32_t point = FIRST_POINT, delta = 0, bias = FIRST_BIAS;
    size_t basic = 0, done;

    for (size_t i = 0; i < count; i++) {
        if (points[i] < FIRST_POINT) {
            buf_add_char(out, (char)points[i]);
            basic++;
        }
    }
    if (basic > 0)
        buf_add_char(out, '-');
    for (done = basic; done < count; delta++, point++) {
        uint32_t next = POINT_MAX;

        for (size_t i = 0; i < count; i++) {
            if (points[i] >= point && points[i] < next)
                next = points[i];
        }
        /* Cannot overflow: a label of callers' bound times the code points there are stays below 2^32. */
        delta += (next - point) * (uint32_t)(done + 1);
        point = next;
        for (size_t i = 0; i < count; i++) {
            if (points[i] < point)
                delta++;
            if (points[i] != point)
                continue;
            add_number(out, delta, bias);
            bias = adapt(delta, done + 1, done == basic);
            delta = 0;
            done++;
        }
    }
    return !out->full;
}

static uint32_t digit_value(char c)
{
    if (c >= 'a' && c <= 'z')
        return (uint32_t)(c - 'a');
    return c >= '0' && c <= '9' ? (uint32_t)(c - '0') + 26 : BASE;
}

/* Reads one number; false if it is cut off, no number, or too large. */
static bool read_number(const char **at, const char *end, uint32_t bias, uint32_t *number)
{
    uint64_t weight = 1, value = 0;

    for (uint32_t k = BASE;; k += BASE) {
        uint32_t digit, t = threshold(k, bias);

        if (*at == end || (digit = digit_value(*(*at)++)) == BASE)
            return false;
        value += digit * weight;
        if (value > UINT32_MAX)
            return false;
        if (digit < t)
            break;
        weight *= BASE - t;
        if (weight > UINT32_MAX)
            return false;
    }
    *number = (uint32_t)value;
    return true;
}

bool punycode_decode(struct slice in, uint32_t *points, size_t *count)
{
    const char *at = in.data, *end, *dash;
    uint32_t bias = FIRST_BIAS;
    uint64_t point = FIRST_POINT, place = 0;

    *count = 0;
    if (in.size == 0)
        return true;
    end = at + in.size;
    dash = memrchr(at, '-', in.size);
    if (dash != NULL) {
        while (at < dash)
            points[(*count)++] = (unsigned char)*at++;
        at = dash + 1;
    }
    for (bool first = true; at < end; first = false) {
        uint32_t number;

        if (!read_number(&at, end, bias, &number))
            return false;
        bias = adapt(number, *count + 1, first);
        point += (place + number) / (*count + 1);
        place = (place + number) % (*count + 1);
        if (point > POINT_MAX || (point >= 0xd800 && point <= 0xdfff))
            return false;
        memmove(points + place + 1, points + place, (*count - place) * sizeof *points);
        points[place++] = (uint32_t)point;
        (*count)++;
    }
    return true;
}
