#include "made_page.h"

#include "mem.h"

#include <string.h>

struct page *made_page(int64_t id, const char *url, int status)
{
    struct page *page = page_new(PAGE_DOCUMENT, url, strlen(url));

    page->id = id;
    page->redirect_link = page->canonical_link = -1;
    page->status = status;
    page->outcome = status == 0    ? PAGE_TIMEOUT
                    : status < 300 ? PAGE_OK
                    : status < 400 ? PAGE_REDIRECT
                                   : PAGE_HTTP_ERROR;
    if (status == 200) {
        strcpy(page->mime.type, "text/html");
        page->mime.kind = MIME_HTML;
    }
    page->fetched_ms = 1700000000123;
    page->tries = 1;
    return page;
}

struct page *made_other(enum page_kind kind)
{
    struct page *page = page_new(kind, "", 0);

    page->redirect_link = page->canonical_link = -1;
    return page;
}

void made_title(struct page *page, const char *title)
{
    size_t at = page->pool.size;

    buf_add_string(&page->pool, title);
    page->title = (struct slice){page->pool.data + at, strlen(title)};
    page->has_title = true;
}

struct page_link *made_known_link(struct page *page, int64_t id, const char *url)
{
    const char *host_end = strchr(url + strlen("https://"), '/');
    struct page_link *link;

    page->links = mem_resize(page->links, (page->link_count + 1) * sizeof *page->links);
    link = &page->links[page->link_count++];
    *link = (struct page_link){.url_at = (uint32_t)page->pool.size,
                               .url_size = (uint32_t)strlen(url),
                               .host_size = (uint32_t)(host_end - url),
                               .follow = true,
                               .record = true,
                               .lastmod_ms = -1,
                               .id = id,
                               .depth = 1,
                               .text_hash = (uint64_t)id * 0x9e3779b97f4a7c15u};
    link->key_hash = link->text_hash;
    buf_add_string(&page->pool, url);
    return link;
}

struct page_link *made_link(struct page *page, int64_t id, const char *url, int64_t host_id)
{
    struct page_link *link = made_known_link(page, id, url);

    link->is_new = true;
    link->host_id = host_id;
    link->skip = host_id == 0 ? SKIP_OFF_SCOPE : SKIP_NONE;
    return link;
}
