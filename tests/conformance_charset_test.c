#include "conformance.h"

#include "charset.h"
#include "mime.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *name_of(const struct charset *charset)
{
    return charset == NULL ? "" : charset_name(charset);
}

static void every_label_names_its_encoding(void **state)
{
    struct conformance_count count = {"encoding_labels.json", 0, 0};
    json_t *cases = conformance_cases("encoding_labels.json"), *c;
    size_t i;

    (void)state;
    if (cases == NULL)
        skip();
    json_array_foreach(cases, i, c)
    {
        json_t *label = json_object_get(c, "label");
        struct slice bytes = {json_string_value(label), json_string_length(label)};

        conformance_check(&count, c, name_of(charset_by_label(bytes)), conformance_string(c, "encoding"));
    }
    json_decref(cases);
    assert_true(conformance_end(&count));
}

static void every_content_type_gives_its_type_and_encoding(void **state)
{
    struct conformance_count count = {"content_type.json", 0, 0};
    json_t *cases = conformance_cases("content_type.json"), *c;
    size_t i;

    (void)state;
    if (cases == NULL)
        skip();
    json_array_foreach(cases, i, c)
    {
        struct slice value = conformance_bytes(c, "input_b64");
        char got[256], expected[256];
        struct mime mime;

        mime_parse(&mime, value);
        snprintf(got, sizeof got, "%s %s", mime.type, name_of(charset_by_label(slice_of(mime.charset_label))));
        snprintf(expected, sizeof expected, "%.*s %s", (int)sizeof mime.type - 1, conformance_string(c, "type"),
                 conformance_string(c, "encoding"));
        conformance_check(&count, c, got, expected);
        free((char *)value.data);
    }
    json_decref(cases);
    assert_true(conformance_end(&count));
}

/* Percent-encodes what the query state of the URL standard does. */
static void add_percent_encoded(struct buf *out, struct slice in)
{
    for (size_t i = 0; i < in.size; i++) {
        unsigned char byte = (unsigned char)in.data[i];

        if (byte <= 0x20 || byte >= 0x7F || strchr("\"#<>'", byte) != NULL)
            buf_printf(out, "%%%02X", byte);
        else
            buf_add_char(out, (char)byte);
    }
}

static void every_query_is_encoded_as_its_page_is(void **state)
{
    struct conformance_count count = {"query_encoding.json", 0, 0};
    json_t *cases = conformance_cases("query_encoding.json"), *c;
    size_t i;

    (void)state;
    if (cases == NULL)
        skip();
    json_array_foreach(cases, i, c)
    {
        const struct charset *charset = charset_by_label(slice_of(conformance_string(c, "encoding")));
        json_t *input = json_object_get(c, "input");
        struct buf encoded = {.limit = 10000}, escaped = {.limit = 10000};

        charset_encode_query(charset, (struct slice){json_string_value(input), json_string_length(input)}, &encoded);
        add_percent_encoded(&escaped, buf_slice(&encoded));
        conformance_check(&count, c, escaped.data, conformance_string(c, "output"));
        buf_free(&encoded);
        buf_free(&escaped);
    }
    json_decref(cases);
    assert_true(conformance_end(&count));
}

/* Appends what stands between the first <title> and </title> of `page`, white
 * space stripped and collapsed. */
static void add_title(struct buf *out, struct slice page)
{
    const char *start = page.size == 0 ? NULL : memmem(page.data, page.size, "<title>", 7), *end;

    if (start == NULL)
        return;
    start += 7;
    end = memmem(start, (size_t)(page.data + page.size - start), "</title>", 8);
    for (; end != NULL && start < end; start++) {
        if (memchr(" \t\n\f\r", *start, 5) == NULL)
            buf_add_char(out, *start);
        else if (out->size > 0 && out->data[out->size - 1] != ' ')
            buf_add_char(out, ' ');
    }
    if (out->size > 0 && out->data[out->size - 1] == ' ')
        out->data[--out->size] = '\0';
}

/* Checks one page of encoding.json. The title is compared only where reading it
 * takes no HTML parser. */
static void check_page(const json_t *c, struct conformance_count *charsets, struct conformance_count *titles)
{
    const json_t *expect = json_object_get(c, "expect");
    struct buf decoded = {.limit = 1 << 20}, title = {.limit = 1 << 20};
    struct slice body = conformance_bytes(c, "body_b64");
    const struct charset *charset;
    enum charset_source source;
    struct mime mime;
    size_t bom_size;

    mime_parse(&mime, slice_of(conformance_string(c, "content_type")));
    charset = charset_of_page(body, slice_of(mime.charset_label), mime.kind == MIME_XHTML, &source, &bom_size);
    if (json_is_string(json_object_get(expect, "charset")))
        conformance_check(charsets, c, charset_name(charset), conformance_string(expect, "charset"));
    assert_true(charset_decode(charset, (struct slice){body.data + bom_size, body.size - bom_size}, &decoded));
    add_title(&title, buf_slice(&decoded));
    if (title.size > 0 && strchr(title.data, '&') == NULL && json_object_get(expect, "title_alt") == NULL &&
        json_is_true(json_object_get(expect, "title_element")))
        conformance_check(titles, c, title.data, conformance_string(expect, "title"));
    buf_free(&decoded);
    buf_free(&title);
    free((char *)body.data);
}

static void every_page_is_decoded_in_its_encoding(void **state)
{
    struct conformance_count charsets = {"encoding.json charset", 0, 0}, titles = {"encoding.json title", 0, 0};
    struct conformance_count open_charsets = {"not strict: charset", 0, 0}, open_titles = {"not strict: title", 0, 0};
    json_t *cases = conformance_cases("encoding.json"), *c;
    bool good;
    size_t i;

    (void)state;
    if (cases == NULL)
        skip();
    json_array_foreach(cases, i, c)
    {
        if (json_is_true(json_object_get(c, "strict")))
            check_page(c, &charsets, &titles);
        else
            check_page(c, &open_charsets, &open_titles);
    }
    json_decref(cases);
    conformance_end(&open_charsets);
    conformance_end(&open_titles);
    good = conformance_end(&charsets);
    assert_true(conformance_end(&titles) && good);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(every_label_names_its_encoding),
        cmocka_unit_test(every_content_type_gives_its_type_and_encoding),
        cmocka_unit_test(every_query_is_encoded_as_its_page_is),
        cmocka_unit_test(every_page_is_decoded_in_its_encoding),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
