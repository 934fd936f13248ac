#include <string.h>

#include "common/method_map.h"
#include "common/msg.h"
#include "common/param_value.h"
#include "tests/unit/every_kind.h"
#include "tests/unit/suite.h"

/* A map with one integer param; NULL: an empty map. */
static struct span params_with(struct buf *out, const char *param, int64_t value)
{
	buf_clear(out);
	msg_put_map(out, param != NULL);
	if (param) {
		msg_put_key(out, param);
		msg_put_int(out, value);
	}
	return buf_view(out);
}

static const struct {
	const char *method, *param;
	int64_t value;
	enum lane lane;
	int64_t rows;
} requests[] = {
	{ "topics.get", NULL, 0, LANE_READ, 1 },
	{ "topics.list", NULL, 0, LANE_READ, 50 },
	{ "topics.list", "q", 1, LANE_SLOW, 50 },
	{ "sessions.list", "limit", 500, LANE_READ, 500 },
	{ "sessions.list", "limit", 501, LANE_READ, 500 },
	{ "sessions.list", "limit", -7, LANE_READ, 1 },
	{ "sessions.list", "q", 1, LANE_SLOW, 50 },
	{ "sessions.create", NULL, 0, LANE_WRITE, 1 },
	{ "topics.delete", "q", 1, LANE_WRITE, 1 },
	{ "topics.merge", NULL, 0, LANE_SLOW, 1 },
	{ "topics.restore", NULL, 0, LANE_WRITE, 1 },
	{ "topics.restore", "with_sessions", 1, LANE_SLOW, 1 },
	{ "stats.streak", NULL, 0, LANE_READ, 1 },
	{ "stats.totals", NULL, 0, LANE_READ, 200 },
	{ "stats.series", NULL, 0, LANE_SLOW, 20000 },
	{ "stats.heatmap", NULL, 0, LANE_SLOW, 366 },
	{ "workers.fence", NULL, 0, LANE_CONTROL, 1 },
};

START_TEST(a_request_has_a_lane_and_a_number_of_rows)
{
	struct buf bytes = { 0 };
	const struct method *m = method_find(span_of(requests[_i].method));
	struct span params = params_with(&bytes, requests[_i].param, requests[_i].value);
	ck_assert_int_eq(method_lane(m, params), requests[_i].lane);
	ck_assert_int_eq(method_rows(m, params), requests[_i].rows);
	ck_assert(method_runs_in(m, requests[_i].lane));
	buf_fini(&bytes);
}
END_TEST

START_TEST(a_limit_that_is_not_an_integer_counts_as_the_maximum)
{
	struct buf bytes = { 0 };
	msg_put_map(&bytes, 1);
	msg_put_key(&bytes, "limit");
	msg_put_key(&bytes, "many");
	ck_assert_int_eq(method_rows(method_find(SPAN("topics.list")), buf_view(&bytes)), 500);
	buf_fini(&bytes);
}
END_TEST

START_TEST(a_method_runs_in_its_lane_and_in_the_lane_of_a_param)
{
	const struct method *list = method_find(SPAN("topics.list"));
	const struct method *create = method_find(SPAN("topics.create"));
	ck_assert(method_runs_in(list, LANE_READ) && method_runs_in(list, LANE_SLOW));
	ck_assert(!method_runs_in(list, LANE_WRITE) && !method_runs_in(list, LANE_CONTROL));
	ck_assert(method_runs_in(create, LANE_WRITE) && !method_runs_in(create, LANE_SLOW));
}
END_TEST

