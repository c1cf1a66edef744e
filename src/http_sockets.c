#include "http_sockets.h"

#include "clock.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A place for one more, besides the one that http_sockets_wait() uses for a moment. */
static void make_room(struct http_sockets *s, curl_socket_t fd)
{
    if (s->count + 2 > s->capacity) {
        s->capacity = s->capacity * 2 + 16;
        s->polled = mem_resize(s->polled, s->capacity * sizeof *s->polled);
    }
    if ((size_t)fd >= s->place_count) {
        size_t more = (size_t)fd * 2 + 16;

        s->places = mem_resize(s->places, more * sizeof *s->places);
        memset(s->places + s->place_count, 0, (more - s->place_count) * sizeof *s->places);
        s->place_count = more;
    }
}

static void forget(struct http_sockets *s, size_t at)
{
    s->places[s->polled[at].fd] = 0;
    s->count--;
    if (at == s->count)
        return;
    s->polled[at] = s->polled[s->count];
    s->places[s->polled[at].fd] = at;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *of_socket)
{
    struct http_sockets *s = arg;

    (void)easy, (void)of_socket;
    make_room(s, fd);
    if (what == CURL_POLL_REMOVE) {
        if (s->places[fd] != 0)
            forget(s, s->places[fd]);
        return 0;
    }
    if (s->places[fd] == 0) {
        s->places[fd] = s->count;
        s->polled[s->count++] = (struct pollfd){.fd = fd};
    }
    s->polled[s->places[fd]].events =
        (short)(((what & CURL_POLL_IN) != 0 ? POLLIN : 0) | ((what & CURL_POLL_OUT) != 0 ? POLLOUT : 0));
    return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *arg)
{
    struct http_sockets *s = arg;

    (void)multi;
    s->timer_ms = timeout_ms < 0 ? INT64_MAX : clock_ms() + timeout_ms;
    return 0;
}

static bool make_pipe(int ends[2])
{
    if (pipe(ends) != 0)
        return false;
    for (int i = 0; i < 2; i++)
        if (fcntl(ends[i], F_SETFD, FD_CLOEXEC) != 0 || fcntl(ends[i], F_SETFL, O_NONBLOCK) != 0)
            return false;
    return true;
}

bool http_sockets_init(struct http_sockets *s, CURLM *multi)
{
    *s = (struct http_sockets){.multi = multi, .wake = {-1, -1}, .timer_ms = INT64_MAX};
    if (multi == NULL || !make_pipe(s->wake))
        return false;
    make_room(s, s->wake[0]);
    s->polled[s->count++] = (struct pollfd){.fd = s->wake[0], .events = POLLIN};
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, s);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, s);
    return true;
}

void http_sockets_free(struct http_sockets *s)
{
    for (int i = 0; i < 2; i++)
        if (s->wake[i] >= 0)
            close(s->wake[i]);
    free(s->polled);
    free(s->places);
}

static void look(struct http_sockets *s, size_t count, int timeout_ms)
{
    char bytes[16];

    if (poll(s->polled, count, timeout_ms) < 0)
        for (size_t i = 0; i < count; i++) /* interrupted */
            s->polled[i].revents = 0;
    if (s->polled[0].revents != 0)
        while (read(s->wake[0], bytes, sizeof bytes) == sizeof bytes)
            ;
    s->looked = true;
}

void http_sockets_perform(struct http_sockets *s)
{
    int running;

    if (!s->looked && s->count > 1)
        look(s, s->count, 0);
    s->looked = false;
    /* From the last one on: what libcurl takes out meanwhile is replaced by one that has had its turn, or is new. */
    for (size_t i = s->count; i-- > 1;) {
        short seen;
        int fd;

        if (i >= s->count || s->polled[i].revents == 0)
            continue;
        seen = s->polled[i].revents;
        fd = s->polled[i].fd;
        s->polled[i].revents = 0;
        curl_multi_socket_action(s->multi, fd,
                                 ((seen & (POLLIN | POLLHUP)) != 0 ? CURL_CSELECT_IN : 0) |
                                     ((seen & POLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                                     ((seen & (POLLERR | POLLNVAL)) != 0 ? CURL_CSELECT_ERR : 0),
                                 &running);
    }
    if (s->timer_ms <= clock_ms()) {
        s->timer_ms = INT64_MAX;
        curl_multi_socket_action(s->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
}

void http_sockets_wait(struct http_sockets *s, int also, int timeout_ms)
{
    int64_t timer_ms = s->timer_ms == INT64_MAX ? INT64_MAX : s->timer_ms - clock_ms();
    size_t count = s->count;

    if (timer_ms < timeout_ms)
        timeout_ms = timer_ms < 0 ? 0 : (int)timer_ms;
    if (also >= 0)
        s->polled[count++] = (struct pollfd){.fd = also, .events = POLLIN};
    look(s, count, timeout_ms);
}

void http_sockets_wake(struct http_sockets *s)
{
    /* One that is full wakes all the same. */
    while (write(s->wake[1], "", 1) < 0 && errno == EINTR)
        ;
}
