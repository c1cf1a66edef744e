#include "site_inside.h"

#include "clock.h"
#include "mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEAD_BYTES_MAX (64u * 1024)
#define READ_BYTES     (16u * 1024)

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

/* Now, by the two clocks as of one moment: this thread may be made to wait between them. */
static void read_clocks(int64_t *monotonic_us, int64_t *real_us)
{
    int tries = 0;

    do {
        *monotonic_us = site_now_us(CLOCK_MONOTONIC);
        *real_us = site_now_us(CLOCK_REALTIME);
    } while (site_now_us(CLOCK_MONOTONIC) - *monotonic_us > 20 && ++tries < 1000);
}

/* Reads what is there, and notes when it came: by the kernel, if it says so, for this thread may come late. */
static ssize_t receive_some(struct connection *c, char *room)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(struct timespec))];
    } control;
    struct iovec part = {room, READ_BYTES};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t got = recvmsg(c->fd, &message, 0);

    int64_t real_us = 0;

    if (got > 0)
        read_clocks(&c->arrived_us, &real_us);
    for (struct cmsghdr *m = CMSG_FIRSTHDR(&message); got > 0 && m != NULL; m = CMSG_NXTHDR(&message, m)) {
        struct timespec at;

        if (m->cmsg_level != SOL_SOCKET || m->cmsg_type != SCM_TIMESTAMPNS)
            continue;
        memcpy(&at, CMSG_DATA(m), sizeof at);
        c->arrived_us -= real_us - ((int64_t)at.tv_sec * 1000000 + at.tv_nsec / 1000);
    }
    return got;
}

static void receive(struct connection *c)
{
    for (;;) {
        char *room = buf_room(&c->in, READ_BYTES);
        ssize_t got = room == NULL ? 0 : receive_some(c, room);

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

    site_note_end(site, c);
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
        pthread_mutex_lock(&site->lock);
        site->bytes += put;
        pthread_mutex_unlock(&site->lock);
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
        site_answer(site, c, (size_t)(end + 4 - c->in.data));
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
        site_note_end(site, c);
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
    setsockopt(site->listener, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one); /* connections have it from here */
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
    atomic_init(&site->pages, pages);
    site->served = mem_array(count + 1, sizeof *site->served);
    return start(site, 0);
}

void site_change(struct site *site, const struct site_page *pages)
{
    atomic_store(&site->pages, pages);
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
