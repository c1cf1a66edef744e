/* What a command costs: measure COMMAND [ARG...]
 *
 * Runs it with its output thrown away and prints CPU seconds (user and system, of it and all its children, as the
 * kernel counts them), seconds by the wall, the peak of resident memory in MB and the exit status. Ends with 1 if the
 * command could not be run. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NOT_FOUND 127

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

static double wall_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void run(char **command)
{
    int nothing = open("/dev/null", O_RDWR);

    dup2(nothing, 0);
    dup2(nothing, 1);
    dup2(nothing, 2);
    execvp(command[0], command);
    _exit(NOT_FOUND);
}

int main(int argc, char **argv)
{
    double since_s = wall_s();
    struct rusage usage;
    int status;
    pid_t child;

    if (argc < 2) {
        fprintf(stderr, "usage: measure COMMAND [ARG...]\n");
        return 2;
    }
    child = fork();
    if (child == 0)
        run(argv + 1);
    if (child < 0 || waitpid(child, &status, 0) < 0) {
        fprintf(stderr, "measure: %s\n", strerror(errno));
        return 1;
    }
    getrusage(RUSAGE_CHILDREN, &usage);
    printf("%.4f %.3f %.1f %d\n", seconds(usage.ru_utime) + seconds(usage.ru_stime), wall_s() - since_s,
           (double)usage.ru_maxrss / 1024, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND;
}
