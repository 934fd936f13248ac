#include "common/msg.h"
#include "worker/variant.h"
#include "tests/unit/suite.h"

static struct request_pool pool;

/* The row that runs sessions.list with these params, given as names and texts. */
static const char *chosen(const char *const *params)
{
	struct buf map = { 0 };
	uint32_t count = 0;
	while (params[2 * count])
		count++;
	msg_put_map(&map, count);
	for (size_t i = 0; i < 2 * count; i++)
		msg_put_text(&map, span_of(params[i]));
	struct envelope e = { .kind = ENVELOPE_REQUEST,
		.context = { 1, SPAN("trace"), 1000 },
		.params = buf_view(&map) };
	struct request *r = NULL;
	struct fail why = { 0 };
	enum status st = request_acquire(&pool, method_find(SPAN("sessions.list")), &e, &r, &why);
	ck_assert_msg(st == ST_OK, "%s", why.text);
	ck_assert_ptr_eq(variant_of(r), r->variant);
	const char *name = r->variant->name;
	request_release(&pool, &r);
	buf_fini(&map);
	return name;
}

static const struct {
	const char *params[5], *variant;
} choices[] = {
	{ { NULL }, "sessions.by_created_at" },
	{ { "sort", "created_at" }, "sessions.by_created_at" },
	{ { "sort", "-created_at" }, "sessions.by_created_at_desc" },
	{ { "sort", "study_date" }, "sessions.by_study_date" },
	{ { "sort", "-study_date" }, "sessions.by_study_date_desc" },
	{ { "tag", "" }, "sessions.list" },
	{ { "tag", "aws" }, "sessions.list" },
	{ { "sort", "study_date", "from", "2026-01-01" }, "sessions.list" },
	{ { "to", "2026-01-01" }, "sessions.list" },
	{ { "q", "x", "sort", "-created_at" }, "sessions.list" },
};

START_TEST(a_list_without_filters_is_run_by_the_variant_of_its_order)
{
	ck_assert_str_eq(chosen(choices[_i].params), choices[_i].variant);
}
END_TEST

static void end(void)
{
	request_pool_fini(&pool);
}

int main(void)
{
	TCase *tests = tcase_create("variant");
	tcase_add_checked_fixture(tests, NULL, end);
	tcase_add_loop_test(tests, a_list_without_filters_is_run_by_the_variant_of_its_order, 0,
		sizeof choices / sizeof *choices);
	return suite_run("variant", tests);
}
