/* How the gateway completes the context and the params of RPC requests. */
#include "common/json_out.h"
#include "gateway/rpc_params.h"
#include "tests/unit/suite.h"

#define ID     \
	"\xaa" \
	"session_id"

static const struct {
	const char *what, *method;
	struct span params;
	int pairs; /* of the new map; 0: no new map */
} id_cases[] = {
	{ "no params", "sessions.log", SPAN_INIT("\x80"), 1 },
	{ "other params", "sessions.create", SPAN_INIT("\x81\xa8topic_id\x07"), 2 },
	{ "a nil", "sessions.create", SPAN_INIT("\x82" ID "\xc0\xa8topic_id\x07"), 2 },
	{ "an id", "sessions.create", SPAN_INIT("\x81" ID "\xa1x"), 0 },
	{ "an invalid id", "sessions.create", SPAN_INIT("\x81" ID "\x07"), 0 },
	{ "keys that are not text", "sessions.log", SPAN_INIT("\x81\x01\x02"), 2 },
	{ "a method that creates nothing", "sessions.update", SPAN_INIT("\x80"), 0 },
	{ "a method without a session", "topics.create", SPAN_INIT("\x80"), 0 },
};

/* Returns the whole params, which `completed` may hold. */
static struct span complete(const struct method *method, struct span params, struct buf *completed)
{
	static const struct principal learner = { .scopes = 6, .credential = "token 7" };
	struct uuid_source ids = { 0 };
	struct rpc_additions additions = {
		.method = method, .caller = { .principal = &learner }, .ids = &ids
	};
	struct fail why = { 0 };
	ck_assert_msg(
		rpc_params_complete(&additions, &params, completed, &why) == ST_OK, "%s", why.text);
	return params;
}

START_TEST(the_gateway_generates_the_id_of_a_new_session)
{
	struct buf completed = { 0 };
	struct msg_token map;
	struct span id, given = id_cases[_i].params;
	unsigned char uuid[16];
	size_t size;
	struct span params = complete(method_find(span_of(id_cases[_i].method)), given, &completed);
	ck_assert_msg(
		(params.bytes != given.bytes) == (id_cases[_i].pairs > 0), "%s", id_cases[_i].what);
	ck_assert_uint_eq(completed.len > 0, id_cases[_i].pairs > 0);
	if (id_cases[_i].pairs == 0)
		return;
	ck_assert(msg_measure(params, &size, NULL) == ST_OK && size == params.len);
	struct msg_reader in = msg_reader(params);
	ck_assert(msg_read(&in, &map) == ST_OK && (int)map.count == id_cases[_i].pairs);
	ck_assert(msg_find_text(params, "session_id", &id) && uuid_parse(id, uuid));
	ck_assert_int_eq(uuid[6] >> 4, 7);
	buf_fini(&completed);
}
END_TEST

static const struct method asks_for_its_caller = {
	.name = "test.asks",
	METHOD_PARAMS({ .name = "name", .kind = PARAM_TEXT, .max = 9 },
		{ .name = "caller_scopes", .kind = PARAM_INT, .flags = PARAM_CALLER },
		{ .name = "caller_credential", .kind = PARAM_TEXT, .flags = PARAM_CALLER },
		{ .name = "caller_address", .kind = PARAM_TEXT, .flags = PARAM_CALLER }),
};

START_TEST(the_gateway_adds_the_caller)
{
	struct buf completed = { 0 }, shown = { 0 };
	json_out_value(&shown,
		complete(&asks_for_its_caller, SPAN("\x82\xa4name\xa1x\x01\x02"), &completed));
	buf_byte(&shown, '\0');
	ck_assert_str_eq(shown.bytes,
		"{\"caller_scopes\":6,\"caller_credential\":\"token 7\",\"name\":\"x\"}");
	buf_fini(&completed);
	buf_fini(&shown);
}
END_TEST

START_TEST(a_client_cannot_send_the_caller)
{
	static const struct span sent[] = { SPAN_INIT("\x81\xad"
						      "caller_scopes\x0e"),
		SPAN_INIT("\x82\xa4name\xa1x\xad"
			  "caller_scopes\xc0") };
	for (size_t i = 0; i < sizeof sent / sizeof *sent; i++) {
		struct principal nobody = { 0 };
		struct rpc_additions additions = { .method = &asks_for_its_caller,
			.caller = { .principal = &nobody } };
		struct span params = sent[i];
		struct buf completed = { 0 };
		struct fail why = { 0 };
		ck_assert_int_eq(rpc_params_complete(&additions, &params, &completed, &why),
			ST_INVALID_INPUT);
		ck_assert_str_eq(why.field, "caller_scopes");
		ck_assert_str_eq(why.text, "unknown field \"caller_scopes\"");
		buf_fini(&completed);
	}
}
END_TEST

START_TEST(a_context_has_defaults_and_bounds)
{
	static const struct {
		struct span map;
		int64_t fallback_ms, wanted_ms; /* 0: refused */
	} contexts[] = {
		{ SPAN_INIT("\x80"), 5000, 5000 },
		{ SPAN_INIT("\x81\xab"
			    "deadline_ms\x07"),
			5000, 7 },
		{ SPAN_INIT("\x81\xab"
			    "deadline_ms\xce\x00\x01\x00\x00"),
			5000, 60000 },
		{ SPAN_INIT("\x81\xab"
			    "deadline_ms\xce\x00\x01\x00\x00"),
			600000, 65536 },
		{ SPAN_INIT("\x81\xa7"
			    "account\x01"),
			600000, 600000 },
		{ SPAN_INIT("\x81\xa7"
			    "account\x02"),
			5000, 0 },
	};
	for (size_t i = 0; i < sizeof contexts / sizeof *contexts; i++) {
		struct context c = { .account = 1, .deadline_ms = contexts[i].fallback_ms };
		enum status st = rpc_params_context(&c, contexts[i].map, NULL);
		ck_assert_int_eq(st == ST_OK ? c.deadline_ms : 0, contexts[i].wanted_ms);
	}
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("rpc params");
	tcase_add_test(tc, a_context_has_defaults_and_bounds);
	tcase_add_loop_test(tc, the_gateway_generates_the_id_of_a_new_session, 0,
		sizeof id_cases / sizeof *id_cases);
	tcase_add_test(tc, the_gateway_adds_the_caller);
	tcase_add_test(tc, a_client_cannot_send_the_caller);
	return suite_run("rpc params", tc);
}
