#include "demo.h"

#include <stdio.h>
#include <stdlib.h>

#define POSTS_A_PAGE    10u
#define STATIONS_A_PAGE 10u

/* A number that is all of `text` but for `end`, from 1 to `max`; 0: it is none. */
static unsigned read_number(const char *text, const char *end, unsigned max)
{
    char *behind;
    unsigned long number = text[0] >= '1' && text[0] <= '9' ? strtoul(text, &behind, 10) : 0;

    return number >= 1 && number <= max && strcmp(behind, end) == 0 ? (unsigned)number : 0;
}

/* --- /docs/: chapters of topics ------------------------------------------------------ */

static void add_guide(struct buf *text)
{
    demo_begin(text, "The Heron guide", NULL);
    demo_add_text(text, 1, 2);
    buf_add_string(text, "<ol>\n");
    for (int c = 0; demo_chapters[c] != NULL; c++) {
        char href[128];

        snprintf(href, sizeof href, "%s/", demo_slug(demo_chapters[c]));
        demo_add_item(text, href, demo_chapters[c]);
    }
    buf_add_string(text, "</ol>\n<p>Older editions are <a href=\"/old/guide-1\">still here</a>, and all of it as one "
                         "<a href=\"/files/heron-guide.pdf\">PDF</a>.</p>\n");
    demo_end(text);
}

static void add_chapter(struct buf *text, int chapter)
{
    demo_begin(text, demo_chapters[chapter], NULL);
    demo_add_text(text, 100 + (unsigned)chapter, 2);
    buf_add_string(text, "<ul>\n");
    for (int t = 0; demo_topics[t] != NULL; t++)
        demo_add_item(text, demo_slug(demo_topics[t]), demo_topics[t]);
    buf_add_string(text, "</ul>\n<p><a href=\"../\">All chapters</a></p>\n");
    demo_end(text);
}

static void add_topic(struct buf *text, int chapter, int topic)
{
    unsigned seed = 1000 + (unsigned)(chapter * 10 + topic);
    char title[160];

    snprintf(title, sizeof title, "%s: %s", demo_chapters[chapter], demo_topics[topic]);
    /* "Questions" has the same title in each chapter: someone copied a page. */
    demo_begin(text, topic == 6 ? "Questions and answers" : title, NULL);
    demo_add_text(text, seed, 4 + seed % 4);
    buf_printf(text, "<p>See also <a href=\"/reference/%s/%s\">%s</a>", demo_modules[seed % 14],
               demo_functions[seed % 24], demo_functions[seed % 24]);
    if (topic == 5) /* a function that was there once */
        buf_printf(text, " and <a href=\"/reference/%s/probe\">probe</a>", demo_modules[seed % 14]);
    buf_printf(text, ".</p>\n<img src=\"/img/figure-%u.png\" alt=\"Figure\">\n<p><a href=\".\">%s</a>", seed % 5 + 1,
               demo_chapters[chapter]);
    if (demo_topics[topic + 1] != NULL)
        buf_printf(text, " | <a href=\"%s\" rel=\"next\">%s</a>", demo_slug(demo_topics[topic + 1]),
                   demo_topics[topic + 1]);
    buf_add_string(text, "</p>\n");
    demo_end(text);
}

bool demo_docs(const char *rest, struct site_page *page, struct buf *text)
{
    size_t size = strcspn(rest, "/");
    int chapter, topic = 0;

    (void)page;
    if (rest[0] == '\0') {
        add_guide(text);
        return true;
    }
    chapter = demo_find(demo_chapters, rest, size);
    if (chapter < 0 || rest[size] != '/')
        return false;
    rest += size + 1;
    if (rest[0] == '\0')
        add_chapter(text, chapter);
    else if ((topic = demo_find(demo_topics, rest, strlen(rest))) >= 0)
        add_topic(text, chapter, topic);
    return topic >= 0;
}

/* --- /reference/: modules of functions ------------------------------------------------ */

static void add_module(struct buf *text, int module)
{
    char title[80];

    snprintf(title, sizeof title, "Module %s", demo_modules[module]);
    demo_begin(text, title, "<base href=\"/reference/\">\n");
    demo_add_text(text, 200 + (unsigned)module, 1);
    buf_add_string(text, "<dl>\n");
    for (int f = 0; demo_functions[f] != NULL; f++)
        buf_printf(text, "<dt><a href=\"%s/%s\"><code>%s_%s()</code></a>\n", demo_modules[module], demo_functions[f],
                   demo_modules[module], demo_functions[f]);
    buf_add_string(text, "</dl>\n");
    demo_end(text);
}

static void add_function(struct buf *text, int module, int function)
{
    unsigned seed = 2000 + (unsigned)(module * 30 + function);
    const char *m = demo_modules[module], *f = demo_functions[function];
    char title[80], canonical[160];

    snprintf(title, sizeof title, "%s_%s()", m, f);
    snprintf(canonical, sizeof canonical, "<link rel=\"canonical\" href=\"{site}/reference/%s/%s\">\n", m, f);
    /* Those of "tide" are new, and nobody has given them titles yet. */
    demo_begin(text, module == 13 && function % 4 == 3 ? NULL : title, canonical);
    buf_printf(text, "<pre>int heron_%s_%s(struct heron *h, double value);</pre>\n", m, f);
    demo_add_text(text, seed, 2 + seed % 3);
    buf_printf(text, "<p>Related: <a href=\"%s\">%s</a>, <a href=\"../%s/%s\">%s_%s</a>, <a href=\"./\">%s</a>.</p>\n",
               demo_functions[(function + 5) % 24], demo_functions[(function + 5) % 24], demo_modules[seed % 14], f,
               demo_modules[seed % 14], f, m);
    demo_end(text);
}

