#include "http_transfer.h"

#include "http_proxy.h"
#include "http_result.h"
#include "mem.h"
#include "robots.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NAMES_MS    5000
#define NAMES_AGE_S 20

static void set_running(struct http_transfer *t)
{
    if (t->paused)
        t->context->paused_count--;
    t->paused = false;
}

/* --- The connection ------------------------------------------------------------------ */

/* The gate lets a connection be made to this address. */
static bool may_connect(struct http_transfer *t, const struct curl_sockaddr *address)
{
    const struct http_gate *gate = t->context->gate;
    char text[INET6_ADDRSTRLEN] = "";
    const void *bytes;

    if (gate == NULL || t->by_proxy)
        return true;
    if (address->family == AF_INET6)
        bytes = &((const struct sockaddr_in6 *)(const void *)&address->addr)->sin6_addr;
    else
        bytes = &((const struct sockaddr_in *)(const void *)&address->addr)->sin_addr;
    inet_ntop(address->family, bytes, text, sizeof text);
    return gate->connects(gate->arg, t->page, text);
}

static curl_socket_t on_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct http_transfer *t = arg;
    curl_socket_t fd;

    (void)purpose;
    /* With a proxy it is the proxy's address, which the user gave. */
    if (!t->by_proxy && http_guard_refuses_address(t->context->guard, url_host(&t->url), &address->addr)) {
        t->refused_address = true;
        return CURL_SOCKET_BAD;
    }
    if (!may_connect(t, address)) {
        t->turned_away = true;
        return CURL_SOCKET_BAD;
    }
    fd = http_connections_open(&t->context->connections, address);
    t->out_of_files = fd == CURL_SOCKET_BAD && (errno == EMFILE || errno == ENFILE);
    return fd;
}

static int on_connected(void *arg, char *address, char *own_address, int port, int own_port)
{
    struct http_transfer *t = arg;
    const struct http_gate *gate = t->context->gate;
    struct http_connection *connection = http_connections_find(&t->context->connections, address, port, own_port);

    (void)own_address;
    t->fd = connection == NULL ? CURL_SOCKET_BAD : connection->fd;
    t->connection = connection == NULL ? 0 : connection->number;
    if (connection != NULL)
        connection->idle_since = 0;
    t->spoilt = connection != NULL && http_connection_is_spoilt(connection, t->easy);
    if (t->spoilt)
        return CURL_PREREQFUNC_ABORT;
    if (gate != NULL && !gate->sent(gate->arg, t->page, t->by_proxy ? NULL : address)) {
        t->turned_away = true;
        t->request_ms = -1;
        return CURL_PREREQFUNC_ABORT;
    }
    t->context->leaves |= t->page->leaves;
    if (connection != NULL && connection->is_used)
        connection->is_counted = false;
    t->request_ms = t->looked_ms = t->context->now_ms;
    http_transfer_note_due(t);
    return CURL_PREREQFUNC_OK;
}

CURLcode http_transfer_resume(struct http_transfer *t)
{
    int64_t pause_ms = t->context->now_ms - t->paused_since_ms;

    assert(t->paused);
    set_running(t);
    t->paused_ms += pause_ms;
    t->window_ms += pause_ms;
    t->last_byte_ms = t->paused_since_ms = t->context->now_ms;
    http_transfer_note_due(t);
    return curl_easy_pause(t->easy, CURLPAUSE_CONT); /* calls http_transfer_on_body(), which may pause it again */
}

/* --- From page to page ---------------------------------------------------------------------- */

struct http_transfer *http_transfer_new(struct http_context *context)
{
    struct http_transfer *t = mem_new(sizeof *t);

    t->context = context;
    t->url = (struct url)URL_INIT;
    t->origin.limit = t->sent.limit = URL_LIMIT + 64;
    t->body.budget = context->budget;
    return t;
}

void http_transfer_free(struct http_transfer *t)
{
    if (t == NULL)
        return;
    assert(t->page == NULL && t->easy == NULL);
    http_head_free(&t->head);
    http_body_free(&t->body);
    url_free(&t->url);
    buf_free(&t->origin);
    buf_free(&t->sent);
    free(t);
}

static void free_handle(struct http_transfer *t)
{
    curl_easy_cleanup(t->easy);
    t->easy = NULL;
}

