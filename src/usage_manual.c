#include "usage.h"

#include <string.h>

/* Text for mdoc(7): a line that begins with a dot or a quote would be a request, a backslash an escape. */
static void add_text(struct buf *out, const char *text)
{
    if (*text == '.' || *text == '\'')
        buf_add_string(out, "\\&");
    for (; *text != '\0'; text++) {
        if (*text == '\\')
            buf_add_string(out, "\\e");
        else
            buf_add_char(out, *text);
    }
}

/* ".It Fl o , Fl -output Ns = Ns Ar FILE" */
static void add_heading(struct buf *out, const struct option_entry *entry)
{
    bool on = entry->kind == OPTION_BOOL && strcmp(entry->fallback, "yes") == 0;

    buf_add_string(out, ".It ");
    if (entry->letter != '\0')
        buf_printf(out, "Fl %c , ", entry->letter);
    buf_printf(out, "Fl -%s%s", on ? "no-" : "", entry->name);
    if (entry->argument != NULL && (entry->flags & OPTION_MAY_BE_BARE))
        buf_printf(out, " Ns Op = Ns Ar %s", entry->argument);
    else if (entry->argument != NULL)
        buf_printf(out, " Ns = Ns Ar %s", entry->argument);
    buf_add_char(out, '\n');
}

static void add_verbs_of(struct buf *out, const struct option_entry *entry)
{
    size_t count = 0;

    for (int verb = VERB_CRAWL + 1; verb < VERB_COUNT; verb++) {
        if (!option_is_for(entry, (enum options_verb)verb))
            continue;
        buf_printf(out, "%s%s", count == 0 ? "For " : ", ", options_verb_names[verb]);
        count++;
    }
    buf_add_string(out, ".\n");
}

static void add_entry(struct buf *out, const struct option_entry *entry)
{
    add_heading(out, entry);
    add_text(out, entry->help);
    buf_add_string(out, ".\n");
    if (entry->kind == OPTION_ENUM || entry->kind == OPTION_SET) {
        buf_add_string(out, "One of");
        if (entry->kind == OPTION_SET)
            buf_add_string(out, " or more of");
        for (size_t i = 0; option_choice(entry->choices, i).size > 0; i++) {
            struct slice choice = option_choice(entry->choices, i);

            buf_printf(out, "%s %.*s", i == 0 ? "" : ",", (int)choice.size, choice.data);
        }
        buf_add_string(out, ".\n");
    }
    if (entry->group == GROUP_VERBS)
        add_verbs_of(out, entry);
    if (entry->kind == OPTION_LIST || entry->kind == OPTION_WORDS)
        buf_add_string(out, "May be given more than once.\n");
    if (entry->flags & OPTION_PER_HOST)
        buf_add_string(out, "May differ from host to host, see\n.Sx CONFIGURATION .\n");
    if (entry->fallback != NULL && entry->kind != OPTION_BOOL && entry->kind != OPTION_COUNT &&
        !(entry->flags & OPTION_COMMAND_LINE))
        buf_printf(out, "Built in:\n.Ql %s .\n", entry->fallback);
}

void usage_add_manual(struct buf *out)
{
    for (int group = 0; group < GROUP_COUNT; group++) {
        buf_printf(out, ".Ss %s\n.Bl -tag -width Ds\n", option_group_names[group]);
        for (size_t i = 0; i < option_count; i++) {
            if (option_table[i].group == (enum option_group)group)
                add_entry(out, &option_table[i]);
        }
        buf_add_string(out, ".El\n");
    }
}
