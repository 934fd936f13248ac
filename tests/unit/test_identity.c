#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/crypto.h"
#include "common/log.h"
#include "gateway/identity.h"
#include "gateway/jose.h"
#include "gateway/jwt.h"
#include "tests/unit/suite.h"
#include "tests/unit/token_signer.h"

enum { NOW = 1764150000 };

#define ISSUER   "https://id.example.org/realms/study"
#define AUDIENCE "studytracker"

static char directory[64], path[96];
static struct buf rsa_set, all_set; /* JWKS texts */
static struct fail why;

static void put_all(struct buf *out)
{
	buf_text(out, "{\"keys\":[");
	signer_put_jwk(SIGNER_RSA, "\"kid\":\"a\",\"use\":\"sig\"", out);
	buf_byte(out, ',');
	signer_put_jwk(SIGNER_EC, "\"kid\":\"b\"", out);
	buf_byte(out, ',');
	signer_put_jwk(SIGNER_ED, "", out);
	buf_text(out, "]}");
}

static void open_all(void)
{
	ck_assert_int_eq(crypto_init(&why), ST_OK);
	ck_assert_int_eq(log_open("error", &why), ST_OK);
	signer_open();
	(void)snprintf(directory, sizeof directory, "/tmp/st-identity-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	(void)snprintf(path, sizeof path, "%s/jwks.json", directory);
	put_all(&all_set);
	buf_text(&rsa_set, "{\"keys\":[");
	signer_put_jwk(SIGNER_RSA, "\"kid\":\"a\"", &rsa_set);
	buf_text(&rsa_set, "]}");
}

static void close_all(void)
{
	signer_close();
	buf_fini(&all_set);
	buf_fini(&rsa_set);
	unlink(path);
	rmdir(directory);
}

static void write_file(struct span text, mode_t mode)
{
	unlink(path);
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text.bytes, 1, text.len, file), text.len);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(chmod(path, mode), 0);
}

static struct identity *open_identity(void)
{
	struct identity *identity = NULL;
	struct identity_options options = { ISSUER, AUDIENCE, path };
	ck_assert_msg(identity_open(&identity, &options, &why) == ST_OK, "%s", why.text);
	return identity;
}

static enum status read_at(struct identity *identity, const struct buf *token, int64_t now_s,
	struct identity_claims *out)
{
	struct identity_token shown = { buf_view(token), now_s };
	why = (struct fail){ 0 };
	return identity_read(identity, &shown, out, &why);
}

#define ISS   "\"iss\":\"" ISSUER "\","
#define AUD   "\"aud\":\"" AUDIENCE "\","
#define SUB   "\"sub\":\"1f0c\","
#define EXP   "\"exp\":1764150300"
#define RIGHT "{" ISS AUD SUB EXP "}"
#define RS256 "{\"alg\":\"RS256\",\"kid\":\"a\"}"
#define MORE  "{" ISS AUD SUB EXP ","

