/* Keys and sets of keys of an identity provider. */
#include <stdio.h>
#include <string.h>

#include "common/crypto.h"
#include "gateway/jwks.h"
#include "tests/unit/suite.h"
#include "tests/unit/token_signer.h"

static struct fail why;

static void open_all(void)
{
	ck_assert_int_eq(crypto_init(&why), ST_OK);
	signer_open();
}

static enum status read_key(struct span text, struct jwk **out)
{
	struct json_value *value = NULL;
	ck_assert_int_eq(json_value_parse(text, &value, &why), ST_OK);
	enum status st = jwk_read(value, out, &why);
	json_value_free(&value);
	return st;
}

/* Members that are added to a good key; NULL as the field: it stays usable. */
static const struct {
	enum signer signer;
	const char *more, *field;
} keys[] = {
	{ SIGNER_RSA, "", NULL },
	{ SIGNER_RSA, "\"kid\":\"a\",\"use\":\"sig\",\"alg\":\"RS256\",\"key_ops\":[\"verify\"]",
		NULL },
	{ SIGNER_RSA, "\"use\":null,\"x5c\":[\"AA==\"],\"x5u\":\"http://127.0.0.1:9/\"", NULL },
	{ SIGNER_EC, "\"key_ops\":[\"sign\",\"verify\"]", NULL },
	{ SIGNER_ED, "\"d\":\"AA\"", NULL },
	{ SIGNER_RSA_SHORT, "", "n" },
	{ SIGNER_EC_384, "", "kty" },
	{ SIGNER_RSA, "\"use\":\"enc\"", "use" },
	{ SIGNER_RSA, "\"use\":7", "use" },
	{ SIGNER_RSA, "\"alg\":\"RS512\"", "alg" },
	{ SIGNER_RSA, "\"alg\":\"RSA-OAEP\"", "alg" },
	{ SIGNER_RSA, "\"alg\":\"HS256\"", "alg" },
	{ SIGNER_EC, "\"alg\":\"RS256\"", "alg" },
	{ SIGNER_EC, "\"key_ops\":[\"sign\"]", "key_ops" },
	{ SIGNER_EC, "\"key_ops\":[]", "key_ops" },
	{ SIGNER_EC, "\"key_ops\":\"verify\"", "key_ops" },
	{ SIGNER_EC, "\"kid\":7", "kid" },
};

START_TEST(a_key_must_be_of_a_kind_that_we_use)
{
	struct buf jwk = { 0 };
	struct jwk *key = NULL;
	signer_put_jwk(keys[_i].signer, keys[_i].more, &jwk);
	why = (struct fail){ 0 };
	enum status st = read_key(buf_view(&jwk), &key);
	ck_assert_int_eq(st, keys[_i].field ? ST_INVALID_INPUT : ST_OK);
	ck_assert_str_eq(why.field, keys[_i].field ? keys[_i].field : "");
	static const char *const others[] = { "\"x5c\":", "\"x5u\":", "\"d\":" };
	for (int i = 0; st == ST_OK && i < 3; i++) /* nothing else reaches the library */
		ck_assert_ptr_null(strstr(key->text.bytes, others[i]));
	jwk_free(&key);
	buf_fini(&jwk);
}
END_TEST

#define N256 "gAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define LONG "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"

static const struct {
	const char *jwk, *field;
} broken_keys[] = {
	{ "{}", "kty" },
	{ "{\"kty\":\"oct\",\"k\":\"" LONG "\"}", "kty" },
	{ "{\"kty\":7}", "kty" },
	{ "{\"kty\":\"EC\"}", "kty" },
	{ "{\"kty\":\"OKP\",\"crv\":\"Ed448\",\"x\":\"" LONG "\"}", "kty" },
	{ "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"" LONG "\"}", "kty" },
	{ "{\"kty\":\"RSA\"}", "n" },
	{ "{\"kty\":\"RSA\",\"n\":\"" N256 "\",\"e\":\"AQAB\"}", "n" },
	{ "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" LONG "\"}", "y" },
	{ "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":7,\"y\":\"" LONG "\"}", "x" },
	{ "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"" LONG "\"}", "x" },
	{ "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" LONG "=\",\"y\":\"" LONG "\"}", "x" },
	{ "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA" LONG "\"}", "x" },
	{ "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"\\\"\"}", "x" },
};

START_TEST(a_broken_key_is_refused)
{
	struct jwk *key = NULL;
	ck_assert_int_eq(read_key(span_of(broken_keys[_i].jwk), &key), ST_INVALID_INPUT);
	ck_assert_str_eq(why.field, broken_keys[_i].field);
	ck_assert_ptr_null(key);
}
END_TEST

/* RFC 8017 section 3.1: e is odd and at least 3. With e = 1 everybody can sign. */
START_TEST(an_exponent_must_be_one)
{
	static const struct {
		const char *e;
		bool is_good;
	} exponents[] = { { "AQAB", true }, { "Aw", true }, { "AQ", false }, { "Ag", false },
		{ "AAEAAQ", false }, { "", false }, { "AQAAAAE", false } };
	for (size_t i = 0; i < sizeof exponents / sizeof *exponents; i++) {
		struct buf jwk = { 0 };
		struct jwk *key = NULL;
		signer_put_jwk(SIGNER_RSA, "", &jwk);
		buf_byte(&jwk, '\0');
		*(strstr(jwk.bytes, ",\"e\":") + 6) = '\0';
		jwk.len = strlen(jwk.bytes);
		buf_printf(&jwk, "%s\"}", exponents[i].e);
		enum status st = read_key(buf_view(&jwk), &key);
		ck_assert_msg((st == ST_OK) == exponents[i].is_good, "%s", exponents[i].e);
		jwk_free(&key);
		buf_fini(&jwk);
	}
}
END_TEST

