#include "option.h"
#include "page.h"
#include "usage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BEGIN ".\\\" begin of what is made from src/options.def by make update-manual\n"
#define END   ".\\\" end of what is made from src/options.def\n"

static struct buf manual = {.limit = 1u << 20};

static int read_manual(void **state)
{
    const char *top = getenv("srcdir");
    char path[4096];
    FILE *file;
    int c;

    (void)state;
    snprintf(path, sizeof path, "%s/doc/crawl.1", top == NULL ? "." : top);
    file = fopen(path, "r");
    if (file == NULL)
        return 1;
    while ((c = getc(file)) != EOF)
        buf_add_char(&manual, (char)c);
    fclose(file);
    return 0;
}

static int free_manual(void **state)
{
    (void)state;
    buf_free(&manual);
    return 0;
}

static void the_manuals_options_are_those_of_the_table(void **state)
{
    struct buf made = {.limit = 1u << 20};
    const char *begin = strstr(manual.data, BEGIN), *end = strstr(manual.data, END);

    (void)state;
    assert_non_null(begin);
    assert_non_null(end);
    begin += strlen(BEGIN);
    usage_add_manual(&made);
    if ((size_t)(end - begin) != made.size || memcmp(begin, made.data, made.size) != 0)
        fail_msg("%s", "doc/crawl.1 is not up to date: make update-manual");
    buf_free(&made);
}

static void the_manual_begins_with_examples(void **state)
{
    const char *examples = strstr(manual.data, "\n.Ss Examples\n"), *options = strstr(manual.data, "\n.Sh OPTIONS\n");

    (void)state;
    assert_non_null(examples);
    assert_non_null(options);
    assert_true(examples - manual.data < 1000 && examples < options);
}

static void the_manual_names(const char *what)
{
    char line[100];

    snprintf(line, sizeof line, ".It Sy %s\n", what);
    if (strstr(manual.data, line) == NULL)
        fail_msg("doc/crawl.1 does not name %s", what);
}

static void the_manual_names_every_outcome_and_every_reason_for_skipping(void **state)
{
    (void)state;
    for (int i = PAGE_PENDING + 1; i < PAGE_OUTCOME_COUNT; i++)
        the_manual_names(page_outcome_names[i]);
    for (int i = SKIP_NONE + 1; i < SKIP_REASON_COUNT; i++)
        the_manual_names(page_skip_names[i]);
}

static void the_manual_names_every_verb(void **state)
{
    (void)state;
    for (int verb = VERB_CRAWL + 1; verb < VERB_COUNT; verb++) {
        char line[100];

        snprintf(line, sizeof line, ".It Cm %s", options_verb_names[verb]);
        assert_non_null(strstr(manual.data, line));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_manuals_options_are_those_of_the_table),
        cmocka_unit_test(the_manual_begins_with_examples),
        cmocka_unit_test(the_manual_names_every_outcome_and_every_reason_for_skipping),
        cmocka_unit_test(the_manual_names_every_verb),
    };

    return cmocka_run_group_tests(tests, read_manual, free_manual);
}
