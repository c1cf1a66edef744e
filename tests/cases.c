#include "cases.h"

#include "mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

struct cases {
    FILE *file;
    char *text; /* of the line, changed where it stands */
    size_t capacity;
    int line;
};

struct cases *cases_open(const char *name)
{
    const char *sources = getenv("srcdir");
    struct cases *cases = mem_new(sizeof *cases);
    char path[4096];

    snprintf(path, sizeof path, "%s/tests/%s", sources == NULL ? "." : sources, name);
    cases->file = fopen(path, "r");
    if (cases->file == NULL)
        fail_msg("cannot open %s", path);
    return cases;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

/* What the escape at `at`, behind its backslash, stands for; *size is its length. */
static struct slice unescape(const char *at, char *byte, size_t *size)
{
    static const char letters[] = "stnr\\", values[] = " \t\n\r\\";
    const char *letter = *at == '\0' ? NULL : strchr(letters, *at);

    *size = 1;
    if (letter != NULL) {
        *byte = values[letter - letters];
    } else if (*at == 'x') {
        char digits[3] = {at[1], at[1] == '\0' ? '\0' : at[2], '\0'};

        *byte = (char)strtoul(digits, NULL, 16);
        *size = 3;
    } else if (*at == 'e') {
        return (struct slice){byte, 0};
    } else {
        fail_msg("unknown escape \\%c", *at);
    }
    return (struct slice){byte, 1};
}

/* Cuts the next column off *at. */
static struct slice next_column(char **at)
{
    char *from = *at, *to = *at;
    struct slice column = {from, 0};

    while (*from != '\0' && !is_space(*from)) {
        size_t size = 0;
        char byte = *from;
        struct slice part = {&byte, 1};

        if (*from++ == '\\')
            part = unescape(from, &byte, &size);
        from += size;
        memcpy(to, part.data, part.size);
        to += part.size;
    }
    column.size = (size_t)(to - column.data);
    while (is_space(*from))
        from++;
    *at = from;
    return column;
}

bool cases_next(struct cases *cases, struct slice *columns, int count)
{
    while (getline(&cases->text, &cases->capacity, cases->file) >= 0) {
        char *at = cases->text;
        int i;

        cases->line++;
        while (is_space(*at))
            at++;
        if (*at == '\0' || (at[0] == '#' && is_space(at[1])))
            continue;
        for (i = 0; i < count && *at != '\0'; i++)
            columns[i] = next_column(&at);
        if (i < count || *at != '\0')
            fail_msg("line %d has not %d columns", cases->line, count);
        return true;
    }
    return false;
}

int cases_line(const struct cases *cases)
{
    return cases->line;
}

void cases_close(struct cases *cases)
{
    fclose(cases->file);
    free(cases->text);
    free(cases);
}

int64_t cpu_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
