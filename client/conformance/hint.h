/* Which known mistake makes a signer answer what it answered. The only user of the doctor here. */
#ifndef PM_HINT_H
#define PM_HINT_H

struct fa_doctor_case;
struct pm_buf;

/**
 * Append what was done wrong and how to mend it, in a sentence; nothing when no known mistake
 * explains the checksum.
 *
 * Errors: -1 no memory
 */
int pm_hint_add(struct pm_buf *out, const struct fa_doctor_case *request);

#endif
