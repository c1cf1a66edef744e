#include "command.h"

#include "conf.h"
#include "mem.h"
#include "nearest.h"
#include "option.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct option_origin HERE = {RANK_COMMAND_LINE, "command line"};

/* True if `entry` takes a value from the next argument when none is attached. */
static bool wants_value(const struct option_entry *entry)
{
    return entry->kind != OPTION_BOOL && entry->kind != OPTION_ALIAS && entry->kind != OPTION_COUNT &&
           !(entry->flags & OPTION_MAY_BE_BARE);
}

/* One argument that begins with a dash, cut into its parts. A group of letters is told one by one. */
struct said {
    const struct option_entry *entry;
    const char *value; /* attached; NULL: none */
    bool negated;
    bool is_letter;
    size_t size; /* letters used up of a group */
};

static bool read_long(struct said *said, enum options_verb verb, const char *text, struct err *err)
{
    const char *sign = strchr(text, '=');
    char *name = sign == NULL ? mem_string(text) : mem_copy(text, (size_t)(sign - text));

    *said = (struct said){.value = sign == NULL ? NULL : sign + 1};
    said->entry = option_lookup(verb, name, true, "--", &said->negated, err);
    free(name);
    return said->entry != NULL;
}

static bool read_letter(struct said *said, enum options_verb verb, const char *letters, struct err *err)
{
    *said = (struct said){.is_letter = true, .size = 1};
    said->entry = option_find_letter(verb, letters[0]);
    if (said->entry == NULL) {
        const char shown[] = {'-', letters[0], '\0'};

        return !option_is_elsewhere(NULL, letters[0], shown, err) &&
               err_set(err, "unknown option %s (crawl --help=all shows all)", shown);
    }
    if (wants_value(said->entry) && letters[1] != '\0') {
        said->value = letters[1] == '=' ? letters + 2 : letters + 1;
        said->size = strlen(letters);
    }
    return true;
}

static bool set_count(struct options *options, const struct said *said, struct err *err)
{
    struct buf text = {.limit = 16};
    int now = *(int *)((char *)options + said->entry->field);
    bool good;

    if (said->value != NULL)
        return option_set(options, said->entry, said->value, &HERE, err);
    /* Saying it more often than means anything is no error. */
    buf_printf(&text, "%d", now < said->entry->max ? now + 1 : now);
    good = option_set(options, said->entry, text.data, &HERE, err);
    buf_free(&text);
    return good;
}

/* `next` is the following argument or NULL; *used tells whether it was taken as the value. */
static bool apply(struct options *options, const struct said *said, const char *next, bool *used, struct err *err)
{
    const struct option_entry *entry = said->entry;
    const char *value = said->value;

    *used = false;
    if (said->negated || entry->kind == OPTION_ALIAS) {
        if (value != NULL)
            return err_set(err, "--%s%s takes no value", said->negated ? "no-" : "", entry->name);
        return option_set(options, entry, "no", &HERE, err);
    }
    if (entry->kind == OPTION_COUNT)
        return set_count(options, said, err);
    if (value == NULL && entry->kind == OPTION_BOOL)
        value = "yes";
    else if (value == NULL && (entry->flags & OPTION_MAY_BE_BARE))
        value = entry->bare;
    if (value == NULL && next != NULL) {
        value = next;
        *used = true;
    }
    if (value == NULL && said->is_letter)
        return err_set(err, "-%c (--%s) needs a value: %s", entry->letter, entry->name, entry->argument);
    if (value == NULL)
        return err_set(err, "--%s needs a value: --%s=%s", entry->name, entry->name, entry->argument);
    return option_set(options, entry, value, &HERE, err);
}

/* Where the verb stands in argv, or 0: the first operand, if it is a verb. Options of all verbs may stand before it. */
static int find_verb(int argc, char *const *argv, enum options_verb *verb)
{
    for (int i = 1; i < argc; i++) {
        struct said said = {0};
        bool known = false;

        if (strcmp(argv[i], "--") == 0)
            return 0;
        if (argv[i][0] != '-' || argv[i][1] == '\0') {
            for (int v = VERB_CRAWL + 1; v < VERB_COUNT; v++) {
                if (strcmp(argv[i], options_verb_names[v]) == 0) {
                    *verb = (enum options_verb)v;
                    return i;
                }
            }
            return 0;
        }
        for (int v = 0; !known && v < VERB_COUNT; v++) {
            if (argv[i][1] == '-')
                known = read_long(&said, (enum options_verb)v, argv[i] + 2, NULL);
            else
                known = read_letter(&said, (enum options_verb)v, argv[i] + 1, NULL);
        }
        /* In a group of letters only the last can want the next argument. */
        for (const char *c = argv[i] + 1; known && said.is_letter && said.value == NULL && c[1] != '\0'; c++)
            known = read_letter(&said, VERB_CRAWL, c + 1, NULL);
        if (known && wants_value(said.entry) && said.value == NULL)
            i++;
    }
    return 0;
}

static void add_operand(struct options *options, const char *text)
{
    options->operands = mem_resize(options->operands, (options->operand_count + 1) * sizeof *options->operands);
    options->operands[options->operand_count++] = mem_string(text);
}

/* A word that is neither a file nor looks like a URL, but much like a verb, or is one of other programs, is a typing
 * error rather than a host. */
