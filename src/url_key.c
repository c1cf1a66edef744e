#include "url.h"

const char *const url_rule_names[URL_RULE_COUNT] = {"userinfo", "percent-case", "unreserved", "session-id",
                                                    "ignore-query"};

/* A parameter that names a session in the URLs of a well-known server, and how
 * long its value is at least: "sid=12" may well be a station. */
struct session_name {
    const char *name; /* in lower case; a '*' at the end stands for anything */
    size_t size_min;  /* bytes of the value */
    bool has_digit;   /* the value of a real one has at least one */
};

static const struct session_name session_names[] = {
    {"phpsessid", 16, true},      {"jsessionid", 16, true}, {"sid", 16, true}, {"sessionid", 16, true},
    {"session_id", 16, true},     {"cftoken", 8, true},     {"cfid", 1, true}, /* CFID counts up from 1 */
    {"aspsessionid*", 16, false},
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The value of a hexadecimal digit, -1 of anything else. */
static int hex_value(char c)
{
    if (is_digit(c))
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* True if `name` is `pattern`, or begins with it up to its '*'. */
static bool name_fits(struct slice name, const char *pattern, bool any_case)
{
    size_t i;

    for (i = 0; i < name.size && pattern[i] != '\0' && pattern[i] != '*'; i++) {
        char c = any_case && name.data[i] >= 'A' && name.data[i] <= 'Z' ? (char)(name.data[i] | 0x20) : name.data[i];

        if (c != pattern[i])
            return false;
    }
    return pattern[i] == '*' || (i == name.size && pattern[i] == '\0');
}

static bool looks_random(struct slice value, const struct session_name *session)
{
    bool digit = false;

    for (size_t i = 0; i < value.size; i++) {
        char c = value.data[i];

        if (!is_letter(c) && !is_digit(c) && strchr("-_.,!", c) == NULL)
            return false;
        digit |= is_digit(c);
    }
    return value.size >= session->size_min && (digit || !session->has_digit);
}

/* True if the parameter "name=value" in [at, end) is a session id. */
static bool is_session(const char *at, const char *end)
{
    const char *equals = at == end ? NULL : memchr(at, '=', (size_t)(end - at));

    if (equals == NULL)
        return false;
    for (size_t i = 0; i < sizeof session_names / sizeof session_names[0]; i++) {
        if (name_fits((struct slice){at, (size_t)(equals - at)}, session_names[i].name, true))
            return looks_random((struct slice){equals + 1, (size_t)(end - equals - 1)}, &session_names[i]);
    }
    return false;
}

static bool is_ignored(const char *at, const char *end, const char **ignored)
{
    const char *equals = at == end ? NULL : memchr(at, '=', (size_t)(end - at));
    struct slice name = {at, (size_t)((equals == NULL ? end : equals) - at)};

    for (; *ignored != NULL; ignored++) {
        if (name_fits(name, *ignored, false))
            return true;
    }
    return false;
}

/* The rule by which the query parameter [at, end) does not count; 0: it counts. */
static unsigned rule_against(const char *at, const char *end, const struct url_rules *rules)
{
    if ((rules->on & URL_RULE_IGNORE_QUERY) != 0 && (rules->ignored == NULL || is_ignored(at, end, rules->ignored)))
        return URL_RULE_IGNORE_QUERY;
    return (rules->on & URL_RULE_SESSION) != 0 && is_session(at, end) ? URL_RULE_SESSION : 0;
}

/* Appends path and query with each percent-encoding in its one right form. */
static unsigned add_normal(struct buf *out, struct slice target, unsigned on)
{
    unsigned made = 0;
    char *to = buf_room(out, target.size);

    if (to == NULL)
        return 0;
    for (size_t i = 0; i < target.size; i++) {
        char c = target.data[i];
        int high = c == '%' && target.size - i > 2 ? hex_value(target.data[i + 1]) : -1;
        int low = high >= 0 ? hex_value(target.data[i + 2]) : -1;
        char byte;

        *to++ = c;
        if (low < 0)
            continue;
        i += 2;
        byte = (char)(high << 4 | low);
        if ((on & URL_RULE_UNRESERVED) != 0 &&
            (is_letter(byte) || is_digit(byte) || (byte != '\0' && strchr("-._~", byte) != NULL))) {
            to[-1] = byte;
            made |= URL_RULE_UNRESERVED;
            continue;
        }
        for (size_t j = i - 1; j <= i; j++) {
            c = target.data[j];
            if ((on & URL_RULE_PERCENT_CASE) != 0 && c >= 'a' && c <= 'f') {
                c = (char)(c & ~0x20);
                made |= URL_RULE_PERCENT_CASE;
            }
            *to++ = c;
        }
    }
    out->size = (size_t)(to - out->data);
    out->data[out->size] = '\0';
    return made;
}

/* Takes session parameters such as ";jsessionid=..." out of the path [at, end); gives its new end. */
static char *drop_path_sessions(char *at, char *end)
{
    char *to = at;

    while (at < end) {
        char *next = at + 1;

        while (next < end && *next != ';' && *next != '/')
            next++;
        if (*at != ';' || !is_session(at + 1, next)) {
            memmove(to, at, (size_t)(next - at));
            to += next - at;
        }
        at = next;
    }
    return to;
}

/* Takes what does not count out of the query [at, end), '?' included, and moves
 * what is left to `to`; gives its end. `made` gets the rules that did it. */
static char *drop_parameters(char *to, char *at, char *end, const struct url_rules *rules, unsigned *made)
{
    char *start = to;
    bool dropped = false;

    while (at < end) {
        char *next = memchr(at + 1, '&', (size_t)(end - at - 1));
        unsigned rule;

        if (next == NULL)
            next = end;
        rule = rule_against(at + 1, next, rules);
        *made |= rule;
        if (rule != 0) {
            dropped = true;
        } else {
            memmove(to, at, (size_t)(next - at));
            *to = to == start ? '?' : '&';
            to += next - at;
        }
        at = next;
    }
    /* "?" alone remains only where it was alone. */
    return dropped && to == start + 1 ? start : to;
}

/* True if some parameter of the path or the query, as they stand, does not count. */
static bool any_goes(struct slice path, struct slice query, const struct url_rules *rules)
{
    const char *at = query.data, *end = at + query.size;

    while (at < end) {
        const char *next = memchr(at + 1, '&', (size_t)(end - at - 1));

        if (next == NULL)
            next = end;
        if (rule_against(at + 1, next, rules) != 0)
            return true;
        at = next;
    }
    return (rules->on & URL_RULE_SESSION) != 0 && memchr(path.data, ';', path.size) != NULL;
}

unsigned url_key(const struct url *url, const struct url_rules *rules, struct buf *out)
{
    struct slice target = url_target(url);
    struct slice path = url_path(url), query_part = {target.data + path.size, target.size - path.size};
    unsigned made = 0, on = rules->on;
    char *path_end, *query, *end;
    size_t path_at;

    buf_clear(out);
    if (url->user_at == url->host_at)
        on &= ~(unsigned)URL_RULE_USERINFO;
    /* With a '%' the names of parameters may yet change. */
    if (memchr(target.data, '%', target.size) == NULL) {
        on &= ~(unsigned)(URL_RULE_PERCENT_CASE | URL_RULE_UNRESERVED);
        if (!any_goes(path, query_part, rules))
            on &= ~(unsigned)(URL_RULE_SESSION | URL_RULE_IGNORE_QUERY);
    }
    if (on == 0)
        return 0;

    if ((on & URL_RULE_USERINFO) != 0) {
        url_add_origin(url, out);
        made |= URL_RULE_USERINFO;
    } else {
        buf_add(out, url->text.data, url->path_at);
    }
    path_at = out->size;
    made |= add_normal(out, target, on);
    if (out->full) {
        buf_clear(out);
        return 0;
    }
    end = out->data + out->size;
    query = memchr(out->data + path_at, '?', out->size - path_at);
    path_end = query = query == NULL ? end : query;
    if ((on & URL_RULE_SESSION) != 0) {
        path_end = drop_path_sessions(out->data + path_at, query);
        if (path_end != query)
            made |= URL_RULE_SESSION;
    }
    end = drop_parameters(path_end, query, end, rules, &made);
    out->size = (size_t)(end - out->data);
    out->data[out->size] = '\0';
    if (made == 0)
        buf_clear(out);
    return made;
}