START_TEST(a_standby_runs_only_plain_reads_of_clients)
{
	static const struct {
		const char *method;
		bool runs;
	} cases[] = {
		{ "topics.list", true },
		{ "topics.get", true },
		{ "topics.create", false },
		{ "stats.series", false },
		{ "credentials.get", false },
		{ "workers.fence", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ck_assert_msg(method_runs_in(method_find(span_of(cases[i].method)), LANE_STANDBY)
				      == cases[i].runs,
			"%s", cases[i].method);
}
END_TEST

START_TEST(a_method_with_passwords_runs_in_no_lane)
{
	static const struct password_step step = { .then = "topics.create" };
	static const struct method m = {
		.name = "topics.open", .is_write = true, .passwords = &step
	};
	for (enum lane lane = LANE_READ; lane < LANES; lane++)
		ck_assert(!method_runs_in(&m, lane));
}
END_TEST

START_TEST(every_method_without_passwords_runs_in_a_lane)
{
	for (size_t i = 0; i < method_count(); i++) {
		if (method_at(i)->passwords)
			continue;
		size_t lanes = 0;
		for (enum lane lane = LANE_READ; lane < LANE_STANDBY; lane++)
			lanes += method_runs_in(method_at(i), lane);
		ck_assert_msg(lanes >= 1 && lanes <= 2, "%s", method_at(i)->name);
		ck_assert(!method_runs_in(method_at(i), LANE_BY_KIND));
	}
}
END_TEST

START_TEST(each_method_is_found_by_its_name_and_no_other)
{
	struct method_map map;
	ck_assert(method_map_init(&map) == ST_OK);
	for (size_t i = 0; i < method_count(); i++) {
		struct span name = span_of(method_at(i)->name);
		ck_assert_ptr_eq(method_map_find(&map, name), method_at(i));
		ck_assert_ptr_eq(method_find(name), method_at(i));
		ck_assert_uint_eq(method_index(method_at(i)), i);
		name.len--;
		ck_assert_ptr_null(method_map_find(&map, name));
	}
	ck_assert_ptr_null(method_map_find(&map, SPAN("")));
	ck_assert_ptr_null(method_map_find(&map, SPAN("topics.got")));
	ck_assert_ptr_null(method_map_find(&map, SPAN("topics.get\0")));
	method_map_fini(&map);
}
END_TEST

/* A search visits no more slots than the longest row of used ones. */
START_TEST(a_search_looks_at_few_slots)
{
	struct method_map map;
	size_t run = 0, longest = 0;
	ck_assert(method_map_init(&map) == ST_OK);
	ck_assert_uint_ge(map.mask + 1, 2 * method_count());
	for (size_t i = 0; i <= map.mask; i++) {
		run = map.slots[i] ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	ck_assert_uint_le(longest, 8);
	method_map_fini(&map);
}
END_TEST

static bool has_flag_twice(const struct method *m, unsigned flag)
{
	size_t count = 0;
	for (size_t i = 0; i < m->param_count; i++)
		count += !!(m->params[i].flags & flag);
	return count > 1;
}

static bool may_be_item(enum param_kind list, enum param_kind item)
{
	if (list == PARAM_TEXTS)
		return item == PARAM_TEXT || item == PARAM_NAME || item == PARAM_CHOICE;
	if (list == PARAM_IDS)
		return item == PARAM_INT || item == PARAM_UUID;
	return item < PARAM_TEXTS && !param_is_cursor(&(struct param){ .kind = item });
}

static void check_items(const struct param *p)
{
	bool has_items = p->kind >= PARAM_TEXTS && p->kind != PARAM_VALUES;
	ck_assert_msg(!p->items == !has_items, "%s", p->name);
	ck_assert_msg(!p->items == !p->item_count, "%s", p->name);
	ck_assert_msg(
		p->item_count <= (p->kind == PARAM_OBJECTS ? PARAM_ITEMS_MAX : 1), "%s", p->name);
	ck_assert_msg(!param_is_list(p) || (p->max > 0 && p->max <= UINT32_MAX), "%s", p->name);
	for (size_t i = 0; i < p->item_count; i++) {
		const struct param *item = &p->items[i];
		ck_assert_msg(may_be_item(p->kind, item->kind), "%s", p->name);
		ck_assert_msg(!item->name == (p->kind != PARAM_OBJECTS), "%s", p->name);
		ck_assert_msg(!item->choices == (item->kind != PARAM_CHOICE), "%s", p->name);
		/* an absent field and a null one become the same */
		ck_assert_msg(!(item->flags & ~(PARAM_REQUIRED | PARAM_NULLABLE)), "%s", p->name);
	}
}

START_TEST(every_row_is_complete)
{
	for (size_t i = 0; i < method_count(); i++) {
		const struct method *m = method_at(i);
		ck_assert_msg(m->name && strchr(m->name, '.') && m->summary, "row %zu", i);
		ck_assert_msg(!m->param_count == !m->params, "%s", m->name);
		ck_assert_uint_le(m->param_count, method_params_most());
		for (size_t k = 0; k < m->param_count; k++) {
			const struct param *p = &m->params[k];
			ck_assert_msg(!!p->name, "%s: param %zu", m->name, k);
			ck_assert_ptr_eq(method_param(m, span_of(p->name)), p);
			ck_assert_msg(!p->choices == (p->kind != PARAM_CHOICE), "%s", p->name);
			check_items(p);
		}
		ck_assert_msg(
			!m->slow_with || method_param(m, span_of(m->slow_with)), "%s", m->name);
		ck_assert_msg(!has_flag_twice(m, PARAM_KEY), "%s", m->name);
		ck_assert_msg(!has_flag_twice(m, PARAM_GENERATED), "%s", m->name);
	}
}
END_TEST

static const struct param *param_of(const struct method *m, const char *name)
{
	const struct param *p = method_param(m, span_of(name));
	ck_assert_msg(p != NULL, "%s has no %s", m->name, name);
	return p;
}

/* Also wiping relies on the kind: the values of other kinds may be copies. */
static void check_password(const struct method *m, const char *name)
{
	if (name)
		ck_assert_msg(param_of(m, name)->kind == PARAM_TEXT, "%s: %s", m->name, name);
}

static const struct {
	const char *name;
	enum param_kind kind;
} of_steps[] = {
	{ "holder_id", PARAM_INT },
	{ "is_verified", PARAM_BOOL },
	{ "checked_hash", PARAM_TEXT },
	{ "hash", PARAM_TEXT },
};

static bool is_of_step(const struct param *p)
{
	for (size_t i = 0; i < sizeof of_steps / sizeof *of_steps; i++)
		if (span_is(span_of(p->name), of_steps[i].name) && p->kind == of_steps[i].kind)
			return true;
	return false;
}

static void check_then(const struct method *m, const struct method *then)
{
	ck_assert_msg(then && then->audience == AUDIENCE_SELF && !then->passwords, "%s", m->name);
	for (size_t i = 0; i < then->param_count; i++)
		if ((then->params[i].flags & PARAM_REQUIRED) && !is_of_step(&then->params[i]))
			param_of(m, then->params[i].name);
}

START_TEST(the_password_steps_are_complete)
{
	for (size_t i = 0; i < method_count(); i++) {
		const struct method *m = method_at(i);
		const struct password_step *step = m->passwords;
		if (!step)
			continue;
		ck_assert_msg(step->checks || step->sets, "%s", m->name);
		ck_assert_msg(m->audience != AUDIENCE_SELF, "%s", m->name);
		check_password(m, step->checks);
		check_password(m, step->sets);
		check_then(m, method_find(span_of(step->then)));
		if (step->finds_by)
			(void)param_of(m, step->finds_by);
	}
}
END_TEST

static void check_same_call(const struct method *m, const struct method *v)
{
	ck_assert_msg(v->audience == AUDIENCE_SELF && !v->variants, "%s", v->name);
	ck_assert_msg(v->shape == m->shape && v->missing == m->missing, "%s", v->name);
	ck_assert_msg(v->is_write == m->is_write && v->safe_to_repeat == m->safe_to_repeat
			      && method_key(v) == method_key(m),
		"%s", v->name);
}

/* The row of a read can answer several requests, so none of them is left. */
static void check_choice(const struct method *m, const struct method *v)
{
	const struct param *sort = method_param(m, SPAN("sort"));
	ck_assert_msg(!sort == !v->sort, "%s", v->name);
	ck_assert_msg(!sort || sort >= m->params + v->param_count, "%s", v->name);
	ck_assert_msg(v->is_write || !v->leaves_unanswered, "%s", v->name);
}

static void check_first_params(const struct method *m, const struct method *v)
{
	for (size_t i = 0; i < v->param_count; i++)
		ck_assert_msg(strcmp(v->params[i].name, m->params[i].name) == 0
				      && v->params[i].kind == m->params[i].kind,
			"%s %s", v->name, v->params[i].name);
}

/* A worker binds the values of the method's params to those of the variant, by their places. */
START_TEST(a_variant_has_the_first_params_of_its_method)
{
	size_t variants = 0;
	for (size_t i = 0; i < method_count(); i++) {
		const struct method *m = method_at(i);
		for (size_t n = 1; n <= m->variants; n++, variants++) {
			const struct method *v = m + n;
			check_same_call(m, v);
			check_choice(m, v);
			check_first_params(m, v);
		}
	}
	ck_assert_uint_gt(variants, 0);
}
END_TEST

START_TEST(the_items_of_lists_are_complete)
{
	for (size_t i = 0; i < every_kind.param_count; i++)
		check_items(&every_kind.params[i]);
}
END_TEST

static const struct {
	const char *method;
	enum audience audience;
	enum scope scope;
} rights[] = {
	{ "topics.get", AUDIENCE_CLIENTS, SCOPE_READ },
	{ "stats.series", AUDIENCE_CLIENTS, SCOPE_READ },
	{ "sessions.create", AUDIENCE_CLIENTS, SCOPE_WRITE },
	{ "account.update", AUDIENCE_CLIENTS, SCOPE_WRITE },
	{ "workers.fence", AUDIENCE_GATEWAYS, SCOPE_WRITE },
	{ "keys.purge", AUDIENCE_SELF, SCOPE_WRITE },
	{ "lanes.cancel", AUDIENCE_SELF, SCOPE_READ },
};

START_TEST(a_method_has_an_audience_and_a_scope)
{
	const struct method *m = method_find(span_of(rights[_i].method));
	ck_assert_int_eq(m->audience, rights[_i].audience);
	ck_assert_int_eq(method_scope(m), rights[_i].scope);
	struct method_map map;
	ck_assert(method_map_init(&map) == ST_OK);
	ck_assert(!method_map_find_public(&map, span_of(m->name))
		  == (m->audience != AUDIENCE_CLIENTS));
	method_map_fini(&map);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("method");
	tcase_add_loop_test(tests, a_request_has_a_lane_and_a_number_of_rows, 0,
		sizeof requests / sizeof *requests);
	tcase_add_test(tests, a_limit_that_is_not_an_integer_counts_as_the_maximum);
	tcase_add_test(tests, a_method_runs_in_its_lane_and_in_the_lane_of_a_param);
	tcase_add_test(tests, a_standby_runs_only_plain_reads_of_clients);
	tcase_add_test(tests, a_method_with_passwords_runs_in_no_lane);
	tcase_add_test(tests, every_method_without_passwords_runs_in_a_lane);
	tcase_add_test(tests, each_method_is_found_by_its_name_and_no_other);
	tcase_add_test(tests, a_search_looks_at_few_slots);
	tcase_add_test(tests, every_row_is_complete);
	tcase_add_test(tests, the_password_steps_are_complete);
	tcase_add_test(tests, a_variant_has_the_first_params_of_its_method);
	tcase_add_test(tests, the_items_of_lists_are_complete);
	tcase_add_loop_test(
		tests, a_method_has_an_audience_and_a_scope, 0, sizeof rights / sizeof *rights);
	return suite_run("method", tests);
}
