/*
 * verification: turns a credential into the question whose it is, and the answer of a worker into
 * a principal.
 *
 * The signature and the claims of a token are checked here, before a worker is asked. The worker
 * knows the rest: whether the account, the log-in and the personal token still exist. Its answer
 * is the row of credentials.get. Nothing here keeps a secret: a question has the hash of it.
 *
 *	struct verification v = { 0 };
 *	st = verification_of_credential(&rules, &credential, &v, &why);
 *	if (st == ST_OK)
 *		call credentials.get with v.params
 *	...
 *	st = verification_read(&v, row, &finding, &why);
 *	verification_fini(&v);
 */
#ifndef GATEWAY_VERIFICATION_H
#define GATEWAY_VERIFICATION_H

#include "gateway/credential.h"
#include "gateway/principal.h"

struct jwt_secret;
struct identity;

struct verification_rules {
	const struct jwt_secret *secret;
	struct identity *identity; /* NULL: there is no identity provider */
	int64_t now_s;             /* Unix time */
};

struct verification {
	enum auth_source source;
	int64_t account;         /* that the credential names; 0: none */
	int64_t expires_s;       /* the end of the token itself, Unix time; INT64_MAX: none */
	struct buf params;       /* of credentials.get */
	struct buf registration; /* of identities.create; empty: the credential cannot register */
};

/* `out` is zeroed. ST_TOKEN_INVALID, ST_TOKEN_EXPIRED or ST_WRONG_TOKEN_TYPE with the reason,
 * ST_NO_MEMORY. */
enum status verification_of_credential(const struct verification_rules *rules,
	const struct credential *credential, struct verification *out, struct fail *why) MUST_CHECK;

/* For the account of a CURVE key, which ZeroMQ has checked. ST_NO_MEMORY. */
enum status verification_of_key(int64_t account, struct verification *out) MUST_CHECK;

void verification_fini(struct verification *v); /* accepts a zeroed struct */

/* What a worker found out. */
struct finding {
	struct principal principal;
	int64_t expires_s;      /* Unix time: of the token or of the row, what is first */
	int64_t unmarked_token; /* a personal token that was not used today before; 0: none */
};

/* `row` is the result of credentials.get or identities.create. ST_TOKEN_INVALID: it belongs to
 * another account than the token says. ST_INTERNAL: it is not such a row. */
enum status verification_read(const struct verification *v, struct span row, struct finding *out,
	struct fail *why) MUST_CHECK;

#endif