/* Each request has a handle of its own, for less than a microsecond; connections live in the multi handle. A handle
 * that is used again keeps, up to libcurl 8.1.1, a pointer to the last header of its last answer, which is freed by
 * then: a head whose first line begins with a blank is added to that (curl's pull request 11103). */
static bool make_handle(struct http_transfer *t)
{
    t->easy = curl_easy_init();
    if (t->easy == NULL || !http_shared_apply(t->context->shared, t->easy)) {
        free_handle(t);
        return false;
    }
    curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
    curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->error);
    curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, http_transfer_on_head_line);
    curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, http_transfer_on_body);
    curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETDATA, t);
    curl_easy_setopt(t->easy, CURLOPT_CLOSESOCKETFUNCTION, http_connections_close);
    curl_easy_setopt(t->easy, CURLOPT_CLOSESOCKETDATA, &t->context->connections);
    curl_easy_setopt(t->easy, CURLOPT_PREREQFUNCTION, on_connected);
    curl_easy_setopt(t->easy, CURLOPT_PREREQDATA, t);
    return true;
}

static bool may_be_asked(struct http_transfer *t, struct page *page)
{
    char why[sizeof page->error];

    if (url_parse(&t->url, (struct slice){page->url, page->url_size}) != URL_WEB) {
        page_fail(page, PAGE_PROTOCOL_ERROR, "not an http or https URL");
        return false;
    }
    buf_clear(&t->origin);
    url_add_origin(&t->url, &t->origin);
    if (!http_guard_agrees(t->context->guard, buf_slice(&t->origin), url_host(&t->url), t->url.port, why, sizeof why)) {
        page->outcome = PAGE_BLOCKED_ADDRESS;
        http_result_say(page, why);
        return false;
    }
    if (http_guard_refuses_host(t->context->guard, url_host(&t->url))) {
        page_fail(page, PAGE_BLOCKED_ADDRESS, "the host is a private address");
        return false;
    }
    return true;
}

/* At the end of each transfer libcurl goes through all names it has the address of, for those that are too old: with
 * 5,000 hosts that was a quarter of what a crawl cost. So it is told that they never are, but now and then. */
static long names_age_s(struct http_context *context)
{
    if (context->now_ms - context->names_ms < NAMES_MS)
        return -1;
    context->names_ms = context->now_ms;
    return NAMES_AGE_S;
}

static void forget(struct http_transfer *t, struct page *page)
{
    t->page = page;
    t->error[0] = '\0';
    http_head_begin(&t->head);
    t->answer = PAGE_PENDING;
    t->sniffs = t->drains = t->ended_early = t->failed = t->refused_address = t->turned_away = t->out_of_files =
        t->paused = false;
    t->spoilt = false;
    t->fd = CURL_SOCKET_BAD;
    t->connection = 0;
    t->started_ms = t->window_ms = t->last_byte_ms = t->context->now_ms;
    t->request_ms = -1;
    t->paused_ms = t->window_bytes = t->drained_bytes = 0;
}

bool http_transfer_begin(struct http_transfer *t, struct page *page)
{
    const struct http_login *login;
    const char *proxy;

    assert(t->page == NULL);
    if (!may_be_asked(t, page))
        return false;
    if (!make_handle(t)) {
        page_fail(page, PAGE_CONN_ERROR, "libcurl gives no handle: run the same command again");
        page->starved = true;
        return false;
    }
    buf_clear(&t->sent);
    url_add_sent(&t->url, &t->sent);
    forget(t, page);
    curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER,
                     http_shared_headers(t->context->shared, buf_slice(&t->origin), &t->url));
    login = http_shared_login(t->context->shared, &t->url);
    curl_easy_setopt(t->easy, CURLOPT_USERNAME, login == NULL ? NULL : login->name);
    curl_easy_setopt(t->easy, CURLOPT_PASSWORD, login == NULL ? NULL : login->password);
    proxy = http_proxy_for(t->context->settings, &t->url);
    t->by_proxy = proxy[0] != '\0';
    curl_easy_setopt(t->easy, CURLOPT_PROXY, proxy);
    /* Another try is not spoilt by the connection that was: on one that is reused libcurl would, after a drop, ask
     * once more by itself, and the host would be asked more often than we count. */
    curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, page->tries > 1 ? 1L : 0L);
    curl_easy_setopt(t->easy, CURLOPT_DNS_CACHE_TIMEOUT, names_age_s(t->context));
    if (page->kind == PAGE_EXTERNAL && page->tries < 2)
        curl_easy_setopt(t->easy, CURLOPT_NOBODY, 1L);
    if (curl_easy_setopt(t->easy, CURLOPT_URL, t->sent.data) == CURLE_OK)
        return true;
    page_fail(page, PAGE_PROTOCOL_ERROR, "libcurl refuses the URL");
    free_handle(t);
    t->page = NULL;
    return false;
}

