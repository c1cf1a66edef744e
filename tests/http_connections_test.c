#include "http_connection.h"
#include "http_rig.h"

#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static void connections_are_kept_alive_from_page_to_page(void **state)
{
    static const struct site_page SITE[] = {
        {.path = "/a", .type = "text/html", .body = "<p>"},
        {.path = "/image", .type = "image/png", .body = "small"},
        {.path = "/moved", .status = 301, .headers = "Location: /a\r\n", .type = "text/plain", .body = "moved"},
        {0}};
    struct rig *rig = rig_start(SITE, RIG_SETTINGS);
    const char *const paths[] = {"/a", "/image", "/moved", "/none"};

    (void)state;
    for (size_t i = 0; i < 20; i++)
        rig_done(rig, rig_fetch(rig, PAGE_DOCUMENT, paths[i % 4]));
    assert_int_equal(site_connections(rig->site), 1);
    assert_int_equal(site_requests(rig->site, NULL), 20);
    rig_stop(rig);
}

#define IDLE 3

/* The two ends of a connection: ours is known to *connections. */
static int connect_one(struct http_connections *connections, int listener, struct http_connection **connection)
{
    struct curl_sockaddr address = {.family = AF_INET, .socktype = SOCK_STREAM, .addrlen = sizeof(struct sockaddr_in)};
    socklen_t size = address.addrlen;
    curl_socket_t fd;

    assert_int_equal(getsockname(listener, &address.addr, &size), 0);
    fd = http_connections_open(connections, &address);
    assert_int_equal(connect(fd, &address.addr, size), 0);
    *connection = &connections->list[connections->count - 1];
    assert_int_equal((*connection)->fd, fd);
    return accept(listener, NULL, NULL);
}

static void beyond_so_many_idle_connections_the_oldest_is_shut_down(void **state)
{
    struct http_connections connections = {.list = NULL};
    struct sockaddr_in loopback = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int listener = socket(AF_INET, SOCK_STREAM, 0), theirs[IDLE];
    char byte;

    (void)state;
    http_connections_init(&connections);
    assert_int_equal(bind(listener, (struct sockaddr *)&loopback, sizeof loopback), 0);
    assert_int_equal(listen(listener, IDLE), 0);
    for (int i = 0; i < IDLE; i++) {
        struct http_connection *connection;

        theirs[i] = connect_one(&connections, listener, &connection);
        if (i == 1) /* the first is used once more: the second is the oldest then */
            connections.list[0].idle_since = 0;
        http_connections_rest(&connections, connection, IDLE - 1);
        if (i == 1)
            http_connections_rest(&connections, &connections.list[0], IDLE - 1);
    }
    assert_int_equal(read(theirs[1], &byte, 1), 0);
    assert_int_equal(recv(theirs[0], &byte, 1, MSG_DONTWAIT), -1);
    assert_int_equal(recv(theirs[2], &byte, 1, MSG_DONTWAIT), -1);
    while (connections.count > 0)
        http_connections_close(&connections, connections.list[0].fd);
    for (int i = 0; i < IDLE; i++)
        close(theirs[i]);
    close(listener);
    http_connections_free(&connections);
}

static void a_connection_that_died_in_the_pool_is_no_failure_of_the_page(void **state)
{
    static const struct site_page SITE[] = {{.path = "/", .type = "text/html", .body = "<p>", .fault = SITE_DROPS},
                                            {0}};
    struct rig *rig = rig_start(SITE, RIG_SETTINGS);

    (void)state;
    for (int i = 0; i < 5; i++)
        rig_check(rig, "/", PAGE_OK);
    rig_stop(rig);
}

static void many_transfers_run_at_once(void **state)
{
    enum { COUNT = 40 };
    static const struct site_page SITE[] = {{.path = "/", .type = "text/html", .body = "<p>", .delay_ms = 100}, {0}};
    struct rig *rig = rig_start(SITE, RIG_SETTINGS);
    struct page *pages[COUNT];
    size_t count = 0;

    (void)state;
    for (int i = 0; i < COUNT; i++)
        http_start(rig->http, rig_page(rig, PAGE_DOCUMENT, "/"));
    assert_int_equal(http_running(rig->http), COUNT);
    while (count < COUNT)
        count += http_wait(rig->http, -1, pages + count, COUNT - count);
    assert_true(site_most_parallel(rig->site) > COUNT / 2);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(pages[i]->outcome, PAGE_OK);
        rig_done(rig, pages[i]);
    }
    rig_stop(rig);
}

static void what_runs_can_be_given_up_as_if_never_asked_for(void **state)
{
    static const struct site_page SITE[] = {
        {.path = "/silent", .fault = SITE_SILENT},
        {.path = "/half", .type = "text/html", .body = "<p>half of it", .fault = SITE_STALLS},
        {0}};
    struct rig *rig = rig_start(SITE, RIG_SETTINGS);
    struct page *pages[3];

    (void)state;
    http_start(rig->http, rig_page(rig, PAGE_DOCUMENT, "/silent"));
    http_start(rig->http, rig_page(rig, PAGE_DOCUMENT, "/half"));
    http_start(rig->http, rig_page(rig, PAGE_DOCUMENT, "http://user@[/"));
    while (site_requests(rig->site, NULL) < 2 || budget_used(rig->budget) == 0)
        http_wait(rig->http, 5, pages, 0);
    assert_int_equal(http_running(rig->http), 3);
    assert_int_equal(http_give_up(rig->http, pages), 3);
    assert_int_equal(http_running(rig->http), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(pages[i]->outcome, PAGE_PENDING);
        page_free(pages[i]);
    }
    rig_stop(rig);
}

