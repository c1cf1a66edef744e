#include "demo.h"

/* Single pages, redirects, and what goes wrong. */

static void redirect(struct site_page *page, int status, const char *headers)
{
    *page = (struct site_page){.status = status, .type = "text/html", .headers = headers, .body = "<p>Moved."};
}

/* --- /old/: a chain, a loop, and others ------------------------------------------------ */

static const struct {
    const char *path;
    int status;
    const char *headers;
} REDIRECTS[] = {
    {"guide-1", 301, "Location: /old/guide-2\r\n"},
    {"guide-2", 302, "Location: guide-3\r\n"},
    {"guide-3", 308, "Location: {site}/old/guide-4\r\n"},
    {"guide-4", 301, "Location: /docs/\r\n"},
    {"round", 302, "Location: /old/and-round\r\n"},
    {"and-round", 302, "Location: /old/round\r\n"},
    {"journal.html", 301, "Location: /blog/\r\n"},
    {"shop", 302, "Location: https://shop.example/heron\r\n"},
    {"forum", 301, "Location: /forum/index.php\r\n"}, /* which is gone as well */
    {"map", 302, ""},                                 /* no Location at all */
    {"download", 303, "Location: ftp://ftp.example/heron/\r\n"},
};

bool demo_old(const char *rest, struct site_page *page, struct buf *text)
{
    for (size_t i = 0; i < sizeof REDIRECTS / sizeof *REDIRECTS; i++)
        if (strcmp(rest, REDIRECTS[i].path) == 0) {
            redirect(page, REDIRECTS[i].status, REDIRECTS[i].headers);
            return true;
        }
    if (rest[0] != '\0')
        return false;
    demo_begin(text, "What has moved", NULL);
    buf_add_string(text, "<ul>\n");
    for (size_t i = 0; i < sizeof REDIRECTS / sizeof *REDIRECTS; i++)
        demo_add_item(text, REDIRECTS[i].path, REDIRECTS[i].path);
    buf_add_string(text, "</ul>\n");
    demo_end(text);
    return true;
}

/* --- Pages made by a function --------------------------------------------------------------- */

static void home(struct site_page *page, struct buf *text)
{
    (void)page;
    demo_begin(text, "Heron, the weather station of your own", NULL);
    demo_add_text(text, 42, 3);
    buf_add_string(text, "<ul>\n");
    demo_add_item(text, "/docs/", "The guide");
    demo_add_item(text, "/reference/", "The reference");
    demo_add_item(text, "/blog/", "The journal");
    demo_add_item(text, "/stations/", "All stations");
    demo_add_item(text, "/archive/", "The archive (slow)");
    demo_add_item(text, "/ru/", "&#1055;&#1086;-&#1088;&#1091;&#1089;&#1089;&#1082;&#1080;");
    demo_add_item(text, "/ja/", "&#26085;&#26412;&#35486;");
    demo_add_item(text, "/de/", "Auf Deutsch");
    demo_add_item(text, "/old/", "What has moved");
    demo_add_item(text, "/about", "About us");
    demo_add_item(text, "/press", "For the press");
    demo_add_item(text, "/forecast", "The forecast");
    demo_add_item(text, "/radar", "Radar");
    demo_add_item(text, "/welcome", "Welcome");
    demo_add_item(text, "/private/ledger", "The ledger");
    demo_add_item(text, "/files/heron-guide.pdf", "The guide as a PDF");
    demo_add_item(text, "/files/readings.csv", "Readings as a table");
    demo_add_item(text, "/files/heron-0.9.tar.gz", "Version 0.9");
    demo_add_item(text, "/typo//double/", "A path with a typing error");
    buf_add_string(text, "</ul>\n");
    demo_end(text);
}

static void about(struct site_page *page, struct buf *text)
{
    page->headers = "X-Robots-Tag: noarchive\r\n";
    demo_begin(text, "About Heron &amp; friends: who builds the stations, who reads them, and why",
               "<meta name=\"robots\" content=\"nofollow\">\n");
    demo_add_text(text, 43, 4);
    buf_add_string(text, "<h2 id=\"licence\">Licence</h2>\n<p><a href=\"/licence.txt\">As text</a></p>\n");
    demo_end(text);
}

static void welcome(struct site_page *page, struct buf *text)
{
    (void)page;
    demo_begin(text, "Welcome", "<meta http-equiv=\"refresh\" content=\"0; url=/\">\n");
    demo_end(text);
}

static void sitemap(struct site_page *page, struct buf *text)
{
    page->type = "application/xml";
    buf_add_string(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                         "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
    for (int c = 0; demo_chapters[c] != NULL; c++)
        buf_printf(text, "<url><loc>{site}/docs/%s/</loc><lastmod>2024-03-%02d</lastmod></url>\n",
                   demo_slug(demo_chapters[c]), c + 1);
    for (unsigned i = 1; i <= DEMO_LOST; i++)
        buf_printf(text, "<url><loc>{site}/lost/%u</loc></url>\n", i);
    buf_add_string(text, "</urlset>\n");
}

static const struct {
    const char *path;
    void (*make)(struct site_page *page, struct buf *text);
} MADE[] = {{"/", home}, {"/about", about}, {"/welcome", welcome}, {"/sitemap.xml", sitemap}};

/* --- Pages as they are ------------------------------------------------------------------------ */

#define PNG                                                                                                            \
    "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\x3a\x7e\x9b\x55\0\0\0\nIDATx\x9c"                   \
    "c`\0\0\0\x02\0\x01H\xaf\xa4q\0\0\0\0IEND\xae"                                                                     \
    "B`\x82"

static const struct site_page FIXED[] = {
    {.path = "/robots.txt",
     .type = "text/plain",
     .body = "User-agent: *\nDisallow: /private/\nDisallow: /search\nDisallow: /calendar/ # goes on for ever\n"
             "Allow: /private/press\n\nSitemap: {site}/sitemap.xml\n"},
    {.path = "/style.css", .type = "text/css", .body = "main { max-width: 40em }\n"},
    {.path = "/img/heron.png", .type = "image/png", .body = PNG, .body_size = sizeof PNG - 1},
    {.path = "/files/readings.csv", .type = "text/csv", .body = "day,rain\n1,0.4\n2,7.5\n"},
    {.path = "/files/heron-guide.pdf", .type = "application/pdf", .body = "%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"},
    {.path = "/press",
     .type = "text/html",
     .body = "<title>For the press</title><link rel=canonical href='/about'><p>Write to the <a href='/people/'></a>"},
    {.path = "/licence.txt", .type = "text/plain; charset=utf-8", .body = "Do with it what you like.\n"},
    {.path = "/forecast",
     .status = 500,
     .type = "text/html",
     .body = "<!doctype html><title>Internal Server Error</title><p>The forecast has failed."},
    {.path = "/radar", .type = "text/html", .body = "<title>Radar</title><p>half of a page", .fault = SITE_TRUNCATES},
    {.path = "/private/ledger", .type = "text/html", .body = "<title>Nobody should read this</title>"},
    {.path = "/typo//double/", .type = "text/html", .body = "<title>Two slashes</title><p><a href='../../'>Up</a>"},
};

bool demo_corner(const char *path, struct site_page *page, struct buf *text)
{
    for (size_t i = 0; i < sizeof MADE / sizeof *MADE; i++)
        if (strcmp(path, MADE[i].path) == 0) {
            MADE[i].make(page, text);
            return true;
        }
    for (size_t i = 0; i < sizeof FIXED / sizeof *FIXED; i++)
        if (strcmp(path, FIXED[i].path) == 0) {
            *page = FIXED[i];
            return true;
        }
    return false;
}