bool http_transfer_starts_anew(struct http_transfer *t)
{
    if (!t->spoilt)
        return false;
    t->spoilt = false;
    t->error[0] = '\0';
    curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, 1L);
    return true;
}

/* libcurl, the name lookup and TLS open files of their own, and say only that it did not work. */
static bool no_file_is_left(void)
{
    int fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);

    if (fd >= 0)
        close(fd);
    return fd < 0 && (errno == EMFILE || errno == ENFILE);
}

/* The outcome of a transfer that came to its end without our doing. */
static void judge_end(struct http_transfer *t, CURLcode code)
{
    struct page *page = t->page;

    if (code != CURLE_OK && t->refused_address && t->request_ms < 0) {
        page_fail(page, PAGE_BLOCKED_ADDRESS, "the host has a private address");
        t->failed = true;
    } else if (code != CURLE_OK && t->request_ms < 0 && (t->out_of_files || no_file_is_left())) {
        page_fail(page, PAGE_CONN_ERROR,
                  "too many open files: raise the limit (ulimit -n), or use fewer --transfers, and run the same"
                  " command again");
        page->starved = t->failed = true;
    } else if (code != CURLE_OK) {
        http_result_fail(page, code, t->error, t->head.ended);
        t->failed = true;
    } else if (!t->head.ended) { /* libcurl takes it for an answer */
        page_fail(page, PAGE_CONN_ERROR, "closed within the head");
        t->failed = true;
    } else if (t->body.page != NULL)
        t->failed = !http_body_end(&t->body);
}

struct page *http_transfer_give_up(struct http_transfer *t)
{
    struct page *page = t->page;

    set_running(t);
    http_body_close(&t->body);
    http_body_release(t->context->budget, page);
    page_forget_answer(page);
    free_handle(t);
    t->page = NULL;
    return page;
}

/* The gate did not let it pass. */
static struct page *turn_away(struct http_transfer *t)
{
    struct page *page = http_transfer_give_up(t);

    page->turned_away = true;
    if (page->sent_us > 0)
        page_fail(page, PAGE_CONN_ERROR, "a connection that was kept broke before the answer");
    return page;
}

/* The connection may be used again. */
static void note_connection(struct http_transfer *t)
{
    struct http_connections *connections = &t->context->connections;
    struct http_connection *connection = http_connections_of(connections, t->connection);

    if (connection == NULL)
        return;
    connection->is_used = true;
    connection->speaks_http2 = strcmp(t->page->http_version, "2") == 0;
    http_connections_rest(connections, connection, http_settings_connections(t->context->settings));
}

struct page *http_transfer_end(struct http_transfer *t, CURLcode code)
{
    struct page *page = t->page;

    if (code != CURLE_OK && t->turned_away && t->request_ms < 0 && !t->failed)
        return turn_away(t);
    if (http_connections_was_cut(&t->context->connections, t->fd)) {
        page_fail(page, PAGE_TOO_LARGE, "bytes came without end, and are no answer");
        t->failed = true;
    }
    if (!t->failed && !t->ended_early)
        judge_end(t, code);
    if (!t->failed && t->sniffs)
        http_transfer_sniff(t);
    page->body_bytes = (int64_t)page->body.size;
    if (!t->failed && t->ended_early && t->body.page != NULL && t->body.cut)
        page_fail(page, t->answer, "only the first 512 KiB were read");
    /* A status that is the news is not hidden by trouble with the body behind it; the error still tells. */
    if (!t->failed || (t->answer != PAGE_PENDING && t->answer != PAGE_OK))
        page->outcome = t->answer;
    http_result_measure(page, t->easy);
    note_connection(t);
    http_shared_note_cookies(t->context->shared, t->easy, t->head.cookie_bytes);
    set_running(t);
    http_body_close(&t->body);
    if (t->failed || (page->outcome != PAGE_OK && page->outcome != PAGE_HTTP_ERROR))
        http_body_release(t->context->budget, page);
    if (!t->head.ended)
        page->status = 0;
    free_handle(t);
    t->page = NULL;
    return page;
}
