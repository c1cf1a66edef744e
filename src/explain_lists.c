#include "explain_inside.h"

#include "mem.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WAY_MAX       100000 /* steps followed; a way that came back to itself would have no end */
#define REDIRECTS_MAX 20

/* A statement with one number bound, standing on its first row; NULL: there is none. */
static sqlite3_stmt *ask(struct reader *reader, const char *sql, int64_t first, int64_t second)
{
    struct err err;
    sqlite3_stmt *row = reader_statement(reader, sql, &err);

    if (row == NULL)
        return NULL;
    sqlite3_bind_int64(row, 1, first);
    if (sqlite3_bind_parameter_count(row) > 1)
        sqlite3_bind_int64(row, 2, second);
    if (sqlite3_step(row) == SQLITE_ROW)
        return row;
    sqlite3_finalize(row);
    return NULL;
}

struct explain_url *explain_add_url(struct explanation *e, struct reader *reader, struct explain_list *list, int64_t id)
{
    struct explain_url *item;
    sqlite3_stmt *row;

    if (list->count == EXPLAIN_STEPS_MAX)
        return NULL;
    row =
        ask(reader,
            "SELECT u.url, k.name, iif(p.id IS NOT NULL, 1, iif(u.skip IS NULL, 2, 3)), CASE WHEN p.id IS NOT NULL"
            " THEN iif(coalesce(p.status, 0) = 0, '', p.status || ' ') || o.name WHEN u.skip IS NULL THEN 'waiting'"
            " ELSE 'skipped: ' || s.name END, p.fetched_ms, p.total_ms FROM url u LEFT JOIN link_kind k ON k.id = u.via"
            " LEFT JOIN page p ON p.id = u.id LEFT JOIN outcome o ON o.id = p.outcome"
            " LEFT JOIN skip_reason s ON s.id = u.skip WHERE u.id = ?1",
            id, 0);
    if (row == NULL)
        return NULL;
    item = &list->items[list->count++];
    *item = (struct explain_url){.id = id,
                                 .url = explain_keep(e, reader_text(row, 0)),
                                 .via = explain_keep(e, reader_text(row, 1)),
                                 .state = (enum explain_state)reader_column(row, 2, 0),
                                 .result = explain_keep(e, reader_text(row, 3)),
                                 .fetched_ms = reader_column(row, 4, -1),
                                 .total_ms = reader_column(row, 5, -1)};
    sqlite3_finalize(row);
    return item;
}

/* --- From the seed to it ------------------------------------------------------------ */

static int64_t found_on(struct reader *reader, int64_t id)
{
    sqlite3_stmt *row = ask(reader, "SELECT found_on FROM url WHERE id = ?1", id, 0);
    int64_t before = row == NULL ? 0 : reader_column(row, 0, 0);

    sqlite3_finalize(row);
    return before;
}

/* The words of the first link from one page to a URL. */
static char *anchor_between(struct explanation *e, struct reader *reader, int64_t from, int64_t to)
{
    sqlite3_stmt *row = ask(reader,
                            "SELECT a.text FROM page p JOIN link l ON l.id >= p.first_link AND l.id < p.first_link +"
                            " p.links_out JOIN anchor a ON a.id = l.anchor_id WHERE p.id = ?1 AND l.dst = ?2 LIMIT 1",
                            from, to);
    char *anchor = row == NULL ? NULL : explain_keep(e, reader_text(row, 0));

    sqlite3_finalize(row);
    return anchor;
}

void explain_find_way(struct explanation *e, struct reader *reader)
{
    int64_t *ids = NULL;
    size_t count = 0, room = 0;

    for (int64_t id = e->id; id > 0 && count < WAY_MAX; id = found_on(reader, id)) {
        if (count == room) {
            room = room == 0 ? 32 : room * 2;
            ids = mem_resize(ids, room * sizeof *ids);
        }
        ids[count++] = id;
    }
    for (size_t i = count; i-- > 0;) {
        struct explain_url *step;

        /* Of a long way the middle is left out. */
        if (count > EXPLAIN_STEPS_MAX && i < count - EXPLAIN_STEPS_MAX / 2 && i >= EXPLAIN_STEPS_MAX / 2) {
            e->way.left_out++;
            continue;
        }
        step = explain_add_url(e, reader, &e->way, ids[i]);
        if (step != NULL && i + 1 < count)
            step->anchor = anchor_between(e, reader, ids[i + 1], ids[i]);
    }
    free(ids);
}

