#include "store_sqlite_parts.h"

#include "text.h"

#include <assert.h>

static bool add_host(struct sqlite_store *s, int64_t id, struct slice origin)
{
    struct binder b = store_binder(s, ADD_HOST);

    if (b.statement == NULL)
        return false;
    store_bind(&b, id);
    store_bind_text(&b, origin);
    return store_sqlite_step(b.statement);
}

static bool add_host_run(struct sqlite_store *s, const struct host_state *state)
{
    struct binder b = store_binder(s, SET_HOST_RUN);

    if (b.statement == NULL)
        return false;
    store_bind(&b, state->id);
    store_bind(&b, s->run_id);
    store_bind(&b, state->requests);
    store_bind(&b, state->bytes);
    store_bind(&b, state->errors);
    store_bind(&b, state->too_many);
    store_bind_unless(&b, state->least_gap_ms, -1);
    store_bind_unless(&b, state->median_gap_ms, -1);
    store_bind(&b, state->most_parallel);
    return store_sqlite_step(b.statement);
}

static bool set_host(struct sqlite_store *s, const struct host_state *state)
{
    struct binder b = store_binder(s, SET_HOST);

    if (b.statement == NULL)
        return false;
    store_bind(&b, state->id);
    store_bind_text(&b, slice_of(state->origin));
    store_bind(&b, state->robots_status);
    store_bind_unless(&b, state->robots_outcome, PAGE_PENDING);
    store_bind_unless(&b, state->robots_ms, 0);
    if (state->robots_body == NULL) {
        store_bind_unless(&b, 0, 0);
    } else {
        buf_clear(&s->clean);
        text_add_utf8(&s->clean, (struct slice){state->robots_body, state->robots_size});
        store_bind_text(&b, buf_slice(&s->clean));
    }
    store_bind_unless(&b, state->crawl_delay_ms, -1);
    store_bind_unless(&b, state->held_until_ms, 0);
    store_bind(&b, state->fails);
    store_bind(&b, state->given_up);
    store_bind_web(&b, slice_of(state->address));
    store_bind_web(&b, slice_of(state->http_version));
    store_bind(&b, state->admitted);
    return store_sqlite_step(b.statement) && (state->requests == 0 || add_host_run(s, state));
}

static bool add_url(struct sqlite_store *s, const struct page *page, const struct page_link *link)
{
    struct slice text = {page->pool.data + link->url_at, link->url_size};
    struct binder b = store_binder(s, ADD_URL);
    /* What is neither fetched nor refused is there as the target of a link: an image, a script. */
    int skip = link->skip == SKIP_NONE && link->host_id == 0 ? SKIP_KIND : link->skip;
    int64_t rule = 0;

    if (link->rule != NULL && link->skip != SKIP_NONE)
        rule = store_sqlite_name(s, ADD_RULE, slice_of(link->rule));
    else if (link->why_size > 0 && link->skip != SKIP_NONE)
        rule = store_sqlite_name(s, ADD_RULE, (struct slice){page->pool.data + link->why_at, link->why_size});
    if (b.statement == NULL || rule < 0)
        return false;
    store_bind(&b, link->id);
    store_bind_text(&b, text);
    store_bind(&b, (int64_t)link->text_hash);
    store_bind_unless(&b, (int64_t)link->key_hash, (int64_t)link->text_hash);
    store_bind_unless(&b, link->host_id, 0);
    store_bind_unless(&b, skip, SKIP_NONE);
    store_bind_unless(&b, rule, 0);
    store_bind_unless(&b, 0, 0);
    store_bind_unless(&b, page->id, 0);
    store_bind(&b, link->depth);
    store_bind(&b, link->kind);
    store_bind_unless(&b, link->same_as, 0);
    store_bind_unless(&b, link->lastmod_ms, -1);
    store_bind_unless(&b, link->external && skip == SKIP_NONE, 0);
    return store_sqlite_step(b.statement);
}

/* What was only checked before is now in scope: it has not been fetched yet. */
static bool uncheck(struct sqlite_store *s, int64_t id)
{
    struct binder b = store_binder(s, UNCHECK);

    if (b.statement == NULL)
        return false;
    store_bind(&b, id);
    return store_sqlite_step(b.statement);
}

/* A URL that was known but skipped, and that this page gives a reason to visit. */
static bool set_waiting(struct sqlite_store *s, const struct page *page, const struct page_link *link)
{
    struct binder b = store_binder(s, SET_WAITING);

    if (b.statement == NULL)
        return false;
    store_bind(&b, link->host_id);
    store_bind_unless(&b, page->id, 0);
    store_bind(&b, link->depth);
    store_bind(&b, link->kind);
    store_bind_unless(&b, link->external, 0);
    store_bind(&b, link->id);
    return store_sqlite_step(b.statement) && (link->external || uncheck(s, link->id));
}

