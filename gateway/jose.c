#include "gateway/jose.h"

#include <rhonabwy.h>
#include <stdlib.h>
#include <string.h>

#include "common/crypto.h"
#include "common/json_out.h"
#include "gateway/jwk.h"

struct jose {
	struct span text, signing_input; /* borrowed */
	enum jose_alg alg;
	struct json_value *header, *claims; /* claims: NULL until the signature is checked */
	struct buf payload, signature;      /* decoded */
};

static const struct {
	const char *name;
	jwa_alg jwa;
} alg_table[JOSE_ALG_COUNT] = {
	[JOSE_OTHER] = { "", R_JWA_ALG_UNKNOWN },
	[JOSE_HS256] = { "HS256", R_JWA_ALG_HS256 },
	[JOSE_RS256] = { "RS256", R_JWA_ALG_RS256 },
	[JOSE_ES256] = { "ES256", R_JWA_ALG_ES256 },
	[JOSE_EDDSA] = { "EdDSA", R_JWA_ALG_EDDSA },
};

static const char wrong_alg[] = "The specified alg value is not allowed";
static const char wrong_signature[] = "Signature verification failed";

static enum status refuse(struct fail *why, const char *text)
{
	return fail_set(why, ST_TOKEN_INVALID, "%s", text);
}

/* The parts of a token. */

static enum status decode(struct span part, struct buf *into, const char *error, struct fail *why)
{
	if (crypto_base64url_take(part, into))
		return ST_OK;
	return into->failed ? ST_NO_MEMORY : refuse(why, error);
}

static enum status parse_object(
	struct span text, struct json_value **out, const char *error, struct fail *why)
{
	struct fail unused;
	enum status st = json_value_parse(text, out, &unused);
	return st == ST_OK || st == ST_NO_MEMORY ? st : refuse(why, error);
}

static enum jose_alg alg_of(const struct json_value *name)
{
	for (int alg = JOSE_OTHER + 1; alg < JOSE_ALG_COUNT; alg++)
		if (json_value_is_text(name, alg_table[alg].name))
			return (enum jose_alg)alg;
	return JOSE_OTHER;
}

/* These change the meaning of the other parts (RFC 7515 section 4.1.11, RFC 7797, RFC 7516). A null
 * counts as absent: a critical extension that is not named has no meaning. */
static const char *const refused_members[] = { "crit", "b64", "zip", "enc", NULL };

static enum status check_header(struct jose *token, struct fail *why)
{
	struct span unused;
	const struct json_value *kid = json_value_member(token->header, "kid");
	for (const char *const *name = refused_members; *name; name++)
		if (json_value_member(token->header, *name))
			return fail_set(why, ST_TOKEN_INVALID, "Unsupported header: %s", *name);
	if (kid && !json_value_text(kid, &unused))
		return refuse(why, "Key ID header parameter must be a string");
	token->alg = alg_of(json_value_member(token->header, "alg"));
	return ST_OK;
}

static enum status read_header(struct jose *token, struct span part, struct fail *why)
{
	struct buf header = { 0 };
	enum status st = decode(part, &header, "Invalid header padding", why);
	if (st == ST_OK)
		st = parse_object(buf_view(&header), &token->header, "Invalid header string", why);
	buf_fini(&header);
	return st == ST_OK ? check_header(token, why) : st;
}

struct segments {
	struct span header, payload, signature;
};

static enum status split(struct span text, struct segments *out, struct fail *why)
{
	size_t dots = 0;
	for (size_t i = 0; i < text.len; i++)
		dots += text.bytes[i] == '.';
	if (dots != 2)
		return refuse(why, dots < 2 ? "Not enough segments" : "Too many segments");
	out->header = span_cut(&text, '.');
	out->payload = span_cut(&text, '.');
	out->signature = text;
	return ST_OK;
}

static enum status read_token(struct jose *token, struct fail *why)
{
	struct segments part = { 0 };
	if (token->text.len > JOSE_TOKEN_MAX)
		return fail_set(
			why, ST_TOKEN_INVALID, "The token is longer than %d bytes", JOSE_TOKEN_MAX);
	enum status st = split(token->text, &part, why);
	if (st != ST_OK)
		return st;
	token->signing_input = span_first(token->text, part.header.len + 1 + part.payload.len);
	st = read_header(token, part.header, why);
	if (st == ST_OK)
		st = decode(part.payload, &token->payload, "Invalid payload padding", why);
	if (st == ST_OK)
		st = decode(part.signature, &token->signature, "Invalid crypto padding", why);
	return st;
}

