#include "http_transfer.h"

static int64_t deadline(int64_t from_ms, int64_t limit_ms)
{
    return limit_ms > 0 ? from_ms + limit_ms : INT64_MAX;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* How often to look at what a connection brings, and how much that may be which is no body, beside twice of what may be
 * one: chunks of a byte have six, but then time is over first. */
#define LOOK_MS        250
#define NOTHINGS_BYTES (8 * 1024 * 1024)

static int64_t due_ms(const struct http_transfer *t)
{
    const struct http_settings *s = t->context->settings;
    int64_t total_ms = deadline(t->started_ms + t->paused_ms, s->total_timeout_ms);

    if (t->paused)
        return INT64_MAX;
    if (t->request_ms < 0) /* libcurl's own limit is to come first: it knows what it waits for */
        return least(total_ms, deadline(t->started_ms + 500, s->connect_timeout_ms));
    total_ms = least(total_ms, t->looked_ms + LOOK_MS);
    if (!t->head.ended)
        return least(total_ms, deadline(t->request_ms, s->first_byte_timeout_ms));
    return least(total_ms,
                 least(deadline(t->window_ms, s->idle_timeout_ms), deadline(t->last_byte_ms, s->idle_timeout_ms)));
}

void http_transfer_note_due(struct http_transfer *t)
{
    t->context->due_ms = least(t->context->due_ms, due_ms(t));
}

static bool late(struct http_transfer *t, const char *what, int64_t limit_ms)
{
    page_fail(t->page, PAGE_TIMEOUT, "%s after %.1f s", what, (double)limit_ms / 1000);
    return t->failed = true;
}

/* Frames, chunk extensions, empty members of gzip and so on that come without end are no body that grows, and are no
 * idle connection either. */
static bool is_flooded(struct http_transfer *t)
{
    struct http_connection *connection = http_connections_of(&t->context->connections, t->connection);
    int64_t received = connection == NULL ? -1 : http_connection_received(connection);

    t->looked_ms = t->context->now_ms;
    if (received <= 2 * (int64_t)http_transfer_body_limit(t) + NOTHINGS_BYTES)
        return false;
    page_fail(t->page, PAGE_TOO_LARGE, "%lld bytes came, and are no whole answer", (long long)received);
    return t->failed = true;
}

bool http_transfer_is_late(struct http_transfer *t)
{
    const struct http_settings *s = t->context->settings;
    int64_t now_ms = t->context->now_ms;

    if (t->paused)
        return false;
    if (now_ms >= deadline(t->started_ms + t->paused_ms, s->total_timeout_ms))
        return late(t, "not done", s->total_timeout_ms);
    if (t->request_ms < 0)
        return now_ms >= deadline(t->started_ms + 500, s->connect_timeout_ms) &&
               late(t, "not connected", s->connect_timeout_ms);
    if (now_ms >= t->looked_ms + LOOK_MS && is_flooded(t))
        return true;
    if (!t->head.ended)
        return now_ms >= deadline(t->request_ms, s->first_byte_timeout_ms) &&
               late(t, "no answer", s->first_byte_timeout_ms);
    if (now_ms >= deadline(t->last_byte_ms, s->idle_timeout_ms))
        return late(t, "nothing more came", s->idle_timeout_ms);
    if (now_ms >= deadline(t->window_ms, s->idle_timeout_ms)) {
        if (t->window_bytes < s->idle_bytes)
            return late(t, "too slow", s->idle_timeout_ms);
        t->window_ms = now_ms;
        t->window_bytes = 0;
    }
    return false;
}
