#include "url_other.h"

#include "domain.h"

/* Bytes; a host beyond that cannot be valid. */
enum { HOST_LIMIT = 1 << 20 };

/* True if a special scheme's host is one. */
static bool host_is_valid(struct slice host)
{
    struct buf scratch = {.limit = HOST_LIMIT};
    bool valid = domain_add_host(&scratch, host);

    buf_free(&scratch);
    return valid;
}

/* The "opaque-host parser": an IPv6 address, or anything without the forbidden host code points. */
static bool opaque_host_is_valid(struct slice host)
{
    if (host.size > 0 && host.data[0] == '[')
        return host_is_valid(host);
    for (size_t i = 0; i < host.size; i++) {
        if (memchr(" #/:<>?@[\\]^|", host.data[i], 14) != NULL) /* 14: the NUL too */
            return false;
    }
    return true;
}

/* "file:" has a host only behind two slashes, and even then not where a drive letter of Windows stands. */
static bool file_is_valid(const char *at, const char *end)
{
    const char *host_end;
    size_t size;

    if (end - at < 2 || (at[0] != '/' && at[0] != '\\') || (at[1] != '/' && at[1] != '\\'))
        return true;
    at += 2;
    for (host_end = at; host_end < end && *host_end != '/' && *host_end != '\\' && *host_end != '?'; host_end++)
        continue;
    size = (size_t)(host_end - at);
    if (size == 0)
        return true;
    if (size == 2 && ((at[0] | 0x20) >= 'a' && (at[0] | 0x20) <= 'z') && (at[1] == ':' || at[1] == '|'))
        return true;
    return host_is_valid((struct slice){at, size});
}

bool url_other_is_valid(enum url_scheme scheme, const char *rest, const char *end)
{
    struct url_authority authority;

    switch (scheme) {
    case URL_SCHEME_FILE:
        return file_is_valid(rest, end);
    case URL_SCHEME_SPECIAL:
        while (rest < end && (*rest == '/' || *rest == '\\'))
            rest++;
        return url_split_authority(rest, end, true, &authority) != NULL && host_is_valid(authority.host);
    default:
        /* Without "//" there is a path and nothing in it can be wrong. */
        if (end - rest < 2 || rest[0] != '/' || rest[1] != '/')
            return true;
        return url_split_authority(rest + 2, end, false, &authority) != NULL && opaque_host_is_valid(authority.host);
    }
}
