#include "usage.h"

#include <string.h>

#define WIDTH 78 /* of input lines: what mandoc -Tlint wants, and a line a sentence */

/* One word for mdoc(7): at the start of a line a dot or a quote would be a request, and a backslash is an escape. */
static void add_word(struct buf *out, struct slice word, bool begins_line)
{
    if (begins_line && (word.data[0] == '.' || word.data[0] == '\''))
        buf_add_string(out, "\\&");
    for (size_t i = 0; i < word.size; i++) {
        if (word.data[i] == '\\')
            buf_add_string(out, "\\e");
        else
            buf_add_char(out, word.data[i]);
    }
}

static void add_text(struct buf *out, const char *text)
{
    size_t width = 0;
    bool sentence_ended = false;

    while (*text != '\0') {
        struct slice word = {text, strcspn(text, " ")};

        if (width > 0 && (sentence_ended || width + 1 + word.size > WIDTH)) {
            buf_add_char(out, '\n');
            width = 0;
        } else if (width > 0) {
            buf_add_char(out, ' ');
            width++;
        }
        add_word(out, word, width == 0);
        width += word.size;
        sentence_ended = word.data[word.size - 1] == '.';
        text += word.size;
        text += strspn(text, " ");
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

static void add_choices(struct buf *out, const struct option_entry *entry)
{
    struct buf text = {.limit = 1000};

    buf_add_string(&text, entry->kind == OPTION_SET ? "One or more of" : "One of");
    for (size_t i = 0; option_choice(entry->choices, i).size > 0; i++) {
        struct slice choice = option_choice(entry->choices, i);

        buf_printf(&text, "%s %.*s", i == 0 ? "" : ",", (int)choice.size, choice.data);
    }
    add_text(out, text.data);
    buf_add_string(out, ".\n");
    buf_free(&text);
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
    if (entry->kind == OPTION_ENUM || entry->kind == OPTION_SET)
        add_choices(out, entry);
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
