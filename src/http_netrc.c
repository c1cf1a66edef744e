#include "http_netrc.h"

#include "mem.h"
#include "seen.h"
#include "url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define WORD_BYTES (64u * 1024)

struct machine {
    char *host; /* as of url_host(); NULL: the default, or no name that a URL can have */
    struct http_login login;
};

struct http_netrc {
    struct machine *machines;
    size_t count;
    struct seen *by_host; /* hash of a host -> place in `machines`, from 1 */
    size_t fallback;      /* place of the default, from 1; 0: there is none */
};

enum word { MACHINE, DEFAULT, LOGIN, PASSWORD, ACCOUNT, MACDEF, NO_WORD };

static const char *const WORDS[] = {"machine", "default", "login", "password", "account", "macdef"};

struct reading {
    struct http_netrc *netrc;
    const char *path;
    int line;
    struct machine machine; /* read up to here */
    bool in_machine, is_default, in_macro;
    enum word wants; /* the word whose value comes next */
    int wants_line;
    struct err *err;
};

static uint64_t hash_of(struct slice host)
{
    return XXH3_64bits(host.data, host.size);
}

static bool refuse(const struct reading *r, int line, const char *what)
{
    return err_set(r->err, "%s:%d: %s", r->path, line, what);
}

/* --- Machines ------------------------------------------------------------------ */

static void add_machine(struct http_netrc *netrc, const struct machine *machine, bool is_default)
{
    /* Grown at powers of two. */
    if ((netrc->count & (netrc->count - 1)) == 0)
        netrc->machines = mem_resize(netrc->machines, (netrc->count * 2 + 1) * sizeof *netrc->machines);
    netrc->machines[netrc->count++] = *machine;
    if (is_default && netrc->fallback == 0)
        netrc->fallback = netrc->count;
    else if (machine->host != NULL)
        seen_add(netrc->by_host, hash_of(slice_of(machine->host)), (int64_t)netrc->count);
}

/* One without a name to log in with is for others. */
static void end_machine(struct reading *r)
{
    if (r->in_machine && r->machine.login.name != NULL) {
        if (r->machine.login.password == NULL)
            r->machine.login.password = mem_string("");
        add_machine(r->netrc, &r->machine, r->is_default);
    } else {
        free(r->machine.host);
        free(r->machine.login.name);
        free(r->machine.login.password);
    }
    r->machine = (struct machine){0};
    r->in_machine = r->is_default = false;
}

/* The name as URLs have it. NULL: no URL can have it. */
static char *host_of(const char *name)
{
    bool is_bare_ipv6 = name[0] != '[' && strchr(name, ':') != NULL && strchr(name, ':') != strrchr(name, ':');
    struct buf text = {.limit = WORD_BYTES};
    struct url url = URL_INIT;
    char *host = NULL;

    if (buf_printf(&text, is_bare_ipv6 ? "http://[%s]/" : "http://%s/", name) && strpbrk(name, "/\\?#@") == NULL &&
        url_parse(&url, buf_slice(&text)) == URL_WEB)
        host = mem_copy(url_host(&url).data, url_host(&url).size);
    url_free(&url);
    buf_free(&text);
    return host;
}

/* --- Words ----------------------------------------------------------------------- */

static enum word word_of(const char *text)
{
    for (int i = 0; i < NO_WORD; i++)
        if (strcmp(text, WORDS[i]) == 0)
            return (enum word)i;
    return NO_WORD;
}

static void put(char **value, const char *text)
{
    free(*value);
    *value = mem_string(text);
}

static void take_value(struct reading *r, const char *text)
{
    switch (r->wants) {
    case MACHINE:
        r->machine.host = host_of(text);
        break;
    case LOGIN:
        put(&r->machine.login.name, text);
        break;
    case PASSWORD:
        put(&r->machine.login.password, text);
        break;
    case MACDEF:
        r->in_macro = true;
        break;
    default:
        break;
    }
    r->wants = NO_WORD;
}