static const struct {
	enum signer signer;
	const char *header, *claims, *text; /* "": the token is valid */
} tokens[] = {
	{ SIGNER_RSA, RS256, RIGHT, "" },
	{ SIGNER_EC, "{\"alg\":\"ES256\",\"kid\":\"b\"}", RIGHT, "" },
	{ SIGNER_ED, "{\"alg\":\"EdDSA\"}", RIGHT, "" },
	{ SIGNER_RSA, "{\"alg\":\"RS256\"}", RIGHT, "" },
	{ SIGNER_RSA, "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"a\"}", RIGHT, "" },
	{ SIGNER_RSA, "{\"typ\":\"AT+JWT\",\"alg\":\"RS256\",\"kid\":\"a\"}", RIGHT, "" },
	/* the header */
	{ SIGNER_RSA, "{\"typ\":\"logout+jwt\",\"alg\":\"RS256\",\"kid\":\"a\"}", RIGHT,
		"The header typ is not that of an access or ID token" },
	{ SIGNER_RSA, "{\"typ\":7,\"alg\":\"RS256\",\"kid\":\"a\"}", RIGHT,
		"The header typ is not that of an access or ID token" },
	{ SIGNER_RSA, "{\"alg\":\"RS256\",\"kid\":\"z\"}", RIGHT,
		"The header kid names no key of the identity provider" },
	{ SIGNER_RSA, "{\"alg\":\"RS256\",\"kid\":\"b\"}", RIGHT,
		"The header kid names no key of the identity provider" },
	{ SIGNER_RSA, "{\"alg\":\"none\",\"kid\":\"a\"}", RIGHT,
		"The specified alg value is not allowed" },
	{ SIGNER_RSA, "{\"alg\":\"HS256\",\"kid\":\"a\"}", RIGHT,
		"The specified alg value is not allowed" },
	{ SIGNER_RSA_SHORT, RS256, RIGHT, "Signature verification failed" },
	{ SIGNER_ED, RS256, RIGHT, "Signature verification failed" },
	/* who, and for whom */
	{ SIGNER_RSA, RS256, "{" AUD SUB EXP "}", "Missing claim: iss" },
	{ SIGNER_RSA, RS256, "{\"iss\":\"" ISSUER "/\"," AUD SUB EXP "}", "Invalid issuer" },
	{ SIGNER_RSA, RS256, "{\"iss\":[\"" ISSUER "\"]," AUD SUB EXP "}", "Invalid issuer" },
	{ SIGNER_RSA, RS256, "{" ISS SUB EXP "}", "Missing claim: aud" },
	{ SIGNER_RSA, RS256, "{\"aud\":\"other\"," ISS SUB EXP "}", "Audience doesn't match" },
	{ SIGNER_RSA, RS256, "{\"aud\":[\"other\",7]," ISS SUB EXP "}", "Audience doesn't match" },
	{ SIGNER_RSA, RS256, "{\"aud\":[]," ISS SUB EXP "}", "Audience doesn't match" },
	{ SIGNER_RSA, RS256, "{\"aud\":{\"" AUDIENCE "\":1}," ISS SUB EXP "}",
		"Audience doesn't match" },
	{ SIGNER_RSA, RS256, "{\"aud\":[\"other\",\"" AUDIENCE "\"]," ISS SUB EXP "}", "" },
	{ SIGNER_RSA, RS256, "{" ISS AUD EXP "}", "Missing claim: sub" },
	{ SIGNER_RSA, RS256, "{\"sub\":7," ISS AUD EXP "}", "Subject must be a string" },
	{ SIGNER_RSA, RS256, "{\"sub\":\"\"," ISS AUD EXP "}",
		"The claim sub must have 1 to 255 bytes" },
	/* when */
	{ SIGNER_RSA, RS256, "{\"sub\":\"1f0c\"," ISS "\"aud\":\"" AUDIENCE "\"}",
		"Missing claim: exp" },
	{ SIGNER_RSA, RS256, "{" ISS AUD SUB "\"exp\":\"1764150300\"}",
		"The claim exp must be a number" },
	{ SIGNER_RSA, RS256, "{" ISS AUD SUB "\"exp\":1764149971}", "" },
	{ SIGNER_RSA, RS256, "{" ISS AUD SUB "\"exp\":1764149970}", "expired" },
	{ SIGNER_RSA, RS256, "{" ISS AUD SUB "\"exp\":0}", "expired" },
	{ SIGNER_RSA, RS256, MORE "\"nbf\":1764150030}", "" },
	{ SIGNER_RSA, RS256, MORE "\"nbf\":1764150031}", "The token is not yet valid (nbf)" },
	{ SIGNER_RSA, RS256, MORE "\"nbf\":\"now\"}", "The claim nbf must be a number" },
	{ SIGNER_RSA, RS256, MORE "\"iat\":1764150030.9}", "" },
	{ SIGNER_RSA, RS256, MORE "\"iat\":1764150031}", "The token is not yet valid (iat)" },
};

