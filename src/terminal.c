#include "terminal.h"

#include "value.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool terminal_is_able(int file)
{
    const char *term = getenv("TERM");

    return isatty(file) && term != NULL && term[0] != '\0' && strcmp(term, "dumb") != 0;
}

static bool is_set(const char *name)
{
    const char *value = getenv(name);

    return value != NULL && value[0] != '\0';
}

bool terminal_wants_color(int file)
{
    const char *force = getenv("CLICOLOR_FORCE"), *wish = getenv("CLICOLOR");

    if (is_set("NO_COLOR"))
        return false;
    if (force != NULL && force[0] != '\0' && strcmp(force, "0") != 0)
        return true;
    if (wish != NULL && strcmp(wish, "0") == 0)
        return false;
    return terminal_is_able(file);
}

static int from_environment(const char *name, int otherwise)
{
    const char *text = getenv(name);
    int64_t number;

    return text != NULL && value_int(text, &number) && number > 0 && number < 10000 ? (int)number : otherwise;
}

void terminal_size(int file, int *columns, int *rows)
{
    struct winsize size;

    if (ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
        *columns = size.ws_col;
        *rows = size.ws_row;
    } else {
        *columns = from_environment("COLUMNS", 80);
        *rows = from_environment("LINES", 24);
    }
}

bool terminal_is_ours(int file)
{
    pid_t foreground = tcgetpgrp(file);

    return foreground < 0 || foreground == getpgrp();
}
