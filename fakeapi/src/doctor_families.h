/*
 * Mistakes that are more than a change of bytes, for the catalogue: families of variants (which
 * parameter, which zone), and those that need the request's keys. Each has a name and up to three
 * functions: variants, apply, describe, as struct fa_mistake wants them.
 */
#ifndef FA_DOCTOR_FAMILIES_H
#define FA_DOCTOR_FAMILIES_H

#include "doctor_draft.h"

/* Keys */
void fa_key_is_apikey(struct fa_draft *draft, size_t variant);
void fa_key_is_token(struct fa_draft *draft, size_t variant);
void fa_key_is_apikey_and_secret(struct fa_draft *draft, size_t variant);
void fa_key_is_secret_and_apikey(struct fa_draft *draft, size_t variant);
void fa_key_is_twice(struct fa_draft *draft, size_t variant);
void fa_key_is_empty(struct fa_draft *draft, size_t variant);

size_t fa_key_placeholder_variants(const struct fa_doctor_case *request);
void fa_key_placeholder(struct fa_draft *draft, size_t variant);
void fa_key_placeholder_describe(const struct fa_doctor_case *request, size_t variant,
                                 struct pm_buf *out);

size_t fa_key_digest_variants(const struct fa_doctor_case *request);
void fa_key_digest(struct fa_draft *draft, size_t variant);
void fa_key_digest_describe(const struct fa_doctor_case *request, size_t variant,
                            struct pm_buf *out);

size_t fa_key_lookalike_variants(const struct fa_doctor_case *request);
void fa_key_lookalike(struct fa_draft *draft, size_t variant);
void fa_key_lookalike_describe(const struct fa_doctor_case *request, size_t variant,
                               struct pm_buf *out);

size_t fa_key_missing_variants(const struct fa_doctor_case *request);
void fa_key_missing(struct fa_draft *draft, size_t variant);
size_t fa_key_exchanged_variants(const struct fa_doctor_case *request);
void fa_key_exchanged(struct fa_draft *draft, size_t variant);
void fa_key_position_describe(const struct fa_doctor_case *request, size_t variant,
                              struct pm_buf *out);

/* Parameters */
size_t fa_param_left_out_variants(const struct fa_doctor_case *request);
void fa_param_left_out(struct fa_draft *draft, size_t variant);
void fa_param_left_out_describe(const struct fa_doctor_case *request, size_t variant,
                                struct pm_buf *out);

size_t fa_param_added_variants(const struct fa_doctor_case *request);
void fa_param_added(struct fa_draft *draft, size_t variant);
void fa_param_added_describe(const struct fa_doctor_case *request, size_t variant,
                             struct pm_buf *out);

size_t fa_param_other_value_variants(const struct fa_doctor_case *request);
void fa_param_other_value(struct fa_draft *draft, size_t variant);
void fa_param_other_value_describe(const struct fa_doctor_case *request, size_t variant,
                                   struct pm_buf *out);

size_t fa_param_secret_variants(const struct fa_doctor_case *request);
void fa_param_secret(struct fa_draft *draft, size_t variant);
void fa_param_secret_describe(const struct fa_doctor_case *request, size_t variant,
                              struct pm_buf *out);

void fa_param_empty_checksum(struct fa_draft *draft, size_t variant);
void fa_params_common_left_out(struct fa_draft *draft, size_t variant);
void fa_params_empty_left_out(struct fa_draft *draft, size_t variant);
void fa_params_of_body_only(struct fa_draft *draft, size_t variant);
void fa_params_of_query_only(struct fa_draft *draft, size_t variant);
void fa_params_first_of_repeated(struct fa_draft *draft, size_t variant);
void fa_params_last_of_repeated(struct fa_draft *draft, size_t variant);
void fa_params_repeated_joined(struct fa_draft *draft, size_t variant);

void fa_repeated_as_sent(struct fa_draft *draft, size_t variant);

/* Names and values as they were on the wire */
void fa_names_raw(struct fa_draft *draft, size_t variant);
void fa_values_raw(struct fa_draft *draft, size_t variant);

/* Timestamps */
size_t fa_time_seconds_variants(const struct fa_doctor_case *request);
void fa_time_seconds(struct fa_draft *draft, size_t variant);
void fa_time_seconds_describe(const struct fa_doctor_case *request, size_t variant,
                              struct pm_buf *out);
size_t fa_time_zone_variants(const struct fa_doctor_case *request);
void fa_time_zone(struct fa_draft *draft, size_t variant);
void fa_time_zone_describe(const struct fa_doctor_case *request, size_t variant,
                           struct pm_buf *out);

/* The finished text */
void fa_text_secret_first(struct fa_draft *draft, size_t variant);
void fa_text_secret_last(struct fa_draft *draft, size_t variant);
void fa_text_secret_around(struct fa_draft *draft, size_t variant);
void fa_text_apikey_first(struct fa_draft *draft, size_t variant);
void fa_text_apikey_last(struct fa_draft *draft, size_t variant);
void fa_text_is_empty(struct fa_draft *draft, size_t variant);
void fa_text_nul_last(struct fa_draft *draft, size_t variant);

#endif
