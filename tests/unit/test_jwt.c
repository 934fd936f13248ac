#include <stdio.h>
#include <string.h>

#include "common/crypto.h"
#include "gateway/jose.h"
#include "gateway/jwt.h"
#include "tests/unit/suite.h"

#define SECRET   "0123456789abcdef0123456789abcdef"
#define PREVIOUS "fedcba9876543210fedcba9876543210"
#define LOGIN    "019aa5c3-6b0e-7a51-b0a4-3d6f5f0a7c11"
#define JTI      "019aa5c3-6b0e-7a51-b0a4-3d6f5f0a7c12"

enum { NOW = 1764150000 };

static struct jwt_secret *secret;
static struct fail why;

static struct jwt_secret *open_secret(const char *current, const char *previous)
{
	struct jwt_secret *opened = NULL;
	struct jwt_secret_options options = { .secret = current, .previous = previous };
	ck_assert_int_eq(jwt_secret_open(&opened, &options, &why), ST_OK);
	return opened;
}

static void open_all(void)
{
	ck_assert_int_eq(crypto_init(&why), ST_OK);
	secret = open_secret(SECRET, NULL);
}

static void close_all(void)
{
	jwt_secret_free(&secret);
}

static enum status read_token(
	const struct buf *token, enum jwt_kind kind, int64_t now_s, struct jwt_claims *claims)
{
	struct jwt_rules rules = { secret, kind, now_s };
	why = (struct fail){ 0 };
	return jwt_read(&rules, buf_view(token), claims, &why);
}

static const struct jwt_claims claims_of_7 = { JWT_ACCESS, 7, LOGIN, JTI, NOW + 3600 };

START_TEST(a_token_is_read_as_it_was_made)
{
	struct buf token = { 0 };
	struct jwt_claims claims = claims_of_7, found = { 0 };
	claims.kind = (enum jwt_kind)_i;
	jwt_mint(secret, &claims, NOW, &token);
	ck_assert(!token.failed && token.len < 600);
	ck_assert_int_eq(read_token(&token, claims.kind, NOW, &found), ST_OK);
	ck_assert_int_eq(found.kind, claims.kind);
	ck_assert_int_eq(found.account, 7);
	ck_assert_str_eq(found.login_id, LOGIN);
	ck_assert_str_eq(found.jti, JTI);
	ck_assert_int_eq(found.expires_s, NOW + 3600);
	buf_fini(&token);
}
END_TEST

static const struct {
	int64_t now_s;
	enum status st;
} moments[] = {
	{ NOW - JWT_LEEWAY_S - 1, ST_TOKEN_INVALID },
	{ NOW - JWT_LEEWAY_S, ST_OK },
	{ NOW + 3599, ST_OK },
	{ NOW + 3600, ST_TOKEN_EXPIRED },
	{ INT64_C(4000000000), ST_TOKEN_EXPIRED },
};

START_TEST(a_token_is_valid_for_its_time_only)
{
	struct buf token = { 0 };
	struct jwt_claims claims;
	jwt_mint(secret, &claims_of_7, NOW, &token);
	ck_assert_int_eq(
		read_token(&token, JWT_ACCESS, moments[_i].now_s, &claims), moments[_i].st);
	if (moments[_i].st == ST_TOKEN_INVALID)
		ck_assert_str_eq(why.text, "The token is not yet valid (nbf)");
	buf_fini(&token);
}
END_TEST

START_TEST(the_other_kind_is_refused)
{
	static const char *const texts[] = { "Only refresh tokens are allowed",
		"Only non-refresh tokens are allowed" };
	struct buf token = { 0 };
	struct jwt_claims claims = claims_of_7;
	claims.kind = (enum jwt_kind)_i;
	jwt_mint(secret, &claims, NOW, &token);
	ck_assert_int_eq(
		read_token(&token, (enum jwt_kind) !_i, NOW, &claims), ST_WRONG_TOKEN_TYPE);
	ck_assert_str_eq(why.text, texts[_i]);
	buf_fini(&token);
}
END_TEST

/* A secret is changed: what it signed stays valid as long as it is the one before. */
START_TEST(the_secret_before_stays_valid)
{
	struct buf token = { 0 };
	struct jwt_claims claims;
	jwt_mint(secret, &claims_of_7, NOW, &token);
	jwt_secret_free(&secret);
	secret = open_secret(PREVIOUS, SECRET);
	ck_assert_int_eq(read_token(&token, JWT_ACCESS, NOW, &claims), ST_OK);
	jwt_secret_free(&secret);
	secret = open_secret(PREVIOUS, NULL);
	ck_assert_int_eq(read_token(&token, JWT_ACCESS, NOW, &claims), ST_TOKEN_INVALID);
	ck_assert_str_eq(why.text, "The header kid names an unknown secret");
	buf_fini(&token);
}
END_TEST