static void *wake_main(void *arg)
{
    http_wake(arg);
    http_wake(arg);
    return NULL;
}

static void another_thread_ends_the_waiting(void **state)
{
    static const struct site_page SITE[] = {{0}};
    struct rig *rig = rig_start(SITE, RIG_SETTINGS);
    struct page *page;
    pthread_t thread;

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(pthread_create(&thread, NULL, wake_main, rig->http), 0);
        assert_int_equal(http_wait(rig->http, -1, &page, 1), 0);
        pthread_join(thread, NULL);
        while (http_wait(rig->http, 0, &page, 1) != 0)
            continue;
    }
    rig_stop(rig);
}

static void no_descriptor_left_is_said_as_such(void **state)
{
    static const struct site_page SITE[] = {{.path = "/", .type = "text/html", .body = "<p>"}, {0}};
    struct rig *rig = rig_start(SITE, RIG_SETTINGS);
    struct rlimit limit, tight;
    struct page *page;
    int next = dup(0);

    (void)state;
    close(next);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    tight = limit;
    tight.rlim_cur = (rlim_t)next;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    page = rig_fetch(rig, PAGE_DOCUMENT, "/");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_true(page->starved);
    assert_int_equal(page->outcome, PAGE_CONN_ERROR);
    assert_non_null(strstr(page->error, "ulimit -n"));
    rig_done(rig, page);
    rig_check(rig, "/", PAGE_OK);
    rig_stop(rig);
}

struct worker {
    struct rig rig; /* its own http, all else shared */
    pthread_t thread;
};

static void *work(void *arg)
{
    struct worker *worker = arg;
    char url[SITE_URL_SIZE];

    for (int i = 0; i < 30; i++) {
        snprintf(url, sizeof url, "http://h%d.test:%d/", i % 5, site_port(worker->rig.site));
        rig_done(&worker->rig, rig_fetch(&worker->rig, PAGE_DOCUMENT, url));
    }
    return NULL;
}

static void threads_share_names_cookies_and_the_budget(void **state)
{
    enum { COUNT = 4 };
    static const struct site_page SITE[] = {
        {.path = "/", .type = "text/html", .headers = "Set-Cookie: a=b\r\n", .body = "<p>"}, {0}};
    struct site *site = site_start(SITE);
    struct http_settings settings = RIG_SETTINGS;
    struct worker workers[COUNT];
    char names[5][64];
    const char *const resolve[] = {names[0], names[1], names[2], names[3], names[4], NULL};
    struct rig *rig;

    (void)state;
    for (int i = 0; i < 5; i++)
        snprintf(names[i], sizeof names[i], "h%d.test:%d:127.0.0.1", i, site_port(site));
    settings.resolve = resolve;
    rig = rig_of(site, settings, 10);
    for (int i = 0; i < COUNT; i++) {
        struct err err;

        workers[i].rig = *rig;
        workers[i].rig.http = http_new(rig->shared, rig->budget, &err);
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < COUNT; i++) {
        pthread_join(workers[i].thread, NULL);
        http_free(workers[i].rig.http);
    }
    assert_true(site_requests(site, "/") >= COUNT * 30);
    rig_stop(rig);
}

static void that_a_socket_was_cut_is_not_said_of_the_next_with_its_number(void **state)
{
    struct curl_sockaddr address = {.family = AF_INET, .socktype = SOCK_STREAM};
    struct http_connections connections = {.list = NULL};
    curl_socket_t fd;

    (void)state;
    http_connections_init(&connections);
    fd = http_connections_open(&connections, &address);
    atomic_store(&connections.cut, fd);
    assert_true(http_connections_was_cut(&connections, fd));
    atomic_store(&connections.cut, fd);
    http_connections_close(&connections, fd);
    assert_int_equal(http_connections_open(&connections, &address), fd);
    assert_false(http_connections_was_cut(&connections, fd));
    http_connections_close(&connections, fd);
    http_connections_free(&connections);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connections_are_kept_alive_from_page_to_page),
        cmocka_unit_test(beyond_so_many_idle_connections_the_oldest_is_shut_down),
        cmocka_unit_test(a_connection_that_died_in_the_pool_is_no_failure_of_the_page),
        cmocka_unit_test(many_transfers_run_at_once),
        cmocka_unit_test(what_runs_can_be_given_up_as_if_never_asked_for),
        cmocka_unit_test(another_thread_ends_the_waiting),
        cmocka_unit_test(no_descriptor_left_is_said_as_such),
        cmocka_unit_test(that_a_socket_was_cut_is_not_said_of_the_next_with_its_number),
        cmocka_unit_test(threads_share_names_cookies_and_the_budget),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
