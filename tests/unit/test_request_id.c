#include <string.h>

#include "gateway/request_id.h"
#include "tests/unit/suite.h"

#define LONGEST                                                            \
	"0123456789012345678901234567890123456789012345678901234567890123" \
	"0123456789012345678901234567890123456789012345678901234567890123"

static const struct {
	const char *what, *request_id, *trace_id;
	const char *id; /* NULL: one of our own */
} choices[] = {
	{ "no field", NULL, NULL, NULL },
	{ "a request id", "r-1", NULL, "r-1" },
	{ "a trace id", NULL, "t-1", "t-1" },
	{ "both", "r-1", "t-1", "r-1" },
	{ "one that can't be taken, one that can", "r 1", "t-1", "t-1" },
	{ "the longest", LONGEST, NULL, LONGEST },
	{ "one too long", LONGEST "x", NULL, NULL },
	{ "empty", "", NULL, NULL },
	{ "a control character", "a\x1f", NULL, NULL },
	{ "no ASCII", "\xc3\xa4", NULL, NULL },
	{ "a quote", "a\"b", NULL, NULL },
	{ "markup", "<b>", NULL, NULL },
};

START_TEST(a_clients_id_is_taken_if_it_is_safe_everywhere)
{
	struct uuid_source ids = { 0 };
	struct http_request http = { 0 };
	unsigned char uuid[16];
	if (choices[_i].request_id)
		http.fields[http.field_count++] = (struct http_field){ SPAN("x-request-id"),
			span_of(choices[_i].request_id) };
	if (choices[_i].trace_id)
		http.fields[http.field_count++] =
			(struct http_field){ SPAN("X-Trace-Id"), span_of(choices[_i].trace_id) };
	struct request_id id = request_id_choose(&http, &ids);
	if (choices[_i].id)
		ck_assert_msg(span_is(request_id_view(&id), choices[_i].id), "%s: %.*s",
			choices[_i].what, (int)id.len, id.bytes);
	else
		ck_assert_msg(uuid_parse(request_id_view(&id), uuid), "%s: %.*s", choices[_i].what,
			(int)id.len, id.bytes);
}
END_TEST

#define TRACE  "0af7651916cd43dd8448eb211c80319c"
#define PARENT "b7ad6b7169203331"

static const struct {
	const char *what, *traceparent, *request_id;
	const char *id; /* NULL: one of our own */
} traces[] = {
	{ "a trace", "00-" TRACE "-" PARENT "-01", NULL, TRACE },
	{ "flags of zero", "00-" TRACE "-" PARENT "-00", NULL, TRACE },
	{ "a later version", "cc-" TRACE "-" PARENT "-01", NULL, TRACE },
	{ "a later version that is longer", "cc-" TRACE "-" PARENT "-01-what", NULL, TRACE },
	{ "a request id, too", "00-" TRACE "-" PARENT "-01", "r-1", "r-1" },
	{ "the forbidden version", "ff-" TRACE "-" PARENT "-01", NULL, NULL },
	{ "a longer one of this version", "00-" TRACE "-" PARENT "-01-what", NULL, NULL },
	{ "no trace", "00-00000000000000000000000000000000-" PARENT "-01", NULL, NULL },
	{ "no parent", "00-" TRACE "-0000000000000000-01", NULL, NULL },
	{ "capital letters", "00-0AF7651916CD43DD8448EB211C80319C-" PARENT "-01", NULL, NULL },
	{ "cut short", "00-" TRACE "-" PARENT "-0", NULL, NULL },
	{ "another separator", "00-" TRACE "_" PARENT "-01", NULL, NULL },
	{ "empty", "", NULL, NULL },
};

START_TEST(a_trace_id_is_the_id_unless_the_client_has_another)
{
	struct uuid_source ids = { 0 };
	struct http_request http = {
		.fields = { { SPAN("traceparent"), span_of(traces[_i].traceparent) } },
		.field_count = 1
	};
	unsigned char uuid[16];
	if (traces[_i].request_id)
		http.fields[http.field_count++] =
			(struct http_field){ SPAN("X-Request-Id"), span_of(traces[_i].request_id) };
	struct request_id id = request_id_choose(&http, &ids);
	if (traces[_i].id)
		ck_assert_msg(span_is(request_id_view(&id), traces[_i].id), "%s: %.*s",
			traces[_i].what, (int)id.len, id.bytes);
	else
		ck_assert_msg(uuid_parse(request_id_view(&id), uuid), "%s: %.*s", traces[_i].what,
			(int)id.len, id.bytes);
}
END_TEST

START_TEST(an_unknown_request_gets_an_id_too)
{
	struct uuid_source ids = { 0 };
	struct request_id first = request_id_choose(NULL, &ids);
	struct request_id second = request_id_choose(NULL, &ids);
	ck_assert_uint_eq(first.len, UUID_TEXT_LEN);
	ck_assert(memcmp(first.bytes, second.bytes, UUID_TEXT_LEN) != 0);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("request id");
	tcase_add_loop_test(tc, a_clients_id_is_taken_if_it_is_safe_everywhere, 0,
		sizeof choices / sizeof *choices);
	tcase_add_loop_test(tc, a_trace_id_is_the_id_unless_the_client_has_another, 0,
		sizeof traces / sizeof *traces);
	tcase_add_test(tc, an_unknown_request_gets_an_id_too);
	return suite_run("request id", tc);
}
