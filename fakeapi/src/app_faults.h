/*
 * Faults, carried out: what the rules of faults.h decide about a request is done to its call and to
 * its reply here. What happens to the reply's bytes on their way is left to http_spoil.c.
 */
#ifndef FA_APP_FAULTS_H
#define FA_APP_FAULTS_H

struct fa_call;
struct fa_fault_welcome;
struct fa_http_reply;
struct fa_http_welcome;
struct sockaddr;

/** The parameters and the action are known: ask the rules, and remember their plan in the call. */
void fa_fault_ask(struct fa_call *call, const char *action);

/** The reply is made, or with a plan that lets no request be handled, empty: spoil it. */
void fa_fault_spoil(struct fa_call *call, struct fa_http_reply *reply);

/** fa_http_options.welcome with a struct fa_app. */
void fa_fault_welcome(void *app, const struct sockaddr *peer, struct fa_http_welcome *welcome);

#endif
