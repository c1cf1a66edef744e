#include "extract.h"

#include "extract_inside.h"
#include "mem.h"
#include "robots_tag.h"
#include "text.h"

#include <stdlib.h>
#include <xxhash.h>

#define DECODED_KEPT            (4u << 20)   /* memory kept between pages */
#define FORGOTTEN_FROM          (512u << 10) /* what a larger body brought is not kept */
#define REFRESH_AT_ONCE_SECONDS 5            /* a refresh within this is where the page leads */

struct extract *extract_new(const struct extract_settings *settings)
{
    struct extract *x = mem_new(sizeof *x);

    x->settings = settings;
    x->html = html_new(&settings->html, settings->robots_token);
    x->matcher = scope_matcher_new(settings->scope);
    x->decoded.limit = settings->decoded_bytes;
    x->base.text.limit = x->target.text.limit = x->plain.text.limit = URL_LIMIT;
    x->key.limit = URL_LIMIT;
    x->set = link_set_new();
    return x;
}

void extract_free(struct extract *x)
{
    if (x == NULL)
        return;
    html_free(x->html);
    html_free(x->text);
    scope_matcher_free(x->matcher);
    buf_free(&x->decoded);
    url_free(&x->base);
    url_free(&x->target);
    url_free(&x->plain);
    buf_free(&x->key);
    link_set_free(x->set);
    free(x);
}

/* Header values are bytes. What is not ASCII is escaped byte by byte, which for
 * UTF-8 is what the URL standard would do, and for all else is at least what the server can read again. */
static void escape_bytes(struct buf *out, const char *value)
{
    for (; *value != '\0'; value++) {
        if ((unsigned char)*value < 0x80)
            buf_add_char(out, *value);
        else
            buf_printf(out, "%%%02X", (unsigned char)*value);
    }
}

/* A URL out of a header, resolved against the page. */
static int32_t add_from_header(struct extract *x, struct page *page, const char *value, enum page_link_kind kind)
{
    struct buf escaped = {.limit = URL_LIMIT};
    struct reference reference = {.lastmod_ms = -1, .kind = kind};
    int32_t index;

    escape_bytes(&escaped, value);
    reference.href = buf_slice(&escaped);
    index = escaped.full ? -1 : extract_add_reference(x, page, &reference);
    buf_free(&escaped);
    return index;
}

void extract_redirect(struct extract *x, struct page *page)
{
    int status = page->status;

    if (page->location == NULL || page->location[0] == '\0') {
        page_fail(page, PAGE_BAD_REDIRECT, "%d without a Location", status);
        return;
    }
    page->redirect_link = add_from_header(x, page, page->location, LINK_REDIRECT);
    if (page->redirect_link < 0)
        page_fail(page, PAGE_BAD_REDIRECT, "%d to what is no http or https URL", status);
}

/* "5; url=next.html": the Refresh header, by the same rule as meta refresh. */
static const char *refresh_target(const char *value)
{
    double seconds = strtod(value, NULL);
    const char *at = strchr(value, '=');

    if (at == NULL || seconds < 0 || seconds > REFRESH_AT_ONCE_SECONDS)
        return NULL;
    at++;
    return at + strspn(at, " \t'\"");
}

static void read_refresh(struct extract *x, struct page *page, const struct html_facts *facts,
                         const struct charset *charset)
{
    const char *target = page->refresh == NULL ? NULL : refresh_target(page->refresh);
    int32_t index = -1;

    if (target != NULL) {
        index = add_from_header(x, page, target, LINK_REFRESH);
    } else if (facts != NULL && facts->has_refresh && facts->refresh.size > 0) {
        struct reference reference = {
            .href = facts->refresh, .charset = charset, .lastmod_ms = -1, .kind = LINK_REFRESH};

        index = extract_add_reference(x, page, &reference);
        if (facts->refresh_seconds > REFRESH_AT_ONCE_SECONDS)
            return;
    }
    if (index >= 0 && page->links[index].skip == SKIP_NONE && page->links[index].url_size == page->url_size &&
        memcmp(page->pool.data + page->links[index].url_at, page->url, page->url_size) == 0)
        return; /* a page that reloads itself leads nowhere else */
    page->redirect_link = index;
}

