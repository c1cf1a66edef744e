#include "mime.h"

#include "text.h"

static bool is_white(char c) /* "HTTP whitespace" */
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_token(unsigned char c) /* "HTTP token code point" */
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool is_all_token(struct slice s)
{
    for (size_t i = 0; i < s.size; i++)
        if (!is_token((unsigned char)s.data[i]))
            return false;
    return s.size > 0;
}

static struct slice trimmed(struct slice s)
{
    while (s.size > 0 && is_white(s.data[0]))
        s = (struct slice){s.data + 1, s.size - 1};
    while (s.size > 0 && is_white(s.data[s.size - 1]))
        s.size--;
    return s;
}

/* Takes what stands before the first `stop` off the start of *rest, which then
 * begins with it or is empty. */
static struct slice take_until(struct slice *rest, char stop)
{
    const char *at = rest->size == 0 ? NULL : memchr(rest->data, stop, rest->size);
    struct slice taken = {rest->data, at == NULL ? rest->size : (size_t)(at - rest->data)};

    rest->data += taken.size;
    rest->size -= taken.size;
    return taken;
}

static void drop(struct slice *s)
{
    s->data++;
    s->size--;
}

/* Appends `c` to a string of capacity `room`, if it fits. A NUL, which neither a
 * type nor a label has, becomes another such byte, so as not to end the string. */
static void put_char(char *string, size_t room, size_t *size, char c)
{
    if (*size + 1 >= room)
        return;
    string[(*size)++] = c == '\0' ? '\1' : c;
    string[*size] = '\0';
}

/* Takes a quoted string, at whose opening quote *rest stands, and writes its
 * value, without leading white space (which no label has), to value[]; what does
 * not fit is dropped, for no label is that long. */
static void take_quoted(struct slice *rest, char *value, size_t room)
{
    size_t size = 0;

    value[0] = '\0';
    for (drop(rest); rest->size > 0 && rest->data[0] != '"'; drop(rest)) {
        if (rest->data[0] == '\\' && rest->size > 1)
            drop(rest);
        if (size > 0 || !is_white(rest->data[0]))
            put_char(value, room, &size, rest->data[0]);
    }
    if (rest->size > 0)
        drop(rest);
}

/* "HTTP quoted-string token code point" throughout. */
static bool is_quotable(const char *value)
{
    for (; *value != '\0'; value++)
        if (((unsigned char)*value < 0x20 && *value != '\t') || *value == 0x7F)
            return false;
    return true;
}

/* Reads the parameters, *rest at the first ';' or empty, for the first charset.
 * False if there is none. */
static bool find_charset(struct slice rest, char label[64])
{
    while (rest.size > 0) {
        struct slice name;
        char value[64] = "";

        drop(&rest);
        while (rest.size > 0 && is_white(rest.data[0]))
            drop(&rest);
        name.data = rest.data;
        while (rest.size > 0 && rest.data[0] != ';' && rest.data[0] != '=')
            drop(&rest);
        name.size = (size_t)(rest.data - name.data);
        if (rest.size == 0 || rest.data[0] == ';')
            continue;
        drop(&rest);
        if (rest.size > 0 && rest.data[0] == '"') {
            take_quoted(&rest, value, sizeof value);
            take_until(&rest, ';');
        } else {
            struct slice plain = trimmed(take_until(&rest, ';'));
            size_t size = 0;

            if (plain.size == 0)
                continue;
            while (plain.size > 0) {
                put_char(value, sizeof value, &size, plain.data[0]);
                drop(&plain);
            }
        }
        if (text_is_nocase(name, "charset") && is_quotable(value)) {
            memcpy(label, value, sizeof value);
            return true;
        }
    }
    return false;
}

static bool ends_with(const char *string, const char *end)
{
    size_t size = strlen(string), end_size = strlen(end);

    return size >= end_size && strcmp(string + size - end_size, end) == 0;
}

static enum mime_kind kind_of(const char *type)
{
    if (strcmp(type, "text/html") == 0)
        return MIME_HTML;
    if (strcmp(type, "application/xhtml+xml") == 0)
        return MIME_XHTML;
    if (strcmp(type, "text/xml") == 0 || strcmp(type, "application/xml") == 0 || ends_with(type, "+xml"))
        return MIME_XML;
    if (strcmp(type, "application/json") == 0 || strcmp(type, "text/json") == 0 || ends_with(type, "+json"))
        return MIME_JSON;
    if (strcmp(type, "application/pdf") == 0)
        return MIME_PDF;
    return strncmp(type, "text/", 5) == 0 ? MIME_TEXT : MIME_OTHER;
}

/* Parses one value, which has no comma outside quotes. False if it is no MIME
 * type, *mime then untouched; *has_charset tells an empty label from none. */
static bool parse_one(struct mime *mime, struct slice value, bool *has_charset)
{
    struct mime parsed = {.kind = MIME_OTHER};
    struct slice rest = trimmed(value), type, subtype;
    size_t size = 0;

    type = take_until(&rest, '/');
    if (!is_all_token(type) || rest.size == 0)
        return false;
    drop(&rest);
    subtype = take_until(&rest, ';');
    while (subtype.size > 0 && is_white(subtype.data[subtype.size - 1]))
        subtype.size--;
    if (!is_all_token(subtype))
        return false;
    /* Type, '/' and subtype lie side by side. A name that does not fit is cut:
     * none of those we know is that long. */
    type.size = (size_t)(subtype.data + subtype.size - type.data);
    for (size_t i = 0; i < type.size; i++) {
        char c = type.data[i];

        put_char(parsed.type, sizeof parsed.type, &size, c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c);
    }
    if (size == type.size)
        parsed.kind = kind_of(parsed.type);
    *has_charset = find_charset(rest, parsed.charset_label);
    *mime = parsed;
    return true;
}

/* Takes the next value off *rest: up to a comma outside quotes (Fetch, "get,
 * decode, and split"). */
static struct slice take_value(struct slice *rest)
{
    struct slice value = {rest->data, 0};
    bool quoted = false;

    while (rest->size > 0 && (quoted || rest->data[0] != ',')) {
        if (quoted && rest->data[0] == '\\' && rest->size > 1)
            drop(rest);
        else if (rest->data[0] == '"')
            quoted = !quoted;
        drop(rest);
    }
    value.size = (size_t)(rest->data - value.data);
    if (rest->size > 0)
        drop(rest);
    return value;
}

bool mime_parse(struct mime *mime, struct slice value)
{
    bool has_charset = false, found = false;

    *mime = (struct mime){.kind = MIME_OTHER};
    while (value.size > 0) {
        struct mime next;
        bool next_has_charset;

        if (!parse_one(&next, take_value(&value), &next_has_charset))
            continue;
        if (found && strcmp(next.type, "*/*") == 0)
            continue;
        /* The charset of an earlier value holds for a later one of the same type. */
        if (!next_has_charset && has_charset && strcmp(next.type, mime->type) == 0) {
            memcpy(next.charset_label, mime->charset_label, sizeof next.charset_label);
            next_has_charset = true;
        }
        *mime = next;
        has_charset = next_has_charset;
        found = true;
    }
    return found;
}
