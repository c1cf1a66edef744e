/* Any bytes, in any encoding: the first byte chooses it, and a limit; the rest is the page. */

#include "charset.h"
#include "text.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const LABELS[] = {
    "utf-8",  "windows-1252", "windows-1253", "gbk",         "gb18030", "big5",      "euc-jp",         "shift_jis",
    "euc-kr", "utf-16le",     "utf-16be",     "iso-2022-jp", "koi8-u",  "macintosh", "x-user-defined", "replacement"};

static void check(bool holds)
{
    if (!holds)
        abort();
}

static size_t count(struct slice in, char c)
{
    size_t count = 0;

    for (size_t i = 0; i < in.size; i++)
        count += in.data[i] == c;
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf whole = {.limit = 16 << 20}, query = {.limit = 64 << 20}, part = {.limit = 0};
    const struct charset *charset;
    enum charset_source source;
    size_t bom_size, choice;
    struct slice in;

    if (size < 2)
        return 0;
    choice = data[0] % (sizeof LABELS / sizeof *LABELS);
    charset = charset_by_label(slice_of(LABELS[choice]));
    in = (struct slice){(const char *)data + 2, size - 2};

    check(charset_decode(charset, in, &whole) && text_is_utf8(buf_slice(&whole)));
    if (choice <= 8) /* ASCII is ASCII wherever it stands, and this is no second byte */
        check(count(in, '<') == count(buf_slice(&whole), '<'));
    part.limit = whole.size * data[1] / 256;
    check(charset_decode(charset, in, &part) == (part.limit == whole.size));
    check(part.size <= part.limit && part.limit - part.size < 4 && text_is_utf8(buf_slice(&part)));
    check(part.size == 0 || memcmp(part.data, whole.data, part.size) == 0);
    check(charset_encode_query(charset, buf_slice(&whole), &query));

    charset = charset_of_page(in, (struct slice){NULL, 0}, data[1] & 1, &source, &bom_size);
    check(charset != NULL && bom_size <= in.size && source < CHARSET_SOURCE_COUNT);
    buf_free(&whole);
    buf_free(&part);
    buf_free(&query);
    return 0;
}
