#include "robots_fetch.h"

#include "mem.h"
#include "text.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WATCH_MS 200
#define HOPS_MAX 5 /* redirects followed (RFC 9309, 2.3.1.2); as the crawl does */

static bool may_be_private(void *arg, struct slice host)
{
    return scope_names_host(arg, host);
}

static bool may_have_secrets(void *arg, const struct url *url)
{
    return scope_names_origin(arg, url);
}

static void free_files(struct robots_file *f)
{
    while (f != NULL) {
        struct robots_file *next = f->next;

        robots_free(f->robots);
        free(f->origin);
        free(f->last_url);
        free(f);
        f = next;
    }
}

/* Who sends bytes without end that are no answer would hold the thread within one call of libcurl for ever. */
static void *watch_main(void *arg)
{
    struct robots_session *s = arg;
    struct pollfd end = {.fd = s->watch_ends[0], .events = POLLIN};

    while (poll(&end, 1, WATCH_MS) <= 0)
        http_watch(s->http, false);
    return NULL;
}

static bool begin_watch(struct robots_session *s, struct err *err)
{
    if (pipe2(s->watch_ends, O_CLOEXEC) != 0)
        return err_set(err, "no pipe could be made: %m");
    s->has_watch = pthread_create(&s->watch, NULL, watch_main, s) == 0;
    if (s->has_watch)
        return true;
    close(s->watch_ends[0]);
    close(s->watch_ends[1]);
    return err_set(err, "no thread could be started");
}

static void end_watch(struct robots_session *s)
{
    if (!s->has_watch)
        return;
    close(s->watch_ends[1]);
    pthread_join(s->watch, NULL);
    close(s->watch_ends[0]);
}

void robots_session_end(struct robots_session *s)
{
    end_watch(s);
    free_files(s->files);
    http_free(s->http);
    budget_free(s->budget);
    http_shared_free(s->shared);
    scope_free(s->scope);
    crawl_settings_free(s->settings);
}

bool robots_session_begin(struct robots_session *s, const struct options *options, struct err *err)
{
    *s = (struct robots_session){.options = options, .settings = crawl_settings_new(options)};
    s->scope = scope_new(&s->settings->scope, err);
    if (s->scope == NULL)
        return false;
    s->settings->http.may_be_private = may_be_private;
    s->settings->http.may_have_secrets = may_have_secrets;
    s->settings->http.arg = s->scope;
    s->shared = http_shared_new(&s->settings->http, err);
    if (s->shared == NULL)
        return false;
    s->budget = budget_new((size_t)options->memory_bytes);
    s->http = http_new(s->shared, s->budget, err);
    return s->http != NULL && begin_watch(s, err);
}

static struct page *fetch(struct robots_session *s, const char *url)
{
    struct page *page = page_new(PAGE_ROBOTS, url, strlen(url));

    page->tries = 1;
    http_start(s->http, page);
    while (http_wait(s->http, -1, &page, 1) == 0)
        continue;
    return page;
}

/* Where a redirect leads; false: it leads nowhere. */
static bool follow(const struct page *page, struct url *target)
{
    struct url base = URL_INIT;
    struct buf location = {.limit = URL_LIMIT};
    bool good = page->status >= 300 && page->status < 400 && page->location != NULL &&
                text_add_utf8(&location, slice_of(page->location)) &&
                url_parse(&base, (struct slice){page->url, page->url_size}) == URL_WEB &&
                url_resolve(target, &base, buf_slice(&location), NULL) == URL_WEB;

    url_free(&base);
    buf_free(&location);
    return good;
}

/* What the answer means (RFC 9309, 2.3.1); a 429 asks for fewer requests, so it is no permission. */
static void judge(struct robots_file *f, const struct page *page, const char *token)
{
    f->status = page->status;
    f->outcome = page->outcome;
    f->bytes = page->body.size;
    snprintf(f->error, sizeof f->error, "%s", page->error);
    if (page->outcome == PAGE_OK && page->status >= 200 && page->status < 300)
        f->robots = robots_parse(buf_slice(&page->body), token);
    else if (page->status >= 200 && page->status < 500 && page->status != 429 &&
             (page->outcome == PAGE_OK || page->outcome == PAGE_HTTP_ERROR || page->outcome == PAGE_REDIRECT ||
              page->outcome == PAGE_BAD_REDIRECT || page->outcome == PAGE_REDIRECT_LOOP ||
              page->outcome == PAGE_WRONG_TYPE))
        f->allows_all = true;
    else
        f->refuses_all = true;
}

static void fetch_robots(struct robots_session *s, struct robots_file *f)
{
    struct url target = URL_INIT;
    struct buf url = {.limit = URL_LIMIT + 20};
    struct page *page;

    buf_printf(&url, "%s/robots.txt", f->origin);
    page = fetch(s, url.data);
    while (f->hops < HOPS_MAX && follow(page, &target)) {
        f->hops++;
        http_release_body(s->budget, page);
        page_free(page);
        buf_clear(&url);
        url_add_sent(&target, &url);
        page = fetch(s, url.data);
    }
    if (f->hops > 0)
        f->last_url = mem_string(url.data);
    judge(f, page, s->settings->robots_token);
    http_release_body(s->budget, page);
    page_free(page);
    url_free(&target);
    buf_free(&url);
}

const struct robots_file *robots_file_of(struct robots_session *s, const struct url *url)
{
    struct buf origin = {.limit = URL_LIMIT};
    struct robots_file *f = s->files;

    url_add_origin(url, &origin);
    while (f != NULL && strcmp(f->origin, origin.data) != 0)
        f = f->next;
    if (f == NULL) {
        f = mem_new(sizeof *f);
        f->origin = mem_string(origin.data);
        f->next = s->files;
        s->files = f;
        fetch_robots(s, f);
    }
    buf_free(&origin);
    return f;
}
