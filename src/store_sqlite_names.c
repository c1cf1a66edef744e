#include "store_sqlite_parts.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <string.h>

int64_t store_sqlite_anchor(struct sqlite_store *s, struct slice text)
{
    uint64_t hash = XXH3_64bits_withSeed(text.data, text.size, s->hash_seed);
    struct known_text *place = &s->anchors[hash % ANCHOR_CACHE_SIZE];
    struct binder b = {.store = s, .at = 1};

    if (place->id != 0 && place->hash == hash)
        return place->id;
    b.statement = store_sqlite_statement(s, ADD_ANCHOR);
    if (b.statement == NULL)
        return 0;
    store_bind_text(&b, text);
    if (!store_sqlite_step(b.statement))
        return 0;
    *place = (struct known_text){hash, sqlite3_last_insert_rowid(s->db)};
    return place->id;
}

int64_t store_sqlite_name(struct sqlite_store *s, enum statement which, struct slice text)
{
    enum statement find_it = which == ADD_MIME ? FIND_MIME : FIND_RULE;
    uint64_t hash = XXH3_64bits_withSeed(text.data, text.size, s->hash_seed + which);
    struct known_text *place = &s->names[hash % NAME_CACHE_SIZE];
    struct binder add = {.store = s, .at = 1}, find = {.store = s, .at = 1};
    int64_t id = 0;

    if (text.size == 0)
        return 0;
    if (place->id != 0 && place->hash == hash)
        return place->id;
    add.statement = store_sqlite_statement(s, which);
    find.statement = store_sqlite_statement(s, find_it);
    if (add.statement == NULL || find.statement == NULL)
        return -1;
    store_bind_web(&add, text);
    store_bind_web(&find, text);
    if (store_sqlite_step(add.statement) && sqlite3_step(find.statement) == SQLITE_ROW)
        id = sqlite3_column_int64(find.statement, 0);
    if (sqlite3_reset(find.statement) != SQLITE_OK || id == 0)
        return -1;
    *place = (struct known_text){hash, id};
    return id;
}

void store_sqlite_forget_names(struct sqlite_store *s)
{
    memset(s->anchors, 0, ANCHOR_CACHE_SIZE * sizeof *s->anchors);
    memset(s->names, 0, sizeof s->names);
}
