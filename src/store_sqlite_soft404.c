#include "store_sqlite_parts.h"

#include "mem.h"
#include "soft404.h"

#include <stdlib.h>

/* What hosts say of names that they do not have, and the pages that say the same. */

bool store_sqlite_add_probe(struct sqlite_store *s, const struct page *page)
{
    struct binder b = store_binder(s, ADD_PROBE);

    if (b.statement == NULL)
        return false;
    store_bind(&b, page->id);
    store_bind_text(&b, slice_of(page->probe));
    store_bind(&b, s->run_id);
    return store_sqlite_step(b.statement);
}

bool store_sqlite_set_probe(struct sqlite_store *s, const struct page *page)
{
    struct binder b = store_binder(s, SET_PROBE);
    bool answered = page->skip == SKIP_NONE;

    if (b.statement == NULL)
        return false;
    store_bind_unless(&b, page->skip, SKIP_NONE);
    store_bind_unless(&b, answered ? page->outcome : PAGE_PENDING, PAGE_PENDING);
    store_bind_unless(&b, page->status, 0);
    store_bind_web(&b, slice_of(page->error));
    store_bind_web(&b, slice_of(page->location));
    if (page->has_title)
        store_bind_text(&b, page->title);
    else
        store_bind_unless(&b, 0, 0);
    store_bind_unless(&b, page->body_bytes, answered ? -1 : page->body_bytes);
    store_bind_unless(&b, (int64_t)page->body_hash, 0);
    store_bind_unless(&b, (int64_t)page->text_hash, 0);
    store_bind_unless(&b, (int64_t)page->text_simhash, 0);
    store_bind(&b, page->tries);
    store_bind_unless(&b, page->times.total_ms, -1);
    store_bind_unless(&b, page->fetched_ms, 0);
    store_bind_text(&b, (struct slice){page->url, page->url_size});
    return store_sqlite_step(b.statement);
}

static struct slice column_slice(sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);

    return (struct slice){text, (size_t)sqlite3_column_bytes(row, column)};
}

bool store_sqlite_probes(struct store *store, store_tell_probe *tell, void *arg, struct err *err)
{
    struct sqlite_store *s = (struct sqlite_store *)store;
    sqlite3_stmt *rows = NULL;
    int code;

    if (sqlite3_prepare_v2(s->db,
                           "SELECT b.url, b.outcome IS NOT NULL, iif(b.outcome = 1, coalesce(b.title, ''), NULL)"
                           " FROM host_probe b JOIN host h ON h.id = b.host_id"
                           " WHERE substr(b.url, 1, length(h.origin) + 1) = h.origin || '/'",
                           -1, &rows, NULL) != SQLITE_OK)
        return store_sqlite_failed(s, "read", err);
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        struct store_probe probe = {
            .url = column_slice(rows, 0),
            .answered = sqlite3_column_int(rows, 1) != 0,
            .title = column_slice(rows, 2),
        };

        if (sqlite3_errcode(s->db) == SQLITE_NOMEM) { /* a text may be NULL for that alone */
            code = SQLITE_NOMEM;
            break;
        }
        tell(arg, &probe);
    }
    if (code != SQLITE_DONE)
        store_sqlite_failed(s, "read", err);
    sqlite3_finalize(rows);
    return code == SQLITE_DONE;
}

/* --- Marking -------------------------------------------------------------------------- */

struct answer { /* of a host, to compare its pages with */
    int64_t host_id;
    struct soft404_print print;
    char *url, *title; /* owned; what the print points to */
};

struct answers { /* by host */
    struct answer *items;
    size_t count;
};

static struct soft404_print print_of(sqlite3_stmt *row)
{
    return (struct soft404_print){.url = column_slice(row, 2),
                                  .title = column_slice(row, 3),
                                  .body_hash = (uint64_t)sqlite3_column_int64(row, 4),
                                  .text_hash = (uint64_t)sqlite3_column_int64(row, 5),
                                  .simhash = (uint64_t)sqlite3_column_int64(row, 6),
                                  .bytes = sqlite3_column_int64(row, 7)};
}

