#include <string.h>

#include "common/msg.h"
#include "gateway/credential.h"
#include "tests/unit/suite.h"

#define DIGITS "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHERS "f123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

#define MISSING_SCHEME \
	"Missing 'Bearer' type in 'Authorization' header. Expected 'Authorization: Bearer <JWT>'"
#define BAD_FIELD "Bad Authorization header. Expected 'Authorization: Bearer <JWT>'"
#define BAD_TOKEN "a personal token must be st_ and 64 lower-case hexadecimal digits"

/* HTTP. */

static void read_head(struct http_reader *reader, const char *path, const char *fields)
{
	struct buf bytes = { 0 };
	buf_printf(&bytes, "GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", path, fields);
	struct span rest = buf_view(&bytes);
	ck_assert_msg(http_reader_feed(reader, &rest, NULL) == HTTP_COMPLETE, "%s", fields);
	buf_fini(&bytes);
}

#define A    "Authorization: "
#define C    "Cookie: "
#define E    "\r\n"
#define ROOT "/topics"
#define V1   "/api/v1/topics"
#define API  "/api/tasks"

static const struct shown {
	const char *path, *fields;
	enum credential_kind kind;
	const char *text;
} accepted[] = {
	{ ROOT, "", CREDENTIAL_NONE, "" },
	{ ROOT, A E, CREDENTIAL_NONE, "" },
	{ ROOT, A "Bearer st_" DIGITS E, CREDENTIAL_TOKEN, "st_" DIGITS },
	{ ROOT, A "Bearer a.b.c" E, CREDENTIAL_JWT, "a.b.c" },
	{ ROOT, A "Bearer  \t a.b.c" E, CREDENTIAL_JWT, "a.b.c" },
	{ ROOT, A "Bearer ST_x" E, CREDENTIAL_JWT, "ST_x" },
	{ ROOT, A "bearer a" E, CREDENTIAL_JWT, "a" },
	{ V1, A "bearer a" E, CREDENTIAL_JWT, "a" },
	{ V1, A "BEARER a" E, CREDENTIAL_JWT, "a" },
	{ API, A "Bearer a" E, CREDENTIAL_JWT, "a" },
	{ ROOT, C "studytracker_session=" DIGITS E, CREDENTIAL_SESSION, DIGITS },
	{ ROOT, C "__Host-studytracker_session=" DIGITS E, CREDENTIAL_SESSION, DIGITS },
	{ ROOT, C "a=b; studytracker_session=" DIGITS ";c" E, CREDENTIAL_SESSION, DIGITS },
	{ ROOT, C "a=b" E C "studytracker_session=" DIGITS E, CREDENTIAL_SESSION, DIGITS },
	{ ROOT, C "studytracker_session=x; __Host-studytracker_session=" DIGITS E,
		CREDENTIAL_SESSION, DIGITS },
	{ ROOT, C "Studytracker_Session=x; studytracker_session2=x; studytracker_sessio=x" E,
		CREDENTIAL_NONE, "" },
	{ ROOT, C "x=studytracker_session=" DIGITS E, CREDENTIAL_NONE, "" },
	{ ROOT, C "studytracker_session=x" E A "Bearer a" E, CREDENTIAL_JWT, "a" },
};

