#include "options.h"

#include "mem.h"
#include "option.h"
#include "text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void options_init(struct options *options)
{
    static const struct option_origin built_in = {RANK_BUILT_IN, "built in"};
    struct err err = {""};

    *options = (struct options){0};
    options->notes = mem_array(option_count, sizeof *options->notes);
    for (size_t i = 0; i < option_count; i++) {
        const struct option_entry *entry = &option_table[i];
        bool set = entry->fallback == NULL || option_set(options, entry, entry->fallback, &built_in, &err);

        assert(set);
        (void)set;
        options->notes[i].origin = built_in.where;
    }
}

static void free_text(char **text)
{
    free(*text);
    *text = NULL; /* two entries of the table may share a field */
}

void options_free(struct options *options)
{
    free(options->command);
    for (size_t i = 0; i < option_count; i++) {
        const struct option_entry *entry = &option_table[i];
        void *field = (char *)options + entry->field;

        free(options->notes[i].text);
        if (entry->kind == OPTION_STRING)
            free_text(field);
        else if (entry->kind == OPTION_LIST || entry->kind == OPTION_WORDS)
            option_clear_list(field);
    }
    for (size_t i = 0; i < options->section_count; i++) {
        struct options_section *section = &options->sections[i];

        option_clear_list(&section->host.headers);
        option_clear_list(&section->said);
        free(section->host.user);
        free(section->host.bearer);
        free(section->pattern);
    }
    for (size_t i = 0; i < options->operand_count; i++)
        free(options->operands[i]);
    for (size_t i = 0; i < options->origin_count; i++)
        free(options->origins[i]);
    free(options->operands);
    free(options->origins);
    free(options->sections);
    free(options->notes);
    *options = (struct options){0};
}

static const struct options_note *note_of(const struct options *options, const char *name)
{
    const struct option_entry *entry = option_find(options->verb, name);

    if (entry == NULL)
        entry = option_find(VERB_CRAWL, name);
    assert(entry != NULL);
    return &options->notes[entry - option_table];
}

bool options_given(const struct options *options, const char *name)
{
    return note_of(options, name)->rank > RANK_BUILT_IN;
}

const char *options_origin(const struct options *options, const char *name)
{
    return note_of(options, name)->origin;
}

/* True if `pattern`, in which * stands for any text, is all of `host`. Linear but for the stars: each is tried again
 * only after the last. */
