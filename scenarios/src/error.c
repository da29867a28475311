/* One line about what went wrong; see error.h. */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>

int sc_error_set(struct sc_error *err, const char *format, ...)
{
    va_list args;

    if (!err)
        return -1;
    va_start(args, format);
    (void)vsnprintf(err->message, sizeof(err->message), format, args);
    va_end(args);
    return -1;
}
