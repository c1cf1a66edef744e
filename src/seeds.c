#include "seeds.h"

#include "domain.h"
#include "log.h"
#include "nearest.h"
#include "text.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define LINE_LIMIT   (64u * 1024) /* bytes */
#define WARNINGS_MAX 10           /* of bad lines of one list; the rest is counted */
#define NOTES_MAX    3            /* of hosts taken as https, likewise */
#define SHOWN_MAX    200          /* bytes of a bad line that are shown */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static struct slice trimmed(struct slice s)
{
    while (s.size > 0 && is_blank(s.data[0])) {
        s.data++;
        s.size--;
    }
    while (s.size > 0 && is_blank(s.data[s.size - 1]))
        s.size--;
    return s;
}

/* Without the comment at its end. A # within a word is a URL's fragment. */
static struct slice without_comment(struct slice s)
{
    for (size_t i = 0; i < s.size; i++) {
        if (s.data[i] == '#' && (i == 0 || is_blank(s.data[i - 1])))
            return trimmed((struct slice){s.data, i});
    }
    return s;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The scheme at the start of `s`, or empty: "host:8080" has none. */
static struct slice scheme_of(struct slice s)
{
    size_t size = 0, digits;

    while (size < s.size && (is_letter(s.data[size]) ||
                             (size > 0 && s.data[size] != '\0' && strchr("0123456789+-.", s.data[size]) != NULL)))
        size++;
    if (size == 0 || size == s.size || s.data[size] != ':')
        return (struct slice){s.data, 0};
    digits = size + 1;
    while (digits < s.size && s.data[digits] >= '0' && s.data[digits] <= '9')
        digits++;
    if (digits > size + 1 && (digits == s.size || strchr("/?#", s.data[digits]) != NULL))
        return (struct slice){s.data, 0};
    return (struct slice){s.data, size};
}

static bool scheme_is(struct slice scheme, const char *name)
{
    return scheme.size == strlen(name) && strncasecmp(scheme.data, name, scheme.size) == 0;
}

/* Why a text with a scheme is no seed. */
static bool refuse_scheme(struct slice text, struct slice scheme, struct err *err)
{
    static const char *const ours[] = {"http", "https"};
    static const char *const others[] = {"ftp",  "ftps",       "file", "mailto", "data", "ws", "wss",
                                         "news", "javascript", "tel",  "gopher", "sftp", "git"};
    int shown = (int)text_prefix(text, SHOWN_MAX).size;
    char name[16] = "";
    const char *near;

    if (scheme_is(scheme, "http") || scheme_is(scheme, "https"))
        return err_set(err, "\"%.*s\" is no URL", shown, text.data);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (scheme_is(scheme, others[i]))
            return err_set(err, "\"%.*s\": only http and https can be crawled", shown, text.data);
    }
    for (size_t i = 0; i < scheme.size && i < sizeof name - 1; i++)
        name[i] = (char)(is_letter(scheme.data[i]) ? scheme.data[i] | 0x20 : scheme.data[i]);
    near = nearest_name(name, ours, 2);
    if (near != NULL)
        return err_set(err, "\"%.*s\" has no usable scheme (did you mean \"%s://\"?)", shown, text.data, near);
    return err_set(err, "\"%.*s\" has no usable scheme; seeds begin with http:// or https://", shown, text.data);
}

/* True if a host without a scheme can hardly be anything else: it has a dot, a port, or is an address or localhost. */
static bool is_plainly_host(struct slice text, const struct url *url)
{
    struct slice host = url_host(url);
    size_t size = 0;

    while (size < text.size && strchr("/?#", text.data[size]) == NULL)
        size++;
    return memchr(host.data, '.', host.size) != NULL || memchr(text.data, ':', size) != NULL ||
           slice_is(host, "localhost") || domain_is_address(host);
}

static bool is_this_machine(struct slice host)
{
    return slice_is(host, "localhost") || slice_is(host, "[::1]") ||
           (host.size > 4 && memcmp(host.data, "127.", 4) == 0 && domain_is_address(host));
}

struct reader {
    struct url url;
    struct buf text;  /* of the line, as valid UTF-8 */
    struct buf whole; /* with the scheme that was added */
    seeds_take *take;
    void *arg;
    bool looking; /* says nothing, and the first seed is enough */
    bool any;     /* there was a seed */
    unsigned long noted, warned;
};

