/* One nasty string comes in wherever a site can put it, and goes out by every way there is: each keeps to its own rule
 * of escaping. */
#include "clock.h"
#include "text.h"
#include "verb_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* A formula; terminal sequences that we never use ourselves: a title, a question to the terminal, a reset, all again in
 * one byte and in UTF-8; a line turned round; ends of lines of four kinds; markup of three languages; half a character.
 */
#define MARK "=1+1|tides"
#define NASTY                                                                                                          \
    MARK "\x1b]0;t\a\x1b[6n\x1b"                                                                                       \
         "c\xc2\x9b"                                                                                                   \
         "6n\x9b"                                                                                                      \
         "6n\xe2\x80\xae\xe2\x80\xa8\xc2\x85</script><xss onerror=\"'>`&amp;]]>\\\"};\x7f\xc3"
#define LINES "\n\r\ncrawl: error: forged\n"

/* --- The site --------------------------------------------------------------------------- */

static void add_escaped(struct buf *text, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (strchr("<&\"", bytes[i]) != NULL && bytes[i] != '\0')
            buf_printf(text, "&#%d;", bytes[i]);
        else
            buf_add_char(text, bytes[i]);
}

static void add_nasty(struct buf *text)
{
    add_escaped(text, NASTY LINES "\0x", sizeof NASTY LINES "\0x" - 1);
}

static void make_home(struct buf *text)
{
    static const char *const before[] = {
        "<!doctype html><html lang=\"",
        "\"><title>",
        "</title><meta name=description content=\"",
        "\"><meta property=og:title content=\"",
        "\"><link rel=alternate href=/alt hreflang=\"",
        "\"><h1>",
        "</h1><a href=/twin>",
        "</a><a href=/gone rel=\"",
        "\" title=\"",
        "\">g</a><a href=\"/p?",
        "\">p</a><a href=\"/private/",
        "\">r</a><a href=\"javascript:alert('",
        "')\">j</a><a href=\"http://a",
        ".example/\">b</a><a href=\"http://[::1]:x",
        "\">b</a><a href=\"data:text/html,",
    };

    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        buf_add_string(text, before[i]);
        add_nasty(text);
    }
    buf_add_string(text, "\">d</a><a href=/type>t</a><a href=/head>h</a><a href=/away>a</a><a href=/broken>x</a>"
                         "<a href=/closed>c</a>");
}