bool demo_reference(const char *rest, struct site_page *page, struct buf *text)
{
    size_t size = strcspn(rest, "/");
    int module = demo_find(demo_modules, rest, size), function = 0;

    if (rest[0] == '\0') {
        demo_begin(text, "Reference", NULL);
        buf_add_string(text, "<ul>\n");
        for (int m = 0; demo_modules[m] != NULL; m++)
            buf_printf(text, "<li><a href='%s/'>%s</a>\n", demo_modules[m], demo_modules[m]);
        buf_add_string(text, "</ul>\n");
        demo_end(text);
        return true;
    }
    if (module < 0)
        return false;
    if (rest[size] == '\0') { /* without the slash: as web servers do */
        buf_printf(text, "Location: /reference/%s/\r\n", demo_modules[module]);
        *page = (struct site_page){.status = 301, .type = "text/html", .headers = text->data, .body = "<p>Moved"};
        return true;
    }
    rest += size + 1;
    if (rest[0] == '\0')
        add_module(text, module);
    else if ((function = demo_find(demo_functions, rest, strlen(rest))) >= 0)
        add_function(text, module, function);
    return function >= 0;
}

/* --- /blog/: posts, pages of posts, tags ------------------------------------------------- */

static void add_post_title(char *title, size_t size, unsigned post)
{
    static const char *const what[] = {"A quiet week at", "Storm over", "New mast for", "Open day at", "Frost in"};
    unsigned chance = demo_chance(post, 5);

    snprintf(title, size, "%s %s", what[chance % 5], demo_places[(chance >> 8) % 30]);
    if (post % 13 != 0) /* else it may be the title of another post, too */
        snprintf(title + strlen(title), size - strlen(title), ", No. %u", post);
}

static void add_post_item(struct buf *text, unsigned post)
{
    char href[64], title[160];

    snprintf(href, sizeof href, "/blog/%u/%02u/%u", 2012 + post / 20, post % 12 + 1, post);
    add_post_title(title, sizeof title, post);
    demo_add_item(text, href, title);
}

static void add_post(struct buf *text, unsigned post)
{
    char title[160];
    const char *author = demo_people[post % 24];

    add_post_title(title, sizeof title, post);
    demo_begin(text, title, "<meta name=\"description\" content=\"From the journal of the Heron network\">\n");
    buf_printf(text, "<p>By <a href=\"/people/%s\">%s</a></p>\n", demo_slug(author), author);
    demo_add_text(text, 3000 + post, 3 + post % 5);
    buf_printf(text, "<p>Filed under <a href=\"/blog/tag/%s\">%s</a>", demo_tags[post % 10], demo_tags[post % 10]);
    if (post % 20 == 7) /* the picture gallery was closed long ago */
        buf_printf(text, ", with <a href=\"/gallery/%u\">pictures</a>", post);
    buf_printf(text, ". <a href=\"https://social.example/share?u=%u\" rel=\"nofollow\">Share</a></p>\n<ul>\n", post);
    if (post > 1)
        add_post_item(text, post - 1);
    if (post < DEMO_POSTS)
        add_post_item(text, post + 1);
    buf_add_string(text, "</ul>\n");
    demo_end(text);
}

static void add_posts(struct buf *text, const char *title, unsigned first, unsigned step, unsigned count)
{
    demo_begin(text, title, NULL);
    buf_add_string(text, "<ul>\n");
    for (unsigned i = 0; i < count && first + i * step <= DEMO_POSTS; i++)
        add_post_item(text, first + i * step);
    buf_add_string(text, "</ul>\n");
}

bool demo_blog(const char *rest, struct site_page *page, struct buf *text)
{
    unsigned pages = DEMO_POSTS / POSTS_A_PAGE, number;
    int tag;

    (void)page;
    if (rest[0] == '\0' || (strncmp(rest, "page/", 5) == 0 && read_number(rest + 5, "", pages) > 0)) {
        char title[80];

        number = rest[0] == '\0' ? 1 : read_number(rest + 5, "", pages);
        snprintf(title, sizeof title, number == 1 ? "Journal" : "Journal, page %u", number);
        add_posts(text, title, (number - 1) * POSTS_A_PAGE + 1, 1, POSTS_A_PAGE);
        if (number < pages)
            buf_printf(text, "<p><a href=\"/blog/page/%u\" rel=\"next\">Older</a></p>\n", number + 1);
        demo_end(text);
        return true;
    }
    if (strncmp(rest, "tag/", 4) == 0 && (tag = demo_find(demo_tags, rest + 4, strlen(rest + 4))) >= 0) {
        add_posts(text, demo_tags[tag], tag == 0 ? 10 : (unsigned)tag, 10, 30);
        demo_end(text);
        return true;
    }
    if (strlen(rest) < 9 || (number = read_number(rest + 8, "", DEMO_POSTS)) == 0)
        return false;
    add_post(text, number);
    return true;
}
