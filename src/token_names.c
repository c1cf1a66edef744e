#include "token_names.h"

static const char *const NAMES[NAME_COUNT] = {
    [NAME_A] = "a",
    [NAME_ADDRESS] = "address",
    [NAME_ANNOTATION_XML] = "annotation-xml",
    [NAME_APPLET] = "applet",
    [NAME_AREA] = "area",
    [NAME_ARTICLE] = "article",
    [NAME_ASIDE] = "aside",
    [NAME_AUDIO] = "audio",
    [NAME_B] = "b",
    [NAME_BASE] = "base",
    [NAME_BASEFONT] = "basefont",
    [NAME_BGSOUND] = "bgsound",
    [NAME_BIG] = "big",
    [NAME_BLOCKQUOTE] = "blockquote",
    [NAME_BODY] = "body",
    [NAME_BR] = "br",
    [NAME_BUTTON] = "button",
    [NAME_CAPTION] = "caption",
    [NAME_CENTER] = "center",
    [NAME_CODE] = "code",
    [NAME_COL] = "col",
    [NAME_COLGROUP] = "colgroup",
    [NAME_DD] = "dd",
    [NAME_DESC] = "desc",
    [NAME_DETAILS] = "details",
    [NAME_DIALOG] = "dialog",
    [NAME_DIR] = "dir",
    [NAME_DIV] = "div",
    [NAME_DL] = "dl",
    [NAME_DT] = "dt",
    [NAME_EM] = "em",
    [NAME_EMBED] = "embed",
    [NAME_FIELDSET] = "fieldset",
    [NAME_FIGCAPTION] = "figcaption",
    [NAME_FIGURE] = "figure",
    [NAME_FONT] = "font",
    [NAME_FOOTER] = "footer",
    [NAME_FOREIGNOBJECT] = "foreignobject",
    [NAME_FORM] = "form",
    [NAME_FRAME] = "frame",
    [NAME_FRAMESET] = "frameset",
    [NAME_H1] = "h1",
    [NAME_H2] = "h2",
    [NAME_H3] = "h3",
    [NAME_H4] = "h4",
    [NAME_H5] = "h5",
    [NAME_H6] = "h6",
    [NAME_HEAD] = "head",
    [NAME_HEADER] = "header",
    [NAME_HGROUP] = "hgroup",
    [NAME_HR] = "hr",
    [NAME_HTML] = "html",
    [NAME_I] = "i",
    [NAME_IFRAME] = "iframe",
    [NAME_IMAGE] = "image",
    [NAME_IMG] = "img",
    [NAME_INPUT] = "input",
    [NAME_KEYGEN] = "keygen",
    [NAME_LI] = "li",
    [NAME_LINK] = "link",
    [NAME_LISTING] = "listing",
    [NAME_MAIN] = "main",
    [NAME_MALIGNMARK] = "malignmark",
    [NAME_MARQUEE] = "marquee",
    [NAME_MATH] = "math",
    [NAME_MENU] = "menu",
    [NAME_META] = "meta",
    [NAME_MGLYPH] = "mglyph",
    [NAME_MI] = "mi",
    [NAME_MN] = "mn",
    [NAME_MO] = "mo",
    [NAME_MS] = "ms",
    [NAME_MTEXT] = "mtext",
    [NAME_NAV] = "nav",
    [NAME_NOBR] = "nobr",
    [NAME_NOEMBED] = "noembed",
    [NAME_NOFRAMES] = "noframes",
    [NAME_NOSCRIPT] = "noscript",
    [NAME_OBJECT] = "object",
    [NAME_OL] = "ol",
    [NAME_OPTGROUP] = "optgroup",
    [NAME_OPTION] = "option",
    [NAME_P] = "p",
    [NAME_PARAM] = "param",
    [NAME_PICTURE] = "picture",
    [NAME_PLAINTEXT] = "plaintext",
    [NAME_PRE] = "pre",
    [NAME_RB] = "rb",
    [NAME_RP] = "rp",
    [NAME_RT] = "rt",
    [NAME_RTC] = "rtc",
    [NAME_RUBY] = "ruby",
    [NAME_S] = "s",
    [NAME_SCRIPT] = "script",
    [NAME_SEARCH] = "search",
    [NAME_SECTION] = "section",
    [NAME_SELECT] = "select",
    [NAME_SELECTEDCONTENT] = "selectedcontent",
    [NAME_SMALL] = "small",
    [NAME_SOURCE] = "source",
    [NAME_SPAN] = "span",
    [NAME_STRIKE] = "strike",
    [NAME_STRONG] = "strong",
    [NAME_STYLE] = "style",
    [NAME_SUB] = "sub",
    [NAME_SUMMARY] = "summary",
    [NAME_SUP] = "sup",
    [NAME_SVG] = "svg",
    [NAME_TABLE] = "table",
    [NAME_TBODY] = "tbody",
    [NAME_TD] = "td",
    [NAME_TEMPLATE] = "template",
    [NAME_TEXTAREA] = "textarea",
    [NAME_TFOOT] = "tfoot",
    [NAME_TH] = "th",
    [NAME_THEAD] = "thead",
    [NAME_TITLE] = "title",
    [NAME_TR] = "tr",
    [NAME_TRACK] = "track",
    [NAME_TT] = "tt",
    [NAME_U] = "u",
    [NAME_UL] = "ul",
    [NAME_VAR] = "var",
    [NAME_VIDEO] = "video",
    [NAME_WBR] = "wbr",
    [NAME_XMP] = "xmp",
};

