#include "report_data.h"

#include "mem.h"
#include "page.h"
#include "report_markup.h"

#include <stdlib.h>
#include <string.h>

/* --- Steps ------------------------------------------------------------------------ */

size_t report_time_step(int64_t ms)
{
    size_t step = 0;

    while (step + 1 < REPORT_STEPS && report_step_ms(step + 1) <= ms)
        step++;
    return step;
}

int64_t report_step_ms(size_t step)
{
    static const int64_t first[] = {0, 1, 2, 3, 5, 7}, later[] = {10, 15, 20, 30, 50, 70};
    int64_t begin;

    if (step < 6)
        return first[step];
    begin = later[step % 6];
    for (size_t power = 1; power < step / 6; power++)
        begin *= 10;
    return begin;
}

size_t report_size_step(int64_t bytes)
{
    size_t step = 0;

    while (step + 1 < REPORT_STEPS && report_step_bytes(step + 1) <= bytes)
        step++;
    return step;
}

int64_t report_step_bytes(size_t step)
{
    return step == 0 ? 0 : (int64_t)1000 << (step - 1);
}

int64_t report_percentile(const struct report_data *data, double percent)
{
    int64_t wanted = (int64_t)((double)data->timed * percent / 100 + 0.999999), passed = 0;

    for (int64_t ms = 0; ms <= REPORT_MS_MOST; ms++) {
        passed += data->times[ms];
        if (passed > 0 && passed >= wanted)
            return ms;
    }
    return -1;
}

int64_t report_host_percentile(const struct report_host *host, double percent)
{
    int64_t all = 0, passed = 0;

    for (size_t i = 0; i < REPORT_STEPS; i++)
        all += host->times[i];
    for (size_t i = 0; i < REPORT_STEPS; i++) {
        passed += host->times[i];
        if (passed > 0 && (double)passed >= (double)all * percent / 100)
            return report_step_ms(i);
    }
    return -1;
}

/* --- Hosts -------------------------------------------------------------------------- */

static int compare_ids(const void *a, const void *b)
{
    const struct report_host *x = a, *y = b;

    return (x->id > y->id) - (x->id < y->id);
}

static int compare_pages(const void *a, const void *b)
{
    const struct report_host *x = a, *y = b;

    return x->pages != y->pages ? (x->pages < y->pages) - (x->pages > y->pages) : compare_ids(a, b);
}

static bool read_hosts(struct report_data *data, struct reader *reader, struct err *err)
{
    sqlite3_stmt *row = reader_statement(reader, "SELECT id FROM host ORDER BY id LIMIT 20000", err);
    int got = SQLITE_ERROR;

    data->hosts = mem_array(REPORT_HOSTS_MOST, sizeof *data->hosts);
    while (row != NULL && (got = reader_step(reader, row, err)) == SQLITE_ROW && data->host_count < REPORT_HOSTS_MOST)
        data->hosts[data->host_count++].id = reader_column(row, 0, 0);
    sqlite3_finalize(row);
    return got != SQLITE_ERROR;
}

/* --- Runs ------------------------------------------------------------------------------ */

/* When each run recorded pages; they follow each other in the timeline as if nothing had been between them. */
static bool read_runs(struct report_data *data, struct reader *reader, struct err *err)
{
    sqlite3_stmt *row = reader_statement(
        reader,
        "SELECT f.*, (SELECT " READER_RUN_MS
        " FROM run r WHERE r.id = f.run_id) FROM (SELECT run_id, min(fetched_ms), max(fetched_ms) FROM page"
        " WHERE kind = 0 GROUP BY run_id ORDER BY run_id DESC LIMIT 64) f ORDER BY 1",
        err);
    int got = SQLITE_ERROR;
    int64_t took_ms;

    while (row != NULL && (got = reader_step(reader, row, err)) == SQLITE_ROW && data->run_count < REPORT_RUNS) {
        struct report_run *run = &data->runs[data->run_count++];

        run->id = reader_column(row, 0, 0);
        run->begin_ms = reader_column(row, 1, 0);
        run->end_ms = reader_column(row, 2, 0);
        run->offset_ms = data->span_ms;
        if (run->end_ms - run->begin_ms < INT64_MAX / (2 * REPORT_RUNS)) /* times may be any number in a broken file */
            data->span_ms += run->end_ms - run->begin_ms + 1;
        /* One that goes on, or was killed, has not said how long it took. */
        took_ms = reader_column(row, 3, -1);
        data->took_ms +=
            took_ms > 0 && took_ms < INT64_MAX / (2 * REPORT_RUNS) ? took_ms : data->span_ms - run->offset_ms;
    }
    if (data->span_ms < REPORT_MOMENTS) /* a column of the timeline is a millisecond at least */
        data->span_ms = REPORT_MOMENTS;
    sqlite3_finalize(row);
    return got != SQLITE_ERROR;
}

