/*
 * identity_claims: checks the claims of an identity provider's token (RFC 7519, OpenID Connect
 * Core), after its signature.
 *
 * Pure. `iss` must be the provider, `aud` must be or contain our audience, `sub` must be a text,
 * and the time must be right: `exp` must exist; `nbf` and `iat` count if they exist. Clocks of
 * other machines differ, so each may be wrong by IDENTITY_LEEWAY_S.
 *
 *	struct identity_rules rules = { issuer, audience, now_s };
 *	st = identity_claims_read(jose_claims(token), &rules, &claims, &why);
 */
#ifndef GATEWAY_IDENTITY_CLAIMS_H
#define GATEWAY_IDENTITY_CLAIMS_H

#include "gateway/json_value.h"

enum {
	IDENTITY_LEEWAY_S = 30,
	IDENTITY_SUBJECT_MAX = 255, /* bytes: OpenID Connect Core section 2 */
	IDENTITY_USERNAME_MAX = 64, /* characters */
	IDENTITY_EMAIL_MAX = 254,   /* bytes */
	IDENTITY_NAME_MAX = 100,    /* characters */
	IDENTITY_UTF8 = 4,          /* bytes of a character */
};

/* What the provider says about a person. The optional texts are empty if the token has none, or one
 * that an account of ours cannot have. */
struct identity_claims {
	char subject[IDENTITY_SUBJECT_MAX + 1];
	int64_t expires_s; /* Unix time, with the leeway: it is valid before this second */
	/* `preferred_username`: no blanks, no control characters, no "@" */
	char username[IDENTITY_USERNAME_MAX * IDENTITY_UTF8 + 1];
	/* `email`, only if `email_verified` is true */
	char email[IDENTITY_EMAIL_MAX + 1];
	/* `name`, in the form of common/name.h */
	char name[IDENTITY_NAME_MAX * IDENTITY_UTF8 + 1];
};

struct identity_rules {
	const char *issuer, *audience;
	int64_t now_s; /* Unix time */
};

/* *out is set on success only. ST_TOKEN_INVALID with the reason, where PyJWT has a text for it,
 * with that: "Invalid issuer", "Audience doesn't match", … ST_TOKEN_EXPIRED. */
enum status identity_claims_read(const struct json_value *claims,
	const struct identity_rules *rules, struct identity_claims *out,
	struct fail *why) MUST_CHECK;

#endif
