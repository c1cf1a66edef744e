#include "usage.h"

#include "option.h"
#include "text.h"

#include <string.h>

#define WIDTH       79 /* of help */
#define HELP_COLUMN 29 /* where the help of an option begins */

const char *const usage_verb_help[VERB_COUNT] = {
    "Crawl the sites of the seeds into a database",    "Show how far the crawl is, also while it runs",
    "Write a report with pictures, one HTML file",     "Write the rows of a view, pages if none is named",
    "Find words in titles, headings and descriptions", "Ask the database a question in SQL, read-only",
    "Tell why a URL was or was not fetched",           "Fetch a site's robots.txt and tell what it says about a URL",
};

const char *const usage_verb_arguments[VERB_COUNT] = {
    "SEED|FILE|-...", "", "", "[VIEW]", "WORD...", "QUERY", "URL", "URL...",
};

static const char *const verb_examples[VERB_COUNT] = {
    "  crawl https://example.org/             the site, into crawl.db\n"
    "  crawl --threads 8 seeds.txt            the sites of a list, one URL a line\n"
    "  crawl -l 2 --fail-on=broken URL        two links deep; exit status 8 if a link is broken\n"
    "  crawl report                           pictures of what was found\n"
    "Stop it with Ctrl-C or in any other way; the same command goes on.\n",
    "  crawl status\n",
    "  crawl report -o report.html\n",
    "  crawl export --format=csv broken_links >broken.csv\n",
    "  crawl search opening hours\n",
    "  crawl sql 'SELECT url, title FROM pages LIMIT 10'\n",
    "  crawl explain https://example.org/missing.html\n",
    "  crawl robots https://example.org/private/\n",
};

static bool is_on_by_default(const struct option_entry *entry)
{
    return entry->kind == OPTION_BOOL && strcmp(entry->fallback, "yes") == 0;
}

void usage_add_option(struct buf *out, const struct option_entry *entry)
{
    if (entry->letter != '\0')
        buf_printf(out, "-%c, ", entry->letter);
    buf_printf(out, "--%s%s", is_on_by_default(entry) ? "no-" : "", entry->name);
    if (entry->argument != NULL && (entry->flags & OPTION_MAY_BE_BARE))
        buf_printf(out, "[=%s]", entry->argument);
    else if (entry->argument != NULL)
        buf_printf(out, "=%s", entry->argument);
}

/* Adds words, broken at WIDTH, the next lines begun at `column`. `at` is where the line now is. */
static void add_wrapped(struct buf *out, const char *text, size_t at, size_t column)
{
    bool first = true;

    while (*text != '\0') {
        size_t size = strcspn(text, " ");

        if (!first && at + 1 + size > WIDTH) {
            buf_printf(out, "\n%*s", (int)column, "");
            at = column;
        } else if (!first) {
            buf_add_char(out, ' ');
            at++;
        }
        buf_add(out, text, size);
        at += size;
        first = false;
        text += size;
        text += strspn(text, " ");
    }
    buf_add_char(out, '\n');
}

/* True if the built-in value is worth showing. */
static bool shows_fallback(const struct option_entry *entry)
{
    return entry->fallback != NULL && entry->kind != OPTION_BOOL && entry->kind != OPTION_COUNT &&
           !(entry->flags & OPTION_COMMAND_LINE);
}

static void add_entry(struct buf *out, const struct option_entry *entry)
{
    struct buf text = {.limit = 1000};
    size_t begin = out->size;

    buf_add_string(out, entry->letter == '\0' ? "      " : "  ");
    usage_add_option(out, entry);
    if (out->size - begin + 2 > HELP_COLUMN)
        buf_printf(out, "\n%*s", HELP_COLUMN, "");
    else
        buf_printf(out, "%*s", (int)(HELP_COLUMN - (out->size - begin)), "");
    buf_add_string(&text, entry->help);
    if (entry->kind == OPTION_ENUM && entry->choices != NULL && !(entry->flags & OPTION_MAY_BE_BARE))
        buf_printf(&text, " [%s]", entry->choices);
    if (shows_fallback(entry))
        buf_printf(&text, " (%s)", entry->fallback);
    add_wrapped(out, text.data, HELP_COLUMN, HELP_COLUMN);
    buf_free(&text);
}

