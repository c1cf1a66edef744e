#include "explain.h"

#include "explain_inside.h"
#include "mem.h"
#include "text.h"
#include "verb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

const char *const explain_state_names[] = {"unseen", "fetched", "waiting", "skipped"};

char *explain_keep(struct explanation *e, struct slice text)
{
    if (text.data == NULL)
        return NULL;
    e->kept = mem_resize(e->kept, (e->kept_count + 1) * sizeof *e->kept);
    e->kept[e->kept_count] = mem_copy(text.data, text.size);
    return e->kept[e->kept_count++];
}

void explanation_free(struct explanation *e)
{
    for (size_t i = 0; i < e->kept_count; i++)
        free(e->kept[i]);
    free(e->kept);
    url_free(&e->url);
    buf_free(&e->sent);
    buf_free(&e->key);
}

/* --- Which URL is meant ---------------------------------------------------------------- */

static int64_t find_row(struct reader *reader, uint64_t seed, struct slice text, struct err *err)
{
    sqlite3_stmt *row = reader_statement(reader, "SELECT id FROM url WHERE hash = ?1 AND url = ?2", err);
    int64_t id = 0;

    if (row != NULL) {
        sqlite3_bind_int64(row, 1, (int64_t)XXH3_64bits_withSeed(text.data, text.size, seed));
        sqlite3_bind_text(row, 2, text.data, (int)text.size, SQLITE_STATIC);
        if (sqlite3_step(row) == SQLITE_ROW)
            id = reader_column(row, 0, 0);
    }
    sqlite3_finalize(row);
    return id;
}

static bool parse_with(struct url *url, const char *scheme, const char *text)
{
    struct buf whole = {.limit = URL_LIMIT};
    bool good;

    buf_add_string(&whole, scheme);
    good = buf_add_string(&whole, text) && url_parse(url, buf_slice(&whole)) == URL_WEB;
    buf_free(&whole);
    return good;
}

/* "/docs/" is a path on the host of the first seed. */
static bool resolve_path(struct url *url, struct reader *reader, const char *path, struct err *err)
{
    struct url base = URL_INIT;
    sqlite3_stmt *row = reader_statement(
        reader, "SELECT u.url FROM seed s JOIN url u ON u.id = s.url_id ORDER BY s.url_id LIMIT 1", err);
    bool good = row != NULL && sqlite3_step(row) == SQLITE_ROW && url_parse(&base, reader_text(row, 0)) == URL_WEB &&
                url_resolve(url, &base, slice_of(path), NULL) == URL_WEB;

    sqlite3_finalize(row);
    url_free(&base);
    return good || err_set(err, "\"%.200s\" is no URL, and there is no seed it could be a path of", path);
}

/* "localhost:80/" has the form of a scheme, too. */
static bool names_a_port(const char *text)
{
    const char *colon = strchr(text, ':');

    return colon != NULL && colon[1] >= '0' && colon[1] <= '9';
}

/* Without a scheme it is https, or http if only that is known. */
static bool read_url(struct explanation *e, struct reader *reader, uint64_t seed, struct err *err)
{
    const char *text = e->asked;

    switch (url_parse(&e->url, slice_of(text))) {
    case URL_WEB:
        return true;
    case URL_OTHER:
        if (names_a_port(text) && parse_with(&e->url, "https://", text))
            break;
        return err_set(err, "\"%.200s\": only http and https are ever fetched", text);
    case URL_BAD:
        if (text[0] == '/' && text[1] != '/')
            return resolve_path(&e->url, reader, text, err);
        if (strstr(text, "://") != NULL || !parse_with(&e->url, "https://", text))
            return err_set(err, "\"%.200s\" is no URL", text);
        break;
    }
    if (find_row(reader, seed, buf_slice(&e->url.text), err) == 0 &&
        (!parse_with(&e->url, "http://", text) || find_row(reader, seed, buf_slice(&e->url.text), err) == 0))
        parse_with(&e->url, "https://", text);
    return true;
}

/* --- What the tables say ------------------------------------------------------------------ */

static bool read_row(struct explanation *e, struct reader *reader, struct err *err)
{
    sqlite3_stmt *row = reader_statement(
        reader,
        "SELECT iif(p.id IS NOT NULL, 1, iif(u.skip IS NULL, 2, 3)), u.depth, k.name, r.name, u.rule_line, u.same_as,"
        " p.run_id FROM url u LEFT JOIN page p ON p.id = u.id LEFT JOIN skip_reason k ON k.id = u.skip"
        " LEFT JOIN rule r ON r.id = u.rule_id WHERE u.id = ?1",
        err);
    int got = SQLITE_ERROR;

    if (row != NULL) {
        sqlite3_bind_int64(row, 1, e->id);
        got = reader_step(reader, row, err);
    }
    if (got == SQLITE_ROW) {
        e->state = (enum explain_state)reader_column(row, 0, 0);
        e->depth = reader_column(row, 1, 0);
        e->skip_reason = explain_keep(e, reader_text(row, 2));
        e->skip_rule = explain_keep(e, reader_text(row, 3));
        e->skip_line = reader_column(row, 4, 0);
        e->twin.id = reader_column(row, 5, 0);
        e->run_of_page = reader_column(row, 6, 0);
    }
    sqlite3_finalize(row);
    return got != SQLITE_ERROR;
}

