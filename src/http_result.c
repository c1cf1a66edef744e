#include "http_result.h"

#include "clock.h"
#include "mem.h"
#include "text.h"

#include <stdio.h>

/* By CURLcode: what it means before the head is whole, and behind it. What is not here is a PAGE_CONN_ERROR. */
static const struct {
    CURLcode code;
    enum page_outcome before, behind;
} OUTCOMES[] = {
    {CURLE_UNSUPPORTED_PROTOCOL, PAGE_PROTOCOL_ERROR, PAGE_PROTOCOL_ERROR}, /* of ours: only HTTP/0.9 */
    {CURLE_URL_MALFORMAT, PAGE_BLOCKED_ADDRESS, PAGE_BLOCKED_ADDRESS},      /* though `url` took it */
    {CURLE_COULDNT_RESOLVE_HOST, PAGE_DNS_ERROR, PAGE_DNS_ERROR},
    {CURLE_WEIRD_SERVER_REPLY, PAGE_PROTOCOL_ERROR, PAGE_PROTOCOL_ERROR},
    {CURLE_BAD_FUNCTION_ARGUMENT, PAGE_PROTOCOL_ERROR, PAGE_PROTOCOL_ERROR}, /* of a head that begins with a blank */
    {CURLE_HTTP2, PAGE_CONN_ERROR, PAGE_TRUNCATED}, /* also of a GOAWAY: to come back by another connection */
    {CURLE_HTTP2_STREAM, PAGE_CONN_ERROR, PAGE_TRUNCATED},
    {CURLE_PARTIAL_FILE, PAGE_CONN_ERROR, PAGE_TRUNCATED},
    {CURLE_RECV_ERROR, PAGE_CONN_ERROR, PAGE_TRUNCATED},
    {CURLE_OUT_OF_MEMORY, PAGE_TOO_LARGE, PAGE_CONN_ERROR}, /* a header line beyond 100 KB */
    {CURLE_OPERATION_TIMEDOUT, PAGE_TIMEOUT, PAGE_TIMEOUT},
    {CURLE_BAD_CONTENT_ENCODING, PAGE_DECODE_ERROR, PAGE_DECODE_ERROR}, /* of a Transfer-Encoding */
    {CURLE_SSL_CONNECT_ERROR, PAGE_BAD_TLS, PAGE_BAD_TLS},
    {CURLE_SSL_CERTPROBLEM, PAGE_BAD_TLS, PAGE_BAD_TLS},
    {CURLE_SSL_CIPHER, PAGE_BAD_TLS, PAGE_BAD_TLS},
    {CURLE_PEER_FAILED_VERIFICATION, PAGE_BAD_TLS, PAGE_BAD_TLS},
    {CURLE_SSL_ISSUER_ERROR, PAGE_BAD_TLS, PAGE_BAD_TLS},
    {CURLE_SSL_CACERT_BADFILE, PAGE_BAD_TLS, PAGE_BAD_TLS},
    {CURLE_SSL_INVALIDCERTSTATUS, PAGE_BAD_TLS, PAGE_BAD_TLS},
    {CURLE_SSL_CLIENTCERT, PAGE_BAD_TLS, PAGE_BAD_TLS},
    {CURLE_USE_SSL_FAILED, PAGE_BAD_TLS, PAGE_BAD_TLS},
};

void http_result_say(struct page *page, const char *text)
{
    struct buf line = {.limit = sizeof page->error - 1};

    text_add_terminal(&line, slice_of(text));
    snprintf(page->error, sizeof page->error, "%s", line.size == 0 ? "" : line.data);
    buf_free(&line);
}

void http_result_fail(struct page *page, CURLcode code, const char *text, bool head_ended)
{
    page->outcome = PAGE_CONN_ERROR;
    for (size_t i = 0; i < sizeof OUTCOMES / sizeof *OUTCOMES; i++)
        if (OUTCOMES[i].code == code)
            page->outcome = head_ended ? OUTCOMES[i].behind : OUTCOMES[i].before;
    /* libcurl has one code for a lost connection, chunks that are none, and a head that it finds too long. */
    if (code == CURLE_RECV_ERROR && strstr(text, "chunk") != NULL)
        page->outcome = PAGE_PROTOCOL_ERROR;
    if (code == CURLE_RECV_ERROR && strstr(text, "response headers") != NULL)
        page->outcome = PAGE_TOO_LARGE;
    if (code == CURLE_OUT_OF_MEMORY && !head_ended)
        text = "a header line is longer than 100 KB";
    http_result_say(page, text[0] == '\0' ? curl_easy_strerror(code) : text);
}

static curl_off_t info(CURL *easy, CURLINFO what)
{
    curl_off_t value = 0;

    curl_easy_getinfo(easy, what, &value);
    return value;
}

/* Microseconds from one moment of a transfer to another as milliseconds; -1 if the later one never came. */
static int32_t span_ms(curl_off_t from_us, curl_off_t to_us)
{
    return to_us <= 0 || to_us < from_us ? -1 : (int32_t)((to_us - from_us + 500) / 1000);
}

void http_result_measure(struct page *page, CURL *easy)
{
    curl_off_t names_us = info(easy, CURLINFO_NAMELOOKUP_TIME_T), connect_us = info(easy, CURLINFO_CONNECT_TIME_T);
    curl_off_t tls_us = info(easy, CURLINFO_APPCONNECT_TIME_T), sent_us = info(easy, CURLINFO_PRETRANSFER_TIME_T);
    long connects = 0, head_bytes = 0, version = 0;
    char *address = NULL;

    curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connects);
    if (connects > 0) { /* else a connection kept alive was used: none of this happened */
        page->times.dns_ms = span_ms(0, names_us);
        page->times.connect_ms = span_ms(names_us, connect_us);
        page->times.tls_ms = span_ms(connect_us, tls_us);
    }
    page->times.first_byte_ms = span_ms(sent_us, info(easy, CURLINFO_STARTTRANSFER_TIME_T));
    page->times.total_ms = span_ms(0, info(easy, CURLINFO_TOTAL_TIME_T));
    curl_easy_getinfo(easy, CURLINFO_HEADER_SIZE, &head_bytes);
    page->wire_bytes = head_bytes + info(easy, CURLINFO_SIZE_DOWNLOAD_T);
    curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address);
    snprintf(page->address, sizeof page->address, "%s", address == NULL ? "" : address);
    curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
    snprintf(page->http_version, sizeof page->http_version, "%s",
             version == CURL_HTTP_VERSION_1_0   ? "1.0"
             : version == CURL_HTTP_VERSION_1_1 ? "1.1"
             : version == CURL_HTTP_VERSION_2_0 ? "2"
             : version == CURL_HTTP_VERSION_3   ? "3"
                                                : "");
}

static char *kept(const struct buf *field)
{
    return field->size == 0 ? NULL : mem_copy(field->data, field->size);
}

static char *kept_as_text(const struct buf *field)
{
    struct buf text = {.limit = 1024};
    char *copy = NULL;

    if (field->size > 0 && text_add_utf8(&text, buf_slice(field)))
        copy = mem_copy(text.data, text.size);
    buf_free(&text);
    return copy;
}

void http_result_keep(struct page *page, const struct http_head *head)
{
    page->status = head->status;
    page->location = kept(&head->location);
    page->refresh = kept(&head->refresh);
    page->x_robots = kept(&head->x_robots);
    page->etag = kept_as_text(&head->etag);
    page->last_modified = kept_as_text(&head->last_modified);
    page->retry_after_ms = http_head_retry_after_ms(head, clock_wall_ms());
    mime_parse(&page->mime, buf_slice(&head->content_type));
}