START_TEST(a_token_must_be_right_in_everything)
{
	struct buf token = { 0 };
	struct identity_claims claims = { .subject = "untouched" };
	write_file(buf_view(&all_set), 0644);
	struct identity *identity = open_identity();
	signer_put_token(tokens[_i].signer, tokens[_i].header, tokens[_i].claims, &token);
	enum status st = read_at(identity, &token, NOW, &claims);
	if (strcmp(tokens[_i].text, "expired") == 0) {
		ck_assert_int_eq(st, ST_TOKEN_EXPIRED);
	} else {
		ck_assert_str_eq(why.text, tokens[_i].text);
		ck_assert_int_eq(st, *tokens[_i].text ? ST_TOKEN_INVALID : ST_OK);
	}
	ck_assert_str_eq(claims.subject, st == ST_OK ? "1f0c" : "untouched");
	identity_free(&identity);
	buf_fini(&token);
}
END_TEST

/* HS256 signed with what everybody knows: the public key. */
START_TEST(the_public_key_is_no_secret)
{
	struct buf token = { 0 };
	struct identity_claims claims;
	struct jwt_secret *secret = NULL;
	struct jwt_secret_options options = { .secret = "0123456789abcdef0123456789abcdef" };
	write_file(buf_view(&rsa_set), 0644);
	struct identity *identity = open_identity();
	jose_sign(SPAN("a"), buf_view(&rsa_set), SPAN(RIGHT), &token);
	ck_assert_int_eq(read_at(identity, &token, NOW, &claims), ST_TOKEN_INVALID);
	ck_assert_str_eq(why.text, "The specified alg value is not allowed");
	/* and the gateway, to which a token with HS256 goes */
	ck_assert(!jose_is_asymmetric(buf_view(&token)));
	ck_assert_int_eq(jwt_secret_open(&secret, &options, &why), ST_OK);
	struct jwt_rules rules = { secret, JWT_ACCESS, NOW };
	struct jwt_claims login;
	ck_assert_int_eq(jwt_read(&rules, buf_view(&token), &login, &why), ST_TOKEN_INVALID);
	jwt_secret_free(&secret);
	identity_free(&identity);
	buf_fini(&token);
}
END_TEST

#define X64 "0123456789012345678901234567890123456789012345678901234567890123"

static const struct {
	const char *claims, *username, *email, *name;
} people[] = {
	{ MORE "\"x\":1}", "", "", "" },
	{ MORE "\"preferred_username\":\"jo\",\"name\":\"Jo Doe\",\"email\":\"jo@example.org\","
	       "\"email_verified\":true}",
		"jo", "jo@example.org", "Jo Doe" },
	{ MORE "\"email\":\"jo@example.org\"}", "", "", "" },
	{ MORE "\"email\":\"jo@example.org\",\"email_verified\":false}", "", "", "" },
	{ MORE "\"email\":\"jo@example.org\",\"email_verified\":\"true\"}", "", "", "" },
	{ MORE "\"email\":\"jo@example.org\",\"email_verified\":1}", "", "", "" },
	{ MORE "\"email\":\"jo\",\"email_verified\":true}", "", "", "" },
	{ MORE "\"email\":\"@example.org\",\"email_verified\":true}", "", "", "" },
	{ MORE "\"email\":\"jo@\",\"email_verified\":true}", "", "", "" },
	{ MORE "\"email\":\"jo@.\",\"email_verified\":true}", "", "", "" },
	{ MORE "\"email\":\"jo@host\",\"email_verified\":true}", "", "", "" },
	{ MORE "\"email\":\"jo@a.b@c.d\",\"email_verified\":true}", "", "", "" },
	{ MORE "\"email\":\"jo doe@a.b\",\"email_verified\":true}", "", "", "" },
	{ MORE "\"email\":\"jo\\n@a.b\",\"email_verified\":true}", "", "", "" },
	{ MORE "\"email\":\"jo@localhost\",\"email_verified\":true}", "", "jo@localhost", "" },
	{ MORE "\"email\":\"" X64 X64 X64 X64 "@a.b\",\"email_verified\":true}", "", "", "" },
	{ MORE "\"email\":{},\"email_verified\":true}", "", "", "" },
	{ MORE "\"preferred_username\":\"" X64 "\"}", X64, "", "" },
	{ MORE "\"preferred_username\":\"" X64 "4\"}", "", "", "" },
	{ MORE "\"preferred_username\":\"jo@example.org\"}", "", "", "" },
	{ MORE "\"preferred_username\":\"jo doe\"}", "", "", "" },
	{ MORE "\"preferred_username\":\"\"}", "", "", "" },
	{ MORE "\"preferred_username\":\"  \"}", "", "", "" },
	{ MORE "\"preferred_username\":7}", "", "", "" },
	{ MORE "\"preferred_username\":\"jo\\u200b\"}", "jo", "", "" },
	{ MORE "\"name\":\"  Zo\\u00eb \\t Doe \"}", "", "", "Zo\xc3\xab Doe" },
	{ MORE "\"name\":\"" X64 X64 "\"}", "", "", "" },
};

