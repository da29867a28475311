/*
 * The traps that PAM stacks hold for those who want logins reported: which of them a system is in.
 * It reads files and nothing else; pam_paidmonitor(8) and paidmonitor(1) say what they mean.
 */
#ifndef DOCTOR_TRAPS_H
#define DOCTOR_TRAPS_H

struct findings;
struct view;

/** Examine every service of a system. */
void traps_examine(const struct view *view, struct findings *findings);

#endif
