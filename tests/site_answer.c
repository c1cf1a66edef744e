#include "site_inside.h"

#include "clock.h"
#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define HOST_SIZE 64

/* Adds `text`, of `size` bytes if that is not 0, else a string with "{site}" to be replaced. */
static void add_text(const struct site *site, struct buf *out, const char *text, size_t size)
{
    const char *mark;

    if (text == NULL)
        return;
    if (size > 0) {
        buf_add(out, text, size);
        return;
    }
    while ((mark = strstr(text, "{site}")) != NULL) {
        buf_add(out, text, (size_t)(mark - text));
        buf_printf(out, "http://127.0.0.1:%d", site->port);
        text = mark + strlen("{site}");
    }
    buf_add_string(out, text);
}

static void add_chunks(struct buf *out, struct slice body)
{
    for (size_t at = 0, size; at < body.size; at += size) {
        size = body.size - at < 100 ? body.size - at : 100;
        buf_printf(out, "%zx;a=\"b\"\r\n", size);
        buf_add(out, body.data + at, size);
        buf_add_string(out, "\r\n");
    }
    buf_add_string(out, "0\r\nX-Trailer: 1\r\n\r\n");
}

static void add_answer(struct site *site, struct connection *c, const struct site_page *page, bool is_head)
{
    struct buf body = {.limit = SIZE_MAX};
    int status = page->status == 0 ? 200 : page->status;

    if (page->raw != NULL) {
        add_text(site, &c->out, page->raw, page->raw_size);
        c->ends = true;
        return;
    }
    add_text(site, &body, page->body, page->body_size);
    buf_printf(&c->out, "HTTP/1.1 %d Status\r\n", status);
    if (page->type != NULL)
        buf_printf(&c->out, "Content-Type: %s\r\n", page->type);
    add_text(site, &c->out, page->headers, 0);
    if (page->chunked)
        buf_add_string(&c->out, "Transfer-Encoding: chunked\r\n");
    else if (page->fault != SITE_ENDLESS && status != 204 && status != 304)
        buf_printf(&c->out, "Content-Length: %zu\r\n", body.size);
    buf_add_string(&c->out, "\r\n");
    c->body_at = c->out.size;
    if (!is_head && page->chunked)
        add_chunks(&c->out, buf_slice(&body));
    else if (!is_head)
        buf_add(&c->out, body.data, body.size);
    buf_free(&body);
}

static void apply_fault(struct connection *c, enum site_fault fault)
{
    size_t half = c->body_at + (c->out.size - c->body_at) / 2;

    switch (fault) {
    case SITE_SOUND:
        break;
    case SITE_RESETS:
    case SITE_CLOSES:
        c->out.size = 0;
        c->ends = true;
        c->resets = fault == SITE_RESETS;
        break;
    case SITE_SILENT:
        c->out.size = 0;
        c->silent = true;
        break;
    case SITE_STALLS:
        c->out.size = half;
        c->silent = true;
        break;
    case SITE_TRUNCATES:
    case SITE_BREAKS:
        c->out.size = half;
        c->ends = true;
        c->resets = fault == SITE_BREAKS;
        break;
    case SITE_DROPS:
        c->ends = true;
        break;
    case SITE_ENDLESS:
        c->endless = c->ends = true;
        break;
    }
}

/* Finds or makes the page for a request into *page. `served`: how often it was asked for before. */
static bool find_page(struct site *site, const char *host, const char *target, struct site_page *page, int *served)
{
    const struct site_page *pages = atomic_load(&site->pages);
    size_t path_size = strcspn(target, "?");

    *served = 0;
    if (site->make != NULL) {
        buf_clear(&site->text);
        return site->make(site->arg, host, target, page, &site->text);
    }
    for (int exact = 1; exact >= 0; exact--)
        for (size_t i = 0; pages[i].path != NULL; i++) {
            const struct site_page *p = &pages[i];
            size_t size = exact ? strlen(target) : path_size;

            if (strlen(p->path) == size && memcmp(p->path, target, size) == 0 &&
                (p->host == NULL || strcmp(p->host, host) == 0)) {
                *page = *p;
                *served = site->served[i]++;
                return true;
            }
        }
    return false;
}

/* The value of a field in a head, cut at `end`, "" if it is absent. */
static void find_field(const char *head, const char *name, const char *end, char *value, size_t size)
{
    value[0] = '\0';
    for (const char *line = strchr(head, '\n'); line != NULL; line = strchr(line + 1, '\n'))
        if (strncasecmp(line + 1, name, strlen(name)) == 0) {
            const char *at = line + 1 + strlen(name);

            at += strspn(at, " ");
            snprintf(value, size, "%.*s", (int)strcspn(at, end), at);
            return;
        }
}

/* Answers the request whose head is the first `size` bytes of what came. */
void site_answer(struct site *site, struct connection *c, size_t size)
{
    static const struct site_page not_found = {.status = 404, .type = "text/html", .body = "<title>Not found</title>"};
    struct site_page page = {0};
    char *head = mem_copy(c->in.data, size), *target = strchr(head, ' '), host[HOST_SIZE];
    int served;
    bool is_head = strncmp(head, "HEAD ", 5) == 0;

    memmove(c->in.data, c->in.data + size, c->in.size - size);
    c->in.size -= size;
    find_field(head, "host:", ":\r\n", host, sizeof host);
    if (target == NULL) {
        c->closed = true;
        free(head);
        return;
    }
    target = mem_copy(target + 1, strcspn(target + 1, " \r\n"));
    site_note_request(site, c, is_head ? "HEAD" : "GET", target, host, (struct slice){head, size});
    buf_clear(&c->out);
    c->sent = c->body_at = 0;
    c->busy = true;
    c->endless = false;
    if (!find_page(site, host, target, &page, &served))
        page = not_found;
    add_answer(site, c, &page, is_head);
    if (page.fault_times == 0 || served < page.fault_times)
        apply_fault(c, page.fault);
    c->drip_ms = page.drip_ms;
    c->due_ms = clock_ms() + page.delay_ms;
    free(target);
    free(head);
}
