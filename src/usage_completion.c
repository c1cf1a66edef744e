#include "usage.h"

#include <string.h>

/* "--output", or "--no-robots" for what is on by default: the form that changes something. */
static void add_name(struct buf *out, const struct option_entry *entry)
{
    bool on = entry->kind == OPTION_BOOL && strcmp(entry->fallback, "yes") == 0;

    buf_printf(out, "--%s%s", on ? "no-" : "", entry->name);
}

static bool takes_file(const struct option_entry *entry)
{
    return entry->argument != NULL && strcmp(entry->argument, "FILE") == 0;
}

static bool takes_value(const struct option_entry *entry)
{
    return entry->argument != NULL && !(entry->flags & OPTION_MAY_BE_BARE);
}

/* All entries but those of the verb "crawl" whose name stands for another option in a verb. */
static bool has_twin(const struct option_entry *entry)
{
    for (const struct option_entry *e = option_table; e < entry; e++) {
        if (strcmp(e->name, entry->name) == 0)
            return true;
    }
    return false;
}

static void add_verb_names(struct buf *out, const char *separator)
{
    for (int verb = VERB_CRAWL + 1; verb < VERB_COUNT; verb++)
        buf_printf(out, "%s%s", verb == VERB_CRAWL + 1 ? "" : separator, options_verb_names[verb]);
}

/* ---- bash */

static void add_bash_words(struct buf *out, enum options_verb verb)
{
    bool first = true;

    for (size_t i = 0; i < option_count; i++) {
        const struct option_entry *entry = &option_table[i];

        if (!option_is_for(entry, verb))
            continue;
        if (!first)
            buf_add_char(out, ' ');
        first = false;
        add_name(out, entry);
        if (takes_value(entry))
            buf_add_char(out, '=');
    }
}

/* What follows "--name=" or "-x". */
static void add_bash_values(struct buf *out)
{
    for (size_t i = 0; i < option_count; i++) {
        const struct option_entry *entry = &option_table[i];

        if (!takes_value(entry) || has_twin(entry))
            continue;
        buf_add_string(out, "    ");
        if (entry->letter != '\0')
            buf_printf(out, "-%c|", entry->letter);
        buf_printf(out, "--%s) ", entry->name);
        if (entry->choices != NULL)
            buf_printf(out, "COMPREPLY=($(compgen -W '%s' -- \"$cur\"))", entry->choices);
        else if (takes_file(entry))
            buf_add_string(out, "compopt -o filenames; COMPREPLY=($(compgen -f -- \"$cur\"))");
        else
            buf_add_string(out, ":");
        buf_add_string(out, "; return ;;\n");
    }
}

static void add_bash(struct buf *out)
{
    buf_add_string(out,
                   "# bash completion for crawl\n"
                   "_crawl() {\n"
                   "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb=crawl word words\n"
                   "    COMPREPLY=()\n"
                   "    if [[ $cur == = ]]; then\n"
                   "        cur=\n"
                   "    elif [[ $prev == = ]]; then\n"
                   "        prev=${COMP_WORDS[COMP_CWORD-2]}\n"
                   "    fi\n"
                   "    case $prev in\n");
    add_bash_values(out);
    buf_add_string(out, "    esac\n"
                        "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
                        "        case $word in\n"
                        "        ");
    add_verb_names(out, "|");
    buf_add_string(out, ") verb=$word; break ;;\n"
                        "        esac\n"
                        "    done\n"
                        "    case $verb in\n");
    for (int verb = 0; verb < VERB_COUNT; verb++) {
        buf_printf(out, "    %s) words='", options_verb_names[verb]);
        add_bash_words(out, (enum options_verb)verb);
        buf_add_string(out, "' ;;\n");
    }
    buf_add_string(out, "    esac\n"
                        "    if [[ $cur == -* ]]; then\n"
                        "        COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
                        "        [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace\n"
                        "        return\n"
                        "    fi\n"
                        "    compopt -o filenames\n"
                        "    COMPREPLY=($(compgen -f -- \"$cur\"))\n"
                        "    if [[ $verb == crawl ]]; then\n"
                        "        COMPREPLY+=($(compgen -W '");
    add_verb_names(out, " ");
    buf_add_string(out, "' -- \"$cur\"))\n"
                        "    fi\n"
                        "}\n"
                        "complete -F _crawl crawl\n");
}

/* ---- zsh */

/* Text within '...[...]': quotes, brackets and colons mean something there. */
static void add_zsh_text(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            buf_add_string(out, "'\\''");
        else if (strchr("[]:\\", *text) != NULL)
            buf_printf(out, "\\%c", *text);
        else
            buf_add_char(out, *text);
    }
}

