#include "option.h"

#include "mem.h"
#include "value.h"

#include <assert.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

const struct option_entry option_table[] = {
#include "options.def"
};
const size_t option_count = sizeof option_table / sizeof option_table[0];

/* Where values go: the options themselves, or a section of them. */
struct target {
    struct options *options;
    struct options_section *section; /* NULL: the options themselves */
};

struct slice option_choice(const char *choices, size_t index)
{
    size_t size;

    for (;; index--) {
        size = strcspn(choices, " ");
        if (index == 0 || size == 0)
            return (struct slice){choices, size};
        choices += size + (choices[size] == ' ');
    }
}

/* ---- what an option would take, for messages */

static void add_choices(struct buf *out, const char *choices)
{
    for (size_t i = 0; option_choice(choices, i).size > 0; i++) {
        struct slice choice = option_choice(choices, i);

        buf_printf(out, "%s%.*s",
                   i == 0                                   ? ""
                   : option_choice(choices, i + 1).size > 0 ? ", "
                                                            : " or ",
                   (int)choice.size, choice.data);
    }
}

static void add_expected(struct buf *out, const struct option_entry *entry)
{
    switch (entry->kind) {
    case OPTION_BOOL:
        buf_add_string(out, "yes or no");
        break;
    case OPTION_INT:
    case OPTION_INT64:
    case OPTION_COUNT:
        buf_add_string(out, "a number");
        if (entry->max == INT64_MAX || entry->max == INT32_MAX)
            buf_printf(out, " from %" PRId64 " up", entry->min);
        else if (entry->max > entry->min)
            buf_printf(out, " from %" PRId64 " to %" PRId64, entry->min, entry->max);
        break;
    case OPTION_TIME:
        buf_add_string(out, "a time such as 90s, 5m or 2h");
        break;
    case OPTION_BYTES:
        buf_add_string(out, "a size such as 500K, 10M or 2G");
        break;
    case OPTION_RATE:
        buf_add_string(out, "a number in a time such as 10/s, 30/m or 100/h");
        break;
    case OPTION_ENUM:
        add_choices(out, entry->choices);
        break;
    case OPTION_SET:
        buf_add_string(out, "a list of ");
        add_choices(out, entry->choices);
        break;
    default:
        buf_add_string(out, "some text");
    }
    if (entry->word != NULL)
        buf_printf(out, " or \"%s\"", entry->word);
}

static bool refuse(const struct option_entry *entry, const char *text, const struct option_origin *origin,
                   struct err *err)
{
    struct buf expected = {.limit = 700};

    add_expected(&expected, entry);
    if (origin->rank == RANK_COMMAND_LINE)
        err_set(err, "--%s takes %s, not \"%s\"", entry->name, expected.data, text);
    else if (origin->rank == RANK_ENVIRONMENT)
        err_set(err, "the environment variable %s takes %s, not \"%s\"", origin->where, expected.data, text);
    else
        err_set(err, "%s: %s takes %s, not \"%s\"", origin->where, entry->name, expected.data, text);
    buf_free(&expected);
    return false;
}

/* ---- values into fields */

static bool is_number(const struct option_entry *entry)
{
    return entry->kind == OPTION_INT || entry->kind == OPTION_INT64 || entry->kind == OPTION_TIME ||
           entry->kind == OPTION_BYTES || entry->kind == OPTION_RATE || entry->kind == OPTION_COUNT;
}

static bool read_number(const struct option_entry *entry, const char *text, int64_t *number)
{
    bool read = false;

    if (entry->word != NULL && strcmp(text, entry->word) == 0) {
        *number = entry->word_value;
        return true;
    }
    switch (entry->kind) {
    case OPTION_TIME:
        read = value_ms(text, 1000, number);
        break;
    case OPTION_BYTES:
        read = value_bytes(text, number);
        break;
    case OPTION_RATE:
        read = value_rate_us(text, number);
        break;
    default:
        read = value_int(text, number);
    }
    if (!read)
        return false;
    /* "0" for "off" is what people say, whatever the least real value is. */
    if (*number == 0 && entry->word != NULL && entry->word_value == 0)
        return true;
    return *number >= entry->min && (entry->max == 0 || *number <= entry->max);
}

static bool read_enum(const char *choices, const char *text, size_t size, int *value)
{
    for (int i = 0; option_choice(choices, (size_t)i).size > 0; i++) {
        struct slice choice = option_choice(choices, (size_t)i);

        if (choice.size == size && memcmp(choice.data, text, size) == 0) {
            *value = i;
            return true;
        }
    }
    return false;
}

/* "a,b" is just that; a list whose first word has a sign changes the built-in set. */
static bool read_set(const struct option_entry *entry, const char *text, unsigned *set)
{
    unsigned result = 0;
    int value;

    if ((*text == '+' || *text == '-') && !read_set(entry, entry->fallback, &result))
        return false;
    while (*text != '\0') {
        bool away = *text == '-';
        size_t size;

        text += *text == '-' || *text == '+';
        size = strcspn(text, ",");
        if (size == 3 && memcmp(text, "all", 3) == 0)
            result = away ? 0 : ~0u;
        else if (size == 4 && memcmp(text, "none", 4) == 0)
            result = 0;
        else if (!read_enum(entry->choices, text, size, &value))
            return false;
        else
            result = away ? result & ~(1u << value) : result | 1u << value;
        text += size + (text[size] == ',');
    }
    *set = result;
    return true;
}

