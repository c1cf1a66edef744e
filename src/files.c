#include "files.h"

#include "log.h"

#include <sys/resource.h>

/* Of a transfer: its connection, a second one raced against it (RFC 8305), and one kept alive for later. Of a thread:
 * what wakes it. Besides: database, its log, standard streams, name lookups. */
#define FILES_A_TRANSFER 3
#define FILES_A_THREAD   4
#define FILES_BESIDES    64

void files_make_room(int transfers, int threads)
{
    rlim_t wanted = (rlim_t)transfers * FILES_A_TRANSFER + (rlim_t)threads * FILES_A_THREAD + FILES_BESIDES;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max == RLIM_INFINITY || limit.rlim_max >= wanted ? wanted : limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < wanted)
        log_warning(
            "only %llu files may be open, and %d transfers can need %llu: allow more with ulimit -n %llu, or use"
            " --transfers=%llu",
            (unsigned long long)limit.rlim_cur, transfers, (unsigned long long)wanted, (unsigned long long)wanted,
            (unsigned long long)(limit.rlim_cur > wanted - (rlim_t)transfers * FILES_A_TRANSFER
                                     ? (limit.rlim_cur - (wanted - (rlim_t)transfers * FILES_A_TRANSFER)) /
                                           FILES_A_TRANSFER
                                     : 1));
}
