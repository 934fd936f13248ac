/* How the gateway completes the context and the params of RPC requests. */
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

START_TEST(the_gateway_generates_the_id_of_a_new_session)
{
	struct uuid_source ids = { 0 };
	struct buf params = { 0 };
	struct msg_token map;
	struct span id;
	unsigned char uuid[16];
	size_t size;
	const struct method *method = method_find(span_of(id_cases[_i].method));
	bool is_generated = rpc_params_generate_id(&params, method, id_cases[_i].params, &ids);
	ck_assert_msg(is_generated == (id_cases[_i].pairs > 0), "%s", id_cases[_i].what);
	ck_assert_uint_eq(params.len > 0, is_generated);
	if (!is_generated)
		return;
	ck_assert(msg_measure(buf_view(&params), &size, NULL) == ST_OK && size == params.len);
	struct msg_reader in = msg_reader(buf_view(&params));
	ck_assert(msg_read(&in, &map) == ST_OK && (int)map.count == id_cases[_i].pairs);
	ck_assert(msg_find_text(buf_view(&params), "session_id", &id) && uuid_parse(id, uuid));
	ck_assert_int_eq(uuid[6] >> 4, 7);
	buf_fini(&params);
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
	return suite_run("rpc params", tc);
}
