/* Signing in and out, and the log of both; see dashboard_page.h. */
#ifndef FA_DASHBOARD_SIGNIN_H
#define FA_DASHBOARD_SIGNIN_H

struct fa_visit;

/** `?token=…` is a one-time link (signin_links.h) and signs in; otherwise the form for a user and a
 * password. */
int fa_page_signin(struct fa_visit *visit);

/** The form was sent: sign in to the account of that user. */
int fa_page_signin_password(struct fa_visit *visit);

int fa_page_signout(struct fa_visit *visit);

/** Who tried to sign in, newest first: all for an admin, else those of the own account. */
int fa_page_signins(struct fa_visit *visit);

/** The form in place of a page that needs a session; its address is where signing in leads. */
int fa_page_signin_first(struct fa_visit *visit);

#endif
