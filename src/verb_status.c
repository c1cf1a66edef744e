#include "verb.h"

#include "clock.h"
#include "text.h"
#include "words.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define NAMES_MAX 64 /* outcomes, reasons: there are fewer */

struct count {
    char name[40];
    int64_t count;
};

struct counts {
    struct count items[NAMES_MAX];
    int size;
    int64_t sum;
};

/* What the database says of the crawl, at one moment. */
struct status {
    const char *path;
    int64_t bytes; /* of the file, and of its log */
    bool is_running;
    char state[16]; /* "running", "complete", "limit", "interrupted", "failed", "killed"; "" before the first run */
    int64_t run, pid, started_ms, ended_ms, pages_of_run, took_ms, now_ms;
    char args[200];
    int64_t known, recorded, waiting, wire_bytes;
    struct counts outcomes, skips;
    int64_t hosts, held, given_up;
    char held_host[200]; /* the one held longest */
    int64_t held_until_ms;
    char given_up_host[200];
};

static void copy_text(char *to, size_t size, struct slice text)
{
    struct slice fit = text_prefix(text, size - 1);

    if (fit.size > 0)
        memcpy(to, fit.data, fit.size);
    to[fit.size] = '\0';
}

static int64_t file_size(const char *path)
{
    struct buf log = {.limit = PATH_MAX + 16};
    struct stat file;
    int64_t size = stat(path, &file) == 0 ? (int64_t)file.st_size : 0;

    buf_printf(&log, "%s-wal", path);
    if (!log.full && stat(log.data, &file) == 0)
        size += (int64_t)file.st_size;
    buf_free(&log);
    return size;
}

static bool read_run(struct status *s, struct reader *reader, struct err *err)
{
    sqlite3_stmt *row = reader_statement(
        reader,
        "SELECT r.id, r.pid, r.started_ms, r.ended_ms, r.outcome, r.args, (SELECT count(*) FROM page p"
        " WHERE p.run_id = r.id AND p.kind = 0), " READER_RUN_MS " FROM run r ORDER BY r.id DESC LIMIT 1",
        err);
    int got = row == NULL ? SQLITE_ERROR : reader_step(reader, row, err);

    if (got == SQLITE_ROW) {
        s->run = reader_column(row, 0, 0);
        s->pid = reader_column(row, 1, 0);
        s->started_ms = reader_column(row, 2, 0);
        copy_text(s->state, sizeof s->state, reader_text(row, 4));
        s->is_running = strcmp(s->state, "running") == 0 && verb_is_running(s->path, s->pid);
        if (strcmp(s->state, "running") == 0 && !s->is_running)
            snprintf(s->state, sizeof s->state, "killed");
        s->ended_ms = s->is_running ? 0 : reader_column(row, 3, 0);
        copy_text(s->args, sizeof s->args, reader_text(row, 5));
        s->pages_of_run = reader_column(row, 6, 0);
        s->took_ms = reader_column(row, 7, 0);
    }
    sqlite3_finalize(row);
    return got != SQLITE_ERROR;
}

static bool read_counts(struct counts *counts, struct reader *reader, const char *sql, struct err *err)
{
    sqlite3_stmt *row = reader_statement(reader, sql, err);
    int got = SQLITE_ERROR;

    while (row != NULL && (got = reader_step(reader, row, err)) == SQLITE_ROW && counts->size < NAMES_MAX) {
        struct count *item = &counts->items[counts->size++];

        copy_text(item->name, sizeof item->name, reader_text(row, 0));
        item->count = reader_column(row, 1, 0);
        counts->sum += item->count;
    }
    sqlite3_finalize(row);
    return got != SQLITE_ERROR;
}

static bool read_hosts(struct status *s, struct reader *reader, struct err *err)
{
    sqlite3_stmt *row = reader_statement(
        reader,
        "SELECT count(*), sum(given_up), sum(held_until_ms > ?1 AND NOT given_up), max(held_until_ms),"
        " (SELECT origin FROM host WHERE held_until_ms > ?1 AND NOT given_up ORDER BY held_until_ms DESC LIMIT 1),"
        " (SELECT origin FROM host WHERE given_up LIMIT 1) FROM host",
        err);
    int got = SQLITE_ERROR;

    if (row != NULL) {
        sqlite3_bind_int64(row, 1, s->now_ms);
        got = reader_step(reader, row, err);
    }
    if (got == SQLITE_ROW) {
        s->hosts = reader_column(row, 0, 0);
        s->given_up = reader_column(row, 1, 0);
        s->held = reader_column(row, 2, 0);
        s->held_until_ms = reader_column(row, 3, 0);
        copy_text(s->held_host, sizeof s->held_host, reader_text(row, 4));
        copy_text(s->given_up_host, sizeof s->given_up_host, reader_text(row, 5));
    }
    sqlite3_finalize(row);
    return got != SQLITE_ERROR;
}

