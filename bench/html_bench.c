/* How fast pages are read, in MB of HTML a second and core: html_read() alone; decoding, reading
 * and resolving all links; and, beside them, libxml2's own HTML parser, by SAX (push) and as a tree.
 * usage: html_bench [-t] [-a] [-m MB] DIRECTORY...
 *   -t: hash the text too; -a: take links of all kinds, not only those that are followed; -m: this much HTML (100)
 * The files named *.html and *.htm below the directories are read into memory, and for all but the second line
 * decoded, before; what is best of three rounds counts. */

#include "buf.h"
#include "charset.h"
#include "html.h"
#include "mem.h"
#include "url.h"

#include <ftw.h>
#include <libxml/HTMLparser.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static struct {
    struct slice *bytes;   /* as they are in the files */
    struct slice *decoded; /* UTF-8 */
    size_t count, capacity;
    size_t total, most; /* bytes */
} pages = {.most = 100 << 20};

static bool ends_with(const char *path, const char *end)
{
    size_t size = strlen(path), end_size = strlen(end);

    return size >= end_size && strcmp(path + size - end_size, end) == 0;
}

static int take_file(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    char *bytes;
    FILE *file;

    (void)walk;
    if (type != FTW_F || status->st_size == 0 || (!ends_with(path, ".html") && !ends_with(path, ".htm")))
        return 0;
    file = fopen(path, "rb");
    if (file == NULL)
        return 0;
    bytes = mem_alloc((size_t)status->st_size);
    if (pages.count == pages.capacity) {
        pages.capacity = pages.capacity * 2 + 1024;
        pages.bytes = mem_resize(pages.bytes, pages.capacity * sizeof *pages.bytes);
    }
    pages.bytes[pages.count].data = bytes;
    pages.bytes[pages.count].size = fread(bytes, 1, (size_t)status->st_size, file);
    pages.total += pages.bytes[pages.count++].size;
    fclose(file);
    return pages.total >= pages.most;
}

/* The page as UTF-8 in *out, which is cleared first. */
static const struct charset *decode(struct slice body, struct buf *out)
{
    enum charset_source source;
    size_t bom_size = 0;
    const struct charset *charset = charset_of_page(body, (struct slice){"", 0}, false, &source, &bom_size);

    buf_clear(out);
    charset_decode(charset, (struct slice){body.data + bom_size, body.size - bom_size}, out);
    return charset;
}

static void decode_all(void)
{
    pages.decoded = mem_array(pages.count, sizeof *pages.decoded);
    for (size_t i = 0; i < pages.count; i++) {
        struct buf text = {.limit = SIZE_MAX / 2};

        decode(pages.bytes[i], &text);
        pages.decoded[i] = buf_slice(&text);
    }
}

static double cpu_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct found {
    size_t titles, links;
};

static struct html *html;

static void read_page(struct slice page, struct found *found)
{
    const struct html_facts *facts = html_read(html, page, false);

    found->titles += facts->has_title;
    for (size_t i = 0; i < facts->link_count; i++)
        found->links += facts->links[i].kind == HTML_A || facts->links[i].kind == HTML_AREA;
}

/* As a crawler does it: what the bytes are, what is on the page, where each link leads. */
static void read_and_resolve(struct slice body, struct found *found)
{
    static struct buf text = {.limit = SIZE_MAX / 2};
    static struct url base = URL_INIT, url = URL_INIT;
    const struct charset *charset = decode(body, &text);
    const struct html_facts *facts = html_read(html, buf_slice(&text), false);

    found->titles += facts->has_title;
    url_parse(&base, slice_of("https://docs.example.org/manual/2.4/howto/access.html"));
    for (size_t i = 0; i < facts->link_count; i++)
        found->links += url_resolve(&url, &base, facts->links[i].href, charset) == URL_WEB &&
                        (facts->links[i].kind == HTML_A || facts->links[i].kind == HTML_AREA);
}

/* libxml2's HTML parser reports on every page. */
static void say_nothing(void *context, const char *format, ...)
{
    (void)context, (void)format;
}

