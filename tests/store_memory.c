#include "store_memory.h"

#include "mem.h"

#include <stdlib.h>
#include <string.h>

struct memory_url {
    char *url; /* NULL: no such row */
    uint64_t text_hash, key_hash;
    int64_t host_id, found_on, redirect_to;
    uint16_t depth;
    bool external;
    uint8_t via, skip;
    bool is_seed, is_html;
    enum page_outcome outcome; /* PAGE_PENDING: no page */
    enum page_kind kind;       /* of the page, as are the next two */
    int status;
    char *title; /* NULL: none */
};

struct memory_rows {
    struct memory_url *urls; /* by id */
    size_t url_count;
    struct host_state **hosts; /* by id; NULL: no such row */
    size_t host_count;
    int fail_after;
};

struct memory_store {
    struct store base;
    struct memory_rows *rows;
    struct waiting_url *claimed;
};

struct memory_rows *memory_rows_new(void)
{
    struct memory_rows *rows = mem_new(sizeof *rows);

    rows->fail_after = -1;
    return rows;
}

void memory_rows_free(struct memory_rows *rows)
{
    for (size_t i = 0; i < rows->url_count; i++) {
        free(rows->urls[i].url);
        free(rows->urls[i].title);
    }
    for (size_t i = 0; i < rows->host_count; i++)
        host_state_free(rows->hosts[i]);
    free(rows->urls);
    free(rows->hosts);
    free(rows);
}

void memory_rows_fail_after(struct memory_rows *rows, int calls)
{
    rows->fail_after = calls;
}

enum page_outcome memory_rows_outcome(const struct memory_rows *rows, const char *url)
{
    for (size_t i = 0; i < rows->url_count; i++)
        if (rows->urls[i].url != NULL && strcmp(rows->urls[i].url, url) == 0)
            return rows->urls[i].outcome;
    return PAGE_PENDING;
}

static struct memory_url *url_row(struct memory_rows *rows, int64_t id)
{
    while (rows->url_count <= (size_t)id) {
        rows->urls = mem_resize(rows->urls, (rows->url_count + 1) * sizeof *rows->urls);
        rows->urls[rows->url_count++] = (struct memory_url){0};
    }
    return &rows->urls[id];
}

static struct host_state **host_row(struct memory_rows *rows, int64_t id)
{
    while (rows->host_count <= (size_t)id) {
        rows->hosts = mem_resize(rows->hosts, (rows->host_count + 1) * sizeof(struct host_state *));
        rows->hosts[rows->host_count++] = NULL;
    }
    return &rows->hosts[id];
}

static bool waits(const struct memory_url *row)
{
    return row->url != NULL && row->outcome == PAGE_PENDING && row->skip == SKIP_NONE && row->host_id != 0;
}

static struct host_state *copy_host(const struct host_state *state, bool with_robots)
{
    struct host_state *copy = mem_alloc(sizeof *copy);

    *copy = *state;
    copy->origin = mem_string(state->origin);
    copy->robots_body = NULL;
    if (with_robots && state->robots_body != NULL)
        copy->robots_body = mem_copy(state->robots_body, state->robots_size);
    return copy;
}

static uint64_t hash_seed(struct store *s)
{
    (void)s;
    return 42;
}

static bool tell_hosts(struct store *s, store_tell_host *tell, void *arg, struct err *err)
{
    struct memory_rows *rows = ((struct memory_store *)s)->rows;

    (void)err;
    for (size_t i = 0; i < rows->host_count; i++)
        if (rows->hosts[i] != NULL)
            tell(arg, rows->hosts[i]);
    return true;
}

static bool tell_known(struct store *s, store_tell_known *tell, void *arg, struct err *err)
{
    struct memory_rows *rows = ((struct memory_store *)s)->rows;

    (void)err;
    for (size_t i = 0; i < rows->url_count; i++) {
        const struct memory_url *row = &rows->urls[i];

        if (row->url != NULL)
            tell(arg, (int64_t)i, slice_of(row->url), row->text_hash, row->key_hash, row->host_id,
                 row->outcome != PAGE_PENDING ? row->external ? KNOWN_CHECKED : KNOWN_DONE
                 : waits(row)                 ? row->external ? KNOWN_TO_CHECK : KNOWN_WAITING
                                              : KNOWN_SKIPPED);
    }
    return true;
}

static bool tell_seeds(struct store *s, store_tell_seed *tell, void *arg, struct err *err)
{
    struct memory_rows *rows = ((struct memory_store *)s)->rows;

    (void)err;
    for (size_t i = 0; i < rows->url_count; i++)
        if (rows->urls[i].is_seed)
            tell(arg, slice_of(rows->urls[i].url));
    return true;
}

/* Probes are for the SQLite store's own tests. */
static bool tell_no_probes(struct store *s, store_tell_probe *tell, void *arg, struct err *err)
{
    (void)s, (void)tell, (void)arg, (void)err;
    return true;
}

static bool mark_none(struct store *s, int64_t *count, struct err *err)
{
    (void)s, (void)err;
    *count = 0;
    return true;
}

