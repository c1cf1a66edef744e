#include "sitemap_xml.h"

#include "date.h"
#include "mem.h"
#include "xml.h"

#include <stdlib.h>
#include <strings.h>

#define DEPTH_MAX     64u /* elements whose names are known; deeper ones are only counted */
#define NAMESPACE_MAX 32u /* declarations in force at a time; those of further ones are unknown */
#define LOC_BYTES     (64u * 1024)
#define DATE_BYTES    100u

enum role {
    ROLE_OTHER,
    ROLE_ROOT,
    ROLE_CHANNEL,  /* of RSS 2.0 */
    ROLE_ENTRY,    /* url, sitemap, item, entry */
    ROLE_LOC,      /* loc, link of RSS */
    ROLE_GUID,     /* of RSS: stands in for a link */
    ROLE_LINK,     /* of Atom: has its URL in an attribute */
    ROLE_DATE,     /* of the last change */
    ROLE_WEAK_DATE /* another, that counts if there is none of the last change */
};

struct element {
    uint64_t name;          /* hash of it, with its prefix */
    size_t namespace_count; /* declarations in force outside it */
    enum role role;
};

struct namespace
{
    uint64_t prefix; /* hash; of nothing for the default one */
    uint64_t uri;    /* hash; 0 for none */
};

struct sitemap_xml {
    struct xml scan;
    struct sitemap_out *out;
    enum sitemap_root root;
    struct element stack[DEPTH_MAX];
    size_t depth;  /* elements on the stack */
    size_t deeper; /* open elements beyond it */
    bool closed;   /* the root has ended */
    bool broken;   /* some tag did not match */
    struct namespace namespaces[NAMESPACE_MAX];
    size_t namespace_count;
    uint64_t root_uri, default_uri; /* of the root element, and of names without prefix there */
    struct buf *gathering;          /* takes the text at hand, or NULL */
    struct buf loc, guid, date;     /* of the entry at hand */
    int64_t lastmod_ms;
};

/* --- Telling -------------------------------------------------------------------- */

/* Tells the entry at hand, if it has a URL, and forgets it. */
static void tell(struct sitemap_xml *x)
{
    struct slice loc = sitemap_trimmed(buf_slice(&x->loc)), guid = sitemap_trimmed(buf_slice(&x->guid));

    if (loc.size == 0 && guid.size > 4 && strncasecmp(guid.data, "http", 4) == 0)
        loc = guid;
    if (loc.size > 0)
        sitemap_tell_entry(x->out, loc, x->lastmod_ms);
    buf_clear(&x->loc);
    buf_clear(&x->guid);
    x->lastmod_ms = -1;
}

/* --- Names ---------------------------------------------------------------------- */

static uint64_t hash_of(struct slice s)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < s.size; i++)
        hash = (hash ^ (unsigned char)s.data[i]) * UINT64_C(1099511628211);
    return hash;
}

static bool is_named(struct slice s, const char *name)
{
    return s.size == strlen(name) && strncasecmp(s.data, name, s.size) == 0;
}

static bool contains(struct slice s, const char *part)
{
    return s.size > 0 && memmem(s.data, s.size, part, strlen(part)) != NULL;
}

static struct slice prefix_of(struct slice name)
{
    const char *colon = memchr(name.data, ':', name.size);

    return (struct slice){name.data, colon == NULL ? 0 : (size_t)(colon - name.data)};
}

static struct slice local_name(struct slice name)
{
    size_t skipped = prefix_of(name).size;

    skipped += skipped > 0;
    return (struct slice){name.data + skipped, name.size - skipped};
}

/* The namespaces of the protocol, all versions, are as one: http or https, sitemaps.org or Google's of before. */
static uint64_t uri_hash(struct slice uri)
{
    if (contains(uri, "sitemaps.org/schemas/sitemap/") || contains(uri, "google.com/schemas/sitemap/"))
        return 1;
    return uri.size == 0 ? 0 : hash_of(uri);
}

static void declare(struct sitemap_xml *x, struct slice attributes)
{
    struct slice name, value;

    if (!contains(attributes, "xmlns"))
        return;
    while (xml_next_attribute(&attributes, &name, &value)) {
        bool is_default = slice_is(name, "xmlns");

        if ((!is_default && !slice_is(prefix_of(name), "xmlns")) || x->namespace_count == NAMESPACE_MAX)
            continue;
        x->namespaces[x->namespace_count++] =
            (struct namespace){hash_of(is_default ? (struct slice){"", 0} : local_name(name)), uri_hash(value)};
    }
}

