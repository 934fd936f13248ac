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

static enum status check_token(struct span text, const struct jwk *key)
{
	struct jose *token = NULL;
	why = (struct fail){ 0 };
	enum status st = jose_parse(text, &token, &why);
	if (st == ST_OK) {
		ck_assert_ptr_null(jose_claims(token));
		st = jose_verify(token, key, &why);
		ck_assert((st == ST_OK) == (jose_claims(token) != NULL));
	}
	jose_free(&token);
	return st;
}

/* RFC 7515 appendices A.2 and A.3. */
#define PAYLOAD                                                                                   \
	"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp" \
	"0cnVlfQ"

static const struct {
	const char *key, *token;
} published[] = {
	{ "{\"kty\":\"RSA\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQ"
	  "p-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wG"
	  "zjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4u"
	  "DZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9"
	  "gb54h4FRWyuXpoQ\",\"e\":\"AQAB\"}",
		"eyJhbGciOiJSUzI1NiJ9." PAYLOAD
		".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF"
		"5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5"
		"h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZ"
		"ESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0i"
		"gcN_IoypGlUPQGe77Rw" },
	{ "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
	  "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}",
		"eyJhbGciOiJFUzI1NiJ9." PAYLOAD
		".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-K"
		"g6NU1Q" },
};

START_TEST(the_tokens_of_the_standard_are_valid)
{
	struct jwk *key = NULL;
	ck_assert_int_eq(read_key(span_of(published[_i].key), &key), ST_OK);
	ck_assert_int_eq(check_token(span_of(published[_i].token), key), ST_OK);
	jwk_free(&key);
}
END_TEST

/* RFC 7515 appendix A.1. */
START_TEST(the_mac_of_the_standard_is_valid)
{
	static const char text[] = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." PAYLOAD
				   ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
	struct buf secret = { 0 };
	struct jose *token = NULL;
	ck_assert(crypto_base64url_take(
		SPAN("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjA"
		     "zZr1Z9CAow"),
		&secret));
	ck_assert_int_eq(jose_parse(span_of(text), &token, &why), ST_OK);
	ck_assert_int_eq(jose_verify_mac(token, SPAN("another"), &why), ST_TOKEN_INVALID);
	ck_assert_ptr_null(jose_claims(token));
	ck_assert_int_eq(jose_verify_mac(token, buf_view(&secret), &why), ST_OK);
	ck_assert(json_value_is_text(json_value_member(jose_claims(token), "iss"), "joe"));
	jose_free(&token);
	buf_fini(&secret);
}
END_TEST

static const char no_alg[] = "The specified alg value is not allowed";
static const char no_signature[] = "Signature verification failed";

