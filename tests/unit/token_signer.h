/*
 * token_signer: the identity provider of tests: it makes keys and signs tokens, right and wrong
 * ones.
 *
 *	signer_open();
 *	signer_put_jwk(SIGNER_EC, "\"kid\":\"a\"", &jwk);
 *	signer_put_token(SIGNER_EC, "{\"alg\":\"ES256\"}", claims, &token);
 *	signer_close();
 */
#ifndef TESTS_UNIT_TOKEN_SIGNER_H
#define TESTS_UNIT_TOKEN_SIGNER_H

#include "common/buf.h"

enum signer {
	SIGNER_RSA,       /* 2048 bits */
	SIGNER_RSA_SHORT, /* 1024 bits */
	SIGNER_EC,        /* P-256 */
	SIGNER_EC_384,    /* P-384, which signs SHA-256, too */
	SIGNER_ED,        /* Ed25519 */
	SIGNER_COUNT
};

/* Makes the keys, which takes a tenth of a second. */
void signer_open(void);
void signer_close(void);

/* Appends the public key, with more members if `more` is not "". */
void signer_put_jwk(enum signer signer, const char *more, struct buf *out);

/* Appends the signature of the bytes as JWS has it. */
void signer_put_signature(enum signer signer, struct span bytes, struct buf *out);

/* The same of SIGNER_EC, but in DER, as X.509 has it. */
void signer_put_der(struct span bytes, struct buf *out);

/* Appends a token. The header may be anything. */
void signer_put_token(enum signer signer, const char *header, const char *claims, struct buf *out);

#endif