/* The namespace of names with `prefix`. One that nobody declared is its own. */
static uint64_t namespace_of(const struct sitemap_xml *x, struct slice prefix)
{
    uint64_t hash = hash_of(prefix);

    for (size_t i = x->namespace_count; i > 0; i--)
        if (x->namespaces[i - 1].prefix == hash)
            return x->namespaces[i - 1].uri;
    return prefix.size == 0 ? 0 : hash;
}

/* --- Roles ---------------------------------------------------------------------- */

static enum sitemap_root root_of(struct slice name, struct slice attributes)
{
    if (is_named(name, "urlset"))
        return SITEMAP_ROOT_URLSET;
    if (is_named(name, "sitemapindex"))
        return SITEMAP_ROOT_INDEX;
    if (is_named(name, "rss") ||
        (is_named(name, "RDF") && (contains(attributes, "/rss/") || contains(attributes, "netscape"))))
        return SITEMAP_ROOT_RSS;
    return is_named(name, "feed") ? SITEMAP_ROOT_ATOM : SITEMAP_ROOT_NONE;
}

static enum role entry_role(enum sitemap_root root, struct slice name)
{
    switch (root) {
    case SITEMAP_ROOT_URLSET:
    case SITEMAP_ROOT_INDEX:
        return is_named(name, "url") || is_named(name, "sitemap") ? ROLE_ENTRY : ROLE_OTHER;
    case SITEMAP_ROOT_RSS:
        return is_named(name, "item") ? ROLE_ENTRY : is_named(name, "channel") ? ROLE_CHANNEL : ROLE_OTHER;
    case SITEMAP_ROOT_ATOM:
        return is_named(name, "entry") ? ROLE_ENTRY : ROLE_OTHER;
    case SITEMAP_ROOT_NONE:
        break;
    }
    return ROLE_OTHER;
}

static enum role part_role(enum sitemap_root root, struct slice name)
{
    switch (root) {
    case SITEMAP_ROOT_URLSET:
    case SITEMAP_ROOT_INDEX:
        return is_named(name, "loc") ? ROLE_LOC : is_named(name, "lastmod") ? ROLE_DATE : ROLE_OTHER;
    case SITEMAP_ROOT_RSS:
        return is_named(name, "link")      ? ROLE_LOC
               : is_named(name, "guid")    ? ROLE_GUID
               : is_named(name, "pubDate") ? ROLE_DATE
                                           : ROLE_OTHER;
    case SITEMAP_ROOT_ATOM:
        return is_named(name, "link")                                    ? ROLE_LINK
               : is_named(name, "updated") || is_named(name, "modified") ? ROLE_DATE
               : is_named(name, "published") || is_named(name, "issued") ? ROLE_WEAK_DATE
                                                                         : ROLE_OTHER;
    case SITEMAP_ROOT_NONE:
        break;
    }
    return ROLE_OTHER;
}

static enum role role_of(const struct sitemap_xml *x, struct slice name)
{
    enum role parent = x->stack[x->depth - 1].role;
    struct slice local = local_name(name);
    uint64_t uri = namespace_of(x, prefix_of(name));
    bool ours = uri <= 1 || uri == x->root_uri || uri == x->default_uri;

    if (x->root == SITEMAP_ROOT_RSS && parent == ROLE_ENTRY && !ours && is_named(local, "date"))
        return ROLE_WEAK_DATE; /* of Dublin Core */
    if (!ours)
        return ROLE_OTHER;
    if (parent == ROLE_ROOT || parent == ROLE_CHANNEL)
        return entry_role(x->root, local);
    if (parent != ROLE_ENTRY)
        return ROLE_OTHER;
    /* An entry in an entry: the end of the first was forgotten. */
    return entry_role(x->root, local) == ROLE_ENTRY ? ROLE_ENTRY : part_role(x->root, local);
}

/* --- Elements ------------------------------------------------------------------- */

static void keep_date(struct sitemap_xml *x, bool weak)
{
    int64_t ms = date_parse_ms(buf_slice(&x->date));

    if (ms >= 0 && !(weak && x->lastmod_ms >= 0))
        x->lastmod_ms = ms;
}

/* Ends the innermost element. `cut`: its end tag is missing, so what it says may be half. */
static void pop(struct sitemap_xml *x, bool cut)
{
    struct element *e = &x->stack[--x->depth];
    struct buf *gathered = e->role == ROLE_LOC ? &x->loc : e->role == ROLE_GUID ? &x->guid : NULL;

    x->namespace_count = e->namespace_count;
    x->broken |= cut;
    x->closed |= x->depth == 0;
    if (gathered != NULL && (cut || gathered->full))
        buf_clear(gathered);
    if ((e->role == ROLE_DATE || e->role == ROLE_WEAK_DATE) && !cut)
        keep_date(x, e->role == ROLE_WEAK_DATE);
    if (e->role == ROLE_ENTRY)
        tell(x);
    if (e->role != ROLE_OTHER)
        x->gathering = NULL;
}

