#include "nearest.h"

#include <string.h>

#define LENGTH_MAX 63 /* of words compared; no name of ours is longer */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment distance, three rows of the table at a time. */
static size_t distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t rows[3][LENGTH_MAX + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2], *free_row;

    for (size_t j = 0; j <= b_size; j++)
        above[j] = before[j] = j;
    for (size_t i = 1; i <= a_size; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b_size; j++) {
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
        free_row = before;
        before = above;
        above = row;
        row = free_row;
    }
    return above[b_size];
}

const char *nearest_name(const char *word, const char *const *names, size_t count)
{
    size_t word_size = strlen(word);
    size_t best = word_size / 3 + 1; /* a third of the letters wrong is a typing error, more is another word */
    const char *found = NULL;

    if (word_size > LENGTH_MAX)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(names[i]);
        size_t d;

        if (size > LENGTH_MAX || size + best < word_size || word_size + best < size)
            continue;
        d = distance(word, word_size, names[i], size);
        if (d < best || (d == best && found == NULL)) {
            best = d;
            found = names[i];
        }
    }
    return found;
}
