#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "common/msg.h"
#include "worker/bind.h"
#include "tests/unit/every_kind.h"
#include "tests/unit/suite.h"

static struct bind bound;
static struct request_pool pool;
static struct buf params;
static struct request *made[4];
static size_t count;

enum { OIDS_MAX = 64 };

/* {name: int} or {name: nil} or {} */
static void add(const struct method *m, const char *name, bool is_nil, int64_t value)
{
	struct fail why = { 0 };
	buf_clear(&params);
	msg_put_map(&params, name ? 2 : 1);
	msg_put_key(&params, "topic_id");
	msg_put_int(&params, (int64_t)count + 1);
	if (name) {
		msg_put_key(&params, name);
		if (is_nil)
			msg_put_nil(&params);
		else
			msg_put_int(&params, value);
	}
	struct envelope e = { .context = { 10 + (int64_t)count, SPAN("r"), 1000 },
		.params = buf_view(&params) };
	ck_assert_msg(request_acquire(&pool, m, &e, &made[count], &why) == ST_OK, "%s", why.text);
	count++;
}

static uint32_t load32(const char *at)
{
	uint32_t value;
	memcpy(&value, at, sizeof value);
	return be32toh(value);
}

/* Returns the length of an array's n-th element, or -1, and sets its last byte. */
static int32_t element(size_t param, int n, char *last)
{
	const char *at = bound.params[param].bytes + 20;
	for (; n > 0; n--)
		at += 4 + ((int32_t)load32(at) > 0 ? load32(at) : 0);
	int32_t len = (int32_t)load32(at);
	*last = len > 0 ? at[4 + len - 1] : 0;
	return len;
}

START_TEST(a_param_is_one_array_a_cursor_is_two_and_presence_adds_one)
{
	enum {
		BOOLS = 1000,
		TEXTS = 1009,
		INT8S = 1016,
		TIMES = 1183,
		UUIDS = 2951,
		INSTANTS = 1185,
		DATES = 1182
	};
	static const struct {
		const char *method;
		uint32_t oids[OIDS_MAX];
	} rows[] = {
		{ "stats.totals", { INT8S } },
		{ "topics.get", { INT8S, INT8S } },
		{ "topics.list", { INT8S, INT8S, INT8S, UUIDS, TEXTS, TEXTS, BOOLS } },
		{ "topics.update",
			{ INT8S, INT8S, TEXTS, TEXTS, BOOLS, BOOLS, TEXTS, TEXTS, BOOLS } },
		{ "sessions.create", { INT8S, UUIDS, INT8S, DATES, INT8S, TEXTS, INSTANTS, TEXTS,
					     TEXTS, TEXTS, TEXTS, INT8S, INT8S, INT8S, INT8S } },
		{ "sessions.create_plain", { INT8S, UUIDS, INT8S, DATES, INT8S, TEXTS, INSTANTS } },
		{ "sessions.log_plain", { INT8S, UUIDS, INT8S, TEXTS, DATES, TEXTS, INSTANTS } },
		{ "account.update", { INT8S, TEXTS, TEXTS, BOOLS, INT8S, TIMES, TEXTS, TEXTS, TEXTS,
					    TEXTS, BOOLS } },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint32_t oids[OIDS_MAX] = { 0 };
		size_t n = bind_types(method_find(span_of(rows[i].method)), oids);
		ck_assert_mem_eq(oids, rows[i].oids, sizeof oids);
		ck_assert(n == OIDS_MAX || rows[i].oids[n] == 0);
	}
}
END_TEST

START_TEST(each_kind_has_its_type)
{
	enum { BOOLS = 1000, TEXTS = 1009, INT8S = 1016, REALS = 1022, JSONS = 3807 };
	static const uint32_t wanted[] = { INT8S, TEXTS, REALS, JSONS, JSONS, BOOLS, JSONS, JSONS,
		JSONS, INT8S, INT8S, TEXTS, JSONS, TEXTS };
	uint32_t oids[OIDS_MAX] = { 0 };
	ck_assert_uint_eq(bind_types(&every_kind, oids), sizeof wanted / sizeof *wanted);
	ck_assert_mem_eq(oids, wanted, sizeof wanted);
}
END_TEST

START_TEST(every_method_binds_what_it_declares)
{
	const struct method *m;
	for (size_t i = 0; (m = method_at(i)) != NULL; i++) {
		uint32_t oids[OIDS_MAX];
		struct param_value *values = calloc(m->param_count + 1, sizeof *values);
		struct request blank = { .method = m, .values = values };
		struct request *one = &blank;
		for (size_t p = 0; p < m->param_count; p++)
			values[p].is_null = true;
		ck_assert(bind_requests(&bound, m, &one, 1) == ST_OK);
		ck_assert_uint_eq(bound.count, bind_types(m, oids));
		free(values);
	}
}
END_TEST

START_TEST(nil_and_absent_are_null_but_presence_differs)
{
	const struct method *m = method_find(SPAN("topics.update"));
	char last;
	add(m, NULL, true, 0);
	add(m, "description", true, 0);
	ck_assert(bind_requests(&bound, m, made, count) == ST_OK);
	ck_assert_uint_eq(bound.count, 9);
	ck_assert_int_eq(element(0, 1, &last), 8);
	ck_assert_int_eq(last, 11); /* account */
	ck_assert_int_eq(element(1, 0, &last), 8);
	ck_assert_int_eq(last, 1); /* topic_id */
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(element(3, i, &last), -1);
		ck_assert_int_eq(element(4, i, &last), 1);
		ck_assert_int_eq(last, i);
	}
}
END_TEST

static void begin(void)
{
	ck_assert_uint_le(bind_most(), OIDS_MAX);
	ck_assert(bind_init(&bound) == ST_OK);
}

static void end(void)
{
	while (count > 0)
		request_release(&pool, &made[--count]);
	request_pool_fini(&pool);
	bind_fini(&bound);
	buf_fini(&params);
}

int main(void)
{
	TCase *tests = tcase_create("bind");
	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, a_param_is_one_array_a_cursor_is_two_and_presence_adds_one);
	tcase_add_test(tests, each_kind_has_its_type);
	tcase_add_test(tests, every_method_binds_what_it_declares);
	tcase_add_test(tests, nil_and_absent_are_null_but_presence_differs);
	return suite_run("bind", tests);
}