static bool tell_traps(struct store *s, store_tell_trap *tell, void *arg, struct err *err)
{
    (void)s, (void)tell, (void)arg, (void)err;
    return true;
}

static void read_way(struct memory_rows *rows, struct waiting_url *waiting)
{
    int64_t to = waiting->id;
    int64_t from = waiting->found_on;

    while (from != 0 && rows->urls[from].redirect_to == to && waiting->redirects < PAGE_REDIRECTS_MAX) {
        memmove(waiting->chain + 1, waiting->chain, waiting->redirects * sizeof *waiting->chain);
        waiting->chain[0] = from;
        waiting->redirects++;
        to = from;
        from = rows->urls[from].found_on;
    }
}

static long claim(struct store *s, int64_t host_id, int64_t after, size_t max, const struct waiting_url **answer,
                  struct err *err)
{
    struct memory_store *m = (struct memory_store *)s;
    size_t count = 0;

    (void)err;
    m->claimed = mem_resize(m->claimed, (max + 1) * sizeof *m->claimed);
    for (size_t i = (size_t)after + 1; i < m->rows->url_count && count < max; i++) {
        const struct memory_url *row = &m->rows->urls[i];

        if (!waits(row) || row->host_id != host_id)
            continue;
        m->claimed[count] = (struct waiting_url){.id = (int64_t)i,
                                                 .found_on = row->found_on,
                                                 .url = slice_of(row->url),
                                                 .depth = row->depth,
                                                 .via = row->via,
                                                 .external = row->external};
        read_way(m->rows, &m->claimed[count++]);
    }
    *answer = m->claimed;
    return (long)count;
}

static bool give_host(struct store *s, int64_t host_id, struct host_state **state, struct err *err)
{
    struct memory_rows *rows = ((struct memory_store *)s)->rows;

    (void)err;
    *state = NULL;
    if ((size_t)host_id < rows->host_count && rows->hosts[host_id] != NULL)
        *state = copy_host(rows->hosts[host_id], true);
    return true;
}

static void set_host(struct memory_rows *rows, const struct host_state *state)
{
    struct host_state **row = host_row(rows, state->id);
    struct host_state *before = *row;

    *row = copy_host(state, true);
    if (before != NULL && state->robots_body == NULL && before->robots_body != NULL) {
        (*row)->robots_body = mem_copy(before->robots_body, before->robots_size);
        (*row)->robots_size = before->robots_size;
    }
    host_state_free(before);
}

static void add_link(struct memory_rows *rows, const struct page *page, const struct page_link *link)
{
    const char *text = page->pool.data + link->url_at;

    if (link->host_is_new && *host_row(rows, link->host_id) == NULL) {
        *host_row(rows, link->host_id) = mem_new(sizeof(struct host_state));
        rows->hosts[link->host_id]->id = link->host_id;
        rows->hosts[link->host_id]->origin = mem_copy(text, link->host_size);
    }
    if (link->id == 0)
        return;
    if ((link->is_new && url_row(rows, link->id)->url == NULL) || link->is_upgrade) {
        struct memory_url *row = url_row(rows, link->id);

        free(row->url);
        *row = (struct memory_url){.url = mem_copy(text, link->url_size),
                                   .text_hash = link->text_hash,
                                   .key_hash = link->key_hash,
                                   .host_id = link->host_id,
                                   .found_on = page->id,
                                   .depth = link->depth,
                                   .via = link->kind,
                                   .skip = link->skip,
                                   .external = link->external,
                                   .is_seed = row->is_seed};
    }
    if (link->kind == LINK_SEED)
        url_row(rows, link->id)->is_seed = true;
}

static void set_page(struct memory_url *row, const struct page *page)
{
    row->outcome = page->outcome;
    row->kind = page->kind;
    row->status = page->status;
    row->is_html = page->mime.kind == MIME_HTML || page->mime.kind == MIME_XHTML;
    row->title = page->title.size == 0 ? NULL : mem_copy(page->title.data, page->title.size);
    row->redirect_to = page->redirect_link < 0 ? 0 : page->links[page->redirect_link].id;
}

static bool write_pages(struct store *s, struct page *const *pages, size_t count, struct err *err)
{
    struct memory_rows *rows = ((struct memory_store *)s)->rows;

    if (rows->fail_after == 0)
        return err_set(err, "cannot write to memory: it was told to fail");
    if (rows->fail_after > 0)
        rows->fail_after--;
    for (size_t i = 0; i < count; i++) {
        const struct page *page = pages[i];

        if (page->host_state != NULL)
            set_host(rows, page->host_state);
        for (uint32_t k = 0; k < page->link_count; k++)
            add_link(rows, page, &page->links[k]);
        if (page->id == 0 || page->kind == PAGE_TRY || url_row(rows, page->id)->outcome != PAGE_PENDING)
            continue;
        if (page->skip != SKIP_NONE) {
            rows->urls[page->id].skip = (uint8_t)page->skip;
        } else {
            set_page(&rows->urls[page->id], page);
        }
    }
    return true;
}

static bool write_hosts(struct store *s, const struct host_state *states, size_t count, struct err *err)
{
    (void)err;
    for (size_t i = 0; i < count; i++)
        set_host(((struct memory_store *)s)->rows, &states[i]);
    return true;
}

