#include "site_inside.h"

#include "clock.h"
#include "mem.h"

#include <stdio.h>

int64_t site_now_us(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void site_note_request(struct site *site, struct connection *c, const char *method, const char *target,
                       const char *host, struct slice head)
{
    struct record record = {
        .seen = {.start_us = c->arrived_us, .start_ms = c->arrived_us / 1000, .end_ms = -1, .connection = c->number}};

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

void site_note_end(struct site *site, struct connection *c)
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

int64_t site_bytes(struct site *site)
{
    int64_t bytes;

    pthread_mutex_lock(&site->lock);
    bytes = site->bytes;
    pthread_mutex_unlock(&site->lock);
    return bytes;
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