static void add_zsh_entry(struct buf *out, const struct option_entry *entry)
{
    bool many = entry->kind == OPTION_LIST || entry->kind == OPTION_WORDS || entry->kind == OPTION_COUNT;

    buf_add_string(out, "            ");
    if (entry->letter != '\0' && !many)
        buf_printf(out, "'(-%c --%s)'", entry->letter, entry->name);
    else if (many)
        buf_add_string(out, "'*'");
    if (entry->letter != '\0')
        buf_printf(out, "{-%c%s,", entry->letter, takes_value(entry) ? "+" : "");
    add_name(out, entry);
    if (takes_value(entry))
        buf_add_char(out, '=');
    if (entry->letter != '\0')
        buf_add_char(out, '}');
    buf_add_string(out, "'[");
    add_zsh_text(out, entry->help);
    buf_add_char(out, ']');
    if (takes_value(entry)) {
        buf_add_char(out, ':');
        add_zsh_text(out, entry->argument);
        buf_add_char(out, ':');
        if (entry->choices != NULL)
            buf_printf(out, "(%s)", entry->choices);
        else if (takes_file(entry))
            buf_add_string(out, "_files");
    }
    buf_add_string(out, "' \\\n");
}

static void add_zsh(struct buf *out)
{
    buf_add_string(out, "#compdef crawl\n"
                        "_crawl() {\n"
                        "    local verb=crawl\n"
                        "    case $words[2] in\n"
                        "    ");
    add_verb_names(out, "|");
    buf_add_string(out, ") verb=$words[2] ;;\n"
                        "    esac\n"
                        "    case $verb in\n");
    for (int verb = 0; verb < VERB_COUNT; verb++) {
        buf_printf(out, "    %s)\n        _arguments -s -S \\\n", options_verb_names[verb]);
        for (size_t i = 0; i < option_count; i++) {
            if (option_is_for(&option_table[i], (enum options_verb)verb))
                add_zsh_entry(out, &option_table[i]);
        }
        if (verb == VERB_CRAWL) {
            buf_add_string(out, "            '1:seed or verb:{ _alternative \"verbs:verb:(");
            add_verb_names(out, " ");
            buf_add_string(out, ")\" \"files:seed list:_files\" }' \\\n");
        }
        buf_add_string(out, "            '*:file:_files'\n        ;;\n");
    }
    buf_add_string(out, "    esac\n}\n_crawl \"$@\"\n");
}

/* ---- fish */

static void add_fish_text(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'' || *text == '\\')
            buf_add_char(out, '\\');
        buf_add_char(out, *text);
    }
}

static void add_fish(struct buf *out)
{
    buf_add_string(out, "# fish completion for crawl\nset -l verbs ");
    add_verb_names(out, " ");
    buf_add_char(out, '\n');
    for (int verb = VERB_CRAWL + 1; verb < VERB_COUNT; verb++) {
        buf_printf(out, "complete -c crawl -n \"not __fish_seen_subcommand_from $verbs\" -a %s -d '",
                   options_verb_names[verb]);
        add_fish_text(out, usage_verb_help[verb]);
        buf_add_string(out, "'\n");
    }
    for (int verb = 0; verb < VERB_COUNT; verb++) {
        for (size_t i = 0; i < option_count; i++) {
            const struct option_entry *entry = &option_table[i];

            if (!option_is_for(entry, (enum options_verb)verb))
                continue;
            if (verb == VERB_CRAWL)
                buf_add_string(out, "complete -c crawl -n \"not __fish_seen_subcommand_from $verbs\"");
            else
                buf_printf(out, "complete -c crawl -n \"__fish_seen_subcommand_from %s\"", options_verb_names[verb]);
            if (entry->letter != '\0')
                buf_printf(out, " -s %c", entry->letter);
            buf_printf(out, " -l %s%s", entry->kind == OPTION_BOOL && strcmp(entry->fallback, "yes") == 0 ? "no-" : "",
                       entry->name);
            if (takes_value(entry))
                buf_printf(out, "%s", takes_file(entry) ? " -r -F" : " -x");
            if (takes_value(entry) && entry->choices != NULL)
                buf_printf(out, " -a '%s'", entry->choices);
            buf_add_string(out, " -d '");
            add_fish_text(out, entry->help);
            buf_add_string(out, "'\n");
        }
    }
}

void usage_add_completion(struct buf *out, enum options_completion shell)
{
    if (shell == OPTIONS_COMPLETION_BASH)
        add_bash(out);
    else if (shell == OPTIONS_COMPLETION_ZSH)
        add_zsh(out);
    else if (shell == OPTIONS_COMPLETION_FISH)
        add_fish(out);
}
