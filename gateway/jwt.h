/*
 * jwt: the tokens of log-ins (RFC 7519), which the gateway signs and reads itself.
 *
 * They have the claims of Flask-JWT-Extended, because clients of system C may look into them:
 *
 *	sub     the account, as a text                  type    "access" or "refresh"
 *	iat, nbf, exp   seconds                         fresh   false
 *	jti     a UUID; of a refresh token: the refresh_id of the log-in
 *	sid     the UUID of the log-in
 *
 * The header has `kid`, the id of the secret. A token without it, or with the id of another secret,
 * is refused. A token says who its account is, but not that its log-in still lasts: ask the worker.
 *
 * Clocks: a token expires at the second `exp`, without leeway, because all gateways should be
 * strict in the same way. A token of another gateway, whose clock is ahead, may have an `nbf` up to
 * JWT_LEEWAY_S in the future.
 *
 *	struct jwt_claims claims = { JWT_ACCESS, account, login_id, jti, now_s + 3600 };
 *	jwt_mint(secret, &claims, now_s, &token);
 *	...
 *	struct jwt_rules rules = { secret, JWT_ACCESS, now_s };
 *	st = jwt_read(&rules, text, &claims, &why);
 */
#ifndef GATEWAY_JWT_H
#define GATEWAY_JWT_H

#include "common/uuid.h"
#include "gateway/jwt_secret.h"

enum { JWT_LEEWAY_S = 30 };

enum jwt_kind { JWT_ACCESS, JWT_REFRESH };

struct jwt_claims {
	enum jwt_kind kind;
	int64_t account;
	char login_id[UUID_TEXT_LEN + 1], jti[UUID_TEXT_LEN + 1];
	int64_t expires_s; /* Unix time */
};

/* Appends the token. */
void jwt_mint(const struct jwt_secret *secret, const struct jwt_claims *claims, int64_t now_s,
	struct buf *out);

struct jwt_rules {
	const struct jwt_secret *secret;
	enum jwt_kind kind; /* that is asked for */
	int64_t now_s;      /* Unix time */
};

/* *out is set on success only. ST_TOKEN_INVALID with the reason, where PyJWT or Flask-JWT-Extended
 * has a text for it, with that: "Signature verification failed", "Missing claim: sub", …
 * ST_TOKEN_EXPIRED. ST_WRONG_TOKEN_TYPE. */
enum status jwt_read(const struct jwt_rules *rules, struct span text, struct jwt_claims *out,
	struct fail *why) MUST_CHECK;

#endif