static const char *keep_origin(struct options *options, const char *where)
{
    for (size_t i = options->origin_count; i > 0; i--) {
        if (strcmp(options->origins[i - 1], where) == 0)
            return options->origins[i - 1];
    }
    options->origins = mem_resize(options->origins, (options->origin_count + 1) * sizeof *options->origins);
    options->origins[options->origin_count] = mem_string(where);
    return options->origins[options->origin_count++];
}

static void add_item(struct options *options, struct options_list *list, const char *text, size_t size,
                     const char *origin)
{
    list->items = mem_resize(list->items, (list->count + 1) * sizeof *list->items);
    list->items[list->count++] =
        (struct options_item){.text = mem_copy(text, size), .origin = origin, .order = options->orders++};
}

static void add_words(struct options *options, struct options_list *list, const char *text, const char *origin)
{
    while (*text != '\0') {
        size_t blanks = strspn(text, ", \t"), size;

        text += blanks;
        size = strcspn(text, ", \t");
        if (size > 0)
            add_item(options, list, text, size, origin);
        text += size;
    }
}

void option_clear_list(struct options_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i].text);
    free(list->items);
    *list = (struct options_list){0};
}

static void *field_of(const struct target *target, const struct option_entry *entry)
{
    if (target->section == NULL)
        return (char *)target->options + entry->field;
    assert(entry->flags & OPTION_PER_HOST);
    return (char *)&target->section->host + (entry->field - offsetof(struct options, host));
}

/* Puts a number into its field; false if it does not fit there. */
static bool put_number(void *field, const struct option_entry *entry, int64_t number)
{
    if (entry->kind != OPTION_INT && entry->kind != OPTION_COUNT) {
        *(int64_t *)field = number;
        return true;
    }
    if (number < INT32_MIN || number > INT32_MAX)
        return false;
    *(int *)field = (int)number;
    return true;
}

/* Reads and stores one value. `replace`: what a list held before goes. */
static bool put(const struct target *target, const struct option_entry *entry, const char *text, bool replace,
                const char *origin)
{
    void *field = field_of(target, entry);
    int64_t number;

    if (is_number(entry))
        return read_number(entry, text, &number) && put_number(field, entry, number);
    switch (entry->kind) {
    case OPTION_BOOL:
        return value_bool(text, field);
    case OPTION_ENUM:
        return read_enum(entry->choices, text, strlen(text), field);
    case OPTION_SET:
        return read_set(entry, text, field);
    case OPTION_STRING:
        free(*(char **)field);
        *(char **)field = mem_string(text);
        return true;
    default:
        break;
    }
    if (replace)
        option_clear_list(field);
    if (entry->kind == OPTION_WORDS)
        add_words(target->options, field, text, origin);
    else
        add_item(target->options, field, text, strlen(text), origin);
    return true;
}

/* The option that an alias stands for, and its value. */
static const struct option_entry *follow_alias(const struct option_entry *entry, const char **text)
{
    char name[64];
    const char *sign = strchr(entry->alias, '=');
    size_t size;

    assert(sign != NULL);
    size = (size_t)(sign - entry->alias);
    assert(size < sizeof name);
    memcpy(name, entry->alias, size);
    name[size] = '\0';
    *text = sign + 1;
    return option_find(VERB_CRAWL, name);
}

bool option_set(struct options *options, const struct option_entry *entry, const char *text,
                const struct option_origin *origin, struct err *err)
{
    struct options_note *note;
    struct target target = {options, NULL};
    const char *where;
    bool replace;

    if (entry->kind == OPTION_ALIAS)
        entry = follow_alias(entry, &text);
    note = &options->notes[entry - option_table];
    where = keep_origin(options, origin->where);
    replace = note->rank < origin->rank;
    if (!put(&target, entry, text, replace, where))
        return refuse(entry, text, origin, err);
    free(note->text);
    note->text = mem_string(text);
    note->rank = origin->rank;
    note->origin = where;
    return true;
}

uint64_t option_section_bit(const struct option_entry *entry)
{
    uint64_t bit = 1;

    for (const struct option_entry *e = option_table; e < entry; e++) {
        if (e->flags & OPTION_PER_HOST)
            bit <<= 1;
    }
    return bit;
}

struct options_section *option_add_section(struct options *options, const char *pattern, const char *where)
{
    struct options_section *section;

    options->sections = mem_resize(options->sections, (options->section_count + 1) * sizeof *options->sections);
    section = &options->sections[options->section_count++];
    *section = (struct options_section){.pattern = mem_string(pattern), .origin = keep_origin(options, where)};
    for (char *c = section->pattern; *c != '\0'; c++) {
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c + ('a' - 'A'));
    }
    return section;
}

bool option_set_in_section(struct options *options, struct options_section *section, const struct option_entry *entry,
                           const char *text, const struct option_origin *origin, struct err *err)
{
    struct target target = {options, section};
    const char *where = keep_origin(options, origin->where);
    struct buf line = {.limit = 1u << 20};

    if (!put(&target, entry, text, false, where))
        return refuse(entry, text, origin, err);
    buf_printf(&line, "%s = ", entry->name);
    option_add_value(&line, entry, text);
    add_item(options, &section->said, line.data, line.size, where);
    buf_free(&line);
    section->given |= option_section_bit(entry);
    return true;
}
