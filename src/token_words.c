#include "token_words.h"

#define MULTIPLIER_1 0x9E3779B97F4A7C15u
#define MULTIPLIER_2 0xBF58476D1CE4E5B9u
#define MULTIPLIER_3 0x94D049BB133111EBu
#define EACH_BYTE    0x0101010101010101u

void words_start(struct words *w, const struct echo *echo)
{
    memset(w, 0, sizeof *w);
    w->echo = echo;
}

static uint64_t rotate(uint64_t word, int by)
{
    return word << by | word >> (64 - by);
}

/* Three planes that count `a`, `b` and `c` into two: *sum of weight one, the result of weight two. */
static uint64_t add3(uint64_t a, uint64_t b, uint64_t c, uint64_t *sum)
{
    uint64_t either = a ^ b;

    *sum = either ^ c;
    return (a & b) | (either & c);
}

/* Adds the waiting hashes to the counts, all 64 bits side by side (a Harley-Seal
 * counter): counting bit by bit would take longer than all the rest. */
static void count_waiting(struct words *w)
{
    const uint64_t *in = w->waiting;
    uint64_t ones, twos, fours, carry, two[3];

    two[0] = add3(in[0], in[1], in[2], &ones);
    two[1] = add3(in[3], in[4], ones, &ones);
    two[2] = add3(in[5], in[6], ones, &ones);
    fours = add3(two[0], two[1], two[2], &twos);
    carry = w->plane[0] & ones;
    w->plane[0] ^= ones;
    carry = add3(w->plane[1], twos, carry, &w->plane[1]);
    carry = add3(w->plane[2], fours, carry, &w->plane[2]);
    for (size_t i = 3; i < WORDS_PLANES && carry != 0; i++) {
        uint64_t both = w->plane[i] & carry;

        w->plane[i] ^= carry;
        carry = both;
    }
    memset(w->waiting, 0, sizeof w->waiting);
    w->waiting_count = 0;
}

/* `word` hashed as it is, `blind` with each run of digits as one. */
static void end_word(struct words *w, uint64_t word, uint64_t blind, size_t bytes)
{
    uint64_t three;

    word ^= word >> 32;
    blind ^= blind >> 32;
    w->hash = (rotate(w->hash, 29) ^ word) * MULTIPLIER_1;
    w->blind_hash = (rotate(w->blind_hash, 29) ^ blind) * MULTIPLIER_1;
    w->count++;
    w->bytes += bytes;
    if (w->count >= 3) {
        three = (rotate(w->last[0], 23) ^ rotate(w->last[1], 47) ^ blind) * MULTIPLIER_2;
        w->waiting[w->waiting_count++] = (three ^ three >> 31) * MULTIPLIER_3;
        w->shingles++;
        if (w->waiting_count == 7)
            count_waiting(w);
    }
    w->last[0] = w->last[1];
    w->last[1] = blind;
}

/* Eight bytes as a number whose lowest byte comes first; zeros behind the page's end. */
static uint64_t load(const char *p, const char *page_end)
{
    uint64_t word = 0;

    memcpy(&word, p, page_end - p >= 8 ? 8 : (size_t)(page_end - p));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* The high bit of each byte that is an ASCII digit. */
static uint64_t digits_of(uint64_t word)
{
    uint64_t value = word ^ 0x30 * EACH_BYTE;

    return ~(((value & 0x7F * EACH_BYTE) + 0x76 * EACH_BYTE) | value) & 0x80 * EACH_BYTE;
}

/* A word that has digits, with each run of them as a single 0. */
static uint64_t hash_blind(const char *start, const char *end)
{
    uint64_t hash = MULTIPLIER_3;
    bool in_number = false;

    for (const char *p = start; p < end; p++) {
        bool digit = *p >= '0' && *p <= '9';

        if (!digit || !in_number)
            hash = (rotate(hash, 31) ^ (digit ? '0' : (unsigned char)*p)) * MULTIPLIER_1;
        in_number = digit;
    }
    return hash;
}

void words_add(struct words *w, struct slice text, const char *page_end)
{
    const char *p = text.data, *end = p + text.size;

    if (w->echo != NULL)
        echo_hash(w->echo, text, &w->echo_hash);
    while (p < end) {
        const char *start;
        uint64_t hash = MULTIPLIER_3;
        uint64_t digits = 0;

        if ((unsigned char)*p <= ' ') {
            p++;
            continue;
        }
        for (start = p;;) {
            uint64_t word = load(p, page_end);
            /* The lowest bit set is that of the first byte below 0x21. */
            uint64_t spaces = (word - 0x21 * EACH_BYTE) & ~word & 0x80 * EACH_BYTE;
            size_t size = spaces == 0 ? 8 : (size_t)__builtin_ctzll(spaces) / 8;

            if (size > (size_t)(end - p))
                size = (size_t)(end - p);
            if (size < 8)
                word &= ((uint64_t)1 << 8 * size) - 1;
            hash = (rotate(hash, 31) ^ word) * MULTIPLIER_1;
            digits |= digits_of(word);
            p += size;
            if (size < 8 || p == end)
                break;
        }
        end_word(w, hash, digits == 0 ? hash : hash_blind(start, p), (size_t)(p - start));
    }
}

void words_end(struct words *w, struct token_text *text)
{
    if (w->waiting_count > 0)
        count_waiting(w);
    text->hash = w->hash;
    text->blind_hash = w->blind_hash;
    text->bytes = w->bytes + (w->count > 0 ? w->count - 1 : 0);
    text->simhash = 0;
    text->echo_hash = w->echo_hash == 0 ? w->echo != NULL : w->echo_hash;
    for (unsigned bit = 0; bit < 64; bit++) {
        uint64_t set = 0;

        for (size_t i = 0; i < WORDS_PLANES; i++)
            set |= (w->plane[i] >> bit & 1) << i;
        if (set * 2 > w->shingles)
            text->simhash |= (uint64_t)1 << bit;
    }
}