static enum status parse_set(const struct buf *text, struct jwks **out)
{
	why = (struct fail){ 0 };
	return jwks_parse(buf_view(text), out, &why);
}

/* The keys of the set below; NULL: the token finds none. */
static const struct {
	const char *header, *kid;
} searches[] = {
	{ "{\"alg\":\"RS256\",\"kid\":\"a\"}", "a" },
	{ "{\"alg\":\"RS256\",\"kid\":\"b\"}", "b" },
	{ "{\"alg\":\"RS256\",\"kid\":\"c\"}", NULL },
	{ "{\"alg\":\"RS256\",\"kid\":\"\"}", NULL },
	{ "{\"alg\":\"RS256\"}", NULL }, /* two keys fit */
	{ "{\"alg\":\"ES256\",\"kid\":\"a\"}", "a" },
	{ "{\"alg\":\"ES256\",\"kid\":\"b\"}", NULL },
	{ "{\"alg\":\"ES256\"}", "a" },
	{ "{\"alg\":\"EdDSA\",\"kid\":\"a\"}", NULL },
	{ "{\"alg\":\"EdDSA\"}", "" }, /* the key has no kid */
	{ "{\"alg\":\"none\"}", NULL },
	{ "{\"alg\":\"HS256\",\"kid\":\"h\"}", NULL },
};

START_TEST(a_token_finds_its_key)
{
	struct buf text = { 0 }, shown = { 0 };
	struct jwks *set = NULL;
	struct jose *token = NULL;
	buf_text(&text, "{\"keys\":[7,{\"kty\":\"oct\",\"kid\":\"h\",\"k\":\"" LONG "\"},");
	signer_put_jwk(SIGNER_RSA, "\"kid\":\"a\"", &text);
	buf_byte(&text, ',');
	signer_put_jwk(SIGNER_RSA, "\"kid\":\"b\"", &text);
	buf_byte(&text, ',');
	signer_put_jwk(SIGNER_EC_384, "\"kid\":\"c\"", &text);
	buf_byte(&text, ',');
	signer_put_jwk(SIGNER_EC, "\"kid\":\"a\"", &text);
	buf_byte(&text, ',');
	signer_put_jwk(SIGNER_ED, "", &text);
	buf_text(&text, "]}");
	ck_assert_int_eq(parse_set(&text, &set), ST_OK);
	ck_assert_uint_eq(jwks_count(set), 4);
	signer_put_token(SIGNER_ED, searches[_i].header, "{}", &shown);
	ck_assert_int_eq(jose_parse(buf_view(&shown), &token, &why), ST_OK);
	const struct jwk *key = jwks_find(set, token);
	ck_assert((key != NULL) == (searches[_i].kid != NULL));
	if (key)
		ck_assert(span_is(buf_view(&key->kid), searches[_i].kid));
	jose_free(&token);
	jwks_free(&set);
	buf_fini(&shown);
	buf_fini(&text);
}
END_TEST

static const char *const broken_sets[] = { "", "{}", "[]", "{\"keys\":{}}", "{\"keys\":[]}",
	"{\"keys\":[{\"kty\":\"oct\",\"k\":\"AA\"}]}", "{\"keys\":[],\"keys\":[]}", "{\"keys\":[" };

START_TEST(a_broken_set_is_refused)
{
	struct jwks *set = NULL;
	struct buf text = { 0 };
	buf_text(&text, broken_sets[_i]);
	ck_assert_int_eq(parse_set(&text, &set), ST_INVALID_INPUT);
	ck_assert_str_ne(why.text, "");
	ck_assert_ptr_null(set);
	buf_fini(&text);
}
END_TEST

START_TEST(a_set_has_at_most_64_keys)
{
	for (int count = 64; count <= 65; count++) {
		struct jwks *set = NULL;
		struct buf text = { 0 };
		buf_text(&text, "{\"keys\":[");
		for (int i = 0; i < count; i++) {
			buf_text(&text, i ? "," : "");
			signer_put_jwk(SIGNER_ED, "", &text);
		}
		buf_text(&text, "]}");
		ck_assert_int_eq(parse_set(&text, &set), count == 64 ? ST_OK : ST_INVALID_INPUT);
		jwks_free(&set);
		buf_fini(&text);
	}
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof *(table))

int main(void)
{
	TCase *tests = tcase_create("jwks");
	tcase_add_unchecked_fixture(tests, open_all, signer_close);
	tcase_add_loop_test(tests, a_key_must_be_of_a_kind_that_we_use, 0, COUNT(keys));
	tcase_add_loop_test(tests, a_broken_key_is_refused, 0, COUNT(broken_keys));
	tcase_add_test(tests, an_exponent_must_be_one);
	tcase_add_loop_test(tests, a_token_finds_its_key, 0, COUNT(searches));
	tcase_add_loop_test(tests, a_broken_set_is_refused, 0, COUNT(broken_sets));
	tcase_add_test(tests, a_set_has_at_most_64_keys);
	return suite_run("jwks", tests);
}
