#include "rules_inside.h"

#include "mem.h"

#include <stdlib.h>

/* --- Normal form -------------------------------------------------------------- */

/* Sets of ASCII characters, a bit each. Unreserved: letters, digits and -._~ (RFC 3986, 2.3). */
static const uint64_t UNRESERVED[2] = {0x03ff600000000000, 0x47fffffe87fffffe};
/* Those and the reserved ones (2.2) but for '*' and '$': only escaped do these differ from what is special in a
 * pattern. */
static const uint64_t PLAIN[2] = {0xaffffbca00000000, 0x47fffffeafffffff};

static bool is_in(const uint64_t set[2], unsigned char c)
{
    return c < 128 && (set[c / 64] >> c % 64 & 1) != 0;
}

static bool is_query_plain(unsigned char c)
{
    return c == ':' || c == '/' || c == '?' || c == '@';
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t rules_normalize(struct slice in, bool pattern, enum form form, char *out)
{
    static const char digits[] = "0123456789ABCDEF";
    bool in_query = false;
    size_t size = 0;

    for (size_t i = 0; i < in.size; i++) {
        unsigned char c = (unsigned char)in.data[i];
        bool escaped = c == '%' && i + 2 < in.size && hex_value(in.data[i + 1]) >= 0 && hex_value(in.data[i + 2]) >= 0;

        if (escaped) {
            c = (unsigned char)(hex_value(in.data[i + 1]) * 16 + hex_value(in.data[i + 2]));
            i += 2;
        }
        if (pattern && c == '*' && !escaped) {
            if (size == 0 || out[size - 1] != '*')
                out[size++] = '*';
        } else if (is_in(escaped ? UNRESERVED : PLAIN, c) || (escaped && in_query && is_query_plain(c))) {
            out[size++] = (char)c;
            in_query = in_query || (form == FORM_QUERY && c == '?');
        } else {
            out[size++] = '%';
            out[size++] = digits[c >> 4];
            out[size++] = digits[c & 15];
        }
    }
    return size;
}

/* --- Building ----------------------------------------------------------------- */

struct builder {
    struct buf pool;
    struct rule *rules;
    size_t count;
    struct group *groups;
    char *scratch; /* three times the longest pattern */
};

/* The bytes in front of the first star. */
static size_t prefix_size(const char *pool, const struct rule *rule)
{
    const char *pattern = pool + rule->pattern_at, *star = memchr(pattern, '*', rule->pattern_size);

    return star == NULL ? rule->pattern_size : (size_t)(star - pattern);
}

/* The "$" form of an Allow for a directory's index page, as Google has it: "/a/index.html" allows "/a/", too, which is
 * the same page by its other name. Empty if `line` is none such. */
static struct slice directory_of(const struct rule_line *line)
{
    struct slice pattern = line->pattern;
    const char *slash = memrchr(pattern.data, '/', pattern.size);
    struct slice name =
        slash == NULL ? (struct slice){"", 0} : (struct slice){slash, pattern.size - (size_t)(slash - pattern.data)};

    if (!line->allow || (!slice_is(name, "/index.html") && !slice_is(name, "/index.htm")))
        return (struct slice){NULL, 0};
    return (struct slice){pattern.data, pattern.size - name.size + 1};
}

static void add_rule(struct builder *b, const struct rule_line *line, struct slice pattern, bool anchored)
{
    struct rule *rule = &b->rules[b->count];
    size_t stars = 0, size;
    const char *star;

    *rule = (struct rule){.line = line->line, .allow = line->allow, .pair = PAIR_ANY};
    rule->form = memchr(pattern.data, '?', pattern.size) != NULL ? FORM_QUERY : FORM_PLAIN;
    rule->anchored = anchored;
    size = rules_normalize(pattern, true, rule->form, b->scratch);
    for (size_t i = 1; i < pattern.size; i++)
        stars += pattern.data[i] == '*' && pattern.data[i - 1] == '*';
    rule->octets = (uint32_t)(size + stars + rule->anchored);
    if (size > 0 && b->scratch[size - 1] == '*') {
        /* "/a*" and "/a*$" say no more than "/a". */
        size--;
        rule->anchored = false;
    }

    rule->text_at = (uint32_t)b->pool.size;
    rule->text_size = (uint32_t)line->text.size;
    buf_add(&b->pool, line->text.data, line->text.size);
    rule->pattern_size = (uint32_t)size;
    rule->pattern_at = rule->text_at + (uint32_t)(pattern.data - line->text.data);
    if (size > pattern.size || memcmp(pattern.data, b->scratch, size) != 0) {
        rule->pattern_at = (uint32_t)b->pool.size;
        buf_add(&b->pool, b->scratch, size);
    }
    star = memchr(b->scratch, '*', size);
    for (size_t i = star == NULL ? size : (size_t)(star - b->scratch) + 1; i + 1 < size; i++)
        if (b->scratch[i] != '*' && b->scratch[i + 1] != '*') {
            rule->pair = (uint16_t)pair_of((unsigned char)b->scratch[i], (unsigned char)b->scratch[i + 1]);
            break;
        }
    b->count++;
}

/* By form, then prefix, then octets from most to least, then Allow, then line. */
static int compare_rules(const void *a, const void *b, void *arg)
{
    const struct rule *x = a, *y = b;
    const char *pool = arg;
    size_t x_size = prefix_size(pool, x), y_size = prefix_size(pool, y);
    int order = memcmp(pool + x->pattern_at, pool + y->pattern_at, x_size < y_size ? x_size : y_size);

    if (x->form != y->form)
        return x->form < y->form ? -1 : 1;
    if (order != 0)
        return order;
    if (x_size != y_size)
        return x_size < y_size ? -1 : 1;
    if (x->octets != y->octets)
        return x->octets > y->octets ? -1 : 1;
    if (x->allow != y->allow)
        return x->allow ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

static bool begins_with(const char *pool, const struct group *group, const char *text, size_t size)
{
    return group->prefix_size <= size && memcmp(pool + group->prefix_at, text, group->prefix_size) == 0;
}

/* Groups the sorted rules of `form` from *next on, writing to groups[]; gives how many. */
static size_t make_groups(const struct builder *b, enum form form, size_t *next, struct group *groups)
{
    const char *pool = b->pool.data;
    size_t count = 0;

    for (; *next < b->count && b->rules[*next].form == form; (*next)++) {
        const struct rule *rule = &b->rules[*next];
        const char *prefix = pool + rule->pattern_at;
        size_t size = prefix_size(pool, rule);
        uint32_t parent = count == 0 ? NO_GROUP : (uint32_t)count - 1;

        if (parent != NO_GROUP && groups[parent].prefix_size == size &&
            begins_with(pool, &groups[parent], prefix, size))
            continue;
        while (parent != NO_GROUP && !begins_with(pool, &groups[parent], prefix, size))
            parent = groups[parent].parent;
        groups[count++] = (struct group){rule->pattern_at, (uint32_t)size, parent, (uint32_t)*next};
    }
    groups[count] = (struct group){.rules_at = (uint32_t)*next, .parent = NO_GROUP};
    return count;
}

/* Copies all parts into one block. */
static struct rules *pack(struct builder *b)
{
    struct group *groups = mem_array(b->count + FORM_COUNT, sizeof *groups);
    size_t counts[FORM_COUNT], total = 0, next = 0, size;
    struct rules *rules;
    char *at;

    for (int form = 0; form < FORM_COUNT; form++) {
        counts[form] = make_groups(b, (enum form)form, &next, groups + total);
        total += counts[form] + 1;
    }
    size = sizeof *rules + b->count * sizeof *b->rules + total * sizeof *groups + b->pool.size;
    rules = mem_alloc(size);
    rules->size = size;
    at = (char *)(rules + 1);
    rules->rules = memcpy(at, b->rules, b->count * sizeof *b->rules);
    at += b->count * sizeof *b->rules;
    rules->groups[FORM_PLAIN] = memcpy(at, groups, total * sizeof *groups);
    rules->groups[FORM_QUERY] = rules->groups[FORM_PLAIN] + counts[FORM_PLAIN] + 1;
    at += total * sizeof *groups;
    memcpy(rules->group_count, counts, sizeof counts);
    rules->pool = b->pool.size == 0 ? at : memcpy(at, b->pool.data, b->pool.size);
    free(groups);
    return rules;
}

size_t rules_memory(const struct rules *rules)
{
    return rules->size;
}

struct rules *rules_new(const struct rule_line *lines, size_t count)
{
    struct builder b = {.pool = {.limit = UINT32_MAX / 2}};
    struct rules *rules;
    size_t longest = 0;

    for (size_t i = 0; i < count; i++)
        longest = lines[i].pattern.size > longest ? lines[i].pattern.size : longest;
    b.scratch = mem_alloc(longest * 3 + 1);
    b.rules = mem_array(count * 2 + 1, sizeof *b.rules);
    for (size_t i = 0; i < count; i++) {
        struct slice pattern = lines[i].pattern, directory;
        bool anchored = pattern.size > 0 && pattern.data[pattern.size - 1] == '$';

        if (pattern.size == 0 || (pattern.data[0] != '/' && pattern.data[0] != '*'))
            continue;
        add_rule(&b, &lines[i], (struct slice){pattern.data, pattern.size - anchored}, anchored);
        directory = directory_of(&lines[i]);
        if (directory.size > 0)
            add_rule(&b, &lines[i], directory, true);
    }
    qsort_r(b.rules, b.count, sizeof *b.rules, compare_rules, b.pool.data);
    rules = pack(&b);
    free(b.scratch);
    free(b.rules);
    buf_free(&b.pool);
    return rules;
}
