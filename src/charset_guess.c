#include "charset_guess.h"

#include "text.h"

#ifdef HAVE_UCHARDET
#include <uchardet.h>
#endif

#define SAMPLE_SIZE 65536 /* bytes looked at */
#define BEFORE_SIZE 1024  /* of them, before the first that is not ASCII */
#define EVIDENCE    3     /* bytes that must tell another Latin encoding from windows-1252 */

/* The part of the page to judge by: where it first is not ASCII, or escapes from
 * it as ISO-2022-JP does. Empty if it is ASCII throughout. */
static struct slice sample_of(struct slice page)
{
    size_t start = text_ascii_size(page), size;
    const char *escape = start == 0 ? NULL : memchr(page.data, '\x1B', start);

    if (escape != NULL)
        start = (size_t)(escape - page.data);
    if (start == page.size)
        return (struct slice){page.data, 0};
    start = start > BEFORE_SIZE ? start - BEFORE_SIZE : 0;
    size = page.size - start;
    return (struct slice){page.data + start, size < SAMPLE_SIZE ? size : SAMPLE_SIZE};
}

/* True if it is UTF-8 but for a few bytes: of pages put together from parts,
 * one part is often in another encoding. */
static bool is_damaged_utf8(struct slice sample)
{
    size_t good = 0, errors = 0;

    while (sample.size > 0) {
        struct slice run = {sample.data, text_utf8_size(sample)};
        bool cut;

        for (size_t i = 0; i < run.size; i++)
            good += ((unsigned char)run.data[i] & 0xC0) == 0xC0; /* a first byte of several */
        sample = (struct slice){sample.data + run.size, sample.size - run.size};
        if (sample.size > 0) {
            size_t bad = text_utf8_bad_size(sample, &cut);

            errors += !cut;
            sample = (struct slice){sample.data + bad, sample.size - bad};
        }
    }
    return good > 10 * errors;
}

#ifdef HAVE_UCHARDET

/* The encoding that libuchardet finds, if it is one of the standard's. */
static const struct charset *found_by_uchardet(struct slice sample)
{
    uchardet_t detector = uchardet_new();
    const struct charset *charset = NULL;

    if (uchardet_handle_data(detector, sample.data, sample.size) == 0) {
        uchardet_data_end(detector);
        charset = charset_by_label(slice_of(uchardet_get_charset(detector)));
        /* It knows these by names of its own. */
        if (charset == NULL && strcmp(uchardet_get_charset(detector), "UHC") == 0)
            charset = charset_by_label(slice_of("euc-kr"));
        if (charset == NULL && strcmp(uchardet_get_charset(detector), "MAC-CYRILLIC") == 0)
            charset = charset_by_label(slice_of("x-mac-cyrillic"));
    }
    uchardet_delete(detector);
    return charset;
}

/* How many bytes of `sample` are not the same in both single-byte encodings. */
static size_t count_differing(const struct charset *a, const struct charset *b, struct slice sample)
{
    size_t count = 0;
    bool differs[256];

    for (unsigned byte = 0; byte < 256; byte++) {
        struct buf in_a = {.limit = 16}, in_b = {.limit = 16};
        char in = (char)byte;

        charset_decode(a, (struct slice){&in, 1}, &in_a);
        charset_decode(b, (struct slice){&in, 1}, &in_b);
        differs[byte] = in_a.size != in_b.size || memcmp(in_a.data, in_b.data, in_a.size) != 0;
        buf_free(&in_a);
        buf_free(&in_b);
    }
    for (size_t i = 0; i < sample.size; i++)
        count += differs[(unsigned char)sample.data[i]];
    return count;
}

static bool is_among(const struct charset *charset, const char *const *names)
{
    for (; *names != NULL; names++)
        if (strcmp(charset_name(charset), *names) == 0)
            return true;
    return false;
}

/* True if there are bytes from 80 to 9F: controls in ISO-8859, quotes and dashes in windows-125x. */
static bool has_c1(struct slice sample)
{
    for (size_t i = 0; i < sample.size; i++)
        if (((unsigned char)sample.data[i] & 0xE0) == 0x80)
            return true;
    return false;
}

/* Corrects what libuchardet (0.0.7) is known to take one for the other. NULL: not to be believed. */
static const struct charset *corrected(const struct charset *charset, struct slice sample)
{
    static const char *const NEVER[] = {"utf-8",       "utf-16le",    "utf-16be", "iso-8859-3",
                                        "iso-8859-10", "iso-8859-14", NULL};
    static const char *const LATIN[] = {"iso-8859-2",   "iso-8859-4",   "iso-8859-13",  "iso-8859-15", "windows-1250",
                                        "windows-1254", "windows-1257", "windows-1258", NULL};
    const struct charset *western = charset_by_label(slice_of("windows-1252"));

    /* Supersets of what it knows, or what such pages are really in. */
    if (strcmp(charset_name(charset), "iso-8859-16") == 0)
        charset = charset_by_label(slice_of("windows-1250"));
    if (strcmp(charset_name(charset), "koi8-r") == 0)
        charset = charset_by_label(slice_of("koi8-u"));
    if (is_among(charset, NEVER))
        return NULL;
    if (strncmp(charset_name(charset), "iso-8859-", 9) == 0 && has_c1(sample))
        return NULL;
    /* One accented name in an English page looks like any Latin encoding. */
    if (is_among(charset, LATIN) && count_differing(charset, western, sample) < EVIDENCE)
        return western;
    return charset;
}

static const struct charset *detect(struct slice sample)
{
    const struct charset *charset = found_by_uchardet(sample);

    return charset == NULL ? NULL : corrected(charset, sample);
}

#else

static const struct charset *detect(struct slice sample)
{
    (void)sample;
    return NULL;
}

#endif

const struct charset *charset_guess(struct slice page)
{
    struct slice sample = sample_of(page);

    if (sample.size == 0)
        return NULL;
    return is_damaged_utf8(sample) ? charset_utf8() : detect(sample);
}
