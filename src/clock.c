#include "clock.h"

#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#define SLICE_NS 100000 /* the least that Linux takes */

static int64_t read_ms(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_ms(void)
{
    return read_ms(CLOCK_MONOTONIC);
}

int64_t clock_wall_ms(void)
{
    return read_ms(CLOCK_REALTIME);
}

#if defined SYS_sched_getattr && defined SYS_sched_setattr
/* What the system calls take, as sched_setattr(2) has it: not every libc does. */
struct scheduling {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime_ns, deadline_ns, period_ns;
};

/* A thread that asks for less time in one piece is let in sooner, and has no more of it in all (Linux 6.12 and later;
 * before, it means nothing). */
static void ask_for_short_slices(void)
{
    struct scheduling s;

    memset(&s, 0, sizeof s);
    if (syscall(SYS_sched_getattr, 0, &s, sizeof s, 0) != 0 || s.policy != SCHED_OTHER)
        return;
    s.size = sizeof s;
    s.runtime_ns = SLICE_NS;
    syscall(SYS_sched_setattr, 0, &s, 0);
}
#else
static void ask_for_short_slices(void)
{
}
#endif

void clock_be_prompt(void)
{
#ifdef PR_SET_TIMERSLACK
    prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0); /* ns */
#endif
    ask_for_short_slices();
}
