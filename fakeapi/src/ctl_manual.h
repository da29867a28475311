/* paidmonitor-fakeapi-ctl(1), made from the table of the calls. */
#ifndef CTL_MANUAL_H
#define CTL_MANUAL_H

struct pm_buf;

/** Append the manual page in the mdoc language. Errors: -1 as pm_buf_add() */
int ctl_manual(struct pm_buf *buf);

#endif