/* Takes the URL of an Atom link: the first that leads to the entry itself, not to an edit form or a download. */
static void take_link(struct sitemap_xml *x, struct slice attributes)
{
    struct slice name, value, href = {NULL, 0};
    bool alternate = true;

    while (xml_next_attribute(&attributes, &name, &value)) {
        if (slice_is(name, "href"))
            href = value;
        else if (slice_is(name, "rel"))
            alternate = is_named(value, "alternate");
    }
    if (alternate && href.size > 0 && x->loc.size == 0)
        xml_add_resolved(&x->loc, href);
}

/* An element with a role begins. */
static void begin(struct sitemap_xml *x, enum role role, struct slice attributes)
{
    switch (role) {
    case ROLE_LOC:
        if (x->loc.size > 0 && x->root != SITEMAP_ROOT_RSS)
            tell(x); /* a second one: of an entry whose start was forgotten */
        x->gathering = x->loc.size == 0 ? &x->loc : NULL;
        break;
    case ROLE_GUID:
        buf_clear(&x->guid);
        x->gathering = &x->guid;
        break;
    case ROLE_DATE:
    case ROLE_WEAK_DATE:
        buf_clear(&x->date);
        x->gathering = &x->date;
        break;
    case ROLE_LINK:
        take_link(x, attributes);
        break;
    case ROLE_OTHER:
    case ROLE_ROOT:
    case ROLE_CHANNEL:
    case ROLE_ENTRY:
        break;
    }
}

static void on_start(void *arg, struct slice name, struct slice attributes)
{
    struct sitemap_xml *x = arg;
    size_t outside = x->namespace_count;
    enum role role = ROLE_ROOT;

    if (x->closed)
        return;
    if (x->depth == DEPTH_MAX) {
        x->deeper++;
        return;
    }
    declare(x, attributes);
    if (x->depth == 0) {
        x->root = root_of(local_name(name), attributes);
        x->root_uri = namespace_of(x, prefix_of(name));
        x->default_uri = namespace_of(x, (struct slice){name.data, 0});
    } else
        role = role_of(x, name);
    if (role == ROLE_ENTRY && x->stack[x->depth - 1].role == ROLE_ENTRY) {
        size_t declared = x->namespace_count;

        pop(x, true);
        x->namespace_count = declared;
    }
    x->stack[x->depth++] = (struct element){hash_of(name), outside, role};
    begin(x, role, attributes);
}

static void on_end(void *arg, struct slice name)
{
    struct sitemap_xml *x = arg;
    uint64_t hash = hash_of(name);
    size_t at = x->depth;

    if (x->deeper > 0) {
        x->deeper--;
        return;
    }
    while (at > 0 && name.size > 0 && x->stack[at - 1].name != hash)
        at--;
    x->broken |= at == 0 && !x->closed;
    if (at == 0)
        return;
    while (x->depth > at)
        pop(x, true);
    pop(x, false);
}

static void on_text(void *arg, struct slice text)
{
    struct sitemap_xml *x = arg;

    if (x->gathering != NULL)
        buf_add(x->gathering, text.data, text.size);
}

/* --- The whole ------------------------------------------------------------------ */

struct sitemap_xml *sitemap_xml_new(struct sitemap_out *out)
{
    struct sitemap_xml *x = mem_new(sizeof *x);

    xml_start(&x->scan, &(struct xml_listener){on_start, on_end, on_text, x});
    x->out = out;
    x->loc.limit = x->guid.limit = LOC_BYTES;
    x->date.limit = DATE_BYTES;
    x->lastmod_ms = -1;
    return x;
}

void sitemap_xml_feed(struct sitemap_xml *x, struct slice bytes)
{
    if (!x->out->over)
        xml_feed(&x->scan, bytes);
}

enum sitemap_root sitemap_xml_finish(struct sitemap_xml *x, bool *broken)
{
    bool whole = xml_finish(&x->scan);

    while (x->depth > 0)
        pop(x, true);
    *broken |= x->broken || !whole;
    return x->root;
}

void sitemap_xml_free(struct sitemap_xml *x)
{
    if (x == NULL)
        return;
    xml_free(&x->scan);
    buf_free(&x->loc);
    buf_free(&x->guid);
    buf_free(&x->date);
    free(x);
}