#define SUB   "\"sub\":\"7\","
#define EXP   "\"exp\":1764153600,"
#define NBF   "\"nbf\":1764150000,"
#define TYPE  "\"type\":\"access\","
#define IDS   "\"sid\":\"" LOGIN "\",\"jti\":\"" JTI "\""
#define RIGHT "{" SUB EXP NBF TYPE IDS "}"

/* Signed with our secret, but wrong. */
static const struct {
	const char *claims;
	enum status st;
	const char *text;
} wrong_claims[] = {
	{ RIGHT, ST_OK, "" },
	{ "{\"other\":[{}]," SUB EXP NBF TYPE IDS "}", ST_OK, "" },
	{ "{\"exp\":1764153600.5," SUB NBF TYPE IDS "}", ST_OK, "" },
	{ "{" EXP NBF TYPE IDS "}", ST_TOKEN_INVALID, "Missing claim: sub" },
	{ "{\"sub\":null," EXP NBF TYPE IDS "}", ST_TOKEN_INVALID, "Missing claim: sub" },
	{ "{\"sub\":7," EXP NBF TYPE IDS "}", ST_TOKEN_INVALID, "Subject must be a string" },
	{ "{\"sub\":{\"id\":7}," EXP NBF TYPE IDS "}", ST_TOKEN_INVALID,
		"Subject must be a string" },
	{ "{\"sub\":\"\"," EXP NBF TYPE IDS "}", ST_TOKEN_INVALID,
		"The claim sub must be the number of an account" },
	{ "{\"sub\":\"0\"," EXP NBF TYPE IDS "}", ST_TOKEN_INVALID,
		"The claim sub must be the number of an account" },
	{ "{\"sub\":\"-7\"," EXP NBF TYPE IDS "}", ST_TOKEN_INVALID,
		"The claim sub must be the number of an account" },
	{ "{\"sub\":\"07\"," EXP NBF TYPE IDS "}", ST_TOKEN_INVALID,
		"The claim sub must be the number of an account" },
	{ "{\"sub\":\"7 \"," EXP NBF TYPE IDS "}", ST_TOKEN_INVALID,
		"The claim sub must be the number of an account" },
	{ "{\"sub\":\"9999999999999999999\"," EXP NBF TYPE IDS "}", ST_TOKEN_INVALID,
		"The claim sub must be the number of an account" },
	{ "{" SUB NBF TYPE IDS "}", ST_TOKEN_INVALID, "Missing claim: exp" },
	{ "{\"exp\":\"1764153600\"," SUB NBF TYPE IDS "}", ST_TOKEN_INVALID,
		"The claim exp must be a number" },
	{ "{\"exp\":1e400," SUB NBF TYPE IDS "}", ST_TOKEN_INVALID,
		"The claim exp must be a number" },
	{ "{\"exp\":-1," SUB NBF TYPE IDS "}", ST_TOKEN_INVALID, "The claim exp must be a number" },
	{ "{\"exp\":99999999999999999999," SUB NBF TYPE IDS "}", ST_TOKEN_INVALID,
		"The claim exp must be a number" },
	{ "{\"exp\":0," SUB NBF TYPE IDS "}", ST_TOKEN_EXPIRED, "" },
	{ "{" SUB EXP TYPE IDS "}", ST_TOKEN_INVALID, "Missing claim: nbf" },
	{ "{\"nbf\":true," SUB EXP TYPE IDS "}", ST_TOKEN_INVALID,
		"The claim nbf must be a number" },
	{ "{\"nbf\":1764150031," SUB EXP TYPE IDS "}", ST_TOKEN_INVALID,
		"The token is not yet valid (nbf)" },
	{ "{" SUB EXP NBF IDS "}", ST_TOKEN_INVALID, "Missing claim: type" },
	{ "{\"type\":\"refresh\"," SUB EXP NBF IDS "}", ST_WRONG_TOKEN_TYPE,
		"Only non-refresh tokens are allowed" },
	{ "{\"type\":1," SUB EXP NBF IDS "}", ST_WRONG_TOKEN_TYPE,
		"Only non-refresh tokens are allowed" },
	{ "{" SUB EXP NBF TYPE "\"jti\":\"" JTI "\"}", ST_TOKEN_INVALID, "Missing claim: sid" },
	{ "{" SUB EXP NBF TYPE "\"sid\":\"" LOGIN "\"}", ST_TOKEN_INVALID, "Missing claim: jti" },
	{ "{" SUB EXP NBF TYPE "\"sid\":\"x\",\"jti\":\"" JTI "\"}", ST_TOKEN_INVALID,
		"The claim sid must be a UUID" },
	{ "{\"sub\":\"8\"," SUB EXP NBF TYPE IDS "}", ST_TOKEN_INVALID, "Invalid payload string" },
	{ "[]", ST_TOKEN_INVALID, "Invalid payload string" },
	{ "", ST_TOKEN_INVALID, "Invalid payload string" },
	{ RIGHT "x", ST_TOKEN_INVALID, "Invalid payload string" },
};

