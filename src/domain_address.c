#include "domain_address.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The value of a hexadecimal digit, 16 of anything else. */
static unsigned hex_value(char c)
{
    if (is_digit(c))
        return (unsigned)(c - '0');
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 16;
}

/* The "IPv4 number parser". A value too large for 32 bits is given as one larger than that. */
static bool read_number(const char *at, const char *end, uint64_t *value)
{
    unsigned radix = 10;

    if (at == end)
        return false;
    if (end - at >= 2 && at[0] == '0' && (at[1] | 0x20) == 'x') {
        radix = 16;
        at += 2;
    } else if (end - at >= 2 && at[0] == '0') {
        radix = 8;
        at++;
    }
    for (*value = 0; at < end; at++) {
        unsigned digit = hex_value(*at);

        if (digit >= radix)
            return false;
        *value = *value * radix + digit;
        if (*value > UINT32_MAX)
            *value = (uint64_t)UINT32_MAX + 1;
    }
    return true;
}

bool domain_ends_in_number(struct slice host)
{
    const char *end = host.data + host.size;
    const char *last, *p;
    uint64_t value;

    if (host.size > 0 && end[-1] == '.')
        end--;
    for (last = end; last > host.data && last[-1] != '.'; last--)
        continue;
    if (last == end || !is_digit(*last))
        return false;
    for (p = last; p < end && is_digit(*p); p++)
        continue;
    return p == end || read_number(last, end, &value);
}

bool domain_parse_ipv4(struct slice host, uint32_t *address)
{
    const char *at = host.data;
    const char *end = at + host.size;
    uint64_t parts[4];
    uint64_t rest_max = UINT32_MAX;
    unsigned count = 0;

    if (host.size > 0 && end[-1] == '.')
        end--;
    for (;;) {
        const char *dot = memchr(at, '.', (size_t)(end - at));

        if (count == 4 || !read_number(at, dot == NULL ? end : dot, &parts[count]))
            return false;
        count++;
        if (dot == NULL)
            break;
        at = dot + 1;
    }
    *address = 0;
    for (unsigned i = 0; i + 1 < count; i++) {
        if (parts[i] > 255)
            return false;
        *address |= (uint32_t)parts[i] << (24 - 8 * i);
        rest_max >>= 8;
    }
    /* The last part fills all bytes that are left: 127.1 is 127.0.0.1. */
    if (parts[count - 1] > rest_max)
        return false;
    *address |= (uint32_t)parts[count - 1];
    return true;
}

/* The dotted decimal end of an IPv6 address. */
static bool read_dotted(const char *at, const char *end, uint16_t pieces[2])
{
    unsigned numbers[4];

    for (int i = 0; i < 4; i++) {
        const char *start;

        if (i > 0 && (at == end || *at++ != '.'))
            return false;
        for (numbers[i] = 0, start = at; at < end && is_digit(*at); at++) {
            if (at > start && numbers[i] == 0)
                return false; /* no leading zeros */
            numbers[i] = numbers[i] * 10 + (unsigned)(*at - '0');
            if (numbers[i] > 255)
                return false;
        }
        if (at == start)
            return false;
    }
    pieces[0] = (uint16_t)(numbers[0] << 8 | numbers[1]);
    pieces[1] = (uint16_t)(numbers[2] << 8 | numbers[3]);
    return at == end;
}

/* Moves the `count` pieces before piece `used`, those behind "::", to the end. */
static void spread(uint16_t pieces[8], unsigned used, unsigned count)
{
    for (unsigned i = 1; i <= count; i++) {
        uint16_t piece = pieces[used - i];

        pieces[used - i] = 0;
        pieces[8 - i] = piece;
    }
}

bool domain_parse_ipv6(struct slice host, uint16_t pieces[8])
{
    const char *at = host.data;
    const char *end = at + host.size;
    unsigned used = 0, gap = 9; /* 9: no "::" so far */

    memset(pieces, 0, 8 * sizeof pieces[0]);
    if (host.size >= 2 && at[0] == ':' && at[1] == ':') {
        gap = 0;
        at += 2;
    }
    while (at < end) {
        const char *start = at;
        unsigned value = 0;

        if (used == 8)
            return false;
        if (*at == ':') {
            if (gap != 9 || used == 0)
                return false;
            gap = used;
            at++;
            continue;
        }
        for (; at < end && at - start < 4 && hex_value(*at) < 16; at++)
            value = value << 4 | hex_value(*at);
        if (at < end && *at == '.') {
            if (at == start || used > 6 || !read_dotted(start, end, pieces + used))
                return false;
            used += 2;
            break;
        }
        pieces[used++] = (uint16_t)value;
        if (at == end)
            break;
        if (at == start || *at++ != ':' || at == end)
            return false;
    }
    if (gap == 9)
        return used == 8;
    if (used == 8)
        return false; /* "::" stands for at least one piece */
    spread(pieces, used, used - gap);
    return true;
}

/* By hand: on a site without a name, whose every absolute link comes here, buf_printf() was 4 % of a crawl. */
bool domain_add_ipv4(struct buf *out, uint32_t address)
{
    char text[sizeof "255.255.255.255"];
    size_t size = 0;

    for (int shift = 24; shift >= 0; shift -= 8) {
        unsigned octet = address >> shift & 255;

        if (octet >= 100)
            text[size++] = (char)('0' + octet / 100);
        if (octet >= 10)
            text[size++] = (char)('0' + octet / 10 % 10);
        text[size++] = (char)('0' + octet % 10);
        text[size++] = '.';
    }
    return buf_add(out, text, size - 1);
}

bool domain_add_ipv6(struct buf *out, const uint16_t pieces[8])
{
    int gap = -1, gap_size = 1, size;

    /* The first of the longest runs of two zeros or more. */
    for (int i = 0; i < 8; i += size + 1) {
        for (size = 0; i + size < 8 && pieces[i + size] == 0; size++)
            continue;
        if (size > gap_size) {
            gap = i;
            gap_size = size;
        }
    }
    buf_add_char(out, '[');
    for (int i = 0; i < 8; i++) {
        if (i == gap) {
            buf_add_string(out, i == 0 ? "::" : ":");
            i += gap_size - 1;
            continue;
        }
        buf_printf(out, i < 7 ? "%x:" : "%x", pieces[i]);
    }
    return buf_add_char(out, ']');
}