static bool fits(const char *pattern, const char *host)
{
    const char *star = NULL, *from = NULL;

    while (*host != '\0') {
        if (*pattern == '*') {
            star = pattern++;
            from = host;
        } else if (*pattern == *host) {
            pattern++;
            host++;
        } else if (star != NULL) {
            pattern = star + 1;
            host = ++from;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

static size_t field_size(const struct option_entry *entry)
{
    switch (entry->kind) {
    case OPTION_BOOL:
        return sizeof(bool);
    case OPTION_INT:
        return sizeof(int);
    case OPTION_STRING:
        return sizeof(char *);
    case OPTION_LIST:
        return sizeof(struct options_list);
    default:
        return sizeof(int64_t);
    }
}

/* The section has a value for that option. */
static bool gives(const struct options_section *section, const struct option_entry *entry)
{
    return (entry->flags & OPTION_PER_HOST) && (section->given & option_section_bit(entry));
}

bool options_for_host(const struct options *options, const char *host, struct options_host *result)
{
    bool any = false;

    memcpy(result, &options->host, sizeof *result); /* padding too: results can be compared */
    result->rate_given = options_given(options, "rate");
    for (size_t i = 0; i < options->section_count; i++) {
        const struct options_section *section = &options->sections[i];

        if (!fits(section->pattern, host))
            continue;
        any = true;
        for (size_t e = 0; e < option_count; e++) {
            const struct option_entry *entry = &option_table[e];
            size_t offset = entry->field - offsetof(struct options, host);

            if (!gives(section, entry))
                continue;
            memcpy((char *)result + offset, (const char *)&section->host + offset, field_size(entry));
            result->rate_given |= entry->kind == OPTION_RATE;
        }
    }
    return any;
}

const char *options_origin_for_host(const struct options *options, const char *host, const char *name)
{
    const struct option_entry *entry = option_find(VERB_CRAWL, name);
    const char *origin = options_origin(options, name);
    size_t size = strlen(name);

    for (size_t i = 0; i < options->section_count; i++) {
        const struct options_section *section = &options->sections[i];

        if (!gives(section, entry) || !fits(section->pattern, host))
            continue;
        for (size_t j = 0; j < section->said.count; j++)
            if (strncmp(section->said.items[j].text, name, size) == 0 && section->said.items[j].text[size] == ' ')
                origin = section->said.items[j].origin;
    }
    return origin;
}

void option_add_value(struct buf *out, const struct option_entry *entry, const char *value)
{
    const char *colon = strchr(value, ':');

    if (!(entry->flags & OPTION_SECRET))
        buf_add_string(out, value);
    else if (entry->kind == OPTION_LIST && colon != NULL)
        buf_printf(out, "%.*s: ***", (int)(colon - value), value); /* "Name: value" */
    else
        buf_add_string(out, "***");
}

const struct options_list *option_list(const struct options *options, const struct option_entry *entry)
{
    if (entry->kind != OPTION_LIST && entry->kind != OPTION_WORDS)
        return NULL;
    return (const void *)((const char *)options + entry->field);
}

void option_add_text(const struct options *options, const struct option_entry *entry, struct buf *out)
{
    const struct options_note *note = &options->notes[entry - option_table];
    const struct options_list *list = option_list(options, entry);

    for (size_t i = 0; list != NULL && i < list->count; i++) {
        if (i > 0)
            buf_add_string(out, ", ");
        option_add_value(out, entry, list->items[i].text);
    }
    if (list == NULL && note->text != NULL)
        option_add_value(out, entry, note->text);
}

static void add_triple(struct buf *out, const char *name, const char *value, const char *origin)
{
    if (out->data[out->size - 1] != '[')
        buf_add_char(out, ',');
    buf_printf(out, "[\"%s\",\"", name);
    text_add_json(out, slice_of(value));
    buf_add_string(out, "\",\"");
    text_add_json(out, slice_of(origin));
    buf_add_string(out, "\"]");
}

/* The option whose list has the item that was given next after `order`; NULL: there is none. */
static const struct option_entry *next_item(const struct options *options, unsigned *order,
                                            const struct options_item **next)
{
    const struct option_entry *found = NULL;
    unsigned least = 0;

    for (size_t i = 0; i < option_count; i++) {
        const struct options_list *list = option_list(options, &option_table[i]);

        for (size_t j = 0; list != NULL && j < list->count; j++) {
            if (list->items[j].order < *order || (found != NULL && list->items[j].order >= least))
                continue;
            found = &option_table[i];
            *next = &list->items[j];
            least = list->items[j].order;
        }
    }
    *order = least + 1;
    return found;
}

static void add_given(const struct options *options, struct buf *out)
{
    const struct option_entry *entry;
    const struct options_item *item = NULL;
    unsigned order = 0;

    for (size_t i = 0; i < option_count; i++) {
        const struct options_note *note = &options->notes[i];

        entry = &option_table[i];
        if (note->rank > RANK_BUILT_IN && note->text != NULL && option_is_for(entry, options->verb) &&
            option_list(options, entry) == NULL && !(entry->flags & OPTION_SECRET))
            add_triple(out, entry->name, note->text, note->origin);
    }
    while ((entry = next_item(options, &order, &item)) != NULL)
        if (!(entry->flags & OPTION_SECRET))
            add_triple(out, entry->name, item->text, item->origin);
}

void options_add_json(const struct options *options, struct buf *out)
{
    struct buf text = {.limit = 1u << 20};

    buf_add_char(out, '{');
    for (size_t i = 0; i < option_count; i++) {
        const struct option_entry *entry = &option_table[i];

        if (options->notes[i].rank == RANK_BUILT_IN || !option_is_for(entry, options->verb))
            continue;
        buf_clear(&text);
        option_add_text(options, entry, &text);
        buf_printf(out, "\"%s\":\"", entry->name);
        text_add_json(out, buf_slice(&text));
        buf_add_string(out, "\",");
    }
    buf_add_string(out, "\"given\":[");
    add_given(options, out);
    buf_add_string(out, "]}");
    buf_free(&text);
}
