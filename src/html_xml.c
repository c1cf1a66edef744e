#include "html_xml.h"

#include "token_refs.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <stdlib.h>

#define XHTML_NAMESPACE "http://www.w3.org/1999/xhtml"

/* What libxml2 compares one by one, or multiplies, is bounded here, for no callback can interrupt it: beyond these the
 * page ends as at an error. */
#define PROLOG_BYTES    (128u * 1024) /* before the first element: each attribute's default is looked up in a list */
#define TAG_ATTRIBUTES  1024          /* each is compared with the others of its tag */
#define DEFAULTED       65536         /* attributes of all tags that a DTD brought */
#define NAMESPACES      256           /* declared round one element: each name is looked up in a list */
#define ENTITY_TAG_SIZE 4096          /* of an entity that has tags, for those are seen nowhere else */

struct reader {
    struct build *build;
    const struct name_table *names;
    bool xhtml_dtd; /* the names of HTML are declared */
    size_t depth;   /* of the current element */
    size_t title;   /* depth of the title element being read; 0: none */
    size_t anchor;  /* depth of the a or h1 whose text is being read; 0: none */
    size_t heading;
    size_t template; /* depth of the outermost template we are in; 0: none */
    bool title_done;
    bool has_element; /* the prolog is over */
    size_t defaulted; /* attributes so far that a DTD brought */
};

static struct reader *reader_of(void *context)
{
    return ((xmlParserCtxtPtr)context)->_private;
}

/* WHATWG HTML, 14.2 "Parsing XML documents": for these a browser knows the entities. */
static bool is_xhtml_dtd(const char *public_id)
{
    static const char *const IDS[] = {"-//W3C//DTD XHTML 1.0 Transitional//EN",
                                      "-//W3C//DTD XHTML 1.1//EN",
                                      "-//W3C//DTD XHTML 1.0 Strict//EN",
                                      "-//W3C//DTD XHTML 1.0 Frameset//EN",
                                      "-//W3C//DTD XHTML Basic 1.0//EN",
                                      "-//W3C//DTD XHTML 1.1 plus MathML 2.0//EN",
                                      "-//W3C//DTD XHTML 1.1 plus MathML 2.0 plus SVG 1.1//EN",
                                      "-//W3C//DTD MathML 2.0//EN",
                                      "-//WAPFORUM//DTD XHTML Mobile 1.0//EN",
                                      "-//WAPFORUM//DTD XHTML Mobile 1.1//EN",
                                      "-//WAPFORUM//DTD XHTML Mobile 1.2//EN"};

    for (size_t i = 0; public_id != NULL && i < sizeof IDS / sizeof IDS[0]; i++)
        if (strcmp(public_id, IDS[i]) == 0)
            return true;
    return false;
}

static void internal_subset(void *context, const xmlChar *name, const xmlChar *public_id, const xmlChar *system_id)
{
    reader_of(context)->xhtml_dtd = is_xhtml_dtd((const char *)public_id);
    xmlSAX2InternalSubset(context, name, public_id, system_id);
}

static void entity_declaration(void *context, const xmlChar *name, int type, const xmlChar *public_id,
                               const xmlChar *system_id, xmlChar *content)
{
    static xmlChar nothing = '\0';
    xmlParserCtxtPtr parser = context;

    /* Depth without bound is for pages that bring no entities to blow up. */
    parser->options &= ~XML_PARSE_HUGE;
    if (content != NULL && strchr((const char *)content, '<') != NULL &&
        strlen((const char *)content) > ENTITY_TAG_SIZE)
        content = &nothing;
    switch (type) {
    case XML_EXTERNAL_GENERAL_PARSED_ENTITY:
    case XML_EXTERNAL_PARAMETER_ENTITY:
        /* What stands elsewhere is nothing: it is never loaded. */
        type = type == XML_EXTERNAL_PARAMETER_ENTITY ? XML_INTERNAL_PARAMETER_ENTITY : XML_INTERNAL_GENERAL_ENTITY;
        xmlSAX2EntityDecl(context, name, type, NULL, NULL, &nothing);
        break;
    default:
        xmlSAX2EntityDecl(context, name, type, public_id, system_id, content);
        break;
    }
}

