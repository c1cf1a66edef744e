#include "conf.h"

#include "log.h"
#include "mem.h"
#include "nearest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_LIMIT (1u << 20) /* bytes */
#define PREFIX     "CRAWL_"   /* of variables */
#define NAME_SIZE  64         /* of a variable that could be one of an option */

struct reading {
    struct options *options;
    struct options_section *section; /* NULL: in none yet */
    struct option_origin origin;     /* of the line now read */
};

static struct slice trimmed(struct slice s)
{
    while (s.size > 0 && strchr(" \t\r\f\v", s.data[0]) != NULL) {
        s.data++;
        s.size--;
    }
    while (s.size > 0 && strchr(" \t\r\f\v", s.data[s.size - 1]) != NULL)
        s.size--;
    return s;
}

static bool begin_section(struct reading *reading, const char *line, struct err *err)
{
    size_t size = strlen(line);
    char *pattern;

    if (strncmp(line, "[host", 5) != 0 || (line[5] != ' ' && line[5] != '\t') || line[size - 1] != ']')
        return err_set(err, "%s: sections are \"[host PATTERN]\", not \"%s\"", reading->origin.where, line);
    {
        struct slice inside = trimmed((struct slice){line + 5, size - 6});

        if (inside.size == 0)
            return err_set(err, "%s: the section names no host", reading->origin.where);
        for (size_t i = 0; i < inside.size; i++)
            if (strchr(" \t\r\f\v,", inside.data[i]) != NULL)
                return err_set(err,
                               "%s: a section has one pattern of hosts, not \"%.*s\": no host has blanks or commas",
                               reading->origin.where, (int)inside.size, inside.data);
        pattern = mem_copy(inside.data, inside.size);
    }
    reading->section = option_add_section(reading->options, pattern, reading->origin.where);
    free(pattern);
    return true;
}

static bool take(struct reading *reading, const struct option_entry *entry, const char *text, struct err *err)
{
    const char *where = reading->origin.where;

    if (reading->section == NULL)
        return option_set(reading->options, entry, text, &reading->origin, err);
    if (!(entry->flags & OPTION_PER_HOST))
        return err_set(err, "%s: %s cannot differ from host to host; put it before the first [host ...]", where,
                       entry->name);
    return option_set_in_section(reading->options, reading->section, entry, text, &reading->origin, err);
}

/* `value` is NULL when the line has no "=". */
static bool take_line(struct reading *reading, const char *name, const char *value, struct err *err)
{
    const char *where = reading->origin.where;
    const struct option_entry *entry;
    struct err why = {""};
    bool negated;

    entry = option_lookup(VERB_CRAWL, name, false, "", &negated, &why);
    if (entry == NULL)
        return err_set(err, "%s: %s", where, why.text);
    if (entry->flags & OPTION_COMMAND_LINE)
        return err_set(err, "%s: %s is for the command line only", where, entry->name);
    if (entry->kind == OPTION_BOOL) {
        if (value == NULL)
            value = "yes";
        if (negated && strcmp(value, "yes") != 0)
            return err_set(err, "%s: say %s = yes or %s = no", where, entry->name, entry->name);
        return take(reading, entry, negated ? "no" : value, err);
    }
    if (entry->kind == OPTION_ALIAS) {
        if (value != NULL && strcmp(value, "yes") != 0)
            return err_set(err, "%s: %s takes no value", where, entry->name);
        return take(reading, entry, "", err);
    }
    if (value == NULL && (entry->flags & OPTION_MAY_BE_BARE))
        value = entry->bare;
    if (value == NULL)
        return err_set(err, "%s: %s needs a value: %s = %s", where, entry->name, entry->name, entry->argument);
    return take(reading, entry, value, err);
}

static bool read_line(struct reading *reading, struct slice line, struct err *err)
{
    char *text, *sign;
    bool good;

    line = trimmed(line);
    if (line.size == 0 || line.data[0] == '#')
        return true;
    if (memchr(line.data, '\0', line.size) != NULL)
        return err_set(err, "%s: a NUL byte", reading->origin.where);
    text = mem_copy(line.data, line.size);
    sign = strchr(text, '=');
    if (text[0] == '[') {
        good = begin_section(reading, text, err);
    } else if (sign == NULL) {
        good = take_line(reading, text, NULL, err);
    } else {
        struct slice name = trimmed((struct slice){text, (size_t)(sign - text)});
        struct slice value = trimmed(slice_of(sign + 1));

        /* Both lie in `text`, and what ends them is theirs to overwrite. */
        text[(size_t)(name.data - text) + name.size] = '\0';
        good = take_line(reading, name.data, value.data, err);
    }
    free(text);
    return good;
}

