/* Tokens, their claims and sets of keys: any bytes are accepted as what they should be, or refused
 * with a reason. The first byte selects what the others are. */
#include <string.h>

#include "common/crypto.h"
#include "common/utf8.h"
#include "gateway/identity_claims.h"
#include "gateway/jwks.h"
#include "gateway/jwt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NOW = 1764150000 };

#define SECRET   "0123456789abcdef0123456789abcdef"
#define ISSUER   "https://id.example.org"
#define AUDIENCE "study"

static void require(bool is_right)
{
	if (!is_right)
		__builtin_trap();
}

static const struct jwt_secret *secret(void)
{
	static struct jwt_secret *opened;
	struct jwt_secret_options options = { .secret = SECRET };
	if (!opened)
		require(crypto_init(NULL) == ST_OK
			&& jwt_secret_open(&opened, &options, NULL) == ST_OK);
	return opened;
}

static void check_refusal(enum status st, const struct fail *why)
{
	require(st == ST_TOKEN_EXPIRED || st == ST_WRONG_TOKEN_TYPE || st == ST_TOKEN_INVALID);
	require(st == ST_TOKEN_EXPIRED || why->text[0]);
}

static void check_id(const char *id)
{
	unsigned char uuid[16];
	char again[UUID_TEXT_LEN];
	require(uuid_parse(span_of(id), uuid));
	uuid_format(uuid, again);
	require(memcmp(id, again, sizeof again) == 0);
}

static bool read_login(struct span text, enum jwt_kind kind)
{
	struct jwt_rules rules = { secret(), kind, NOW };
	struct jwt_claims claims;
	struct fail why = { 0 };
	enum status st = jwt_read(&rules, text, &claims, &why);
	if (st != ST_OK) {
		check_refusal(st, &why);
		return false;
	}
	require(claims.kind == kind && claims.account > 0 && claims.expires_s > NOW);
	check_id(claims.login_id);
	check_id(claims.jti);
	return true;
}

/* A whole token. Nobody can guess our signature. */
static void check_token(struct span text)
{
	struct jose *token = NULL;
	struct fail why = { 0 };
	if (jose_parse(text, &token, &why) == ST_OK)
		require(!jose_claims(token) && text.len <= JOSE_TOKEN_MAX);
	else
		require(why.text[0] && !jose_is_asymmetric(text));
	jose_free(&token);
	(void)read_login(text, JWT_ACCESS);
}

/* A line with a header, and claims. They are signed with our secret. */
static void check_login(struct span text)
{
	struct span header = span_cut(&text, '\n');
	struct buf token = { 0 };
	unsigned char mac[CRYPTO_HASH_SIZE];
	crypto_base64url_put(header, &token);
	buf_byte(&token, '.');
	crypto_base64url_put(text, &token);
	crypto_hmac_sha256(SPAN(SECRET), buf_view(&token), mac);
	buf_byte(&token, '.');
	crypto_base64url_put((struct span){ (const char *)mac, sizeof mac }, &token);
	bool is_access = read_login(buf_view(&token), JWT_ACCESS);
	bool is_refresh = read_login(buf_view(&token), JWT_REFRESH);
	require(!is_access || !is_refresh);
	buf_fini(&token);
}

static void check_text(const char *text, size_t chars_max)
{
	require(utf8_is_valid(text, strlen(text)));
	require(utf8_length(text, strlen(text)) <= chars_max);
}

/* Claims of an identity provider. */
static void check_claims(struct span text)
{
	struct json_value *value = NULL;
	struct identity_claims claims;
	struct identity_rules rules = { ISSUER, AUDIENCE, NOW };
	struct fail why = { 0 };
	if (json_value_parse(text, &value, &why) != ST_OK)
		return;
	enum status st = identity_claims_read(value, &rules, &claims, &why);
	if (st == ST_OK) {
		require(claims.subject[0] && claims.expires_s > NOW);
		check_text(claims.subject, IDENTITY_SUBJECT_MAX);
		check_text(claims.username, IDENTITY_USERNAME_MAX);
		check_text(claims.email, IDENTITY_EMAIL_MAX);
		check_text(claims.name, IDENTITY_NAME_MAX);
		require(!strpbrk(claims.username, " @\t\n\r"));
		require(!claims.email[0] || strchr(claims.email, '@'));
	} else {
		check_refusal(st, &why);
	}
	json_value_free(&value);
}

/* The signatures are wrong, so no key fits. */
static void check_key(const struct jwks *keys, const char *text)
{
	struct jose *token = NULL;
	struct fail why = { 0 };
	require(jose_parse(span_of(text), &token, &why) == ST_OK);
	const struct jwk *key = jwks_find(keys, token);
	if (key) {
		require(key->alg == jose_alg(token) && !strstr(key->text.bytes, "\"x5u\":"));
		check_refusal(jose_verify(token, key, &why), &why);
	}
	jose_free(&token);
}

#define S64 "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ"

/* A set of keys. */
static void check_set(struct span text)
{
	struct jwks *keys = NULL;
	struct fail why = { 0 };
	if (jwks_parse(text, &keys, &why) != ST_OK) {
		require(why.text[0]);
		return;
	}
	require(jwks_count(keys) >= 1 && jwks_count(keys) <= JWKS_KEYS_MAX);
	check_key(keys, "eyJhbGciOiJSUzI1NiJ9.e30." S64);
	check_key(keys, "eyJhbGciOiJFUzI1NiJ9.e30." S64);
	check_key(keys, "eyJhbGciOiJFZERTQSJ9.e30." S64);
	jwks_free(&keys);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const checks[])(
		struct span) = { check_token, check_login, check_claims, check_set };
	if (size == 0)
		return 0;
	(void)secret();
	checks[data[0] % 4]((struct span){ (const char *)data + 1, size - 1 });
	return 0;
}