static void add_group(struct buf *out, enum options_verb verb, enum option_group group, const char *title, bool all)
{
    bool any = false;

    for (size_t i = 0; i < option_count; i++) {
        const struct option_entry *entry = &option_table[i];

        if (!option_is_for(entry, verb) || (all ? entry->group != group : !(entry->flags & OPTION_COMMON)))
            continue;
        if (!any)
            buf_printf(out, "\n%s:\n", title);
        any = true;
        add_entry(out, entry);
    }
}

static void add_verbs(struct buf *out)
{
    buf_add_string(out, "\nVerbs, which read the database, also while a crawl runs:\n");
    for (int verb = VERB_CRAWL + 1; verb < VERB_COUNT; verb++) {
        size_t begin = out->size;

        buf_printf(out, "  %s %s", options_verb_names[verb], usage_verb_arguments[verb]);
        buf_printf(out, "%*s", (int)(HELP_COLUMN - (out->size - begin)), "");
        add_wrapped(out, usage_verb_help[verb], HELP_COLUMN, HELP_COLUMN);
    }
}

void usage_add_help(struct buf *out, enum options_verb verb, bool all)
{
    if (verb == VERB_CRAWL) {
        buf_printf(out, "Usage: crawl [OPTION]... %s\n", usage_verb_arguments[verb]);
        buf_add_string(out, "       crawl VERB [OPTION]... [ARGUMENT]...\n");
    } else {
        buf_printf(out, "Usage: crawl %s [OPTION]...%s%s\n", options_verb_names[verb],
                   usage_verb_arguments[verb][0] == '\0' ? "" : " ", usage_verb_arguments[verb]);
    }
    buf_printf(out, "%s.\n\n%s", usage_verb_help[verb], verb_examples[verb]);
    if (verb == VERB_CRAWL && !all) {
        add_group(out, verb, GROUP_FILES, "Common options", false);
    } else {
        for (int group = 0; group < GROUP_COUNT; group++)
            add_group(out, verb, (enum option_group)group, option_group_names[group], true);
    }
    if (verb != VERB_CRAWL)
        return;
    add_verbs(out);
    if (!all)
        buf_add_string(
            out, "\ncrawl --help=all shows all options, crawl VERB --help those of a verb, man crawl all else.\n");
    else
        buf_add_string(out, "\nEvery option can also stand in a configuration file, as \"name = value\", or in the\n"
                            "environment, as CRAWL_NAME. A time is 500ms, 90s, 5m, 2h; a size 500K, 10M, 2G.\n");
}

static void add_row(struct buf *out, const char *name, struct slice value, const char *origin)
{
    buf_printf(out, "%-20s ", name);
    text_add_terminal(out, value);
    /* Not by printf's width: that counts bytes, and the value may have been cut into escapes. */
    for (size_t i = value.size; i < 30; i++)
        buf_add_char(out, ' ');
    buf_add_string(out, "  ");
    text_add_terminal(out, slice_of(origin));
    buf_add_char(out, '\n');
}

static void add_list_rows(struct buf *out, const struct option_entry *entry, const struct options_list *list)
{
    struct buf value = {.limit = 1u << 20};

    for (size_t i = 0; i < list->count; i++) {
        buf_clear(&value);
        option_add_value(&value, entry, list->items[i].text);
        add_row(out, entry->name, buf_slice(&value), list->items[i].origin);
    }
    if (list->count == 0)
        add_row(out, entry->name, slice_of("-"), "built in");
    buf_free(&value);
}

void usage_add_config(struct buf *out, const struct options *options)
{
    struct buf value = {.limit = 1u << 20};

    for (size_t i = 0; i < option_count; i++) {
        const struct option_entry *entry = &option_table[i];
        const struct options_list *list = option_list(options, entry);

        if (entry->kind == OPTION_ALIAS || (entry->flags & OPTION_COMMAND_LINE))
            continue;
        buf_clear(&value);
        option_add_text(options, entry, &value);
        if (list != NULL)
            add_list_rows(out, entry, list);
        else
            add_row(out, entry->name, value.size == 0 ? slice_of("-") : buf_slice(&value), options->notes[i].origin);
    }
    for (size_t i = 0; i < options->section_count; i++) {
        const struct options_section *section = &options->sections[i];

        buf_printf(out, "[host %s]\n", section->pattern);
        for (size_t j = 0; j < section->said.count; j++)
            add_row(out, "", slice_of(section->said.items[j].text), section->said.items[j].origin);
    }
    buf_free(&value);
}
