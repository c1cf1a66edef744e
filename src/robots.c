#include "robots.h"

#include "charset.h"
#include "mem.h"
#include "rules.h"

#include <stdlib.h>
#include <strings.h>

struct robots {
    struct rules *rules; /* of the groups for us, else of those for "*" */
    int64_t delay_ms;    /* of the same groups, or -1 */
    size_t left_out;     /* bytes of the body beyond the limit */
    size_t memory;       /* in bytes */
    size_t sitemap_count;
    struct slice *sitemaps; /* into text */
    char *text;
};

enum group_of { GROUP_OURS, GROUP_STAR, GROUP_COUNT };

enum key { KEY_NONE, KEY_AGENT, KEY_ALLOW, KEY_DISALLOW, KEY_DELAY, KEY_SITEMAP };

/* What is gathered for one of the two groups that may count. */
struct gathered {
    struct rule_line *lines;
    size_t count, capacity;
    int64_t delay_ms;
    bool named; /* some User-agent line has it */
};

struct parse {
    const char *token;
    size_t token_size;
    struct gathered groups[GROUP_COUNT];
    bool in_group[GROUP_COUNT]; /* the lines at hand belong to it */
    bool naming;                /* no rule has come since the last User-agent line: the next one adds to it */
    struct slice *sitemaps;     /* into the body */
    size_t sitemap_count, sitemap_capacity;
};

/* --- Lines ---------------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\v' || c == '\f';
}

static struct slice trimmed(struct slice s)
{
    while (s.size > 0 && is_blank(s.data[0])) {
        s.data++;
        s.size--;
    }
    while (s.size > 0 && is_blank(s.data[s.size - 1]))
        s.size--;
    return s;
}

/* The names of what we know, and the misspellings that Google's parser forgives, too. */
static const struct {
    const char *name;
    enum key key;
} KEYS[] = {
    {"user-agent", KEY_AGENT},  {"useragent", KEY_AGENT},    {"user agent", KEY_AGENT},  {"allow", KEY_ALLOW},
    {"disallow", KEY_DISALLOW}, {"dissallow", KEY_DISALLOW}, {"dissalow", KEY_DISALLOW}, {"disalow", KEY_DISALLOW},
    {"diasllow", KEY_DISALLOW}, {"disallaw", KEY_DISALLOW},  {"crawl-delay", KEY_DELAY}, {"crawldelay", KEY_DELAY},
    {"sitemap", KEY_SITEMAP},   {"site-map", KEY_SITEMAP},
};

static enum key key_of(struct slice name)
{
    for (size_t i = 0; i < sizeof KEYS / sizeof KEYS[0]; i++)
        if (name.size == strlen(KEYS[i].name) && strncasecmp(name.data, KEYS[i].name, name.size) == 0)
            return KEYS[i].key;
    return KEY_NONE;
}

/* Splits a trimmed line without comment into key and value. Without a colon, two words are taken for them: "Disallow
 * /x" is meant to refuse something. */
static enum key split(struct slice line, struct slice *value)
{
    const char *colon = line.size == 0 ? NULL : memchr(line.data, ':', line.size);
    size_t end = colon == NULL ? 0 : (size_t)(colon - line.data);

    if (colon == NULL)
        while (end < line.size && !is_blank(line.data[end]))
            end++;
    if (end == line.size)
        return KEY_NONE;
    *value = trimmed((struct slice){line.data + end + 1, line.size - end - 1});
    if (colon == NULL)
        for (size_t i = 0; i < value->size; i++)
            if (is_blank(value->data[i]))
                return KEY_NONE;
    return key_of(trimmed((struct slice){line.data, end}));
}

/* --- What the lines say ----------------------------------------------------------- */

static bool is_token_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

/* RFC 9309, 2.2.1. A version behind the token does not count: "crawl/1.0" is "crawl". */
static void take_agent(struct parse *p, struct slice value)
{
    bool star = value.size > 0 && value.data[0] == '*' && (value.size == 1 || is_blank(value.data[1]));
    bool ours = p->token_size > 0 && value.size >= p->token_size &&
                strncasecmp(value.data, p->token, p->token_size) == 0 &&
                (value.size == p->token_size || !is_token_char(value.data[p->token_size]));

    if (!p->naming)
        p->in_group[GROUP_STAR] = p->in_group[GROUP_OURS] = false;
    p->naming = true;
    p->in_group[GROUP_STAR] |= star;
    p->in_group[GROUP_OURS] |= ours;
    p->groups[GROUP_STAR].named |= star;
    p->groups[GROUP_OURS].named |= ours;
}

