#include "soft404.h"

#include "mem.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <xxhash.h>

#define PLACES         (1u << 14) /* titles and texts kept in mind: a power of two */
#define SAME_SUSPECT   5          /* URLs of one host with the same page make it suspect */
#define TEXTS_COMPARED 64 /* pages of one title whose texts are read: by then it shows whether they are the same */

enum judgement {
    HOST_ASKED, /* the answer is not there yet */
    HOST_SOUND, /* says 404, or redirects, or nothing at all */
    HOST_SOFT   /* answered with a good page */
};

struct host_note {
    uint64_t key;   /* of the origin; 0: this place is free */
    uint64_t title; /* HOST_SOFT: of the answer */
    enum judgement state;
};

struct count {
    uint64_t key;
    uint32_t count;
};

struct title {
    struct count seen;
    size_t bytes;       /* of the latest page with it ... */
    uint64_t body_hash; /* ... and its body */
};

struct soft404 {
    uint64_t seed;
    pthread_mutex_t lock;    /* guards all below */
    struct host_note *hosts; /* open addressing, never more than half full */
    size_t capacity, host_count;
    struct title *titles; /* of hosts not suspected: pages with this title; a newer one takes the place of an older */
    struct count *pages;  /* likewise, with this body, or title and text */
};

struct soft404 *soft404_new(uint64_t seed)
{
    struct soft404 *s = mem_new(sizeof *s);

    s->seed = seed;
    s->capacity = 64;
    s->hosts = mem_array(s->capacity, sizeof *s->hosts);
    s->titles = mem_array(PLACES, sizeof *s->titles);
    s->pages = mem_array(PLACES, sizeof *s->pages);
    pthread_mutex_init(&s->lock, NULL);
    return s;
}

void soft404_free(struct soft404 *s)
{
    if (s == NULL)
        return;
    pthread_mutex_destroy(&s->lock);
    free(s->hosts);
    free(s->titles);
    free(s->pages);
    free(s);
}

/* --- Titles ------------------------------------------------------------------------ */

bool soft404_reads_missing(struct slice title)
{
    static const char firsts[] = "4nbdpieho\xD0\xE8\xE6\xEC"; /* of the words */
    static const char *const words[] = {
        "404",
        "not found",
        "be found", /* cannot, could not ... */
        "does not exist",
        "doesn't exist",
        "doesn\xE2\x80\x99t exist",
        "no longer exist",
        "no longer available",
        "page missing",
        "nicht gefunden",
        "existiert nicht",
        "introuvable",
        "non trouv",
        "existe pas",
        "no encontrad",
        "no existe",
        "non trovat",
        "o encontrad",
        "niet gevonden",
        "hittades inte",
        "ikke fundet",
        "ikke funnet",
        "nie znaleziono",
        "nenalezen",
        "bulunamad",
        "\xD0\xBD\xD0\xB5 \xD0\xBD\xD0\xB0\xD0\xB9\xD0\xB4\xD0\xB5\xD0\xBD",                    /* ne najden */
        "\xE8\xA6\x8B\xE3\x81\xA4\xE3\x81\x8B\xE3\x82\x8A\xE3\x81\xBE\xE3\x81\x9B\xE3\x82\x93", /* mitsukarimasen */
        "\xE6\x89\xBE\xE4\xB8\x8D\xE5\x88\xB0",                                                 /* zhao bu dao */
        "\xE6\x9C\xAA\xE6\x89\xBE\xE5\x88\xB0",                                                 /* wei zhao dao */
        "\xEC\xB0\xBE\xEC\x9D\x84 \xEC\x88\x98 \xEC\x97\x86",                                   /* chajeul su eop */
    };

    /* Each title is looked at, so most places are passed by one look. */
    for (size_t at = 0; at < title.size; at++) {
        char c = title.data[at];

        c = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
        if (memchr(firsts, c, sizeof firsts - 1) == NULL)
            continue;
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            if (words[i][0] == c && strlen(words[i]) <= title.size - at &&
                strncasecmp(title.data + at, words[i], strlen(words[i])) == 0)
                return true;
    }
    return false;
}

static struct slice path_of(struct slice url)
{
    const char *host = memchr(url.data, '/', url.size);
    const char *end = url.data + url.size;
    const char *path = host == NULL || end - host < 2 ? NULL : memchr(host + 2, '/', (size_t)(end - host - 2));

    return path == NULL ? (struct slice){end, 0} : (struct slice){path, (size_t)(end - path)};
}

/* The end of a path, that a page may name: "b" of "/a/b/?c". */
static struct slice last_part(struct slice path)
{
    const char *query = path.size == 0 ? NULL : memchr(path.data, '?', path.size);
    size_t end = query == NULL ? path.size : (size_t)(query - path.data), start;

