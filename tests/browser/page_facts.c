/* Says what the program finds on pages: for each line "URL TAB FILE" of the standard input one line of
 * JSON, {"title": ..., "links": [...]}, with the http and https links resolved, fragments off, as they come.
 * browser_check.py compares that with what a browser finds. */

#include "charset.h"
#include "html.h"
#include "mem.h"
#include "text.h"
#include "url.h"

#include <stdio.h>
#include <stdlib.h>

static struct slice read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct buf bytes = {.limit = SIZE_MAX / 2};
    size_t size;

    if (file == NULL) {
        perror(path);
        exit(1);
    }
    do {
        char *room = buf_room(&bytes, 65536);

        size = fread(room, 1, 65536, file);
        bytes.size += size;
    } while (size > 0);
    fclose(file);
    return buf_slice(&bytes);
}

static void add_string(struct buf *out, struct slice text)
{
    buf_add_char(out, '"');
    text_add_json(out, text);
    buf_add_char(out, '"');
}

static void print_facts(struct html *html, const char *address, const char *path)
{
    struct slice body = read_file(path);
    struct buf text = {.limit = SIZE_MAX / 2}, out = {.limit = SIZE_MAX / 2};
    struct url page = URL_INIT, base = URL_INIT, url = URL_INIT;
    enum charset_source source;
    size_t bom_size = 0;
    const struct charset *charset = charset_of_page(body, (struct slice){"", 0}, false, &source, &bom_size);
    const struct html_facts *facts;
    const char *comma = "";

    charset_decode(charset, (struct slice){body.data + bom_size, body.size - bom_size}, &text);
    facts = html_read(html, buf_slice(&text), false);
    if (url_parse(&page, slice_of(address)) != URL_WEB)
        exit(1);
    if (!facts->has_base || url_resolve(&base, &page, facts->base, NULL) != URL_WEB)
        url_parse(&base, slice_of(address));
    buf_add_string(&out, "{\"title\": ");
    add_string(&out, facts->title);
    buf_add_string(&out, ", \"links\": [");
    for (size_t i = 0; i < facts->link_count; i++) {
        if (url_resolve(&url, &base, facts->links[i].href, charset) != URL_WEB)
            continue;
        buf_add_string(&out, comma);
        add_string(&out, buf_slice(&url.text));
        comma = ", ";
    }
    buf_add_string(&out, "]}\n");
    fwrite(out.data, 1, out.size, stdout);
    buf_free(&text);
    buf_free(&out);
    url_free(&page);
    url_free(&base);
    url_free(&url);
    free((char *)body.data);
}

int main(void)
{
    struct html_limits limits = {.title_bytes = 1 << 20,
                                 .anchor_bytes = 100,
                                 .href_bytes = 1 << 20,
                                 .links = SIZE_MAX,
                                 .kinds = 1u << HTML_A | 1u << HTML_AREA};
    struct html *html = html_new(&limits, "crawl");
    char *line = NULL;
    size_t capacity = 0;
    ssize_t size;

    while ((size = getline(&line, &capacity, stdin)) > 0) {
        char *tab = strchr(line, '\t');

        if (tab == NULL)
            return 1;
        *tab = '\0';
        line[size - 1] = '\0';
        print_facts(html, line, tab + 1);
    }
    free(line);
    html_free(html);
    return 0;
}
