/* How rpc.methods and the routes describe params: their kinds, bounds and elements. */
#include <string.h>

#include "common/json_out.h"
#include "gateway/route_index.h"
#include "gateway/route_introspection.h"
#include "gateway/rpc_introspection.h"
#include "tests/unit/every_kind.h"
#include "tests/unit/suite.h"

static struct buf params, names;

START_TEST(every_kind_has_a_name)
{
	for (size_t i = 0; i < every_kind.param_count; i++)
		ck_assert_ptr_nonnull(param_kind_name(every_kind.params[i].kind));
	ck_assert_str_eq(param_kind_name(PARAM_CURSOR_INT), "cursor");
	ck_assert(param_has_bounds(&every_kind.params[EVERY_REAL]));
	ck_assert(param_has_bounds(&every_kind.params[EVERY_TAGS]));
	ck_assert(!param_has_bounds(&every_kind.params[EVERY_AFTER]));
	ck_assert_str_eq(param_kind_name(PARAM_CURSOR_TEXT), "cursor");
	ck_assert(!param_has_bounds(&every_kind.params[EVERY_BEHIND]));
}
END_TEST

START_TEST(rpc_methods_describes_the_elements)
{
	static const struct {
		enum every_kind_param param;
		const char *json; /* the beginning */
	} rows[] = {
		{ EVERY_REAL,
			"{\"name\":\"real\",\"kind\":\"number\",\"required\":false,\"min\":-5,"
			"\"max\":100,\"default\":0.5}" },
		{ EVERY_TAGS,
			"{\"name\":\"tags\",\"kind\":\"texts\",\"required\":false,\"min\":0,"
			"\"max\":3,\"default\":\"[]\",\"items\":[{\"kind\":\"text\",\"min\":1,"
			"\"max\":8}]}" },
		{ EVERY_GOALS, "{\"name\":\"goals\",\"kind\":\"ids\",\"required\":false,\"min\":1,"
			       "\"max\":4,\"items\":[{\"kind\":\"integer\",\"min\":1}]}" },
		{ EVERY_TEAMS,
			"{\"name\":\"teams\",\"kind\":\"objects\",\"required\":false,"
			"\"min\":0,\"max\":3,\"items\":[{\"name\":\"name\",\"kind\":\"name\","
			"\"required\":true,\"min\":1,\"max\":20},{\"name\":\"relevance\"," },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_clear(&params);
		buf_clear(&names);
		param_describe(&params, &every_kind.params[rows[i].param]);
		json_out_value(&names, buf_view(&params));
		buf_byte(&names, '\0');
		ck_assert_msg(strncmp(names.bytes, rows[i].json, strlen(rows[i].json)) == 0, "%s",
			names.bytes);
	}
}
END_TEST

START_TEST(routes_describe_the_elements)
{
	static const struct route_row row = { .method = "POST", .path = "/x", .takes_body = true };
	static const struct dialect lenient = { .unknown_names = NAMES_IGNORED };
	struct route route = { .row = &row, .dialect = &lenient, .method = &every_kind };
	const struct route_index index = { .routes = &route, .count = 1 };
	buf_clear(&params);
	route_introspection_put(&index, &params);
	buf_byte(&params, '\0');
	ck_assert_msg(strstr(params.bytes, "\"kind\":\"ids\",\"required\":false,\"nullable\":false,"
					   "\"min\":1,\"max\":4,\"items\":[{\"kind\":\"integer\","
					   "\"required\":false,\"nullable\":false,\"min\":1}]}"),
		"%s", params.bytes);
	ck_assert_msg(
		strstr(params.bytes, ",\"items\":[{\"name\":\"name\",\"kind\":\"name\","
				     "\"required\":true,\"nullable\":false,\"min\":1,"
				     "\"max\":20},{\"name\":\"relevance\",\"kind\":\"integer\","
				     "\"required\":false,\"nullable\":true,"),
		"%s", params.bytes);
}
END_TEST

static void end(void)
{
	buf_fini(&params);
	buf_fini(&names);
}

int main(void)
{
	TCase *tc = tcase_create("param_description");
	tcase_add_checked_fixture(tc, NULL, end);
	tcase_add_test(tc, every_kind_has_a_name);
	tcase_add_test(tc, rpc_methods_describes_the_elements);
	tcase_add_test(tc, routes_describe_the_elements);
	return suite_run("param_description", tc);
}
