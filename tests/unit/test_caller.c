/* The params that tell a method who calls it. */
#include <string.h>

#include "common/json_out.h"
#include "gateway/caller.h"
#include "gateway/json_in.h"
#include "gateway/request_params.h"
#include "gateway/route_table.h"
#include "tests/unit/suite.h"

#define CALLER (PARAM_CALLER | PARAM_NULLABLE)

static const struct param wanted[] = {
	{ .name = "caller_scopes", .kind = PARAM_INT, .flags = CALLER, .max = 15 },
	{ .name = "caller_credential", .kind = PARAM_TEXT, .flags = CALLER, .max = 64 },
	{ .name = "caller_address", .kind = PARAM_TEXT, .flags = CALLER, .max = 64 },
};

enum { WANTED = sizeof wanted / sizeof *wanted };

static const struct method asks = {
	.name = "test.asks",
	.is_write = true,
	METHOD_PARAMS({ .name = "name", .kind = PARAM_TEXT, .max = 9 },
		{ .name = "caller_scopes", .kind = PARAM_INT, .flags = CALLER, .max = 15 },
		{ .name = "caller_credential", .kind = PARAM_TEXT, .flags = CALLER, .max = 64 },
		{ .name = "caller_address", .kind = PARAM_TEXT, .flags = CALLER, .max = 64 }),
};

static const struct method asks_nothing = {
	.name = "test.asks_nothing",
	METHOD_PARAMS({ .name = "name", .kind = PARAM_TEXT, .max = 9 }),
};

static void expect(const struct caller *caller, const struct method *m, const char *json)
{
	struct buf params = { 0 }, shown = { 0 };
	struct param_writer w = param_writer_open(&params, NULL);
	caller_put(caller, m, &w);
	param_writer_close(&w);
	json_out_value(&shown, buf_view(&params));
	buf_byte(&shown, '\0');
	ck_assert_str_eq(shown.bytes, json);
	buf_fini(&params);
	buf_fini(&shown);
}

START_TEST(a_method_is_told_what_is_known_of_its_caller)
{
	struct principal admin = { .account = 7, .scopes = 14, .credential = "token 9" };
	struct principal nobody = { 0 };
	struct caller known = { .principal = &admin, .address = SPAN("192.0.2.1") };
	struct caller unknown = { .principal = &nobody };
	expect(&known, &asks,
		"{\"caller_scopes\":14,\"caller_credential\":\"token 9\","
		"\"caller_address\":\"192.0.2.1\"}");
	expect(&unknown, &asks, "{\"caller_scopes\":0}");
	expect(&known, &asks_nothing, "{}");
	expect(&known, method_find(SPAN("stats.totals")), "{}"); /* it has no params */
}
END_TEST

/* caller_put sets all three, and looks only at the last param. */
START_TEST(a_row_ends_with_all_of_these_params_or_has_none)
{
	const struct method *m = method_at((size_t)_i);
	size_t own = method_client_params(m);
	for (size_t i = 0; i < own; i++)
		ck_assert_msg(!(m->params[i].flags & PARAM_CALLER), "%s", m->name);
	if (own == m->param_count)
		return;
	ck_assert_msg(m->param_count - own == WANTED, "%s", m->name);
	for (size_t i = 0; i < WANTED; i++) {
		const struct param *p = &m->params[own + i];
		ck_assert_str_eq(p->name, wanted[i].name);
		ck_assert(p->kind == wanted[i].kind && p->flags == wanted[i].flags);
		ck_assert(p->min == 0 && p->max == wanted[i].max);
	}
}
END_TEST

START_TEST(clients_have_no_such_params)
{
	ck_assert_uint_eq(method_client_params(&asks), 1);
	ck_assert_ptr_eq(method_client_param(&asks, SPAN("name")), &asks.params[0]);
	for (size_t i = 0; i < WANTED; i++)
		ck_assert_ptr_null(method_client_param(&asks, span_of(wanted[i].name)));
}
END_TEST

START_TEST(no_place_of_an_http_request_gives_them)
{
	static const char *const paths[] = { "/api/v1/x", "/api/x", "/x" };
	for (size_t i = 0; i < 2 * sizeof paths / sizeof *paths; i++) {
		struct method method = asks;
		const char *path = paths[i / 2];
		struct route_row row = {
			.method = "POST", .path = path, .takes_body = BODY_REQUIRED
		};
		struct route route = {
			.row = &row, .method = &method, .dialect = dialect_of(span_of(path))
		};
		method.is_write = i % 2;
		for (size_t p = 1; p < method.param_count; p++)
			ck_assert_int_eq(
				request_params_place(&route, &method.params[p]), PLACE_NONE);
	}
}
END_TEST

START_TEST(a_body_cannot_give_them)
{
	struct json_in *json = NULL;
	struct buf params = { 0 };
	struct fail why = { 0 };
	struct param_writer w = param_writer_open(&params, &why);
	struct json_in_rules rules = { .method = &asks, .is_strict = true };
	struct span body = SPAN("{\"caller_scopes\":14}");
	ck_assert(json_in_parse(body, &json, &why) == ST_OK);
	ck_assert_int_eq(json_in_put_params(json, &rules, &w), ST_INVALID_INPUT);
	ck_assert_str_eq(why.text, "unknown field \"caller_scopes\"");
	rules.is_strict = false;
	ck_assert_int_eq(json_in_put_params(json, &rules, &w), ST_OK);
	ck_assert_uint_eq(w.count, 0);
	json_in_free(&json);
	buf_fini(&params);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("caller");
	tcase_add_test(tc, a_method_is_told_what_is_known_of_its_caller);
	tcase_add_loop_test(
		tc, a_row_ends_with_all_of_these_params_or_has_none, 0, (int)method_count());
	tcase_add_test(tc, clients_have_no_such_params);
	tcase_add_test(tc, no_place_of_an_http_request_gives_them);
	tcase_add_test(tc, a_body_cannot_give_them);
	return suite_run("caller", tc);
}
