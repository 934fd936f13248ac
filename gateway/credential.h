/*
 * credential: finds the credential that a request shows; pure.
 *
 * HTTP: the field Authorization (RFC 6750 section 2.1), else the cookie of a browser session (RFC
 * 6265). RPC: context.token. This module checks the form of the credential, and nothing else. The
 * spans are borrowed from the request.
 *
 *	struct credential shown;
 *	enum status st = credential_of_http(http, &shown, &why);
 *	if (st == ST_OK && shown.kind == CREDENTIAL_NONE)
 *		the request shows none
 */
#ifndef GATEWAY_CREDENTIAL_H
#define GATEWAY_CREDENTIAL_H

#include "gateway/http_request.h"

enum credential_kind {
	CREDENTIAL_NONE,
	CREDENTIAL_TOKEN,   /* a personal token: `st_` and 64 lower-case hexadecimal digits */
	CREDENTIAL_JWT,     /* any other token */
	CREDENTIAL_SESSION, /* the value of the cookie: 64 lower-case hexadecimal digits */
	CREDENTIAL_KINDS
};

struct credential {
	enum credential_kind kind;
	struct span text;
};

enum { CREDENTIAL_MAX = 4096 /* bytes of a token */ };

/* The names of the cookie. A browser accepts the second one over https only, and from this host
 * only (RFC 6265bis section 4.1.3.2). So the first one does not count beside it. */
#define CREDENTIAL_COOKIE        "studytracker_session"
#define CREDENTIAL_SECURE_COOKIE "__Host-" CREDENTIAL_COOKIE

/* The texts are those of Flask-JWT-Extended, which clients of system C know.
 * ST_UNAUTHENTICATED: the scheme is not Bearer. Its case matters on the paths of system C.
 * ST_TOKEN_INVALID: two fields, no token or two, a malformed token, one cookie twice. */
enum status credential_of_http(
	const struct http_request *http, struct credential *out, struct fail *why) MUST_CHECK;

/* The value of the field Authorization if there is one such field and its scheme is exactly Bearer,
 * so that it means the same on all paths; else empty. */
struct span credential_bearer_field(const struct http_request *http);

/* Whether the request shows the second cookie. */
bool credential_is_secure(const struct http_request *http);

/* `context` is the map of an RPC request. ST_INVALID_INPUT: token is not a text.
 * ST_TOKEN_INVALID. */
enum status credential_of_rpc(
	struct span context, struct credential *out, struct fail *why) MUST_CHECK;

#endif
