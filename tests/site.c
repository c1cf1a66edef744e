#include "site.h"

#include "clock.h"
#include "mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEAD_BYTES_MAX (64u * 1024)
#define READ_BYTES     (16u * 1024)
#define HOST_SIZE      64

struct connection {
    struct connection *next;
    int fd;
    long number;
    struct buf in;  /* what came and is not answered yet */
    struct buf out; /* the answer */
    size_t sent;    /* of out */
    size_t body_at; /* where its body begins, in out */
    size_t request; /* number in the log; valid while busy */
    bool busy;      /* an answer is under way */
    bool ends;      /* to be closed behind the answer */
    bool resets;    /* ... with a reset */
    bool silent;    /* nothing more is sent */
    bool endless;   /* the body begins again when it is sent */
    int drip_ms;    /* between bytes of the body */
    int64_t due_ms; /* nothing is sent before */
    bool closed;    /* to be freed */
    short wants;    /* poll events */
};

struct record {
    struct site_request seen;
    char *target; /* whole */
    char *head;
};

struct site {
    const struct site_page *pages; /* NULL: made on demand */
    bool (*make)(void *arg, const char *host, const char *target, struct site_page *page, struct buf *text);
    void *arg;
    int *served; /* by page of the table: requests so far, for fault_times */
    int listener, wake[2], port;
    struct connection *connections;
    pthread_t thread;
    struct buf text;

    pthread_mutex_t lock; /* guards what follows */
    struct record *records;
    size_t record_count, record_room;
    int parallel, most_parallel;
    long connection_count;
};

/* --- What is known about requests ------------------------------------------------ */

static void note_request(struct site *site, struct connection *c, const char *method, const char *target,
                         const char *host, struct slice head)
{
    struct record record = {.seen = {.start_ms = clock_ms(), .end_ms = -1, .connection = c->number}};

    snprintf(record.seen.target, sizeof record.seen.target, "%s", target);
    snprintf(record.seen.host, sizeof record.seen.host, "%s", host);
    snprintf(record.seen.method, sizeof record.seen.method, "%s", method);
    record.target = mem_string(target);
    record.head = mem_copy(head.data, head.size);
    pthread_mutex_lock(&site->lock);
    if (site->record_count == site->record_room) {
        site->record_room = site->record_room * 2 + 64;
        site->records = mem_resize(site->records, site->record_room * sizeof *site->records);
    }
    c->request = site->record_count;
    site->records[site->record_count++] = record;
    if (++site->parallel > site->most_parallel)
        site->most_parallel = site->parallel;
    pthread_mutex_unlock(&site->lock);
}

static void note_end(struct site *site, struct connection *c)
{
    if (!c->busy)
        return;
    c->busy = false;
    pthread_mutex_lock(&site->lock);
    site->records[c->request].seen.end_ms = clock_ms();
    site->parallel--;
    pthread_mutex_unlock(&site->lock);
}

long site_requests(struct site *site, const char *target)
{
    long count = 0;

    pthread_mutex_lock(&site->lock);
    for (size_t i = 0; i < site->record_count; i++)
        count += target == NULL || strcmp(site->records[i].target, target) == 0;
    pthread_mutex_unlock(&site->lock);
    return count;
}

size_t site_log(struct site *site, size_t first, struct site_request *requests, size_t max)
{
    size_t count = 0;

    pthread_mutex_lock(&site->lock);
    for (; count < max && first + count < site->record_count; count++)
        requests[count] = site->records[first + count].seen;
    pthread_mutex_unlock(&site->lock);
    return count;
}

int site_most_parallel(struct site *site)
{
    int most;

    pthread_mutex_lock(&site->lock);
    most = site->most_parallel;
    pthread_mutex_unlock(&site->lock);
    return most;
}

long site_connections(struct site *site)
{
    long count;

    pthread_mutex_lock(&site->lock);
    count = site->connection_count;
    pthread_mutex_unlock(&site->lock);
    return count;
}

bool site_head(struct site *site, const char *target, char *head, size_t size)
{
    bool found = false;

    pthread_mutex_lock(&site->lock);
    for (size_t i = site->record_count; i > 0 && !found; i--)
        if (strcmp(site->records[i - 1].target, target) == 0) {
            snprintf(head, size, "%s", site->records[i - 1].head);
            found = true;
        }
    pthread_mutex_unlock(&site->lock);
    return found;
}