static void take_rule(struct parse *p, struct rule_line line)
{
    p->naming = false;
    if (line.pattern.size == 0)
        return; /* "Disallow:" refuses nothing, "Allow:" allows nothing */
    for (int i = 0; i < GROUP_COUNT; i++) {
        struct gathered *g = &p->groups[i];

        if (!p->in_group[i])
            continue;
        if (g->count == g->capacity) {
            g->capacity = g->capacity * 2 + 16;
            g->lines = mem_resize(g->lines, g->capacity * sizeof *g->lines);
        }
        g->lines[g->count++] = line;
    }
}

/* Seconds as "5", "0.25" or ".5", to milliseconds; -1 if it is no such number. */
static int64_t parse_delay(struct slice value)
{
    int64_t ms = 0, unit = 1000;
    size_t digits = 0;
    bool fraction = false;

    for (size_t i = 0; i < value.size; i++) {
        char c = value.data[i];

        if (c == '.' && !fraction) {
            fraction = true;
            continue;
        }
        if (c < '0' || c > '9')
            return -1;
        digits++;
        if (fraction)
            ms += (c - '0') * (unit /= 10);
        else if (ms < INT64_C(1000000000000)) /* beyond some thirty years it is all the same */
            ms = ms * 10 + (c - '0') * 1000;
    }
    return digits == 0 ? -1 : ms;
}

/* Of several the longest counts: nobody complains of that. It concerns the agents named so far, and neither ends
 * nor begins a group. */
static void take_delay(struct parse *p, struct slice value)
{
    int64_t delay_ms = parse_delay(value);

    for (int i = 0; i < GROUP_COUNT; i++)
        if (p->in_group[i] && delay_ms > p->groups[i].delay_ms)
            p->groups[i].delay_ms = delay_ms;
}

static void take_sitemap(struct parse *p, struct slice value)
{
    if (value.size == 0)
        return;
    if (p->sitemap_count == p->sitemap_capacity) {
        p->sitemap_capacity = p->sitemap_capacity * 2 + 4;
        p->sitemaps = mem_resize(p->sitemaps, p->sitemap_capacity * sizeof *p->sitemaps);
    }
    p->sitemaps[p->sitemap_count++] = value;
}

static void take_line(struct parse *p, struct slice line, unsigned number)
{
    const char *comment = line.size == 0 ? NULL : memchr(line.data, '#', line.size);
    struct slice value;
    enum key key;

    if (comment != NULL)
        line.size = (size_t)(comment - line.data);
    line = trimmed(line);
    key = split(line, &value);
    switch (key) {
    case KEY_AGENT:
        take_agent(p, value);
        break;
    case KEY_ALLOW:
    case KEY_DISALLOW:
        take_rule(p, (struct rule_line){line, value, number, key == KEY_ALLOW});
        break;
    case KEY_DELAY:
        take_delay(p, value);
        break;
    case KEY_SITEMAP:
        take_sitemap(p, value);
        break;
    case KEY_NONE:
        break;
    }
}

/* Lines end with CR, LF or CRLF. */
static void take_lines(struct parse *p, struct slice body)
{
    unsigned number = 1;
    size_t start = 0;

    if (body.size >= 3 && memcmp(body.data, "\xef\xbb\xbf", 3) == 0)
        start = 3;
    for (size_t i = start; i < body.size; i++) {
        if (body.data[i] != '\n' && body.data[i] != '\r')
            continue;
        take_line(p, (struct slice){body.data + start, i - start}, number++);
        if (body.data[i] == '\r' && i + 1 < body.size && body.data[i + 1] == '\n')
            i++;
        start = i + 1;
    }
    if (start < body.size)
        take_line(p, (struct slice){body.data + start, body.size - start}, number);
}

/* --- The whole ------------------------------------------------------------------ */

struct sitemap_line {
    struct slice url;
    size_t order;
};