static bool read_all(struct status *s, struct reader *reader, struct err *err)
{
    bool good;

    reader_begin(reader);
    good = read_run(s, reader, err) &&
           read_counts(&s->outcomes, reader,
                       "SELECT o.name, count(*) FROM page p JOIN outcome o ON o.id = p.outcome WHERE p.kind <> 2"
                       " GROUP BY p.outcome ORDER BY 2 DESC, 1",
                       err) &&
           read_counts(&s->skips, reader,
                       "SELECT k.name, count(*) FROM url u JOIN skip_reason k ON k.id = u.skip WHERE u.skip NOT NULL"
                       " GROUP BY u.skip ORDER BY 2 DESC, 1",
                       err) &&
           read_hosts(s, reader, err);
    s->known = reader_number(reader, "SELECT count(*) FROM url", 0);
    s->recorded = reader_number(reader, "SELECT count(*) FROM page", 0);
    s->wire_bytes = reader_number(reader, "SELECT sum(wire_bytes) FROM page", 0);
    s->waiting = s->known - s->recorded - s->skips.sum;
    reader_end(reader);
    return good;
}

/* How long the last run took, or has taken so far; 0 if nobody knows. */
static int64_t elapsed_ms(const struct status *s)
{
    int64_t took_ms = s->is_running ? s->now_ms - s->started_ms : s->took_ms;

    return took_ms > 0 ? took_ms : 0;
}

/* --- For people ------------------------------------------------------------------------- */

/* What a crawl that ran to its end did not visit, though it is in scope. */
static void add_left_out(const struct status *s, struct buf *out)
{
    static const struct {
        const char *reason, *words;
    } all[] = {{"limit", " beyond a limit"}, {"host_gave_up", " of hosts that no longer answered"}};
    const char *before = ", but for ";

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (int k = 0; k < s->skips.size; k++)
            if (strcmp(s->skips.items[k].name, all[i].reason) == 0) {
                buf_add_string(out, before);
                words_add_count(out, s->skips.items[k].count, "URL");
                buf_add_string(out, all[i].words);
                before = " and ";
            }
}

static void add_state(const struct status *s, struct buf *out)
{
    static const struct {
        const char *state, *words;
    } all[] = {
        {"complete", "finished: every reachable page in scope was visited"},
        {"limit", "stopped at a limit; the same command goes on"},
        {"interrupted", "was stopped; the same command goes on"},
        {"failed", "failed; the same command goes on"},
        {"killed", "was killed; the same command goes on"},
    };
    const char *words = "no crawl yet";

    if (s->is_running) {
        buf_printf(out, "running (process %" PRId64 ") since ", s->pid);
        verb_add_time(out, s->started_ms);
        buf_add_string(out, ", for ");
        words_add_time(out, elapsed_ms(s));
        return;
    }
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(s->state, all[i].state) == 0)
            words = all[i].words;
    buf_add_string(out, words);
    if (strcmp(s->state, "complete") == 0)
        add_left_out(s, out);
    if (s->started_ms == 0)
        return;
    buf_add_string(out, "; begun ");
    verb_add_time(out, s->started_ms);
    if (elapsed_ms(s) > 0) {
        buf_add_string(out, ", took ");
        words_add_time(out, elapsed_ms(s));
    }
}

static void add_counts(struct buf *out, const struct counts *counts)
{
    for (int i = 0; i < counts->size; i++) {
        buf_printf(out, "%s%s ", i == 0 ? "" : ", ", counts->items[i].name);
        words_add_number(out, counts->items[i].count);
    }
}

static void add_hosts(const struct status *s, struct buf *out)
{
    words_add_number(out, s->hosts);
    if (s->held > 0) {
        buf_add_string(out, "; held back: ");
        words_add_number(out, s->held);
        buf_add_string(out, " (");
        text_add_terminal(out, slice_of(s->held_host));
        buf_add_string(out, " until ");
        verb_add_time(out, s->held_until_ms);
        buf_add_char(out, ')');
    }
    if (s->given_up > 0) {
        buf_add_string(out, "; given up: ");
        words_add_number(out, s->given_up);
        buf_add_string(out, " (");
        text_add_terminal(out, slice_of(s->given_up_host));
        buf_add_string(out, s->given_up > 1 ? " ...)" : ")");
    }
}

