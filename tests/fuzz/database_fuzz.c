/* A database of a crawl that came from somewhere: everything that reads one works or refuses, and so does a crawl that
 * is to go on with it. A small sound one is made first; the input says what is done to it:
 *
 *   S...  SQL that is run on it (each statement up to ';', errors do not matter)
 *   P...  bytes that are changed: four of input for each, three where and one what
 *   R...  another file altogether
 */

#include "../made_page.h"
#include "command.h"
#include "crawl.h"
#include "log.h"

#include "mem.h"
#include "store.h"
#include "verb.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGES 5

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[64], path[96];
static struct buf sound = {.limit = 4u << 20}; /* the bytes of the database before anything was done to it */

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void remove_database(void)
{
    static const char *const endings[] = {"", "-wal", "-shm", "-journal", "-lock"};
    char name[128];

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        snprintf(name, sizeof name, "%s%s", path, endings[i]);
        unlink(name);
    }
}

static void remove_all(void)
{
    remove_database();
    rmdir(folder);
    buf_free(&sound);
}

static void write_pages(struct store *store)
{
    char url[64];
    struct page *page = made_other(PAGE_SEEDS);
    struct page_link *link = made_link(page, 1, "http://127.0.0.1:1/1", 1);
    struct err err;

    link->host_is_new = true;
    link->kind = LINK_SEED;
    link->record = false;
    require(store_write(store, &page, 1, &err));
    page_free(page);
    for (int id = 1; id <= PAGES; id++) {
        snprintf(url, sizeof url, "http://127.0.0.1:1/%d", id);
        page = made_page(id, url, id == 4 ? 404 : 200);
        snprintf(url, sizeof url, "http://127.0.0.1:1/%d", 2 * id);
        made_link(page, 2 * id, url, 1);
        snprintf(url, sizeof url, "http://127.0.0.1:1/%d", 2 * id + 1);
        made_link(page, 2 * id + 1, url, id == 5 ? 0 : 1);
        made_known_link(page, 1, "http://127.0.0.1:1/1");
        made_title(page, "A title");
        require(store_write(store, &page, 1, &err));
        page_free(page);
    }
}

/* One crawl that was stopped: URLs in each state, indexed, in one file. */
static void make_sound(void)
{
    static const struct store_options options = {
        .args = "x", .settings = "{}", .versions = "x", .deterministic = true, .keep_links = true};
    enum store_failure why;
    struct err err;
    struct store *store;
    char bytes[65536];
    FILE *file;
    size_t size;

    const char *parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"; /* what waits for no disk is tried more */

    snprintf(folder, sizeof folder, "%s/database_fuzz.XXXXXX", parent);
    require(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/crawl.db", folder);
    atexit(remove_all);
    store = store_open(path, &options, &why, &err);
    require(store != NULL);
    write_pages(store);
    require(store_close(store, RUN_LIMIT, "{}", &err));
    file = fopen(path, "rb");
    require(file != NULL);
    while ((size = fread(bytes, 1, sizeof bytes, file)) > 0)
        buf_add(&sound, bytes, size);
    fclose(file);
}

static void put_file(struct slice bytes)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    require(file >= 0 && write(file, bytes.data, bytes.size) == (ssize_t)bytes.size);
    close(file);
}

/* Nothing outside this one file. */
static int authorize(void *arg, int action, const char *first, const char *second, const char *base, const char *view)
{
    (void)arg, (void)first, (void)base, (void)view;
    if (action == SQLITE_ATTACH || action == SQLITE_DETACH)
        return SQLITE_DENY;
    return action == SQLITE_FUNCTION && second != NULL && strcmp(second, "load_extension") == 0 ? SQLITE_DENY
                                                                                                : SQLITE_OK;
}

static int enough(void *arg)
{
    (void)arg;
    return 1;
}

static void run_sql(struct slice sql)
{
    char *text = mem_copy(sql.data, sql.size);
    sqlite3 *db;

    if (sqlite3_open(path, &db) == SQLITE_OK) {
        sqlite3_set_authorizer(db, authorize, NULL);
        sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 1 << 20);
        sqlite3_progress_handler(db, 200000, enough, NULL);
        for (char *save = NULL, *one = strtok_r(text, ";", &save); one != NULL; one = strtok_r(NULL, ";", &save))
            sqlite3_exec(db, one, NULL, NULL, NULL);
    }
    sqlite3_close(db);
    free(text);
}

static void make_bad(const uint8_t *data, size_t size)
{
    struct buf bytes = {.limit = 4u << 20};

    remove_database();
    if (size > 0 && data[0] == 'R') {
        put_file((struct slice){(const char *)data + 1, size - 1});
        return;
    }
    buf_add(&bytes, sound.data, sound.size);
    if (size > 0 && data[0] == 'P')
        for (size_t i = 1; i + 4 <= size; i += 4)
            bytes.data[((size_t)data[i] << 16 | (size_t)data[i + 1] << 8 | data[i + 2]) % bytes.size] =
                (char)data[i + 3];
    put_file(buf_slice(&bytes));
    if (size > 0 && data[0] == 'S')
        run_sql((struct slice){(const char *)data + 1, size - 1});
    buf_free(&bytes);
}

static const char *const COMMANDS[][12] = {
    {"status"},
    {"status", "--json"},
    {"search", "title"},
    {"explain", "http://127.0.0.1:1/5"},
    {"explain", "--json", "http://127.0.0.1:1/11", "http://127.0.0.1:1/none"},
    {"export", "pages", "-o/dev/null"},
    {"export", "links", "-o/dev/null", "--format=csv"},
    {"export", "broken_links", "-o/dev/null", "--format=json"},
    {"export", "redirect_chains", "-o/dev/null"},
    {"export", "--format=sitemap", "-o/dev/null"},
    {"export", "--format=dot", "-o/dev/null"},
    {"export", "--format=junit", "-o/dev/null"},
    {"-q", "--no-sandbox", "--proxy=http://127.0.0.1:1", "--tries=1", "--threads=1", "--rate=off", "--queue=2",
     "--max-duration=1s", "--max-pages=1", "--no-robots"},
};

static int run(const struct options *options)
{
    switch (options->verb) {
    case VERB_EXPLAIN:
        return verb_explain(options);
    case VERB_EXPORT:
        return verb_export(options);
    case VERB_SEARCH:
        return verb_search(options);
    case VERB_STATUS:
        return verb_status(options);
    default:
        return crawl_run(options);
    }
}

static void run_command(const char *const *command)
{
    const char *argv[20] = {"crawl"};
    struct options options;
    struct err err;
    int argc = 1, status;

    while (command[argc - 1] != NULL) {
        argv[argc] = command[argc - 1];
        argc++;
    }
    argv[argc++] = "--config=none";
    argv[argc++] = command[0][0] == '-' ? "-o" : "-d";
    argv[argc++] = path;
    options_init(&options);
    if (!command_parse(&options, argc, (char *const *)argv, &err)) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
    status = run(&options);
    require(status >= 0 && status < 12);
    options_free(&options);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int out = -1;
    int kept = dup(1);

    if (folder[0] == '\0') {
        make_sound();
        log_set_level(LOG_ERROR);
        signal(SIGPIPE, SIG_IGN);
    }
    if (out < 0)
        out = open("/dev/null", O_WRONLY | O_CLOEXEC);
    fflush(stdout);
    dup2(out, 1);
    make_bad(data, size);
    for (size_t i = 0; i < sizeof COMMANDS / sizeof COMMANDS[0]; i++)
        run_command(COMMANDS[i]);
    remove_database();
    fflush(stdout);
    dup2(kept, 1);
    close(kept);
    return 0;
}
