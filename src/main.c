#include "command.h"
#include "crawl.h"
#include "dry_run.h"
#include "log.h"
#include "mem.h"
#include "summary.h"
#include "usage.h"
#include "verb.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void on_stop(int signal)
{
    crawl_interrupt(signal);
}

static void on_status(int signal)
{
    (void)signal;
    crawl_ask_status();
}

static void on_resize(int signal)
{
    (void)signal;
    crawl_ask_redraw();
}

static void handle(int signal, void (*handler)(int))
{
    struct sigaction action = {.sa_flags = SA_RESTART};

    action.sa_handler = handler;
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, NULL);
}

static void handle_signals(void)
{
    handle(SIGINT, on_stop);
    handle(SIGTERM, on_stop);
    handle(SIGHUP, on_stop);
    handle(SIGUSR1, on_status);
#ifdef SIGINFO
    handle(SIGINFO, on_status);
#endif
    handle(SIGWINCH, on_resize);
    handle(SIGCONT, on_resize); /* after a stop the shell has written where the panel was */
    /* A reader of --events that went away is an error of a write, not the end of us; a file that may
     * not grow is a full disk. */
    handle(SIGPIPE, SIG_IGN);
    handle(SIGXFSZ, SIG_IGN);
}

static int print(struct buf *text)
{
    bool good = fwrite(text->data, 1, text->size, stdout) == text->size && fflush(stdout) == 0;

    buf_free(text);
    return good ? CRAWL_DONE : CRAWL_FILE;
}

static void set_talk(const struct options *options)
{
    if (options->quiet)
        log_set_level(LOG_ERROR);
    else if (options->verbose > 0)
        log_set_level(options->verbose == 1 ? LOG_PAGE : LOG_DETAIL);
}

/* True if the command only asks for something to be printed; *status is the exit status then. */
static bool answer(const struct options *options, int *status)
{
    struct buf text = {.limit = 1 << 22};

    if (options->help != OPTIONS_HELP_NONE)
        usage_add_help(&text, options->verb, options->help == OPTIONS_HELP_ALL);
    else if (options->version)
        summary_add_versions(&text);
    else if (options->completion != OPTIONS_COMPLETION_NONE)
        usage_add_completion(&text, (enum options_completion)options->completion);
    else if (options->print_config)
        usage_add_config(&text, options);
    else
        return false;
    *status = print(&text);
    return true;
}

static int run_crawl(const struct options *options)
{
    struct buf help = {.limit = 1 << 20};
    struct err err;

    if (options->operand_count == 0 && options->input_files.count == 0 &&
        (options->fresh || access(options->database, F_OK) != 0)) {
        usage_add_help(&help, VERB_CRAWL, false);
        fwrite(help.data, 1, help.size, stderr);
        buf_free(&help);
        return CRAWL_USAGE;
    }
    if (options->dry_run) {
        if (dry_run(options, &err))
            return CRAWL_DONE;
        log_error("%s", err.text);
        return CRAWL_USAGE;
    }
    handle_signals();
    return crawl_run(options);
}

/* Those that read the database; NULL: the crawl itself. */
static int (*const verbs[VERB_COUNT])(const struct options *options) = {
    [VERB_EXPLAIN] = verb_explain,
    [VERB_EXPORT] = verb_export,
    [VERB_REPORT] = verb_report,
    [VERB_ROBOTS] = verb_robots,
    [VERB_SEARCH] = verb_search,
    [VERB_SQL] = verb_sql,
    [VERB_STATUS] = verb_status,
};

static int run_verb(const struct options *options)
{
    if (verbs[options->verb] == NULL) {
        log_error("crawl %s is not part of this version", options_verb_names[options->verb]);
        return CRAWL_USAGE;
    }
    handle(SIGPIPE, SIG_IGN); /* a reader who went away ends a verb in order */
    return verbs[options->verb](options);
}

static int run(const struct options *options)
{
    struct err err;
    int status;

    if (answer(options, &status))
        return status;
    set_talk(options);
    if (options->log_file != NULL && !log_open(options->log_file, &err)) {
        log_error("%s", err.text);
        return CRAWL_FILE;
    }
    return options->verb == VERB_CRAWL ? run_crawl(options) : run_verb(options);
}

int main(int argc, char **argv)
{
    struct options options;
    struct err err;
    int status;

    mem_tune();
    options_init(&options);
    if (command_read(&options, argc, argv, &err)) {
        status = run(&options);
    } else {
        log_error("%s", err.text);
        status = CRAWL_USAGE;
    }
    log_close();
    options_free(&options);
    return status;
}