static void add_text(const struct status *s, struct buf *out)
{
    text_add_terminal(out, slice_of(s->path));
    buf_add_string(out, ", ");
    words_add_bytes(out, (double)s->bytes);
    buf_add_string(out, "\n  crawl    ");
    add_state(s, out);
    if (s->args[0] != '\0') {
        buf_add_string(out, "\n  command  crawl ");
        text_add_terminal(out, slice_of(s->args));
    }
    buf_add_string(out, "\n  pages    ");
    words_add_number(out, s->outcomes.sum);
    if (s->outcomes.size > 0) {
        buf_add_string(out, ": ");
        add_counts(out, &s->outcomes);
    }
    if (elapsed_ms(s) > 0) {
        buf_add_string(out, "\n  rate     ");
        words_add_rate(out, (double)s->pages_of_run * 1000 / (double)elapsed_ms(s));
        buf_add_string(out, " pages/s, ");
        words_add_count(out, s->pages_of_run, "page");
        buf_add_string(out, s->is_running ? " in this run" : " in the last run");
    }
    buf_add_string(out, "\n  bytes    ");
    words_add_bytes(out, (double)s->wire_bytes);
    buf_add_string(out, " over the network\n  waiting  ");
    words_add_number(out, s->waiting);
    buf_add_string(out, "\n  skipped  ");
    words_add_number(out, s->skips.sum);
    if (s->skips.size > 0) {
        buf_add_string(out, ": ");
        add_counts(out, &s->skips);
    }
    buf_add_string(out, "\n  hosts    ");
    add_hosts(s, out);
    buf_add_char(out, '\n');
}

/* --- For programs ------------------------------------------------------------------------ */

static void add_json_counts(struct buf *out, const char *name, const struct counts *counts)
{
    buf_printf(out, ",\"%s\":{", name);
    for (int i = 0; i < counts->size; i++) {
        buf_add_string(out, i == 0 ? "" : ",");
        verb_add_json(out, slice_of(counts->items[i].name));
        buf_printf(out, ":%" PRId64, counts->items[i].count);
    }
    buf_add_char(out, '}');
}

static void add_json(const struct status *s, struct buf *out)
{
    double seconds = (double)elapsed_ms(s) / 1000;

    buf_add_string(out, "{\"database\":");
    verb_add_json(out, slice_of(s->path));
    buf_printf(out, ",\"database_bytes\":%" PRId64 ",\"state\":", s->bytes);
    verb_add_json(out, slice_of(s->state[0] == '\0' ? NULL : s->state));
    buf_printf(out, ",\"running\":%s,\"pid\":", s->is_running ? "true" : "false");
    if (s->is_running)
        buf_printf(out, "%" PRId64, s->pid);
    else
        buf_add_string(out, "null");
    buf_printf(out, ",\"run\":%" PRId64 ",\"command\":", s->run);
    verb_add_json(out, slice_of(s->args));
    buf_add_string(out, ",\"started_at\":");
    verb_add_json_time(out, s->started_ms);
    buf_add_string(out, ",\"ended_at\":");
    verb_add_json_time(out, s->ended_ms);
    buf_printf(out, ",\"seconds\":%.3f,\"run_pages\":%" PRId64 ",\"pages_per_second\":%.2f", seconds, s->pages_of_run,
               seconds > 0 ? (double)s->pages_of_run / seconds : 0);
    buf_printf(out,
               ",\"pages\":%" PRId64 ",\"wire_bytes\":%" PRId64 ",\"known\":%" PRId64 ",\"recorded\":%" PRId64
               ",\"skipped_urls\":%" PRId64 ",\"waiting\":%" PRId64,
               s->outcomes.sum, s->wire_bytes, s->known, s->recorded, s->skips.sum, s->waiting);
    add_json_counts(out, "outcomes", &s->outcomes);
    add_json_counts(out, "skipped", &s->skips);
    buf_printf(out, ",\"hosts\":%" PRId64 ",\"hosts_held\":%" PRId64 ",\"hosts_given_up\":%" PRId64 "}\n", s->hosts,
               s->held, s->given_up);
}

int verb_status(const struct options *options)
{
    struct status s = {.path = options->database, .now_ms = clock_wall_ms()};
    struct reader *reader;
    struct out out;
    struct err err;
    bool good;

    if (options->operand_count > 0) {
        err_set(&err, "crawl status takes no argument, not \"%.100s\": name the database with -d",
                options->operands[0]);
        return verb_fail(VERB_USAGE, &err);
    }
    reader = reader_open(options->database, &err);
    if (reader == NULL)
        return verb_fail(VERB_FILE, &err);
    good = read_all(&s, reader, &err);
    s.bytes = file_size(options->database);
    reader_close(reader);
    if (!good || !out_open(&out, NULL, &err))
        return verb_fail(VERB_FILE, &err);
    if (options->json)
        add_json(&s, &out.text);
    else
        add_text(&s, &out.text);
    return out_close(&out, &err) ? VERB_DONE : verb_fail(VERB_FILE, &err);
}
