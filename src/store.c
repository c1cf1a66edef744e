#include "store.h"

void (*store_fault)(const char *point);

uint64_t store_hash_seed(struct store *s)
{
    return s->calls->hash_seed(s);
}

bool store_hosts(struct store *s, store_tell_host *tell, void *arg, struct err *err)
{
    return s->calls->hosts(s, tell, arg, err);
}

bool store_known(struct store *s, store_tell_known *tell, void *arg, struct err *err)
{
    return s->calls->known(s, tell, arg, err);
}

bool store_seeds(struct store *s, store_tell_seed *tell, void *arg, struct err *err)
{
    return s->calls->seeds(s, tell, arg, err);
}

bool store_traps(struct store *s, store_tell_trap *tell, void *arg, struct err *err)
{
    return s->calls->traps(s, tell, arg, err);
}

bool store_probes(struct store *s, store_tell_probe *tell, void *arg, struct err *err)
{
    return s->calls->probes(s, tell, arg, err);
}

bool store_mark_soft404(struct store *s, int64_t *count, struct err *err)
{
    return s->calls->mark_soft404(s, count, err);
}

long store_claim(struct store *s, int64_t host_id, int64_t after, size_t max, const struct waiting_url **rows,
                 struct err *err)
{
    return s->calls->claim(s, host_id, after, max, rows, err);
}

bool store_host(struct store *s, int64_t host_id, struct host_state **state, struct err *err)
{
    return s->calls->host(s, host_id, state, err);
}

bool store_write(struct store *s, struct page *const *pages, size_t count, struct err *err)
{
    return s->calls->write(s, pages, count, err);
}

bool store_write_hosts(struct store *s, const struct host_state *states, size_t count, struct err *err)
{
    return s->calls->write_hosts(s, states, count, err);
}

bool store_totals(struct store *s, struct store_totals *totals, struct err *err)
{
    return s->calls->totals(s, totals, err);
}

bool store_titles(struct store *s, struct store_titles *titles, struct err *err)
{
    return s->calls->titles(s, titles, err);
}

int64_t store_findings(struct store *s, enum store_finding_kind kind, size_t max, store_tell_finding *tell, void *arg,
                       struct err *err)
{
    return s->calls->findings(s, kind, max, tell, arg, err);
}

bool store_close(struct store *s, enum store_outcome outcome, const char *stats, struct err *err)
{
    return s == NULL || s->calls->close(s, outcome, stats, err);
}
