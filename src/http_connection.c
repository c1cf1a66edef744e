#include "http_connection.h"

#include "mem.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/tcp.h>
#endif
#include <netinet/in.h>

/* libcurl reads at most 100 of our buffers of 64 KB from a connection before it looks at the next; a little less than
 * that may lie in the system's own. */
#define ROUND_BYTES_MAX (24 * 1024 * 1024)

void http_connections_init(struct http_connections *connections)
{
    pthread_mutex_init(&connections->lock, NULL);
    atomic_init(&connections->cut, -1);
}

void http_connections_free(struct http_connections *connections)
{
    pthread_mutex_destroy(&connections->lock);
    free(connections->list);
}

curl_socket_t http_connections_open(struct http_connections *connections, const struct curl_sockaddr *address)
{
    curl_socket_t fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

    if (fd < 0)
        return CURL_SOCKET_BAD;
    http_connections_was_cut(connections, fd); /* if so, that was another of this number, and whose it was has ended */
    pthread_mutex_lock(&connections->lock);
    if (connections->count == connections->room) {
        connections->room = connections->room * 2 + 16;
        connections->list = mem_resize(connections->list, connections->room * sizeof *connections->list);
    }
    connections->list[connections->count++] =
        (struct http_connection){.fd = fd, .number = ++connections->numbers, .is_counted = true};
    pthread_mutex_unlock(&connections->lock);
    return fd;
}

static struct http_connection *of_socket(struct http_connections *connections, curl_socket_t fd)
{
    for (size_t i = 0; i < connections->count; i++)
        if (connections->list[i].fd == fd)
            return &connections->list[i];
    return NULL;
}

struct http_connection *http_connections_of(struct http_connections *connections, uint64_t number)
{
    for (size_t i = 0; i < connections->count; i++)
        if (connections->list[i].number == number)
            return &connections->list[i];
    return NULL;
}

void http_connections_rest(struct http_connections *connections, struct http_connection *connection, size_t most)
{
    struct http_connection *oldest = connection;
    size_t count = 0;

    connection->idle_since = ++connections->idles;
    for (size_t i = 0; i < connections->count; i++) {
        struct http_connection *other = &connections->list[i];

        count += other->idle_since > 0;
        if (other->idle_since > 0 && other->idle_since < oldest->idle_since)
            oldest = other;
    }
    if (count <= most)
        return;
    shutdown(oldest->fd, SHUT_RDWR);
    oldest->idle_since = 0;
}

int http_connections_close(void *arg, curl_socket_t fd)
{
    struct http_connections *connections = arg;
    struct http_connection *connection = of_socket(connections, fd);

    pthread_mutex_lock(&connections->lock);
    if (connection != NULL)
        *connection = connections->list[--connections->count];
    pthread_mutex_unlock(&connections->lock);
    return close(fd);
}

/* The socket's own port, 0 while it is not connected. */
static int own_port_of(curl_socket_t fd)
{
    struct sockaddr_storage name = {.ss_family = AF_UNSPEC};
    socklen_t size = sizeof name;

    if (getsockname(fd, (struct sockaddr *)&name, &size) != 0)
        return 0;
    if (name.ss_family == AF_INET)
        return ntohs(((struct sockaddr_in *)&name)->sin_port);
    return name.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&name)->sin6_port) : 0;
}

struct http_connection *http_connections_find(struct http_connections *connections, const char *address, int port,
                                              int own_port)
{
    for (size_t i = 0; i < connections->count; i++) {
        struct http_connection *c = &connections->list[i];

        if (c->own_port == own_port && c->port == port && strcmp(c->address, address) == 0)
            return c;
    }
    for (size_t i = 0; i < connections->count; i++) {
        struct http_connection *c = &connections->list[i];

        if (c->own_port != 0 || own_port_of(c->fd) != own_port)
            continue;
        c->own_port = own_port;
        c->port = port;
        snprintf(c->address, sizeof c->address, "%s", address);
        return c;
    }
    return NULL;
}

/* A function of the library that libcurl has for TLS; which that is is known only here. */
static bool find_function(const char *name, void *function, size_t size)
{
    void *found = dlsym(RTLD_DEFAULT, name);

    memcpy(function, &found, size);
    return found != NULL;
}

/* What is decrypted and was not read, libcurl reads no more than the length of an answer: no look at the socket finds
 * that. */
static bool has_decrypted(CURL *easy)
{
    const struct curl_tlssessioninfo *tls = NULL;
    size_t (*record_check_pending)(void *session);
    int (*ssl_pending)(const void *session);

    if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &tls) != CURLE_OK || tls == NULL || tls->internals == NULL)
        return false;
    if (tls->backend == CURLSSLBACKEND_OPENSSL && find_function("SSL_pending", &ssl_pending, sizeof ssl_pending))
        return ssl_pending(tls->internals) > 0;
    if (tls->backend == CURLSSLBACKEND_GNUTLS &&
        find_function("gnutls_record_check_pending", &record_check_pending, sizeof record_check_pending))
        return record_check_pending(tls->internals) > 0;
    return false;
}

bool http_connection_is_spoilt(const struct http_connection *connection, CURL *easy)
{
    char byte;

    return connection->is_used && !connection->speaks_http2 &&
           (recv(connection->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0 || has_decrypted(easy));
}

static int64_t bytes_received(curl_socket_t fd)
{
#ifdef __linux__
    struct tcp_info info;
    socklen_t size = sizeof info;

    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
        size >= offsetof(struct tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received)
        return (int64_t)info.tcpi_bytes_received;
#else
    (void)fd;
#endif
    return -1;
}

int64_t http_connection_received(struct http_connection *connection)
{
    int64_t bytes = bytes_received(connection->fd);

    if (bytes < 0)
        return -1;
    if (!connection->is_counted) {
        connection->is_counted = true;
        connection->counted_from = bytes;
    }
    return bytes - connection->counted_from;
}

void http_connections_watch(struct http_connections *connections, bool begins, bool all)
{
    pthread_mutex_lock(&connections->lock);
    for (size_t i = 0; i < connections->count; i++) {
        struct http_connection *c = &connections->list[i];
        int64_t bytes = bytes_received(c->fd);

        if (begins)
            c->watched_from = bytes;
        else if (bytes - c->watched_from > (all ? 0 : ROUND_BYTES_MAX)) {
            /* Both ways: what comes then is answered by a reset, which ends the reading. */
            shutdown(c->fd, SHUT_RDWR);
            atomic_store(&connections->cut, c->fd);
        }
    }
    pthread_mutex_unlock(&connections->lock);
}

bool http_connections_was_cut(struct http_connections *connections, curl_socket_t fd)
{
    int cut = (int)fd;

    return fd >= 0 && atomic_compare_exchange_strong(&connections->cut, &cut, -1);
}