START_TEST(each_claim_is_checked)
{
	struct buf token = { 0 };
	struct jwt_claims claims;
	const struct jwt_key *key = jwt_secret_current(secret);
	jose_sign(span_of(key->kid), span_of(key->text), span_of(wrong_claims[_i].claims), &token);
	ck_assert_int_eq(read_token(&token, JWT_ACCESS, NOW, &claims), wrong_claims[_i].st);
	ck_assert_str_eq(why.text, wrong_claims[_i].text);
	buf_fini(&token);
}
END_TEST

/* A header that is signed with our secret, but wrong; "@" is our kid. */
static const struct {
	const char *header, *text;
} headers[] = {
	{ "{\"alg\":\"HS256\",\"kid\":\"@\"}", "" },
	{ "{\"alg\":\"HS256\",\"kid\":\"@\",\"x\":1}", "" },
	{ "{\"alg\":\"HS256\"}", "Missing header: kid" },
	{ "{\"alg\":\"HS256\",\"kid\":null}", "Missing header: kid" },
	{ "{\"alg\":\"HS256\",\"kid\":7}", "Key ID header parameter must be a string" },
	{ "{\"alg\":\"HS256\",\"kid\":\"\"}", "The header kid names an unknown secret" },
	{ "{\"alg\":\"HS256\",\"kid\":\"0000000000000000\"}",
		"The header kid names an unknown secret" },
	{ "{\"alg\":\"none\",\"kid\":\"@\"}", "The specified alg value is not allowed" },
	{ "{\"alg\":\"None\",\"kid\":\"@\"}", "The specified alg value is not allowed" },
	{ "{\"alg\":\"\",\"kid\":\"@\"}", "The specified alg value is not allowed" },
	{ "{\"alg\":[\"HS256\"],\"kid\":\"@\"}", "The specified alg value is not allowed" },
	{ "{\"kid\":\"@\"}", "The specified alg value is not allowed" },
	{ "{\"alg\":\"hs256\",\"kid\":\"@\"}", "The specified alg value is not allowed" },
	{ "{\"alg\":\"HS512\",\"kid\":\"@\"}", "The specified alg value is not allowed" },
	{ "{\"alg\":\"RS256\",\"kid\":\"@\"}", "The specified alg value is not allowed" },
	{ "{\"alg\":\"none\",\"alg\":\"HS256\",\"kid\":\"@\"}", "Invalid header string" },
	{ "{\"alg\":\"HS256\",\"crit\":[\"b64\"],\"b64\":false,\"kid\":\"@\"}",
		"Unsupported header: crit" },
	{ "{\"alg\":\"HS256\",\"b64\":false,\"kid\":\"@\"}", "Unsupported header: b64" },
	{ "{\"alg\":\"HS256\",\"zip\":\"DEF\",\"kid\":\"@\"}", "Unsupported header: zip" },
	{ "[\"HS256\"]", "Invalid header string" },
	{ "", "Invalid header string" },
	{ "{\"alg\":\"HS256\",\"kid\":\"@\"", "Invalid header string" },
	{ "{\"alg\":\"HS256\\u0000\",\"kid\":\"@\"}", "Invalid header string" },
};

START_TEST(the_header_is_checked)
{
	const struct jwt_key *key = jwt_secret_current(secret);
	struct buf header = { 0 }, token = { 0 };
	struct jwt_claims claims;
	unsigned char mac[CRYPTO_HASH_SIZE];
	for (const char *at = headers[_i].header; *at; at++)
		buf_printf(
			&header, "%.*s", *at == '@' ? JWT_KID_LEN : 1, *at == '@' ? key->kid : at);
	crypto_base64url_put(buf_view(&header), &token);
	buf_byte(&token, '.');
	crypto_base64url_put(span_of(RIGHT), &token);
	crypto_hmac_sha256(span_of(key->text), buf_view(&token), mac);
	buf_byte(&token, '.');
	crypto_base64url_put((struct span){ (const char *)mac, sizeof mac }, &token);
	ck_assert_int_eq(read_token(&token, JWT_ACCESS, NOW, &claims),
		*headers[_i].text ? ST_TOKEN_INVALID : ST_OK);
	ck_assert_str_eq(why.text, headers[_i].text);
	buf_fini(&header);
	buf_fini(&token);
}
END_TEST

