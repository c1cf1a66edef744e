#include "http_head.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <strings.h>

#define RETRY_AFTER_MAX_MS (INT64_C(366) * 24 * 3600 * 1000)

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static struct slice trimmed(struct slice s)
{
    while (s.size > 0 && (is_blank(s.data[0]) || s.data[0] == '\r' || s.data[0] == '\n')) {
        s.data++;
        s.size--;
    }
    while (s.size > 0 && (is_blank(s.data[s.size - 1]) || s.data[s.size - 1] == '\r' || s.data[s.size - 1] == '\n'))
        s.size--;
    return s;
}

static void begin_fields(struct http_head *head)
{
    struct buf *fields[] = {&head->content_type,  &head->content_encoding, &head->location,
                            &head->refresh,       &head->x_robots,         &head->etag,
                            &head->last_modified, &head->retry_after};

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        buf_clear(fields[i]);
        fields[i]->limit = HTTP_FIELD_LIMIT;
    }
    head->location.limit = HTTP_LOCATION_LIMIT;
    head->content_length = -1;
    head->is_part = false;
    head->folds_into = NULL;
}

void http_head_begin(struct http_head *head)
{
    begin_fields(head);
    head->status = 0;
    head->ended = false;
    head->bytes = head->lines = head->cookie_bytes = 0;
    head->wrong = NULL;
}

void http_head_free(struct http_head *head)
{
    buf_free(&head->content_type);
    buf_free(&head->content_encoding);
    buf_free(&head->location);
    buf_free(&head->refresh);
    buf_free(&head->x_robots);
    buf_free(&head->etag);
    buf_free(&head->last_modified);
    buf_free(&head->retry_after);
}

static enum http_head_event bad(struct http_head *head, const char *why)
{
    head->wrong = why;
    return HTTP_HEAD_BAD;
}

/* Digits up to INT64_MAX; -1: anything else. */
static int64_t number(struct slice s)
{
    int64_t value = 0;

    if (s.size == 0)
        return -1;
    for (size_t i = 0; i < s.size; i++) {
        if (!is_digit(s.data[i]) || value > (INT64_MAX - (s.data[i] - '0')) / 10)
            return -1;
        value = value * 10 + (s.data[i] - '0');
    }
    return value;
}

static bool is_name(struct slice name, const char *wanted)
{
    return name.size == strlen(wanted) && strncasecmp(name.data, wanted, name.size) == 0;
}

/* What is between two commas: the next of a list into *item. False: there is none. */
static bool next_item(struct slice *rest, struct slice *item)
{
    const char *comma = rest->size == 0 ? NULL : memchr(rest->data, ',', rest->size);
    size_t size = comma == NULL ? rest->size : (size_t)(comma - rest->data);

    if (rest->data == NULL)
        return false;
    *item = trimmed((struct slice){rest->data, size});
    *rest = comma == NULL ? (struct slice){NULL, 0} : (struct slice){comma + 1, rest->size - size - 1};
    return true;
}

/* RFC 9112, 6.3: a length that is no number, or two that differ, in two fields or in one list, spoil the answer; the
 * same one repeated does not. */
static enum http_head_event add_length(struct http_head *head, struct slice value)
{
    struct slice rest = value, item;

    while (next_item(&rest, &item)) {
        int64_t length = number(item);

        if (length < 0)
            return bad(head, "Content-Length is no number");
        if (head->content_length >= 0 && head->content_length != length)
            return bad(head, "two different Content-Length");
        head->content_length = length;
    }
    return HTTP_HEAD_GOES_ON;
}

/* RFC 9112, 6.1: other codings are for those who asked for them by TE. libcurl undoes none of them here, for it leaves
 * all decoding to us. */
static enum http_head_event add_transfer_coding(struct http_head *head, struct slice value)
{
    struct slice rest = value, coding;

    while (next_item(&rest, &coding))
        if (coding.size > 0 && !is_name(coding, "chunked") && !is_name(coding, "identity"))
            return bad(head, "a Transfer-Encoding that was not asked for");
    return HTTP_HEAD_GOES_ON;
}

/* "bytes 0-99/1000"; what cannot be read is no part. */
static bool is_part(struct slice range)
{
    const char *dash = range.size == 0 ? NULL : memchr(range.data, '-', range.size);
    const char *slash = range.size == 0 ? NULL : memchr(range.data, '/', range.size);
    struct slice first, last, whole;
    const char *end = range.data + range.size;

    if (range.size < 6 || strncasecmp(range.data, "bytes ", 6) != 0 || dash == NULL || slash == NULL || slash < dash)
        return false;
    first = trimmed((struct slice){range.data + 6, (size_t)(dash - range.data - 6)});
    last = trimmed((struct slice){dash + 1, (size_t)(slash - dash - 1)});
    whole = trimmed((struct slice){slash + 1, (size_t)(end - slash - 1)});
    return number(first) > 0 || (number(last) >= 0 && number(last) + 1 < number(whole));
}

enum repeats { FIRST_COUNTS, ARE_JOINED, ARE_LINES };

