#include "err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool err_set(struct err *err, const char *format, ...)
{
    va_list args;
    int length;

    if (err == NULL)
        return false;
    va_start(args, format);
    length = vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    if (length >= (int)sizeof err->text) {
        size_t end = sizeof err->text - 1;

        while (end > 0 && ((unsigned char)err->text[end - 1] & 0xc0) == 0x80)
            end--;
        if (end > 0 && (unsigned char)err->text[end - 1] >= 0xc0)
            end--;
        err->text[end] = '\0';
    }
    return false;
}
