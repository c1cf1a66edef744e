#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* A web of any size that has a fault now and then, for soak.sh: page K is /p/K on one of HOSTS addresses in
 * 127.0.0.0/8, and links to pages 4K+1 to 4K+4 and to some of lower numbers. The first request for a page is, for one
 * page in a hundred each, reset, never answered, or answered with 503; the second is well. Says "ready URL"; at
 * SIGTERM, how many pages were asked for, and requests.
 *
 * usage: soak_site PAGES HOSTS
 */
#define HEAD_MAX    4096
#define CONNECTIONS 65536 /* by descriptor */

struct connection {
    bool open;
    size_t size;
    char head[HEAD_MAX];
};

static long page_count, host_count, asked_count, request_count;
static unsigned char *asked; /* 1: once or more often */
static int port;
static struct connection *connections[CONNECTIONS];
static volatile sig_atomic_t over;

static void end(int signal)
{
    (void)signal;
    over = 1;
}

static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static int add_link(char *out, long page)
{
    long host = page % host_count;

    return sprintf(out, "<a href=\"http://127.7.%ld.%ld:%d/p/%ld\">page %ld</a>\n", host / 250, host % 250 + 1, port,
                   page, page);
}

static size_t make_page(char *out, long page)
{
    char body[8192], *at = body;

    at += sprintf(at, "<!doctype html><title>Page %ld of the soak</title><h1>Page %ld</h1>\n", page, page);
    for (long child = 4 * page + 1; child <= 4 * page + 4 && child < page_count; child++)
        at += add_link(at, child);
    for (uint64_t i = 1; i <= 8 && page > 0; i++)
        at += add_link(at, (long)(mix((uint64_t)page * 8 + i) % (uint64_t)page));
    for (int i = 0; i < 20; i++)
        at += sprintf(at, "<p>%016llx says nothing, and says it at some length.\n",
                      (unsigned long long)mix((uint64_t)page * 32 + (uint64_t)i));
    return (size_t)sprintf(out, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %ld\r\n\r\n%s",
                           (long)(at - body), body);
}

static void hang_up(int fd, bool reset)
{
    struct linger linger = {.l_onoff = 1};

    if (reset)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(fd);
    connections[fd]->open = false;
}

/* Answers the request in `head`. False: the connection is gone. */
static bool answer(int fd, const char *head)
{
    static const char none[] = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    static const char busy[] = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n";
    static char out[16384];
    const char *answer = none;
    size_t size = sizeof none - 1;
    long page = -1;

    if (sscanf(head, "GET /p/%ld ", &page) == 1 && page >= 0 && page < page_count) {
        uint64_t luck = mix((uint64_t)page + 77) % 100;
        bool first = asked[page] == 0;

        request_count++;
        asked_count += first;
        asked[page] = 1;
        if (first && page > 0 && luck == 0) {
            hang_up(fd, true);
            return false;
        }
        if (first && page > 0 && luck == 1)
            return true; /* silence */
        if (first && page > 0 && luck == 2) {
            answer = busy;
            size = sizeof busy - 1;
        } else {
            size = make_page(out, page);
            answer = out;
        }
    }
    if (write(fd, answer, size) == (ssize_t)size) /* what does not fit at once is a client too slow for this */
        return true;
    hang_up(fd, false);
    return false;
}

static void read_from(int fd)
{
    struct connection *c = connections[fd];
    ssize_t got = read(fd, c->head + c->size, HEAD_MAX - 1 - c->size);
    char *last;

    if (got <= 0) {
        if (got == 0 || errno != EAGAIN)
            hang_up(fd, false);
        return;
    }
    c->size += (size_t)got;
    c->head[c->size] = '\0';
    last = strstr(c->head, "\r\n\r\n");
    if (last != NULL) {
        c->size = 0;
        answer(fd, c->head);
    } else if (c->size == HEAD_MAX - 1) {
        hang_up(fd, false);
    }
}

static void take_in(int listener, int poll)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct epoll_event wanted = {.events = EPOLLIN, .data.fd = fd};

    if (fd < 0)
        return;
    if (fd >= CONNECTIONS) {
        close(fd);
        return;
    }
    if (connections[fd] == NULL)
        connections[fd] = malloc(sizeof *connections[fd]);
    if (connections[fd] == NULL)
        abort();
    connections[fd]->open = true;
    connections[fd]->size = 0;
    epoll_ctl(poll, EPOLL_CTL_ADD, fd, &wanted);
}

static int listen_anywhere(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = INADDR_ANY};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 4096) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
        perror("soak_site");
        exit(1);
    }
    port = ntohs(address.sin_port);
    return fd;
}

int main(int argc, char **argv)
{
    struct epoll_event events[256], wanted = {.events = EPOLLIN};
    int listener, poll;

    page_count = argc > 2 ? atol(argv[1]) : 0;
    host_count = argc > 2 ? atol(argv[2]) : 0;
    if (page_count < 1 || host_count < 1 || host_count > 60000) {
        fprintf(stderr, "usage: soak_site PAGES HOSTS\n");
        return 2;
    }
    asked = calloc((size_t)page_count, 1);
    listener = listen_anywhere();
    poll = epoll_create1(EPOLL_CLOEXEC);
    wanted.data.fd = listener;
    if (asked == NULL || poll < 0 || epoll_ctl(poll, EPOLL_CTL_ADD, listener, &wanted) != 0)
        return 1;
    signal(SIGPIPE, SIG_IGN);
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = end}, NULL);
    printf("ready http://127.7.0.1:%d/p/0\n", port);
    fflush(stdout);
    while (!over) {
        int count = epoll_wait(poll, events, 256, -1);

        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == listener)
                take_in(listener, poll);
            else if (connections[events[i].data.fd]->open)
                read_from(events[i].data.fd);
        }
    }
    printf("pages %ld requests %ld\n", asked_count, request_count);
    return 0;
}