static bool count_totals(struct store *s, struct store_totals *totals, struct err *err)
{
    struct memory_rows *rows = ((struct memory_store *)s)->rows;

    (void)err;
    *totals = (struct store_totals){0};
    for (size_t i = 0; i < rows->url_count; i++) {
        const struct memory_url *row = &rows->urls[i];

        totals->known += row->url != NULL;
        totals->recorded += row->outcome != PAGE_PENDING;
        totals->waiting += waits(row);
    }
    totals->skipped = totals->known - totals->recorded - totals->waiting;
    return true;
}

static bool is_good(const struct memory_url *row)
{
    return row->outcome == PAGE_OK && row->kind == PAGE_DOCUMENT;
}

/* How many good pages have this title; the last of them into *last, the first into *first. */
static int64_t pages_titled(const struct memory_rows *rows, const char *title, size_t *first, size_t *last)
{
    int64_t pages = 0;

    for (size_t i = 0; i < rows->url_count; i++)
        if (is_good(&rows->urls[i]) && rows->urls[i].title != NULL && strcmp(rows->urls[i].title, title) == 0) {
            if (pages++ == 0)
                *first = i;
            *last = i;
        }
    return pages;
}

static bool count_titles(struct store *s, struct store_titles *titles, struct err *err)
{
    struct memory_rows *rows = ((struct memory_store *)s)->rows;

    (void)err;
    *titles = (struct store_titles){0};
    for (size_t i = 0; i < rows->url_count; i++) {
        const struct memory_url *row = &rows->urls[i];
        size_t first = 0, last = 0;
        int64_t pages = is_good(row) && row->title != NULL ? pages_titled(rows, row->title, &first, &last) : 0;

        titles->titles += pages > 0;
        titles->duplicated_pages += pages > 1;
        titles->duplicated += pages > 1 && first == i;
        titles->missing += is_good(row) && row->title == NULL && row->is_html;
    }
    return true;
}

static bool is_found(const struct memory_url *row, enum store_finding_kind kind)
{
    bool is_bad = row->outcome != PAGE_PENDING && row->outcome != PAGE_OK && row->outcome != PAGE_REDIRECT &&
                  row->outcome != PAGE_WRONG_TYPE;

    switch (kind) {
    case FINDING_BROKEN:
        return row->kind == PAGE_DOCUMENT && is_bad;
    case FINDING_SERVER_ERROR:
        return row->kind == PAGE_DOCUMENT && row->status >= 500 && row->status < 600;
    case FINDING_EXTERNAL:
        return row->kind == PAGE_EXTERNAL && is_bad;
    case FINDING_SEED:
        if (!row->is_seed)
            return false;
        if (row->outcome == PAGE_PENDING)
            return row->skip != SKIP_NONE && row->skip != SKIP_DUPLICATE;
        return row->status < 200 || row->status > 399;
    default:
        return false;
    }
}

static int64_t find(struct store *s, enum store_finding_kind kind, size_t max, store_tell_finding *tell, void *arg,
                    struct err *err)
{
    struct memory_rows *rows = ((struct memory_store *)s)->rows;
    int64_t count = 0;

    (void)err;
    for (size_t i = 0; i < rows->url_count; i++) {
        const struct memory_url *row = &rows->urls[i];
        struct store_finding finding = {.url = slice_of(row->url), .status = row->status};
        size_t first = 0, last = 0;

        if (kind == FINDING_TITLE) {
            finding.pages = is_good(row) && row->title != NULL ? pages_titled(rows, row->title, &first, &last) : 0;
            finding.title = slice_of(row->title);
            finding.found_on = slice_of(rows->urls[last].url);
        } else {
            finding.found_on = slice_of(row->found_on == 0 ? NULL : rows->urls[row->found_on].url);
            finding.outcome =
                slice_of(row->outcome == PAGE_PENDING ? page_skip_names[row->skip] : page_outcome_names[row->outcome]);
        }
        if (kind == FINDING_TITLE ? finding.pages > 1 && first == i : is_found(row, kind))
            if (count++ < (int64_t)max)
                tell(arg, &finding);
    }
    return count;
}

static bool close_store(struct store *s, enum store_outcome outcome, const char *stats, struct err *err)
{
    (void)outcome, (void)stats, (void)err;
    free(((struct memory_store *)s)->claimed);
    free(s);
    return true;
}

struct store *store_memory_open(struct memory_rows *rows)
{
    static const struct store_calls calls = {
        .hash_seed = hash_seed,
        .hosts = tell_hosts,
        .known = tell_known,
        .probes = tell_no_probes,
        .mark_soft404 = mark_none,
        .seeds = tell_seeds,
        .traps = tell_traps,
        .claim = claim,
        .host = give_host,
        .write = write_pages,
        .write_hosts = write_hosts,
        .totals = count_totals,
        .titles = count_titles,
        .findings = find,
        .close = close_store,
    };
    struct memory_store *m = mem_new(sizeof *m);

    m->base.calls = &calls;
    m->rows = rows;
    return &m->base;
}