/* The compact form, put together again: H, P and S are the parts of a good token. */
static const struct {
	const char *form, *text;
} forms[] = {
	{ "H.P.S", "" },
	{ "", "Not enough segments" },
	{ "H", "Not enough segments" },
	{ "H.P", "Not enough segments" },
	{ "HPS", "Not enough segments" },
	{ ".", "Not enough segments" },
	{ "..", "Invalid header string" },
	{ ".P.S", "Invalid header string" },
	{ "H..S", "Signature verification failed" },
	{ "H.P.", "Signature verification failed" },
	{ "H.P.P", "Signature verification failed" },
	{ "H.S.S", "Signature verification failed" },
	{ "P.P.S", "The specified alg value is not allowed" },
	{ "H.P.S.", "Too many segments" },
	{ "H.P.S.S", "Too many segments" },
	{ "H=.P.S", "Invalid header padding" },
	{ " H.P.S", "Invalid header padding" },
	{ "*.P.S", "Invalid header padding" },
	{ "H.P=.S", "Invalid payload padding" },
	{ "H.P\n.S", "Invalid payload padding" },
	{ "H.P.S=", "Invalid crypto padding" },
	{ "H.P.S==", "Invalid crypto padding" },
	{ "H.P.S ", "Invalid crypto padding" },
	{ "H.P.SA", "Signature verification failed" }, /* 33 bytes */
	{ "H.P.SS", "Invalid crypto padding" },
};

START_TEST(only_the_compact_form_is_read)
{
	struct buf good = { 0 }, token = { 0 };
	struct jwt_claims claims;
	jwt_mint(secret, &claims_of_7, NOW, &good);
	struct span rest = buf_view(&good), header = span_cut(&rest, '.'),
		    payload = span_cut(&rest, '.');
	for (const char *at = forms[_i].form; *at; at++)
		if (*at == 'H')
			buf_span(&token, header);
		else if (*at == 'P')
			buf_span(&token, payload);
		else if (*at == 'S')
			buf_span(&token, rest);
		else
			buf_byte(&token, *at);
	enum status st = read_token(&token, JWT_ACCESS, NOW, &claims);
	ck_assert_msg((st == ST_OK) == !*forms[_i].text, "%s", forms[_i].form);
	ck_assert_str_eq(why.text, forms[_i].text);
	buf_fini(&good);
	buf_fini(&token);
}
END_TEST

/* Every changed bit of every byte is noticed. */
START_TEST(a_tampered_token_is_refused)
{
	struct buf token = { 0 };
	struct jwt_claims claims;
	jwt_mint(secret, &claims_of_7, NOW, &token);
	for (size_t i = 0; i < 8 * token.len; i++) {
		token.bytes[i / 8] ^= (char)(1 << i % 8);
		ck_assert_int_eq(read_token(&token, JWT_ACCESS, NOW, &claims), ST_TOKEN_INVALID);
		ck_assert_str_ne(why.text, "");
		token.bytes[i / 8] ^= (char)(1 << i % 8);
	}
	ck_assert_int_eq(read_token(&token, JWT_ACCESS, NOW, &claims), ST_OK);
	buf_fini(&token);
}
END_TEST

START_TEST(a_long_token_is_refused_unread)
{
	struct buf token = { 0 };
	struct jwt_claims claims;
	for (int i = 0; i < 10240; i++)
		buf_byte(&token, i == 100 || i == 200 ? '.' : 'A');
	ck_assert_int_eq(read_token(&token, JWT_ACCESS, NOW, &claims), ST_TOKEN_INVALID);
	ck_assert_str_eq(why.text, "The token is longer than 4096 bytes");
	buf_fini(&token);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof *(table))

int main(void)
{
	TCase *tests = tcase_create("jwt");
	tcase_add_checked_fixture(tests, open_all, close_all);
	tcase_add_loop_test(tests, a_token_is_read_as_it_was_made, 0, 2);
	tcase_add_loop_test(tests, a_token_is_valid_for_its_time_only, 0, COUNT(moments));
	tcase_add_loop_test(tests, the_other_kind_is_refused, 0, 2);
	tcase_add_test(tests, the_secret_before_stays_valid);
	tcase_add_loop_test(tests, each_claim_is_checked, 0, COUNT(wrong_claims));
	tcase_add_loop_test(tests, the_header_is_checked, 0, COUNT(headers));
	tcase_add_loop_test(tests, only_the_compact_form_is_read, 0, COUNT(forms));
	tcase_add_test(tests, a_tampered_token_is_refused);
	tcase_add_test(tests, a_long_token_is_refused_unread);
	return suite_run("jwt", tests);
}
