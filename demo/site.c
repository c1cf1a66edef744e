#include "demo.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

/* demo-site: serves the demo site on 127.0.0.1 until SIGTERM or SIGINT. */

static const struct {
    const char *prefix;
    bool (*make)(const char *rest, struct site_page *page, struct buf *text);
} SECTIONS[] = {
    {"/docs/", demo_docs},
    {"/reference/", demo_reference},
    {"/blog/", demo_blog},
    {"/stations/", demo_stations},
    {"/people/", demo_people_pages},
    {"/ru/", demo_russian},
    {"/ja/", demo_japanese},
    {"/de/", demo_german},
    {"/archive/", demo_archive},
    {"/lost/", demo_lost},
    {"/old/", demo_old},
    {"", demo_corner},
};

static void make_not_found(struct site_page *page, struct buf *text)
{
    buf_clear(text);
    *page = (struct site_page){.status = 404, .type = "text/html; charset=utf-8"};
    demo_begin(text, "Page not found", NULL);
    buf_add_string(text, "<p>There is nothing here. <a href=\"/\">Home</a></p>\n");
    demo_end(text);
}

static bool make(void *arg, const char *host, const char *target, struct site_page *page, struct buf *text)
{
    unsigned seed = 0;

    (void)arg;
    (void)host;
    page->type = "text/html; charset=utf-8";
    for (size_t i = 0; i < sizeof SECTIONS / sizeof *SECTIONS; i++) {
        size_t size = strlen(SECTIONS[i].prefix);

        if (strncmp(target, SECTIONS[i].prefix, size) != 0)
            continue;
        if (!SECTIONS[i].make(target + size, page, text))
            make_not_found(page, text);
        break;
    }
    if (page->body == NULL)
        page->body = text->data;
    for (const char *c = target; *c != '\0'; c++)
        seed = seed * 31 + (unsigned char)*c;
    if (page->delay_ms == 0) /* about as long as a small server on the net takes */
        page->delay_ms = 4 + (int)(demo_chance(seed, 9) % 25);
    return true;
}

int main(int argc, char **argv)
{
    const char *text = argc == 3 && strcmp(argv[1], "--port") == 0 ? argv[2] : argc == 2 ? argv[1] : "8642";
    char *end;
    long port = strtol(text, &end, 10);
    sigset_t signals;
    struct site *site;
    int signal_number;

    if (argc > 3 || *text == '\0' || *end != '\0' || port < 0 || port > 65535) {
        fprintf(stderr, "usage: demo-site [--port N]   (0: a free one; default 8642)\n");
        return 2;
    }
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &signals, NULL); /* before the site's thread starts */
    site = site_start_made(make, NULL, (int)port);
    printf("ready http://127.0.0.1:%d/\n", site_port(site));
    fflush(stdout);
    sigwait(&signals, &signal_number);
    site_stop(site);
    return 0;
}