enum status jose_parse(struct span text, struct jose **out, struct fail *why)
{
	struct jose *token = calloc(1, sizeof *token);
	if (!token)
		return ST_NO_MEMORY;
	token->text = text;
	enum status st = read_token(token, why);
	if (st == ST_OK)
		*out = token;
	else
		jose_free(&token);
	return st;
}

void jose_free(struct jose **token)
{
	struct jose *t = *token;
	if (!t)
		return;
	json_value_free(&t->header);
	json_value_free(&t->claims);
	buf_fini(&t->payload);
	buf_fini(&t->signature);
	free(t);
	*token = NULL;
}

enum jose_alg jose_alg(const struct jose *token)
{
	return token->alg;
}

bool jose_kid(const struct jose *token, struct span *out)
{
	return json_value_text(json_value_member(token->header, "kid"), out);
}

const struct json_value *jose_header(const struct jose *token)
{
	return token->header;
}

const struct json_value *jose_claims(const struct jose *token)
{
	return token->claims;
}

const char *jose_alg_name(enum jose_alg alg)
{
	return alg_table[alg].name;
}

bool jose_is_asymmetric(struct span text)
{
	struct jose *token = NULL;
	struct fail unused;
	if (jose_parse(text, &token, &unused) != ST_OK)
		return false;
	bool is = token->alg != JOSE_OTHER && token->alg != JOSE_HS256;
	jose_free(&token);
	return is;
}

/* Signatures. */

static enum status read_claims(struct jose *token, struct fail *why)
{
	return parse_object(
		buf_view(&token->payload), &token->claims, "Invalid payload string", why);
}

enum status jose_verify_mac(struct jose *token, struct span secret, struct fail *why)
{
	unsigned char mac[CRYPTO_HASH_SIZE];
	if (token->alg != JOSE_HS256)
		return refuse(why, wrong_alg);
	crypto_hmac_sha256(secret, token->signing_input, mac);
	if (!crypto_equals(
		    buf_view(&token->signature), (struct span){ (const char *)mac, sizeof mac }))
		return refuse(why, wrong_signature);
	return read_claims(token, why);
}

/* rhonabwy encodes the payload again that it has decoded. That is the same text, because base64url
 * was checked strictly. */
static bool is_signed(const struct jose *token, const struct jwk *key)
{
	jws_t *jws = NULL;
	jwk_t *jwk = NULL;
	bool is = r_jws_init(&jws) == RHN_OK && r_jwk_init(&jwk) == RHN_OK
		  && r_jwk_import_from_json_str(jwk, key->text.bytes) == RHN_OK
		  && r_jws_advanced_compact_parsen(jws, token->text.bytes, token->text.len,
			     R_PARSE_NONE, R_FLAG_IGNORE_REMOTE)
			     == RHN_OK
		  && r_jws_get_alg(jws) == alg_table[key->alg].jwa
		  && r_jws_verify_signature(jws, jwk, R_FLAG_IGNORE_REMOTE) == RHN_OK;
	r_jws_free(jws);
	r_jwk_free(jwk);
	return is;
}

enum status jose_verify(struct jose *token, const struct jwk *key, struct fail *why)
{
	if (token->alg != key->alg)
		return refuse(why, wrong_alg);
	if (token->signature.len != key->signature_len || !is_signed(token, key))
		return refuse(why, wrong_signature);
	return read_claims(token, why);
}

void jose_sign(struct span kid, struct span secret, struct span claims, struct buf *out)
{
	struct buf header = { 0 };
	unsigned char mac[CRYPTO_HASH_SIZE];
	size_t start = out->len;
	buf_text(&header, "{\"alg\":\"HS256\",\"kid\":");
	json_out_text(&header, kid);
	buf_text(&header, ",\"typ\":\"JWT\"}");
	crypto_base64url_put(buf_view(&header), out);
	buf_byte(out, '.');
	crypto_base64url_put(claims, out);
	out->failed |= header.failed;
	buf_fini(&header);
	if (out->failed)
		return;
	crypto_hmac_sha256(secret, span_drop(buf_view(out), start), mac);
	buf_byte(out, '.');
	crypto_base64url_put((struct span){ (const char *)mac, sizeof mac }, out);
}