static bool make(void *arg, const char *host, const char *target, struct site_page *page, struct buf *text)
{
    static const struct {
        const char *path, *raw;
    } raw[] = {
        {"/robots.txt", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nUser-agent: *\nDisallow: /private/*" MARK
                        "\x1b]0;t\a\x1b[6n*\xe2\x80\xae*\nSitemap: " NASTY "\nSitemap: {site}/map.xml\n"},
        {"/map.xml", "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<urlset><url><loc>{site}/orphan?<![CDATA["
                     "=1+1\x1b[6n\xc2\x9b\xe2\x80\xae\"'><xss]]></loc></url></urlset>"},
        {"/type", "HTTP/1.1 200 OK\r\nContent-Type: text/" NASTY "; charset=" NASTY "\r\n\r\n<title>" NASTY},
        {"/head", "HTTP/1.1 200 " NASTY "\r\nContent-Type: text/html\r\nServer: " NASTY "\r\nETag: \"" NASTY
                  "\"\r\nLast-Modified: " NASTY "\r\nX-Robots-Tag: " NASTY ", noarchive\r\nSet-Cookie: " NASTY "=" NASTY
                  "\r\nRefresh: 0;url=/refreshed?" NASTY "\r\n" NASTY ": x\r\n\r\n<title>" NASTY},
        {"/away", "HTTP/1.1 301 " NASTY "\r\nLocation: /p?away" NASTY "\r\n\r\n"},
        {"/broken", "HTTP/1.1 " NASTY "\r\nX: y\r\n\r\nx"},
        {"/closed", "HTTP/1.1 200 OK\r\nContent-Encoding: " NASTY "\r\nContent-Length: 1000\r\n\r\n" NASTY},
    };

    (void)arg, (void)host;
    for (size_t i = 0; i < sizeof raw / sizeof *raw; i++)
        if (strcmp(target, raw[i].path) == 0) {
            page->raw = raw[i].raw;
            return true;
        }
    page->type = "text/html; charset=utf-8";
    if (strcmp(target, "/") == 0 || strcmp(target, "/twin") == 0)
        make_home(text);
    else if (strcmp(target, "/gone") == 0)
        page->status = 404;
    else
        buf_add_string(text, "<title>plain</title>");
    page->body = text->size == 0 ? "" : text->data;
    page->body_size = text->size;
    return true;
}

/* --- The rules ------------------------------------------------------------------------------ */

static bool commands_a_terminal(uint32_t c)
{
    return (c < 0x20 && c != '\n') || (c >= 0x7f && c < 0xa0) || c == 0x061c || c == 0x200e || c == 0x200f ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* Skips one of our own sequences, of those that NASTY has none of. */
static void skip_own_sequence(struct slice *text)
{
    size_t size = 2;

    if (text->size < 3 || text->data[0] != '\x1b' || text->data[1] != '[')
        return;
    while (size < text->size && strchr("0123456789;?", text->data[size]) != NULL)
        size++;
    if (size < text->size && strchr("mKJHABGhl", text->data[size]) != NULL)
        *text = (struct slice){text->data + size + 1, text->size - size - 1};
}

static void is_harmless(const char *way, const struct buf *out, bool on_terminal)
{
    struct slice text = buf_slice(out);

    if (!text_is_utf8(text))
        fail_msg("%s: not UTF-8: %s", way, out->data);
    while (text.size > 0) {
        uint32_t c;
        size_t before = text.size;

        if (on_terminal)
            skip_own_sequence(&text);
        if (text.size != before)
            continue;
        c = text_next(&text);
        if (commands_a_terminal(c) && !(c == '\r' && (on_terminal || (text.size > 0 && text.data[0] == '\n'))))
            fail_msg("%s: U+%04X before: %.60s", way, (unsigned)c, text.data);
    }
    if (strstr(out->data, "\ncrawl: error: forged") != NULL)
        fail_msg("%s: a line was forged", way);
}

static void is_text(const char *way, const struct buf *out)
{
    is_harmless(way, out, false);
}

static void is_terminal(const char *way, const struct buf *out)
{
    is_harmless(way, out, true);
}

static bool is_formula(const char *cell)
{
    return strchr("=@\t\r\n", cell[0]) != NULL || (strchr("+-", cell[0]) != NULL && (cell[1] < '0' || cell[1] > '9'));
}

/* RFC 4180: as many cells in each record, nothing behind a closing quote, no formula. */
static void is_separated(const char *way, const struct buf *out, char separator, const char *line_end)
{
    const char *at = out->data;
    size_t first_cells = 0;
    bool has_mark = false;

    while (*at != '\0') {
        size_t cells = 0;

        for (bool more = true; more;) {
            char cell[8192];
            size_t size = 0;
            bool quoted = *at == '"';

            for (at += quoted; quoted ? *at != '"' || at[1] == '"' : *at != separator && *at != line_end[0]; at++) {
                if (*at == '\0' || (!quoted && *at == '"'))
                    fail_msg("%s: a cell does not end: %.80s", way, cell);
                at += *at == '"';
                if (size < sizeof cell - 1)
                    cell[size++] = *at;
            }
            cell[size] = '\0';
            at += quoted;
            if (size > 0 && is_formula(cell))
                fail_msg("%s: a formula: %.80s", way, cell);
            has_mark = has_mark || strncmp(cell, "'" MARK, 1 + strlen(MARK)) == 0;
            cells++;
            more = *at == separator;
            at += more;
        }
        if (strncmp(at, line_end, strlen(line_end)) != 0)
            fail_msg("%s: behind a cell: %.80s", way, at);
        at += strlen(line_end);
        first_cells = first_cells == 0 ? cells : first_cells;
        assert_int_equal(cells, first_cells);
    }
    assert_true(has_mark);
}

static void is_csv(const char *way, const struct buf *out)
{
    is_separated(way, out, ',', "\r\n");
}

static void is_tsv(const char *way, const struct buf *out)
{
    is_separated(way, out, '\t', "\n");
}

/* One value after the other, each as it was recorded. */
static void is_json(const char *way, const struct buf *out)
{
    size_t at = 0, values = 0;

    is_harmless(way, out, false);
    while (at + strspn(out->data + at, "\n") < out->size) {
        json_error_t error;
        json_t *value =
            json_loadb(out->data + at, out->size - at, JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, &error);

        if (value == NULL)
            fail_msg("%s: %s: %.80s", way, error.text, out->data + at);
        at += (size_t)error.position;
        json_decref(value);
        values++;
    }
    assert_true(values > 0);
}

static void is_xml(const char *way, const struct buf *out)
{
    xmlDoc *document = xmlReadMemory(out->data, (int)out->size, "x", NULL, XML_PARSE_NONET | XML_PARSE_NOERROR);

    if (document == NULL)
        fail_msg("%s: not well-formed", way);
    assert_null(strchr(out->data, '\x1b'));
    assert_null(strstr(out->data, "<xss"));
    xmlFreeDoc(document);
}

/* Outside of quotes only the language's own, inside nothing that ends them. */
static void is_dot(const char *way, const struct buf *out)
{
    bool quoted = false;

    is_harmless(way, out, false);
    for (const char *at = out->data; *at != '\0'; at++)
        if (quoted && *at == '\\' && at[1] != '\0')
            at++;
        else if (*at == '"')
            quoted = !quoted;
        else if (!quoted && strchr("|'`&<", *at) != NULL)
            fail_msg("%s: outside of quotes: %.80s", way, at);
    assert_false(quoted);
}

static int count_of(const char *text, const char *part)
{
    int count = 0;

    for (const char *at = text; (at = strstr(at, part)) != NULL; at++)
        count++;
    return count;
}

static void is_html(const char *way, const struct buf *out)
{
    static const char *const harmful[] = {"<xss",
                                          "<XSS",
                                          "onerror=\"",
                                          "\x1b",
                                          "\a",
                                          "\xc2\x9b",
                                          "\xe2\x80\xae",
                                          "href=\"javascript:",
                                          "href=\"data:text",
                                          "\x7f"};

    assert_true(text_is_utf8(buf_slice(out)));
    for (size_t i = 0; i < sizeof harmful / sizeof *harmful; i++)
        if (strstr(out->data, harmful[i]) != NULL)
            fail_msg("%s: %s", way, harmful[i]);
    /* Its own two, of data and of code, and no other. */
    assert_int_equal(count_of(out->data, "<script"), 2);
    assert_int_equal(count_of(out->data, "</script"), 2);
    assert_non_null(strstr(out->data, MARK));
}

/* --- Ways out ---------------------------------------------------------------------------------- */

static const struct {
    const char *args[6];
    void (*keeps)(const char *way, const struct buf *out);
} WAYS[] = {
    {{"export", "--format=csv", "pages"}, is_csv},
    {{"export", "--format=csv", "links"}, is_csv},
    {{"export", "--format=tsv", "pages"}, is_tsv},
    {{"export", "--format=tsv", "page"}, is_tsv},
    {{"export", "--format=json", "pages"}, is_json},
    {{"export", "--format=json", "skipped"}, is_json},
    {{"export", "--format=jsonl", "links"}, is_json},
    {{"export", "--format=jsonl", "hosts"}, is_json},
    {{"export", "--format=table", "pages"}, is_text},
    {{"export", "--format=table", "skipped"}, is_text},
    {{"export", "--format=sitemap"}, is_xml},
    {{"export", "--format=dot"}, is_dot},
    {{"export", "--format=junit", "--fail-on=broken,5xx,dup-title,seed"}, is_xml},
    {{"sql", "--format=table", "SELECT * FROM page"}, is_text},
    {{"sql", "--format=csv", "SELECT title, h1, error FROM page"}, is_csv},
    {{"sql", "--format=json", "SELECT * FROM url"}, is_json},
    {{"sql", "--format=json", "SELECT * FROM host"}, is_json},
    {{"search", "--format=table", "tides"}, is_text},
    {{"search", "--format=json", "tides"}, is_json},
    {{"search", "--format=csv", "tides"}, is_csv},
    {{"status"}, is_text},
    {{"status", "--json"}, is_json},
    {{"explain", "{site}/"}, is_text},
    {{"explain", "{site}/type"}, is_text},
    {{"explain", "{site}/head"}, is_text},
    {{"explain", "{site}/broken"}, is_text},
    {{"explain", "{site}/gone"}, is_text},
    {{"explain", "{site}/private/" NASTY}, is_text},
    {{"explain", "{site}/never-seen" NASTY}, is_text},
    {{"explain", "--json", "{site}/", "{site}/away", "{site}/private/" NASTY}, is_json},
    {{"report", "--output=-"}, is_html},
};

/* The crawl itself: what it says on a terminal goes into run->err, on standard output into run->out. */
static void crawl_on_terminal(struct verb_run *run, const struct whole *w, const struct site *site)
{
    struct winsize window = {.ws_col = 100, .ws_row = 30};
    int terminal = posix_openpt(O_RDWR | O_NOCTTY), screen, ends[2], status;
    char program[4096], seed[SITE_URL_SIZE], events[100], log[100], bytes[4096];
    ssize_t size;
    pid_t child;

    snprintf(program, sizeof program, "%s/crawl", getenv("top_builddir") == NULL ? "." : getenv("top_builddir"));
    snprintf(events, sizeof events, "--events=%s/events", w->folder);
    snprintf(log, sizeof log, "--log-file=%s/log", w->folder);
    site_url(site, "/", seed);
    assert_true(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    screen = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    assert_true(screen >= 0);
    assert_int_equal(ioctl(screen, TIOCSWINSZ, &window), 0);
    assert_int_equal(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        dup2(ends[1], 1);
        dup2(screen, 2);
        setenv("TERM", "xterm-256color", 1);
        execl(program, "crawl", "--config=none", "-vv", "--json", "--progress=bar", "--color=always", "--tries=1",
              "--rate=20", "--fail-on=broken,5xx,dup-title,seed", events, log, "-o", w->database, seed, (char *)NULL);
        _exit(127);
    }
    close(screen);
    close(ends[1]);
    *run = (struct verb_run){.out = {.limit = 1 << 20}, .err = {.limit = 1 << 20}};
    while ((size = read(terminal, bytes, sizeof bytes)) > 0)
        buf_add(&run->err, bytes, (size_t)size);
    while ((size = read(ends[0], bytes, sizeof bytes)) > 0) /* one line: it fits the pipe */
        buf_add(&run->out, bytes, (size_t)size);
    close(terminal);
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    run->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void check_file(const struct whole *w, const char *name, void (*keeps)(const char *way, const struct buf *out))
{
    char path[200], bytes[4096];
    struct buf text = {.limit = 1 << 20};
    size_t size;
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", w->folder, name);
    file = fopen(path, "rb");
    assert_non_null(file);
    while ((size = fread(bytes, 1, sizeof bytes, file)) > 0)
        buf_add(&text, bytes, size);
    fclose(file);
    keeps(name, &text);
    assert_non_null(strstr(text.data, MARK));
    buf_free(&text);
}

/* No file has a name of a site's making. */
static void check_names(const struct whole *w)
{
    DIR *folder = opendir(w->folder);
    struct dirent *entry;

    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL)
        if (entry->d_name[0] != '.' && strncmp(entry->d_name, "crawl.db", 8) != 0 &&
            strcmp(entry->d_name, "events") != 0 && strcmp(entry->d_name, "log") != 0)
            fail_msg("a file named %s", entry->d_name);
    closedir(folder);
}

static void a_nasty_string_is_only_text_on_every_way_out(void **state)
{
    struct site *site = site_start_made(make, NULL, 0);
    struct verb_run run;
    struct whole w;

    (void)state;
    whole_init(&w);
    crawl_on_terminal(&run, &w, site);
    assert_int_equal(run.status, 8);
    is_terminal("the display", &run.err);
    assert_non_null(strstr(run.err.data, MARK));
    is_json("--json", &run.out);
    verb_run_free(&run);
    /* It did come in. */
    assert_int_equal(whole_number(&w, "SELECT count(*) FROM page WHERE title LIKE '" MARK "%' || char(27) || '%' AND h1"
                                      " LIKE '" MARK "%' AND description LIKE '" MARK "%'"),
                     2);
    assert_true(whole_number(&w, "SELECT count(*) FROM anchor WHERE text LIKE '" MARK "%'") > 0);
    assert_true(whole_number(&w, "SELECT count(*) FROM page WHERE last_modified LIKE '" MARK "%'") > 0);
    assert_true(whole_number(&w, "SELECT count(*) FROM rule WHERE name LIKE '%" MARK "%'") > 0);
    check_file(&w, "events", is_json);
    check_file(&w, "log", is_text);
    for (size_t i = 0; i < sizeof WAYS / sizeof *WAYS; i++) {
        char way[200];

        snprintf(way, sizeof way, "%s %.60s %.60s", WAYS[i].args[0], WAYS[i].args[1] == NULL ? "" : WAYS[i].args[1],
                 WAYS[i].args[1] == NULL || WAYS[i].args[2] == NULL ? "" : WAYS[i].args[2]);
        verb_run(&run, &w, site, WAYS[i].args);
        if (run.status != 0 || run.out.size == 0)
            fail_msg("%s: %d, %s", way, run.status, run.err.data);
        WAYS[i].keeps(way, &run.out);
        is_text(way, &run.err);
        verb_run_free(&run);
    }
    verb_run_on_terminal(&run, &w, 120, (const char *const[]){"export", "--color=always", NULL});
    is_terminal("export on a terminal", &run.out);
    verb_run_free(&run);
    verb_run_on_terminal(&run, &w, 120, (const char *const[]){"search", "--color=always", "tides", NULL});
    is_terminal("search on a terminal", &run.out);
    verb_run_free(&run);
    verb_run_on_terminal(&run, &w, 120, (const char *const[]){"export", "--format=csv", NULL});
    is_terminal("csv on a terminal", &run.out);
    verb_run_free(&run);
    check_names(&w);
    whole_free(&w);
    site_stop(site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_nasty_string_is_only_text_on_every_way_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
