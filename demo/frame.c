#include "demo.h"

#include <ctype.h>

void demo_begin(struct buf *out, const char *title, const char *extra)
{
    buf_add_string(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    if (title != NULL)
        buf_printf(out, "<title>%s</title>\n", title);
    buf_printf(out,
               "<link rel=\"stylesheet\" href=\"/style.css\">\n<link rel=\"icon\" href=\"/img/heron.png\">\n%s</head>\n"
               "<body>\n<header><a href=\"/\"><img src=\"/img/heron.png\" alt=\"Heron\"></a>\n<nav><a href=\"/docs/\">"
               "Guide</a> <a href=\"/reference/\">Reference</a> <a href=\"/blog/\">Journal</a> <a href=\"/stations/\">"
               "Stations</a> <a href=\"/people/\">People</a></nav></header>\n<main>\n",
               extra == NULL ? "" : extra);
    if (title != NULL)
        buf_printf(out, "<h1>%s</h1>\n", title);
}

void demo_end(struct buf *out)
{
    buf_add_string(out,
                   "</main>\n<footer><a href=\"/about#licence\">Licence</a> <a href=\"mailto:hello@heron.example\">"
                   "Write to us</a> <a href=\"/search?q=\" rel=\"nofollow\">Search</a> "
                   "<a href=\"https://www.example.org/\">A friendly site</a></footer>\n</body>\n</html>\n");
}

void demo_add_item(struct buf *out, const char *href, const char *text)
{
    buf_printf(out, "<li><a href=\"%s\">%s</a></li>\n", href, text);
}

const char *demo_slug(const char *name)
{
    static char slugs[4][64]; /* the site has one thread */
    static unsigned turn;
    char *slug = slugs[turn++ % 4];
    size_t i;

    for (i = 0; name[i] != '\0' && i + 1 < sizeof slugs[0]; i++)
        slug[i] = name[i] == ' ' ? '-' : (char)tolower((unsigned char)name[i]);
    slug[i] = '\0';
    return slug;
}

int demo_find(const char *const *names, const char *slug, size_t size)
{
    for (int i = 0; names[i] != NULL; i++) {
        const char *own = demo_slug(names[i]);

        if (strlen(own) == size && memcmp(own, slug, size) == 0)
            return i;
    }
    return -1;
}
