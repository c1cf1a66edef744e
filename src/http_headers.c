#include "http_shared.h"

#include "mem.h"
#include "seen.h"

#include <stdlib.h>
#include <strings.h>
#include <xxhash.h>

static const char *const DEFAULT_HEADERS[] = {
    "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding: gzip, deflate, br, zstd",
};

/* --- Header fields -------------------------------------------------------------- */

static size_t name_size(const char *header)
{
    return strcspn(header, ":;");
}

static bool same_name(const char *a, const char *b)
{
    return name_size(a) == name_size(b) && strncasecmp(a, b, name_size(a)) == 0;
}

bool http_is_secret(const char *header)
{
    return same_name(header, "Authorization:") || same_name(header, "Cookie:") ||
           same_name(header, "Proxy-Authorization:");
}

static bool is_among(const char *header, const char *const *headers)
{
    for (; headers != NULL && *headers != NULL; headers++)
        if (same_name(header, *headers))
            return true;
    return false;
}

void http_headers_append(struct curl_slist **list, const char *text)
{
    struct curl_slist *longer = curl_slist_append(*list, text);

    if (longer == NULL)
        mem_alloc(SIZE_MAX / 2); /* ends the program as out of memory does */
    *list = longer;
}

/* Defaults, From and the user's own, which take the place of ours; then `more`, which may be NULL. */
static struct curl_slist *make_headers(const struct http_settings *settings, const char *const *given,
                                       bool with_secrets, const char *more)
{
    struct curl_slist *list = NULL;
    struct buf from = {.limit = 4096};

    for (size_t i = 0; i < sizeof DEFAULT_HEADERS / sizeof *DEFAULT_HEADERS; i++)
        if (!is_among(DEFAULT_HEADERS[i], given))
            http_headers_append(&list, DEFAULT_HEADERS[i]);
    if (settings->from != NULL && buf_printf(&from, "From: %s", settings->from) && !is_among(from.data, given))
        http_headers_append(&list, from.data);
    for (const char *const *header = given; header != NULL && *header != NULL; header++)
        if ((with_secrets || !http_is_secret(*header)) && (more == NULL || !same_name(*header, more)))
            http_headers_append(&list, *header);
    if (more != NULL)
        http_headers_append(&list, more);
    buf_free(&from);
    return list;
}

static bool is_below(struct slice path, const char *top)
{
    size_t size = strlen(top);

    if (path.size < size || memcmp(path.data, top, size) != 0)
        return false;
    return path.size == size || top[size - 1] == '/' || path.data[size] == '/';
}

static uint64_t hash_of(struct slice origin)
{
    return XXH3_64bits(origin.data, origin.size);
}

/* Place from 1; 0: none has this origin. */
static size_t first_credential(const struct http_shared *shared, struct slice origin)
{
    return (size_t)seen_find(shared->by_origin, hash_of(origin));
}

static const struct http_headers *headers_of(const struct http_shared *shared, struct slice host)
{
    const struct http_settings *settings = shared->settings;

    return &shared->headers[settings->headers_for != NULL ? settings->headers_for(settings->headers_arg, host) : 0];
}

/* The user's lists become shared->headers. */
static void add_lists(struct http_shared *shared)
{
    const struct http_settings *settings = shared->settings;
    size_t lists = 0;

    while (settings->host_headers != NULL && settings->host_headers[lists] != NULL)
        lists++;
    shared->headers = mem_array(lists + 1, sizeof shared->headers[0]);
    for (size_t i = 0; i <= lists; i++) {
        struct http_headers *headers = &shared->headers[i];

        headers->given = i == 0 ? settings->headers : settings->host_headers[i - 1];
        headers->any = headers->seeds = make_headers(settings, headers->given, false, NULL);
        shared->headers_count++;
        for (const char *const *header = headers->given; header != NULL && *header != NULL; header++)
            if (http_is_secret(*header) && headers->seeds == headers->any)
                headers->seeds = make_headers(settings, headers->given, true, NULL);
    }
}

static bool may_have_secrets(const struct http_settings *settings, const struct url *url)
{
    return settings->may_have_secrets != NULL && settings->may_have_secrets(settings->arg, url);
}

struct curl_slist *http_shared_headers(const struct http_shared *shared, struct slice origin, const struct url *url)
{
    const struct http_settings *settings = shared->settings;
    const struct http_headers *headers = headers_of(shared, url_host(url));

    for (size_t place = first_credential(shared, origin); place > 0; place = shared->credentials[place - 1].next) {
        const struct http_credential *credential = &shared->credentials[place - 1];

        if (slice_is(origin, credential->origin) && is_below(url_path(url), credential->path))
            return credential->headers;
    }
    if (headers->seeds != headers->any && may_have_secrets(settings, url))
        return headers->seeds;
    return headers->any;
}