/* --- Answers ------------------------------------------------------------------------ */

/* Adds `text`, of `size` bytes if that is not 0, else a string with "{site}" to be replaced. */
static void add_text(const struct site *site, struct buf *out, const char *text, size_t size)
{
    const char *mark;

    if (text == NULL)
        return;
    if (size > 0) {
        buf_add(out, text, size);
        return;
    }
    while ((mark = strstr(text, "{site}")) != NULL) {
        buf_add(out, text, (size_t)(mark - text));
        buf_printf(out, "http://127.0.0.1:%d", site->port);
        text = mark + strlen("{site}");
    }
    buf_add_string(out, text);
}

static void add_chunks(struct buf *out, struct slice body)
{
    for (size_t at = 0, size; at < body.size; at += size) {
        size = body.size - at < 100 ? body.size - at : 100;
        buf_printf(out, "%zx;a=\"b\"\r\n", size);
        buf_add(out, body.data + at, size);
        buf_add_string(out, "\r\n");
    }
    buf_add_string(out, "0\r\nX-Trailer: 1\r\n\r\n");
}

static void add_answer(struct site *site, struct connection *c, const struct site_page *page, bool is_head)
{
    struct buf body = {.limit = SIZE_MAX};
    int status = page->status == 0 ? 200 : page->status;

    if (page->raw != NULL) {
        add_text(site, &c->out, page->raw, page->raw_size);
        c->ends = true;
        return;
    }
    add_text(site, &body, page->body, page->body_size);
    buf_printf(&c->out, "HTTP/1.1 %d Status\r\n", status);
    if (page->type != NULL)
        buf_printf(&c->out, "Content-Type: %s\r\n", page->type);
    add_text(site, &c->out, page->headers, 0);
    if (page->chunked)
        buf_add_string(&c->out, "Transfer-Encoding: chunked\r\n");
    else if (page->fault != SITE_ENDLESS && status != 204 && status != 304)
        buf_printf(&c->out, "Content-Length: %zu\r\n", body.size);
    buf_add_string(&c->out, "\r\n");
    c->body_at = c->out.size;
    if (!is_head && page->chunked)
        add_chunks(&c->out, buf_slice(&body));
    else if (!is_head)
        buf_add(&c->out, body.data, body.size);
    buf_free(&body);
}

static void apply_fault(struct connection *c, enum site_fault fault)
{
    size_t half = c->body_at + (c->out.size - c->body_at) / 2;

    switch (fault) {
    case SITE_SOUND:
        break;
    case SITE_RESETS:
    case SITE_CLOSES:
        c->out.size = 0;
        c->ends = true;
        c->resets = fault == SITE_RESETS;
        break;
    case SITE_SILENT:
        c->out.size = 0;
        c->silent = true;
        break;
    case SITE_STALLS:
        c->out.size = half;
        c->silent = true;
        break;
    case SITE_TRUNCATES:
    case SITE_BREAKS:
        c->out.size = half;
        c->ends = true;
        c->resets = fault == SITE_BREAKS;
        break;
    case SITE_DROPS:
        c->ends = true;
        break;
    case SITE_ENDLESS:
        c->endless = c->ends = true;
        break;
    }
}

/* Finds or makes the page for a request into *page. `served`: how often it was asked for before. */
static bool find_page(struct site *site, const char *host, const char *target, struct site_page *page, int *served)
{
    size_t path_size = strcspn(target, "?");

    *served = 0;
    if (site->make != NULL) {
        buf_clear(&site->text);
        return site->make(site->arg, host, target, page, &site->text);
    }
    for (int exact = 1; exact >= 0; exact--)
        for (size_t i = 0; site->pages[i].path != NULL; i++) {
            const struct site_page *p = &site->pages[i];
            size_t size = exact ? strlen(target) : path_size;

            if (strlen(p->path) == size && memcmp(p->path, target, size) == 0 &&
                (p->host == NULL || strcmp(p->host, host) == 0)) {
                *page = *p;
                *served = site->served[i]++;
                return true;
            }
        }
    return false;
}

/* The value of a field in a head, cut at `end`, "" if it is absent. */
static void find_field(const char *head, const char *name, const char *end, char *value, size_t size)
{
    value[0] = '\0';
    for (const char *line = strchr(head, '\n'); line != NULL; line = strchr(line + 1, '\n'))
        if (strncasecmp(line + 1, name, strlen(name)) == 0) {
            const char *at = line + 1 + strlen(name);

            at += strspn(at, " ");
            snprintf(value, size, "%.*s", (int)strcspn(at, end), at);
            return;
        }
}