/* Texts go into the pool before the links, and the pool may move until the last link is in. */
struct kept {
    struct slice *slice; /* of the page */
    size_t at, size;     /* in the pool */
};

static struct kept keep(struct page *page, struct slice text, struct slice *slice)
{
    size_t at = page->pool.size;

    if (text.size == 0 || !buf_add(&page->pool, text.data, text.size))
        text.size = 0;
    return (struct kept){slice, at, text.size};
}

/* The body as UTF-8: in place if it is that already. */
static struct slice decode_body(struct extract *x, struct page *page)
{
    struct slice body = buf_slice(&page->body);
    size_t bom_size = 0;

    page->charset =
        charset_of_page(body, slice_of(page->mime.charset_label),
                        page->mime.kind == MIME_XHTML || page->mime.kind == MIME_XML, &page->charset_source, &bom_size);
    body = (struct slice){body.data + bom_size, body.size - bom_size};
    if (charset_leaves(page->charset, body))
        return body;
    buf_clear(&x->decoded);
    charset_decode(page->charset, body, &x->decoded); /* what fitted is read */
    return buf_slice(&x->decoded);
}

/* True if `href` has the scheme `name` ("data:"), as the URL parser would find it. */
static bool has_scheme(struct slice href, const char *name)
{
    size_t i = 0;

    while (i < href.size && (unsigned char)href.data[i] <= ' ')
        i++;
    for (; i < href.size && *name != '\0'; i++) {
        if (href.data[i] == '\t' || href.data[i] == '\n' || href.data[i] == '\r')
            continue;
        if ((href.data[i] | 0x20) != (*name | 0x20))
            return false;
        name++;
    }
    return *name == '\0';
}

/* HTML, "set the frozen base URL": one that is no URL, or data: or javascript:, does not count. Against one of another
 * scheme nothing relative leads to the web. */
static void set_base(struct extract *x, const struct html_facts *facts)
{
    struct url swap;

    if (!facts->has_base || has_scheme(facts->base, "data:") || has_scheme(facts->base, "javascript:"))
        return;
    switch (url_resolve(&x->target, &x->base, facts->base, NULL)) {
    case URL_WEB:
        swap = x->base;
        x->base = x->target;
        x->target = swap;
        break;
    case URL_OTHER:
        x->is_based = false;
        break;
    case URL_BAD:
        break;
    }
}

static void add_links(struct extract *x, struct page *page, const struct html_facts *facts)
{
    struct reference reference = {.charset = page->charset, .lastmod_ms = -1};

    reference.nofollow = (page->robots & HTML_ROBOTS_NOFOLLOW) != 0;
    page->links_left_out += (uint32_t)facts->links_left_out;
    for (size_t i = 0; i < facts->link_count; i++) {
        const struct html_link *link = &facts->links[i];
        int32_t index;

        reference.href = link->href;
        reference.anchor = link->kind == HTML_ALTERNATE ? link->hreflang : link->anchor;
        reference.kind = link->kind;
        reference.rel = link->rel;
        index = extract_add_reference(x, page, &reference);
        if (link->kind == HTML_CANONICAL && page->canonical_link < 0)
            page->canonical_link = index;
    }
}

/* A title that html had to cut is no title but an attack, or a page that lost its end tag: a beginning is enough. */
static struct slice cut_title(const struct extract *x, struct slice title)
{
    bool was_cut = title.size + 4 > x->settings->html.title_bytes; /* at a character, which has at most 4 bytes */

    return was_cut ? text_prefix(title, EXTRACT_CUT_TITLE_BYTES) : title;
}

static void keep_hashes(struct page *page, const struct html_facts *facts)
{
    page->text_hash = facts->text_hash;
    page->text_blind_hash = facts->text_blind_hash;
    page->text_simhash = facts->text_simhash;
    page->text_echo_hash = facts->text_echo_hash;
    page->text_bytes = facts->text_bytes;
}

/* `with_text`: hashes its text as well, which costs a quarter more, and far less than to read it again. */
static const struct html_facts *read_body(struct extract *x, struct page *page, bool with_text)
{
    const struct html_facts *facts;

    html_set_text(x->html, with_text);
    facts = html_read(x->html, decode_body(x, page), page->mime.kind == MIME_XHTML);
    if (with_text)
        keep_hashes(page, facts);
    return facts;
}

