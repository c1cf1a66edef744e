#include "rules_inside.h"

#include "mem.h"

#include <stdlib.h>

#define STACK_TARGET 2048u

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
            s.size = rules_normalize(target, false, (enum form)form, room);
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
