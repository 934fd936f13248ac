#include <string.h>

#include "common/envelope.h"
#include "tests/unit/suite.h"

#define CONTEXT               \
	"\x83\xa7"            \
	"account\x01\xaa"     \
	"request_id\xa1r\xab" \
	"deadline_ms\xcd\x13\x88"

static const struct {
	const char *what;
	struct span body;
	const char *text; /* NULL: accepted; else a part of the error text */
} bodies[] = {
	{ "a request", SPAN_INIT("\x94\x00\x07\xaatopics.get\x92" CONTEXT "\x80"), NULL },
	{ "a response", SPAN_INIT("\x94\x01\x07\xc0\x2a"), NULL },
	{ "a notification", SPAN_INIT("\x93\x02\xacworker.ready\x80"), NULL },
	{ "nothing", SPAN_INIT(""), "truncated" },
	{ "cut short", SPAN_INIT("\x94\x00\x01"), "truncated" },
	{ "no array", SPAN_INIT("\x01"), "not a request, a response or a notification" },
	{ "another kind", SPAN_INIT("\x93\x03\xa1x\x80"),
		"not a request, a response or a notification" },
	{ "a request of three", SPAN_INIT("\x93\x00\x07\xa1x"),
		"not a request, a response or a notification" },
	{ "a notification of four", SPAN_INIT("\x94\x02\xa1x\x80\x80"),
		"not a request, a response or a notification" },
	{ "a negative msgid", SPAN_INIT("\x94\x01\xff\xc0\xc0"), "msgid" },
	{ "a msgid over 32 bits", SPAN_INIT("\x94\x01\xcf\x00\x00\x00\x01\x00\x00\x00\x00\xc0\xc0"),
		"msgid" },
	{ "a msgid that is text", SPAN_INIT("\x94\x01\xa1x\xc0\xc0"), "msgid" },
	{ "a method that is no text", SPAN_INIT("\x93\x02\x01\x80"), "method" },
	{ "params that are no map", SPAN_INIT("\x93\x02\xa1x\x90"), "params" },
	{ "arguments without a context", SPAN_INIT("\x94\x00\x07\xa1x\x91\x80"),
		"[context map, params map]" },
	{ "no account", SPAN_INIT("\x94\x00\x07\xa1x\x92\x80\x80"), "account" },
	{ "account 0",
		SPAN_INIT("\x94\x00\x07\xa1x\x92\x81\xa7"
			  "account\x00\x80"),
		"account" },
	{ "an extension type", SPAN_INIT("\x94\x01\x07\xc0\xd4\x01\x00"), "extension" },
};

START_TEST(a_message_is_decoded_or_refused)
{
	struct msg_reader in = msg_reader(bodies[_i].body);
	struct envelope e = { .msgid = 99 };
	struct fail why = { 0 };
	enum status st = envelope_decode(&in, &e, &why);
	ck_assert_msg((st == ST_OK) == !bodies[_i].text, "%s: %s", bodies[_i].what, why.text);
	if (st == ST_OK) {
		ck_assert_ptr_eq(in.at, in.end);
		return;
	}
	ck_assert_int_eq(st, ST_MALFORMED);
	ck_assert_msg(strstr(why.text, bodies[_i].text), "%s: %s", bodies[_i].what, why.text);
	ck_assert(e.msgid == 99 && in.at == bodies[_i].body.bytes);
}
END_TEST