static void free_reader(struct reader *r)
{
    url_free(&r->url);
    buf_free(&r->text);
    buf_free(&r->whole);
}

static void take_it(struct reader *r)
{
    r->any = true;
    if (!r->looking)
        r->take(r->arg, &r->url);
}

/* A seed without a scheme. */
static bool take_host(struct reader *r, struct slice text, struct err *err)
{
    int shown = (int)text_prefix(text, SHOWN_MAX).size;

    if (text.size > 2 && memcmp(text.data, "//", 2) == 0) {
        text.data += 2;
        text.size -= 2;
    }
    buf_clear(&r->whole);
    buf_printf(&r->whole, "https://%.*s", (int)text.size, text.data);
    if (url_parse(&r->url, buf_slice(&r->whole)) != URL_WEB)
        return err_set(err, "\"%.*s\" is no URL", shown, text.data);
    if (!is_plainly_host(text, &r->url))
        return err_set(err, "\"%.*s\" is no URL (if it is a host: http://%.*s)", shown, text.data, shown, text.data);
    if (is_this_machine(url_host(&r->url))) {
        buf_clear(&r->whole);
        buf_printf(&r->whole, "http://%.*s", (int)text.size, text.data);
        url_parse(&r->url, buf_slice(&r->whole));
    }
    if (!r->looking && r->noted++ < NOTES_MAX)
        log_note("%.*s is taken as %s", shown, text.data, r->url.text.data);
    take_it(r);
    return true;
}

/* One seed, trimmed and not empty. False with the reason if it is none. */
static bool take_seed(struct reader *r, struct slice line, struct err *err)
{
    struct slice text, scheme;

    if (memchr(line.data, '\0', line.size) != NULL)
        return err_set(err, "a NUL byte: this is no text");
    buf_clear(&r->text);
    text_add_utf8(&r->text, line);
    text = buf_slice(&r->text);
    scheme = scheme_of(text);
    if (scheme.size == 0)
        return take_host(r, text, err);
    if (url_parse(&r->url, text) != URL_WEB)
        return refuse_scheme(text, scheme, err);
    take_it(r);
    return true;
}

static struct reader new_reader(seeds_take *take, void *arg)
{
    return (struct reader){.url = URL_INIT,
                           .text = {.limit = 4 * LINE_LIMIT},
                           .whole = {.limit = 4 * LINE_LIMIT + 16},
                           .take = take,
                           .arg = arg};
}

/* ---- lists */

/* The next line into *line without its end; of a longer one than the limit the rest is passed over, and line->full is
 * set. False at the end of the file. */
static bool read_line(FILE *file, struct buf *line)
{
    int c = getc_unlocked(file);

    buf_clear(line);
    if (c == EOF)
        return false;
    while (c != '\n' && c != EOF) {
        buf_add_char(line, (char)c);
        c = getc_unlocked(file);
    }
    return true;
}

static void warn(struct reader *r, const char *name, unsigned long number, const struct err *why)
{
    if (!r->looking && r->warned++ < WARNINGS_MAX)
        log_warning("%s:%lu: %s; skipped", name, number, why->text);
}

static void say_the_rest(const struct reader *r, const char *name)
{
    if (r->warned > WARNINGS_MAX)
        log_warning("%s: %lu more lines are no seeds; skipped", name, r->warned - WARNINGS_MAX);
    if (r->noted > NOTES_MAX)
        log_note("%s: %lu more hosts without a scheme are taken as https", name, r->noted - NOTES_MAX);
}

/* What people name by mistake. */
static bool check_beginning(const struct buf *line, const char *name, struct err *err)
{
    struct slice begin = buf_slice(line);

    if (begin.size >= 15 && memcmp(begin.data, "SQLite format 3", 15) == 0)
        return err_set(err, "%s is a database, not a list of seeds; to go on with its crawl: crawl -o %s", name, name);
    if (begin.size >= 2 && (memcmp(begin.data, "\xff\xfe", 2) == 0 || memcmp(begin.data, "\xfe\xff", 2) == 0))
        return err_set(err, "%s is UTF-16; save it as UTF-8", name);
    return true;
}