static bool check_operand(const char *text, struct err *err)
{
    const char *near;

    if (strpbrk(text, ".:/") != NULL || access(text, F_OK) == 0)
        return true;
    if (strcmp(text, "help") == 0 || strcmp(text, "version") == 0)
        return err_set(err, "there is no verb %s (did you mean \"crawl --%s\"? if it is a host: http://%s/)", text,
                       text, text);
    near = nearest_name(text, options_verb_names + 1, VERB_COUNT - 1);
    if (near == NULL)
        return true;
    return err_set(err, "\"%s\" is no file, and hardly a host (did you mean \"crawl %s\"? if it is a host: http://%s/)",
                   text, near, text);
}

static bool parse_argument(struct options *options, const char *text, const char *next, bool *used, struct err *err)
{
    struct said said;

    *used = false;
    if (text[1] == '-')
        return read_long(&said, options->verb, text + 2, err) && apply(options, &said, next, used, err);
    for (const char *letters = text + 1; *letters != '\0'; letters += said.size) {
        if (!read_letter(&said, options->verb, letters, err) ||
            !apply(options, &said, letters[said.size] == '\0' ? next : NULL, used, err))
            return false;
    }
    return true;
}

static void keep_command(struct options *options, int argc, char *const *argv)
{
    struct buf text = {.limit = 1 << 20};

    command_add_text(&text, options->verb, argc, argv);
    free(options->command);
    options->command = mem_string(text.data == NULL ? "" : text.data);
    buf_free(&text);
}

bool command_parse(struct options *options, int argc, char *const *argv, struct err *err)
{
    int verb_at = find_verb(argc, argv, &options->verb);
    bool only_operands = false, used;

    for (int i = 1; i < argc; i++) {
        if (i == verb_at)
            continue;
        if (only_operands || argv[i][0] != '-' || argv[i][1] == '\0') {
            if (!only_operands && options->verb == VERB_CRAWL && options->operand_count == 0 &&
                !check_operand(argv[i], err))
                return false;
            add_operand(options, argv[i]);
        } else if (strcmp(argv[i], "--") == 0) {
            only_operands = true;
        } else {
            if (!parse_argument(options, argv[i], i + 1 < argc ? argv[i + 1] : NULL, &used, err))
                return false;
            i += used;
        }
    }
    keep_command(options, argc, argv);
    return true;
}

bool command_read(struct options *options, int argc, char *const *argv, struct err *err)
{
    struct buf path = {.limit = 4096};
    struct options first; /* only to learn which files to read; also, what is wrong in the command is said first */
    const char *config;
    bool good;

    options_init(&first);
    good = command_parse(&first, argc, argv, err);
    config = first.config != NULL ? first.config : getenv("CRAWL_CONFIG");
    /* Who asks for help is not to be told that a file is wrong. */
    if (first.help != OPTIONS_HELP_NONE || first.version || first.completion != OPTIONS_COMPLETION_NONE)
        config = "none";
    if (good && (config == NULL || strcmp(config, "none") != 0)) {
        good = conf_read(options, CONF_SYSTEM_FILE, true, RANK_SYSTEM, err);
        conf_add_user_file(&path);
        if (good && path.size > 0)
            good = conf_read(options, path.data, true, RANK_USER, err);
        if (good && config != NULL && config[0] != '\0')
            good = conf_read(options, config, false, RANK_FILE, err);
    }
    good = good && conf_read_environment(options, err) && command_parse(options, argc, argv, err);
    options_free(&first);
    buf_free(&path);
    return good;
}

/* ---- the command as it could be typed again */

static void add_quoted(struct buf *out, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,+@%";

    if (*text != '\0' && text[strspn(text, plain)] == '\0') {
        buf_add_string(out, text);
        return;
    }
    buf_add_char(out, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            buf_add_string(out, "'\\''");
        else
            buf_add_char(out, *text);
    }
    buf_add_char(out, '\'');
}

/* A seed may hold a password: https://name:password@host/ */
static void add_operand_text(struct buf *out, const char *text)
{
    const char *authority = strstr(text, "://");
    const char *at = authority == NULL ? NULL : strchr(authority, '@');

    if (at == NULL || at > authority + 3 + strcspn(authority + 3, "/?#")) {
        add_quoted(out, text);
        return;
    }
    buf_add(out, text, (size_t)(authority + 3 - text));
    buf_add_string(out, "***");
    add_quoted(out, at);
}

/* The secret option that `text` says, or that its last letter says. */
static bool says_secret(struct said *said, enum options_verb verb, const char *text)
{
    if (text[0] != '-' || text[1] == '\0')
        return false;
    if (text[1] == '-')
        return read_long(said, verb, text + 2, NULL) && (said->entry->flags & OPTION_SECRET);
    for (const char *letters = text + 1; *letters != '\0'; letters += said->size) {
        if (!read_letter(said, verb, letters, NULL))
            return false;
        if (said->entry->flags & OPTION_SECRET)
            return true;
    }
    return false;
}

void command_add_text(struct buf *out, enum options_verb verb, int argc, char *const *argv)
{
    bool hide = false, only_operands = false;
    struct said said;

    for (int i = 1; i < argc; i++) {
        const char *text = argv[i];

        if (i > 1)
            buf_add_char(out, ' ');
        if (hide) {
            buf_add_string(out, "***");
            hide = false;
        } else if (!only_operands && says_secret(&said, verb, text)) {
            if (said.is_letter)
                buf_printf(out, "%.*s", (int)(strchr(text, said.entry->letter) + 1 - text), text);
            else
                buf_printf(out, "--%s", said.entry->name);
            buf_add_string(out, said.value == NULL ? "" : said.is_letter ? "***" : "=***");
            hide = said.value == NULL;
        } else if (text[0] == '-') {
            only_operands = only_operands || strcmp(text, "--") == 0;
            add_quoted(out, text);
        } else {
            add_operand_text(out, text);
        }
    }
}
