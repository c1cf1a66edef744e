#include "nearest.h"
#include "option.h"

#include <stdio.h>
#include <string.h>

const char *const option_group_names[GROUP_COUNT] = {
    "Files", "Speed", "Patience", "Limits", "Scope", "HTTP", "What is kept", "Talk", "Other", "Verbs", "For testing",
};

const char *const options_verb_names[VERB_COUNT] = {"crawl",  "status", "report",  "export",
                                                    "search", "sql",    "explain", "robots"};

bool option_is_for(const struct option_entry *entry, enum options_verb verb)
{
    unsigned verbs = entry->verbs == 0 ? 1u << VERB_CRAWL : entry->verbs;

    return (verbs & 1u << verb) != 0;
}

const struct option_entry *option_find(enum options_verb verb, const char *name)
{
    for (size_t i = 0; i < option_count; i++) {
        if (option_is_for(&option_table[i], verb) && strcmp(option_table[i].name, name) == 0)
            return &option_table[i];
    }
    return NULL;
}

const struct option_entry *option_find_letter(enum options_verb verb, char letter)
{
    for (size_t i = 0; i < option_count; i++) {
        if (option_is_for(&option_table[i], verb) && option_table[i].letter == letter)
            return &option_table[i];
    }
    return NULL;
}

#define NAMES_MAX 256 /* twice the number of options and more */
#define NAME_SIZE 32

/* Every name a verb's options may be called by, the "no-" ones too. */
struct names {
    const struct option_entry *entries[NAMES_MAX];
    bool negated[NAMES_MAX];
    char texts[NAMES_MAX][NAME_SIZE];
    const char *pointers[NAMES_MAX];
    size_t count;
};

static void add_name(struct names *names, const struct option_entry *entry, bool negated)
{
    if (names->count == NAMES_MAX)
        return;
    snprintf(names->texts[names->count], NAME_SIZE, "%s%s", negated ? "no-" : "", entry->name);
    names->pointers[names->count] = names->texts[names->count];
    names->negated[names->count] = negated;
    names->entries[names->count++] = entry;
}

static void list_names(struct names *names, enum options_verb verb)
{
    names->count = 0;
    for (size_t i = 0; i < option_count; i++) {
        if (!option_is_for(&option_table[i], verb))
            continue;
        add_name(names, &option_table[i], false);
        if (option_table[i].kind == OPTION_BOOL)
            add_name(names, &option_table[i], true);
    }
}

bool option_is_elsewhere(const char *name, char letter, const char *shown, struct err *err)
{
    unsigned verbs = 0;
    struct buf list = {.limit = 400};

    for (size_t i = 0; i < option_count; i++) {
        const struct option_entry *entry = &option_table[i];

        for (int verb = 0; verb < VERB_COUNT; verb++)
            if (option_is_for(entry, (enum options_verb)verb) &&
                (name != NULL ? strcmp(entry->name, name) == 0 : entry->letter == letter))
                verbs |= 1u << verb;
    }
    for (int verb = 0; verb < VERB_COUNT; verb++) {
        bool is_last = verbs >> verb == 1;

        if ((verbs >> verb & 1) == 0)
            continue;
        buf_printf(&list, "%s%s",
                   list.size == 0 ? ""
                   : is_last      ? " and "
                                  : ", ",
                   verb == VERB_CRAWL ? "itself" : options_verb_names[verb]);
    }
    if (verbs != 0)
        err_set(err, "the option %s belongs to crawl %s", shown, list.data);
    buf_free(&list);
    return verbs != 0;
}

/* Says what `name` could have been meant for. */
static void suggest(const struct names *names, const char *name, const char *dashes, struct err *err)
{
    const char *near;
    char shown[NAME_SIZE + 8];

    snprintf(shown, sizeof shown, "%s%s", dashes, name);
    if (option_is_elsewhere(name, '\0', shown, err))
        return;
    near = nearest_name(name, names->pointers, names->count);
    if (near != NULL)
        err_set(err, "unknown option %s%s (did you mean %s%s?)", dashes, name, dashes, near);
    else
        err_set(err, "unknown option %s%s (crawl --help=all shows all)", dashes, name);
}

const struct option_entry *option_lookup(enum options_verb verb, const char *name, bool abbreviated, const char *dashes,
                                         bool *negated, struct err *err)
{
    struct names names;
    size_t size = strlen(name), found = NAMES_MAX;

    list_names(&names, verb);
    for (size_t i = 0; i < names.count; i++) {
        if (strcmp(names.texts[i], name) == 0) {
            *negated = names.negated[i];
            return names.entries[i];
        }
    }
    for (size_t i = 0; abbreviated && size > 0 && i < names.count; i++) {
        if (strncmp(names.texts[i], name, size) != 0)
            continue;
        if (found < NAMES_MAX) {
            err_set(err, "%s%s could be %s%s or %s%s", dashes, name, dashes, names.texts[found], dashes,
                    names.texts[i]);
            return NULL;
        }
        found = i;
    }
    if (found == NAMES_MAX) {
        suggest(&names, name, dashes, err);
        return NULL;
    }
    *negated = names.negated[found];
    return names.entries[found];
}

void option_add_variable(const struct option_entry *entry, struct buf *out)
{
    buf_add_string(out, "CRAWL_");
    for (const char *c = entry->name; *c != '\0'; c++)
        buf_add_char(out, *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c == '-' || *c == '.' ? '_' : *c);
}