static bool read_stream(struct reader *r, FILE *file, const char *name, struct err *err)
{
    struct buf line = {.limit = LINE_LIMIT};
    unsigned long number = 0;
    bool good = true;

    while (good && !(r->looking && r->any) && read_line(file, &line)) {
        struct slice text = buf_slice(&line);
        struct err why;

        if (++number == 1) {
            good = check_beginning(&line, name, err);
            if (text.size >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0) {
                text.data += 3;
                text.size -= 3;
            }
        }
        text = without_comment(trimmed(text));
        if (!good || text.size == 0)
            continue;
        if (line.full) {
            err_set(&why, "longer than %u bytes", LINE_LIMIT);
            warn(r, name, number, &why);
        } else if (!take_seed(r, text, &why)) {
            warn(r, name, number, &why);
        }
    }
    if (good && ferror(file))
        good = err_set(err, "cannot read %s: %s", name, strerror(errno));
    say_the_rest(r, name);
    buf_free(&line);
    return good;
}

static bool read_file(struct reader *r, const char *path, struct err *err)
{
    bool is_standard = strcmp(path, "-") == 0, good;
    struct stat info;
    FILE *file;

    if (r->looking && (is_standard || (stat(path, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)))) {
        r->any = true;
        return true;
    }
    file = is_standard ? stdin : fopen(path, "rb");
    if (file == NULL)
        return err_set(err, "cannot read %s: %s", path, strerror(errno));
    good = read_stream(r, file, is_standard ? "standard input" : path, err);
    if (!is_standard)
        fclose(file);
    return good;
}

/* ---- operands */

/* True if `operand` looks like the name of a file, not of a host: "seeds.txt" has a dot, too. */
static bool looks_like_file(const char *operand)
{
    static const char *const endings[] = {".txt", ".lst", ".list", ".urls", ".csv", ".tsv", ".db", ".xml"};
    size_t size = strlen(operand);

    if (operand[0] == '/' || operand[0] == '~' || strncmp(operand, "./", 2) == 0 || strncmp(operand, "../", 3) == 0)
        return strncmp(operand, "//", 2) != 0;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t ending = strlen(endings[i]);

        /* "www.example.org/a.txt" may be meant for a host: its first part has a dot. */
        if (size > ending && strcasecmp(operand + size - ending, endings[i]) == 0)
            return memchr(operand, '.', strcspn(operand, "/")) == NULL || strchr(operand, '/') == NULL;
    }
    return false;
}

static bool read_operand(struct reader *r, const char *operand, struct err *err)
{
    struct slice text = trimmed(slice_of(operand));
    struct stat info;

    if (strcmp(operand, "-") == 0)
        return read_file(r, operand, err);
    if (text.size == 0)
        return err_set(err, "an empty operand is no seed");
    if (scheme_of(text).size == 0 && stat(operand, &info) == 0) {
        if (S_ISDIR(info.st_mode))
            return err_set(err, "%s is a directory, not a list of seeds", operand);
        return read_file(r, operand, err);
    }
    if (scheme_of(text).size == 0 && looks_like_file(operand))
        return err_set(err, "cannot read %s: %s", operand, strerror(ENOENT));
    return take_seed(r, text, err);
}

/* ---- what others call */

bool seeds_read_stream(FILE *file, const char *name, seeds_take *take, void *arg, struct err *err)
{
    struct reader r = new_reader(take, arg);
    bool good = read_stream(&r, file, name, err);

    free_reader(&r);
    return good;
}

bool seeds_read_file(const char *path, seeds_take *take, void *arg, struct err *err)
{
    struct reader r = new_reader(take, arg);
    bool good = read_file(&r, path, err);

    free_reader(&r);
    return good;
}

bool seeds_read_operand(const char *operand, seeds_take *take, void *arg, struct err *err)
{
    struct reader r = new_reader(take, arg);
    bool good = read_operand(&r, operand, err);

    free_reader(&r);
    return good;
}

static bool look(const char *text, bool (*read)(struct reader *r, const char *text, struct err *err), bool *any,
                 struct err *err)
{
    struct reader r = new_reader(NULL, NULL);
    bool good;

    r.looking = true;
    good = read(&r, text, err);
    *any = *any || r.any;
    free_reader(&r);
    return good;
}

bool seeds_look_at_file(const char *path, bool *any, struct err *err)
{
    return look(path, read_file, any, err);
}

bool seeds_look_at_operand(const char *operand, bool *any, struct err *err)
{
    return look(operand, read_operand, any, err);
}
