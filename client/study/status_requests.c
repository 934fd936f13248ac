#include "client/study/status_requests.h"

#include <json.h>
#include <stdio.h>

#include "client/study/status_rates.h"
#include "client/study/table.h"

static const char *const class_names[] = { "read", "write", "other" };

enum { CLASSES = sizeof class_names / sizeof *class_names };

/* What is counted of a class, in the order of the columns. */
static const struct {
	const char *name, *title;
} count_table[] = {
	{ "requests", "Per second" },
	{ "refused", "Refused/s" },
	{ "unavailable", "Unavailable/s" },
	{ "failed", "Failed/s" },
};

enum { COUNTS = sizeof count_table / sizeof *count_table };

static const struct {
	const char *name, *title;
	double quantile;
} quantile_table[] = {
	{ "p50_ms", "p50", 0.5 },
	{ "p99_ms", "p99", 0.99 },
};

enum { QUANTILES = sizeof quantile_table / sizeof *quantile_table };

struct requests {
	double rates[COUNTS];
	struct status_histogram latency; /* microseconds */
};

/* ---- Numbers ---- */

double status_quantile(const struct status_histogram *h, double quantile)
{
	int64_t total = 0, below = 0;
	for (size_t i = 0; i <= h->count; i++)
		total += h->buckets[i];
	if (total <= 0 || h->count == 0)
		return -1;
	double rank = quantile * (double)total;
	for (size_t i = 0; i < h->count; below += h->buckets[i++]) {
		double low = i > 0 ? (double)h->bounds[i - 1] : 0;
		if ((double)(below + h->buckets[i]) >= rank && h->buckets[i] > 0)
			return low
			       + ((double)h->bounds[i] - low) * (rank - (double)below)
					 / (double)h->buckets[i];
	}
	return (double)h->bounds[h->count - 1];
}

static struct json_object *member(struct json_object *object, const char *name)
{
	struct json_object *value = NULL;
	(void)json_object_object_get_ex(object, name, &value);
	return value;
}

static int64_t element(struct json_object *array, size_t i)
{
	bool is_there =
		json_object_is_type(array, json_type_array) && i < json_object_array_length(array);
	return is_there ? json_object_get_int64(json_object_array_get_idx(array, i)) : 0;
}

/* A gateway that started again counts from 0. */
static int64_t increase(int64_t now, int64_t before)
{
	return now >= before ? now - before : now;
}

static void read_bounds(struct json_object *all, struct status_histogram *h)
{
	struct json_object *bounds = member(all, "bounds_us");
	size_t count =
		json_object_is_type(bounds, json_type_array) ? json_object_array_length(bounds) : 0;
	h->count = count <= STATUS_BUCKETS_MAX ? count : 0;
	for (size_t i = 0; i < h->count; i++)
		h->bounds[i] = element(bounds, i);
}

/* The array of the durations begins with their sum. */
static void add_class(
	const struct status_interval *interval, const char *class, struct requests *sum)
{
	struct json_object *now = member(member(interval->now, "http_requests"), class);
	struct json_object *old = member(member(interval->before, "http_requests"), class);
	double seconds = status_rates_seconds(interval);
	for (int i = 0; i < COUNTS && seconds > 0; i++) {
		const char *name = count_table[i].name;
		int64_t count = increase(json_object_get_int64(member(now, name)),
			json_object_get_int64(member(old, name)));
		sum->rates[i] += (double)count / seconds;
	}
	for (size_t i = 0; i <= sum->latency.count; i++)
		sum->latency.buckets[i] += increase(element(member(now, "duration_us"), i + 1),
			element(member(old, "duration_us"), i + 1));
}

static bool is_told(const struct status_interval *interval)
{
	return member(interval->now, "http_requests") != NULL;
}

static struct requests requests_of(const struct status_interval *interval, const char *class)
{
	struct requests r = { 0 };
	read_bounds(member(interval->now, "http_requests"), &r.latency);
	add_class(interval, class, &r);
	return r;
}

static struct requests requests_of_all(const struct status_interval *interval)
{
	struct requests r = { 0 };
	read_bounds(member(interval->now, "http_requests"), &r.latency);
	for (int i = 0; i < CLASSES; i++)
		add_class(interval, class_names[i], &r);
	return r;
}

static double quantile_ms(const struct requests *r, int i)
{
	return status_quantile(&r->latency, quantile_table[i].quantile) / 1000;
}

/* ---- Text ---- */

enum { CELL = 32, COLUMNS = 1 + COUNTS + QUANTILES };

static void add_row(struct table *table, const char *class, const struct requests *r)
{
	char text[COLUMNS][CELL] = { 0 };
	const char *cells[COLUMNS];
	(void)snprintf(text[0], CELL, "  %s", class);
	for (int i = 0; i < COUNTS; i++)
		(void)snprintf(text[1 + i], CELL, "%.1f", r->rates[i]);
	for (int i = 0; i < QUANTILES; i++)
		if (quantile_ms(r, i) >= 0)
			(void)snprintf(text[1 + COUNTS + i], CELL, "%.1f ms", quantile_ms(r, i));
	for (int i = 0; i < COLUMNS; i++)
		cells[i] = text[i];
	table_add(table, cells);
}

void status_requests_print(const struct terminal *out, const struct status_interval *interval)
{
	struct column columns[COLUMNS] = { { "  Requests", 0, false } };
	struct table table;
	if (!is_told(interval))
		return;
	for (int i = 0; i < COUNTS; i++)
		columns[1 + i] = (struct column){ count_table[i].title, 0, true };
	for (int i = 0; i < QUANTILES; i++)
		columns[1 + COUNTS + i] = (struct column){ quantile_table[i].title, 0, true };
	table_init(&table, out, columns, COLUMNS);
	for (int i = 0; i < CLASSES; i++) {
		struct requests r = requests_of(interval, class_names[i]);
		add_row(&table, class_names[i], &r);
	}
	(void)table_print(&table);
	table_fini(&table);
}

void status_requests_print_line(const struct terminal *out, const struct status_interval *interval)
{
	struct requests r = requests_of_all(interval);
	if (!is_told(interval))
		return;
	for (int i = 0; i < COUNTS; i++)
		fprintf(out->to, " http_%s/s %.1f", count_table[i].name, r.rates[i]);
	for (int i = 0; i < QUANTILES; i++)
		if (quantile_ms(&r, i) >= 0)
			fprintf(out->to, " %s %.1f", quantile_table[i].name, quantile_ms(&r, i));
}

/* ---- JSON ---- */

static struct json_object *json_of(const struct requests *r)
{
	struct json_object *object = json_object_new_object();
	char name[64];
	for (int i = 0; i < COUNTS; i++) {
		(void)snprintf(name, sizeof name, "%s_per_second", count_table[i].name);
		json_object_object_add(object, name, json_object_new_double(r->rates[i]));
	}
	for (int i = 0; i < QUANTILES; i++) {
		double ms = quantile_ms(r, i);
		json_object_object_add(object, quantile_table[i].name,
			ms >= 0 ? json_object_new_double(ms) : NULL);
	}
	return object;
}

struct json_object *status_requests_json(const struct status_interval *interval)
{
	if (!is_told(interval))
		return NULL;
	struct json_object *all = json_object_new_object();
	for (int i = 0; i < CLASSES; i++) {
		struct requests r = requests_of(interval, class_names[i]);
		json_object_object_add(all, class_names[i], json_of(&r));
	}
	return all;
}
