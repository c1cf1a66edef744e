#include "page.h"

#include "err.h"
#include "mem.h"
#include "robots.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const char *const page_outcome_names[PAGE_OUTCOME_COUNT] = {
    [PAGE_PENDING] = "pending",           [PAGE_OK] = "ok",
    [PAGE_REDIRECT] = "redirect",         [PAGE_HTTP_ERROR] = "http_error",
    [PAGE_WRONG_TYPE] = "wrong_type",     [PAGE_TIMEOUT] = "timeout",
    [PAGE_DNS_ERROR] = "dns_error",       [PAGE_CONN_ERROR] = "conn_error",
    [PAGE_BAD_TLS] = "bad_tls",           [PAGE_PROTOCOL_ERROR] = "protocol_error",
    [PAGE_TRUNCATED] = "truncated",       [PAGE_DECODE_ERROR] = "decode_error",
    [PAGE_TOO_LARGE] = "too_large",       [PAGE_REDIRECT_LOOP] = "redirect_loop",
    [PAGE_BAD_REDIRECT] = "bad_redirect", [PAGE_BLOCKED_ADDRESS] = "blocked_address",
};

const char *const page_skip_names[SKIP_REASON_COUNT] = {
    [SKIP_NONE] = "none",         [SKIP_ROBOTS] = "robots",   [SKIP_OFF_SCOPE] = "off_scope",
    [SKIP_REJECTED] = "rejected", [SKIP_BAD_URL] = "bad_url", [SKIP_LEVEL] = "level",
    [SKIP_LIMIT] = "limit",       [SKIP_TRAP] = "trap",       [SKIP_DUPLICATE] = "duplicate",
    [SKIP_NOFOLLOW] = "nofollow", [SKIP_KIND] = "kind",       [SKIP_HOST_GAVE_UP] = "host_gave_up",
};

uint16_t page_link_depth(const struct page *page, unsigned kind)
{
    if (kind == LINK_SEED)
        return 0;
    if (kind == LINK_SITEMAP)
        return 1; /* however many indexes stand between */
    if (kind == LINK_REDIRECT || kind == LINK_REFRESH || (kind == LINK_SITEMAP_FILE && page->kind != PAGE_SITEMAP))
        return page->depth;
    return page->depth == UINT16_MAX ? UINT16_MAX : page->depth + 1;
}

void host_state_free(struct host_state *state)
{
    if (state == NULL)
        return;
    free(state->origin);
    free(state->robots_body);
    free(state);
}

void page_trap_free(struct page_trap *trap)
{
    if (trap == NULL)
        return;
    free(trap->shape);
    free(trap);
}

struct page *page_new(enum page_kind kind, const char *url, size_t url_size)
{
    struct page *page = mem_new(sizeof *page);

    page->kind = kind;
    page->url = mem_copy(url, url_size);
    page->url_size = (uint32_t)url_size;
    page->pool.limit = PAGE_POOL_LIMIT;
    page->charset_source = CHARSET_FROM_DEFAULT;
    page_forget_answer(page);
    return page;
}

static void free_string(char **string)
{
    free(*string);
    *string = NULL;
}

struct page *page_of_try(const struct page *page)
{
    struct page *try;

    if (page->id == 0 && page->kind != PAGE_ROBOTS)
        return NULL;
    try = page_new(PAGE_TRY, page->url, page->url_size);
    try->id = page->id;
    try->found_on = page->found_on;
    try->depth = page->depth;
    try->via = page->via;
    try->tries = page->tries;
    try->outcome = page->outcome;
    try->status = page->status;
    memcpy(try->error, page->error, sizeof try->error);
    try->times = page->times;
    try->fetched_ms = page->fetched_ms;
    try->wire_bytes = page->wire_bytes;
    return try;
}

void page_forget_answer(struct page *page)
{
    assert(page->body.data == NULL && page->link_count == 0);
    page->outcome = PAGE_PENDING;
    page->status = 0;
    page->error[0] = '\0';
    page->starved = false;
    page->mime = (struct mime){.kind = MIME_OTHER};
    free_string(&page->location);
    free_string(&page->refresh);
    free_string(&page->x_robots);
    free_string(&page->etag);
    free_string(&page->last_modified);
    page->address[0] = page->http_version[0] = '\0';
    page->retry_after_ms = -1;
    page->fetched_ms = page->body_bytes = page->wire_bytes = 0;
    page->body_hash = 0;
    page->times = (struct page_times){-1, -1, -1, -1, -1};
    page->redirect_link = page->canonical_link = -1;
}

void page_free(struct page *page)
{
    if (page == NULL)
        return;
    free(page->url);
    free(page->location);
    free(page->refresh);
    free(page->x_robots);
    free(page->etag);
    free(page->last_modified);
    robots_free(page->rules);
    host_state_free(page->host_state);
    page_trap_free(page->trap);
    free(page->probe);
    buf_free(&page->body);
    buf_free(&page->pool);
    free(page->links);
    free(page);
}

size_t page_weight(const struct page *page)
{
    return page->body.capacity + page->pool.capacity + page->link_count * sizeof page->links[0];
}

bool page_has_text(const struct page *page)
{
    return page->text_hash != 0 || page->text_bytes > 0;
}

void page_fail(struct page *page, enum page_outcome outcome, const char *format, ...)
{
    va_list args;

    page->outcome = outcome;
    page->error[0] = '\0';
    if (format == NULL)
        return;
    va_start(args, format);
    vsnprintf(page->error, sizeof page->error, format, args);
    va_end(args);
}

/* What these say, they say of GET as well: who asks, how often, and what is gone for good or by law. Of everything else
 * servers are known that answer so to HEAD alone, 404 the most. */
static bool is_meant_for_get(int status)
{
    static const int STATUSES[] = {401, 407, 410, 429, 451};

    for (size_t i = 0; i < sizeof STATUSES / sizeof *STATUSES; i++)
        if (STATUSES[i] == status)
            return true;
    return false;
}

bool page_refused_head(const struct page *page)
{
    if (page->kind != PAGE_EXTERNAL || page->tries > 1)
        return false;
    return page->outcome == PAGE_BAD_REDIRECT || page->outcome == PAGE_PROTOCOL_ERROR ||
           (page->outcome == PAGE_HTTP_ERROR && !is_meant_for_get(page->status));
}

/* A time-out of the server, too much at once, and trouble that passes: 520 to 524 are a gateway's words for 502 and 504
 * in wide use. 501 and 505 would be the same again. */
bool page_status_may_pass(int status)
{
    static const int STATUSES[] = {408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524};

    for (size_t i = 0; i < sizeof STATUSES / sizeof *STATUSES; i++)
        if (STATUSES[i] == status)
            return true;
    return false;
}

bool page_may_retry(const struct page *page)
{
    if (page_refused_head(page))
        return true;
    switch (page->outcome) {
    case PAGE_TIMEOUT:
    case PAGE_DNS_ERROR:
    case PAGE_CONN_ERROR:
    case PAGE_TRUNCATED:
        return true;
    case PAGE_HTTP_ERROR:
        return page_status_may_pass(page->status);
    default:
        return false;
    }
}
