#include "charset_declared.h"

#include "text.h"

/* The bytes being read. Whoever reads past the end stops: a tag without its end is none. */
struct scan {
    const char *data;
    size_t size;
    size_t at;
};

static bool is_white(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static bool ends_name(char c)
{
    return is_white(c) || c == '/' || c == '>';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void skip_white(struct scan *s)
{
    while (s->at < s->size && is_white(s->data[s->at]))
        s->at++;
}

/* True if `string` (in lower case) stands at `at`, in any case. */
static bool stands(const struct scan *s, size_t at, const char *string)
{
    return at <= s->size && text_begins_nocase((struct slice){s->data + at, s->size - at}, string);
}

/* Moves behind the next `string`, or to the end. */
static void skip_behind(struct scan *s, const char *string)
{
    size_t size = strlen(string);
    const char *found = s->at >= s->size ? NULL : memmem(s->data + s->at, s->size - s->at, string, size);

    s->at = found == NULL ? s->size : (size_t)(found - s->data) + size;
}

/* --- attributes: prescan and tokenizer read them alike -------------------------- */

static struct slice read_value(struct scan *s)
{
    char quote = s->at < s->size ? s->data[s->at] : '\0';
    struct slice value;

    if (quote == '"' || quote == '\'') {
        const char *end = memchr(s->data + s->at + 1, quote, s->size - s->at - 1);

        if (end == NULL) {
            s->at = s->size;
            return (struct slice){s->data, 0};
        }
        value = (struct slice){s->data + s->at + 1, (size_t)(end - s->data) - s->at - 1};
        s->at = (size_t)(end - s->data) + 1;
        return value;
    }
    value.data = s->data + s->at;
    while (s->at < s->size && !is_white(s->data[s->at]) && s->data[s->at] != '>')
        s->at++;
    value.size = (size_t)(s->data + s->at - value.data);
    return value;
}

/* Reads the next attribute of a tag. False at the tag's '>', where it then
 * stands, or at the end of the bytes. */
static bool read_attribute(struct scan *s, struct slice *name, struct slice *value)
{
    while (s->at < s->size && (is_white(s->data[s->at]) || s->data[s->at] == '/'))
        s->at++;
    if (s->at >= s->size || s->data[s->at] == '>')
        return false;
    name->data = s->data + s->at;
    do
        s->at++; /* the first byte may even be a '=' */
    while (s->at < s->size && !ends_name(s->data[s->at]) && s->data[s->at] != '=');
    name->size = (size_t)(s->data + s->at - name->data);
    *value = (struct slice){s->data, 0};
    skip_white(s);
    if (s->at < s->size && s->data[s->at] == '=') {
        s->at++;
        skip_white(s);
        *value = read_value(s);
    }
    return s->at < s->size;
}

static void skip_attributes(struct scan *s)
{
    struct slice name, value;

    while (read_attribute(s, &name, &value))
        ;
}

/* --- meta ------------------------------------------------------------------------ */

/* "Extracting a character encoding from a meta element", of its content. */
static const struct charset *charset_in_content(struct slice content)
{
    struct scan s = {content.data, content.size, 0};

    while (s.at < s.size) {
        size_t end;

        if (!stands(&s, s.at, "charset")) {
            s.at++;
            continue;
        }
        s.at += strlen("charset");
        skip_white(&s);
        if (s.at >= s.size || s.data[s.at] != '=')
            continue;
        s.at++;
        skip_white(&s);
        if (s.at < s.size && (s.data[s.at] == '"' || s.data[s.at] == '\'')) {
            struct slice label = read_value(&s);

            return charset_by_label(label);
        }
        for (end = s.at; end < s.size && !is_white(s.data[end]) && s.data[end] != ';'; end++)
            ;
        return charset_by_label((struct slice){s.data + s.at, end - s.at});
    }
    return NULL;
}

/* What a meta says; NULL where it says nothing usable. */
struct meta {
    bool has_charset;
    bool is_content_type;          /* http-equiv */
    const struct charset *charset; /* of the attribute charset */
    const struct charset *content; /* of the attribute content */
};

/* Reads a meta, behind its name. Of attributes with the same name the first one counts. */
static struct meta read_meta(struct scan *s)
{
    struct meta meta = {.has_charset = false};
    bool has_equiv = false, has_content = false;
    struct slice name, value;

    while (read_attribute(s, &name, &value)) {
        if (text_is_nocase(name, "http-equiv") && !has_equiv) {
            has_equiv = true;
            meta.is_content_type = text_is_nocase(value, "content-type");
        } else if (text_is_nocase(name, "content") && !has_content) {
            has_content = true;
            meta.content = charset_in_content(value);
        } else if (text_is_nocase(name, "charset") && !meta.has_charset) {
            meta.has_charset = true;
            meta.charset = charset_by_label(value);
        }
    }
    if (!meta.is_content_type || s->at >= s->size)
        meta.content = NULL;
    if (s->at >= s->size)
        meta.charset = NULL;
    return meta;
}

/* UTF-16 cannot be what it says, for then it could not have been read. */
static const struct charset *corrected(const struct charset *charset)
{
    if (charset == NULL)
        return NULL;
    if (strncmp(charset_name(charset), "utf-16", 6) == 0)
        return charset_utf8();
    if (strcmp(charset_name(charset), "x-user-defined") == 0)
        return charset_by_label(slice_of("windows-1252"));
    return charset;
}

/* --- as a parser sees it ------------------------------------------------------------ */

/* Moves behind a comment, at whose "<!--" it stands. */
static void skip_comment(struct scan *s)
{
    s->at += 4;
    if (stands(s, s->at, ">") || stands(s, s->at, "->")) {
        skip_behind(s, ">");
        return;
    }
    while (s->at < s->size && !stands(s, s->at, "-->") && !stands(s, s->at, "--!>")) {
        const char *dash = memchr(s->data + s->at + 1, '-', s->size - s->at - 1);

        s->at = dash == NULL ? s->size : (size_t)(dash - s->data);
    }
    skip_behind(s, ">");
}

/* True if the tag `name` begins at `at` (behind its '<' or "</"). */
static bool is_tag(const struct scan *s, size_t at, const char *name)
{
    size_t end = at + strlen(name);

    return stands(s, at, name) && end < s->size && ends_name(s->data[end]);
}

/* Moves to the '<' of the end tag of an element whose content is text. */
static void skip_text(struct scan *s, const char *name)
{
    while (s->at < s->size) {
        const char *less = memchr(s->data + s->at, '<', s->size - s->at);

        s->at = less == NULL ? s->size : (size_t)(less - s->data);
        if (stands(s, s->at, "</") && is_tag(s, s->at + 2, name))
            return;
        s->at++;
    }
}

/* The same for a script, which may hold "<!-- <script> </script> -->". */
static void skip_script(struct scan *s)
{
    enum { PLAIN, ESCAPED, DOUBLE_ESCAPED } state = PLAIN;

    for (; s->at < s->size; s->at++) {
        char c = s->data[s->at];

        if (c == '-' && state != PLAIN && stands(s, s->at, "-->")) {
            state = PLAIN;
        } else if (c == '<' && state == PLAIN && stands(s, s->at, "<!--")) {
            state = ESCAPED;
            s->at++; /* the dashes may be those of "-->" */
        } else if (c == '<' && state == ESCAPED && is_tag(s, s->at + 1, "script")) {
            state = DOUBLE_ESCAPED;
        } else if (c == '<' && stands(s, s->at, "</") && is_tag(s, s->at + 2, "script")) {
            if (state != DOUBLE_ESCAPED)
                return;
            state = ESCAPED;
        }
    }
}

/* Behind a start tag: moves past what follows, if that is text. */
static void skip_content(struct scan *s, struct slice name)
{
    static const char *const TEXT[] = {"title", "style", "textarea", "xmp", "iframe", "noembed", "noframes"};

    if (text_is_nocase(name, "script"))
        skip_script(s);
    else if (text_is_nocase(name, "plaintext"))
        s->at = s->size;
    else
        for (size_t i = 0; i < sizeof TEXT / sizeof *TEXT; i++)
            if (text_is_nocase(name, TEXT[i]))
                skip_text(s, TEXT[i]);
}

/* Reads what begins with '<', at which it stands. Gives the encoding if it is a
 * meta that names one. */
static const struct charset *read_markup(struct scan *s)
{
    size_t letter = s->at + 1 + (stands(s, s->at, "</") ? 1 : 0);
    bool is_end = letter == s->at + 2;
    struct slice name = {s->data + letter, 0};

    if (stands(s, s->at, "<!--")) {
        skip_comment(s);
    } else if (letter < s->size && is_letter(s->data[letter])) {
        for (s->at = letter; s->at < s->size && !ends_name(s->data[s->at]); s->at++)
            ;
        name.size = (size_t)(s->data + s->at - name.data);
        if (!is_end && text_is_nocase(name, "meta")) {
            struct meta meta = read_meta(s);

            return corrected(meta.charset != NULL ? meta.charset : meta.content);
        }
        skip_attributes(s);
        if (!is_end)
            skip_content(s, name);
    } else if (is_end || stands(s, s->at, "<!") || stands(s, s->at, "<?")) {
        skip_behind(s, ">");
    } else {
        s->at++;
    }
    return NULL;
}

const struct charset *charset_by_meta(struct slice page)
{
    struct scan s = {page.data, page.size, 0};

    while (s.at < s.size) {
        const char *less = memchr(s.data + s.at, '<', s.size - s.at);
        const struct charset *charset;

        s.at = less == NULL ? s.size : (size_t)(less - s.data);
        if (less != NULL && (charset = read_markup(&s)) != NULL)
            return charset;
    }
    return NULL;
}

/* --- as the prescan sees it ----------------------------------------------------------- */

const struct charset *charset_by_prescan(struct slice start)
{
    struct scan s = {start.data, start.size, 0};

    for (; s.at < s.size; s.at++) {
        if (s.data[s.at] != '<')
            continue;
        if (stands(&s, s.at, "<!--")) {
            s.at += 2; /* the dashes may be those of "-->" */
            skip_behind(&s, "-->");
            s.at--;
        } else if (s.size - s.at > 5 && stands(&s, s.at, "<meta") &&
                   (is_white(s.data[s.at + 5]) || s.data[s.at + 5] == '/')) {
            struct meta meta;

            s.at += 5;
            meta = read_meta(&s);
            /* Unlike the parser's: a bad charset hides a good content. */
            if (meta.charset != NULL || (meta.content != NULL && !meta.has_charset))
                return corrected(meta.charset != NULL ? meta.charset : meta.content);
        } else if (s.size - s.at > 2 && is_letter(s.data[s.at + (s.data[s.at + 1] == '/' ? 2 : 1)])) {
            while (s.at < s.size && !is_white(s.data[s.at]) && s.data[s.at] != '>')
                s.at++;
            skip_attributes(&s);
        } else if (stands(&s, s.at, "<!") || stands(&s, s.at, "</") || stands(&s, s.at, "<?")) {
            skip_behind(&s, ">");
            s.at--;
        }
    }
    return NULL;
}

/* --- the XML declaration ------------------------------------------------------------------ */

static void skip_controls(struct scan *s)
{
    while (s->at < s->size && (unsigned char)s->data[s->at] <= ' ')
        s->at++;
}

const struct charset *charset_by_xml(struct slice start)
{
    struct scan s = {start.data, start.size, 0};
    const struct charset *charset;
    const char *end;
    struct slice label;

    if (s.size >= 6 && memcmp(s.data, "<\0?\0x\0", 6) == 0)
        return charset_by_label(slice_of("utf-16le"));
    if (s.size >= 6 && memcmp(s.data, "\0<\0?\0x", 6) == 0)
        return charset_by_label(slice_of("utf-16be"));
    if (s.size < 5 || memcmp(s.data, "<?xml", 5) != 0 || (end = memchr(s.data, '>', s.size)) == NULL)
        return NULL;
    s.size = (size_t)(end - s.data);
    skip_behind(&s, "encoding");
    skip_controls(&s);
    if (s.at >= s.size || s.data[s.at++] != '=')
        return NULL;
    skip_controls(&s);
    if (s.at >= s.size || (s.data[s.at] != '"' && s.data[s.at] != '\''))
        return NULL;
    label = read_value(&s);
    for (size_t i = 0; i < label.size; i++)
        if ((unsigned char)label.data[i] <= ' ')
            return NULL;
    charset = charset_by_label(label);
    return charset != NULL && strncmp(charset_name(charset), "utf-16", 6) == 0 ? charset_utf8() : charset;
}
