#include "verb_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGS_MAX   40
#define TEXT_LIMIT (64u << 20)

/* A file without a name, for what a program says. */
static int open_nameless(void)
{
    char name[] = "/tmp/crawl-test-XXXXXX";
    int file = mkstemp(name);

    assert_true(file >= 0);
    unlink(name);
    return file;
}

static void read_back(int file, struct buf *text)
{
    char bytes[65536];
    ssize_t size;

    *text = (struct buf){.limit = TEXT_LIMIT};
    buf_add_string(text, "");
    lseek(file, 0, SEEK_SET);
    while ((size = read(file, bytes, sizeof bytes)) > 0)
        buf_add(text, bytes, (size_t)size);
    close(file);
}

/* The program in a process of its own, with these files. */
static pid_t start(const struct whole *whole, const struct site *site, const char *const *args, int out, int err)
{
    char program[4096], urls[ARGS_MAX][SITE_URL_SIZE];
    const char *argv[ARGS_MAX + 5] = {program, *args, "--config=none", "-d", whole->database};
    const char *top = getenv("top_builddir");
    int argc = 5;
    pid_t child;

    snprintf(program, sizeof program, "%s/crawl", top == NULL ? "." : top);
    for (args++; *args != NULL; args++, argc++) {
        assert_true(argc < ARGS_MAX);
        argv[argc] = site != NULL && strncmp(*args, "{site}", 6) == 0 ? site_url(site, *args + 6, urls[argc]) : *args;
    }
    argv[argc] = NULL;
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(out, 1);
        dup2(err, 2);
        setenv("TZ", "UTC", 1);
        execv(program, (char *const *)argv);
        _exit(127);
    }
    return child;
}

static int wait_for(pid_t child)
{
    int status;

    while (waitpid(child, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void verb_run(struct verb_run *run, const struct whole *whole, const struct site *site, const char *const *args)
{
    int out = open_nameless(), err = open_nameless();

    run->status = wait_for(start(whole, site, args, out, err));
    read_back(out, &run->out);
    read_back(err, &run->err);
}

void verb_run_on_terminal(struct verb_run *run, const struct whole *whole, int columns, const char *const *args)
{
    struct winsize window = {.ws_col = (unsigned short)columns, .ws_row = 24};
    int terminal = posix_openpt(O_RDWR | O_NOCTTY), screen, err = open_nameless();
    char bytes[4096];
    ssize_t size;
    pid_t child;

    assert_true(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    screen = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    assert_true(screen >= 0);
    assert_int_equal(ioctl(screen, TIOCSWINSZ, &window), 0);
    child = start(whole, NULL, args, screen, err);
    close(screen);
    run->out = (struct buf){.limit = TEXT_LIMIT};
    buf_add_string(&run->out, "");
    while ((size = read(terminal, bytes, sizeof bytes)) > 0)
        buf_add(&run->out, bytes, (size_t)size);
    close(terminal);
    run->status = wait_for(child);
    read_back(err, &run->err);
}

void verb_run_free(struct verb_run *run)
{
    buf_free(&run->out);
    buf_free(&run->err);
}

static bool is_time(const char *at)
{
    static const char pattern[] = "dddd-dd-ddsdd:dd:dd"; /* s: a blank or T */

    for (size_t i = 0; pattern[i] != '\0'; i++)
        if (pattern[i] == 'd'   ? !isdigit((unsigned char)at[i])
            : pattern[i] == 's' ? at[i] != ' ' && at[i] != 'T'
                                : at[i] != pattern[i])
            return false;
    return true;
}

/* The size of "12 ms", "1.5 s" or "2 s" at `at`; 0: there is none. */
static size_t duration_size(const char *at)
{
    size_t size = strspn(at, "0123456789.");

    if (size == 0)
        return 0;
    if (strncmp(at + size, " ms", 3) == 0 && !isalnum((unsigned char)at[size + 3]))
        return size + 3;
    return strncmp(at + size, " s", 2) == 0 && !isalnum((unsigned char)at[size + 2]) ? size + 2 : 0;
}

const char *verb_run_plain(const struct buf *text, const struct whole *whole, const struct site *site)
{
    static struct buf plain = {.limit = TEXT_LIMIT};
    char root[64] = "", port[16] = "";

    if (site != NULL) {
        snprintf(root, sizeof root, "http://127.0.0.1:%d", site_port(site));
        snprintf(port, sizeof port, "%d", site_port(site));
    }
    buf_clear(&plain);
    buf_add_string(&plain, "");
    for (const char *at = text->data; *at != '\0';) {
        if (site != NULL && strncmp(at, root, strlen(root)) == 0) {
            buf_add_string(&plain, "{site}");
            at += strlen(root);
        } else if (site != NULL && strncmp(at, port, strlen(port)) == 0) {
            buf_add_string(&plain, "PORT");
            at += strlen(port);
        } else if (strncmp(at, whole->folder, strlen(whole->folder)) == 0) {
            buf_add_string(&plain, "{folder}");
            at += strlen(whole->folder);
        } else if (is_time(at)) {
            buf_add_string(&plain, "TIME");
            at += 19;
            at += at[0] == '.' ? 5 : 0; /* ".123Z" */
        } else if (duration_size(at) > 0 && (at == text->data || at[-1] == ' ')) {
            buf_add_string(&plain, "N s");
            at += duration_size(at);
        } else {
            buf_add_char(&plain, *at++);
        }
    }
    return plain.data;
}