static bool read_answers(struct sqlite_store *s, struct answers *all)
{
    sqlite3_stmt *rows = NULL;
    int code = SQLITE_ERROR;

    if (sqlite3_prepare_v2(s->db,
                           "SELECT 0, host_id, url, coalesce(title, ''), body_hash, text_hash, text_simhash, bytes"
                           " FROM host_probe WHERE outcome = 1 ORDER BY host_id",
                           -1, &rows, NULL) == SQLITE_OK)
        while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
            struct answer *a;

            if ((all->count & (all->count - 1)) == 0)
                all->items = mem_resize(all->items, (all->count == 0 ? 1 : 2 * all->count) * sizeof *all->items);
            a = &all->items[all->count++];
            *a = (struct answer){.host_id = sqlite3_column_int64(rows, 1), .print = print_of(rows)};
            if (sqlite3_errcode(s->db) == SQLITE_NOMEM) {
                code = SQLITE_NOMEM;
                break;
            }
            a->url = mem_copy(a->print.url.data, a->print.url.size);
            a->title = mem_copy(a->print.title.data, a->print.title.size);
            a->print.url.data = a->url;
            a->print.title.data = a->title;
        }
    sqlite3_finalize(rows);
    return code == SQLITE_DONE;
}

static void free_answers(struct answers *all)
{
    for (size_t i = 0; i < all->count; i++) {
        free(all->items[i].url);
        free(all->items[i].title);
    }
    free(all->items);
}

static int by_host(const void *a, const void *b)
{
    const struct answer *one = a, *other = b;

    return (one->host_id > other->host_id) - (one->host_id < other->host_id);
}

static bool mark(struct sqlite_store *s, int64_t id)
{
    struct binder b = store_binder(s, SET_SOFT_404);

    if (b.statement == NULL)
        return false;
    store_bind(&b, id);
    return store_sqlite_step(b.statement);
}

/* The first page of a host is no error, though it may be what is shown instead of one. */
static bool is_home(struct slice url)
{
    const char *path = url.size < 9 ? NULL : memchr(url.data + 8, '/', url.size - 8);

    return path != NULL && path + 1 == url.data + url.size;
}

static bool mark_all(struct sqlite_store *s, const struct answers *all)
{
    sqlite3_stmt *rows = NULL;
    bool good = true;
    int code = SQLITE_ERROR;

    /* wrong_type and redirects have other outcomes; 2 and 3 are the kinds that are no documents. */
    if (sqlite3_prepare_v2(s->db,
                           "SELECT p.id, u.host_id, u.url, coalesce(p.title, ''), p.body_hash, p.text_hash,"
                           " p.text_simhash, p.bytes FROM page p CROSS JOIN url u ON u.id = p.id"
                           " WHERE p.kind = 0 AND p.outcome = 1 AND p.soft_404 IS NULL",
                           -1, &rows, NULL) == SQLITE_OK)
        while (good && (code = sqlite3_step(rows)) == SQLITE_ROW) {
            struct answer wanted = {.host_id = sqlite3_column_int64(rows, 1)};
            const struct answer *a = bsearch(&wanted, all->items, all->count, sizeof wanted, by_host);
            struct soft404_print print;

            if (a == NULL)
                continue;
            print = print_of(rows);
            good = sqlite3_errcode(s->db) != SQLITE_NOMEM;
            if (good && !is_home(print.url) && soft404_is_like(&print, &a->print))
                good = mark(s, sqlite3_column_int64(rows, 0));
        }
    sqlite3_finalize(rows);
    return good && code == SQLITE_DONE;
}

bool store_sqlite_mark_soft404(struct store *store, int64_t *count, struct err *err)
{
    struct sqlite_store *s = (struct sqlite_store *)store;
    struct answers all = {.items = NULL};
    bool good = read_answers(s, &all);

    *count = 0;
    if (good && all.count > 0)
        good = store_sqlite_begin(s) && mark_all(s, &all) && store_sqlite_commit(s) &&
               store_sqlite_number(s, "SELECT count(*) FROM page WHERE soft_404 = 1", count);
    if (!good) {
        store_sqlite_failed(s, "write", err);
        store_sqlite_rollback(s);
    }
    free_answers(&all);
    return good;
}