/* A token of a signer, checked with the key of a signer. */
static const struct {
	enum signer signer, key;
	const char *header, *claims, *text;
} tokens[] = {
	{ SIGNER_RSA, SIGNER_RSA, "{\"alg\":\"RS256\"}", "{}", "" },
	{ SIGNER_EC, SIGNER_EC, "{\"alg\":\"ES256\"}", "{}", "" },
	{ SIGNER_ED, SIGNER_ED, "{\"alg\":\"EdDSA\"}", "{}", "" },
	{ SIGNER_RSA, SIGNER_RSA, "{\"alg\":\"RS256\",\"crit\":null}", "{}", "" },
	/* keys of the sender are never used, nor looked up */
	{ SIGNER_RSA, SIGNER_RSA, "{\"alg\":\"RS256\",\"jku\":\"http://127.0.0.1:9/\"}", "{}", "" },
	{ SIGNER_RSA, SIGNER_RSA, "{\"alg\":\"RS256\",\"x5u\":\"http://127.0.0.1:9/\"}", "{}", "" },
	{ SIGNER_RSA, SIGNER_RSA, "{\"alg\":\"RS256\",\"jwk\":{},\"x5c\":[\"\"]}", "{}", "" },
	/* the algorithm is that of the key */
	{ SIGNER_RSA, SIGNER_RSA, "{\"alg\":\"none\"}", "{}", no_alg },
	{ SIGNER_RSA, SIGNER_RSA, "{\"alg\":\"HS256\"}", "{}", no_alg },
	{ SIGNER_RSA, SIGNER_RSA, "{\"alg\":\"PS256\"}", "{}", no_alg },
	{ SIGNER_RSA, SIGNER_RSA, "{\"alg\":\"RS512\"}", "{}", no_alg },
	{ SIGNER_RSA, SIGNER_RSA, "{\"alg\":\"ES256\"}", "{}", no_alg },
	{ SIGNER_RSA, SIGNER_RSA, "{}", "{}", no_alg },
	{ SIGNER_EC, SIGNER_RSA, "{\"alg\":\"ES256\"}", "{}", no_alg },
	{ SIGNER_EC, SIGNER_EC, "{\"alg\":\"RS256\"}", "{}", no_alg },
	/* other signatures */
	{ SIGNER_EC, SIGNER_RSA, "{\"alg\":\"RS256\"}", "{}", no_signature },
	{ SIGNER_RSA_SHORT, SIGNER_RSA, "{\"alg\":\"RS256\"}", "{}", no_signature },
	{ SIGNER_ED, SIGNER_EC, "{\"alg\":\"ES256\"}", "{}", no_signature },
	{ SIGNER_EC, SIGNER_ED, "{\"alg\":\"EdDSA\"}", "{}", no_signature },
	{ SIGNER_EC_384, SIGNER_EC, "{\"alg\":\"ES256\"}", "{}", no_signature },
	/* headers that change the meaning of the rest */
	{ SIGNER_RSA, SIGNER_RSA, "{\"alg\":\"RS256\",\"crit\":[\"x\"],\"x\":1}", "{}",
		"Unsupported header: crit" },
	{ SIGNER_RSA, SIGNER_RSA, "{\"alg\":\"RS256\",\"crit\":[]}", "{}",
		"Unsupported header: crit" },
	{ SIGNER_RSA, SIGNER_RSA, "{\"alg\":\"RS256\",\"b64\":false}", "{}",
		"Unsupported header: b64" },
	{ SIGNER_RSA, SIGNER_RSA, "{\"alg\":\"RS256\",\"zip\":\"DEF\"}", "{}",
		"Unsupported header: zip" },
	{ SIGNER_RSA, SIGNER_RSA, "{\"alg\":\"HS256\",\"alg\":\"RS256\"}", "{}",
		"Invalid header string" },
	/* claims are read strictly, even if the provider has signed them */
	{ SIGNER_RSA, SIGNER_RSA, "{\"alg\":\"RS256\"}", "{\"sub\":\"1\",\"sub\":\"2\"}",
		"Invalid payload string" },
	{ SIGNER_RSA, SIGNER_RSA, "{\"alg\":\"RS256\"}", "null", "Invalid payload string" },
	{ SIGNER_RSA, SIGNER_RSA, "{\"alg\":\"RS256\"}", "{\"sub\":\"\\ud800\"}",
		"Invalid payload string" },
	{ SIGNER_RSA, SIGNER_RSA, "{\"alg\":\"RS256\"}", "{\"exp\":NaN}",
		"Invalid payload string" },
	{ SIGNER_RSA, SIGNER_RSA, "{\"alg\":\"RS256\"}", " ", "Invalid payload string" },
	{ SIGNER_RSA, SIGNER_RSA, "{\"alg\":\"RS256\"}", "", no_signature },
	{ SIGNER_RSA, SIGNER_RSA, "{\"alg\":\"RS256\"}",
		"{\"x\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}",
		"Invalid payload string" },
};

START_TEST(only_the_key_decides)
{
	struct buf jwk = { 0 }, token = { 0 };
	struct jwk *key = NULL;
	signer_put_jwk(tokens[_i].key, "", &jwk);
	signer_put_token(tokens[_i].signer, tokens[_i].header, tokens[_i].claims, &token);
	ck_assert_int_eq(read_key(buf_view(&jwk), &key), ST_OK);
	enum status st = check_token(buf_view(&token), key);
	ck_assert_str_eq(why.text, tokens[_i].text);
	ck_assert_int_eq(st, *tokens[_i].text ? ST_TOKEN_INVALID : ST_OK);
	jwk_free(&key);
	buf_fini(&jwk);
	buf_fini(&token);
}
END_TEST

/* Signatures of the right key in other forms. */
static void put_der(struct span signed_part, struct buf *out)
{
	signer_put_der(signed_part, out);
}

