/*
 * api_login: the routes of log-ins with tokens. Each function takes the request.
 *
 * A log-in gives two tokens (gateway/jwt.h). The access token is the credential of requests. The
 * refresh token gets the next two, once: a worker stores which refresh token counts, so the second
 * use of one shows that it was stolen, and ends the log-in (TOKEN_REUSED).
 *
 * A client that does not get the response to a refresh does not know whether its refresh token was
 * used. It may try again only after an error that says that nothing was done. After
 * OUTCOME_UNKNOWN, or if the connection was lost, it logs in again. The gateway repeats the call of
 * a worker that died by itself.
 *
 *	POST .../auth/login     {username, password}
 *	POST .../auth/refresh   {refresh_token}, or as a Bearer token
 *	POST .../auth/logout    {refresh_token}, or an access or refresh token as a Bearer token
 *
 * If both are sent, the token of the body counts: pages send their access token with every request.
 * These routes are open: the gateway reads the tokens here, and asks no authenticator. Refresh and
 * logout count against a limit once their token is read (gateway/api_limit.h).
 */
#ifndef GATEWAY_API_LOGIN_H
#define GATEWAY_API_LOGIN_H

#include "gateway/api_request.h"

/* The form of refresh and logout. */
extern const struct method api_login_token_form;

/* Respond with {access_token, refresh_token, token_type, expires_in}. */
void api_login_open(struct api_request **r);
void api_login_refresh(struct api_request **r);

/* Ends the log-in of the token. It is no error if it has ended before. Responds with the status of
 * the route and, unless that is 204, with a message. */
void api_login_end(struct api_request **r);

/* Calls the method of the route, accounts.register, if everybody may create an account. Else
 * ST_REGISTRATION_CLOSED. */
void api_login_register(struct api_request **r);

#endif