static void sax_start(void *context, const xmlChar *name, const xmlChar **attributes)
{
    struct found *found = context;

    found->titles += strcmp((const char *)name, "title") == 0;
    if (strcmp((const char *)name, "a") != 0 || attributes == NULL)
        return;
    for (; attributes[0] != NULL; attributes += 2)
        found->links += strcmp((const char *)attributes[0], "href") == 0;
}

static void sax_characters(void *context, const xmlChar *text, int size)
{
    (void)context, (void)text, (void)size;
}

static void read_by_sax(struct slice page, struct found *found)
{
    htmlSAXHandler sax = {.startElement = sax_start, .characters = sax_characters};
    htmlParserCtxtPtr parser = htmlCreatePushParserCtxt(&sax, found, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);

    htmlCtxtUseOptions(parser, HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
    htmlParseChunk(parser, page.data, (int)page.size, 0);
    htmlParseChunk(parser, "", 0, 1);
    htmlFreeParserCtxt(parser);
}

static void count_in_tree(xmlNodePtr node, struct found *found)
{
    for (; node != NULL; node = node->next) {
        if (node->type == XML_ELEMENT_NODE) {
            found->titles += strcmp((const char *)node->name, "title") == 0;
            found->links += strcmp((const char *)node->name, "a") == 0 && xmlHasProp(node, BAD_CAST "href") != NULL;
        }
        count_in_tree(node->children, found);
    }
}

static void read_by_tree(struct slice page, struct found *found)
{
    htmlDocPtr tree =
        htmlReadMemory(page.data, (int)page.size, NULL, "UTF-8",
                       HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET | (int)XML_PARSE_HUGE);

    if (tree != NULL)
        count_in_tree(tree->children, found);
    xmlFreeDoc(tree);
}

static void measure(const char *what, void (*read)(struct slice page, struct found *found), const struct slice *input,
                    int rounds)
{
    double best = 0;
    struct found found = {0, 0};

    for (int round = 0; round < rounds; round++) {
        double start = cpu_seconds(), seconds;

        found = (struct found){0, 0};
        for (size_t i = 0; i < pages.count; i++)
            read(input[i], &found);
        seconds = cpu_seconds() - start;
        if (round == 0 || seconds < best)
            best = seconds;
    }
    printf("%-28s %7.0f MB/s  %8.4f ms a page  %zu titles, %zu links\n", what, (double)pages.total / 1e6 / best,
           best * 1e3 / (double)pages.count, found.titles, found.links);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    struct html_limits limits = {.title_bytes = 1000,
                                 .distinct = true,
                                 .anchor_bytes = 200,
                                 .href_bytes = 8192,
                                 .links = 10000,
                                 .kinds = 1u << HTML_A | 1u << HTML_AREA | 1u << HTML_FRAME | 1u << HTML_IFRAME |
                                          1u << HTML_CANONICAL};
    int option;

    while ((option = getopt(argc, argv, "atm:")) != -1) {
        if (option == 't')
            limits.text_hashes = true;
        else if (option == 'a')
            limits.kinds = ~0u;
        else if (option == 'm')
            pages.most = (size_t)atoi(optarg) << 20;
        else
            return 2;
    }
    for (int i = optind; i < argc && pages.total < pages.most; i++)
        nftw(argv[i], take_file, 32, 0);
    if (pages.count == 0) {
        fprintf(stderr, "usage: html_bench [-t] [-a] [-m MB] DIRECTORY...\n");
        return 2;
    }
    decode_all();
    xmlSetGenericErrorFunc(NULL, say_nothing);
    printf("%zu pages, %.1f MB\n", pages.count, (double)pages.total / 1e6);
    html = html_new(&limits, "crawl");
    measure("html_read", read_page, pages.decoded, 3);
    measure("decode, html_read, resolve", read_and_resolve, pages.bytes, 3);
    measure("libxml2 SAX push", read_by_sax, pages.decoded, 1);
    measure("libxml2 tree", read_by_tree, pages.decoded, 1);
    html_free(html);
    return 0;
}
