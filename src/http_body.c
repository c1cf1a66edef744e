#include "http_body.h"

#include <assert.h>
#include <stdlib.h>
#include <strings.h>

#define FIRST_BYTES        (16u * 1024)
#define HINT_BYTES_MAX     (256u * 1024)
#define CODED_STEP_BYTES   (2u * 1024)
#define CODED_BYTES_MORE   (256u * 1024)
#define DEFLATE_RATIO      1032u
#define DECODE_ROOM_BYTES  (16u * 1024)        /* `decode` asks for so much room at a time */
#define DECODER_BYTES_MAX  (26u * 1024 * 1024) /* windows of brotli and zstd, and a little */
#define DEFLATER_BYTES_MAX (128u * 1024)
#define DECODER_BYTES_KEPT (128u * 1024)

static bool is_deflate(struct slice coding)
{
    static const char *const names[] = {"gzip", "x-gzip", "deflate"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (coding.size == strlen(names[i]) && strncasecmp(coding.data, names[i], coding.size) == 0)
            return true;
    return false;
}

bool http_body_begin(struct http_body *body, struct page *page, struct slice content_encoding, int64_t length,
                     size_t limit, bool cut)
{
    struct err err;
    bool known;

    assert(page->body.data == NULL && body->decoder_bytes == 0);
    body->page = page;
    page->body.limit = limit;
    page->body.full = false;
    body->cut = cut;
    body->ahead = body->coded_bytes = 0;
    if (body->decode == NULL)
        known = (body->decode = decode_new(content_encoding, &err)) != NULL;
    else
        known = decode_reset(body->decode, content_encoding, &err);
    if (!known) {
        page_fail(page, PAGE_DECODE_ERROR, "%s", err.text);
        return false;
    }
    body->coded = !decode_is_identity(body->decode);
    body->small_steps = is_deflate(content_encoding);
    body->hint_bytes = FIRST_BYTES;
    if (length >= 0) {
        int64_t expected = body->coded && length < HINT_BYTES_MAX ? length * 4 : length;

        body->hint_bytes = expected < HINT_BYTES_MAX ? (size_t)expected + 1 : HINT_BYTES_MAX;
    }
    return true;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The capacity after room for `more` bytes was made, by steps of half as much again. */
static size_t grown(const struct http_body *body, size_t more)
{
    const struct buf *b = &body->page->body;
    size_t capacity = b->capacity + b->capacity / 2 + 64;

    if (more > b->limit - b->size)
        more = b->limit - b->size;
    if (capacity < b->size + more + 1)
        capacity = b->size + more + 1;
    if (capacity < body->hint_bytes)
        capacity = body->hint_bytes;
    return least(capacity, b->limit + 1);
}

static enum http_body_event judge(struct http_body *body, enum decode_status status)
{
    struct page *page = body->page;

    if (status == DECODE_OK)
        return HTTP_BODY_OK;
    if (status == DECODE_TOO_LARGE && body->cut && page->body.size == page->body.limit)
        return HTTP_BODY_FULL;
    page_fail(page, status == DECODE_TOO_LARGE ? PAGE_TOO_LARGE : PAGE_DECODE_ERROR, "%s", decode_reason(body->decode));
    return HTTP_BODY_FAILED;
}

/* Bytes as they are: what they need is known beforehand. */
static enum http_body_event add_plain(struct http_body *body, struct slice bytes, size_t *at)
{
    struct buf *b = &body->page->body;
    struct slice rest = {bytes.data + *at, bytes.size - *at};
    size_t needed = least(rest.size, b->limit - b->size);

    if (b->size + needed + 1 > b->capacity) {
        size_t capacity = grown(body, needed);

        if (!budget_take(body->budget, capacity - b->capacity, body->page))
            return HTTP_BODY_PAUSE;
        buf_room(b, capacity - 1 - b->size);
        assert(b->capacity == capacity);
    }
    *at = bytes.size;
    return judge(body, decode_feed(body->decode, rest, b));
}

/* What the next step may need at worst is taken before it, and what it did not need given back behind it: so that bombs
 * in many transfers at once stay within the budget, too. */
static enum http_body_event add_coded(struct http_body *body, struct slice bytes, size_t *at)
{
    struct buf *b = &body->page->body;
    size_t step = least(bytes.size - *at, CODED_STEP_BYTES);
    size_t before = b->capacity + body->decoder_bytes;
    size_t growth = body->small_steps ? step * DEFLATE_RATIO + DECODE_ROOM_BYTES : b->limit - b->size;
    size_t capacity = grown(body, growth);
    size_t decoder = body->small_steps ? DEFLATER_BYTES_MAX : DECODER_BYTES_MAX + b->limit;
    size_t worst, after;
    enum decode_status status;

    /* What is coded is shorter, or a little longer; members of nothing, names in heads and the like are no body. */
    if (body->coded_bytes > b->limit + b->limit / 8 + CODED_BYTES_MORE) {
        page_fail(body->page, PAGE_TOO_LARGE, "body: larger, coded, than the limit");
        return HTTP_BODY_FAILED;
    }
    capacity = least(capacity + capacity / 2 + 64, b->limit + 1); /* room made in several steps ends higher */
    if (capacity < b->capacity)
        capacity = b->capacity;
    worst = capacity + (decoder > body->decoder_bytes ? decoder : body->decoder_bytes);
    if (!budget_take(body->budget, worst - before, body->page))
        return HTTP_BODY_PAUSE;
    if (b->capacity == 0)
        buf_room(b, least(body->hint_bytes, b->limit));
    status = decode_feed(body->decode, (struct slice){bytes.data + *at, step}, b);
    body->decoder_bytes = least(decode_memory_bytes(body->decode), worst - b->capacity);
    after = b->capacity + body->decoder_bytes;
    assert(after <= worst);
    budget_give(body->budget, worst - after, body->page, false);
    *at += step;
    body->coded_bytes += step;
    return judge(body, status);
}

enum http_body_event http_body_add(struct http_body *body, struct slice bytes)
{
    size_t at = least(body->ahead, bytes.size);
    enum http_body_event event = HTTP_BODY_OK;

    body->ahead -= at;
    while (event == HTTP_BODY_OK && at < bytes.size)
        event = body->coded ? add_coded(body, bytes, &at) : add_plain(body, bytes, &at);
    if (event == HTTP_BODY_PAUSE)
        body->ahead += at;
    return event;
}

bool http_body_end(struct http_body *body)
{
    enum decode_status status = decode_end(body->decode);

    if (status == DECODE_TRUNCATED) {
        page_fail(body->page, PAGE_TRUNCATED, "%s", decode_reason(body->decode));
        return false;
    }
    return judge(body, status) != HTTP_BODY_FAILED;
}

void http_body_close(struct http_body *body)
{
    if (body->page == NULL)
        return;
    budget_give(body->budget, body->decoder_bytes, body->page, false);
    body->decoder_bytes = 0;
    body->page = NULL;
    if (body->decode != NULL && decode_memory_bytes(body->decode) > DECODER_BYTES_KEPT) {
        decode_free(body->decode);
        body->decode = NULL;
    }
}

void http_body_release(struct budget *budget, struct page *page)
{
    budget_give(budget, page->body.capacity, page, true);
    buf_free(&page->body);
}

void http_body_free(struct http_body *body)
{
    decode_free(body->decode);
    body->decode = NULL;
}
