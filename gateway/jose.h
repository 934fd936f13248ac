/*
 * jose: signed tokens in compact form (JWS, RFC 7515). Splits them, checks their signatures, and
 * signs with HS256. The only file that uses rhonabwy.
 *
 * Nothing in a token is trusted before its signature is: jose_claims is NULL until jose_verify or
 * jose_verify_mac has returned ST_OK. The header selects a key and nothing else. It names the
 * algorithm, but each key has one algorithm, and a token with another one is refused: so the public
 * key of a provider is never the secret of a MAC.
 *
 *	struct jose *token = NULL;
 *	st = jose_parse(text, &token, &why);
 *	if (st == ST_OK && jose_alg(token) == JOSE_HS256)
 *		st = jose_verify_mac(token, secret, &why);
 *	if (st == ST_OK)
 *		subject = json_value_member(jose_claims(token), "sub");
 *	jose_free(&token);
 *
 * rhonabwy: why, and how far. It is packaged in Debian and Ubuntu, knows EdDSA, and checks that the
 * type of a key fits the algorithm: it refuses `alg: none`, and HS256 with a public key. (libjwt
 * 1.10 accepts the latter, and has no EdDSA.) Debian 12 has version 1.1.11, which we have probed
 * and read. What it does not do, or does wrongly, is done here:
 *
 *   - It compares MACs with strcmp (CVE-2024-25714, fixed in 1.1.14). HS256 needs no more than
 *     HMAC-SHA-256: so crypto.h does it, and rhonabwy checks asymmetric signatures only.
 *   - r_jws_parse and r_jwt_parse trust a key inside the header (`jwk`, `x5c`) and fetch one from
 *     an URL in it (`jku`, `x5u`). So only r_jws_advanced_compact_parsen is called, with
 *     R_PARSE_NONE and R_FLAG_IGNORE_REMOTE. A key of a set can have an `x5u`, too: keys are made
 *     anew from the members that we have checked.
 *   - It inflates the payload of a token with `zip` before it checks the signature, without a
 *     limit: 65 KB became 50 MB and took 7 s. It ignores `crit`, and so the unencoded payload of
 *     RFC 7797. Here a header with `crit`, `b64` or `zip` is refused.
 *   - A name may come twice in its JSON, the last one counts. It skips white space and spare bits
 *     in base64url. Here JSON is strict (json_parse.h), and each byte string has one base64url
 *     text.
 *   - It ignores `alg`, `use` and `key_ops` of a key. It accepts RSA keys of 1024 bits, and ES256
 *     with a key on P-384. Here these keys are unusable.
 *   - ES256 signatures are r and s of 32 bytes each, as RFC 7518 wants; DER is refused. It accepts
 *     48 or 66 bytes each, too: here not. (r, n - s) is accepted like (r, s), as the standard says:
 *     a second text of the same token, no other token.
 *   - Its r_jwt_* functions check no `exp`, unless asked. We do not use them: jwt.h and identity.h
 *     check the claims.
 *   - r_global_init sets memory functions that are the default anyway, and starts curl. We never
 *     call it: nothing here uses the network.
 *
 * To read a token takes about 12 µs (HS256), 85 µs (RS256, 2048 bits), 270 µs (ES256) or 230 µs
 * (EdDSA), so verdicts are cached (verified.h). The library and those that it needs add 6 MiB to
 * the memory of a process and 30 ms to its start. valgrind and AddressSanitizer find no leaks.
 */
#ifndef GATEWAY_JOSE_H
#define GATEWAY_JOSE_H

#include "gateway/json_value.h"

enum { JOSE_TOKEN_MAX = 4096 };

enum jose_alg {
	JOSE_OTHER, /* none, and whatever else we do not check */
	JOSE_HS256, /* RFC 7518 section 3.2 */
	JOSE_RS256, /* section 3.3 */
	JOSE_ES256, /* section 3.4 */
	JOSE_EDDSA, /* RFC 8037 section 3.1, with Ed25519 */
	JOSE_ALG_COUNT
};

struct jose;

/* Reads the header. Borrows the text until jose_free. ST_TOKEN_INVALID with a text of PyJWT, which
 * clients of system C know: "Not enough segments", "Invalid header padding", … */
enum status jose_parse(struct span text, struct jose **out, struct fail *why) MUST_CHECK;
void jose_free(struct jose **token);

/* From the header, so only a claim of the sender. */
enum jose_alg jose_alg(const struct jose *token);
bool jose_kid(const struct jose *token, struct span *out) MUST_CHECK; /* false: there is none */
const struct json_value *jose_header(const struct jose *token);
const char *jose_alg_name(enum jose_alg alg);

/* True if the header of the text names RS256, ES256 or EdDSA: an identity provider has signed the
 * token, or somebody says so. Everything else is for jwt_read, which says what is wrong with it. */
bool jose_is_asymmetric(struct span text);

/* Checks the signature and reads the claims. ST_TOKEN_INVALID: "Signature verification failed", or
 * "The specified alg value is not allowed" if the algorithm is not that of the key. */
struct jwk;
enum status jose_verify(struct jose *token, const struct jwk *key, struct fail *why) MUST_CHECK;
enum status jose_verify_mac(struct jose *token, struct span secret, struct fail *why) MUST_CHECK;

/* NULL before one of them has returned ST_OK. */
const struct json_value *jose_claims(const struct jose *token);

/* Appends a token signed with HS256. The claims are the text of a JSON object. */
void jose_sign(struct span kid, struct span secret, struct span claims, struct buf *out);

#endif