/* rhonabwy takes 2 × 48 bytes as well. */
static void put_wide(struct span signed_part, struct buf *out)
{
	struct buf narrow = { 0 };
	signer_put_signature(SIGNER_EC, signed_part, &narrow);
	for (int i = 0; i < 2; i++) {
		for (int zeros = 0; zeros < 16; zeros++)
			buf_byte(out, '\0');
		buf_put(out, narrow.bytes + 32 * i, 32);
	}
	buf_fini(&narrow);
}

static void put_zeros(struct span signed_part, struct buf *out)
{
	(void)signed_part;
	for (int i = 0; i < 64; i++)
		buf_byte(out, '\0');
}

static void put_nothing(struct span signed_part, struct buf *out)
{
	(void)signed_part;
	(void)out;
}

static void (*const other_forms[])(
	struct span, struct buf *) = { put_der, put_wide, put_zeros, put_nothing };

START_TEST(other_forms_of_a_signature_are_refused)
{
	struct buf jwk = { 0 }, token = { 0 }, signature = { 0 };
	struct jwk *key = NULL;
	signer_put_jwk(SIGNER_EC, "", &jwk);
	ck_assert_int_eq(read_key(buf_view(&jwk), &key), ST_OK);
	buf_text(&token, "eyJhbGciOiJFUzI1NiJ9.e30");
	other_forms[_i](buf_view(&token), &signature);
	buf_byte(&token, '.');
	crypto_base64url_put(buf_view(&signature), &token);
	ck_assert_int_eq(check_token(buf_view(&token), key), ST_TOKEN_INVALID);
	ck_assert_str_eq(why.text, no_signature);
	jwk_free(&key);
	buf_fini(&signature);
	buf_fini(&token);
	buf_fini(&jwk);
}
END_TEST

START_TEST(every_changed_byte_is_noticed)
{
	static const char *const headers[] = { "{\"alg\":\"RS256\"}", "{\"alg\":\"ES256\"}",
		"{\"alg\":\"EdDSA\"}" };
	static const enum signer signers[] = { SIGNER_RSA, SIGNER_EC, SIGNER_ED };
	struct buf jwk = { 0 }, token = { 0 };
	struct jwk *key = NULL;
	signer_put_jwk(signers[_i], "", &jwk);
	ck_assert_int_eq(read_key(buf_view(&jwk), &key), ST_OK);
	signer_put_token(signers[_i], headers[_i], "{\"sub\":\"1\"}", &token);
	for (size_t i = 0; i < token.len; i++) {
		token.bytes[i] ^= 1;
		ck_assert_int_eq(check_token(buf_view(&token), key), ST_TOKEN_INVALID);
		token.bytes[i] ^= 1;
	}
	ck_assert_int_eq(check_token(buf_view(&token), key), ST_OK);
	jwk_free(&key);
	buf_fini(&token);
	buf_fini(&jwk);
}
END_TEST

static const struct {
	const char *header;
	bool is_asymmetric;
} senders[] = {
	{ "{\"alg\":\"RS256\"}", true },
	{ "{\"alg\":\"ES256\"}", true },
	{ "{\"alg\":\"EdDSA\"}", true },
	{ "{\"alg\":\"HS256\"}", false },
	{ "{\"alg\":\"none\"}", false },
	{ "{\"alg\":\"PS256\"}", false },
	{ "{}", false },
	{ "{", false },
};

START_TEST(the_header_tells_who_signed)
{
	struct buf token = { 0 };
	signer_put_token(SIGNER_ED, senders[_i].header, "{}", &token);
	ck_assert(jose_is_asymmetric(buf_view(&token)) == senders[_i].is_asymmetric);
	buf_fini(&token);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof *(table))

int main(void)
{
	TCase *tests = tcase_create("jose");
	tcase_add_unchecked_fixture(tests, open_all, signer_close);
	tcase_add_loop_test(tests, the_tokens_of_the_standard_are_valid, 0, COUNT(published));
	tcase_add_test(tests, the_mac_of_the_standard_is_valid);
	tcase_add_loop_test(tests, only_the_key_decides, 0, COUNT(tokens));
	tcase_add_loop_test(tests, other_forms_of_a_signature_are_refused, 0, COUNT(other_forms));
	tcase_add_loop_test(tests, every_changed_byte_is_noticed, 0, 3);
	tcase_add_loop_test(tests, the_header_tells_who_signed, 0, COUNT(senders));
	return suite_run("jose", tests);
}