static const struct {
	const char *path, *fields;
	enum status st;
	const char *text;
} refused[] = {
	{ ROOT, A "Bearer" E, ST_TOKEN_INVALID, BAD_FIELD },
	{ ROOT, A "Bearer " E, ST_TOKEN_INVALID, BAD_FIELD },
	{ ROOT, A "bearer" E, ST_TOKEN_INVALID, BAD_FIELD },
	{ API, A "Bearer" E, ST_TOKEN_INVALID, BAD_FIELD },
	{ ROOT, A "Bearer a b" E, ST_TOKEN_INVALID, BAD_FIELD },
	{ ROOT, A "Bearer a\tb" E, ST_TOKEN_INVALID, BAD_FIELD },
	{ ROOT, A "Bearer a, Bearer b" E, ST_TOKEN_INVALID, BAD_FIELD },
	{ ROOT, A "Bearer a" E A "Bearer a" E, ST_TOKEN_INVALID, BAD_FIELD },
	{ ROOT, A "Bearer a" E "AUTHORIZATION: " E, ST_TOKEN_INVALID, BAD_FIELD },
	{ ROOT, A "Basic YTpi" E, ST_UNAUTHENTICATED, MISSING_SCHEME },
	{ ROOT, A "a.b.c" E, ST_UNAUTHENTICATED, MISSING_SCHEME },
	{ ROOT, A "st_" DIGITS E, ST_UNAUTHENTICATED, MISSING_SCHEME },
	{ ROOT, A "Bearer,a" E, ST_UNAUTHENTICATED, MISSING_SCHEME },
	{ ROOT, A "Bearers a" E, ST_UNAUTHENTICATED, MISSING_SCHEME },
	{ API, A "bearer a" E, ST_UNAUTHENTICATED, MISSING_SCHEME },
	{ API, A "BEARER a" E, ST_UNAUTHENTICATED, MISSING_SCHEME },
	{ ROOT, A "Bearer st_" E, ST_TOKEN_INVALID, BAD_TOKEN },
	{ ROOT, A "Bearer st_" DIGITS "0" E, ST_TOKEN_INVALID, BAD_TOKEN },
	{ ROOT, A "Bearer st_x" DIGITS E, ST_TOKEN_INVALID, BAD_TOKEN },
	{ ROOT, A "Bearer st_A123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" E,
		ST_TOKEN_INVALID, BAD_TOKEN },
	{ ROOT, C "studytracker_session=" E, ST_TOKEN_INVALID,
		"the cookie of the session is malformed" },
	{ ROOT, C "studytracker_session=\"" DIGITS "\"" E, ST_TOKEN_INVALID,
		"the cookie of the session is malformed" },
	{ ROOT, C "studytracker_session=" DIGITS "; studytracker_session=" DIGITS E,
		ST_TOKEN_INVALID, "the cookie studytracker_session came 2 times" },
	{ ROOT, C "studytracker_session=" DIGITS E C "studytracker_session=" OTHERS E,
		ST_TOKEN_INVALID, "the cookie studytracker_session came 2 times" },
};

START_TEST(http_shows_one_credential)
{
	const struct shown *row = &accepted[_i];
	struct http_reader reader = { 0 };
	struct credential shown;
	struct fail why = { 0 };
	read_head(&reader, row->path, row->fields);
	ck_assert_msg(
		credential_of_http(&reader.request, &shown, &why) == ST_OK, "%s", row->fields);
	ck_assert_msg(shown.kind == row->kind, "%s", row->fields);
	ck_assert_msg(span_is(shown.text, row->text), "%s", row->fields);
	http_reader_fini(&reader);
}
END_TEST

START_TEST(http_is_refused_with_the_texts_that_clients_know)
{
	struct http_reader reader = { 0 };
	struct credential shown = { CREDENTIAL_JWT, SPAN("x") };
	struct fail why = { 0 };
	read_head(&reader, refused[_i].path, refused[_i].fields);
	enum status st = credential_of_http(&reader.request, &shown, &why);
	ck_assert_msg(st == refused[_i].st, "%s", refused[_i].fields);
	ck_assert_str_eq(why.text, refused[_i].text);
	ck_assert_msg(span_is(shown.text, "x"), "untouched");
	http_reader_fini(&reader);
}
END_TEST

static enum status show_long(size_t len)
{
	struct http_reader reader = { 0 };
	struct credential shown;
	struct fail why = { 0 };
	struct buf fields = { 0 };
	buf_text(&fields, A "Bearer ");
	for (size_t i = 0; i < len; i++)
		buf_byte(&fields, 'a');
	buf_text(&fields, E);
	buf_byte(&fields, '\0');
	read_head(&reader, ROOT, fields.bytes);
	enum status st = credential_of_http(&reader.request, &shown, &why);
	ck_assert_str_eq(why.text, st == ST_OK ? "" : "the token is over 4096 bytes");
	buf_fini(&fields);
	http_reader_fini(&reader);
	return st;
}