/* --- Credentials ------------------------------------------------------------------ */

const struct http_login *http_shared_login(const struct http_shared *shared, const struct url *url)
{
    return shared->netrc != NULL && may_have_secrets(shared->settings, url)
               ? http_netrc_find(shared->netrc, url_host(url))
               : NULL;
}

static void add_base64(struct buf *out, struct slice in)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < in.size; i += 3) {
        size_t left = in.size - i;
        unsigned bits = (unsigned)(unsigned char)in.data[i] << 16;

        if (left > 1)
            bits |= (unsigned)(unsigned char)in.data[i + 1] << 8;
        if (left > 2)
            bits |= (unsigned char)in.data[i + 2];
        buf_add_char(out, digits[bits >> 18]);
        buf_add_char(out, digits[bits >> 12 & 63]);
        buf_add_char(out, left > 1 ? digits[bits >> 6 & 63] : '=');
        buf_add_char(out, left > 2 ? digits[bits & 63] : '=');
    }
}

static struct http_credential *new_credential(struct http_shared *shared)
{
    /* Grown at powers of two. */
    if ((shared->credential_count & (shared->credential_count - 1)) == 0)
        shared->credentials =
            mem_resize(shared->credentials, (shared->credential_count * 2 + 1) * sizeof *shared->credentials);
    return &shared->credentials[shared->credential_count++];
}

/* Behind the others of its origin, unless one of them is for the same path: the first counts. `header` is its
 * Authorization. */
static void put_credential(struct http_shared *shared, struct slice origin, const struct url *url, const char *header)
{
    size_t last = 0;

    for (size_t place = first_credential(shared, origin); place > 0; place = shared->credentials[place - 1].next) {
        const struct http_credential *other = &shared->credentials[place - 1];

        if (slice_is(origin, other->origin) && slice_is(url_path(url), other->path))
            return;
        last = place;
    }
    *new_credential(shared) = (struct http_credential){
        mem_copy(origin.data, origin.size), mem_copy(url_path(url).data, url_path(url).size),
        make_headers(shared->settings, headers_of(shared, url_host(url))->given, true, header), 0};
    if (last > 0)
        shared->credentials[last - 1].next = shared->credential_count;
    else
        seen_add(shared->by_origin, hash_of(origin), (int64_t)shared->credential_count);
}

/* The secret is not repeated in the reason. */
bool http_shared_add_credential(struct http_shared *shared, const char *text, struct err *err)
{
    size_t origin_size = strcspn(text, " \t");
    struct slice secret = slice_of(text + origin_size + strspn(text + origin_size, " \t"));
    struct buf origin = {.limit = 4096}, header = {.limit = 64 * 1024};
    struct url url = URL_INIT;
    bool sound = url_parse(&url, (struct slice){text, origin_size}) == URL_WEB && secret.size > 0;

    if (sound) {
        url_add_origin(&url, &origin);
        if (strncasecmp(secret.data, "bearer ", 7) == 0) {
            buf_printf(&header, "Authorization: Bearer %s", secret.data + 7);
        } else {
            buf_add_string(&header, "Authorization: Basic ");
            add_base64(&header, secret);
        }
        sound = !header.full && !origin.full && strpbrk(header.data, "\r\n") == NULL;
    }
    if (sound)
        put_credential(shared, buf_slice(&origin), &url, header.data);
    else
        err_set(err,
                "credentials read \"https://example.org user:password\" or \"https://example.org Bearer TOKEN\"; "
                "those for \"%.*s\" do not",
                (int)(origin_size < 200 ? origin_size : 200), text);
    buf_free(&origin);
    buf_free(&header);
    url_free(&url);
    return sound;
}

static bool add_credentials(struct http_shared *shared, struct err *err)
{
    for (const char *const *text = shared->settings->credentials; text != NULL && *text != NULL; text++)
        if (!http_shared_add_credential(shared, *text, err))
            return false;
    return true;
}

bool http_headers_make(struct http_shared *shared, struct err *err)
{
    shared->by_origin = seen_new();
    add_lists(shared);
    return add_credentials(shared, err);
}

void http_headers_free(struct http_shared *shared)
{
    for (size_t i = 0; i < shared->headers_count; i++) {
        if (shared->headers[i].seeds != shared->headers[i].any)
            curl_slist_free_all(shared->headers[i].seeds);
        curl_slist_free_all(shared->headers[i].any);
    }
    free(shared->headers);
    for (size_t i = 0; i < shared->credential_count; i++) {
        free(shared->credentials[i].origin);
        free(shared->credentials[i].path);
        curl_slist_free_all(shared->credentials[i].headers);
    }
    free(shared->credentials);
    seen_free(shared->by_origin);
}
