/*
 * identity: tokens of an identity provider (OpenID Connect), checked with its public keys.
 *
 * The keys are in a JWKS file, which an operator keeps up to date (for example with a timer that
 * fetches it): the gateway itself fetches nothing. The file is read again when it changes; this is
 * looked for at most once a second, when a token arrives. A new file that is broken or gone leaves
 * the former keys in force, and one line in the log says so.
 *
 * A token is valid if a key of the file has signed it (RS256, ES256 or EdDSA: see jwk.h) and its
 * claims are right (identity_claims.h). A header that says that the token is for another purpose
 * (`typ`, RFC 8725 section 3.11) is refused, as is all that jose.h refuses.
 *
 *	struct identity *identity = NULL;
 *	st = identity_open(&identity, &options, &why);
 *	...
 *	struct identity_claims claims;
 *	st = identity_read(identity, &(struct identity_token){ text, now_s }, &claims, &why);
 *	identity_free(&identity);
 */
#ifndef GATEWAY_IDENTITY_H
#define GATEWAY_IDENTITY_H

#include "gateway/identity_claims.h"

enum { IDENTITY_ISSUER_MAX = 500 /* bytes */ };

struct identity;

/* Texts may be NULL or empty: not set. They are copied. All three are set, or none. */
struct identity_options {
	const char *issuer, *audience, *jwks_file;
};

/* Checks the options, and reads no file. ST_BAD_SETTING as below. */
enum status identity_check(const struct identity_options *options, struct fail *why) MUST_CHECK;

/* Without options, an identity refuses every token. ST_BAD_SETTING names the setting that is
 * missing or wrong, or the file and its error. */
enum status identity_open(
	struct identity **out, const struct identity_options *options, struct fail *why) MUST_CHECK;
void identity_free(struct identity **identity);

/* "" if there is none. */
const char *identity_issuer(const struct identity *identity);

struct identity_token {
	struct span text;
	int64_t now_s; /* Unix time */
};

/* *out is set on success only. ST_TOKEN_INVALID with the reason, or ST_TOKEN_EXPIRED. */
enum status identity_read(struct identity *identity, const struct identity_token *token,
	struct identity_claims *out, struct fail *why) MUST_CHECK;

#endif