START_TEST(a_token_has_at_most_4096_bytes)
{
	ck_assert_int_eq(show_long(CREDENTIAL_MAX), ST_OK);
	ck_assert_int_eq(show_long(CREDENTIAL_MAX + 1), ST_TOKEN_INVALID);
	ck_assert_int_eq(show_long(10 << 10), ST_TOKEN_INVALID);
}
END_TEST

/* RPC. */

#define BYTES(literal) SPAN_INIT(literal)

static const struct {
	struct span context;
	enum status st;
	enum credential_kind kind;
	const char *text; /* of the credential or of the refusal */
} contexts[] = {
	{ BYTES("\x80"), ST_OK, CREDENTIAL_NONE, "" },
	{ BYTES("\x81\xa7"
		"account\x01"),
		ST_OK, CREDENTIAL_NONE, "" },
	{ BYTES("\x81\xa5token\xc0"), ST_OK, CREDENTIAL_NONE, "" },
	{ BYTES("\x81\xa5token\xa5"
		"a.b.c"),
		ST_OK, CREDENTIAL_JWT, "a.b.c" },
	{ BYTES("\x81\xa5token\xd9\x43st_" DIGITS), ST_OK, CREDENTIAL_TOKEN, "st_" DIGITS },
	{ BYTES("\x81\xa5token\x07"), ST_INVALID_INPUT, 0, "context.token must be a text" },
	{ BYTES("\x81\xa5token\xc4\x01x"), ST_INVALID_INPUT, 0, "context.token must be a text" },
	{ BYTES("\x81\xa5token\xa0"), ST_TOKEN_INVALID, 0, "context.token is empty" },
	{ BYTES("\x81\xa5token\xa4st_x"), ST_TOKEN_INVALID, 0, BAD_TOKEN },
};

START_TEST(rpc_shows_its_token_in_the_context)
{
	struct credential shown = { CREDENTIAL_NONE, { 0 } };
	struct fail why = { 0 };
	enum status st = credential_of_rpc(contexts[_i].context, &shown, &why);
	ck_assert_msg(st == contexts[_i].st, "%s", why.text);
	if (st != ST_OK) {
		ck_assert_str_eq(why.text, contexts[_i].text);
		return;
	}
	ck_assert_int_eq(shown.kind, contexts[_i].kind);
	ck_assert(span_is(shown.text, contexts[_i].text));
}
END_TEST

START_TEST(a_token_of_rpc_has_at_most_4096_bytes)
{
	struct buf context = { 0 };
	struct credential shown;
	static char token[CREDENTIAL_MAX + 1];
	memset(token, 'a', sizeof token);
	msg_put_map(&context, 1);
	msg_put_key(&context, "token");
	msg_put_text(&context, (struct span){ token, sizeof token });
	ck_assert_int_eq(credential_of_rpc(buf_view(&context), &shown, NULL), ST_TOKEN_INVALID);
	buf_fini(&context);
}
END_TEST

#define COUNT(table) (int)(sizeof table / sizeof *table)

int main(void)
{
	TCase *tests = tcase_create("credential");
	tcase_add_loop_test(tests, http_shows_one_credential, 0, COUNT(accepted));
	tcase_add_loop_test(
		tests, http_is_refused_with_the_texts_that_clients_know, 0, COUNT(refused));
	tcase_add_test(tests, a_token_has_at_most_4096_bytes);
	tcase_add_loop_test(tests, rpc_shows_its_token_in_the_context, 0, COUNT(contexts));
	tcase_add_test(tests, a_token_of_rpc_has_at_most_4096_bytes);
	return suite_run("credential", tests);
}