/* What a client may omit, and which wrong requests can get a response. */
static const struct {
	const char *what;
	struct span body;
	enum status st;
	const char *field; /* the wrong field of the context; NULL: none */
} client_bodies[] = {
	{ "a whole context", SPAN_INIT("\x94\x00\x07\xa1x\x92" CONTEXT "\x80"), ST_OK, NULL },
	{ "an empty context", SPAN_INIT("\x94\x00\x07\xa1x\x92\x80\x80"), ST_OK, NULL },
	{ "a nil",
		SPAN_INIT("\x94\x00\x07\xa1x\x92\x81\xa7"
			  "account\xc0\x80"),
		ST_OK, NULL },
	{ "account 0",
		SPAN_INIT("\x94\x00\x07\xa1x\x92\x81\xa7"
			  "account\x00\x80"),
		ST_OK, "account" },
	{ "account 1.0",
		SPAN_INIT("\x94\x00\x07\xa1x\x92\x81\xa7"
			  "account\xca\x3f\x80\x00\x00\x80"),
		ST_OK, "account" },
	{ "an account twice: the first counts",
		SPAN_INIT("\x94\x00\x07\xa1x\x92\x82\xa7"
			  "account\x00\xa7"
			  "account\x01\x80"),
		ST_OK, "account" },
	{ "a wrong account after the first",
		SPAN_INIT("\x94\x00\x07\xa1x\x92\x82\xa7"
			  "account\x01\xa7"
			  "account\x00\x80"),
		ST_OK, NULL },
	{ "an empty request_id",
		SPAN_INIT("\x94\x00\x07\xa1x\x92\x81\xaa"
			  "request_id\xa0\x80"),
		ST_OK, "request_id" },
	{ "a deadline in text",
		SPAN_INIT("\x94\x00\x07\xa1x\x92\x81\xab"
			  "deadline_ms\xa1"
			  "5\x80"),
		ST_OK, "deadline_ms" },
	{ "a position", SPAN_INIT("\x94\x00\x07\xa1x\x92\x81\xa8position\x92\x01\x00\x80"), ST_OK,
		NULL },
	{ "a position of one number",
		SPAN_INIT("\x94\x00\x07\xa1x\x92\x81\xa8position\x91\x01\x80"), ST_OK, "position" },
	{ "a position on timeline 0",
		SPAN_INIT("\x94\x00\x07\xa1x\x92\x81\xa8position\x92\x00\x01\x80"), ST_OK,
		"position" },
	{ "a position before the first",
		SPAN_INIT("\x94\x00\x07\xa1x\x92\x81\xa8position\x92\x01\xff\x80"), ST_OK,
		"position" },
	{ "no text as method", SPAN_INIT("\x94\x00\x07\x01\x92\x80\x80"), ST_INVALID_INPUT, NULL },
	{ "no context", SPAN_INIT("\x94\x00\x07\xa1x\x91\x80"), ST_INVALID_INPUT, NULL },
	{ "params as a list", SPAN_INIT("\x94\x00\x07\xa1x\x92\x80\x90"), ST_INVALID_INPUT, NULL },
	{ "no msgid", SPAN_INIT("\x94\x00\xff\xa1x\x92\x80\x80"), ST_MALFORMED, NULL },
	{ "cut short", SPAN_INIT("\x94\x00\x07\xa1x\x92\x80"), ST_MALFORMED, NULL },
};

START_TEST(a_client_may_omit_the_context)
{
	struct context context = { .account = 1, .request_id = SPAN("made"), .deadline_ms = 5000 };
	struct msg_reader in = msg_reader(client_bodies[_i].body);
	struct envelope e = { .msgid = 99 };
	struct fail why = { 0 };
	enum status st = envelope_decode_client(&in, &e, &why);
	ck_assert_msg(st == client_bodies[_i].st, "%s: %s", client_bodies[_i].what, why.text);
	ck_assert_uint_eq(e.msgid, st == ST_MALFORMED ? 99 : 7);
	ck_assert_ptr_eq(in.at, st == ST_MALFORMED ? client_bodies[_i].body.bytes : in.end);
	if (st != ST_OK)
		return;
	st = context_read(e.context_map, &context, &why);
	ck_assert_str_eq(why.field, client_bodies[_i].field ? client_bodies[_i].field : "");
	ck_assert_int_eq(st, client_bodies[_i].field ? ST_INVALID_INPUT : ST_OK);
	ck_assert(context.account == 1 && context.deadline_ms == 5000);
	ck_assert(span_is(context.request_id, _i == 0 ? "r" : "made"));
}
END_TEST

