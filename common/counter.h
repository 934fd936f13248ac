/*
 * counter: tables of the numbers that a module counts. rpc.status prints them; a metrics page can,
 * too.
 *
 * A module keeps its numbers in one struct of uint64_t and has one row for each. A table has a
 * name, under which rpc.status shows its numbers, and a prefix for the names of metrics. By the
 * convention of OpenMetrics (https://prometheus.io/docs/specs/om/open_metrics_spec/) a metric is
 * called prefix + name, with `_total` at the end if it is a COUNTER_TOTAL.
 *
 * To add a counter, add a field, a row and the line in schema/rpc.md.
 *
 *	static const struct counter rows[] = {
 *		{ "requests", COUNTER_TOTAL, COUNTER_AT(struct rpc_counts, requests), "Requests received." },
 *	};
 *	const struct counter_table rpc_counter_table = { "rpc", "studytracker_rpc_", rows, 1 };
 *	...
 *	counter_sources_add(&sources, &rpc_counter_table, &rpc->counts);
 *	...
 *	counter_put_map(out, source->table, source->counts);
 */
#ifndef COMMON_COUNTER_H
#define COMMON_COUNTER_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

enum counter_kind {
	COUNTER_TOTAL, /* since the start: never goes down */
	COUNTER_GAUGE, /* now */
};

struct counter {
	const char *name; /* lower case and `_` */
	enum counter_kind kind;
	size_t offset;    /* into the module's struct: COUNTER_AT */
	const char *help; /* one sentence */
};

/* The place of a field; does not compile if the field is no uint64_t. */
#define COUNTER_AT(type, field) _Generic(((type *)0)->field, uint64_t : offsetof(type, field))

struct counter_table {
	const char *name;
	const char *metric_prefix;
	const struct counter *rows;
	size_t count;
};

/* A table and the struct that holds its numbers. */
struct counter_source {
	const struct counter_table *table;
	const void *counts;
};

enum { COUNTER_SOURCES_MAX = 16 };

/* All tables of a program, in the order of their display. {0} is empty. */
struct counter_sources {
	struct counter_source items[COUNTER_SOURCES_MAX];
	size_t count;
};

/* `counts` must not move or end while the sources are in use. */
void counter_sources_add(
	struct counter_sources *sources, const struct counter_table *table, const void *counts);

uint64_t counter_value(const struct counter *c, const void *counts);

/* Appends {name: value, …} as MessagePack, in the order of the rows. */
void counter_put_map(struct buf *out, const struct counter_table *table, const void *counts);

typedef void (*counter_visit)(
	void *arg, const struct counter_table *table, const struct counter *c, uint64_t value);

/* Calls `on_counter` for each row of each source. */
void counter_each(const struct counter_sources *sources, counter_visit on_counter, void *arg);

#endif
