/*
 * The texts of a diagnosis, without what is secret in them. They are not the texts that were signed
 * with something blotted out, which an encoding could defeat, but made anew from a request in which
 * stand-ins are in place of the secret key, of tokens and of passwords.
 */
#ifndef FA_DOCTOR_SHOWN_H
#define FA_DOCTOR_SHOWN_H

#include "doctor_draft.h"

/**
 * Fill in the texts of a diagnosis whose verdict is there: the expected one, and when the verdict
 * is that it is explained, the one signed with these choices; where they part; the checksum.
 *
 * Ownership:  strings are the diagnosis' own, also after a failure
 * Errors:     -1  out of memory
 */
int fa_shown_texts(const struct fa_doctor_case *request, struct fa_doctor_mac *mac,
                   const struct fa_choice *choices, size_t count, struct fa_diagnosis *diagnosis);

#endif