/* --- Where it leads ------------------------------------------------------------------- */

void explain_find_redirects(struct explanation *e, struct reader *reader)
{
    int64_t id = e->id;

    for (int i = 0; i < REDIRECTS_MAX && id > 0; i++) {
        sqlite3_stmt *row = ask(reader, "SELECT redirect_to FROM page WHERE id = ?1", id, 0);

        id = row == NULL ? 0 : reader_column(row, 0, 0);
        sqlite3_finalize(row);
        if (id == 0 || explain_add_url(e, reader, &e->redirects, id) == NULL || id == e->id)
            return;
        for (size_t j = 0; j + 1 < e->redirects.count; j++)
            if (e->redirects.items[j].id == id)
                return;
    }
}

/* --- How often it was tried ------------------------------------------------------------- */

void explain_find_tries(struct explanation *e, struct reader *reader)
{
    sqlite3_stmt *row = ask(reader,
                            "SELECT t.run_id, t.number, t.ended_ms, t.status, t.total_ms, o.name, t.error FROM try t"
                            " LEFT JOIN outcome o ON o.id = t.outcome WHERE t.url_id = ?1"
                            " ORDER BY t.run_id, t.number LIMIT ?2",
                            e->id, EXPLAIN_TRIES_MAX);

    if (row == NULL)
        return;
    do {
        e->tries[e->try_count++] = (struct explain_try){.run = reader_column(row, 0, 0),
                                                        .number = reader_column(row, 1, 0),
                                                        .ended_ms = reader_column(row, 2, 0),
                                                        .status = reader_column(row, 3, -1),
                                                        .total_ms = reader_column(row, 4, -1),
                                                        .outcome = explain_keep(e, reader_text(row, 5)),
                                                        .error = explain_keep(e, reader_text(row, 6))};
    } while (e->try_count < EXPLAIN_TRIES_MAX && sqlite3_step(row) == SQLITE_ROW);
    sqlite3_finalize(row);
}

/* Of the run that asked for it last. */
void explain_find_robots_tries(struct explanation *e, struct reader *reader)
{
    struct explain_robots *r = &e->robots;
    sqlite3_stmt *row =
        ask(reader,
            "SELECT * FROM (SELECT t.run_id, t.number, t.ended_ms, t.status, t.total_ms, o.name,"
            " t.error, iif(t.url = h.origin || '/robots.txt', NULL, t.url), t.again_ms"
            " FROM robots_try t JOIN host h ON h.id = t.host_id LEFT JOIN outcome o ON o.id = t.outcome"
            " WHERE t.host_id = ?1 AND t.run_id = (SELECT max(run_id) FROM robots_try WHERE host_id = ?1)"
            " ORDER BY t.number DESC LIMIT ?2) ORDER BY number",
            e->host.id, EXPLAIN_TRIES_MAX);

    if (row == NULL)
        return;
    do {
        r->tries[r->try_count++] = (struct explain_try){.run = reader_column(row, 0, 0),
                                                        .number = reader_column(row, 1, 0),
                                                        .ended_ms = reader_column(row, 2, 0),
                                                        .status = reader_column(row, 3, -1),
                                                        .total_ms = reader_column(row, 4, -1),
                                                        .outcome = explain_keep(e, reader_text(row, 5)),
                                                        .error = explain_keep(e, reader_text(row, 6)),
                                                        .url = explain_keep(e, reader_text(row, 7)),
                                                        .again_ms = reader_column(row, 8, 0)};
    } while (r->try_count < EXPLAIN_TRIES_MAX && sqlite3_step(row) == SQLITE_ROW);
    sqlite3_finalize(row);
    if (!e->is_running || e->run_id != r->tries[r->try_count - 1].run)
        return;
    r->again_ms = r->tries[r->try_count - 1].again_ms;
    if (r->again_ms > 0 && e->host.held_until_ms > r->again_ms)
        r->again_ms = e->host.held_until_ms;
}

/* --- Whether it is an error in truth ------------------------------------------------------ */

void explain_find_soft_404(struct explanation *e, struct reader *reader)
{
    sqlite3_stmt *row =
        ask(reader,
            "SELECT b.url FROM page p JOIN url u ON u.id = p.id JOIN host_probe b ON b.host_id = u.host_id"
            " WHERE p.id = ?1 AND p.soft_404 = 1",
            e->id, 0);

    e->answer.soft_404 = row == NULL ? NULL : explain_keep(e, reader_text(row, 0));
    sqlite3_finalize(row);
}

