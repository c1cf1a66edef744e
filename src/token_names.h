#ifndef CRAWL_TOKEN_NAMES_H
#define CRAWL_TOKEN_NAMES_H

#include "buf.h"

#include <stdint.h>

/* The names of elements and attributes that mean something to tree
 * construction or to what is extracted, and what the HTML standard says of
 * them. Names are looked up in the page's own bytes, ASCII case ignored.
 * Threads: any; a struct name_table is constant once made.
 */

enum name {
    NAME_OTHER, /* any name that means nothing here */
    NAME_A,
    NAME_ADDRESS,
    NAME_ANNOTATION_XML,
    NAME_APPLET,
    NAME_AREA,
    NAME_ARTICLE,
    NAME_ASIDE,
    NAME_AUDIO,
    NAME_B,
    NAME_BASE,
    NAME_BASEFONT,
    NAME_BGSOUND,
    NAME_BIG,
    NAME_BLOCKQUOTE,
    NAME_BODY,
    NAME_BR,
    NAME_BUTTON,
    NAME_CAPTION,
    NAME_CENTER,
    NAME_CODE,
    NAME_COL,
    NAME_COLGROUP,
    NAME_DD,
    NAME_DESC,
    NAME_DETAILS,
    NAME_DIALOG,
    NAME_DIR,
    NAME_DIV,
    NAME_DL,
    NAME_DT,
    NAME_EM,
    NAME_EMBED,
    NAME_FIELDSET,
    NAME_FIGCAPTION,
    NAME_FIGURE,
    NAME_FONT,
    NAME_FOOTER,
    NAME_FOREIGNOBJECT,
    NAME_FORM,
    NAME_FRAME,
    NAME_FRAMESET,
    NAME_H1,
    NAME_H2,
    NAME_H3,
    NAME_H4,
    NAME_H5,
    NAME_H6,
    NAME_HEAD,
    NAME_HEADER,
    NAME_HGROUP,
    NAME_HR,
    NAME_HTML,
    NAME_I,
    NAME_IFRAME,
    NAME_IMAGE,
    NAME_IMG,
    NAME_INPUT,
    NAME_KEYGEN,
    NAME_LI,
    NAME_LINK,
    NAME_LISTING,
    NAME_MAIN,
    NAME_MALIGNMARK,
    NAME_MARQUEE,
    NAME_MATH,
    NAME_MENU,
    NAME_META,
    NAME_MGLYPH,
    NAME_MI,
    NAME_MN,
    NAME_MO,
    NAME_MS,
    NAME_MTEXT,
    NAME_NAV,
    NAME_NOBR,
    NAME_NOEMBED,
    NAME_NOFRAMES,
    NAME_NOSCRIPT,
    NAME_OBJECT,
    NAME_OL,
    NAME_OPTGROUP,
    NAME_OPTION,
    NAME_P,
    NAME_PARAM,
    NAME_PICTURE,
    NAME_PLAINTEXT,
    NAME_PRE,
    NAME_RB,
    NAME_RP,
    NAME_RT,
    NAME_RTC,
    NAME_RUBY,
    NAME_S,
    NAME_SCRIPT,
    NAME_SEARCH,
    NAME_SECTION,
    NAME_SELECT,
    NAME_SELECTEDCONTENT,
    NAME_SMALL,
    NAME_SOURCE,
    NAME_SPAN,
    NAME_STRIKE,
    NAME_STRONG,
    NAME_STYLE,
    NAME_SUB,
    NAME_SUMMARY,
    NAME_SUP,
    NAME_SVG,
    NAME_TABLE,
    NAME_TBODY,
    NAME_TD,
    NAME_TEMPLATE,
    NAME_TEXTAREA,
    NAME_TFOOT,
    NAME_TH,
    NAME_THEAD,
    NAME_TITLE,
    NAME_TR,
    NAME_TRACK,
    NAME_TT,
    NAME_U,
    NAME_UL,
    NAME_VAR,
    NAME_VIDEO,
    NAME_WBR,
    NAME_XMP,
    NAME_COUNT
};

/* What the standard says of an element, or-ed. The first four speak of the HTML
 * element only; a name may also be known from SVG or MathML. */
enum name_fact {
    NAME_SPECIAL = 1 << 0,       /* of the "special" category */
    NAME_SCOPE = 1 << 1,         /* bounds the "particular scope" */
    NAME_FORMATTING = 1 << 2,    /* goes to the list of active formatting elements */
    NAME_IMPLIED_END = 1 << 3,   /* "generate implied end tags" */
    NAME_THOROUGH = 1 << 4,      /* and these too, "thoroughly" */
    NAME_BREAKOUT = 1 << 5,      /* its start tag ends foreign content */
    NAME_HEADING = 1 << 6,       /* h1 to h6 */
    NAME_IN_ITEM = 1 << 7,       /* address, div, p: special, but an li is looked for beyond it */
    NAME_FOREIGN_SCOPE = 1 << 8, /* special and bounds scopes as an SVG or MathML element */
    NAME_ATTRIBUTES = 1 << 9,    /* its attributes may matter */
    NAME_NOTED = 1 << 10         /* it may be written to the short page */
};

extern const uint16_t name_facts[NAME_COUNT];

enum attribute {
    ATTRIBUTE_OTHER, /* any that is not read */
    ATTRIBUTE_ACTION,
    ATTRIBUTE_ALT,
    ATTRIBUTE_COLOR,
    ATTRIBUTE_CONTENT,
    ATTRIBUTE_DATA,
    ATTRIBUTE_ENCODING,
    ATTRIBUTE_FACE,
    ATTRIBUTE_HREF,
    ATTRIBUTE_HREFLANG,
    ATTRIBUTE_HTTP_EQUIV,
    ATTRIBUTE_LANG,
    ATTRIBUTE_NAME,
    ATTRIBUTE_PROPERTY,
    ATTRIBUTE_REL,
    ATTRIBUTE_SIZE,
    ATTRIBUTE_SRC,
    ATTRIBUTE_SRCSET,
    ATTRIBUTE_TYPE,
    ATTRIBUTE_COUNT
};

#define NAME_SLOTS 1024

/* For looking names up: open addressing over the first eight letters. */
struct name_table {
    uint8_t slot[NAME_SLOTS]; /* enum name, 0: empty */
    uint64_t key[NAME_COUNT]; /* the first eight letters, lower case */
    uint8_t size[NAME_COUNT];
};

void name_table_fill(struct name_table *table);

/* Which element `name` is; NAME_OTHER for all others. `readable` is how many bytes may be read from name.data. */
enum name name_find(const struct name_table *table, struct slice name, size_t readable);

/* A hash of the name in lower case: what tells other elements apart. */
uint32_t name_hash(struct slice name);

enum attribute attribute_find(struct slice name);

/* True if `text` is `lower`, ASCII case ignored. */
bool name_is(struct slice text, const char *lower);

#endif