static bool add_seed(struct sqlite_store *s, int64_t url_id)
{
    struct binder b = store_binder(s, ADD_SEED);

    if (b.statement == NULL)
        return false;
    store_bind(&b, url_id);
    store_bind(&b, s->run_id);
    return store_sqlite_step(b.statement);
}

/* New URLs and their hosts. */
static bool add_urls(struct sqlite_store *s, const struct page *page)
{
    for (uint32_t i = 0; i < page->link_count; i++) {
        const struct page_link *link = &page->links[i];

        if (link->host_is_new &&
            !add_host(s, link->host_id, (struct slice){page->pool.data + link->url_at, link->host_size}))
            return false;
        if (link->is_new && !add_url(s, page, link))
            return false;
        if (link->is_upgrade && !set_waiting(s, page, link))
            return false;
        if (link->kind == LINK_SEED && link->id != 0 && !add_seed(s, link->id))
            return false;
    }
    return true;
}

static bool add_links(struct sqlite_store *s, const struct page *page)
{
    for (uint32_t i = 0; i < page->link_count; i++) {
        const struct page_link *link = &page->links[i];
        struct link_row row = {.src = page->id, .dst = link->id, .kind = link->kind, .rel = link->rel};

        if (!link->record || link->id == 0)
            continue;
        if (link->anchor_size > 0) {
            row.anchor_id =
                store_sqlite_anchor(s, (struct slice){page->pool.data + link->anchor_at, link->anchor_size});
            if (row.anchor_id == 0)
                return false;
        }
        store_sqlite_add_row(s, &row);
    }
    return true;
}

static void bind_text_facts(struct binder *b, const struct page *page)
{
    if (page->has_title)
        store_bind_text(b, page->title);
    else
        store_bind_unless(b, 0, 0);
    store_bind_some(b, page->h1);
    store_bind_some(b, page->description);
    store_bind_some(b, page->og_title);
    store_bind_some(b, page->lang);
}

static void bind_answer(struct binder *b, const struct page *page)
{
    const struct page_times *t = &page->times;

    store_bind(b, page->robots);
    store_bind_web(b, slice_of(page->x_robots));
    store_bind_unless(b, page->body_bytes, page->status == 0 ? 0 : -1);
    store_bind_unless(b, page->wire_bytes, page->status == 0 ? 0 : -1);
    store_bind_unless(b, t->dns_ms, -1);
    store_bind_unless(b, t->connect_ms, -1);
    store_bind_unless(b, t->tls_ms, -1);
    store_bind_unless(b, t->first_byte_ms, -1);
    store_bind_unless(b, t->total_ms, -1);
    store_bind(b, page->fetched_ms);
    store_bind(b, page->tries);
    store_bind(b, page->redirects);
    store_bind_web(b, slice_of(page->address));
    store_bind_web(b, slice_of(page->http_version));
    store_bind_unless(b, (int64_t)page->body_hash, 0);
    store_bind_unless(b, (int64_t)page->text_hash, 0);
    store_bind_unless(b, (int64_t)page->text_simhash, 0);
    store_bind_web(b, slice_of(page->etag));
    store_bind_web(b, slice_of(page->last_modified));
}

static int64_t link_target(const struct page *page, int32_t index)
{
    return index < 0 ? 0 : page->links[index].id;
}

/* How many of its links get a row. */
static int64_t count_links(const struct sqlite_store *s, const struct page *page)
{
    int64_t count = 0;

    if (!s->keep_links)
        return 0;
    for (uint32_t i = 0; i < page->link_count; i++)
        count += page->links[i].record && page->links[i].id != 0;
    return count;
}

/* The page's row, then its links; nothing if it has been recorded before. */
static bool add_page(struct sqlite_store *s, const struct page *page)
{
    int64_t mime = store_sqlite_name(s, ADD_MIME, slice_of(page->mime.type));
    int64_t links_out = count_links(s, page);
    struct binder b = store_binder(s, ADD_PAGE);

    if (b.statement == NULL || mime < 0)
        return false;
    store_bind(&b, page->id);
    store_bind(&b, s->run_id);
    store_bind(&b, page->kind);
    store_bind(&b, page->outcome);
    store_bind_unless(&b, page->status, 0);
    store_bind_web(&b, slice_of(page->error));
    bind_text_facts(&b, page);
    store_bind_unless(&b, mime, 0);
    store_bind_some(&b, slice_of(page->charset == NULL ? NULL : charset_name(page->charset)));
    store_bind_some(&b, slice_of(page->charset == NULL ? NULL : charset_source_name(page->charset_source)));
    store_bind_unless(&b, link_target(page, page->redirect_link), 0);
    store_bind_unless(&b, link_target(page, page->canonical_link), 0);
    store_bind_web(&b, slice_of(page->location));
    bind_answer(&b, page);
    store_bind_unless(&b, links_out == 0 ? 0 : s->next_link, 0);
    if (page->kind == PAGE_SITEMAP && page->outcome == PAGE_OK)
        store_bind(&b, page->link_count); /* its entries, which are no rows of `link` */
    else
        store_bind(&b, links_out);
    store_bind(&b, page->links_left_out);
    store_bind_some(&b, slice_of(page->sitemap));
    if (!store_sqlite_step(b.statement))
        return false;
    if (sqlite3_changes(s->db) == 0)
        return true;
    s->next_link += links_out;
    return links_out == 0 || add_links(s, page);
}

