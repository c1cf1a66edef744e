#include "domain.h"

#include "domain_address.h"
#include "domain_idna.h"

#include <libpsl.h>

/* A domain name's byte as it is in the end: lower case. 0: it is a forbidden domain code point, a '%', or not ASCII. */
static char plain(char c)
{
    static const char forms[128] = {
        ['!'] = '!', ['"'] = '"', ['$'] = '$', ['&'] = '&', ['\''] = '\'', ['('] = '(', [')'] = ')', ['*'] = '*',
        ['+'] = '+', [','] = ',', ['-'] = '-', ['.'] = '.', ['0'] = '0',   ['1'] = '1', ['2'] = '2', ['3'] = '3',
        ['4'] = '4', ['5'] = '5', ['6'] = '6', ['7'] = '7', ['8'] = '8',   ['9'] = '9', [';'] = ';', ['='] = '=',
        ['A'] = 'a', ['B'] = 'b', ['C'] = 'c', ['D'] = 'd', ['E'] = 'e',   ['F'] = 'f', ['G'] = 'g', ['H'] = 'h',
        ['I'] = 'i', ['J'] = 'j', ['K'] = 'k', ['L'] = 'l', ['M'] = 'm',   ['N'] = 'n', ['O'] = 'o', ['P'] = 'p',
        ['Q'] = 'q', ['R'] = 'r', ['S'] = 's', ['T'] = 't', ['U'] = 'u',   ['V'] = 'v', ['W'] = 'w', ['X'] = 'x',
        ['Y'] = 'y', ['Z'] = 'z', ['_'] = '_', ['`'] = '`', ['a'] = 'a',   ['b'] = 'b', ['c'] = 'c', ['d'] = 'd',
        ['e'] = 'e', ['f'] = 'f', ['g'] = 'g', ['h'] = 'h', ['i'] = 'i',   ['j'] = 'j', ['k'] = 'k', ['l'] = 'l',
        ['m'] = 'm', ['n'] = 'n', ['o'] = 'o', ['p'] = 'p', ['q'] = 'q',   ['r'] = 'r', ['s'] = 's', ['t'] = 't',
        ['u'] = 'u', ['v'] = 'v', ['w'] = 'w', ['x'] = 'x', ['y'] = 'y',   ['z'] = 'z', ['{'] = '{', ['}'] = '}',
        ['~'] = '~',
    };

    return (unsigned char)c < 128 ? forms[(unsigned char)c] : 0;
}

/* Appends `in` in lower case; false at the first byte that is not plain, *out is then as it was. */
static bool add_plain(struct buf *out, struct slice in)
{
    char *to = buf_room(out, in.size);

    if (to == NULL || in.size == 0)
        return false;
    for (size_t i = 0; i < in.size; i++) {
        to[i] = plain(in.data[i]);
        if (to[i] == 0) {
            out->data[out->size] = '\0';
            return false;
        }
    }
    out->size += in.size;
    out->data[out->size] = '\0';
    return true;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void domain_add_percent_decoded(struct buf *out, struct slice in)
{
    for (size_t i = 0; i < in.size; i++) {
        if (in.data[i] == '%' && in.size - i > 2 && hex_value(in.data[i + 1]) >= 0 && hex_value(in.data[i + 2]) >= 0) {
            buf_add_char(out, (char)(hex_value(in.data[i + 1]) << 4 | hex_value(in.data[i + 2])));
            i += 2;
        } else {
            buf_add_char(out, in.data[i]);
        }
    }
}

static bool is_ascii(struct slice in)
{
    for (size_t i = 0; i < in.size; i++) {
        if ((unsigned char)in.data[i] >= 0x80)
            return false;
    }
    return true;
}

/* A name that is not plain as it stands: percent-encoded, international, or wrong. */
static bool add_unusual(struct buf *out, struct slice in)
{
    struct buf decoded = {.limit = in.size};
    struct buf ascii = {.limit = out->limit};
    bool good;

    domain_add_percent_decoded(&decoded, in);
    if (is_ascii(buf_slice(&decoded)))
        good = add_plain(out, buf_slice(&decoded));
    else
        good = domain_add_idna(&ascii, buf_slice(&decoded)) && add_plain(out, buf_slice(&ascii));
    buf_free(&decoded);
    buf_free(&ascii);
    return good;
}

static bool add_ipv6(struct buf *out, struct slice in)
{
    uint16_t pieces[8];

    return in.data[in.size - 1] == ']' && domain_parse_ipv6((struct slice){in.data + 1, in.size - 2}, pieces) &&
           domain_add_ipv6(out, pieces);
}

/* The name at the end of *out, from `start`, becomes an address if it ends in a number. */
static bool settle_ipv4(struct buf *out, size_t start)
{
    struct slice name = {out->data + start, out->size - start};
    uint32_t address;

    if (!domain_ends_in_number(name))
        return true;
    if (!domain_parse_ipv4(name, &address))
        return false;
    out->size = start;
    return domain_add_ipv4(out, address);
}

bool domain_add_host(struct buf *out, struct slice in)
{
    size_t start = out->size;
    bool good;

    if (in.size > 1 && in.data[0] == '[')
        good = add_ipv6(out, in);
    else
        good = (add_plain(out, in) || add_unusual(out, in)) && settle_ipv4(out, start);
    if (!good && out->data != NULL) {
        out->size = start;
        out->data[start] = '\0';
    }
    return good;
}

bool domain_is_address(struct slice host)
{
    return host.size > 0 && (host.data[0] == '[' || domain_ends_in_number(host));
}

/* `host` without a dot at its end, which only says that the name is absolute. */
static struct slice without_dot(struct slice host)
{
    if (host.size > 0 && host.data[host.size - 1] == '.')
        host.size--;
    return host;
}

struct slice domain_registrable(struct slice host)
{
    enum { NAME_MAX_SIZE = 253 };
    char name[NAME_MAX_SIZE + 1];
    struct slice bare = without_dot(host);
    const char *found;

    if (bare.size == 0 || bare.size > NAME_MAX_SIZE || domain_is_address(host))
        return host;
    memcpy(name, bare.data, bare.size);
    name[bare.size] = '\0';
    found = psl_registrable_domain(psl_builtin(), name);
    if (found == NULL)
        return host;
    return (struct slice){host.data + (found - name), host.size - (size_t)(found - name)};
}

struct slice domain_without_www(struct slice host)
{
    if (host.size > 4 && memcmp(host.data, "www.", 4) == 0)
        return (struct slice){host.data + 4, host.size - 4};
    return host;
}

bool domain_is_within(struct slice host, struct slice domain)
{
    size_t before;

    host = without_dot(host);
    domain = without_dot(domain);
    if (domain.size == 0 || host.size < domain.size)
        return false;
    before = host.size - domain.size;
    if (before > 0 && (host.data[before - 1] != '.' || domain_is_address(host)))
        return false;
    return memcmp(host.data + before, domain.data, domain.size) == 0;
}