/* --- What links to it ------------------------------------------------------------------- */

void explain_find_sources(struct explanation *e, struct reader *reader)
{
    sqlite3_stmt *row = ask(reader,
                            "SELECT l.src, k.name, a.text FROM link l LEFT JOIN link_kind k ON k.id = l.kind"
                            " LEFT JOIN anchor a ON a.id = l.anchor_id WHERE l.dst = ?1 ORDER BY l.id LIMIT ?2",
                            e->id, EXPLAIN_SOURCES_MAX);

    if (row == NULL)
        return;
    do {
        struct explain_url *source = explain_add_url(e, reader, &e->sources, reader_column(row, 0, 0));

        if (source != NULL) {
            source->via = explain_keep(e, reader_text(row, 1));
            source->anchor = explain_keep(e, reader_text(row, 2));
        }
    } while (sqlite3_step(row) == SQLITE_ROW);
    sqlite3_finalize(row);
}

/* --- What is much like it ------------------------------------------------------------------ */

/* What two URLs are told apart by, one thing after the other. */
struct look {
    struct slice site; /* host and port, without "www." */
    struct slice path; /* without the slash at its end */
    struct slice query;
    bool https, www, slash;
};

static struct look look_of(struct slice url)
{
    struct look s = {.https = url.size > 8 && memcmp(url.data, "https", 5) == 0};
    const char *at = memchr(url.data, '/', url.size), *end = url.data + url.size, *path, *query;

    if (at == NULL || end - at < 2)
        return s;
    at += 2;
    s.www = end - at > 4 && memcmp(at, "www.", 4) == 0;
    at += s.www ? 4 : 0;
    path = memchr(at, '/', (size_t)(end - at));
    path = path == NULL ? end : path;
    query = memchr(path, '?', (size_t)(end - path));
    query = query == NULL ? end : query;
    s.site = (struct slice){at, (size_t)(path - at)};
    s.path = (struct slice){path, (size_t)(query - path)};
    s.query = (struct slice){query, (size_t)(end - query)};
    s.slash = s.path.size > 1 && query[-1] == '/';
    s.path.size -= s.slash;
    return s;
}

static bool same(struct slice a, struct slice b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* Appends in what `there` differs from `here`; false if they are about different things. */
static bool compare(const struct look *here, const struct look *there, struct buf *how)
{
    if (!same(here->site, there->site) || here->path.size != there->path.size ||
        (here->path.size > 0 && strncasecmp(here->path.data, there->path.data, here->path.size) != 0))
        return false;
    if (here->https != there->https)
        buf_add_string(how, there->https ? ", https" : ", http");
    if (here->www != there->www)
        buf_add_string(how, there->www ? ", with www" : ", without www");
    if (!same(here->path, there->path))
        buf_add_string(how, ", other letter case");
    if (here->slash != there->slash)
        buf_add_string(how, there->slash ? ", with a slash at the end" : ", without the slash at the end");
    if (!same(here->query, there->query))
        buf_add_string(how, here->query.size == 0    ? ", with a query"
                            : there->query.size == 0 ? ", without a query"
                                                     : ", another query");
    return how->size > 0;
}

void explain_find_similar(struct explanation *e, struct reader *reader)
{
    struct look here = look_of(buf_slice(&e->sent));
    struct buf how = {.limit = 1000};
    struct err err;
    sqlite3_stmt *row = reader_statement(reader, "SELECT id, url FROM url", &err);

    while (row != NULL && sqlite3_step(row) == SQLITE_ROW) {
        struct look there = look_of(reader_text(row, 1));
        struct explain_url *item;

        buf_clear(&how);
        if (reader_column(row, 0, 0) == e->id || !compare(&here, &there, &how))
            continue;
        if (e->similar.count == EXPLAIN_SIMILAR_MAX) {
            e->similar.left_out++;
            continue;
        }
        item = explain_add_url(e, reader, &e->similar, reader_column(row, 0, 0));
        if (item != NULL)
            item->how = explain_keep(e, (struct slice){how.data + 2, how.size - 2});
    }
    sqlite3_finalize(row);
    buf_free(&how);
}
