#include "gateway/jwk.h"

#include <stdlib.h>

#include "common/crypto.h"

enum { RSA_BYTES_MIN = 256, RSA_BYTES_MAX = 1024, EXPONENT_BYTES_MAX = 4 };

struct key_member {
	const char *name;
	size_t min, max; /* bytes */
};

/* The kinds of keys: each has one algorithm. */
static const struct key_kind {
	const char *kty, *crv;
	enum jose_alg alg;
	size_t signature_len; /* 0: that of the first member */
	struct key_member members[2];
} kind_table[] = {
	{ "RSA", NULL, JOSE_RS256, 0,
		{ { "n", RSA_BYTES_MIN, RSA_BYTES_MAX }, { "e", 1, EXPONENT_BYTES_MAX } } },
	{ "EC", "P-256", JOSE_ES256, 64, { { "x", 32, 32 }, { "y", 32, 32 } } },
	{ "OKP", "Ed25519", JOSE_EDDSA, 64, { { "x", 32, 32 } } },
};

static enum status unusable(struct fail *why, const char *member)
{
	return fail_field(
		why, ST_INVALID_INPUT, member, "the key's %s is missing or not supported", member);
}

static const struct key_kind *kind_of(const struct json_value *value)
{
	for (size_t i = 0; i < sizeof kind_table / sizeof *kind_table; i++) {
		const struct key_kind *kind = &kind_table[i];
		if (json_value_is_text(json_value_member(value, "kty"), kind->kty)
			&& (!kind->crv
				|| json_value_is_text(json_value_member(value, "crv"), kind->crv)))
			return kind;
	}
	return NULL;
}

/* RFC 7517 sections 4.2 to 4.4: what is absent allows everything. */
static enum status check_purpose(
	const struct json_value *value, enum jose_alg alg, struct fail *why)
{
	const struct json_value *use = json_value_member(value, "use"),
				*ops = json_value_member(value, "key_ops"),
				*name = json_value_member(value, "alg");
	if (use && !json_value_is_text(use, "sig"))
		return unusable(why, "use");
	if (name && !json_value_is_text(name, jose_alg_name(alg)))
		return unusable(why, "alg");
	for (size_t i = 0; ops; i++) {
		const struct json_value *op = json_value_item(ops, i);
		if (!op)
			return unusable(why, "key_ops");
		if (json_value_is_text(op, "verify"))
			break;
	}
	return ST_OK;
}

/* An even modulus or exponent, or the exponent 1, is not RSA (RFC 8017 section 3.1). */
static bool is_rsa_number(struct span bytes)
{
	return bytes.len && bytes.bytes[0] != 0 && (bytes.bytes[bytes.len - 1] & 1)
	       && !(bytes.len == 1 && bytes.bytes[0] == 1);
}

static bool fits(const struct key_kind *kind, const struct key_member *m, struct span bytes)
{
	return bytes.len >= m->min && bytes.len <= m->max
	       && (kind->alg != JOSE_RS256 || is_rsa_number(bytes));
}

/* Appends `,"NAME":"TEXT"`, and sets *len to the number of bytes that the text encodes. */
static enum status copy_member(const struct json_value *value, const struct key_kind *kind,
	const struct key_member *m, struct buf *made, size_t *len)
{
	struct span text = { 0 };
	struct buf bytes = { 0 };
	bool is_valid = json_value_text(json_value_member(value, m->name), &text)
			&& crypto_base64url_take(text, &bytes) && fits(kind, m, buf_view(&bytes));
	enum status st = bytes.failed ? ST_NO_MEMORY : is_valid ? ST_OK : ST_INVALID_INPUT;
	*len = bytes.len;
	buf_printf(made, ",\"%s\":\"%.*s\"", m->name, (int)text.len, text.bytes);
	buf_fini(&bytes);
	return st;
}

static enum status copy_members(struct jwk *key, const struct json_value *value,
	const struct key_kind *kind, struct fail *why)
{
	for (size_t i = 0; i < 2 && kind->members[i].name; i++) {
		const struct key_member *m = &kind->members[i];
		size_t len;
		enum status st = copy_member(value, kind, m, &key->text, &len);
		if (st != ST_OK)
			return st == ST_INVALID_INPUT ? unusable(why, m->name) : st;
		if (i == 0)
			key->signature_len = kind->signature_len ? kind->signature_len : len;
	}
	return ST_OK;
}

static enum status make_text(struct jwk *key, const struct json_value *value,
	const struct key_kind *kind, struct fail *why)
{
	buf_printf(&key->text, "{\"kty\":\"%s\"", kind->kty);
	if (kind->crv)
		buf_printf(&key->text, ",\"crv\":\"%s\"", kind->crv);
	enum status st = copy_members(key, value, kind, why);
	buf_put(&key->text, "}", 2);
	return st == ST_OK && key->text.failed ? ST_NO_MEMORY : st;
}

static enum status copy_kid(struct jwk *key, const struct json_value *value, struct fail *why)
{
	const struct json_value *kid = json_value_member(value, "kid");
	struct span text;
	if (!kid)
		return ST_OK;
	if (!json_value_text(kid, &text))
		return unusable(why, "kid");
	buf_span(&key->kid, text);
	key->has_kid = true;
	return key->kid.failed ? ST_NO_MEMORY : ST_OK;
}

enum status jwk_read(const struct json_value *value, struct jwk **out, struct fail *why)
{
	const struct key_kind *kind = kind_of(value);
	if (!kind)
		return unusable(why, "kty");
	struct jwk *key = calloc(1, sizeof *key);
	if (!key)
		return ST_NO_MEMORY;
	key->alg = kind->alg;
	enum status st = check_purpose(value, kind->alg, why);
	if (st == ST_OK)
		st = copy_kid(key, value, why);
	if (st == ST_OK)
		st = make_text(key, value, kind, why);
	if (st == ST_OK)
		*out = key;
	else
		jwk_free(&key);
	return st;
}

void jwk_free(struct jwk **key)
{
	if (!*key)
		return;
	buf_fini(&(*key)->kid);
	buf_fini(&(*key)->text);
	free(*key);
	*key = NULL;
}