    while (end > 0 && path.data[end - 1] == '/')
        end--;
    for (start = end; start > 0 && path.data[start - 1] != '/';)
        start--;
    return (struct slice){path.data + start, end - start};
}

#define LEAST_NAMED 3 /* letters of a part of a path: shorter ones stand in any title */

/* Where a title names the URL of its page; size 0: it does not. */
static struct slice named_in(struct slice title, struct slice url)
{
    struct slice path = path_of(url), part = last_part(path);
    struct slice wanted[] = {url, path, part};

    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        const char *found = wanted[i].size < LEAST_NAMED || title.size < wanted[i].size
                                ? NULL
                                : memmem(title.data, title.size, wanted[i].data, wanted[i].size);

        if (found != NULL)
            return (struct slice){found, wanted[i].size};
    }
    return (struct slice){title.data, 0};
}

static bool same(const char *a, size_t a_size, const char *b, size_t b_size)
{
    return a_size == b_size && (a_size == 0 || memcmp(a, b, a_size) == 0);
}

static bool same_title(const struct soft404_print *a, const struct soft404_print *b)
{
    struct slice an = named_in(a->title, a->url), bn = named_in(b->title, b->url);
    const char *a_end = a->title.data + a->title.size, *b_end = b->title.data + b->title.size;

    if (same(a->title.data, a->title.size, b->title.data, b->title.size))
        return true;
    return an.size > 0 && bn.size > 0 &&
           same(a->title.data, (size_t)(an.data - a->title.data), b->title.data, (size_t)(bn.data - b->title.data)) &&
           same(an.data + an.size, (size_t)(a_end - an.data) - an.size, bn.data + bn.size,
                (size_t)(b_end - bn.data) - bn.size);
}

/* --- Whether they are alike ---------------------------------------------------------- */

#define NEAR_BITS       3   /* of two simhashes, for texts that hardly differ */
#define NEAR_LEAST_SIZE 400 /* of a page, for its simhash to mean anything */
#define NEAR_BYTES      64  /* by which pages of one error differ, besides the names of their URLs ... */
#define NAMED_TIMES     6   /* ... which they may have so often */

/* The difference between their sizes is that of their URLs, named some times in them. */
static bool near_size(const struct soft404_print *a, const struct soft404_print *b)
{
    int64_t difference = a->bytes > b->bytes ? a->bytes - b->bytes : b->bytes - a->bytes;
    int64_t named =
        a->url.size > b->url.size ? (int64_t)(a->url.size - b->url.size) : (int64_t)(b->url.size - a->url.size);

    return difference <= NEAR_BYTES + NAMED_TIMES * named;
}

bool soft404_is_like(const struct soft404_print *page, const struct soft404_print *probe)
{
    bool texts = page->text_hash != 0 && probe->text_hash != 0;

    if (page->body_hash != 0 && page->body_hash == probe->body_hash)
        return true;
    if (page->title.size == 0 || !same_title(page, probe))
        return false;
    if (texts && page->text_hash == probe->text_hash)
        return true;
    if (texts && page->bytes >= NEAR_LEAST_SIZE && __builtin_popcountll(page->simhash ^ probe->simhash) <= NEAR_BITS)
        return true;
    /* The first pages of a title were not read for their texts. One of an error may name what was asked for. */
    return (!texts || soft404_reads_missing(page->title)) && near_size(page, probe);
}

/* --- Hosts ---------------------------------------------------------------------------- */

static uint64_t hash_of(const struct soft404 *s, struct slice text, uint64_t what)
{
    uint64_t hash = XXH3_64bits_withSeed(text.data, text.size, s->seed ^ what);

    return hash == 0 ? 1 : hash;
}

static struct slice origin_of(struct slice url)
{
    return (struct slice){url.data, url.size - path_of(url).size};
}

static uint64_t host_key(const struct soft404 *s, struct slice url)
{
    return hash_of(s, origin_of(url), 0x736F6674);
}

static struct slice url_of(const struct page *page)
{
    return (struct slice){page->url, page->url_size};
}

/* With the lock: the host's place, or the free one for it. */
static struct host_note *find_host(const struct soft404 *s, uint64_t key)
{
    size_t i = key & (s->capacity - 1);

    while (s->hosts[i].key != 0 && s->hosts[i].key != key)
        i = (i + 1) & (s->capacity - 1);
    return &s->hosts[i];
}

/* With the lock. */
static struct host_note *add_host(struct soft404 *s, uint64_t key)
{
    struct host_note *old = s->hosts, *note;
    size_t old_capacity = s->capacity;

