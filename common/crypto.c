#include "common/crypto.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

_Static_assert(CRYPTO_HASH_SIZE == crypto_hash_sha256_BYTES, "SHA-256");
_Static_assert(CRYPTO_TAG_KEY_SIZE == crypto_shorthash_siphashx24_KEYBYTES, "SipHash-2-4-128");
_Static_assert(CRYPTO_TAG_SIZE == crypto_shorthash_siphashx24_BYTES, "SipHash-2-4-128");
_Static_assert((unsigned)CRYPTO_PASSWORD_HASH_SIZE == crypto_pwhash_STRBYTES, "Argon2id");

enum status crypto_init(struct fail *why)
{
	if (sodium_init() < 0)
		return fail_set(why, ST_SYSTEM, "libsodium cannot start");
	return ST_OK;
}

void crypto_random(void *out, size_t size)
{
	randombytes_buf(out, size);
}

static const unsigned char *bytes_of(struct span s)
{
	return (const unsigned char *)s.bytes;
}

void crypto_sha256(struct span bytes, unsigned char out[CRYPTO_HASH_SIZE])
{
	(void)crypto_hash_sha256(out, bytes_of(bytes), bytes.len);
}

static void hash_text(const unsigned char hash[CRYPTO_HASH_SIZE], char out[CRYPTO_HASH_TEXT_LEN])
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < CRYPTO_HASH_SIZE; i++) {
		out[2 * i] = digits[hash[i] >> 4];
		out[2 * i + 1] = digits[hash[i] & 15];
	}
}

void crypto_sha256_text(struct span bytes, char out[CRYPTO_HASH_TEXT_LEN])
{
	unsigned char hash[CRYPTO_HASH_SIZE];
	crypto_sha256(bytes, hash);
	hash_text(hash, out);
}

bool crypto_sha256_fd(int fd, char out[CRYPTO_HASH_TEXT_LEN], uint64_t *bytes)
{
	unsigned char hash[CRYPTO_HASH_SIZE], part[16384];
	crypto_hash_sha256_state state;
	ssize_t len;
	(void)crypto_hash_sha256_init(&state);
	while ((len = read(fd, part, sizeof part)) > 0 || (len < 0 && errno == EINTR)) {
		(void)crypto_hash_sha256_update(&state, part, len > 0 ? (size_t)len : 0);
		*bytes += len > 0 ? (uint64_t)len : 0;
	}
	(void)crypto_hash_sha256_final(&state, hash);
	hash_text(hash, out);
	return len == 0;
}

/* The digits of the hash of random bytes are as random as these. */
void crypto_random_text(char out[CRYPTO_HASH_TEXT_LEN])
{
	unsigned char bytes[CRYPTO_HASH_SIZE];
	crypto_random(bytes, sizeof bytes);
	crypto_sha256_text((struct span){ (const char *)bytes, sizeof bytes }, out);
	crypto_wipe(bytes, sizeof bytes);
}

void crypto_tag(const unsigned char key[CRYPTO_TAG_KEY_SIZE], struct span bytes,
	unsigned char out[CRYPTO_TAG_SIZE])
{
	(void)crypto_shorthash_siphashx24(out, bytes_of(bytes), bytes.len, key);
}

void crypto_hmac_sha256(struct span key, struct span bytes, unsigned char out[CRYPTO_HASH_SIZE])
{
	crypto_auth_hmacsha256_state state;
	(void)crypto_auth_hmacsha256_init(&state, bytes_of(key), key.len);
	(void)crypto_auth_hmacsha256_update(&state, bytes_of(bytes), bytes.len);
	(void)crypto_auth_hmacsha256_final(&state, out);
	sodium_memzero(&state, sizeof state);
}

enum { BASE64URL = sodium_base64_VARIANT_URLSAFE_NO_PADDING };

void crypto_base64url_put(struct span bytes, struct buf *out)
{
	size_t size = sodium_base64_encoded_len(bytes.len, BASE64URL); /* with its NUL */
	char *room = buf_room(out, size);
	if (!room)
		return;
	(void)sodium_bin2base64(room, size, bytes_of(bytes), bytes.len, BASE64URL);
	out->len += size - 1;
}

