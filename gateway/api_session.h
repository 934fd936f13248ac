/*
 * api_session: the sessions of browsers: log-ins whose key is a cookie. Each function takes the
 * request.
 *
 * The cookie has 64 random hexadecimal digits, and the worker stores their hash. It is HttpOnly, so
 * that no script can read it, and SameSite=Strict, so that no page of another site can use it. If
 * the client came by https, it is Secure and has the prefix `__Host-` (RFC 6265bis section
 * 4.1.3.2).
 *
 *	POST   /api/v1/auth/session   {username, password}
 *	DELETE /api/v1/auth/session
 */
#ifndef GATEWAY_API_SESSION_H
#define GATEWAY_API_SESSION_H

#include "gateway/api_request.h"

/* The form is login_form of gateway/login_call.h. Responds with {account_id, username, role,
 * expires_at} and the cookie. */
void api_session_open(struct api_request **r);

/* Ends the session that has authenticated the request, if one has, and clears the cookie. */
void api_session_end(struct api_request **r);

#endif
