/* A Content-Type and a body: the first line of the input is the field, the rest is what it is said to be. */

#include "mime.h"
#include "text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* What is printed and stored: printable ASCII. */
static void require_plain(const char *text, size_t room)
{
    require(strnlen(text, room) < room);
    for (; *text != '\0'; text++)
        require(*text > ' ' && *text < 0x7f);
}

static void require_mime(const struct mime *mime)
{
    require_plain(mime->type, sizeof mime->type);
    require(strnlen(mime->charset_label, sizeof mime->charset_label) < sizeof mime->charset_label);
    require(mime->kind <= MIME_OTHER);
    require(mime->type[0] != '\0' || mime->kind == MIME_OTHER);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *end = size == 0 ? NULL : memchr(text, '\n', size);
    struct slice field = {text, end == NULL ? size : (size_t)(end - text)};
    struct slice body = {text + field.size, size - field.size};
    struct mime labelled, computed, again;

    require(mime_parse(&labelled, field) == (labelled.type[0] != '\0'));
    require_mime(&labelled);
    mime_sniff(&computed, &labelled, body);
    require_mime(&computed);
    require(strcmp(computed.charset_label, labelled.charset_label) == 0);
    /* What was made of it is a type itself, unless it was cut. */
    if (labelled.type[0] != '\0' && strlen(labelled.type) < sizeof labelled.type - 1) {
        require(mime_parse(&again, slice_of(labelled.type)));
        require(strcmp(again.type, labelled.type) == 0 && again.kind == labelled.kind);
    }
    return 0;
}