/* What the runs noted of themselves; anything may stand there. */
static bool read_held(struct report_data *data, struct reader *reader, struct err *err)
{
    sqlite3_stmt *row = reader_statement(reader,
                                         "SELECT h.key, h.value FROM run r, json_each(r.stats, '$.held_back_ms') h"
                                         " WHERE json_valid(r.stats) AND h.type = 'integer' AND h.value > 0"
                                         " AND h.value < 1000000000000",
                                         err);
    int got = SQLITE_ERROR;

    while (row != NULL && (got = reader_step(reader, row, err)) == SQLITE_ROW)
        for (int i = 1; i < HELD_COUNT; i++)
            if (slice_is(reader_text(row, 0), held_names[i]))
                data->held_ms[i] += reader_column(row, 1, 0);
    sqlite3_finalize(row);
    return got != SQLITE_ERROR;
}

static void count_moment(struct report_data *data, int64_t run_id, int64_t fetched_ms, bool is_error)
{
    for (size_t i = data->run_count; i-- > 0;) {
        const struct report_run *run = &data->runs[i];

        if (run->id == run_id && fetched_ms >= run->begin_ms && fetched_ms <= run->end_ms) {
            double share = (double)(run->offset_ms + (fetched_ms - run->begin_ms)) / (double)data->span_ms;
            int moment = (int)(share * REPORT_MOMENTS);

            data->moments[moment >= REPORT_MOMENTS ? REPORT_MOMENTS - 1 : moment][is_error]++;
            return;
        }
    }
}

/* --- Pages ------------------------------------------------------------------------------- */

static enum report_class class_of(int64_t outcome, int64_t status)
{
    switch (outcome) {
    case PAGE_OK:
        return REPORT_OK;
    case PAGE_REDIRECT:
        return REPORT_REDIRECT;
    case PAGE_WRONG_TYPE:
        return REPORT_OTHER_TYPE;
    case PAGE_HTTP_ERROR:
        return status >= 400 && status < 500 ? REPORT_CLIENT_ERROR : REPORT_SERVER_ERROR;
    default:
        return REPORT_FAILED;
    }
}

static void count_host(struct report_data *data, int64_t id, enum report_class class, int64_t ms, int64_t bytes)
{
    struct report_host key = {.id = id};
    struct report_host *host = bsearch(&key, data->hosts, data->host_count, sizeof key, compare_ids);

    if (host == NULL)
        return;
    host->pages++;
    host->ok += class == REPORT_OK;
    host->broken += class >= REPORT_CLIENT_ERROR;
    host->bytes += bytes;
    if (ms >= 0)
        host->times[report_time_step(ms)]++;
}

static void count_title(struct report_data *data, int64_t characters)
{
    if (characters <= 0)
        data->untitled++;
    else
        data->titled++;
    if (characters > 0)
        data->title_steps[characters / 5 < REPORT_TITLE_STEPS ? characters / 5 : REPORT_TITLE_STEPS - 1]++;
}

enum { URL, DEPTH, HOST, OUTCOME, STATUS, TOTAL_MS, BYTES, WIRE_BYTES, TYPE, FETCHED_MS, RUN, TITLE, IS_HTML };

static const char all_pages[] =
    "SELECT u.url, u.depth, u.host_id, p.outcome, p.status, p.total_ms, p.bytes, p.wire_bytes, p.mime_id, p.fetched_ms,"
    " p.run_id, length(p.title), p.mime_id IN (SELECT id FROM mime WHERE name IN ('text/html', "
    "'application/xhtml+xml'))"
    " FROM page p CROSS JOIN url u ON u.id = p.id WHERE p.kind = 0";

/* Numbers of a broken or crafted file may not overflow their sums. */
static int64_t bytes_column(sqlite3_stmt *row, int column)
{
    int64_t bytes = reader_column(row, column, -1), most = (int64_t)1 << 36;

    return bytes > most ? most : bytes;
}

