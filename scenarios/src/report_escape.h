/* Text for XML and HTML: what a login was called must not become markup. */
#ifndef SC_REPORT_ESCAPE_H
#define SC_REPORT_ESCAPE_H

#include <stddef.h>
#include <stdio.h>

/** Characters that XML cannot carry, and bytes that are no UTF-8, become `?`. */
void sc_print_xml(FILE *out, const char *text, size_t len);

#endif
