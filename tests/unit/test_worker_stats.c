/* What worker.ready tells of a worker: written by the worker's tables, read by the gateway. */
#include <string.h>

#include "common/msg.h"
#include "gateway/worker_stats.h"
#include "tests/unit/suite.h"
#include "worker/connection_setup.h"
#include "worker/lane_meter.h"
#include "worker/lanes.h"
#include "worker/link.h"

static bool has_row(const struct counter_table *table, const struct worker_counter *c)
{
	for (size_t i = 0; i < table->count; i++)
		if (strcmp(table->rows[i].name, c->key) == 0)
			return table->rows[i].kind == c->kind;
	return false;
}

START_TEST(a_worker_sends_each_number_that_the_gateway_reads)
{
	const struct worker_counter *c;
	for (size_t i = 0; (c = worker_counter_at(i)); i++) {
		if (strcmp(c->map, "process") == 0) /* written without a table */
			continue;
		bool is_stat = strcmp(c->map, lanes_counter_table.name) == 0;
		ck_assert(is_stat || strcmp(c->map, link_counter_table.name) == 0);
		ck_assert_msg(has_row(is_stat ? &lanes_counter_table : &link_counter_table, c),
			"%s.%s", c->map, c->key);
	}
	ck_assert_int_eq(WORKER_LANES, LANES - LANE_READ);
	for (enum lane lane = LANE_READ; lane < LANES; lane++)
		ck_assert_str_eq(worker_lane_name(lane - LANE_READ), connection_lane_name(lane));
}
END_TEST

static struct lane_counts sample(void)
{
	struct lane_meter meter = { .counts = { .queued = 3, .in_flight = 2, .connections = 1 } };
	lane_meter_begin(&meter, 5);
	lane_meter_commit(&meter);
	lane_meter_commit(&meter);
	lane_meter_begin(&meter, 0);
	return meter.counts;
}

START_TEST(a_lane_is_read_as_it_was_written)
{
	struct lane_counts counts = sample();
	struct worker_stats stats = { 0 };
	struct buf params = { 0 };
	msg_put_map(&params, 2);
	msg_put_key(&params, "stats");
	msg_put_map(&params, 1);
	msg_put_key(&params, "done");
	msg_put_int(&params, 70000);
	msg_put_key(&params, "lanes");
	msg_put_map(&params, 2);
	msg_put_key(&params, "write");
	lane_counts_put(&params, &counts);
	msg_put_key(&params, "of a newer version");
	msg_put_int(&params, 1);
	worker_stats_read(&stats, buf_view(&params));
	ck_assert_uint_eq(stats.counters[0], 70000);
	ck_assert(memcmp(&stats.lanes[1], &counts, sizeof counts) == 0);
	ck_assert_uint_eq(stats.lanes[0].runs, 0);
	ck_assert_uint_eq(counts.runs, 1);
	ck_assert_uint_eq(counts.batch.sum, 5);
	ck_assert_uint_eq(histogram_count(&counts.commit, &lane_commit_shape), 2);
	buf_fini(&params);
}
END_TEST

#define BYTES(literal)                         \
	{                                      \
		(literal), sizeof(literal) - 1 \
	}

static const struct span others[] = {
	BYTES("\x80"),
	BYTES("\xc0"),
	BYTES("\x81\xa5lanes\x01"),
	BYTES("\x81\xa5lanes\x81\xa4read\xc0"),
	BYTES("\x81\xa5lanes\x81\xa4read\x81\xa4runs\xff"),
	BYTES("\x81\xa5lanes\x81\xa4read\x81\xae"
	      "batch_requests\x92\x01\x01"),
	BYTES("\x81\xa5stats\x81\xa4"
	      "done\xa1x"),
	BYTES("\x81\xa5stats\x90"),
};
enum { OTHERS = sizeof others / sizeof *others };

START_TEST(what_another_version_sends_changes_nothing)
{
	struct worker_stats stats = { .counters = { 7 } }, before = stats;
	stats.lanes[0].runs = before.lanes[0].runs = 7;
	worker_stats_read(&stats, others[_i]);
	ck_assert(memcmp(&stats, &before, sizeof stats) == 0);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("worker_stats");
	tcase_add_test(tests, a_worker_sends_each_number_that_the_gateway_reads);
	tcase_add_test(tests, a_lane_is_read_as_it_was_written);
	tcase_add_loop_test(tests, what_another_version_sends_changes_nothing, 0, OTHERS);
	return suite_run("worker_stats", tests);
}
