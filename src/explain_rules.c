#include "explain.h"

#include "explain_inside.h"
#include "mem.h"
#include "option.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- The options of the last run, set again ---------------------------------------- */

static char *column_string(sqlite3_stmt *row, int column)
{
    struct slice text = reader_text(row, column);

    return mem_copy(text.data, text.size);
}

static void set_recorded(struct options *options, sqlite3_stmt *row)
{
    char *name = column_string(row, 0), *value = column_string(row, 1), *where = column_string(row, 2);
    const struct option_entry *entry = option_find(VERB_CRAWL, name);
    struct option_origin origin = {RANK_FILE, where};
    struct err err;

    /* What another version knew and this one does not, changes nothing here. */
    if (entry != NULL)
        (void)option_set(options, entry, value, &origin, &err);
    free(name);
    free(value);
    free(where);
}

static void set_all_recorded(struct options *options, struct reader *reader)
{
    struct err err;
    sqlite3_stmt *row = reader_statement(
        reader,
        "SELECT json_extract(g.value, '$[0]'), json_extract(g.value, '$[1]'), json_extract(g.value, '$[2]')"
        " FROM run r, json_each(r.settings, '$.given') g WHERE r.id = (SELECT max(id) FROM run) ORDER BY g.id",
        &err);

    while (row != NULL && sqlite3_step(row) == SQLITE_ROW)
        set_recorded(options, row);
    sqlite3_finalize(row);
}

/* What the command line of crawl explain says takes the place of what the run had. */
static bool set_now(struct options *options, const struct options *now)
{
    static const struct option_origin here = {RANK_COMMAND_LINE, "command line of explain"};
    bool any = false;
    struct err err;

    for (size_t i = 0; i < option_count; i++) {
        const struct option_entry *entry = &option_table[i];
        const struct options_list *list = option_list(now, entry);

        if (now->notes[i].rank != RANK_COMMAND_LINE || !option_is_for(entry, VERB_CRAWL) ||
            entry->group == GROUP_TALK || entry->group == GROUP_OTHER)
            continue;
        any = true;
        if (list == NULL)
            option_set(options, entry, now->notes[i].text, &here, &err);
        for (size_t j = 0; list != NULL && j < list->count; j++)
            option_set(options, entry, list->items[j].text, &here, &err);
    }
    return any;
}

/* --- Scope ---------------------------------------------------------------------------- */

static bool add_seeds(struct scope *scope, struct reader *reader, struct err *err)
{
    sqlite3_stmt *row = reader_statement(reader, "SELECT u.url FROM seed s JOIN url u ON u.id = s.url_id", err);
    struct url url = URL_INIT;
    int got = SQLITE_ERROR;

    while (row != NULL && (got = reader_step(reader, row, err)) == SQLITE_ROW)
        if (url_parse(&url, reader_text(row, 0)) == URL_WEB)
            scope_add_seed(scope, &url);
    sqlite3_finalize(row);
    url_free(&url);
    return got != SQLITE_ERROR;
}

struct explain_rules *explain_rules_new(struct reader *reader, const struct options *now, struct err *err)
{
    struct explain_rules *rules = mem_new(sizeof *rules);

    options_init(&rules->options);
    set_all_recorded(&rules->options, reader);
    rules->has_new = set_now(&rules->options, now);
    rules->settings = crawl_settings_new(&rules->options);
    rules->scope = scope_new(&rules->settings->scope, err);
    rules->hash_seed =
        (uint64_t)reader_number(reader, "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'hash_seed'", 0);
    if (rules->scope == NULL || !add_seeds(rules->scope, reader, err)) {
        explain_rules_free(rules);
        return NULL;
    }
    rules->matcher = scope_matcher_new(rules->scope);
    return rules;
}

void explain_rules_free(struct explain_rules *rules)
{
    if (rules == NULL)
        return;
    scope_matcher_free(rules->matcher);
    scope_free(rules->scope);
    crawl_settings_free(rules->settings);
    options_free(&rules->options);
    free(rules);
}

/* The option behind the words of scope_judge(). */
static const char *option_of(const char *why)
{
    static const struct {
        const char *begin, *option;
    } all[] = {
        {"--exclude-domains", "exclude-domains"},       {"--level", "level"},
        {"trap guard: URL length", "max-url-length"},   {"trap guard: path parts", "max-path-parts"},
        {"trap guard: repeated", "max-repeated-parts"}, {"no --accept-regex", "accept-regex"},
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strncmp(why, all[i].begin, strlen(all[i].begin)) == 0)
            return all[i].option;
    return strncmp(why, "--accept-regex", 14) == 0 || strncmp(why, "--reject-regex", 14) == 0 ? NULL : "scope";
}

void explain_judge(struct explanation *e, const struct explain_rules *rules)
{
    struct explain_scope *scope = &e->scope;
    const char *option;

    e->key_rules = url_key(&e->url, &rules->settings->extract.url_rules, &e->key);
    scope->has_new = rules->has_new;
    scope->verdict = scope_judge(rules->matcher, &e->url, (int)e->depth, scope->why, sizeof scope->why);
    option = option_of(scope->why);
    scope->origin = option == NULL ? NULL : options_origin(&rules->options, option);
    if (scope->verdict == SCOPE_WANTED) {
        struct slice mode = option_choice(option_find(VERB_CRAWL, "scope")->choices, (size_t)rules->options.scope);

        snprintf(scope->why, sizeof scope->why, "--scope=%.*s", (int)mode.size, mode.data);
    }
}
