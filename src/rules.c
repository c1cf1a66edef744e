#include "rules.h"

#include "mem.h"

#include <stdint.h>
#include <stdlib.h>

#define NO_GROUP     UINT32_MAX
#define PAIR_BITS    4096u /* size of the set of byte pairs of a target */
#define PAIR_ANY     UINT16_MAX
#define STACK_TARGET 2048u

/* In which of two normal forms a rule compares. In a query ':', '/', '?' and '@' delimit nothing (RFC 3986, 3.4), so
 * behind the first '?' they equal their percent-encoding, as the table in RFC 9309, 2.2.2 has it: "?u=https://x"
 * matches
 * "?u=https%3A%2F%2Fx". In a path they differ: "/a%2Fb" is not "/a/b". A pattern without a '?' cannot know
 * which part it meets, and compares letter by letter. */
enum form { FORM_PLAIN, FORM_QUERY, FORM_COUNT };

/* A rule, its pattern normalised: no '$' at the end, no "**", no '*' at the end. */
struct rule {
    uint32_t pattern_at;   /* in the pool */
    uint32_t pattern_size; /* longer than the prefix of its group: there is a '*' behind that */
    uint32_t text_at;      /* the line, in the pool */
    uint32_t text_size;
    uint32_t line;
    uint32_t octets; /* what counts for the longest match */
    uint16_t pair;   /* pair_of() two neighbouring bytes that a target must have, or PAIR_ANY */
    uint8_t form;    /* enum form */
    bool allow : 1;
    bool anchored : 1; /* had a '$' at its end */
};

/* Rules with the same prefix: the pattern up to its first star. Groups are sorted by prefix, a group's rules from most
 * octets to least. */
struct group {
    uint32_t prefix_at;
    uint32_t prefix_size;
    uint32_t parent;   /* the group with the longest prefix that this one begins with, or NO_GROUP */
    uint32_t rules_at; /* the first of its rules; the next group has the end of them */
};

struct rules {
    const struct rule *rules;
    const struct group *groups[FORM_COUNT];
    size_t group_count[FORM_COUNT]; /* without the sentinel behind each list */
    const char *pool;
};

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

/* Writes `in` to out[], which has room for three times its size. Gives the bytes written. With `pattern` a '*' stays a
 * star, and a row of them is one. */
static size_t normalize(struct slice in, bool pattern, enum form form, char *out)
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

static unsigned pair_of(unsigned char a, unsigned char b)
{
    return (a * 61u + b * 7u) % PAIR_BITS;
}

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
    size = normalize(pattern, true, rule->form, b->scratch);
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

/* --- Finding ------------------------------------------------------------------ */

struct search {
    const struct rules *rules;
    const char *target; /* in the form asked for */
    size_t size;
    const struct rule *best;
    bool pairs_known;                   /* pairs[] is filled */
    unsigned char pairs[PAIR_BITS / 8]; /* which pairs the target has */
};

static bool has_pair(struct search *s, unsigned pair)
{
    if (!s->pairs_known) {
        memset(s->pairs, 0, sizeof s->pairs);
        for (size_t i = 0; i + 1 < s->size; i++) {
            unsigned p = pair_of((unsigned char)s->target[i], (unsigned char)s->target[i + 1]);

            s->pairs[p / 8] |= (unsigned char)(1u << p % 8);
        }
        s->pairs_known = true;
    }
    return (s->pairs[pair / 8] >> pair % 8 & 1) != 0;
}

/* Does `pattern`, which begins with a star, match `text`? Each piece between stars is best taken where it comes
 * first: that leaves the most for what follows. So nothing is ever tried again. */
static bool stars_match(const char *pattern, size_t size, bool anchored, const char *text, size_t text_size)
{
    const char *end = pattern + size, *text_end = text + text_size;

    while (pattern < end) {
        const char *piece = pattern + 1, *star = memchr(piece, '*', (size_t)(end - piece)), *at;
        size_t piece_size = (size_t)((star == NULL ? end : star) - piece);

        if (star == NULL && anchored)
            return piece_size <= (size_t)(text_end - text) && memcmp(text_end - piece_size, piece, piece_size) == 0;
        at = memmem(text, (size_t)(text_end - text), piece, piece_size);
        if (at == NULL)
            return false;
        text = at + piece_size;
        pattern = piece + piece_size;
    }
    return true;
}

/* `prefix_size` bytes of it are known to match. */
static bool rule_matches(struct search *s, const struct rule *rule, size_t prefix)
{
    if (rule->pattern_size == prefix)
        return !rule->anchored || s->size == prefix;
    if (rule->pair != PAIR_ANY && !has_pair(s, rule->pair))
        return false;
    return stars_match(s->rules->pool + rule->pattern_at + prefix, rule->pattern_size - prefix, rule->anchored,
                       s->target + prefix, s->size - prefix);
}

static void try_group(struct search *s, const struct group *group)
{
    for (uint32_t i = group[0].rules_at; i < group[1].rules_at; i++) {
        const struct rule *rule = &s->rules->rules[i];

        if (s->best != NULL &&
            (rule->octets < s->best->octets || (rule->octets == s->best->octets && (s->best->allow || !rule->allow))))
            return; /* nor can those that follow be better */
        if (rule_matches(s, rule, group->prefix_size))
            s->best = rule;
    }
}

/* All groups whose prefix the target begins with are among the last one that is not behind it, its parent, the
 * parent's parent ...: what sorts between a prefix and the target begins with that prefix, too. */
static void search_form(struct search *s, enum form form)
{
    const struct group *groups = s->rules->groups[form];
    size_t low = 0, high = s->rules->group_count[form], common = 0;

    while (low < high) {
        size_t middle = low + (high - low) / 2, size = groups[middle].prefix_size;
        int order = memcmp(s->rules->pool + groups[middle].prefix_at, s->target, size < s->size ? size : s->size);

        if (order < 0 || (order == 0 && size <= s->size))
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return;
    while (common < groups[low - 1].prefix_size && common < s->size &&
           s->rules->pool[groups[low - 1].prefix_at + common] == s->target[common])
        common++;
    for (uint32_t i = (uint32_t)low - 1; i != NO_GROUP; i = groups[i].parent)
        if (groups[i].prefix_size <= common)
            try_group(s, &groups[i]);
}

bool rules_find(const struct rules *rules, struct slice target, struct rule_found *found)
{
    char stack[STACK_TARGET], *room = target.size > sizeof stack / 3 ? mem_alloc(target.size * 3) : stack;
    struct search s;

    s.rules = rules;
    s.target = room;
    s.best = NULL;
    for (int form = 0; form < FORM_COUNT; form++)
        if (rules->group_count[form] > 0) {
            s.size = normalize(target, false, (enum form)form, room);
            s.pairs_known = false;
            search_form(&s, (enum form)form);
        }
    if (room != stack)
        free(room);
    if (s.best == NULL)
        return false;
    *found = (struct rule_found){s.best->allow, s.best->line, {rules->pool + s.best->text_at, s.best->text_size}};
    return true;
}