/* What is no word that is known may be a part of a password, and is not repeated. */
static bool take_word(struct reading *r, const char *text)
{
    enum word word = word_of(text);

    if (r->wants != NO_WORD) {
        take_value(r, text);
        return true;
    }
    if (word == NO_WORD)
        return refuse(r, r->line,
                      "a word that is none of machine, default, login, password, account and macdef; a name or "
                      "password with blanks stands in double quotes");
    if (word == MACHINE || word == DEFAULT) {
        end_machine(r);
        r->in_machine = true;
        r->is_default = word == DEFAULT;
    } else if (!r->in_machine && word != MACDEF) {
        return refuse(r, r->line, "there is no machine before this");
    }
    if (word != DEFAULT) {
        r->wants = word;
        r->wants_line = r->line;
    }
    return true;
}

static char unescaped(char c)
{
    return c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
}

/* What is in quotes and begins at *at, which goes behind them. False: they do not end. */
static bool add_quoted(struct buf *word, const char **at)
{
    const char *c = *at;

    for (; *c != '\0' && *c != '"'; c++) {
        if (*c == '\\' && c[1] != '\0')
            buf_add_char(word, unescaped(*++c));
        else
            buf_add_char(word, *c);
    }
    *at = *c == '"' ? c + 1 : c;
    return *c == '"';
}

static bool read_line(struct reading *r, const char *at)
{
    static const char BLANKS[] = " \t\r\n";
    struct buf word = {.limit = WORD_BYTES};
    bool good = true;

    at += strspn(at, BLANKS);
    if (r->in_macro || *at == '#') {
        r->in_macro = r->in_macro && *at != '\0';
        return true;
    }
    while (good && !r->in_macro && *at != '\0') {
        bool is_whole = true;

        buf_clear(&word);
        if (*at == '"') {
            at++;
            is_whole = add_quoted(&word, &at);
        } else {
            buf_add(&word, at, strcspn(at, BLANKS));
            at += strcspn(at, BLANKS);
        }
        if (!is_whole)
            good = refuse(r, r->line, "a double quote that does not end on its line");
        else if (word.full)
            good = refuse(r, r->line, "a word of more than 64 KB");
        else
            good = take_word(r, word.size == 0 ? "" : word.data);
        at += strspn(at, BLANKS);
    }
    buf_free(&word);
    return good;
}

/* --- The file -------------------------------------------------------------------- */

static bool read_file(struct reading *r, FILE *file)
{
    char *line = NULL;
    size_t room = 0;
    bool good = true;

    while (good && getline(&line, &room, file) > 0) {
        r->line++;
        good = read_line(r, line);
    }
    free(line);
    if (good && ferror(file))
        good = err_set(r->err, "cannot read the netrc file %s: %m", r->path);
    if (good && r->wants != NO_WORD) {
        char text[80];

        snprintf(text, sizeof text, "\"%s\", and nothing behind it", WORDS[r->wants]);
        good = refuse(r, r->wants_line, text);
    }
    r->in_machine = r->in_machine && good;
    end_machine(r);
    return good;
}

struct http_netrc *http_netrc_read(const char *path, struct err *err)
{
    struct reading r = {.path = path, .wants = NO_WORD, .err = err};
    FILE *file = fopen(path, "re");
    bool good;

    if (file == NULL) {
        err_set(err, "cannot read the netrc file %s: %m", path);
        return NULL;
    }
    r.netrc = mem_new(sizeof *r.netrc);
    r.netrc->by_host = seen_new();
    good = read_file(&r, file);
    fclose(file);
    if (!good) {
        http_netrc_free(r.netrc);
        return NULL;
    }
    return r.netrc;
}

void http_netrc_free(struct http_netrc *netrc)
{
    if (netrc == NULL)
        return;
    for (size_t i = 0; i < netrc->count; i++) {
        free(netrc->machines[i].host);
        free(netrc->machines[i].login.name);
        free(netrc->machines[i].login.password);
    }
    free(netrc->machines);
    seen_free(netrc->by_host);
    free(netrc);
}

size_t http_netrc_count(const struct http_netrc *netrc)
{
    return netrc->count;
}

const struct http_login *http_netrc_find(const struct http_netrc *netrc, struct slice host)
{
    int64_t place = seen_find(netrc->by_host, hash_of(host));

    if (place > 0 && slice_is(host, netrc->machines[place - 1].host))
        return &netrc->machines[place - 1].login;
    return netrc->fallback > 0 ? &netrc->machines[netrc->fallback - 1].login : NULL;
}
