/* Text of strangers on each way out: what comes out holds what that way promises, whatever went in. */

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

static bool is_bidi(uint32_t c)
{
    return c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static void require_terminal(struct slice text)
{
    require(text_is_utf8(text));
    while (text.size > 0) {
        uint32_t c = text_next(&text);

        require(c >= 0x20 && !(c >= 0x7f && c < 0xa0) && c != 0x2028 && c != 0x2029 && !is_bidi(c));
    }
}

static void require_none(struct slice text, const char *characters)
{
    require(text_is_utf8(text));
    for (size_t i = 0; i < text.size; i++)
        require(strchr(characters, text.data[i]) == NULL);
}

/* No quote that ends the string; each backslash begins an escape. */
static void require_json(struct slice text)
{
    require(text_is_utf8(text));
    for (size_t i = 0; i < text.size; i++) {
        require((unsigned char)text.data[i] >= 0x20 && text.data[i] != '"');
        if (text.data[i] == '\\')
            require(++i < text.size && strchr("\"\\/bfnrtu", text.data[i]) != NULL && text.data[i] != '\0');
    }
}

/* A cell is as it stands, or quoted with each quote within doubled; and no formula. */
static void require_csv(struct slice cell, char separator)
{
    char special[] = {separator, '"', '\n', '\r', '\0'};
    size_t first = cell.size > 0 && cell.data[0] == '"' ? 1 : 0;

    require(text_is_utf8(cell));
    require(first >= cell.size || strchr("=+-@\t\r\n", cell.data[first]) == NULL || cell.data[first] == '\0');
    if (first == 0) {
        for (size_t i = 0; i < cell.size; i++)
            require(cell.data[i] == '\0' || strchr(special, cell.data[i]) == NULL);
        return;
    }
    require(cell.size >= 2 && cell.data[cell.size - 1] == '"');
    for (size_t i = 1; i + 1 < cell.size; i++)
        if (cell.data[i] == '"')
            require(++i + 1 < cell.size && cell.data[i] == '"');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice in = {(const char *)data, size};
    struct buf out = {.limit = 1 + size * 12};

    buf_clear(&out);
    require(text_add_utf8(&out, in) && text_is_utf8(buf_slice(&out)));
    buf_clear(&out);
    require(text_add_terminal(&out, in));
    require_terminal(buf_slice(&out));
    buf_clear(&out);
    require(text_add_json(&out, in));
    require_json(buf_slice(&out));
    require_none(buf_slice(&out), "<>&");
    buf_clear(&out);
    require(text_add_json_output(&out, in));
    require_json(buf_slice(&out));
    require_terminal(buf_slice(&out));
    buf_clear(&out);
    require(text_add_html(&out, in));
    require_none(buf_slice(&out), "<>\"'\r\x1b\x07");
    buf_clear(&out);
    text_add_csv(&out, in, ',');
    require_csv(buf_slice(&out), ',');
    buf_clear(&out);
    text_add_csv(&out, in, '\t');
    require_csv(buf_slice(&out), '\t');
    buf_free(&out);
    return 0;
}
