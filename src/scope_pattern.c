#include "scope_inside.h"

#include <stdio.h>

#define SHOWN_BEFORE 300 /* bytes of a long pattern that are shown before the caret */
#define SHOWN_BYTES  400

static bool goes_on(char c) /* a byte of a character that began before it */
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* Control characters are shown as blanks, so that the caret stands right. */
bool scope_pattern_error(const struct scope_rule *rule, const char *reason, size_t at, struct err *err)
{
    size_t from = at > SHOWN_BEFORE ? at - SHOWN_BEFORE : 0, place = 1;
    char shown[SHOWN_BYTES + 1];
    int column = 0;

    while (goes_on(rule->pattern[from]))
        from++;
    for (size_t i = 0; i < at; i++) {
        place += !goes_on(rule->pattern[i]);
        column += i >= from && !goes_on(rule->pattern[i]);
    }
    snprintf(shown, sizeof shown, "%s", rule->pattern + from);
    for (char *c = shown; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = ' ';
    return err_set(err, "%s: the pattern is wrong at character %zu: %s\n  %s\n  %*s^", rule->origin, place, reason,
                   shown, column, "");
}
