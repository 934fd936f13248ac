/*
 * metrics_text: writes metrics as text, in the format of OpenMetrics 1.0
 * (https://prometheus.io/docs/specs/om/open_metrics_spec/) or in the older one of Prometheus
 * (text/plain; version=0.0.4); pure.
 *
 * All samples of a family must follow its metrics_text_family. A name has the prefix
 * "studytracker_", unless it begins with "process_".
 *
 *	struct metrics_text text = { .out = &body, .format = METRICS_OPEN };
 *	metrics_text_family(&text, &(struct metrics_family){ "studytracker_queue_waiting",
 *		METRICS_GAUGE, NULL, "Calls that wait for a worker." });
 *	metrics_text_value(&text, NULL, 0, 3);
 *	...
 *	metrics_text_end(&text);
 */
#ifndef GATEWAY_METRICS_TEXT_H
#define GATEWAY_METRICS_TEXT_H

#include "common/counter.h"
#include "common/histogram.h"

enum metrics_format { METRICS_PLAIN, METRICS_OPEN };

enum metrics_kind { METRICS_COUNTER, METRICS_GAUGE, METRICS_HISTOGRAM, METRICS_INFO };

struct metrics_family {
	const char *name; /* without the "_total" of a counter or the "_info" of an info */
	enum metrics_kind kind;
	const char *unit; /* the end of the name; NULL: a plain number */
	const char *help;
};

struct metrics_label {
	const char *name;
	struct span value; /* UTF-8 */
};

enum { METRICS_LABELS_MAX = 4 };

struct metrics_text {
	struct buf *out;
	enum metrics_format format;
	struct metrics_family family; /* the current one */
};

const char *metrics_content_type(enum metrics_format format);

void metrics_text_family(struct metrics_text *text, const struct metrics_family *family);

/* One sample of the current family, which is no histogram. */
void metrics_text_value(
	struct metrics_text *text, const struct metrics_label *labels, size_t count, double value);

/* The samples of one histogram of the current family. At most METRICS_LABELS_MAX labels. */
void metrics_text_histogram(struct metrics_text *text, const struct metrics_label *labels,
	size_t count, const struct histogram_shape *shape, const struct histogram *h);

/* The family of a row of a table (common/counter.h); the name is written into `name`. */
enum { METRICS_NAME_SIZE = 128 };
struct metrics_family metrics_family_of_counter(
	const struct counter_table *table, const struct counter *c, char name[METRICS_NAME_SIZE]);

void metrics_text_end(struct metrics_text *text);

#endif
