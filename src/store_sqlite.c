#include "store_sqlite.h"

#include "clock.h"
#include "fresh.h"
#include "html.h"
#include "log.h"
#include "mem.h"
#include "store_sqlite_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The limit of one text made valid: robots.txt is the longest, three bytes for each of its own at worst. */
#define CLEAN_LIMIT (4u * 1024 * 1024)

static const char schema[] =
#include "schema.inc"
    ;

static uint64_t hash_seed(struct store *s)
{
    return ((struct sqlite_store *)s)->hash_seed;
}

static const struct store_calls calls = {
    .hash_seed = hash_seed,
    .hosts = store_sqlite_hosts,
    .known = store_sqlite_known,
    .seeds = store_sqlite_seeds,
    .traps = store_sqlite_traps,
    .probes = store_sqlite_probes,
    .mark_soft404 = store_sqlite_mark_soft404,
    .claim = store_sqlite_claim,
    .host = store_sqlite_host,
    .write = store_sqlite_write,
    .write_hosts = store_sqlite_write_hosts,
    .totals = store_sqlite_totals,
    .titles = store_sqlite_titles,
    .findings = store_sqlite_findings,
    .close = store_sqlite_close,
};

static uint32_t big_endian(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool judge(const char *path, uint32_t application_id, uint32_t version, enum store_failure *why, struct err *err)
{
    if (application_id != STORE_APPLICATION_ID) {
        *why = STORE_FOREIGN;
        return err_set(err, "%s was not made by crawl: name another file with -o", path);
    }
    if (version > STORE_VERSION) {
        *why = STORE_NEWER;
        return err_set(err, "%s was made by a newer crawl (version %u of its tables, this program knows %d)", path,
                       version, STORE_VERSION);
    }
    return true;
}

/* Looks at the head of an existing file without SQLite, which may change even what it opens for reading. The fields are
 * those of "The Database Header", fileformat2.html. Before SQLite has it open: close() drops POSIX locks. */
static bool check_file(const char *path, enum store_failure *why, struct err *err)
{
    unsigned char head[100];
    ssize_t size;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    *why = STORE_FILE;
    if (fd < 0)
        return errno == ENOENT || err_set(err, "cannot open %s: %s", path, strerror(errno));
    size = read(fd, head, sizeof head);
    close(fd);
    if (size < 0)
        return err_set(err, "cannot read %s: %s", path, strerror(errno));
    if (size == 0)
        return true;
    if ((size_t)size < sizeof head || memcmp(head, "SQLite format 3", 16) != 0)
        return judge(path, 0, 0, why, err);
    return judge(path, big_endian(head + 68), big_endian(head + 60), why, err);
}

static bool is_wal(struct sqlite_store *s)
{
    sqlite3_stmt *mode = NULL;
    const char *name = NULL;
    bool wal;

    if (sqlite3_prepare_v2(s->db, "PRAGMA journal_mode = WAL", -1, &mode, NULL) == SQLITE_OK &&
        sqlite3_step(mode) == SQLITE_ROW)
        name = (const char *)sqlite3_column_text(mode, 0);
    wal = name != NULL && strcmp(name, "wal") == 0;
    sqlite3_finalize(mode);
    return wal;
}

/* One transaction, so that a file is ours and whole, or empty. */
static bool make_tables(struct sqlite_store *s, const struct store_options *options, struct err *err)
{
    char sql[300];
    int64_t seed = 1;

    if (!options->deterministic)
        sqlite3_randomness(sizeof seed, &seed);
    snprintf(sql, sizeof sql,
             "PRAGMA application_id = %d; PRAGMA user_version = %d;"
             "INSERT INTO meta (key, value) VALUES ('hash_seed', '%" PRId64 "'), ('indexed', '0')",
             STORE_APPLICATION_ID, STORE_VERSION, seed);
    if (store_sqlite_run(s, "PRAGMA page_size = 8192") && store_sqlite_begin(s) && store_sqlite_run(s, schema) &&
        store_sqlite_guess_sizes(s) && store_sqlite_run(s, sql) && store_sqlite_commit(s))
        return true;
    store_sqlite_failed(s, "make", err);
    store_sqlite_rollback(s);
    return false;
}

static bool add_name(struct sqlite_store *s, const char *table, int id, const char *name)
{
    char sql[200];

    snprintf(sql, sizeof sql, "INSERT INTO %s (id, name) VALUES (%d, '%s') ON CONFLICT (id) DO NOTHING", table, id,
             name);
    return store_sqlite_run(s, sql);
}

/* The names of numbers that this program may write; an older program may have known fewer. */
static bool add_names(struct sqlite_store *s)
{
    static const char *const other_kinds[] = {"redirect", "refresh", "sitemap", "sitemap_file", "seed"};
    bool good = true;

    for (int i = 1; good && i < PAGE_OUTCOME_COUNT; i++)
        good = add_name(s, "outcome", i, page_outcome_names[i]);
    for (int i = 1; good && i < SKIP_REASON_COUNT; i++)
        good = add_name(s, "skip_reason", i, page_skip_names[i]);
    for (int i = 0; good && i < HTML_LINK_KIND_COUNT; i++)
        good = add_name(s, "link_kind", i, html_link_kind_names[i]);
    for (int i = 0; good && LINK_REDIRECT + i <= LINK_SEED; i++)
        good = add_name(s, "link_kind", LINK_REDIRECT + i, other_kinds[i]);
    return good;
}

static void bind_or(struct binder *b, const char *text, const char *otherwise)
{
    store_bind_web(b, slice_of(text == NULL || text[0] == '\0' ? otherwise : text));
}

static bool add_run(struct sqlite_store *s, const struct store_options *options)
{
    sqlite3_stmt *insert = NULL;
    struct binder b = {.store = s, .at = 1};
    bool good;

    /* Whoever did not note its end was killed: we hold the lock. */
    if (!store_sqlite_run(s, "UPDATE run SET outcome = 'interrupted' WHERE outcome = 'running'") ||
        sqlite3_prepare_v2(s->db, "INSERT INTO run (started_ms, pid, args, settings, versions) VALUES (?, ?, ?, ?, ?)",
                           -1, &insert, NULL) != SQLITE_OK)
        return false;
    b.statement = insert;
    store_bind(&b, clock_wall_ms());
    store_bind(&b, getpid());
    bind_or(&b, options->args, "crawl");
    bind_or(&b, options->settings, "{}");
    bind_or(&b, options->versions, "{}");
    good = store_sqlite_step(insert);
    s->run_id = sqlite3_last_insert_rowid(s->db);
    sqlite3_finalize(insert);
    return good;
}

/* By the words of the traps, and of the limit of query variants, which is one of all URLs and not of each: what another
 * fixed limit keeps out, such as that of a URL's length, stays out. */
static bool release_traps(struct sqlite_store *s)
{
    char sql[400];

    snprintf(sql, sizeof sql,
             "UPDATE url SET skip = NULL, rule_id = NULL WHERE skip = %d AND host_id IS NOT NULL AND rule_id IN"
             " (SELECT rule_id FROM trap UNION ALL SELECT id FROM rule WHERE name LIKE '" FRONTIER_WORDS_VARIANTS
             "%%'); DELETE FROM trap",
             SKIP_TRAP);
    return store_sqlite_run(s, sql);
}

/* A host that did not recover, or whose robots.txt could not be had, may be well by now: what was left of it waits
 * again. Of a link that is only checked such an end is an answer. */
static bool retry_hosts(struct sqlite_store *s)
{
    static const char failing[] = "given_up <> 0 OR robots_status < 0 OR robots_status = 429 OR robots_status >= 500";
    int64_t count = 0;
    char sql[900];

    snprintf(sql, sizeof sql, "SELECT count(*) FROM host WHERE %s", failing);
    if (!store_sqlite_number(s, sql, &count))
        return false;
    if (count == 0) /* to look at each URL takes long where there are many */
        return true;
    snprintf(sql, sizeof sql,
             "UPDATE url SET skip = NULL, rule_id = NULL WHERE (skip = %d OR (skip = %d AND rule_id IN"
             " (SELECT id FROM rule WHERE name LIKE '" FRONTIER_WORDS_ROBOTS "%%')))"
             " AND external IS NULL AND host_id IN (SELECT id FROM host WHERE %s);"
             "DELETE FROM page WHERE tries = 0 AND kind <> %d AND id IN"
             " (SELECT u.id FROM url u JOIN host h ON h.id = u.host_id WHERE h.robots_status < 0)",
             SKIP_HOST_GAVE_UP, SKIP_ROBOTS, failing, PAGE_EXTERNAL);
    return store_sqlite_run(s, sql);
}

/* While nothing good was ever fetched, what kept the seeds from it may have passed: then they wait again. What has
 * links had an answer that says something. */
static bool retry_seeds(struct sqlite_store *s)
{
    char sql[500];

    snprintf(
        sql, sizeof sql,
        "DELETE FROM page WHERE id IN (SELECT url_id FROM seed) AND links_out = 0 AND (outcome IN (%d, %d, %d, %d, %d)"
        " OR status IN (408, 429) OR status >= 500) AND NOT EXISTS (SELECT 1 FROM page WHERE outcome = %d)",
        PAGE_TIMEOUT, PAGE_DNS_ERROR, PAGE_CONN_ERROR, PAGE_BAD_TLS, PAGE_TRUNCATED, PAGE_OK);
    return store_sqlite_run(s, sql);
}

/* What the tables say of themselves. With another seed each URL would be new. */
static bool read_meta(struct sqlite_store *s)
{
    int64_t seed = 0, indexed = 0, link_indexes = 0;
    bool good =
        store_sqlite_number(s, "SELECT coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'hash_seed'), 0)",
                            &seed) &&
        store_sqlite_number(s, "SELECT coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'indexed'), 0)",
                            &indexed) &&
        store_sqlite_number(s, "SELECT count(*) FROM sqlite_schema WHERE name = 'link_by_dst'", &link_indexes);

    s->hash_seed = (uint64_t)seed;
    s->indexed = indexed == 1;
    s->has_link_index = link_indexes == 1;
    return good;
}

static bool begin_run(struct sqlite_store *s, const struct store_options *options, struct err *err)
{
    if (store_sqlite_begin(s) && read_meta(s) && add_names(s) && add_run(s, options) &&
        (!options->release_traps || release_traps(s)) && retry_hosts(s) && retry_seeds(s) && store_sqlite_commit(s))
        return true;
    store_sqlite_failed(s, "write", err);
    store_sqlite_rollback(s);
    return false;
}

/* Makes or checks the tables, and begins a run. */
static bool prepare(struct sqlite_store *s, const struct store_options *options, enum store_failure *why,
                    struct err *err)
{
    int64_t tables, application_id, version;

    if (!store_sqlite_number(s, "SELECT count(*) FROM sqlite_schema", &tables))
        return store_sqlite_failed(s, "read", err);
    if (tables == 0 && !make_tables(s, options, err))
        return false;
    if (!store_sqlite_number(s, "PRAGMA application_id", &application_id) ||
        !store_sqlite_number(s, "PRAGMA user_version", &version))
        return store_sqlite_failed(s, "read", err);
    if (!judge(s->path, (uint32_t)application_id, (uint32_t)version, why, err))
        return false;
    if (!store_sqlite_migrate(s, schema, version, err))
        return false;
    /* Rows are appended, so a larger cache is slower, not faster. Not before the size of a page is settled: SQLite 3.40
     * keeps the number of pages that it made of this. */
    if (!store_sqlite_run(s, "PRAGMA cache_size = -2000"))
        return store_sqlite_failed(s, "open", err);
    if (!is_wal(s))
        return store_sqlite_failed(s, "share", err);
    if (!store_sqlite_offer_rows(s))
        return store_sqlite_failed(s, "open", err);
    return begin_run(s, options, err);
}

/* --fresh. The lock is held: no crawl uses it. */
static bool set_aside(struct sqlite_store *s, struct err *err)
{
    struct buf kept = {.limit = 1 << 16};
    bool good = fresh_keep_old(s->path, &kept, err);

    if (good && kept.size > 0) {
        log_note("the old %s is kept as %s", s->path, kept.data);
        s->kept = mem_string(kept.data);
    }
    buf_free(&kept);
    return good;
}

struct store *store_sqlite_open(const char *path, const struct store_options *options, enum store_failure *why,
                                struct err *err)
{
    struct sqlite_store *s;
    bool in_use;

    *why = STORE_FILE;
    if (!options->fresh && !check_file(path, why, err))
        return NULL;
    s = mem_new(sizeof *s);
    s->base.calls = &calls;
    s->keep_links = options->keep_links;
    s->clean.limit = CLEAN_LIMIT;
    s->anchors = mem_array(ANCHOR_CACHE_SIZE, sizeof *s->anchors);
    s->path = mem_string(path);
    s->lock = store_lock_take(path, &in_use, err);
    if (s->lock == NULL)
        *why = in_use ? STORE_IN_USE : STORE_FILE;
    else if ((!options->fresh || set_aside(s, err)) && store_sqlite_connect(s, options->sync_full, err) &&
             prepare(s, options, why, err))
        return &s->base;
    store_sqlite_free(s);
    return NULL;
}