/* Another row with the same key that is, was or will be fetched; of a URL never seen also one that was skipped. */
static void find_twin(struct explanation *e, struct reader *reader, const struct explain_rules *rules)
{
    uint64_t seed = rules->hash_seed;
    struct explain_list list = {.count = 0};
    struct slice key = e->key.size > 0 ? buf_slice(&e->key) : buf_slice(&e->url.text);
    struct err err;
    sqlite3_stmt *row;

    if (e->twin.id == 0 && e->state != EXPLAIN_FETCHED) {
        row = reader_statement(
            reader,
            "SELECT id FROM url WHERE (hash = ?1 OR key_hash = ?1) AND id <> ?2 AND (skip IS NULL OR ?3)"
            " ORDER BY skip IS NOT NULL, id LIMIT 1",
            &err);
        if (row != NULL) {
            sqlite3_bind_int64(row, 1, (int64_t)XXH3_64bits_withSeed(key.data, key.size, seed));
            sqlite3_bind_int64(row, 2, e->id);
            sqlite3_bind_int(row, 3, e->state == EXPLAIN_UNSEEN);
            if (sqlite3_step(row) == SQLITE_ROW)
                e->twin.id = reader_column(row, 0, 0);
        }
        sqlite3_finalize(row);
    }
    if (e->twin.id != 0 && explain_add_url(e, reader, &list, e->twin.id) != NULL) {
        struct buf twins = {.limit = URL_LIMIT};
        struct url url = URL_INIT;

        e->twin = list.items[0];
        if (url_parse(&url, slice_of(e->twin.url)) == URL_WEB)
            e->twin_rules = url_key(&url, &rules->settings->extract.url_rules, &twins);
        url_free(&url);
        buf_free(&twins);
    }
}

static bool read_answer(struct explanation *e, struct reader *reader, struct err *err)
{
    struct explain_answer *a = &e->answer;
    sqlite3_stmt *row = reader_statement(
        reader,
        "SELECT p.status, o.name, p.error, m.name, p.bytes, p.wire_bytes, p.tries, p.fetched_ms, p.redirects,"
        " p.links_out, p.dns_ms, p.connect_ms, p.tls_ms, p.first_byte_ms, p.total_ms, p.title, c.url, p.x_robots,"
        " p.robots & 1, p.robots & 2 FROM page p LEFT JOIN outcome o ON o.id = p.outcome"
        " LEFT JOIN mime m ON m.id = p.mime_id LEFT JOIN url c ON c.id = p.canonical_id WHERE p.id = ?1",
        err);
    int got = SQLITE_ERROR;

    if (row != NULL) {
        sqlite3_bind_int64(row, 1, e->id);
        got = reader_step(reader, row, err);
    }
    if (got == SQLITE_ROW) {
        int64_t *numbers[] = {&a->bytes,  &a->wire_bytes, &a->tries,  &a->fetched_ms,    &a->redirects, &a->links_out,
                              &a->dns_ms, &a->connect_ms, &a->tls_ms, &a->first_byte_ms, &a->total_ms};

        a->status = reader_column(row, 0, -1);
        a->outcome = explain_keep(e, reader_text(row, 1));
        a->error = explain_keep(e, reader_text(row, 2));
        a->content_type = explain_keep(e, reader_text(row, 3));
        for (int i = 0; i < (int)(sizeof numbers / sizeof *numbers); i++)
            *numbers[i] = reader_column(row, 4 + i, -1);
        a->title = explain_keep(e, reader_text(row, 15));
        a->canonical = explain_keep(e, reader_text(row, 16));
        a->x_robots = explain_keep(e, reader_text(row, 17));
        a->noindex = reader_column(row, 18, 0) != 0;
        a->nofollow = reader_column(row, 19, 0) != 0;
    }
    sqlite3_finalize(row);
    a->links_in = -1;
    if (reader->is_indexed) {
        char sql[100];

        snprintf(sql, sizeof sql, "SELECT links FROM inbound WHERE id = %lld", (long long)e->id);
        a->links_in = reader_number(reader, sql, 0);
    }
    return got != SQLITE_ERROR;
}

static void judge_robots(struct explanation *e, const struct explain_rules *rules, struct slice body)
{
    struct explain_robots *r = &e->robots;
    struct robots *robots;
    struct robots_verdict verdict;

    r->is_ignored = !rules->options.robots;
    r->is_known = r->status != 0;
    r->allowed = r->status >= 200 && r->status < 500 && r->status != 429;
    if (body.size == 0 || r->status < 200 || r->status > 299)
        return;
    robots = robots_parse(body, rules->settings->robots_token);
    verdict = robots_check(robots, url_target(&e->url));
    r->allowed = verdict.allowed;
    r->line = verdict.line;
    r->is_cut = robots_bytes_left_out(robots) > 0;
    if (verdict.line > 0)
        r->rule = explain_keep(e, verdict.rule);
    robots_free(robots);
}

