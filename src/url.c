#include "url.h"

#include "domain.h"
#include "text.h"
#include "url_other.h"
#include "url_parts.h"

static const char HTTP[] = "http://";
static const char HTTPS[] = "https://";

void url_free(struct url *url)
{
    buf_free(&url->text);
}

/* The number of dots in a segment "." or ".." that starts at `at`, also as "%2e";
 * *size is then its length. 0: the segment is an ordinary one. */
static unsigned dot_segment(const char *at, const char *end, size_t *size)
{
    const char *p = at;
    unsigned dots = 0;

    for (; p < end && dots < 3; dots++) {
        if (*p == '.')
            p++;
        else if (end - p >= 3 && p[0] == '%' && p[1] == '2' && (p[2] | 0x20) == 'e')
            p += 3;
        else
            break;
    }
    if (dots > 2 || (p < end && *p != '/' && *p != '\\' && *p != '?'))
        return 0;
    *size = (size_t)(p - at);
    return dots;
}

/* Writes a segment of a path at `to`, from *at up to the next '/', '\\', '?' or the end. */
static char *add_segment(char *to, const char **at, const char *end)
{
    const char *p = *at;

    for (;;) {
        while (p < end && (url_class[(uint8_t)*p] & URL_IN_PATH) != 0)
            *to++ = *p++;
        if (p == end || *p == '/' || *p == '\\' || *p == '?')
            break;
        to = url_percent_encode(to, p, p + 1, URL_IN_PATH);
        p++;
    }
    *at = p;
    return to;
}

/* Writes the path [at, end) behind the path that url->text ends with, which ends
 * in '/'. There must be room. Gives where the path ended: at the '?' or `end`. */
static const char *add_path(struct url *url, const char *at, const char *end)
{
    const char *const root = url->text.data + url->path_at + 1;
    char *to = url->text.data + url->text.size;

    for (;;) {
        size_t size;
        unsigned dots = at < end && (*at == '.' || *at == '%') ? dot_segment(at, end, &size) : 0;

        if (dots > 0) {
            at += size;
            /* ".." takes away the segment before it; what it takes was written once, so the whole stays linear. */
            if (dots == 2 && to > root) {
                do
                    to--;
                while (to[-1] != '/');
            }
        } else {
            to = add_segment(to, &at, end);
        }
        if (at == end || *at == '?')
            break;
        at++;
        if (dots == 0)
            *to++ = '/';
    }
    url->text.size = (size_t)(to - url->text.data);
    return at;
}

/* True if `charset` has its own bytes for [at, end), which are good UTF-8. */
static bool needs_charset(const struct charset *charset, const char *at, const char *end)
{
    const char *p;

    if (charset == NULL || charset == charset_utf8())
        return false;
    /* ISO-2022-JP encodes its own three shift controls as errors. */
    for (p = at; p < end && (uint8_t)*p < 0x80 && *p != 0x0e && *p != 0x0f && *p != 0x1b; p++)
        continue;
    return p < end && text_is_utf8((struct slice){at, (size_t)(end - at)});
}

/* Writes the query [at, end), '?' included; there is room for it in UTF-8. */
static bool add_query(struct url *url, const char *at, const char *end, const struct charset *charset)
{
    struct buf bytes = {.limit = URL_LIMIT};
    bool fits = true;
    char *to;

    if (needs_charset(charset, at, end)) {
        fits = charset_encode_query(charset, (struct slice){at, (size_t)(end - at)}, &bytes) &&
               buf_room(&url->text, 3 * bytes.size) != NULL;
        at = bytes.data;
        end = bytes.data + bytes.size;
    }
    if (fits) {
        to = url_percent_encode(url->text.data + url->text.size, at, end, URL_IN_QUERY);
        url->text.size = (size_t)(to - url->text.data);
    }
    buf_free(&bytes);
    return fits;
}

/* Writes what follows the host and port: a path that goes on behind what url->text ends with, and a query. */
static bool add_path_and_query(struct url *url, const char *at, const char *end, const struct charset *charset)
{
    at = add_path(url, at, end);
    url->query_at = (uint32_t)url->text.size;
    return at == end || add_query(url, at, end, charset);
}

