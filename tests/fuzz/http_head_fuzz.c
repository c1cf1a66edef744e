/* The head of an answer, line by line, and what is read out of its fields: Retry-After, X-Robots-Tag, Content-Type. */

#include "http_head.h"
#include "mime.h"
#include "robots_tag.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void require_value(const struct buf *value, size_t limit)
{
    require(value->size <= limit);
    require(value->size == 0 || memchr(value->data, '\n', value->size) == NULL);
}

static void require_head(const struct http_head *head)
{
    require_value(&head->content_type, HTTP_FIELD_LIMIT);
    require_value(&head->content_encoding, HTTP_FIELD_LIMIT);
    require_value(&head->location, HTTP_LOCATION_LIMIT);
    require_value(&head->refresh, HTTP_LOCATION_LIMIT);
    require(head->x_robots.size <= HTTP_FIELD_LIMIT); /* a line for each field */
    require_value(&head->etag, HTTP_FIELD_LIMIT);
    require_value(&head->last_modified, HTTP_FIELD_LIMIT);
    require_value(&head->retry_after, HTTP_FIELD_LIMIT);
    require(head->content_length >= -1 && head->lines <= HTTP_LINES_LIMIT + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct http_head head; /* as a transfer has it: used again and again */
    const char *at = (const char *)data, *end = at + size;
    enum http_head_event event = HTTP_HEAD_GOES_ON;
    struct mime mime;
    int64_t wait_ms;

    http_head_begin(&head);
    while (at < end && event != HTTP_HEAD_BAD) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        struct slice line = {at, newline == NULL ? (size_t)(end - at) : (size_t)(newline - at) + 1};

        event = http_head_add(&head, line);
        require((event == HTTP_HEAD_BAD) == (head.wrong != NULL));
        at += line.size;
    }
    require_head(&head);
    wait_ms = http_head_retry_after_ms(&head, 1700000000000);
    require(wait_ms >= -1 && wait_ms <= 366LL * 24 * 3600 * 1000);
    robots_tag_read(buf_slice(&head.x_robots), "crawl");
    mime_parse(&mime, buf_slice(&head.content_type));
    return 0;
}
