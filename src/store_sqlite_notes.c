#include "store_sqlite_parts.h"

/* Rows beside those of pages and links. */

bool store_sqlite_add_trap(struct sqlite_store *s, const struct page *page)
{
    const struct page_trap *trap = page->trap;
    int64_t rule = store_sqlite_name(s, ADD_RULE, slice_of(trap->why));
    struct binder b = store_binder(s, ADD_TRAP);

    if (b.statement == NULL || rule < 0)
        return false;
    store_bind(&b, rule);
    store_bind(&b, trap->kind);
    store_bind_text(&b, slice_of(trap->shape));
    store_bind(&b, trap->pages);
    store_bind(&b, page->id);
    store_bind(&b, s->run_id);
    return store_sqlite_step(b.statement);
}

bool store_sqlite_add_try(struct sqlite_store *s, const struct page *try)
{
    struct binder b = store_binder(s, ADD_TRY);

    if (b.statement == NULL)
        return false;
    store_bind(&b, try->id);
    store_bind(&b, s->run_id);
    store_bind(&b, try->tries);
    store_bind(&b, try->outcome);
    store_bind_unless(&b, try->status, 0);
    store_bind_web(&b, slice_of(try->error));
    store_bind_unless(&b, try->times.first_byte_ms, -1);
    store_bind_unless(&b, try->times.total_ms, -1);
    store_bind(&b, try->fetched_ms);
    return store_sqlite_step(b.statement);
}

bool store_sqlite_add_robots_try(struct sqlite_store *s, const struct page *page)
{
    struct binder b = store_binder(s, ADD_ROBOTS_TRY);

    if (b.statement == NULL)
        return false;
    store_bind(&b, page->robots_host);
    store_bind(&b, s->run_id);
    store_bind_text(&b, (struct slice){page->url, page->url_size});
    store_bind(&b, page->outcome);
    store_bind_unless(&b, page->status, 0);
    store_bind_web(&b, slice_of(page->error));
    store_bind_unless(&b, page->times.total_ms, -1);
    store_bind(&b, page->fetched_ms);
    store_bind_unless(&b, page->again_ms, 0);
    return store_sqlite_step(b.statement);
}