/* Eight bytes with A to Z made lower case. */
static inline uint64_t lower8(uint64_t word)
{
    const uint64_t high = 0x8080808080808080u, low7 = word & ~high;
    uint64_t from_a = low7 + (0x80 - 'A') * 0x0101010101010101u;
    uint64_t beyond_z = low7 + (0x80 - 'Z' - 1) * 0x0101010101010101u;

    return word | ((from_a & ~beyond_z & ~word & high) >> 2);
}

static inline uint64_t eight(const void *at)
{
    uint64_t word;

    memcpy(&word, at, 8);
    return word;
}

/* The first eight bytes of a name of which as many may be read, in lower case; 0 behind its end. The bytes of the
 * name come first in memory, whatever the machine. */
static inline uint64_t key_of(const char *name, size_t size)
{
    static const unsigned char KEEP[16] = {255, 255, 255, 255, 255, 255, 255, 255};

    return lower8(eight(name) & eight(KEEP + 8 - (size < 8 ? size : 8)));
}

/* With this factor no two of the names meet (if the first byte in memory is the lowest of a word), so that one look
 * is enough. Looking names up was 7 % of a crawl's instructions. */
static inline unsigned slot_of(uint64_t key)
{
    return (unsigned)((key * 0x090B20BB257E8455u) >> 54);
}

void name_table_fill(struct name_table *table)
{
    memset(table, 0, sizeof *table);
    for (unsigned i = 1; i < NAME_COUNT; i++) {
        char first[8] = "";
        size_t size = strlen(NAMES[i]);
        unsigned slot;

        memcpy(first, NAMES[i], size < 8 ? size : 8);
        table->key[i] = key_of(first, size);
        table->size[i] = (uint8_t)size;
        slot = slot_of(table->key[i]);
        while (table->slot[slot] != 0)
            slot = (slot + 1) % NAME_SLOTS;
        table->slot[slot] = (uint8_t)i;
    }
}

static enum name find_key(const struct name_table *table, struct slice name, uint64_t key)
{
    unsigned slot = slot_of(key), i;

    while ((i = table->slot[slot]) != 0) {
        if (table->key[i] == key && table->size[i] == name.size && (name.size <= 8 || name_is(name, NAMES[i])))
            return (enum name)i;
        slot = (slot + 1) % NAME_SLOTS;
    }
    return NAME_OTHER;
}

static enum name find_at_end(const struct name_table *table, struct slice name)
{
    char first[8] = "";

    memcpy(first, name.data, name.size < 8 ? name.size : 8);
    return find_key(table, name, key_of(first, name.size));
}

enum name name_find(const struct name_table *table, struct slice name, size_t readable)
{
    if (readable < 8)
        return find_at_end(table, name);
    return find_key(table, name, key_of(name.data, name.size));
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

uint32_t name_hash(struct slice name)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < name.size; i++)
        hash = (hash ^ lower(name.data[i])) * 16777619u;
    return hash;
}

bool name_is(struct slice text, const char *word)
{
    for (size_t i = 0; i < text.size; i++)
        if (word[i] == '\0' || lower(text.data[i]) != (unsigned char)word[i])
            return false;
    return word[text.size] == '\0';
}

static enum attribute one_of(struct slice name, const char *word, enum attribute attribute)
{
    return name_is(name, word) ? attribute : ATTRIBUTE_OTHER;
}

enum attribute attribute_find(struct slice name)
{
    switch (name.size << 8 | lower(name.data[0])) {
    case 3 << 8 | 'a':
        return one_of(name, "alt", ATTRIBUTE_ALT);
    case 3 << 8 | 'r':
        return one_of(name, "rel", ATTRIBUTE_REL);
    case 3 << 8 | 's':
        return one_of(name, "src", ATTRIBUTE_SRC);
    case 4 << 8 | 'd':
        return one_of(name, "data", ATTRIBUTE_DATA);
    case 4 << 8 | 'f':
        return one_of(name, "face", ATTRIBUTE_FACE);
    case 4 << 8 | 'h':
        return one_of(name, "href", ATTRIBUTE_HREF);
    case 4 << 8 | 'l':
        return one_of(name, "lang", ATTRIBUTE_LANG);
    case 4 << 8 | 'n':
        return one_of(name, "name", ATTRIBUTE_NAME);
    case 4 << 8 | 's':
        return one_of(name, "size", ATTRIBUTE_SIZE);
    case 4 << 8 | 't':
        return one_of(name, "type", ATTRIBUTE_TYPE);
    case 5 << 8 | 'c':
        return one_of(name, "color", ATTRIBUTE_COLOR);
    case 6 << 8 | 'a':
        return one_of(name, "action", ATTRIBUTE_ACTION);
    case 6 << 8 | 's':
        return one_of(name, "srcset", ATTRIBUTE_SRCSET);
    case 7 << 8 | 'c':
        return one_of(name, "content", ATTRIBUTE_CONTENT);
    case 8 << 8 | 'e':
        return one_of(name, "encoding", ATTRIBUTE_ENCODING);
    case 8 << 8 | 'h':
        return one_of(name, "hreflang", ATTRIBUTE_HREFLANG);
    case 8 << 8 | 'p':
        return one_of(name, "property", ATTRIBUTE_PROPERTY);
    case 10 << 8 | 'h':
        return one_of(name, "http-equiv", ATTRIBUTE_HTTP_EQUIV);
    default:
        return ATTRIBUTE_OTHER;
    }
}