/* libsodium 1.0.18 reads every byte above 0x7f as "_". */
static bool is_ascii(struct span text)
{
	unsigned char all = 0;
	for (size_t i = 0; i < text.len; i++)
		all |= (unsigned char)text.bytes[i];
	return all < 0x80;
}

bool crypto_base64url_take(struct span text, struct buf *out)
{
	size_t size = text.len / 4 * 3 + 2, len = 0;
	char *room = buf_room(out, size);
	if (!room || !is_ascii(text)
		|| sodium_base642bin((unsigned char *)room, size, text.bytes, text.len, NULL, &len,
			   NULL, BASE64URL)
			   != 0)
		return false;
	out->len += len;
	return true;
}

bool crypto_equals(struct span a, struct span b)
{
	return a.len == b.len && sodium_memcmp(a.bytes, b.bytes, a.len) == 0;
}

void crypto_wipe(void *bytes, size_t size)
{
	sodium_memzero(bytes, size);
}

static enum status refuse_costs(const struct password_costs *costs, struct fail *why)
{
	return fail_set(why, ST_NO_MEMORY, "hashing a password needs %zu KiB of memory",
		costs->memory_bytes >> 10);
}

enum status crypto_password_hash(struct span password, const struct password_costs *costs,
	char out[CRYPTO_PASSWORD_HASH_SIZE], struct fail *why)
{
	int failed = crypto_pwhash_str_alg(out, password.bytes, password.len, costs->passes,
		costs->memory_bytes, crypto_pwhash_ALG_ARGON2ID13);
	return failed ? refuse_costs(costs, why) : ST_OK;
}

/* "$argon2id$v=19$m=KIB,t=PASSES,p=1$SALT$HASH", where the last two are base64 without padding. */
struct password_hash {
	struct password_costs costs;
	unsigned char salt[crypto_pwhash_SALTBYTES], hash[CRYPTO_HASH_SIZE];
};

static bool read_base64(const char *text, unsigned char *out, size_t size)
{
	size_t len = 0;
	return sodium_base642bin(out, size, text, strlen(text), NULL, &len, NULL,
		       sodium_base64_VARIANT_ORIGINAL_NO_PADDING)
		       == 0
	       && len == size;
}

static bool costs_are_possible(unsigned long kib, unsigned passes)
{
	return passes >= crypto_pwhash_OPSLIMIT_MIN && kib >= crypto_pwhash_MEMLIMIT_MIN >> 10
	       && kib <= crypto_pwhash_MEMLIMIT_MAX >> 10;
}

static bool read_password_hash(const char *text, struct password_hash *out)
{
	unsigned long kib;
	char salt[24], hash[48];
	int end = 0;
	if (sscanf(text, "$argon2id$v=19$m=%lu,t=%u,p=1$%23[^$]$%47[^$]%n", &kib,
		    &out->costs.passes, salt, hash, &end)
			!= 4
		|| text[end] || !costs_are_possible(kib, out->costs.passes))
		return false;
	out->costs.memory_bytes = kib << 10;
	return read_base64(salt, out->salt, sizeof out->salt)
	       && read_base64(hash, out->hash, sizeof out->hash);
}

/* Not crypto_pwhash_str_verify, for which a right password is a wrong one if there is no memory. */
enum status crypto_password_check(
	const char *hash, struct span password, bool *matches, struct fail *why)
{
	struct password_hash known;
	unsigned char made[CRYPTO_HASH_SIZE];
	if (!read_password_hash(hash, &known)) {
		*matches = false;
		return ST_OK;
	}
	if (crypto_pwhash(made, sizeof made, password.bytes, password.len, known.salt,
		    known.costs.passes, known.costs.memory_bytes, crypto_pwhash_ALG_ARGON2ID13))
		return refuse_costs(&known.costs, why);
	*matches = sodium_memcmp(made, known.hash, sizeof made) == 0;
	return ST_OK;
}

bool crypto_password_is_cheaper(const char *hash, const struct password_costs *costs)
{
	struct password_hash known;
	return !read_password_hash(hash, &known) || known.costs.passes < costs->passes
	       || known.costs.memory_bytes < costs->memory_bytes;
}
