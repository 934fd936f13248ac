#include <stdlib.h>

#include "common/msg.h"
#include "worker/variant.h"
#include "tests/unit/suite.h"

static struct request_pool pool;

static void put_value(struct buf *out, const char *text)
{
	char *end;
	int64_t number = strtoll(text, &end, 10);
	if (*text && !*end)
		msg_put_int(out, number);
	else
		msg_put_text(out, span_of(text));
}

/* A request with these params, given as names and values. */
static struct request *acquire(const char *method, const char *const *params)
{
	struct buf map = { 0 };
	uint32_t count = 0;
	while (params[2 * count])
		count++;
	msg_put_map(&map, count);
	for (size_t i = 0; i < count; i++) {
		msg_put_text(&map, span_of(params[2 * i]));
		put_value(&map, params[2 * i + 1]);
	}
	struct envelope e = { .kind = ENVELOPE_REQUEST,
		.context = { 1, SPAN("trace"), 1000 },
		.params = buf_view(&map) };
	struct request *r = NULL;
	struct fail why = { 0 };
	enum status st = request_acquire(&pool, method_find(span_of(method)), &e, &r, &why);
	ck_assert_msg(st == ST_OK, "%s", why.text);
	buf_fini(&map);
	return r;
}

#define LIST   "sessions.list"
#define CREATE "sessions.create"
#define LOG    "sessions.log"
#define ID     "session_id", "01890a5d-ac96-774b-bcce-b302099a8057"
#define NEW    ID, "topic_id", "7"
#define LOGGED ID, "minutes", "5", "tag", "aws"

static const struct {
	const char *method, *params[13], *variant;
} choices[] = {
	{ LIST, { NULL }, "sessions.by_created_at" },
	{ LIST, { "sort", "created_at" }, "sessions.by_created_at" },
	{ LIST, { "sort", "-created_at" }, "sessions.by_created_at_desc" },
	{ LIST, { "sort", "study_date" }, "sessions.by_study_date" },
	{ LIST, { "sort", "-study_date" }, "sessions.by_study_date_desc" },
	{ LIST, { "tag", "" }, LIST },
	{ LIST, { "tag", "aws" }, LIST },
	{ LIST, { "sort", "study_date", "from", "2026-01-01" }, LIST },
	{ LIST, { "to", "2026-01-01" }, LIST },
	{ LIST, { "q", "x", "sort", "-created_at" }, LIST },
	{ CREATE, { NEW }, "sessions.create_plain" },
	{ CREATE,
		{ NEW, "study_date", "2026-01-01", "duration_minutes", "5", "notes", "n",
			"created_at", "2026-01-01T00:00:00Z" },
		"sessions.create_plain" },
	{ CREATE, { NEW, "idempotency_key", "k" }, CREATE },
	{ CREATE, { NEW, "if_match", "*" }, CREATE },
	{ CREATE, { NEW, "tag", "aws" }, CREATE },
	{ CREATE, { NEW, "project_id", "7" }, CREATE },
	{ LOG, { LOGGED }, "sessions.log_plain" },
	{ LOG, { LOGGED, "if_none_match", "*" }, LOG },
};

START_TEST(the_first_variant_that_fits_runs_a_request)
{
	struct request *r = acquire(choices[_i].method, choices[_i].params);
	ck_assert_str_eq(r->method->name, choices[_i].method);
	ck_assert_str_eq(r->variant->name, choices[_i].variant);
	ck_assert_ptr_eq(variant_of(r), r->variant);
	request_release(&pool, &r);
}
END_TEST

START_TEST(a_request_leaves_only_a_variant_that_may_not_answer_it)
{
	static const char *const nothing[] = { NULL }, *const session[] = { NEW, NULL };
	struct request *read = acquire(LIST, nothing), *write = acquire(CREATE, session);
	variant_leave(read);
	variant_leave(write);
	ck_assert_str_eq(read->variant->name, "sessions.by_created_at");
	ck_assert_str_eq(write->variant->name, CREATE);
	request_release(&pool, &read);
	request_release(&pool, &write);
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
	tcase_add_loop_test(tests, the_first_variant_that_fits_runs_a_request, 0,
		sizeof choices / sizeof *choices);
	tcase_add_test(tests, a_request_leaves_only_a_variant_that_may_not_answer_it);
	return suite_run("variant", tests);
}