START_TEST(what_fits_an_account_is_taken_over)
{
	struct buf token = { 0 };
	struct identity_claims claims;
	write_file(buf_view(&rsa_set), 0644);
	struct identity *identity = open_identity();
	signer_put_token(SIGNER_RSA, RS256, people[_i].claims, &token);
	ck_assert_msg(read_at(identity, &token, NOW, &claims) == ST_OK, "%s", why.text);
	ck_assert_str_eq(claims.subject, "1f0c");
	ck_assert_str_eq(claims.username, people[_i].username);
	ck_assert_str_eq(claims.email, people[_i].email);
	ck_assert_str_eq(claims.name, people[_i].name);
	ck_assert_int_eq(claims.expires_s, 1764150330);
	identity_free(&identity);
	buf_fini(&token);
}
END_TEST

START_TEST(a_subject_has_at_most_255_bytes)
{
	for (size_t len = 255; len <= 256; len++) {
		struct buf text = { 0 }, token = { 0 };
		struct identity_claims claims;
		write_file(buf_view(&rsa_set), 0644);
		struct identity *identity = open_identity();
		buf_text(&text, "{" ISS AUD EXP ",\"sub\":\"");
		for (size_t i = 0; i < len; i++)
			buf_byte(&text, 'x');
		buf_put(&text, "\"}", 3);
		signer_put_token(SIGNER_RSA, RS256, text.bytes, &token);
		ck_assert_int_eq(read_at(identity, &token, NOW, &claims),
			len == 255 ? ST_OK : ST_TOKEN_INVALID);
		identity_free(&identity);
		buf_fini(&token);
		buf_fini(&text);
	}
}
END_TEST

/* The provider changes its key. A gateway notices within a second. */
START_TEST(a_changed_file_is_read_again)
{
	struct buf token = { 0 };
	struct identity_claims claims;
	write_file(buf_view(&rsa_set), 0644);
	struct identity *identity = open_identity();
	signer_put_token(SIGNER_EC, "{\"alg\":\"ES256\",\"kid\":\"b\"}", RIGHT, &token);
	ck_assert_int_eq(read_at(identity, &token, NOW, &claims), ST_TOKEN_INVALID);
	write_file(buf_view(&all_set), 0644);
	ck_assert_int_eq(read_at(identity, &token, NOW, &claims), ST_TOKEN_INVALID);
	ck_assert_int_eq(read_at(identity, &token, NOW + 1, &claims), ST_OK);
	/* a key that is gone is refused */
	write_file(buf_view(&rsa_set), 0644);
	ck_assert_int_eq(read_at(identity, &token, NOW + 1, &claims), ST_OK);
	ck_assert_int_eq(read_at(identity, &token, NOW + 2, &claims), ST_TOKEN_INVALID);
	identity_free(&identity);
	buf_fini(&token);
}
END_TEST

