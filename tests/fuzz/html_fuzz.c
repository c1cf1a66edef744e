/* A page: read as HTML and, if its first byte is odd, as XML. The short page must be well-formed, the facts
 * within their limits and valid UTF-8. */

#include "html.h"
#include "text.h"
#include "token.h"

#include <libxml/parser.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void collect(void *context, struct slice piece, bool last)
{
    (void)last;
    buf_add(context, piece.data, piece.size);
}

static void check_short_page(struct slice page)
{
    struct token_wants wants = {
        .anchor_texts = true, .text_bytes = 50, .value_bytes = 50, .url_bytes = 50, .text_hashes = true};
    struct token_text hashes;
    struct token *token = token_new();
    struct buf text = {.limit = SIZE_MAX / 2};
    xmlDocPtr tree;

    for (size_t i = 0; i < NAME_COUNT; i++)
        wants.element[i] = i % 2 == 0 || i == NAME_A;
    token_read(token, page, &wants, collect, &text, &hashes);
    tree = xmlReadMemory(text.data, (int)text.size, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR);
    require(tree != NULL);
    xmlFreeDoc(tree);
    buf_free(&text);
    token_free(token);
}

static void check_text(struct slice text, size_t limit)
{
    require(text.size <= limit && text_is_utf8(text));
}

static void check_facts(const struct html_facts *facts, const struct html_limits *limits)
{
    check_text(facts->title, limits->title_bytes);
    check_text(facts->h1, limits->title_bytes);
    check_text(facts->description, limits->title_bytes);
    check_text(facts->og_title, limits->title_bytes);
    check_text(facts->lang, 64);
    check_text(facts->base, SIZE_MAX);
    check_text(facts->refresh, SIZE_MAX);
    require(facts->title.size == 0 || facts->has_title);
    require(facts->link_count <= limits->links);
    for (size_t i = 0; i < facts->link_count; i++) {
        check_text(facts->links[i].href, limits->href_bytes);
        check_text(facts->links[i].anchor, limits->anchor_bytes);
        check_text(facts->links[i].hreflang, SIZE_MAX);
        require(facts->links[i].kind < HTML_LINK_KIND_COUNT);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct html_limits LIMITS = {
        .title_bytes = 20, .anchor_bytes = 10, .href_bytes = 30, .links = 20, .kinds = ~0u, .text_hashes = true};
    static struct html *html; /* as a parser thread has it: one for all pages */
    struct buf page = {.limit = SIZE_MAX / 2};
    struct slice exact;
    char *copy;

    if (html == NULL)
        html = html_new(&LIMITS, "crawl");
    text_add_utf8(&page, (struct slice){(const char *)data, size});
    copy = malloc(page.size + 1); /* in a block of just its size */
    require(copy != NULL);
    if (page.size > 0)
        memcpy(copy, page.data, page.size);
    copy = realloc(copy, page.size > 0 ? page.size : 1);
    exact = (struct slice){copy, page.size};
    check_short_page(exact);
    check_facts(html_read(html, exact, false), &LIMITS);
    if (size > 0 && (data[0] & 1) != 0)
        check_facts(html_read(html, exact, true), &LIMITS);
    check_facts(html_read(html, exact, false), &LIMITS);
    free(copy);
    buf_free(&page);
    return 0;
}