/* Answers the request whose head is the first `size` bytes of what came. */
static void answer(struct site *site, struct connection *c, size_t size)
{
    static const struct site_page not_found = {.status = 404, .type = "text/html", .body = "<title>Not found</title>"};
    struct site_page page = {0};
    char *head = mem_copy(c->in.data, size), *target = strchr(head, ' '), host[HOST_SIZE];
    int served;
    bool is_head = strncmp(head, "HEAD ", 5) == 0;

    memmove(c->in.data, c->in.data + size, c->in.size - size);
    c->in.size -= size;
    find_field(head, "host:", ":\r\n", host, sizeof host);
    if (target == NULL) {
        c->closed = true;
        free(head);
        return;
    }
    target = mem_copy(target + 1, strcspn(target + 1, " \r\n"));
    note_request(site, c, is_head ? "HEAD" : "GET", target, host, (struct slice){head, size});
    buf_clear(&c->out);
    c->sent = c->body_at = 0;
    c->busy = true;
    c->endless = false;
    if (!find_page(site, host, target, &page, &served))
        page = not_found;
    add_answer(site, c, &page, is_head);
    if (page.fault_times == 0 || served < page.fault_times)
        apply_fault(c, page.fault);
    c->drip_ms = page.drip_ms;
    c->due_ms = clock_ms() + page.delay_ms;
    free(target);
    free(head);
}

/* --- Connections ------------------------------------------------------------------------ */