static bool read_host(struct explanation *e, struct reader *reader, const struct explain_rules *rules, struct err *err)
{
    struct buf origin = {.limit = URL_LIMIT};
    struct explain_host *h = &e->host;
    sqlite3_stmt *row = reader_statement(
        reader,
        "SELECT h.id, h.robots_status, o.name, h.robots_ms, h.robots_body, h.crawl_delay_ms, h.held_until_ms, h.fails,"
        " h.given_up, h.address FROM host h LEFT JOIN outcome o ON o.id = h.robots_outcome WHERE h.origin = ?1",
        err);
    int got = SQLITE_ERROR;

    url_add_origin(&e->url, &origin);
    h->origin = explain_keep(e, buf_slice(&origin));
    h->crawl_delay_ms = -1;
    if (row != NULL) {
        sqlite3_bind_text(row, 1, origin.data, (int)origin.size, SQLITE_STATIC);
        got = reader_step(reader, row, err);
    }
    if (got == SQLITE_ROW) {
        h->id = reader_column(row, 0, 0);
        e->robots.status = (int)reader_column(row, 1, 0);
        e->robots.outcome = explain_keep(e, reader_text(row, 2));
        e->robots.asked_ms = reader_column(row, 3, 0);
        h->crawl_delay_ms = reader_column(row, 5, -1);
        h->held_until_ms = reader_column(row, 6, 0);
        h->fails = reader_column(row, 7, 0);
        h->given_up = reader_column(row, 8, 0);
        h->address = explain_keep(e, reader_text(row, 9));
        judge_robots(e, rules, reader_text(row, 4));
    }
    e->robots.is_ignored = !rules->options.robots;
    sqlite3_finalize(row);
    buf_free(&origin);
    return got != SQLITE_ERROR;
}

static void count_waiting(struct explanation *e, struct reader *reader)
{
    struct err err;
    sqlite3_stmt *row =
        reader_statement(reader,
                         "SELECT count(*), sum(u.id < ?2) FROM url u WHERE u.host_id = ?1 AND u.skip IS NULL"
                         " AND NOT EXISTS (SELECT 1 FROM page p WHERE p.id = u.id)",
                         &err);

    if (row == NULL)
        return;
    sqlite3_bind_int64(row, 1, e->host.id);
    sqlite3_bind_int64(row, 2, e->id);
    if (sqlite3_step(row) == SQLITE_ROW) {
        e->host.waiting = reader_column(row, 0, 0);
        e->host.waiting_before = reader_column(row, 1, 0);
    }
    sqlite3_finalize(row);
}

static void read_run(struct explanation *e, struct reader *reader)
{
    struct err err;
    sqlite3_stmt *row = reader_statement(reader, "SELECT outcome, pid, id FROM run ORDER BY id DESC LIMIT 1", &err);

    if (row != NULL && sqlite3_step(row) == SQLITE_ROW) {
        e->run_outcome = explain_keep(e, reader_text(row, 0));
        e->is_running = e->run_outcome != NULL && strcmp(e->run_outcome, "running") == 0 &&
                        verb_is_running(reader->path, reader_column(row, 1, 0));
        e->run_id = reader_column(row, 2, 0);
    }
    sqlite3_finalize(row);
}

static bool read_all(struct explanation *e, struct reader *reader, const struct explain_rules *rules, struct err *err)
{
    e->id = find_row(reader, rules->hash_seed, buf_slice(&e->url.text), err);
    if (e->id != 0 && !read_row(e, reader, err))
        return false;
    explain_judge(e, rules);
    find_twin(e, reader, rules);
    if (!read_host(e, reader, rules, err) || (e->state == EXPLAIN_FETCHED && !read_answer(e, reader, err)))
        return false;
    if (e->id != 0) {
        explain_find_way(e, reader);
        explain_find_redirects(e, reader);
        explain_find_tries(e, reader);
        explain_find_soft_404(e, reader);
        explain_find_sources(e, reader);
    } else {
        explain_find_similar(e, reader);
    }
    if (e->state == EXPLAIN_WAITING)
        count_waiting(e, reader);
    read_run(e, reader);
    explain_find_robots_tries(e, reader);
    return true;
}

bool explain_url(struct explanation *e, struct reader *reader, const struct explain_rules *rules, const char *asked,
                 bool *usage, struct err *err)
{
    *e = (struct explanation){
        .asked = asked, .url = URL_INIT, .sent = {.limit = URL_LIMIT}, .key = {.limit = URL_LIMIT}};
    *usage = !read_url(e, reader, rules->hash_seed, err);
    if (*usage)
        return false;
    url_add_sent(&e->url, &e->sent);
    return read_all(e, reader, rules, err);
}