static int compare_sitemaps(const void *a, const void *b)
{
    const struct sitemap_line *x = a, *y = b;
    size_t shorter = x->url.size < y->url.size ? x->url.size : y->url.size;
    int order = memcmp(x->url.data, y->url.data, shorter);

    if (order != 0)
        return order;
    if (x->url.size != y->url.size)
        return x->url.size < y->url.size ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

/* Empties all but the first of equal lines. By sorting: no choice of lines makes that slow. */
static void drop_repeats(struct parse *p)
{
    struct sitemap_line *sorted = mem_array(p->sitemap_count, sizeof *sorted);

    for (size_t i = 0; i < p->sitemap_count; i++)
        sorted[i] = (struct sitemap_line){p->sitemaps[i], i};
    qsort(sorted, p->sitemap_count, sizeof *sorted, compare_sitemaps);
    for (size_t i = 1; i < p->sitemap_count; i++)
        if (sorted[i].url.size == sorted[i - 1].url.size &&
            memcmp(sorted[i].url.data, sorted[i - 1].url.data, sorted[i].url.size) == 0)
            p->sitemaps[sorted[i].order].size = 0;
    free(sorted);
}

static void keep_sitemaps(struct robots *r, struct parse *p)
{
    size_t text_size = 0;
    char *at;

    if (p->sitemap_count == 0)
        return;
    drop_repeats(p);
    for (size_t i = 0; i < p->sitemap_count; i++)
        text_size += p->sitemaps[i].size;
    at = r->text = mem_alloc(text_size);
    r->memory += text_size + p->sitemap_count * sizeof *r->sitemaps;
    r->sitemaps = mem_array(p->sitemap_count, sizeof *r->sitemaps);
    for (size_t i = 0; i < p->sitemap_count; i++) {
        struct slice url = p->sitemaps[i];

        if (url.size == 0)
            continue;
        r->sitemaps[r->sitemap_count++] = (struct slice){memcpy(at, url.data, url.size), url.size};
        at += url.size;
    }
}

/* What is parsed of a body: up to the limit, and there up to the end of the last whole line. */
static struct slice within_limit(struct slice body)
{
    size_t size = ROBOTS_BODY_LIMIT;

    if (body.size <= size)
        return body;
    while (size > 0 && body.data[size - 1] != '\n' && body.data[size - 1] != '\r')
        size--;
    return (struct slice){body.data, size};
}

/* UTF-16 is none of RFC 9309's, but some hosts have it; its mark cannot begin a file in UTF-8. */
static const char *utf16_label(struct slice body)
{
    if (body.size >= 2 && memcmp(body.data, "\xff\xfe", 2) == 0)
        return "utf-16le";
    return body.size >= 2 && memcmp(body.data, "\xfe\xff", 2) == 0 ? "utf-16be" : NULL;
}

struct robots *robots_parse(struct slice body, const char *product_token)
{
    struct parse p = {.token = product_token, .token_size = strlen(product_token)};
    struct buf utf8 = {.limit = 4 * ROBOTS_BODY_LIMIT};
    struct robots *r = mem_new(sizeof *r);
    struct slice parsed = within_limit(body);
    const char *utf16 = utf16_label(parsed);
    struct gathered *ours;

    p.groups[GROUP_OURS].delay_ms = p.groups[GROUP_STAR].delay_ms = -1;
    if (utf16 != NULL)
        charset_decode(charset_by_label(slice_of(utf16)), parsed, &utf8);
    take_lines(&p, utf16 != NULL ? buf_slice(&utf8) : parsed);
    ours = &p.groups[p.groups[GROUP_OURS].named ? GROUP_OURS : GROUP_STAR];
    r->rules = rules_new(ours->lines, ours->count);
    r->delay_ms = ours->delay_ms;
    r->left_out = body.size - parsed.size;
    r->memory = sizeof *r + rules_memory(r->rules);
    keep_sitemaps(r, &p);
    free(p.groups[GROUP_OURS].lines);
    free(p.groups[GROUP_STAR].lines);
    free(p.sitemaps);
    buf_free(&utf8);
    return r;
}

void robots_free(struct robots *r)
{
    if (r == NULL)
        return;
    free(r->rules);
    free(r->sitemaps);
    free(r->text);
    free(r);
}

struct robots_verdict robots_check(const struct robots *r, struct slice target)
{
    struct rule_found found;

    if (slice_is(target, "/robots.txt") || !rules_find(r->rules, target, &found))
        return (struct robots_verdict){.allowed = true};
    return (struct robots_verdict){found.allow, found.line, found.text};
}

int64_t robots_delay_ms(const struct robots *r)
{
    return r->delay_ms;
}

size_t robots_sitemap_count(const struct robots *r)
{
    return r->sitemap_count;
}

struct slice robots_sitemap(const struct robots *r, size_t index)
{
    return r->sitemaps[index];
}

size_t robots_memory(const struct robots *r)
{
    return r == NULL ? 0 : r->memory;
}

size_t robots_bytes_left_out(const struct robots *r)
{
    return r->left_out;
}