static void add_value(struct http_head *head, struct buf *field, struct slice value, enum repeats repeats)
{
    if (field->size > 0 && repeats == FIRST_COUNTS) {
        head->folds_into = NULL;
        return;
    }
    head->folds_into = field;
    if (field->size > 0)
        buf_add_string(field, repeats == ARE_LINES ? "\n" : ", ");
    buf_add(field, value.data, value.size);
}

static enum http_head_event add_field(struct http_head *head, struct slice line)
{
    const char *colon = memchr(line.data, ':', line.size);
    struct slice name, value;

    head->folds_into = NULL;
    if (colon == NULL)
        return HTTP_HEAD_GOES_ON; /* libcurl refuses it, or it means nothing */
    name = trimmed((struct slice){line.data, (size_t)(colon - line.data)});
    value = trimmed((struct slice){colon + 1, line.size - (size_t)(colon - line.data) - 1});
    if (is_name(name, "content-type"))
        add_value(head, &head->content_type, value, ARE_JOINED);
    else if (is_name(name, "content-encoding"))
        add_value(head, &head->content_encoding, value, ARE_JOINED);
    else if (is_name(name, "x-robots-tag"))
        add_value(head, &head->x_robots, value, ARE_LINES);
    else if (is_name(name, "location"))
        add_value(head, &head->location, value, FIRST_COUNTS);
    else if (is_name(name, "refresh"))
        add_value(head, &head->refresh, value, FIRST_COUNTS);
    else if (is_name(name, "etag"))
        add_value(head, &head->etag, value, FIRST_COUNTS);
    else if (is_name(name, "last-modified"))
        add_value(head, &head->last_modified, value, FIRST_COUNTS);
    else if (is_name(name, "retry-after"))
        add_value(head, &head->retry_after, value, FIRST_COUNTS);
    else if (is_name(name, "set-cookie"))
        head->cookie_bytes += value.size;
    else if (is_name(name, "content-length"))
        return add_length(head, value);
    else if (is_name(name, "transfer-encoding"))
        return add_transfer_coding(head, value);
    else if (is_name(name, "content-range") && head->status == 206)
        head->is_part = is_part(value);
    return HTTP_HEAD_GOES_ON;
}

/* "HTTP/1.1 200 OK", "HTTP/2 200" */
static enum http_head_event add_status(struct http_head *head, struct slice line)
{
    const char *space = memchr(line.data, ' ', line.size);
    struct slice code = {NULL, 0};

    begin_fields(head);
    if (space != NULL)
        code = trimmed((struct slice){space, line.size - (size_t)(space - line.data)});
    head->status = 0;
    if (code.size >= 3 && (code.size == 3 || code.data[3] == ' '))
        head->status = (int)number((struct slice){code.data, 3});
    if (head->status < 100)
        return bad(head, "the status is no number of three digits");
    if (head->status == 101)
        return bad(head, "another protocol, which was not asked for");
    return HTTP_HEAD_GOES_ON;
}

enum http_head_event http_head_add(struct http_head *head, struct slice line)
{
    struct slice text;

    head->bytes += line.size;
    if (++head->lines > HTTP_LINES_LIMIT)
        return bad(head, "more than 5,000 lines of head");
    if (head->ended)
        return HTTP_HEAD_GOES_ON; /* a trailer: nothing in it counts */
    if (line.size >= 5 && memcmp(line.data, "HTTP/", 5) == 0)
        return add_status(head, line);
    text = trimmed(line);
    if (text.size == 0 && (line.size == 0 || !is_blank(line.data[0]))) {
        head->ended = head->status >= 200;
        return head->ended ? HTTP_HEAD_ENDED : HTTP_HEAD_GOES_ON;
    }
    if (is_blank(line.data[0])) { /* RFC 9112, 5.2: obsolete line folding */
        if (head->folds_into != NULL && buf_add_char(head->folds_into, ' '))
            buf_add(head->folds_into, text.data, text.size);
        return HTTP_HEAD_GOES_ON;
    }
    return add_field(head, line);
}

int64_t http_head_retry_after_ms(const struct http_head *head, int64_t now_ms)
{
    struct slice value = buf_slice(&head->retry_after);
    bool all_digits = value.size > 0;
    time_t date;
    int64_t wait_ms;

    for (size_t i = 0; i < value.size; i++)
        all_digits = all_digits && is_digit(value.data[i]);
    if (all_digits) {
        int64_t seconds = number(value);

        return seconds < 0 || seconds > RETRY_AFTER_MAX_MS / 1000 ? RETRY_AFTER_MAX_MS : seconds * 1000;
    }
    if (value.size == 0 || value.size > 64)
        return -1;
    date = curl_getdate(value.data, NULL);
    if (date == (time_t)-1)
        return -1;
    wait_ms = (int64_t)date * 1000 - now_ms;
    if (wait_ms < 0)
        return 0;
    return wait_ms < RETRY_AFTER_MAX_MS ? wait_ms : RETRY_AFTER_MAX_MS;
}
