#include "token_stack.h"

static void forget(struct stack *s, int32_t at)
{
    memmove(&s->list[at], &s->list[at + 1], (size_t)(s->listed - at - 1) * sizeof s->list[0]);
    s->listed--;
    s->work -= 8;
}

static void list(struct stack *s, struct formatting f)
{
    if (s->listed == FORMATTING_MAX)
        forget(s, 0);
    s->list[s->listed++] = f;
}

void stack_mark(struct stack *s)
{
    list(s, (struct formatting){.name = NAME_OTHER});
}

void stack_clear_to_mark(struct stack *s)
{
    while (s->listed > 0 && s->list[--s->listed].name != NAME_OTHER)
        ;
}

/* Noah's Ark clause: of elements alike there are at most three behind the last
 * marker. Attributes count as alike when they are written alike. */
static void make_room_in_the_ark(struct stack *s, enum name name, struct slice attributes)
{
    int32_t alike = 0, earliest = 0;

    for (int32_t i = s->listed - 1; i >= 0 && s->list[i].name != NAME_OTHER; i--) {
        const struct formatting *f = &s->list[i];

        s->work--;
        if (f->name == name && f->attributes.size == attributes.size &&
            (attributes.size == 0 || memcmp(f->attributes.data, attributes.data, attributes.size) == 0)) {
            alike++;
            earliest = i;
        }
    }
    if (alike >= 3)
        forget(s, earliest);
}

void stack_list_current(struct stack *s, struct slice attributes)
{
    struct open_element *e = stack_current(s);

    make_room_in_the_ark(s, e->name, attributes);
    e->flags |= OPEN_LISTED;
    list(s, (struct formatting){.name = e->name,
                                .open = true,
                                .lost = e->name == NAME_A && stack_has(s, NAME_TEMPLATE),
                                .serial = e->serial,
                                .attributes = attributes});
}

void stack_reconstruct(struct stack *s)
{
    int32_t from = s->listed;

    if (s->work <= 0)
        return;
    while (from > 0 && s->list[from - 1].name != NAME_OTHER && !s->list[from - 1].open)
        from--;
    for (int32_t i = from; i < s->listed && s->work > 0 && s->count < STACK_MAX; i++) {
        stack_push(s, s->list[i].name, SPACE_HTML, OPEN_LISTED, 0);
        s->list[i].serial = s->serial;
        s->list[i].open = true;
        s->work--;
        if (s->list[i].lost && !stack_has(s, NAME_TEMPLATE))
            s->revived = i;
    }
}

void stack_lose_listed(struct stack *s)
{
    for (int32_t i = 0; i < s->listed; i++)
        s->list[i].lost = s->list[i].name == NAME_A;
}

/* Index on the list of the last `name` behind the last marker; -1: none. */
static int32_t last_listed(const struct stack *s, enum name name)
{
    for (int32_t i = s->listed - 1; i >= 0 && s->list[i].name != NAME_OTHER; i--)
        if (s->list[i].name == name)
            return i;
    return -1;
}

bool stack_is_listed(const struct stack *s, enum name name)
{
    return last_listed(s, name) >= 0;
}

/* Where the element of list[i] is on the stack; -1: nowhere. */
static int32_t place_of(struct stack *s, int32_t i)
{
    int32_t at = s->top[s->list[i].name];

    if (!s->list[i].open)
        return -1;
    while (at >= 0 && s->open[at].serial != s->list[i].serial) {
        at = s->open[at].before;
        s->work--;
    }
    return at;
}

static int32_t list_index(const struct stack *s, uint32_t serial)
{
    for (int32_t i = s->listed - 1; i >= 0; i--)
        if (s->list[i].name != NAME_OTHER && s->list[i].serial == serial)
            return i;
    return -1;
}

/* The part of the adoption agency that has a furthest block (steps 4.9 to 4.19):
 * of the formatting elements between open[at] and open[block] the nearest three are
 * kept (their copies take their places), the others go; and the element itself
 * moves behind the block, on the list as on the stack. */
static void adopt_block(struct stack *s, int32_t i, int32_t at, int32_t block)
{
    struct open_element moved = s->open[at];
    struct formatting entry = s->list[i];
    int32_t bookmark = i, kept = block, inner = 0;

    stack_unlink_from(s, at);
    s->popped |= moved.flags & OPEN_ANCHOR;
    for (int32_t node = block - 1; node > at; node--) {
        int32_t listed = (s->open[node].flags & OPEN_LISTED) != 0 ? list_index(s, s->open[node].serial) : -1;

        if (++inner > 3 && listed >= 0) {
            forget(s, listed);
            bookmark -= listed < bookmark;
            listed = -1;
        }
        if (listed < 0) {
            s->popped |= s->open[node].flags & (OPEN_ANCHOR | OPEN_HEADING);
            continue;
        }
        if (kept == block)
            bookmark = listed + 1;
        s->open[--kept] = s->open[node];
    }
    /* Close the gap: what was kept, then the block, then the moved one, then the rest. */
    memmove(&s->open[at], &s->open[kept], (size_t)(block - kept + 1) * sizeof *s->open);
    at += block - kept + 1;
    moved.flags &= (uint8_t)~OPEN_ANCHOR;
    s->open[at] = moved;
    memmove(&s->open[at + 1], &s->open[block + 1], (size_t)(s->count - block - 1) * sizeof *s->open);
    s->count -= block - at;

    i = list_index(s, entry.serial);
    if (i >= 0) {
        forget(s, i);
        bookmark -= i < bookmark;
    }
    memmove(&s->list[bookmark + 1], &s->list[bookmark], (size_t)(s->listed - bookmark) * sizeof s->list[0]);
    s->list[bookmark] = entry;
    s->listed++;
}

/* The lowest special element above open[at]; -1: none. */
static int32_t furthest_block(struct stack *s, int32_t at)
{
    int32_t block = -1;

    for (int32_t i = stack_current(s)->special; i > at; i = s->open[i - 1].special) {
        block = i;
        s->work--;
    }
    return block;
}

void stack_adopt(struct stack *s, enum name name)
{
    if (s->beyond > 0) {
        s->beyond--;
        return;
    }
    if (stack_current_is(s, name) && (stack_current(s)->flags & OPEN_LISTED) == 0) {
        stack_pop(s);
        return;
    }
    for (int outer = 0; outer < 8; outer++) {
        int32_t i = last_listed(s, name), at, block;

        if (i < 0) {
            stack_end_other(s, name, 0);
            return;
        }
        at = place_of(s, i);
        if (at < 0) {
            forget(s, i);
            return;
        }
        if (at < stack_current(s)->scope)
            return;
        block = s->work > 0 ? furthest_block(s, at) : -1;
        if (block < 0) {
            forget(s, i);
            s->open[at].flags &= (uint8_t)~OPEN_LISTED;
            stack_pop_to(s, at);
            return;
        }
        adopt_block(s, i, at, block);
        stack_link_from(s, at);
    }
}

void stack_drop_listed(struct stack *s, enum name name)
{
    int32_t i = last_listed(s, name), at;

    if (i < 0)
        return;
    at = place_of(s, i);
    forget(s, i);
    if (at >= 0) {
        s->open[at].flags &= (uint8_t)~OPEN_LISTED;
        stack_remove(s, at);
    }
}
