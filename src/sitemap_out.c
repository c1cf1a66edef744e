#include "sitemap_out.h"

#include "text.h"

void sitemap_tell_entry(struct sitemap_out *out, struct slice loc, int64_t lastmod_ms)
{
    if (out->over)
        return;
    if (out->urls_left == 0) {
        out->over = true;
        return;
    }
    out->urls_left--;
    buf_clear(&out->text);
    text_add_utf8(&out->text, loc);
    out->over = !out->tell(out->arg, buf_slice(&out->text), lastmod_ms);
}

/* The bytes of the white space at the start (or end) of `text`; 0 for none. */
static size_t blank_size(struct slice text, bool at_end)
{
    static const char *const blanks[] = {
        "\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81", "\xe2\x80\x82", "\xe2\x80\x83",
        "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86", "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a",
        "\xe2\x80\x8b", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80", "\xef\xbb\xbf",
    };

    if (text.size > 0 && (unsigned char)text.data[at_end ? text.size - 1 : 0] <= ' ')
        return 1;
    for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++) {
        size_t size = strlen(blanks[i]);

        if (text.size >= size && memcmp(text.data + (at_end ? text.size - size : 0), blanks[i], size) == 0)
            return size;
    }
    return 0;
}

struct slice sitemap_trimmed(struct slice text)
{
    size_t blank;

    while ((blank = blank_size(text, false)) > 0) {
        text.data += blank;
        text.size -= blank;
    }
    while ((blank = blank_size(text, true)) > 0)
        text.size -= blank;
    return text;
}
