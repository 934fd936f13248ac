#include "gateway/http_conditional.h"
#include "tests/unit/suite.h"

#define HOST "GET / HTTP/1.1\r\nHost: a\r\n"
#define IF   "If-Match: "
#define NONE "If-None-Match: "

static void read_head(struct http_reader *reader, const char *fields)
{
	struct buf bytes = { 0 };
	buf_printf(&bytes, HOST "%s\r\n", fields);
	struct span rest = buf_view(&bytes);
	ck_assert_msg(http_reader_feed(reader, &rest, NULL) == HTTP_COMPLETE, "%s", fields);
	buf_fini(&bytes);
}

static const struct {
	const char *fields;
	const char *refused; /* the refused field; NULL: none */
} grammar[] = {
	{ "", NULL },
	{ IF "*\r\n", NULL },
	{ IF "\"\"\r\n", NULL },
	{ IF "\"a\",W/\"b\" ,, \"c,d\"\r\n", NULL },
	{ IF "\"a\"\r\n" IF "\"b\"\r\n", NULL },
	{ IF "\r\n" IF "\"b\"\r\n", NULL },
	{ IF "\"\x80\xff!#~\"\r\n", NULL },
	{ IF "\r\n", "If-Match" },
	{ IF ", ,\r\n", "If-Match" },
	{ IF "a\r\n", "If-Match" },
	{ IF "'a'\r\n", "If-Match" },
	{ IF "\"a\r\n", "If-Match" },
	{ IF "a\"\r\n", "If-Match" },
	{ IF "\"\r\n", "If-Match" },
	{ IF "\"a\" x\r\n", "If-Match" },
	{ IF "\"a\" \"b\"\r\n", "If-Match" },
	{ IF "\"a b\"\r\n", "If-Match" },
	{ IF "w/\"a\"\r\n", "If-Match" },
	{ IF "W/a\r\n", "If-Match" },
	{ IF "W/\r\n", "If-Match" },
	{ IF "*, \"a\"\r\n", "If-Match" },
	{ IF "\"a\"\r\n" IF "*\r\n", "If-Match" },
	{ IF "*\r\n" IF "*\r\n", "If-Match" },
	{ IF "\"*\"\r\n", NULL },
	{ NONE "\r\n", "If-None-Match" },
	{ IF "*\r\n" NONE "a\r\n", "If-None-Match" },
};

START_TEST(a_condition_is_a_star_or_a_list_of_tags)
{
	struct http_reader reader = { 0 };
	struct http_conditions conditions;
	struct fail why = { 0 };
	read_head(&reader, grammar[_i].fields);
	enum status st = http_conditions_read(&reader.request, &conditions, &why);
	ck_assert_msg(st == (grammar[_i].refused ? ST_INVALID_INPUT : ST_OK), "%s: %s",
		grammar[_i].fields, why.text);
	ck_assert_str_eq(why.field, grammar[_i].refused ? grammar[_i].refused : "");
	http_reader_fini(&reader);
}
END_TEST

static const struct {
	const char *fields, *etag;
	enum http_evaluation read, write;
} evaluations[] = {
	{ "", "v", HTTP_PROCEED, HTTP_PROCEED },
	{ IF "\"v\"\r\n", "v", HTTP_PROCEED, HTTP_PROCEED },
	{ IF "\"u\", \"v\"\r\n", "v", HTTP_PROCEED, HTTP_PROCEED },
	{ IF "\"u\"\r\n" IF "\"v\"\r\n", "v", HTTP_PROCEED, HTTP_PROCEED },
	{ IF "*\r\n", "v", HTTP_PROCEED, HTTP_PROCEED },
	{ IF "*\r\n", "", HTTP_PROCEED, HTTP_PROCEED },
	{ IF "W/\"v\"\r\n", "v", HTTP_PRECONDITION_FAILED, HTTP_PRECONDITION_FAILED },
	{ IF "\"vv\", \"V\", \"\", \"v,w\", \"u,v\"\r\n", "v", HTTP_PRECONDITION_FAILED,
		HTTP_PRECONDITION_FAILED },
	{ IF "\"\"\r\n", "", HTTP_PRECONDITION_FAILED, HTTP_PRECONDITION_FAILED },
	{ NONE "\"v\"\r\n", "v", HTTP_NOT_MODIFIED, HTTP_PRECONDITION_FAILED },
	{ NONE "W/\"v\"\r\n", "v", HTTP_NOT_MODIFIED, HTTP_PRECONDITION_FAILED },
	{ NONE "\"u\"\r\n" NONE "W/\"v\"\r\n", "v", HTTP_NOT_MODIFIED, HTTP_PRECONDITION_FAILED },
	{ NONE "*\r\n", "v", HTTP_NOT_MODIFIED, HTTP_PRECONDITION_FAILED },
	{ NONE "\"vv\", \"u,v\"\r\n", "v", HTTP_PROCEED, HTTP_PROCEED },
	{ NONE "\"u\"\r\n", "v", HTTP_PROCEED, HTTP_PROCEED },
	{ NONE "\"\"\r\n", "", HTTP_PROCEED, HTTP_PROCEED },
	/* If-Match comes first (section 13.2.2) */
	{ IF "\"u\"\r\n" NONE "\"v\"\r\n", "v", HTTP_PRECONDITION_FAILED,
		HTTP_PRECONDITION_FAILED },
	{ NONE "\"v\"\r\n" IF "\"v\"\r\n", "v", HTTP_NOT_MODIFIED, HTTP_PRECONDITION_FAILED },
};