bool conf_parse(struct options *options, struct slice text, const char *name, enum option_rank rank, struct err *err)
{
    struct reading reading = {.options = options, .origin = {.rank = rank}};
    struct buf where = {.limit = 4096 + 32};
    unsigned number = 0;
    bool good = true;

    if (text.size >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0) {
        text.data += 3;
        text.size -= 3;
    }
    while (good && text.size > 0) {
        const char *end = memchr(text.data, '\n', text.size);
        size_t size = end == NULL ? text.size : (size_t)(end - text.data);

        buf_clear(&where);
        buf_printf(&where, "%s:%u", name, ++number);
        reading.origin.where = where.data == NULL ? name : where.data;
        good = read_line(&reading, (struct slice){text.data, size}, err);
        text.data += size + (end != NULL);
        text.size -= size + (end != NULL);
    }
    buf_free(&where);
    return good;
}

bool conf_read(struct options *options, const char *path, bool may_lack, enum option_rank rank, struct err *err)
{
    struct buf text = {.limit = FILE_LIMIT};
    char chunk[8192];
    size_t size;
    FILE *file = fopen(path, "rb");
    bool good;

    if (file == NULL) {
        if (may_lack && (errno == ENOENT || errno == ENOTDIR || errno == EACCES))
            return true;
        return err_set(err, "cannot read %s: %s", path, strerror(errno));
    }
    while ((size = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_add(&text, chunk, size);
    if (ferror(file))
        good = err_set(err, "cannot read %s: %s", path, strerror(errno));
    else if (text.full)
        good = err_set(err, "%s is larger than 1 MiB: it can hardly be a configuration file", path);
    else
        good = conf_parse(options, buf_slice(&text), path, rank, err);
    fclose(file);
    buf_free(&text);
    return good;
}

/* Variables that are nearly the name of an option are misspelt; others may be meant for somebody else. */
static void say_misspelt_variables(const char *const *names, size_t count)
{
    for (char **variable = environ; *variable != NULL; variable++) {
        size_t size = strcspn(*variable, "=");
        const char *near;
        char *name;
        bool is_known = false;

        if (strncmp(*variable, PREFIX, sizeof PREFIX - 1) != 0 || size > NAME_SIZE)
            continue;
        name = mem_copy(*variable + sizeof PREFIX - 1, size + 1 - sizeof PREFIX);
        for (size_t i = 0; i < count && !is_known; i++)
            is_known = strcmp(name, names[i]) == 0;
        near = is_known ? NULL : nearest_name(name, names, count);
        if (near != NULL && (near[0] == name[0] || (strncmp(name, "NO_", 3) == 0 && strcmp(name + 3, near) == 0)))
            log_warning("the environment variable " PREFIX "%s is no option (did you mean " PREFIX "%s?)", name, near);
        free(name);
    }
}

bool conf_read_environment(struct options *options, struct err *err)
{
    struct buf name = {.limit = NAME_SIZE};
    const char **names = mem_array(option_count + 2, sizeof *names);
    size_t count = 0;
    bool good = true;

    for (size_t i = 0; good && i < option_count; i++) {
        const struct option_entry *entry = &option_table[i];
        struct option_origin origin = {RANK_ENVIRONMENT, NULL};
        const char *value;

        if ((entry->flags & OPTION_COMMAND_LINE) || entry->kind == OPTION_ALIAS)
            continue;
        buf_clear(&name);
        option_add_variable(entry, &name);
        value = getenv(name.data);
        origin.where = name.data;
        if (value != NULL && value[0] != '\0')
            good = option_set(options, entry, value, &origin, err);
        names[count++] = mem_string(name.data + sizeof PREFIX - 1);
    }
    names[count++] = mem_string("CONFIG");
    names[count++] = mem_string("CONFIGURE"); /* the script that builds and runs reads it */
    if (good)
        say_misspelt_variables(names, count);
    while (count > 0)
        free((char *)names[--count]);
    free(names);
    buf_free(&name);
    return good;
}

void conf_add_user_file(struct buf *path)
{
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

    /* The XDG Base Directory Specification: a path that is not absolute is to be ignored. */
    if (base != NULL && base[0] == '/')
        buf_printf(path, "%s/crawl/crawl.conf", base);
    else if (home != NULL && home[0] == '/')
        buf_printf(path, "%s/.config/crawl/crawl.conf", home);
}