static xmlEntityPtr get_entity(void *context, const xmlChar *name)
{
    xmlParserCtxtPtr parser = context;
    xmlEntityPtr entity = xmlSAX2GetEntity(context, name);
    struct slice text;
    char content[REF_TEXT_SIZE + 1];

    if (entity != NULL || !reader_of(context)->xhtml_dtd || parser->myDoc == NULL)
        return entity;
    text = ref_by_name(slice_of((const char *)name));
    if (text.size == 0)
        return NULL;
    memcpy(content, text.data, text.size);
    content[text.size] = '\0';
    return xmlAddDocEntity(parser->myDoc, name, XML_INTERNAL_GENERAL_ENTITY, NULL, NULL, (const xmlChar *)content);
}

static xmlParserInputPtr load_nothing(void *context, const xmlChar *public_id, const xmlChar *system_id)
{
    (void)context, (void)public_id, (void)system_id;
    return NULL;
}

/* An attribute that is read, and in no namespace (or xml:lang, for lang). */
static enum attribute attribute_of(const xmlChar **attribute)
{
    if (attribute[1] == NULL)
        return attribute_find(slice_of((const char *)attribute[0]));
    if (strcmp((const char *)attribute[1], "xml") == 0 && strcmp((const char *)attribute[0], "lang") == 0)
        return ATTRIBUTE_LANG;
    return ATTRIBUTE_OTHER;
}

static void read_html_element(struct reader *r, enum name name, int attribute_count, const xmlChar **attributes)
{
    struct build_attributes found = {.has = 0};

    for (int i = 0; i < attribute_count; i++, attributes += 5) {
        enum attribute attribute = attribute_of(attributes);

        if (attribute == ATTRIBUTE_OTHER)
            continue;
        found.has |= 1u << attribute;
        found.value[attribute] = (struct slice){(const char *)attributes[3], (size_t)(attributes[4] - attributes[3])};
    }
    switch (name) {
    case NAME_TITLE:
        if (r->title_done)
            return;
        r->title_done = true;
        r->title = r->depth;
        break;
    case NAME_A:
        if (r->anchor != 0)
            build_end(r->build, NAME_A);
        r->anchor = r->depth;
        break;
    case NAME_H1:
        if (r->heading != 0)
            return;
        r->heading = r->depth;
        break;
    case NAME_BASE:
        if (r->build->facts.has_base)
            return;
        break;
    case NAME_VIDEO:
    case NAME_AUDIO:
    case NAME_TRACK:
    case NAME_EMBED:
        name = NAME_SOURCE;
        break;
    case NAME_OBJECT:
        name = NAME_SOURCE;
        found.has = found.has >> ATTRIBUTE_DATA & 1 ? 1u << ATTRIBUTE_SRC : 0;
        found.value[ATTRIBUTE_SRC] = found.value[ATTRIBUTE_DATA];
        break;
    case NAME_IMG:
        if ((found.has >> ATTRIBUTE_ALT & 1) != 0)
            build_text(r->build, found.value[ATTRIBUTE_ALT]);
        break;
    default:
        break;
    }
    build_element(r->build, name, &found);
}

static bool is_html(const xmlChar *uri)
{
    return uri != NULL && strcmp((const char *)uri, XHTML_NAMESPACE) == 0;
}

static void start_element(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                          int namespace_count, const xmlChar **namespaces, int attribute_count, int defaulted,
                          const xmlChar **attributes)
{
    struct reader *r = reader_of(context);
    struct slice text = slice_of((const char *)name);
    enum name element;

    (void)prefix, (void)namespace_count, (void)namespaces;
    r->depth++;
    r->has_element = true;
    r->defaulted += (size_t)defaulted;
    if (r->defaulted > DEFAULTED || ((xmlParserCtxtPtr)context)->nsNr > 2 * NAMESPACES) {
        xmlStopParser(context);
        return;
    }
    if (!is_html(uri) || r->template != 0)
        return;
    /* XML knows case: an element A is not an a. */
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] >= 'A' && text.data[i] <= 'Z')
            return;
    element = name_find(r->names, text, text.size);
    if (element == NAME_TEMPLATE)
        r->template = r->depth;
    else if (element != NAME_OTHER)
        read_html_element(r, element, attribute_count, attributes);
}