static void remove_file(void)
{
	unlink(path);
}

static void break_file(void)
{
	write_file(SPAN("{\"keys\":["), 0644);
}

static void fill_file(void)
{
	struct buf text = { 0 };
	buf_span(&text, buf_view(&all_set));
	while (text.len <= 1 << 20)
		buf_byte(&text, ' ');
	write_file(buf_view(&text), 0644);
	buf_fini(&text);
}

static void open_file_to_others(void)
{
	write_file(buf_view(&all_set), 0666);
}

static void make_directory(void)
{
	unlink(path);
	ck_assert_int_eq(mkdir(path, 0755), 0);
}

static const struct {
	void (*harm)(void);
	const char *text;
} harms[] = {
	{ remove_file, "No such file or directory" },
	{ break_file, "broken JSON at byte 9: it ends too early" },
	{ fill_file, "is too large" },
	{ open_file_to_others, "others can write to it: its mode must be at most 0644" },
	{ make_directory, "is not a file" },
};

static int count_lines(FILE *log)
{
	int lines = 0;
	rewind(log);
	for (int byte; (byte = getc(log)) != EOF;)
		lines += byte == '\n';
	return lines;
}

START_TEST(a_broken_file_leaves_the_former_keys)
{
	FILE *log = tmpfile();
	struct buf token = { 0 };
	struct identity_claims claims;
	write_file(buf_view(&rsa_set), 0644);
	struct identity *identity = open_identity();
	signer_put_token(SIGNER_RSA, RS256, RIGHT, &token);
	harms[_i].harm();
	ck_assert_ptr_nonnull(log);
	ck_assert_int_ge(dup2(fileno(log), STDERR_FILENO), 0);
	for (int second = 1; second < 4; second++)
		ck_assert_int_eq(read_at(identity, &token, NOW + second, &claims), ST_OK);
	ck_assert_int_eq(count_lines(log), 1);
	identity_free(&identity);
	/* a gateway that starts now has none, and says why */
	struct identity_options options = { ISSUER, AUDIENCE, path };
	ck_assert_int_eq(identity_open(&identity, &options, &why), ST_BAD_SETTING);
	ck_assert_str_eq(why.field, "STUDYTRACKER_OIDC_JWKS_FILE");
	ck_assert_msg(strstr(why.text, path) && strstr(why.text, harms[_i].text), "%s", why.text);
	ck_assert_ptr_null(identity);
	rmdir(path);
	(void)fclose(log);
	buf_fini(&token);
}
END_TEST

START_TEST(without_a_provider_every_token_is_refused)
{
	struct buf token = { 0 };
	struct identity_claims claims;
	struct identity *identity = NULL;
	struct identity_options options = { "", "", "" };
	ck_assert_int_eq(identity_open(&identity, &options, &why), ST_OK);
	ck_assert_str_eq(identity_issuer(identity), "");
	signer_put_token(SIGNER_RSA, RS256, RIGHT, &token);
	ck_assert_int_eq(read_at(identity, &token, NOW, &claims), ST_TOKEN_INVALID);
	ck_assert_str_eq(why.text, "The specified alg value is not allowed");
	identity_free(&identity);
	buf_fini(&token);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof *(table))

int main(void)
{
	TCase *tests = tcase_create("identity");
	tcase_add_unchecked_fixture(tests, open_all, close_all);
	tcase_add_loop_test(tests, a_token_must_be_right_in_everything, 0, COUNT(tokens));
	tcase_add_test(tests, the_public_key_is_no_secret);
	tcase_add_loop_test(tests, what_fits_an_account_is_taken_over, 0, COUNT(people));
	tcase_add_test(tests, a_subject_has_at_most_255_bytes);
	tcase_add_test(tests, a_changed_file_is_read_again);
	tcase_add_loop_test(tests, a_broken_file_leaves_the_former_keys, 0, COUNT(harms));
	tcase_add_test(tests, without_a_provider_every_token_is_refused);
	return suite_run("identity", tests);
}
