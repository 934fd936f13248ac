/*
 * jwks: the public keys of an identity provider (JWKS, RFC 7517 section 5).
 *
 * Keys that we cannot use (see jwk.h) are ignored, because providers publish keys for other
 * purposes and of new kinds, too.
 *
 *	struct jwks *keys = NULL;
 *	if (jwks_parse(text, &keys, &why) != ST_OK) ...
 *	const struct jwk *key = jwks_find(keys, token);
 *	jwks_free(&keys);
 */
#ifndef GATEWAY_JWKS_H
#define GATEWAY_JWKS_H

#include "gateway/jwk.h"

enum { JWKS_KEYS_MAX = 64, JWKS_BYTES_MAX = 1 << 20 };

struct jwks;

/* ST_INVALID_INPUT with the reason if the text is no set of keys, has more than JWKS_KEYS_MAX, or
 * none that we can use. */
enum status jwks_parse(struct span text, struct jwks **out, struct fail *why) MUST_CHECK;
void jwks_free(struct jwks **keys);

/* How many we can use. */
size_t jwks_count(const struct jwks *keys);

/* The first key of the token's algorithm with its `kid`. A token without one is for the only key of
 * its algorithm. NULL if there is none. */
const struct jwk *jwks_find(const struct jwks *keys, const struct jose *token);

#endif