static void end_element(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct reader *r = reader_of(context);

    (void)name, (void)prefix, (void)uri;
    if (r->title == r->depth) {
        build_end(r->build, NAME_TITLE);
        r->title = 0;
    }
    if (r->anchor == r->depth) {
        build_end(r->build, NAME_A);
        r->anchor = 0;
    }
    if (r->heading == r->depth) {
        build_end(r->build, NAME_H1);
        r->heading = 0;
    }
    if (r->template == r->depth)
        r->template = 0;
    r->depth--;
}

static void characters(void *context, const xmlChar *text, int size)
{
    struct reader *r = reader_of(context);

    /* Of a title its own text counts, not that of elements inside. */
    if (r->template == 0 && (r->title == 0 || r->title == r->depth))
        build_text(r->build, (struct slice){(const char *)text, (size_t)size});
}

/* How much of the page has no tag of too many attributes. A tag holds no '<', nor does a well-formed value, so it lies
 * between two of them; what is counted there may be text or script as well, which has less of it. */
static size_t tame_size(struct slice page)
{
    size_t at = 0;

    while (at < page.size) {
        const char *next = memchr(page.data + at + 1, '<', page.size - at - 1);
        size_t end = next == NULL ? page.size : (size_t)(next - page.data);
        size_t attributes = 0;

        if (end - at > TAG_ATTRIBUTES) { /* else there is no room for so many */
            for (size_t i = at; i < end; i++)
                attributes += page.data[i] == '=';
        }
        if (attributes > TAG_ATTRIBUTES)
            return at;
        at = end;
    }
    return page.size;
}

#define PIECE       (1u << 20)   /* bytes given to libxml2 at once */
#define FIRST_PIECE (32u * 1024) /* while it is in the prolog */

void html_xml_read(struct build *b, const struct name_table *names, struct slice page)
{
    struct reader r = {.build = b, .names = names};
    xmlSAXHandler sax = {.initialized = XML_SAX2_MAGIC,
                         .startDocument = xmlSAX2StartDocument,
                         .internalSubset = internal_subset,
                         .entityDecl = entity_declaration,
                         .getEntity = get_entity,
                         .resolveEntity = load_nothing,
                         .startElementNs = start_element,
                         .endElementNs = end_element,
                         .characters = characters,
                         .cdataBlock = characters};
    xmlParserCtxtPtr parser = xmlCreatePushParserCtxt(&sax, NULL, NULL, 0, NULL);

    parser->userData = parser;
    parser->_private = &r;
    /* NOENT: else attributes come with their references undone. Nothing external is ever declared. */
    xmlCtxtUseOptions(parser, XML_PARSE_HUGE | XML_PARSE_NOENT | XML_PARSE_NONET | XML_PARSE_IGNORE_ENC |
                                  XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    page.size = tame_size(page);
    for (size_t at = 0; at < PROLOG_BYTES || r.has_element;) {
        size_t piece = r.has_element ? PIECE : FIRST_PIECE;
        size_t size = page.size - at < piece ? page.size - at : piece;
        bool last = at + size == page.size;

        if (xmlParseChunk(parser, page.data + at, (int)size, last) != XML_ERR_OK && !parser->wellFormed)
            break;
        at += size;
        if (last)
            break;
    }
    /* What was open at the error ends there. */
    for (r.depth += r.depth == 0; r.depth > 0;)
        end_element(parser, NULL, NULL, NULL);
    if (parser->myDoc != NULL)
        xmlFreeDoc(parser->myDoc);
    parser->myDoc = NULL;
    xmlFreeParserCtxt(parser);
}
