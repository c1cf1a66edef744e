#include "echo.h"

#include <string.h>

#define MULTIPLIER_1 0x9E3779B97F4A7C15u
#define MULTIPLIER_2 0xBF58476D1CE4E5B9u
#define VALUE_BYTES  200 /* of a value; a longer one is no word to choose from a list */

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

/* The hash of the word that begins at *at, if one does, and whether it has a letter. *at comes to stand behind it, or
 * behind the one byte that is no part of a word. */
static bool next_word(const unsigned char **at, const unsigned char *end, uint64_t *hash, bool *has_letter)
{
    const unsigned char *p = *at;

    *hash = MULTIPLIER_2;
    *has_letter = false;
    for (; p < end && (is_digit(*p) || is_letter(*p)); p++) {
        *hash = (*hash ^ (*p >= 'A' && *p <= 'Z' ? *p + 0x20u : *p)) * MULTIPLIER_1;
        *hash ^= *hash >> 29;
        *has_letter = *has_letter || is_letter(*p);
    }
    if (p == *at) {
        *at = p + 1;
        return false;
    }
    *at = p;
    return true;
}

/* Where the word stands, or would. */
static uint32_t place_of(const struct echo *e, uint64_t word)
{
    uint32_t low = 0, high = e->count;

    while (low < high) {
        uint32_t middle = (low + high) / 2;

        if (e->words[middle] < word)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool has(const struct echo *e, uint64_t word)
{
    uint32_t at = place_of(e, word);

    return at < e->count && e->words[at] == word;
}

static int hex(unsigned char c)
{
    if (is_digit(c))
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static size_t decode(struct slice value, unsigned char *out)
{
    size_t size = 0;

    for (size_t i = 0; i < value.size; i++) {
        unsigned char c = (unsigned char)value.data[i];

        if (c == '%' && i + 2 < value.size && hex((unsigned char)value.data[i + 1]) >= 0 &&
            hex((unsigned char)value.data[i + 2]) >= 0) {
            c = (unsigned char)(hex((unsigned char)value.data[i + 1]) * 16 + hex((unsigned char)value.data[i + 2]));
            i += 2;
        }
        out[size++] = c;
    }
    return size;
}

bool echo_add(struct echo *e, struct slice value)
{
    unsigned char text[VALUE_BYTES];
    const unsigned char *at = text, *end;
    uint64_t word;
    bool has_letter;

    if (value.size > sizeof text)
        return false;
    end = text + decode(value, text);
    while (at < end) {
        uint32_t place;

        if (!next_word(&at, end, &word, &has_letter) || !has_letter || has(e, word))
            continue;
        if (e->count == ECHO_WORDS_MAX)
            return false;
        place = place_of(e, word);
        memmove(e->words + place + 1, e->words + place, (e->count - place) * sizeof e->words[0]);
        e->words[place] = word;
        e->count++;
    }
    return true;
}

void echo_hash(const struct echo *e, struct slice text, uint64_t *hash)
{
    const unsigned char *at = (const unsigned char *)text.data, *end = at + text.size;
    uint64_t word;
    bool has_letter;

    while (at < end)
        if (next_word(&at, end, &word, &has_letter) && !(has_letter && has(e, word)))
            *hash = ((*hash << 29 | *hash >> 35) ^ word) * MULTIPLIER_1;
}