static void count_page(struct report_data *data, sqlite3_stmt *row)
{
    enum report_class class = class_of(reader_column(row, OUTCOME, 0), reader_column(row, STATUS, 0));
    int64_t depth = reader_column(row, DEPTH, 0), ms = reader_column(row, TOTAL_MS, -1);
    int64_t bytes = bytes_column(row, BYTES), wire_bytes = bytes_column(row, WIRE_BYTES),
            type = reader_column(row, TYPE, 0);

    data->pages++;
    data->classes[class]++;
    data->deepest = depth > data->deepest ? depth : data->deepest;
    data->depths[depth < 0 ? 0 : depth >= REPORT_DEPTHS ? REPORT_DEPTHS - 1 : depth][class]++;
    if (ms >= 0) {
        data->timed++;
        data->times[ms > REPORT_MS_MOST ? REPORT_MS_MOST : ms]++;
        data->time_steps[report_time_step(ms)]++;
    }
    if (bytes >= 0 && (class == REPORT_OK || class == REPORT_OTHER_TYPE)) {
        data->sized++;
        data->size_steps[report_size_step(bytes)]++;
    }
    data->bytes += bytes > 0 ? bytes : 0;
    data->wire_bytes += wire_bytes > 0 ? wire_bytes : 0;
    if (type >= 0 && type < REPORT_TYPES && class < REPORT_REDIRECT) {
        data->types[type].pages++;
        data->types[type].bytes += bytes > 0 ? bytes : 0;
    }
    if (class == REPORT_OK && reader_column(row, IS_HTML, 0) == 1)
        count_title(data, reader_column(row, TITLE, 0));
    count_moment(data, reader_column(row, RUN, 0), reader_column(row, FETCHED_MS, 0), class >= REPORT_CLIENT_ERROR);
    count_host(data, reader_column(row, HOST, 0), class, ms, bytes > 0 ? bytes : 0);
    report_tree_add(data->tree, reader_text(row, URL), class >= REPORT_CLIENT_ERROR, ms > REPORT_SLOW_MS);
}

static bool read_pages(struct report_data *data, struct reader *reader, struct err *err)
{
    sqlite3_stmt *row = reader_statement(reader, all_pages, err);
    int got = SQLITE_ERROR;

    while (row != NULL && (got = reader_step(reader, row, err)) == SQLITE_ROW)
        count_page(data, row);
    sqlite3_finalize(row);
    return got != SQLITE_ERROR;
}

/* --- All of it -------------------------------------------------------------------------------- */

static void read_counts(struct report_data *data, struct reader *reader)
{
    data->broken_links = reader_number(
        reader, "SELECT count(*) FROM bad_links b CROSS JOIN page p ON p.id = b.dst AND p.outcome NOT IN (1, 2, 4)", 0);
    data->broken_targets =
        reader_number(reader, "SELECT count(*) FROM page WHERE outcome NOT IN (1, 2, 4) AND kind <> 2", 0);
    data->duplicate_titles = reader_number(reader, "SELECT count(*) FROM duplicate_titles", 0);
    data->duplicate_pages = reader_number(reader, "SELECT sum(pages) FROM duplicate_titles", 0);
    data->redirect_chains = reader_number(reader, "SELECT count(*) FROM redirect_chains", 0);
    data->known = reader_number(reader, "SELECT count(*) FROM url", 0);
    data->skipped = reader_number(reader, "SELECT count(*) FROM url WHERE skip IS NOT NULL", 0);
    data->waiting = reader_number(reader, "SELECT count(*) FROM frontier", 0);
}

static bool read_origin(struct report_data *data, struct reader *reader, struct err *err)
{
    sqlite3_stmt *row = reader_statement(reader, "SELECT origin FROM host WHERE id = ?", err);
    int got = SQLITE_ERROR;

    if (row != NULL) {
        sqlite3_bind_int64(row, 1, data->host_count > 0 ? data->hosts[0].id : 0);
        got = reader_step(reader, row, err);
        if (got == SQLITE_ROW)
            data->origin = mem_copy(reader_text(row, 0).data, reader_text(row, 0).size);
    }
    if (data->origin == NULL)
        data->origin = mem_string("");
    sqlite3_finalize(row);
    return got != SQLITE_ERROR;
}

struct report_data *report_data_new(struct reader *reader, struct err *err)
{
    struct report_data *data = mem_new(sizeof *data);

    data->times = mem_array(REPORT_MS_MOST + 1, sizeof *data->times);
    data->tree = report_tree_new();
    for (int i = 0; i < REPORT_TYPES; i++)
        data->types[i].id = i;
    if (!read_hosts(data, reader, err) || !read_runs(data, reader, err) || !read_held(data, reader, err) ||
        !read_pages(data, reader, err)) {
        report_data_free(data);
        return NULL;
    }
    qsort(data->hosts, data->host_count, sizeof *data->hosts, compare_pages);
    report_tree_finish(data->tree);
    read_counts(data, reader);
    if (!read_origin(data, reader, err)) {
        report_data_free(data);
        return NULL;
    }
    return data;
}

void report_data_free(struct report_data *data)
{
    if (data == NULL)
        return;
    report_tree_free(data->tree);
    free(data->times);
    free(data->hosts);
    free(data->origin);
    free(data);
}
