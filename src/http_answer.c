#include "http_transfer.h"

#include "http_result.h"
#include "robots.h"

#define SNIFFED_BYTES       1445u
#define DRAINED_BYTES_MAX   (64 * 1024) /* rather than closing a connection; that is about what a new one costs */
#define HEAD_BYTES_FALLBACK (300u * 1024)

/* --- The answer's head ------------------------------------------------------------ */

static bool has_body(const struct http_transfer *t)
{
    return t->page->kind != PAGE_EXTERNAL && t->head.status != 204 && t->head.status != 205 && t->head.status != 304;
}

static enum page_outcome judge_status(const struct http_transfer *t)
{
    switch (t->head.status) {
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
        return t->head.location.size > 0 ? PAGE_REDIRECT : PAGE_BAD_REDIRECT;
    default:
        return t->head.status < 300 ? PAGE_OK : PAGE_HTTP_ERROR;
    }
}

static bool is_parsed(const struct mime *mime)
{
    return mime->kind == MIME_HTML || mime->kind == MIME_XHTML;
}

/* A label of which mime_sniff() would look at the body to know better. */
static bool is_unlabelled(const struct mime *mime)
{
    return mime->type[0] == '\0' || strcmp(mime->type, "unknown/unknown") == 0 ||
           strcmp(mime->type, "application/unknown") == 0 || strcmp(mime->type, "*/*") == 0;
}

/* The body of an error page has a title that people want to see; but not where another try may come: the page must not
 * carry a body then. */
static bool is_wanted(const struct http_transfer *t)
{
    bool is_document = t->page->kind == PAGE_DOCUMENT || t->page->kind == PAGE_PROBE;

    return t->answer == PAGE_OK || (t->answer == PAGE_HTTP_ERROR && is_document && t->head.status < 500 &&
                                    !page_status_may_pass(t->head.status));
}

/* The body is not wanted. Reads it all the same when it is short enough; else ends the transfer: false. */
static bool drain(struct http_transfer *t)
{
    bool is_success = t->answer == PAGE_OK || t->answer == PAGE_WRONG_TYPE;
    int64_t most = is_success ? DRAINED_BYTES_MAX / 4 : DRAINED_BYTES_MAX;

    t->drains = true;
    t->drained_bytes = 0;
    if (t->head.content_length > most || (is_success && t->head.content_length < 0))
        t->ended_early = true;
    return !t->ended_early;
}

static bool fail(struct http_transfer *t)
{
    t->failed = true;
    return false;
}

size_t http_transfer_body_limit(const struct http_transfer *t)
{
    const struct http_settings *settings = t->context->settings;

    /* One byte more than counts shows that there was more. */
    if (t->page->kind == PAGE_ROBOTS)
        return ROBOTS_BODY_LIMIT + 1;
    return t->page->kind == PAGE_SITEMAP ? settings->sitemap_bytes : settings->body_bytes;
}

/* All fields are known: is the body wanted? False ends the transfer. */
static bool on_head_end(struct http_transfer *t)
{
    struct page *page = t->page;
    bool any_type = page->kind == PAGE_ROBOTS || page->kind == PAGE_SITEMAP;
    size_t limit = http_transfer_body_limit(t);

    t->window_ms = t->last_byte_ms = t->context->now_ms;
    t->window_bytes = 0;
    http_transfer_note_due(t);
    http_result_keep(page, &t->head);
    t->answer = judge_status(t);
    if (t->answer == PAGE_BAD_REDIRECT)
        page_fail(page, PAGE_PENDING, "%d without a Location", t->head.status);
    if (page->kind == PAGE_EXTERNAL)
        return page->tries < 2 || drain(t);
    if (t->head.is_part) {
        page_fail(page, PAGE_TRUNCATED, "a part, which was not asked for");
        return fail(t);
    }
    if (!has_body(t))
        return true;
    if (!is_wanted(t))
        return drain(t);
    t->sniffs = !any_type && is_unlabelled(&page->mime);
    if (!any_type && !t->sniffs && !is_parsed(&page->mime)) {
        if (t->answer == PAGE_OK)
            t->answer = PAGE_WRONG_TYPE;
        return drain(t);
    }
    if (!http_body_begin(&t->body, page, buf_slice(&t->head.content_encoding), t->head.content_length, limit,
                         page->kind == PAGE_ROBOTS))
        return fail(t);
    if (!t->body.coded && !t->body.cut && t->head.content_length >= 0 && (uint64_t)t->head.content_length > limit) {
        page_fail(page, PAGE_TOO_LARGE, "%lld bytes are announced, the limit is %zu", (long long)t->head.content_length,
                  limit);
        return fail(t);
    }
    return true;
}

size_t http_transfer_on_head_line(char *data, size_t one, size_t size, void *arg)
{
    struct http_transfer *t = arg;
    size_t limit = t->context->settings->head_bytes;
    enum http_head_event event = http_head_add(&t->head, (struct slice){data, size * one});

    t->window_bytes += (int64_t)size;
    t->last_byte_ms = t->context->now_ms;
    if (t->head.bytes > (limit > 0 ? limit : HEAD_BYTES_FALLBACK)) {
        page_fail(t->page, PAGE_TOO_LARGE, "the head is longer than %zu bytes",
                  limit > 0 ? limit : HEAD_BYTES_FALLBACK);
        return fail(t);
    }
    if (event == HTTP_HEAD_BAD) {
        page_fail(t->page, t->head.lines > HTTP_LINES_LIMIT ? PAGE_TOO_LARGE : PAGE_PROTOCOL_ERROR, "%s",
                  t->head.wrong);
        return fail(t);
    }
    if (event == HTTP_HEAD_ENDED && !on_head_end(t))
        return 0;
    return size;
}

/* --- The answer's body ------------------------------------------------------------- */

bool http_transfer_sniff(struct http_transfer *t)
{
    struct mime labelled = t->page->mime;

    t->sniffs = false;
    mime_sniff(&t->page->mime, &labelled, buf_slice(&t->page->body));
    if (is_parsed(&t->page->mime) || t->page->body.size == 0)
        return true;
    if (t->answer == PAGE_OK)
        t->answer = PAGE_WRONG_TYPE;
    t->ended_early = true;
    return false;
}

static void set_paused(struct http_transfer *t)
{
    t->paused = true;
    t->paused_since_ms = t->context->now_ms;
    t->context->paused_count++;
}

size_t http_transfer_on_body(char *data, size_t one, size_t size, void *arg)
{
    struct http_transfer *t = arg;
    size_t ahead = t->body.ahead;

    (void)one;
    t->last_byte_ms = t->context->now_ms;
    t->window_bytes += size > ahead ? (int64_t)(size - ahead) : 0;
    if (t->drains) {
        t->drained_bytes += (int64_t)size;
        t->ended_early = t->drained_bytes > DRAINED_BYTES_MAX;
        return t->ended_early ? 0 : size;
    }
    if (t->body.page == NULL)
        return size; /* to a status that has none */
    switch (http_body_add(&t->body, (struct slice){data, size})) {
    case HTTP_BODY_OK:
        break;
    case HTTP_BODY_PAUSE:
        set_paused(t);
        return CURL_WRITEFUNC_PAUSE;
    case HTTP_BODY_FULL:
        t->ended_early = true;
        return 0;
    case HTTP_BODY_FAILED:
        t->failed = true;
        return 0;
    }
    return t->sniffs && t->page->body.size >= SNIFFED_BYTES && !http_transfer_sniff(t) ? 0 : size;
}
