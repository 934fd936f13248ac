/*
 * jwk: a public key of an identity provider (JWK, RFC 7517).
 *
 * A key has exactly one algorithm, whatever a token says. These keys are used, others are not:
 *
 *	kty "RSA"                    RS256     2048 to 8192 bits
 *	kty "EC", crv "P-256"        ES256
 *	kty "OKP", crv "Ed25519"     EdDSA
 *
 * `use`, `key_ops` and `alg` must allow it, or be absent. Nothing else in the key counts: no
 * certificate (`x5c`), no URL (`x5u`), no private part.
 *
 *	struct jwk *key = NULL;
 *	if (jwk_read(json_value_item(keys, i), &key, &why) == ST_OK) ...
 *	st = jose_verify(token, key, &why);
 *	jwk_free(&key);
 */
#ifndef GATEWAY_JWK_H
#define GATEWAY_JWK_H

#include "gateway/jose.h"

struct jwk {
	enum jose_alg alg;
	size_t signature_len; /* of its signatures, in bytes */
	struct buf text;      /* a new JWK of the members that were checked; with a NUL */
	struct buf kid;
	bool has_kid;
};

/* ST_INVALID_INPUT with the member as the field if the key is not one of these. */
enum status jwk_read(const struct json_value *value, struct jwk **out, struct fail *why) MUST_CHECK;
void jwk_free(struct jwk **key);

#endif