static void accept_all(struct site *site)
{
    int fd, one = 1;

    while ((fd = accept4(site->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct connection *c = mem_new(sizeof *c);

        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        c->fd = fd;
        c->in.limit = HEAD_BYTES_MAX;
        c->out.limit = SIZE_MAX;
        c->next = site->connections;
        site->connections = c;
        pthread_mutex_lock(&site->lock);
        c->number = ++site->connection_count;
        pthread_mutex_unlock(&site->lock);
    }
}

static void receive(struct connection *c)
{
    for (;;) {
        char *room = buf_room(&c->in, READ_BYTES);
        ssize_t got = room == NULL ? 0 : recv(c->fd, room, READ_BYTES, 0);

        if (got < 0 && errno == EAGAIN)
            return;
        if (got <= 0) {
            c->closed = true;
            return;
        }
        c->in.size += (size_t)got;
        c->in.data[c->in.size] = '\0';
    }
}

static void finish(struct site *site, struct connection *c)
{
    struct linger hard = {.l_onoff = 1, .l_linger = 0};

    note_end(site, c);
    if (!c->ends)
        return;
    if (c->resets)
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    c->closed = true;
}

/* Sends what may be sent now. */
static void deliver(struct site *site, struct connection *c)
{
    while (c->busy && !c->closed && clock_ms() >= c->due_ms) {
        bool drips = c->drip_ms > 0 && c->sent >= c->body_at;
        size_t left = c->out.size - c->sent;
        ssize_t put;

        if (left == 0 && c->endless)
            left = c->out.size - (c->sent = c->body_at);
        if (left == 0) {
            if (!c->silent)
                finish(site, c);
            break;
        }
        if (c->drip_ms > 0 && c->sent < c->body_at)
            left = c->body_at - c->sent;
        put = send(c->fd, c->out.data + c->sent, drips ? 1 : left, MSG_NOSIGNAL);
        if (put < 0) {
            c->closed = c->closed || errno != EAGAIN;
            break;
        }
        c->sent += (size_t)put;
        if (drips)
            c->due_ms = clock_ms() + c->drip_ms;
    }
}

static void serve(struct site *site, struct connection *c, short events)
{
    const char *end;

    if (events & (POLLIN | POLLHUP | POLLERR))
        receive(c);
    if (c->in.size > 0 && c->in.data[0] == 0x16) /* a TLS handshake */
        c->closed = send(c->fd, "HTTP/1.1 400 Bad Request\r\n\r\n", 28, MSG_NOSIGNAL) != 0;
    deliver(site, c);
    while (!c->busy && !c->closed && c->in.size > 0 && (end = strstr(c->in.data, "\r\n\r\n")) != NULL) {
        answer(site, c, (size_t)(end + 4 - c->in.data));
        deliver(site, c);
    }
}

static void sweep(struct site *site, bool all)
{
    struct connection **at = &site->connections, *c;

    while ((c = *at) != NULL) {
        if (!c->closed && !all) {
            at = &c->next;
            continue;
        }
        *at = c->next;
        note_end(site, c);
        close(c->fd);
        buf_free(&c->in);
        buf_free(&c->out);
        free(c);
    }
}

/* Fills in what to wait for; gives the time to wait. */
static int prepare(const struct site *site, struct pollfd *fds)
{
    int64_t now_ms = clock_ms(), wait_ms = 60 * 1000;
    size_t i = 0;

    fds[i++] = (struct pollfd){.fd = site->wake[0], .events = POLLIN};
    fds[i++] = (struct pollfd){.fd = site->listener, .events = POLLIN};
    for (const struct connection *c = site->connections; c != NULL; c = c->next) {
        bool sends = c->busy && (c->sent < c->out.size || c->endless || !c->silent);

        fds[i++] = (struct pollfd){.fd = c->fd, .events = POLLIN | (sends && now_ms >= c->due_ms ? POLLOUT : 0)};
        if (sends && c->due_ms > now_ms && c->due_ms - now_ms < wait_ms)
            wait_ms = c->due_ms - now_ms;
    }
    return (int)wait_ms;
}

static void *site_main(void *arg)
{
    struct site *site = arg;
    struct pollfd *fds = NULL;

    for (;;) {
        size_t count = 2, i = 2;
        int wait_ms;

        for (const struct connection *c = site->connections; c != NULL; c = c->next)
            count++;
        fds = mem_resize(fds, count * sizeof *fds);
        wait_ms = prepare(site, fds);
        if (poll(fds, count, wait_ms) < 0 && errno != EINTR)
            abort();
        if (fds[0].revents != 0)
            break;
        for (struct connection *c = site->connections; c != NULL; c = c->next)
            serve(site, c, fds[i++].revents);
        sweep(site, false);
        if (fds[1].revents != 0)
            accept_all(site);
    }
    sweep(site, true);
    free(fds);
    return NULL;
}

/* --- Start and stop ------------------------------------------------------------------------ */

static void listen_on(struct site *site, int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    socklen_t size = sizeof address;
    int one = 1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    site->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(site->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(site->listener, (struct sockaddr *)&address, size) != 0 || listen(site->listener, 1024) != 0 ||
        getsockname(site->listener, (struct sockaddr *)&address, &size) != 0 || pipe2(site->wake, O_CLOEXEC) != 0) {
        perror("site");
        exit(1);
    }
    site->port = ntohs(address.sin_port);
}

static struct site *start(struct site *site, int port)
{
    pthread_mutex_init(&site->lock, NULL);
    site->text.limit = SIZE_MAX;
    listen_on(site, port);
    if (pthread_create(&site->thread, NULL, site_main, site) != 0)
        abort();
    return site;
}

struct site *site_start(const struct site_page *pages)
{
    struct site *site = mem_new(sizeof *site);
    size_t count = 0;

    while (pages[count].path != NULL)
        count++;
    site->pages = pages;
    site->served = mem_array(count + 1, sizeof *site->served);
    return start(site, 0);
}

struct site *site_start_made(bool (*make)(void *arg, const char *host, const char *target, struct site_page *page,
                                          struct buf *text),
                             void *arg, int port)
{
    struct site *site = mem_new(sizeof *site);

    site->make = make;
    site->arg = arg;
    return start(site, port);
}

void site_stop(struct site *site)
{
    if (write(site->wake[1], "", 1) != 1)
        abort();
    pthread_join(site->thread, NULL);
    close(site->listener);
    close(site->wake[0]);
    close(site->wake[1]);
    for (size_t i = 0; i < site->record_count; i++) {
        free(site->records[i].target);
        free(site->records[i].head);
    }
    free(site->records);
    free(site->served);
    buf_free(&site->text);
    pthread_mutex_destroy(&site->lock);
    free(site);
}

int site_port(const struct site *site)
{
    return site->port;
}

char *site_url(const struct site *site, const char *path, char url[SITE_URL_SIZE])
{
    snprintf(url, SITE_URL_SIZE, "http://127.0.0.1:%d%s", site->port, path);
    return url;
}