static void read_html(struct extract *x, struct page *page)
{
    const struct html_facts *facts = read_body(x, page, page->kinds.wants_text);
    struct kept kept[] = {
        keep(page, cut_title(x, facts->title), &page->title),
        keep(page, facts->h1, &page->h1),
        keep(page, facts->description, &page->description),
        keep(page, facts->og_title, &page->og_title),
        keep(page, facts->lang, &page->lang),
    };

    page->has_title = facts->has_title;
    page->robots |= facts->robots;
    set_base(x, facts);
    read_refresh(x, page, facts, page->charset);
    add_links(x, page, facts);
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        *kept[i].slice = (struct slice){page->pool.data + kept[i].at, kept[i].size};
}

static void read_document(struct extract *x, struct page *page)
{
    if (page->x_robots != NULL)
        page->robots = robots_tag_read(slice_of(page->x_robots), x->settings->robots_token);
    if (page->outcome == PAGE_REDIRECT) {
        extract_redirect(x, page);
        return;
    }
    if (page->body.size > 0)
        page->body_hash = XXH3_64bits(page->body.data, page->body.size);
    if (page->outcome != PAGE_OK)
        return; /* what an error page says is its server's, not its site's */
    if (page->mime.kind == MIME_HTML || page->mime.kind == MIME_XHTML)
        read_html(x, page);
    else if (page->refresh != NULL)
        read_refresh(x, page, NULL, NULL);
}

/* Its title and text: nothing that it says leads anywhere. */
static void read_probe(struct extract *x, struct page *page)
{
    const struct html_facts *facts;
    struct kept title;

    if (page->body.size > 0)
        page->body_hash = XXH3_64bits(page->body.data, page->body.size);
    if (page->outcome != PAGE_OK || (page->mime.kind != MIME_HTML && page->mime.kind != MIME_XHTML))
        return;
    facts = read_body(x, page, true);
    title = keep(page, cut_title(x, facts->title), &page->title);
    page->has_title = facts->has_title;
    page->title = (struct slice){page->pool.data + title.at, title.size};
    extract_text(x, page, NULL);
}

void extract_page(struct extract *x, struct page *page)
{
    if (page->kind == PAGE_REFILL || page->kind == PAGE_TRY || page->skip != SKIP_NONE || page->outcome == PAGE_PENDING)
        return;
    if (url_parse(&x->base, (struct slice){page->url, page->url_size}) != URL_WEB)
        return;
    x->is_based = true;
    link_set_clear(x->set);
    x->foreign_sitemaps = 0;
    switch (page->kind) {
    case PAGE_DOCUMENT:
        read_document(x, page);
        break;
    case PAGE_ROBOTS:
        extract_robots(x, page);
        break;
    case PAGE_SITEMAP:
        extract_sitemap(x, page);
        break;
    case PAGE_PROBE:
        read_probe(x, page);
        break;
    case PAGE_EXTERNAL:
    case PAGE_TRY:
    case PAGE_SEEDS:
    case PAGE_REFILL:
        break;
    }
    buf_trim(&x->decoded, DECODED_KEPT);
    if (page->body.size > FORGOTTEN_FROM)
        html_forget(x->html);
}

void extract_text(struct extract *x, struct page *page, const struct echo *echo)
{
    struct html_limits limits = {.title_bytes = 1, .href_bytes = 1, .text_hashes = true};
    const struct html_facts *facts;

    if (echo == NULL && page_has_text(page))
        return;
    if (x->text == NULL)
        x->text = html_new(&limits, x->settings->robots_token);
    html_set_echo(x->text, echo);
    facts = html_read(x->text, decode_body(x, page), false);
    html_set_echo(x->text, NULL);
    keep_hashes(page, facts);
    if (page->body.size > FORGOTTEN_FROM)
        html_forget(x->text);
    buf_trim(&x->decoded, DECODED_KEPT);
}

bool extract_add_url(struct extract *x, struct page *page, const struct url *url, unsigned via)
{
    struct reference reference = {.lastmod_ms = -1, .kind = (uint8_t)via};

    return extract_add_parsed(x, page, url, &reference) >= 0;
}

void extract_forget(struct extract *x)
{
    link_set_clear(x->set);
}
