#include "whole.h"

#include "command.h"
#include "crawl.h"
#include "log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARGS_MAX 40

void whole_init(struct whole *whole)
{
    const char *parent = getenv("TMPDIR");

    snprintf(whole->folder, sizeof whole->folder, "%s/crawl-test-XXXXXX",
             parent != NULL && strlen(parent) < 40 ? parent : "/tmp");
    assert_non_null(mkdtemp(whole->folder));
    snprintf(whole->database, sizeof whole->database, "%s/crawl.db", whole->folder);
    log_set_level(LOG_ERROR);
}

void whole_free(struct whole *whole)
{
    DIR *folder = opendir(whole->folder);
    struct dirent *entry;

    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL) {
        char path[512];

        snprintf(path, sizeof path, "%s/%s", whole->folder, entry->d_name);
        if (entry->d_name[0] != '.')
            unlink(path);
    }
    closedir(folder);
    rmdir(whole->folder);
}

int whole_crawl(struct whole *whole, const struct site *site, const char *const *args)
{
    char urls[ARGS_MAX][SITE_URL_SIZE];
    const char *argv[ARGS_MAX] = {"crawl", "--config=none", "--no-sandbox", "-q", "-o", whole->database};
    int argc = 6, status;
    struct options options;
    struct err err;

    for (; *args != NULL; args++) {
        assert_true(argc < ARGS_MAX);
        argv[argc] = *args;
        if (strncmp(*args, "{site}", 6) == 0)
            argv[argc] = site_url(site, *args + 6, urls[argc]);
        argc++;
    }
    options_init(&options);
    if (!command_parse(&options, argc, (char *const *)argv, &err))
        fail_msg("%s", err.text);
    status = crawl_run(&options);
    options_free(&options);
    return status;
}

static void check(sqlite3 *db, const char *sql, const char *want)
{
    sqlite3_stmt *statement;

    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(statement, 0), want);
    sqlite3_finalize(statement);
}

static sqlite3_stmt *ask(struct whole *whole, const char *sql, sqlite3 **db, int *got)
{
    sqlite3_stmt *statement;

    assert_int_equal(sqlite3_open_v2(whole->database, db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    check(*db, "PRAGMA integrity_check", "ok");
    check(*db, "SELECT count(*) FROM pragma_foreign_key_check", "0");
    check(*db,
          "SELECT (SELECT count(*) FROM url) - (SELECT count(*) FROM page) - (SELECT count(*) FROM url WHERE skip NOT "
          "NULL) - (SELECT count(*) FROM frontier)",
          "0");
    if (sqlite3_prepare_v2(*db, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(*db));
    *got = sqlite3_step(statement);
    return statement;
}

long whole_number(struct whole *whole, const char *sql)
{
    sqlite3 *db;
    int got;
    sqlite3_stmt *statement = ask(whole, sql, &db, &got);
    long number;

    assert_int_equal(got, SQLITE_ROW);
    number = (long)sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return number;
}

const char *whole_text(struct whole *whole, const char *sql)
{
    static char text[4096];
    sqlite3 *db;
    int got;
    sqlite3_stmt *statement = ask(whole, sql, &db, &got);
    const char *found = got == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;

    snprintf(text, sizeof text, "%s", found == NULL ? "" : found);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return text;
}

void whole_add_text(struct whole *whole, const char *sql, struct buf *out)
{
    sqlite3 *db;
    int got;
    sqlite3_stmt *statement = ask(whole, sql, &db, &got);

    assert_int_equal(got, SQLITE_ROW);
    buf_add(out, sqlite3_column_text(statement, 0), (size_t)sqlite3_column_bytes(statement, 0));
    buf_add_char(out, '\n');
    sqlite3_finalize(statement);
    sqlite3_close(db);
}

bool whole_has_tables(struct whole *whole)
{
    sqlite3_stmt *statement = NULL;
    sqlite3 *db;
    bool has;

    assert_int_equal(sqlite3_open(whole->database, &db), SQLITE_OK);
    has = sqlite3_prepare_v2(db, "SELECT * FROM page", -1, &statement, NULL) == SQLITE_OK;
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return has;
}

char *whole_recorded(struct whole *whole)
{
    struct buf text = {.limit = 1u << 20};

    whole_add_text(
        whole,
        "SELECT group_concat(url || ' ' || outcome || ' ' || coalesce(status, '') || ' ' || coalesce(title, '-')"
        " || ' ' || coalesce(h1, '-') || ' ' || coalesce(content_type, '-') || ' ' || coalesce(charset, '-')"
        " || ' ' || coalesce(redirect_to, '-') || ' ' || links_out, char(10))"
        " FROM (SELECT * FROM pages p JOIN page q ON q.id = p.id ORDER BY url)",
        &text);
    whole_add_text(
        whole,
        "SELECT group_concat(from_url || ' ' || to_url || ' ' || kind || ' ' || coalesce(anchor, '-'), char(10))"
        " FROM (SELECT * FROM links ORDER BY 1)",
        &text);
    whole_add_text(whole,
                   "SELECT group_concat(url || ' ' || reason || ' ' || coalesce(rule, '-'), char(10))"
                   " FROM (SELECT * FROM skipped ORDER BY url)",
                   &text);
    whole_add_text(whole, "SELECT (SELECT count(*) FROM frontier) || ' ' || (SELECT count(*) FROM broken_links)",
                   &text);
    return text.data;
}

bool whole_tree_make(void *arg, const char *host, const char *target, struct site_page *page, struct buf *text)
{
    struct whole_tree *tree = arg;
    char *end;
    long number = strncmp(target, "/p/", 3) == 0 ? strtol(target + 3, &end, 10) : -1;

    (void)host;
    if (number < 0 || number >= tree->count || *end != '\0')
        return false;
    if (++tree->requests == tree->kill_at && tree->kill_pid > 0)
        kill(tree->kill_pid, SIGKILL);
    /* Each says something of its own, and not by numbers alone: it is no trap. */
    buf_printf(text, "<title>Page %ld</title><p>", number);
    for (long rest = number + 1; rest > 0; rest /= 26)
        buf_add_char(text, (char)('a' + rest % 26));
    buf_printf(text, "</p><a href=0>home</a>");
    for (long child = 3 * number + 1; child <= 3 * number + 3 && child < tree->count; child++)
        buf_printf(text, " <a href=\"%ld\">page %ld</a>", child, child);
    page->type = "text/html";
    page->body = text->data;
    page->body_size = text->size;
    return true;
}
