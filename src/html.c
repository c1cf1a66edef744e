#include "html.h"

#include "html_build.h"
#include "html_xml.h"
#include "mem.h"
#include "token.h"

#include <libxml/parser.h>
#include <pthread.h>
#include <stdlib.h>

const char *const html_link_kind_names[HTML_LINK_KIND_COUNT] = {"a",          "area", "frame",  "iframe",  "canonical",
                                                                "alternate",  "next", "prev",   "amphtml", "icon",
                                                                "stylesheet", "img",  "script", "source",  "form"};

struct html {
    struct build build;
    struct token *token;
    struct token_wants wants;
    struct name_table names;
    xmlParserCtxtPtr reader; /* of short pages; made with the first one */
};

static void start_element(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                          int namespace_count, const xmlChar **namespaces, int attribute_count, int defaulted,
                          const xmlChar **attributes)
{
    struct html *h = context;
    struct slice text = slice_of((const char *)name);
    struct build_attributes found = {.has = 0};
    enum name element = name_find(&h->names, text, text.size);

    (void)prefix, (void)uri, (void)namespace_count, (void)namespaces, (void)defaulted;
    for (int i = 0; i < attribute_count; i++, attributes += 5) {
        enum attribute attribute = attribute_find(slice_of((const char *)attributes[0]));

        found.has |= 1u << attribute;
        found.value[attribute] = (struct slice){(const char *)attributes[3], (size_t)(attributes[4] - attributes[3])};
    }
    if (element != NAME_OTHER)
        build_element(&h->build, element, &found);
    else if (slice_is(text, "heading"))
        build_element(&h->build, NAME_H1, &found);
    else if (slice_is(text, "heading-end"))
        build_end(&h->build, NAME_H1);
    else if (slice_is(text, "long"))
        build_left_out(&h->build);
    if (element == NAME_FRAMESET)
        build_frameset(&h->build);
}

static void end_element(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct html *h = context;

    (void)prefix, (void)uri;
    if (strcmp((const char *)name, "a") == 0)
        build_end(&h->build, NAME_A);
    else if (strcmp((const char *)name, "title") == 0)
        build_end(&h->build, NAME_TITLE);
}

static void characters(void *context, const xmlChar *text, int size)
{
    struct html *h = context;

    build_text(&h->build, (struct slice){(const char *)text, (size_t)size});
}

static void make_reader(struct html *h)
{
    xmlSAXHandler sax = {.initialized = XML_SAX2_MAGIC,
                         .startElementNs = start_element,
                         .endElementNs = end_element,
                         .characters = characters};

    h->reader = xmlCreatePushParserCtxt(&sax, h, NULL, 0, NULL); /* never NULL: its memory is of `mem` */
    xmlCtxtUseOptions(h->reader, XML_PARSE_HUGE | XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
}

static void read_piece(void *context, struct slice piece, bool last)
{
    struct html *h = context;

    xmlParseChunk(h->reader, piece.data, (int)piece.size, last);
}

/* libxml2 makes its locks when it is first used, and two threads that are the first at once race for that. Out of
 * memory it would end a page where it is, as if there were no more links. */
static pthread_once_t libxml2_is_ready = PTHREAD_ONCE_INIT;

static void make_libxml2_ready(void)
{
    xmlMemSetup(free, mem_alloc, mem_resize, mem_string);
    xmlInitParser();
}

struct html *html_new(const struct html_limits *limits, const char *robots_name)
{
    static const struct {
        enum html_link_kind kind;
        enum name name;
    } ELEMENTS[] = {
        {HTML_A, NAME_A},           {HTML_AREA, NAME_AREA},    {HTML_FRAME, NAME_FRAME},   {HTML_IFRAME, NAME_IFRAME},
        {HTML_IMG, NAME_IMG},       {HTML_IMG, NAME_SOURCE},   {HTML_SCRIPT, NAME_SCRIPT}, {HTML_SOURCE, NAME_SOURCE},
        {HTML_SOURCE, NAME_VIDEO},  {HTML_SOURCE, NAME_AUDIO}, {HTML_SOURCE, NAME_TRACK},  {HTML_SOURCE, NAME_EMBED},
        {HTML_SOURCE, NAME_OBJECT}, {HTML_FORM, NAME_FORM},
    };
    struct html *h = mem_new(sizeof *h);
    size_t text = limits->title_bytes > limits->anchor_bytes ? limits->title_bytes : limits->anchor_bytes;

    build_init(&h->build, limits, robots_name);
    pthread_once(&libxml2_is_ready, make_libxml2_ready);
    h->token = token_new();
    name_table_fill(&h->names);
    h->wants = (struct token_wants){.text_bytes = text,
                                    .value_bytes = limits->href_bytes > text ? limits->href_bytes : text,
                                    .url_bytes = limits->href_bytes,
                                    .robots_name = robots_name,
                                    .anchor_texts = limits->anchor_bytes > 0,
                                    .distinct = limits->distinct,
                                    .text_hashes = limits->text_hashes};
    for (size_t i = 0; i < sizeof ELEMENTS / sizeof ELEMENTS[0]; i++)
        if ((limits->kinds >> ELEMENTS[i].kind & 1) != 0)
            h->wants.element[ELEMENTS[i].name] = true;
    return h;
}

void html_free(struct html *h)
{
    if (h == NULL)
        return;
    build_free(&h->build);
    token_free(h->token);
    xmlFreeParserCtxt(h->reader);
    free(h);
}

void html_set_text(struct html *h, bool hashes)
{
    h->wants.text_hashes = hashes;
}

void html_set_echo(struct html *h, const struct echo *echo)
{
    h->wants.echo = echo;
}

void html_forget(struct html *h)
{
    build_start(&h->build, false);
}

const struct html_facts *html_read(struct html *h, struct slice page, bool xml)
{
    struct token_text text = {0};

    build_start(&h->build, !xml);
    if (xml) {
        html_xml_read(&h->build, &h->names, page);
        return &h->build.facts;
    }
    if (h->reader == NULL)
        make_reader(h);
    else
        xmlCtxtResetPush(h->reader, NULL, 0, NULL, NULL);
    token_read(h->token, page, &h->wants, read_piece, h, &text);
    h->build.facts.text_hash = text.hash;
    h->build.facts.text_blind_hash = text.blind_hash;
    h->build.facts.text_simhash = text.simhash;
    h->build.facts.text_echo_hash = text.echo_hash;
    h->build.facts.text_bytes = text.bytes;
    return &h->build.facts;
}
