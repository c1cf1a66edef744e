#include "charset.h"

#include "charset_declared.h"
#include "charset_guess.h"
#include "text.h"

#define PRESCAN_SIZE 1024 /* bytes that browsers wait for */

const char *charset_source_name(enum charset_source source)
{
    static const char *const NAMES[CHARSET_SOURCE_COUNT] = {
        [CHARSET_FROM_BOM] = "bom",         [CHARSET_FROM_HEADER] = "header", [CHARSET_FROM_META] = "meta",
        [CHARSET_FROM_XML] = "xml",         [CHARSET_FROM_UTF8] = "utf8",     [CHARSET_FROM_GUESS] = "guess",
        [CHARSET_FROM_DEFAULT] = "default",
    };

    return NAMES[source];
}

static const struct charset *charset_by_bom(struct slice body, size_t *bom_size)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *label;
    } BOMS[] = {{"\xEF\xBB\xBF", 3, "utf-8"}, {"\xFE\xFF", 2, "utf-16be"}, {"\xFF\xFE", 2, "utf-16le"}};

    for (size_t i = 0; i < sizeof BOMS / sizeof *BOMS; i++)
        if (body.size >= BOMS[i].size && memcmp(body.data, BOMS[i].bytes, BOMS[i].size) == 0) {
            *bom_size = BOMS[i].size;
            return charset_by_label(slice_of(BOMS[i].label));
        }
    return NULL;
}

/* True if `body` is UTF-8 beyond ASCII. A character cut by the end is forgiven
 * where another came before: bodies have a limit. */
static bool looks_like_utf8(struct slice body)
{
    size_t good = text_utf8_size(body), ascii = text_ascii_size(body);
    bool cut = false;

    if (good == body.size)
        return ascii < body.size;
    text_utf8_bad_size((struct slice){body.data + good, body.size - good}, &cut);
    return cut && ascii < good;
}

const struct charset *charset_of_page(struct slice body, struct slice header, bool xml, enum charset_source *source,
                                      size_t *bom_size)
{
    struct slice start = {body.data, body.size < PRESCAN_SIZE ? body.size : PRESCAN_SIZE};
    const struct charset *charset;

    *bom_size = 0;
    *source = CHARSET_FROM_BOM;
    if ((charset = charset_by_bom(body, bom_size)) != NULL)
        return charset;
    *source = CHARSET_FROM_HEADER;
    if ((charset = charset_by_label(header)) != NULL)
        return charset;
    /* A meta that the parser sees makes it start afresh, so it counts before one
     * that only the prescan sees, though that comes first. */
    *source = CHARSET_FROM_META;
    if (!xml && ((charset = charset_by_meta(body)) != NULL || (charset = charset_by_prescan(start)) != NULL))
        return charset;
    *source = CHARSET_FROM_XML;
    if ((charset = charset_by_xml(start)) != NULL)
        return charset;
    *source = CHARSET_FROM_UTF8;
    if (looks_like_utf8(body))
        return charset_utf8();
    *source = CHARSET_FROM_GUESS;
    if (!xml && (charset = charset_guess(body)) != NULL)
        return charset;
    /* ASCII too is windows-1252 to browsers, and one can tell: by the query of a
     * link that has a character reference. */
    *source = CHARSET_FROM_DEFAULT;
    return xml ? charset_utf8() : charset_by_label(slice_of("windows-1252"));
}