static bool set_skip(struct sqlite_store *s, const struct page *page)
{
    int64_t rule = store_sqlite_name(s, ADD_RULE, slice_of(page->error));
    struct binder b = store_binder(s, SET_SKIP);

    if (b.statement == NULL || rule < 0)
        return false;
    store_bind(&b, page->skip);
    store_bind_unless(&b, rule, 0);
    store_bind_unless(&b, page->skip_line, 0);
    store_bind(&b, page->id);
    return store_sqlite_step(b.statement);
}

static bool write_page(struct sqlite_store *s, const struct page *page)
{
    if (page->host_state != NULL && !set_host(s, page->host_state))
        return false;
    if (!add_urls(s, page))
        return false;
    if (page->robots_host != 0 && !store_sqlite_add_robots_try(s, page))
        return false;
    if (page->kind == PAGE_PROBE)
        return store_sqlite_set_probe(s, page);
    if (page->id == 0)
        return true;
    if (page->kind == PAGE_TRY)
        return store_sqlite_add_try(s, page);
    if (page->skip != SKIP_NONE)
        return set_skip(s, page);
    if (page->outcome == PAGE_PENDING)
        return true;
    if (page->probe != NULL && !store_sqlite_add_probe(s, page))
        return false;
    if (page->trap != NULL && !store_sqlite_add_trap(s, page))
        return false;
    return add_page(s, page);
}

/* The rows collected by add_links(), by one statement. */
static bool write_rows(struct sqlite_store *s)
{
    sqlite3_stmt *statement;

    if (s->row_count == 0)
        return true;
    if (!store_sqlite_keep_index(s))
        return false;
    statement = store_sqlite_statement(s, ADD_LINKS);
    if (statement == NULL || !store_sqlite_step(statement))
        return false;
    assert(sqlite3_last_insert_rowid(s->db) == s->next_link - 1);
    s->row_count = 0;
    return true;
}

/* The ids that rows of `link` will get are known before, for page.first_link. */
static bool find_next_link(struct sqlite_store *s)
{
    sqlite3_stmt *find = store_sqlite_statement(s, FIND_NEXT_LINK);

    if (find == NULL)
        return false;
    if (sqlite3_step(find) == SQLITE_ROW)
        s->next_link = sqlite3_column_int64(find, 0);
    return sqlite3_reset(find) == SQLITE_OK;
}

static bool write_all(struct sqlite_store *s, struct page *const *pages, size_t count)
{
    if (!store_sqlite_begin(s) || !find_next_link(s) || !store_sqlite_forget_indexes(s))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!write_page(s, pages[i]))
            return false;
    return write_rows(s) && store_sqlite_commit(s);
}

static bool changes_nothing(const struct page *page)
{
    return page->id == 0 && page->kind != PAGE_PROBE && page->link_count == 0 && page->host_state == NULL &&
           page->robots_host == 0;
}

bool store_sqlite_write(struct store *store, struct page *const *pages, size_t count, struct err *err)
{
    struct sqlite_store *s = (struct sqlite_store *)store;
    size_t first = 0;

    while (first < count && changes_nothing(pages[first]))
        first++;
    if (first == count)
        return true;
    if (write_all(s, pages + first, count - first)) {
        s->indexed = false;
        return true;
    }
    store_sqlite_failed(s, "write", err);
    store_sqlite_rollback(s);
    return false;
}

bool store_sqlite_write_hosts(struct store *store, const struct host_state *states, size_t count, struct err *err)
{
    struct sqlite_store *s = (struct sqlite_store *)store;
    bool good = store_sqlite_begin(s);

    for (size_t i = 0; good && i < count; i++)
        good = set_host(s, &states[i]);
    if (good && store_sqlite_commit(s))
        return true;
    store_sqlite_failed(s, "write", err);
    store_sqlite_rollback(s);
    return false;
}
