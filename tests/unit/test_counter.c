/* Tables of counters: how they are printed, and that those of the daemons are complete. */
#include <stdio.h>
#include <string.h>

#include "common/counter.h"
#include "common/json_out.h"
#include "common/socket_counts.h"
#include "gateway/authenticator.h"
#include "gateway/edge_counts.h"
#include "gateway/pool_counts.h"
#include "gateway/rpc_introspection.h"
#include "tests/unit/suite.h"
#include "worker/lanes.h"
#include "worker/link.h"

struct kitchen {
	uint64_t dishes, guests;
};

static const struct counter rows[] = {
	{ "guests", COUNTER_GAUGE, COUNTER_AT(struct kitchen, guests), "Guests at the table." },
	{ "dishes", COUNTER_TOTAL, COUNTER_AT(struct kitchen, dishes), "Dishes served." },
};
static const struct counter_table kitchen_table = { "kitchen", "study_kitchen_", rows, 2 };

START_TEST(a_table_prints_as_a_map)
{
	struct kitchen kitchen = { .dishes = 70000, .guests = 3 };
	struct buf map = { 0 }, shown = { 0 };
	counter_put_map(&map, &kitchen_table, &kitchen);
	json_out_value(&shown, buf_view(&map));
	ck_assert(span_is(buf_view(&shown), "{\"guests\":3,\"dishes\":70000}"));
	buf_fini(&map);
	buf_fini(&shown);
}
END_TEST

static void put_metric(
	void *arg, const struct counter_table *table, const struct counter *c, uint64_t value)
{
	buf_printf(arg, "%s%s%s %llu\n", table->metric_prefix, c->name,
		c->kind == COUNTER_TOTAL ? "_total" : "", (unsigned long long)value);
}

START_TEST(each_row_of_each_source_is_visited)
{
	struct kitchen here = { .dishes = 1, .guests = 2 }, there = { .dishes = 3, .guests = 4 };
	struct counter_sources sources = { 0 };
	struct buf out = { 0 };
	counter_sources_add(&sources, &kitchen_table, &here);
	counter_sources_add(&sources, &kitchen_table, &there);
	here.dishes++; /* a source is read when it is visited */
	counter_each(&sources, put_metric, &out);
	ck_assert(
		span_is(buf_view(&out), "study_kitchen_guests 2\nstudy_kitchen_dishes_total 2\n"
					"study_kitchen_guests 4\nstudy_kitchen_dishes_total 3\n"));
	buf_fini(&out);
}
END_TEST

/* Tables of the same struct are neighbours: together they have a row for each of its fields. */
static const struct {
	const struct counter_table *tables[2];
	size_t size;
} modules[] = {
	{ { &pool_gauge_table, &pool_counter_table }, sizeof(struct pool_counts) },
	{ { &rpc_counter_table }, sizeof(struct rpc_counts) },
	{ { &edge_counter_table }, sizeof(struct edge_counts) },
	{ { &authenticator_counter_table }, sizeof(struct authenticator_counts) },
	{ { &lanes_counter_table }, sizeof(struct lanes_counts) },
	{ { &link_counter_table }, sizeof(struct link_counts) },
	{ { &worker_socket_counter_table }, sizeof(struct socket_counts) },
	{ { &rpc_socket_counter_table }, sizeof(struct socket_counts) },
};
enum { MODULES = sizeof modules / sizeof *modules };

/* The row of the field at `offset`; NULL: none, or more than one. */
static const struct counter *row_of(int module, size_t offset)
{
	const struct counter *found = NULL;
	size_t count = 0;
	for (size_t t = 0; t < 2 && modules[module].tables[t]; t++) {
		const struct counter_table *table = modules[module].tables[t];
		for (size_t i = 0; i < table->count; i++)
			if (table->rows[i].offset == offset) {
				found = &table->rows[i];
				count++;
			}
	}
	return count == 1 ? found : NULL;
}

START_TEST(every_field_has_one_row)
{
	for (size_t offset = 0; offset < modules[_i].size; offset += sizeof(uint64_t))
		ck_assert_msg(row_of(_i, offset), "module %d: the field at %zu", _i, offset);
}
END_TEST

static void check_row(const struct counter_table *table, size_t i)
{
	const struct counter *row = &table->rows[i];
	ck_assert_uint_eq(strspn(row->name, "abcdefghijklmnopqrstuvwxyz_"), strlen(row->name));
	ck_assert_msg(!strstr(row->name, "_total"), "%s: the metric's name adds it", row->name);
	ck_assert_msg(row->help[strlen(row->help) - 1] == '.', "%s", row->help);
	for (size_t other = 0; other < i; other++)
		ck_assert_str_ne(row->name, table->rows[other].name);
}

START_TEST(names_are_unique_and_fit_for_metrics)
{
	for (size_t t = 0; t < 2 && modules[_i].tables[t]; t++)
		for (size_t i = 0; i < modules[_i].tables[t]->count; i++)
			check_row(modules[_i].tables[t], i);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("counter");
	tcase_add_test(tc, a_table_prints_as_a_map);
	tcase_add_test(tc, each_row_of_each_source_is_visited);
	tcase_add_loop_test(tc, every_field_has_one_row, 0, MODULES);
	tcase_add_loop_test(tc, names_are_unique_and_fit_for_metrics, 0, MODULES);
	return suite_run("counter", tc);
}
