#include "store_sqlite_parts.h"

#include "mem.h"
#include "url.h"

#include <limits.h>
#include <string.h>

/* The limit of a claim's texts: `max` of frontier_refill is in the thousands, a URL some kilobytes. */
#define TEXTS_LIMIT (256u * 1024 * 1024)

/* The redirects on the way to a URL: it was found on a page that redirects to it, and so on. False on failure. */
static bool read_way(struct sqlite_store *s, struct waiting_url *row)
{
    sqlite3_stmt *find;
    int64_t to = row->id;
    int64_t from = row->found_on;

    if (row->via != LINK_REDIRECT && row->via != LINK_REFRESH && row->via != LINK_SITEMAP_FILE)
        return true;
    find = store_sqlite_statement(s, FIND_WAY);
    if (find == NULL)
        return false;
    while (from != 0 && row->redirects < PAGE_REDIRECTS_MAX) {
        int64_t before;

        sqlite3_bind_int64(find, 1, from);
        sqlite3_bind_int64(find, 2, to);
        if (sqlite3_step(find) != SQLITE_ROW)
            break;
        before = sqlite3_column_int64(find, 0);
        sqlite3_reset(find);
        memmove(row->chain + 1, row->chain, row->redirects * sizeof *row->chain);
        row->chain[0] = from;
        row->redirects++;
        to = from;
        from = before;
    }
    return sqlite3_reset(find) == SQLITE_OK;
}

/* What is asked for is a URL as we write it, and nothing else: no other scheme, no blank or control for a request line.
 */
static bool is_final(struct slice text)
{
    struct url url = URL_INIT;
    bool is = url_parse(&url, text) == URL_WEB && url.text.size == text.size &&
              memcmp(url.text.data, text.data, text.size) == 0;

    url_free(&url);
    return is;
}

/* Made at the first claim, for most crawls never need it: a URL that finds room in the window is not read back. */
static bool make_claimable(struct sqlite_store *s)
{
    if (!s->can_claim)
        s->can_claim =
            store_sqlite_run(s, "CREATE INDEX IF NOT EXISTS url_by_host ON url (host_id) WHERE host_id IS NOT NULL");
    return s->can_claim;
}

long store_sqlite_claim(struct store *store, int64_t host_id, int64_t after, size_t max,
                        const struct waiting_url **rows, struct err *err)
{
    struct sqlite_store *s = (struct sqlite_store *)store;
    sqlite3_stmt *claim = make_claimable(s) ? store_sqlite_statement(s, CLAIM) : NULL;
    size_t count = 0;
    size_t at = 0;
    bool good = claim != NULL;

    *rows = NULL;
    if (good && max > 0) {
        s->claimed = mem_resize(s->claimed, max * sizeof *s->claimed);
        s->texts.limit = TEXTS_LIMIT;
        buf_clear(&s->texts);
        sqlite3_bind_int64(claim, 1, host_id);
        sqlite3_bind_int64(claim, 2, after);
        sqlite3_bind_int64(claim, 3, max > LONG_MAX ? LONG_MAX : (int64_t)max);
        while (count < max && sqlite3_step(claim) == SQLITE_ROW) {
            struct slice url = store_sqlite_text(claim, 1);

            if (store_sqlite_lacks_memory(s)) {
                good = false;
                break;
            }
            s->claimed[count++] = (struct waiting_url){
                .id = sqlite3_column_int64(claim, 0),
                .url.size = url.size,
                .found_on = sqlite3_column_int64(claim, 2),
                .depth = (uint16_t)store_sqlite_within(sqlite3_column_int(claim, 3), 0, UINT16_MAX),
                .via = (uint8_t)store_sqlite_within(sqlite3_column_int(claim, 4), 0, LINK_SEED),
                .external = sqlite3_column_int(claim, 5) != 0,
            };
            buf_add(&s->texts, url.data, url.size);
        }
        good = sqlite3_reset(claim) == SQLITE_OK && good && !s->texts.full;
    }
    /* Only now: the texts moved as they grew. */
    for (size_t i = 0; good && i < count; i++) {
        s->claimed[i].url.data = s->texts.data + at;
        at += s->claimed[i].url.size;
        if (!is_final(s->claimed[i].url)) {
            store_sqlite_damaged(s, "URL", s->claimed[i].id, err);
            return -1;
        }
        good = read_way(s, &s->claimed[i]);
    }
    if (!good) {
        store_sqlite_failed(s, "read", err);
        return -1;
    }
    *rows = s->claimed;
    return (long)count;
}
