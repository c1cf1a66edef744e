#include "token_stack.h"

#include "mem.h"

#include <stdlib.h>

void stack_clear(struct stack *s, int64_t work)
{
    s->count = 0;
    s->beyond = 0;
    s->popped = 0;
    s->serial = 0;
    s->listed = 0;
    s->revived = -1;
    s->work = work;
    memset(s->top, -1, sizeof s->top);
    /* A page that was very deep does not keep its memory from the next ones. */
    if (s->capacity > 4096) {
        stack_free(s);
        s->capacity = 0;
    }
}

void stack_free(struct stack *s)
{
    free(s->open);
    s->open = NULL;
    s->capacity = 0;
}

/* True for the elements of SVG and MathML that are special and bound scopes. */
static bool bounds_foreign(const struct open_element *e)
{
    if ((name_facts[e->name] & NAME_FOREIGN_SCOPE) == 0)
        return false;
    return (e->space == SPACE_SVG) == (e->name == NAME_FOREIGNOBJECT || e->name == NAME_DESC || e->name == NAME_TITLE);
}

/* Makes open[at] part of the stack: the indexes that name it and those it names. */
static void link_up(struct stack *s, int32_t at)
{
    struct open_element *e = &s->open[at];
    const struct open_element *below = at > 0 ? e - 1 : NULL;
    unsigned facts = name_facts[e->name];
    bool html = e->space == SPACE_HTML;
    bool special = html ? (facts & NAME_SPECIAL) != 0 : bounds_foreign(e);
    bool scope = html ? (facts & NAME_SCOPE) != 0 : special;

    e->special = special ? at : below == NULL ? -1 : below->special;
    e->scope = scope ? at : below == NULL ? -1 : below->scope;
    e->item = special && !(html && (facts & NAME_IN_ITEM) != 0) ? at : below == NULL ? -1 : below->item;
    e->before = -1;
    if (html) {
        e->before = s->top[e->name];
        s->top[e->name] = at;
    }
}

static void unlink_top(struct stack *s, int32_t at)
{
    if (s->open[at].space == SPACE_HTML)
        s->top[s->open[at].name] = s->open[at].before;
}

void stack_push(struct stack *s, enum name name, enum space space, uint8_t flags, uint32_t hash)
{
    struct open_element *e;

    if (s->count == STACK_MAX) {
        s->beyond++;
        return;
    }
    if (s->count == s->capacity) {
        s->capacity = s->capacity == 0 ? 256 : s->capacity * 2;
        s->open = mem_resize(s->open, (size_t)s->capacity * sizeof *s->open);
    }
    e = &s->open[s->count];
    e->name = (uint8_t)name;
    e->space = (uint8_t)space;
    e->flags = flags;
    e->hash = hash;
    e->serial = ++s->serial;
    link_up(s, s->count++);
}

static struct formatting *find_listed(struct stack *s, uint32_t serial)
{
    for (int32_t i = s->listed - 1; i >= 0; i--)
        if (s->list[i].serial == serial && s->list[i].name != NAME_OTHER)
            return &s->list[i];
    return NULL;
}

/* What its leaving the stack means to the list and to the reader. */
static void leave(struct stack *s, struct open_element *e)
{
    s->popped |= e->flags & (OPEN_ANCHOR | OPEN_HEADING);
    if ((e->flags & OPEN_LISTED) != 0) {
        struct formatting *f = find_listed(s, e->serial);

        if (f != NULL)
            f->open = false;
    }
}

void stack_pop(struct stack *s)
{
    if (s->beyond > 0) {
        s->beyond--;
        return;
    }
    s->count--;
    unlink_top(s, s->count);
    if (s->open[s->count].flags != 0)
        leave(s, &s->open[s->count]);
}

void stack_pop_to(struct stack *s, int32_t count)
{
    s->beyond = 0;
    while (s->count > count)
        stack_pop(s);
}

void stack_pop_until(struct stack *s, enum name name)
{
    if (s->top[name] >= 0)
        stack_pop_to(s, s->top[name]);
}

void stack_unlink_from(struct stack *s, int32_t from)
{
    s->work -= s->count - from;
    for (int32_t i = s->count - 1; i >= from; i--)
        unlink_top(s, i);
}

void stack_link_from(struct stack *s, int32_t from)
{
    for (int32_t i = from; i < s->count; i++)
        link_up(s, i);
}

void stack_remove(struct stack *s, int32_t at)
{
    if (at == s->count - 1 || s->work <= 0) {
        stack_pop_to(s, at);
        return;
    }
    stack_unlink_from(s, at);
    leave(s, &s->open[at]);
    memmove(&s->open[at], &s->open[at + 1], (size_t)(s->count - at - 1) * sizeof *s->open);
    s->count--;
    stack_link_from(s, at);
}

bool stack_in_scope(const struct stack *s, enum name name)
{
    return s->top[name] >= 0 && s->top[name] >= s->open[s->count - 1].scope;
}

bool stack_in_button_scope(const struct stack *s, enum name name)
{
    return stack_in_scope(s, name) && s->top[name] >= s->top[NAME_BUTTON];
}

bool stack_in_item_scope(const struct stack *s, enum name name)
{
    return stack_in_scope(s, name) && s->top[name] >= s->top[NAME_OL] && s->top[name] >= s->top[NAME_UL];
}

bool stack_in_table_scope(const struct stack *s, enum name name)
{
    return s->top[name] >= 0 && s->top[name] >= s->top[NAME_TABLE] && s->top[name] >= s->top[NAME_TEMPLATE];
}

static void imply(struct stack *s, unsigned facts, enum name except)
{
    while (s->count > 0) {
        const struct open_element *e = stack_current(s);

        if (e->space != SPACE_HTML || e->name == except || (name_facts[e->name] & facts) == 0)
            return;
        stack_pop_to(s, s->count - 1);
    }
}

void stack_imply_ends(struct stack *s, enum name except)
{
    imply(s, NAME_IMPLIED_END, except);
}

void stack_imply_ends_thoroughly(struct stack *s)
{
    imply(s, NAME_IMPLIED_END | NAME_THOROUGH, NAME_OTHER);
}

void stack_end_other(struct stack *s, enum name name, uint32_t hash)
{
    int32_t at = s->top[name], bound;

    if (s->beyond > 0) {
        s->beyond--;
        return;
    }
    bound = stack_current(s)->special;
    /* All names unknown here share one chain. */
    while (name == NAME_OTHER && at > bound && s->open[at].hash != hash && s->work > 0) {
        at = s->open[at].before;
        s->work--;
    }
    if (at >= 0 && at >= bound && (name != NAME_OTHER || s->open[at].hash == hash))
        stack_pop_to(s, at);
}
