/* HTML */
#include "report.h"
void sc_report_html(FILE *out, const struct sc_result *results, size_t count)
{
    (void)out;
    (void)results;
    (void)count;
}