/* "user:password@", percent-encoded; nothing if both are empty. */
static bool add_userinfo(struct url *url, struct slice userinfo)
{
    const char *end = userinfo.data + userinfo.size;
    const char *colon = userinfo.size > 0 ? memchr(userinfo.data, ':', userinfo.size) : NULL;
    const char *user_end = colon == NULL ? end : colon;
    char *to;

    if (user_end == userinfo.data && end - user_end <= 1)
        return true;
    to = buf_room(&url->text, 3 * userinfo.size + 1);
    if (to == NULL)
        return false;
    to = url_percent_encode(to, userinfo.data, user_end, URL_IN_USERINFO);
    if (end - user_end > 1) {
        *to++ = ':';
        to = url_percent_encode(to, user_end + 1, end, URL_IN_USERINFO);
    }
    *to++ = '@';
    url->text.size = (size_t)(to - url->text.data);
    return true;
}

/* A URL whose authority starts at `at`. `grown` is the most that percent-encoding can add to path and query. */
static bool add_absolute(struct url *url, bool https, const char *at, const char *end, size_t grown,
                         const struct charset *charset)
{
    struct url_authority authority;
    struct buf *text = &url->text;

    at = url_split_authority(at, end, true, &authority);
    if (at == NULL)
        return false;
    buf_add_string(text, https ? HTTPS : HTTP);
    url->user_at = (uint32_t)text->size;
    if (!add_userinfo(url, authority.userinfo))
        return false;
    url->host_at = (uint32_t)text->size;
    if (!domain_add_host(text, authority.host))
        return false;
    url->host_end = (uint32_t)text->size;
    url->https = https;
    url->port = https ? 443 : 80;
    if (authority.port >= 0 && authority.port != url->port) {
        url->port = (uint16_t)authority.port;
        buf_printf(text, ":%u", (unsigned)url->port);
    }
    url->path_at = (uint32_t)text->size;
    buf_add_char(text, '/');
    if (at < end && (*at == '/' || *at == '\\'))
        at++;
    if (text->full || buf_room(text, (size_t)(end - at) + grown) == NULL)
        return false;
    return add_path_and_query(url, at, end, charset);
}

/* Starts *url with the first `size` bytes of `base`, which reach at least to its path; `more` bytes will follow. */
static bool start_with_base(struct url *url, const struct url *base, size_t size, size_t more)
{
    if (buf_room(&url->text, size + more) == NULL)
        return false;
    memcpy(url->text.data, base->text.data, size);
    url->text.size = size;
    url->user_at = base->user_at;
    url->host_at = base->host_at;
    url->host_end = base->host_end;
    url->path_at = base->path_at;
    url->query_at = base->query_at;
    url->port = base->port;
    url->https = base->https;
    return true;
}

/* A reference without a scheme, or with that of `base`, which was cut off. */
static bool add_relative(struct url *url, const struct url *base, const char *at, const char *end, size_t grown,
                         const struct charset *charset)
{
    size_t more = (size_t)(end - at) + grown;
    size_t keep;

    if (at == end)
        return start_with_base(url, base, base->text.size, 0);
    if (*at == '?')
        return start_with_base(url, base, base->query_at, more) && add_query(url, at, end, charset);
    if (*at == '/' || *at == '\\') {
        at++;
        if (at < end && (*at == '/' || *at == '\\')) {
            while (at < end && (*at == '/' || *at == '\\'))
                at++;
            return add_absolute(url, base->https, at, end, grown, charset);
        }
        keep = base->path_at + 1;
    } else {
        keep = base->query_at;
        while (base->text.data[keep - 1] != '/')
            keep--;
    }
    return start_with_base(url, base, keep, more) && add_path_and_query(url, at, end, charset);
}