    if (s->host_count * 2 >= s->capacity) {
        s->capacity *= 2;
        s->hosts = mem_array(s->capacity, sizeof *s->hosts);
        for (size_t i = 0; i < old_capacity; i++)
            if (old[i].key != 0)
                *find_host(s, old[i].key) = old[i];
        free(old);
    }
    note = find_host(s, key);
    s->host_count += note->key == 0;
    note->key = key;
    return note;
}

void soft404_restore(struct soft404 *s, struct slice url, bool answered, struct slice title)
{
    struct host_note *note;

    pthread_mutex_lock(&s->lock);
    note = add_host(s, host_key(s, url));
    note->state = !answered ? HOST_ASKED : title.data == NULL ? HOST_SOUND : HOST_SOFT;
    note->title = title.data == NULL ? 0 : hash_of(s, title, 0);
    pthread_mutex_unlock(&s->lock);
}

static bool is_good(const struct page *page)
{
    return page->outcome == PAGE_OK && page->skip == SKIP_NONE &&
           (page->mime.kind == MIME_HTML || page->mime.kind == MIME_XHTML);
}

void soft404_answered(struct soft404 *s, const struct page *page)
{
    struct slice title = page->title.data == NULL ? slice_of("") : page->title;

    soft404_restore(s, url_of(page), true, is_good(page) ? title : (struct slice){NULL, 0});
}

/* --- Suspicion -------------------------------------------------------------------------- */

/* With the lock: how often the key was counted at its place before. */
static uint32_t count_one(struct count *c, uint64_t key)
{
    if (c->key != key)
        *c = (struct count){key, 0};
    return c->count++;
}

/* With the lock. */
static uint32_t count_page(struct soft404 *s, uint64_t key)
{
    return count_one(&s->pages[key & (PLACES - 1)], key);
}

/* With the lock: the page's text may be that of another with this title, and it takes reading to know. The same body
 * says so by itself, and texts that are alike are in pages of about the same size: in documentation that cut what was
 * read to a fifth, and 3 % of a crawl's instructions. */
static bool may_be_alike(struct soft404 *s, uint64_t key, const struct page *page)
{
    struct title *t = &s->titles[key & (PLACES - 1)];
    uint32_t before = count_one(&t->seen, key);
    bool alike = page->body_hash != t->body_hash && page->body.size / 2 <= t->bytes && t->bytes / 2 <= page->body.size;

    t->bytes = page->body.size;
    t->body_hash = page->body_hash;
    return before > 0 && before <= TEXTS_COMPARED && alike;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t hash = (a ^ b) * 0x9E3779B97F4A7C15u;

    return hash ^ hash >> 29 ^ (b << 1);
}

static bool is_looked_at(const struct page *page)
{
    return page->kind == PAGE_DOCUMENT && is_good(page);
}

static bool reads_missing(const struct page *page)
{
    return soft404_reads_missing(page->title) || soft404_reads_missing(page->h1);
}

bool soft404_look(struct soft404 *s, const struct page *page)
{
    uint64_t host, title;
    const struct host_note *note;
    bool wants;

    if (!is_looked_at(page))
        return false;
    host = host_key(s, url_of(page));
    title = hash_of(s, page->title, 0);
    pthread_mutex_lock(&s->lock);
    note = find_host(s, host);
    if (note->key != 0 && note->state != HOST_ASKED)
        wants = note->state == HOST_SOFT && note->title == title;
    else
        wants = may_be_alike(s, mix(host, title), page);
    pthread_mutex_unlock(&s->lock);
    return wants || reads_missing(page);
}

/* With the lock: the same page was there under other URLs often enough. */
static bool is_repeated(struct soft404 *s, uint64_t host, const struct page *page)
{
    uint64_t body = mix(host, page->body_hash), text = mix(mix(host, hash_of(s, page->title, 0)), page->text_hash);
    bool repeated = page->body_hash != 0 && count_page(s, body) + 1 >= SAME_SUSPECT;

    return (page->text_hash != 0 && count_page(s, text) + 1 >= SAME_SUSPECT) || repeated;
}

void soft404_learn(struct soft404 *s, struct page *page)
{
    struct slice origin = origin_of(url_of(page));
    uint64_t host;
    bool suspect = false;

    if (!is_looked_at(page))
        return;
    host = host_key(s, url_of(page));
    pthread_mutex_lock(&s->lock);
    if (find_host(s, host)->key == 0)
        suspect = is_repeated(s, host, page) || reads_missing(page);
    if (suspect)
        add_host(s, host)->state = HOST_ASKED;
    pthread_mutex_unlock(&s->lock);
    if (suspect) {
        size_t size = origin.size + sizeof "/no-such-page-0123456789abcdef";

        page->probe = mem_alloc(size);
        snprintf(page->probe, size, "%.*s/no-such-page-%016llx", (int)origin.size, origin.data,
                 (unsigned long long)hash_of(s, origin, 0x70726F6265));
    }
}