START_TEST(conditions_are_evaluated_by_rfc_9110)
{
	struct http_reader reader = { 0 };
	struct http_conditions conditions = { 0 };
	struct span etag = span_of(evaluations[_i].etag);
	read_head(&reader, evaluations[_i].fields);
	ck_assert_int_eq(http_conditions_read(&reader.request, &conditions, NULL), ST_OK);
	ck_assert_int_eq(http_conditions_evaluate(&conditions, etag, true), evaluations[_i].read);
	ck_assert_int_eq(http_conditions_evaluate(&conditions, etag, false), evaluations[_i].write);
	http_reader_fini(&reader);
}
END_TEST

#define OURS "2026-11-21T08:03:40.123456Z"

static const struct {
	const char *fields, *match, *none_match;
} params[] = {
	{ IF "*\r\n" NONE "*\r\n", "*", "*" },
	{ IF "\"" OURS "\"\r\n" IF "\"b\"\r\n", OURS ",b", "" },
	{ IF "W/\"" OURS "\"\r\n" NONE "W/\"" OURS "\"\r\n", "", OURS },
	{ IF "\"" OURS "~9e1c6b0d2f4a\"\r\n" NONE "W/\"" OURS "~\"\r\n", OURS, OURS },
	{ IF "\"~\", \"~" OURS "\", \"a,b~\", \"" OURS "~,\"\r\n" NONE "\"a;b~c\"\r\n", "", "" },
	{ IF "\"a," OURS "\", \"*\", \"\", \"" OURS OURS "\", \"a;b\"\r\n", "", "" },
};

/* A client's tag must not become two tags or "*". */
START_TEST(only_tags_that_can_equal_ours_reach_the_statement)
{
	struct http_reader reader = { 0 };
	struct http_conditions conditions;
	struct buf match = { 0 }, none_match = { 0 };
	read_head(&reader, params[_i].fields);
	ck_assert_int_eq(http_conditions_read(&reader.request, &conditions, NULL), ST_OK);
	http_condition_put(&conditions.match, &match);
	http_condition_put(&conditions.none_match, &none_match);
	ck_assert_msg(
		span_is(buf_view(&match), params[_i].match), "%.*s", (int)match.len, match.bytes);
	ck_assert_msg(span_is(buf_view(&none_match), params[_i].none_match), "%.*s",
		(int)none_match.len, none_match.bytes);
	http_reader_fini(&reader);
	buf_fini(&match);
	buf_fini(&none_match);
}
END_TEST

static const struct {
	struct span etag;
	const char *line;
} etags[] = {
	{ SPAN_INIT(OURS), "ETag: \"" OURS "\"\r\n" },
	{ SPAN_INIT(""), "" },
	{ SPAN_INIT("a\r\nSet-Cookie: b=c"), "" },
	{ SPAN_INIT("a\nb"), "" },
	{ SPAN_INIT("a\0b"), "" },
	{ SPAN_INIT("a\x7f"), "" },
	{ SPAN_INIT("a\"b"), "" },
	{ SPAN_INIT("a b"), "" },
};

START_TEST(an_invalid_etag_is_not_sent)
{
	struct buf out = { 0 };
	http_etag_put(&out, etags[_i].etag);
	ck_assert_msg(span_is(buf_view(&out), etags[_i].line), "%.*s", (int)out.len, out.bytes);
	buf_fini(&out);
}
END_TEST

static const struct {
	struct span version, body;
	const char *etag;
} digests[] = {
	{ SPAN_INIT(OURS), SPAN_INIT("{}"), OURS "~4707b589f4ab" },
	{ SPAN_INIT(OURS), SPAN_INIT("{ }"), OURS "~ad197f2b3428" },
	{ SPAN_INIT(OURS), SPAN_INIT(""), OURS },
	{ SPAN_INIT(""), SPAN_INIT("{}"), "" },
};

START_TEST(an_etag_is_a_version_and_a_digest)
{
	struct buf out = { 0 };
	http_etag_of(digests[_i].version, digests[_i].body, &out);
	ck_assert_msg(span_is(buf_view(&out), digests[_i].etag), "%.*s", (int)out.len, out.bytes);
	buf_fini(&out);
}
END_TEST

#define COUNT(table) (int)(sizeof table / sizeof *table)

int main(void)
{
	TCase *tc = tcase_create("http_conditional");
	tcase_add_loop_test(tc, a_condition_is_a_star_or_a_list_of_tags, 0, COUNT(grammar));
	tcase_add_loop_test(tc, conditions_are_evaluated_by_rfc_9110, 0, COUNT(evaluations));
	tcase_add_loop_test(tc, an_etag_is_a_version_and_a_digest, 0, COUNT(digests));
	tcase_add_loop_test(
		tc, only_tags_that_can_equal_ours_reach_the_statement, 0, COUNT(params));
	tcase_add_loop_test(tc, an_invalid_etag_is_not_sent, 0, COUNT(etags));
	return suite_run("http_conditional", tc);
}