START_TEST(a_request_is_decoded_as_encoded)
{
	struct context context = { .account = 5,
		.request_id = SPAN("abc"),
		.deadline_ms = 1200,
		.position = { 2, 1LL << 40 } };
	struct buf b = { 0 };
	struct envelope e;
	envelope_put_request(&b, UINT32_MAX, SPAN("topics.get"), &context, SPAN("\x81\xa1k\x01"));
	envelope_put_notification(&b, "worker.leaving", SPAN("\x80"));
	struct msg_reader in = msg_reader(buf_view(&b));
	ck_assert_int_eq(envelope_decode(&in, &e, NULL), ST_OK);
	ck_assert(e.kind == ENVELOPE_REQUEST && e.msgid == UINT32_MAX
		  && span_is(e.method, "topics.get"));
	ck_assert(e.context.account == 5 && e.context.deadline_ms == 1200);
	ck_assert(e.context.position.timeline == 2 && e.context.position.lsn == 1LL << 40);
	ck_assert(span_is(e.context.request_id, "abc") && span_is(e.params, "\x81\xa1k\x01"));
	ck_assert_int_eq(envelope_decode(&in, &e, NULL), ST_OK);
	ck_assert(e.kind == ENVELOPE_NOTIFICATION && span_is(e.method, "worker.leaving"));
	ck_assert_ptr_eq(in.at, in.end);
	buf_fini(&b);
}
END_TEST

START_TEST(responses_are_decoded_as_encoded)
{
	struct buf b = { 0 };
	struct envelope e;
	envelope_put_result(&b, 1, SPAN("\x2a"));
	envelope_put_error(&b, 2, SPAN("\x80"));
	struct msg_reader in = msg_reader(buf_view(&b));
	ck_assert_int_eq(envelope_decode(&in, &e, NULL), ST_OK);
	ck_assert(e.msgid == 1 && msg_is_nil(e.error) && span_is(e.result, "\x2a"));
	ck_assert_int_eq(envelope_decode(&in, &e, NULL), ST_OK);
	ck_assert(e.msgid == 2 && !msg_is_nil(e.error) && msg_is_nil(e.result));
	buf_fini(&b);
}
END_TEST

START_TEST(an_error_map_has_code_text_and_field)
{
	struct fail why = { 0 };
	struct span text;
	struct buf b = { 0 };
	(void)fail_field(&why, ST_INVALID_INPUT, "name", "name must not be blank");
	envelope_put_error_map(&b, ST_INVALID_INPUT, &why);
	ck_assert(msg_find_text(buf_view(&b), "code", &text) && span_is(text, "INVALID_INPUT"));
	ck_assert(msg_find_text(buf_view(&b), "message", &text)
		  && span_is(text, "name must not be blank"));
	ck_assert(msg_find_text(buf_view(&b), "field", &text) && span_is(text, "name"));
	buf_clear(&b);
	envelope_put_error_map(&b, ST_OVERLOADED, NULL);
	ck_assert(!msg_find_text(buf_view(&b), "field", &text));
	buf_fini(&b);
}
END_TEST

/* Before a connection is up, texts of libpq have the encoding of the server. */
START_TEST(a_text_that_is_not_utf8_is_replaced)
{
	struct fail why = { .text = "fatal: \xe4rger" };
	struct span text;
	struct buf b = { 0 };
	size_t size;
	envelope_put_error_map(&b, ST_DATABASE_UNAVAILABLE, &why);
	ck_assert_int_eq(msg_measure(buf_view(&b), &size, NULL), ST_OK);
	ck_assert(msg_find_text(buf_view(&b), "message", &text));
	ck_assert(span_is(text, status_info(ST_DATABASE_UNAVAILABLE)->message));
	buf_fini(&b);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("envelope");
	tcase_add_loop_test(tc, a_message_is_decoded_or_refused, 0, sizeof bodies / sizeof *bodies);
	tcase_add_loop_test(
		tc, a_client_may_omit_the_context, 0, sizeof client_bodies / sizeof *client_bodies);
	tcase_add_test(tc, a_request_is_decoded_as_encoded);
	tcase_add_test(tc, responses_are_decoded_as_encoded);
	tcase_add_test(tc, an_error_map_has_code_text_and_field);
	tcase_add_test(tc, a_text_that_is_not_utf8_is_replaced);
	return suite_run("envelope", tc);
}