/* A reference that has been trimmed and holds no tab, LF, CR or '#'. */
static enum url_kind resolve(struct url *out, const struct url *base, const char *at, const char *end, size_t grown,
                             const struct charset *charset)
{
    const char *rest;
    enum url_scheme scheme = url_scheme_of(at, end, &rest);
    bool https = scheme == URL_SCHEME_HTTPS;
    bool good;

    if (scheme == URL_SCHEME_NONE) {
        good = base != NULL && add_relative(out, base, at, end, grown, charset);
    } else if (scheme == URL_SCHEME_HTTP || https) {
        /* "http:page" is relative to a base of the same scheme, a relic that the standard keeps. */
        if (base != NULL && base->https == https && !(end - rest >= 2 && rest[0] == '/' && rest[1] == '/')) {
            good = add_relative(out, base, rest, end, grown, charset);
        } else {
            while (rest < end && (*rest == '/' || *rest == '\\'))
                rest++;
            good = add_absolute(out, https, rest, end, grown, charset);
        }
    } else {
        return url_other_is_valid(scheme, rest, end) ? URL_OTHER : URL_BAD;
    }
    if (!good)
        return URL_BAD;
    out->text.data[out->text.size] = '\0';
    return URL_WEB;
}

/* The same for a reference with tabs or line ends in it, which the standard takes out wherever they stand. */
static enum url_kind resolve_without_breaks(struct url *out, const struct url *base, const char *at, const char *end,
                                            const struct charset *charset)
{
    struct buf clean = {.limit = URL_LIMIT};
    char *to = buf_room(&clean, (size_t)(end - at));
    size_t grown = 0;
    enum url_kind kind;

    for (; at < end && *at != '#'; at++) {
        if (*at == '\t' || *at == '\n' || *at == '\r')
            continue;
        grown += url_class[(uint8_t)*at] / URL_MAY_GROW * 2;
        *to++ = *at;
    }
    kind = resolve(out, base, clean.data, to, grown, charset);
    buf_free(&clean);
    return kind;
}

enum url_kind url_resolve(struct url *out, const struct url *base, struct slice reference,
                          const struct charset *charset)
{
    const char *at = reference.size > 0 ? reference.data : "";
    const char *end = at + reference.size;
    const char *p;
    size_t grown = 0;

    buf_clear(&out->text);
    if (reference.size > URL_LIMIT)
        return URL_BAD;
    while (at < end && (uint8_t)*at <= ' ')
        at++;
    while (at < end && (uint8_t)end[-1] <= ' ')
        end--;
    /* A '#' ends the URL wherever it stands: in a host, in brackets, behind "mailto:". */
    for (p = at; p < end && (url_class[(uint8_t)*p] & URL_STOPS) == 0; p++)
        grown += url_class[(uint8_t)*p] / URL_MAY_GROW * 2;
    if (p < end && *p != '#')
        return resolve_without_breaks(out, base, at, end, charset);
    return resolve(out, base, at, p, grown, charset);
}

enum url_kind url_parse(struct url *out, struct slice text)
{
    return url_resolve(out, NULL, text, NULL);
}

struct slice url_host(const struct url *url)
{
    return (struct slice){url->text.data + url->host_at, url->host_end - url->host_at};
}

struct slice url_path(const struct url *url)
{
    return (struct slice){url->text.data + url->path_at, url->query_at - url->path_at};
}

struct slice url_target(const struct url *url)
{
    return (struct slice){url->text.data + url->path_at, url->text.size - url->path_at};
}

void url_add_origin(const struct url *url, struct buf *out)
{
    buf_add(out, url->text.data, url->user_at);
    buf_add(out, url->text.data + url->host_at, url->path_at - url->host_at);
}

void url_add_sent(const struct url *url, struct buf *out)
{
    buf_add(out, url->text.data, url->user_at);
    buf_add(out, url->text.data + url->host_at, url->text.size - url->host_at);
}

void url_add_credentials(const struct url *url, struct buf *out)
{
    if (url->user_at < url->host_at) /* the '@' is not of it */
        domain_add_percent_decoded(out, (struct slice){url->text.data + url->user_at, url->host_at - 1 - url->user_at});
}
