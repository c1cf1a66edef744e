#include "files.h"

#include "log.h"

#include <sys/resource.h>

/* Of a transfer: its connection, a second one raced against it (RFC 8305), and one kept alive for later; one that hangs
 * has the first alone. Of a thread: what wakes it. Besides: database, its log, standard streams, name lookups. */
#define FILES_A_TRANSFER 3
#define FILES_A_THREAD   4
#define FILES_BESIDES    64

/* Hosts that have their turn are as many as transfers, and those that rest or whose pages wait to be read. More than
 * these need is not better: libcurl goes through all it has with each request. */
#define KEPT_LEAST      64
#define KEPT_A_TRANSFER 4
#define CLOSING         512 /* as many hosts are met by a thread in a second */

static rlim_t kept_at_best(int transfers, int threads)
{
    int kept = KEPT_A_TRANSFER * transfers / threads;

    return (rlim_t)(kept < KEPT_LEAST ? KEPT_LEAST : kept);
}

/* What each thread may have of `spare` files. */
static struct files_room share_out(rlim_t spare, rlim_t kept_at_best, int threads)
{
    rlim_t each = spare / (rlim_t)threads;
    struct files_room room = {.kept = (size_t)(each < kept_at_best ? each : kept_at_best)};

    if (room.kept < KEPT_LEAST)
        room.kept = KEPT_LEAST;
    if (each > room.kept)
        room.closing = (size_t)each - room.kept;
    return room;
}

struct files_room files_make_room(int transfers, int hanging, int threads)
{
    rlim_t fixed = (rlim_t)threads * FILES_A_THREAD + FILES_BESIDES;
    rlim_t variable = (rlim_t)transfers * FILES_A_TRANSFER + (rlim_t)hanging;
    rlim_t wanted = fixed + variable;
    rlim_t kept = kept_at_best(transfers, threads);
    rlim_t best = wanted + (rlim_t)threads * (kept + CLOSING);
    struct rlimit limit;
    unsigned long long fitting = 1;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return share_out(0, kept, threads);
    if (limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < best) {
        limit.rlim_cur = limit.rlim_max == RLIM_INFINITY || limit.rlim_max >= best ? best : limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= wanted)
        return share_out((limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > best ? best : limit.rlim_cur) - wanted,
                         kept, threads);
    if (limit.rlim_cur > fixed)
        fitting = (unsigned long long)((limit.rlim_cur - fixed) * (rlim_t)transfers / variable);
    log_warning("only %llu files may be open, and %d transfers can need %llu: allow more with ulimit -n %llu, or use"
                " --transfers=%llu",
                (unsigned long long)limit.rlim_cur, transfers, (unsigned long long)wanted, (unsigned long long)wanted,
                fitting > 0 ? fitting : 1);
    return share_out(0, kept, threads);
}
