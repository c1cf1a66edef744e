#include "html_values.h"

#include "html_facts.h"
#include "token_names.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

struct slice html_value_trim(struct slice value)
{
    while (value.size > 0 && is_space(value.data[0])) {
        value.data++;
        value.size--;
    }
    while (value.size > 0 && is_space(value.data[value.size - 1]))
        value.size--;
    return value;
}

bool html_value_token(struct slice *rest, bool commas, struct slice *token)
{
    const char *p = rest->data, *end = p + rest->size;

    while (p < end && (is_space(*p) || (commas && *p == ',')))
        p++;
    token->data = p;
    while (p < end && !(is_space(*p) || (commas && *p == ',')))
        p++;
    token->size = (size_t)(p - token->data);
    *rest = (struct slice){p, (size_t)(end - p)};
    return token->size > 0;
}

unsigned html_value_rel(struct slice rel)
{
    struct slice token;
    unsigned found = 0;

    while (html_value_token(&rel, false, &token)) {
        if (name_is(token, "nofollow"))
            found |= HTML_NOFOLLOW;
        else if (name_is(token, "ugc"))
            found |= HTML_UGC;
        else if (name_is(token, "sponsored"))
            found |= HTML_SPONSORED;
    }
    return found;
}

unsigned html_value_robots(struct slice content)
{
    struct slice token;
    unsigned found = 0;

    while (html_value_token(&content, true, &token)) {
        if (name_is(token, "noindex"))
            found |= HTML_NOINDEX;
        else if (name_is(token, "nofollow"))
            found |= HTML_ROBOTS_NOFOLLOW;
        else if (name_is(token, "none"))
            found |= HTML_NOINDEX | HTML_ROBOTS_NOFOLLOW;
    }
    return found;
}

unsigned html_value_link_kinds(struct slice rel)
{
    static const struct {
        const char *token;
        enum html_link_kind kind;
    } KINDS[] = {
        {"canonical", HTML_CANONICAL}, {"alternate", HTML_ALTERNATE},
        {"next", HTML_NEXT},           {"prev", HTML_PREV},
        {"previous", HTML_PREV},       {"amphtml", HTML_AMPHTML},
        {"icon", HTML_ICON},           {"apple-touch-icon", HTML_ICON},
        {"mask-icon", HTML_ICON},      {"stylesheet", HTML_STYLESHEET},
    };
    struct slice token;
    unsigned kinds = 0;

    while (html_value_token(&rel, false, &token))
        for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++)
            if (name_is(token, KINDS[i].token))
                kinds |= 1u << KINDS[i].kind;
    /* "alternate stylesheet" is a stylesheet that is not on. */
    if ((kinds & 1u << HTML_STYLESHEET) != 0)
        kinds &= ~(1u << HTML_ALTERNATE);
    return kinds;
}

static const char *skip_spaces(const char *p, const char *end)
{
    while (p < end && is_space(*p))
        p++;
    return p;
}

/* The steps from "url=" on; what is left of it is the URL. */
static struct slice refresh_url(const char *p, const char *end)
{
    static const char URL[] = "url";
    const char *start = p, *quoted;
    char quote;

    for (int i = 0; i < 3; i++, p++)
        if (p == end || (*p | 0x20) != URL[i]) {
            p = start;
            break;
        }
    if (p > start) {
        p = skip_spaces(p, end);
        if (p == end || *p != '=')
            return (struct slice){start, (size_t)(end - start)};
        p = skip_spaces(p + 1, end);
    } else if (start < end && (*start | 0x20) == 'u') {
        return (struct slice){start, (size_t)(end - start)};
    }
    if (p == end || (*p != '"' && *p != '\''))
        return (struct slice){p, (size_t)(end - p)};
    quote = *p++;
    quoted = memchr(p, quote, (size_t)(end - p));
    return (struct slice){p, (size_t)((quoted == NULL ? end : quoted) - p)};
}

bool html_value_refresh(struct slice content, int *seconds, struct slice *url)
{
    const char *p = content.data, *end = p + content.size, *digits;

    *seconds = 0;
    *url = (struct slice){"", 0};
    p = skip_spaces(p, end);
    for (digits = p; p < end && is_digit(*p); p++)
        if (*seconds < 100000000)
            *seconds = *seconds * 10 + (*p - '0');
    if (p == digits && (p == end || *p != '.'))
        return false;
    while (p < end && (is_digit(*p) || *p == '.'))
        p++;
    if (p == end)
        return true;
    if (*p != ';' && *p != ',' && !is_space(*p))
        return false;
    p = skip_spaces(p, end);
    if (p < end && (*p == ';' || *p == ','))
        p = skip_spaces(p + 1, end);
    if (p < end)
        *url = refresh_url(p, end);
    return true;
}

bool html_value_srcset(struct slice *rest, struct slice *url)
{
    const char *p = rest->data, *end = p + rest->size, *stop;
    int depth = 0;

    while (p < end && (is_space(*p) || *p == ','))
        p++;
    for (stop = p; stop < end && !is_space(*stop); stop++)
        ;
    *url = (struct slice){p, (size_t)(stop - p)};
    if (url->size > 0 && url->data[url->size - 1] == ',') {
        /* No descriptors. */
        while (url->size > 0 && url->data[url->size - 1] == ',')
            url->size--;
    } else {
        for (; stop < end && !(*stop == ',' && depth == 0); stop++)
            depth += *stop == '(' ? 1 : *stop == ')' && depth > 0 ? -1 : 0;
    }
    *rest = (struct slice){stop, (size_t)(end - stop)};
    return url->size > 0;
}
