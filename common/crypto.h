/*
 * crypto: random bytes, hashes, their text forms, and the hashes of passwords. The only file that
 * uses libsodium.
 *
 *	if (crypto_init(&why) != ST_OK) ...                          once, before everything else
 *	crypto_sha256(token, hash);                                  SHA-256, to store
 *	crypto_tag(key, token, tag);                                 faster, for this process only
 *
 * Passwords: Argon2id (RFC 9106). The hash is a text that contains its costs and its salt, so the
 * costs can be raised at any time.
 *
 *	st = crypto_password_hash(password, &costs, text, &why);     blocks for 10 to 100 ms
 *	st = crypto_password_check(text, password, &matches, &why);  the same
 *	if (crypto_password_is_cheaper(text, &costs)) ...            hash it again
 */
#ifndef COMMON_CRYPTO_H
#define COMMON_CRYPTO_H

#include "common/buf.h"
#include "common/status.h"

enum {
	CRYPTO_HASH_SIZE = 32,
	CRYPTO_HASH_TEXT_LEN = 2 * CRYPTO_HASH_SIZE,
	CRYPTO_TAG_SIZE = 16,
	CRYPTO_TAG_KEY_SIZE = 16,
	CRYPTO_PASSWORD_HASH_SIZE = 128, /* with its NUL */
};

/* May be called again. ST_SYSTEM. */
enum status crypto_init(struct fail *why) MUST_CHECK;

void crypto_random(void *out, size_t size);

/* 256 random bits as lower-case hexadecimal text, without a NUL. */
void crypto_random_text(char out[CRYPTO_HASH_TEXT_LEN]);

/* SHA-256 (FIPS 180-4). */
void crypto_sha256(struct span bytes, unsigned char out[CRYPTO_HASH_SIZE]);

/* The same as lower-case hexadecimal text, without a NUL. */
void crypto_sha256_text(struct span bytes, char out[CRYPTO_HASH_TEXT_LEN]);

/* The same of all that can still be read from fd. Adds the number of bytes to *bytes. False:
 * errno. */
bool crypto_sha256_fd(int fd, char out[CRYPTO_HASH_TEXT_LEN], uint64_t *bytes) MUST_CHECK;

/* SipHash-2-4 with 128 bits (Aumasson and Bernstein, 2012), for tables in memory. The key must be
 * random and stay in this process, and nobody may see a tag. Then tags are random numbers to
 * everybody else: an input has the tag of one of n others with a chance of n / 2^128, and neither
 * failures nor their time teach what to try next. So a table of secrets needs the tags only, and
 * may compare them with memcmp. */
void crypto_tag(const unsigned char key[CRYPTO_TAG_KEY_SIZE], struct span bytes,
	unsigned char out[CRYPTO_TAG_SIZE]);

/* HMAC-SHA-256 (RFC 2104), with a key of any length. */
void crypto_hmac_sha256(struct span key, struct span bytes, unsigned char out[CRYPTO_HASH_SIZE]);

/* base64url without padding (RFC 4648 section 5, RFC 7515 section 2). */
void crypto_base64url_put(struct span bytes, struct buf *out);

/* Appends the bytes. False and nothing is appended if the text has padding, white space, another
 * character, or spare bits that are not zero: each byte string has exactly one text. Memory that
 * runs out shows in out->failed, and also returns false. */
bool crypto_base64url_take(struct span text, struct buf *out) MUST_CHECK;

/* Takes the same time wherever the bytes differ. */
bool crypto_equals(struct span a, struct span b);

/* Overwrites a secret; the compiler does not remove it. */
void crypto_wipe(void *bytes, size_t size);

struct password_costs {
	size_t memory_bytes; /* at least 8 KiB */
	unsigned passes;     /* at least 1 */
};

/* `out` ends with a NUL. ST_NO_MEMORY. */
enum status crypto_password_hash(struct span password, const struct password_costs *costs,
	char out[CRYPTO_PASSWORD_HASH_SIZE], struct fail *why) MUST_CHECK;

/* A text that is not such a hash matches nothing, at once. ST_NO_MEMORY leaves *matches. */
enum status crypto_password_check(
	const char *hash, struct span password, bool *matches, struct fail *why) MUST_CHECK;

/* True if the memory or the passes of the hash are lower, or if it is not Argon2id. */
bool crypto_password_is_cheaper(const char *hash, const struct password_costs *costs);

#endif
