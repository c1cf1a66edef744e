#include "mime.h"

/* How much of a body the standard looks at. */
#define SNIFFED_BYTES 1445

/* What a file has at `at`, behind the prefix that it begins with (may be empty). */
struct signature {
    size_t at;
    const char *bytes;
    size_t size;
    const char *prefix;
    size_t prefix_size;
    const char *type;
    enum mime_kind kind;
};

#define STARTS(bytes, type, kind)                                                                                      \
    {                                                                                                                  \
        0, bytes, sizeof(bytes) - 1, "", 0, type, kind                                                                 \
    }
#define STARTS_AND_HAS(prefix, at, bytes, type)                                                                        \
    {                                                                                                                  \
        at, bytes, sizeof(bytes) - 1, prefix, sizeof(prefix) - 1, type, MIME_OTHER                                     \
    }

/* 7.1, in the standard's order. */
static const struct signature SIGNATURES[] = {
    STARTS("%PDF-", "application/pdf", MIME_PDF),
    STARTS("%!PS-Adobe-", "application/postscript", MIME_OTHER),
    STARTS("\xFE\xFF", "text/plain", MIME_TEXT),
    STARTS("\xFF\xFE", "text/plain", MIME_TEXT),
    STARTS("\xEF\xBB\xBF", "text/plain", MIME_TEXT),
    STARTS("\x00\x00\x01\x00", "image/x-icon", MIME_OTHER),
    STARTS("\x00\x00\x02\x00", "image/x-icon", MIME_OTHER),
    STARTS("BM", "image/bmp", MIME_OTHER),
    STARTS("GIF87a", "image/gif", MIME_OTHER),
    STARTS("GIF89a", "image/gif", MIME_OTHER),
    STARTS_AND_HAS("RIFF", 8, "WEBPVP", "image/webp"),
    STARTS("\x89PNG\r\n\x1A\n", "image/png", MIME_OTHER),
    STARTS("\xFF\xD8\xFF", "image/jpeg", MIME_OTHER),
    STARTS_AND_HAS("FORM", 8, "AIFF", "audio/aiff"),
    STARTS("ID3", "audio/mpeg", MIME_OTHER),
    STARTS("OggS\x00", "application/ogg", MIME_OTHER),
    STARTS("MThd\x00\x00\x00\x06", "audio/midi", MIME_OTHER),
    STARTS_AND_HAS("RIFF", 8, "AVI ", "video/avi"),
    STARTS_AND_HAS("RIFF", 8, "WAVE", "audio/wave"),
    STARTS_AND_HAS("\x00", 4, "ftyp", "video/mp4"), /* a box of less than 16 MiB */
    STARTS("\x1A\x45\xDF\xA3", "video/webm", MIME_OTHER),
    STARTS("\x1F\x8B\x08", "application/x-gzip", MIME_OTHER),
    STARTS("PK\x03\x04", "application/zip", MIME_OTHER),
    STARTS("Rar!\x1A\x07", "application/x-rar-compressed", MIME_OTHER),
};

/* 7.1: HTML, if it begins so behind white space, in any case, and a space or '>' follows. */
static const char *const TAGS[] = {
    "<!DOCTYPE HTML", "<HTML",  "<HEAD", "<SCRIPT", "<IFRAME", "<H1", "<DIV", "<FONT", "<TABLE", "<A",
    "<STYLE",         "<TITLE", "<B",    "<BODY",   "<BR",     "<P",  "<!--",
};

static void compute(struct mime *computed, const char *type, enum mime_kind kind)
{
    memcpy(computed->type, type, strlen(type) + 1);
    computed->kind = kind;
}

static bool begins_with_tag(struct slice body, const char *tag)
{
    size_t size = strlen(tag);

    if (body.size <= size)
        return false;
    for (size_t i = 0; i < size; i++) {
        char c = body.data[i];

        if ((c >= 'a' && c <= 'z' ? c - 0x20 : c) != tag[i])
            return false;
    }
    return body.data[size] == ' ' || body.data[size] == '>';
}

/* True if it has a "binary data byte". */
static bool is_binary(struct slice body)
{
    for (size_t i = 0; i < body.size; i++) {
        unsigned char c = (unsigned char)body.data[i];

        if (c < 0x20 && c != '\t' && c != '\n' && c != '\f' && c != '\r' && c != 0x1B)
            return true;
    }
    return false;
}

static bool begins_with_bom(struct slice body)
{
    return (body.size >= 2 && (memcmp(body.data, "\xFE\xFF", 2) == 0 || memcmp(body.data, "\xFF\xFE", 2) == 0)) ||
           (body.size >= 3 && memcmp(body.data, "\xEF\xBB\xBF", 3) == 0);
}

/* 7.1 "identify a resource with an unknown MIME type", scriptable ones included. */
static void identify(struct mime *computed, struct slice body)
{
    struct slice text = body;

    while (text.size > 0 && memchr("\t\n\f\r ", text.data[0], 5) != NULL)
        text = (struct slice){text.data + 1, text.size - 1};
    for (size_t i = 0; i < sizeof TAGS / sizeof *TAGS; i++)
        if (begins_with_tag(text, TAGS[i])) {
            compute(computed, "text/html", MIME_HTML);
            return;
        }
    if (text.size >= 5 && memcmp(text.data, "<?xml", 5) == 0) {
        compute(computed, "text/xml", MIME_XML);
        return;
    }
    for (size_t i = 0; i < sizeof SIGNATURES / sizeof *SIGNATURES; i++) {
        const struct signature *s = &SIGNATURES[i];

        if (body.size >= s->at + s->size && memcmp(body.data + s->at, s->bytes, s->size) == 0 &&
            memcmp(body.data, s->prefix, s->prefix_size) == 0) {
            compute(computed, s->type, s->kind);
            return;
        }
    }
    if (is_binary(body))
        compute(computed, "application/octet-stream", MIME_OTHER);
    else
        compute(computed, "text/plain", MIME_TEXT);
}

/* The labels that Apache once gave to files it did not know ("check-for-apache-bug"). */
static bool may_lie(const struct mime *labelled)
{
    const char *label = labelled->charset_label;

    return strcmp(labelled->type, "text/plain") == 0 &&
           (label[0] == '\0' || strcmp(label, "ISO-8859-1") == 0 || strcmp(label, "iso-8859-1") == 0 ||
            strcmp(label, "UTF-8") == 0);
}

void mime_sniff(struct mime *computed, const struct mime *labelled, struct slice body_start)
{
    const char *type = labelled->type;

    *computed = *labelled;
    if (body_start.size > SNIFFED_BYTES)
        body_start.size = SNIFFED_BYTES;
    if (type[0] == '\0' || strcmp(type, "unknown/unknown") == 0 || strcmp(type, "application/unknown") == 0 ||
        strcmp(type, "*/*") == 0)
        identify(computed, body_start);
    else if (may_lie(labelled) && !begins_with_bom(body_start) && is_binary(body_start))
        compute(computed, "application/octet-stream", MIME_OTHER);
}
