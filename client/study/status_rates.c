#include "client/study/status_rates.h"

#include <json.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *title, *group, *name; /* name: NULL: all counters of the group together */
	bool begins_line;
} rate_table[] = {
	{ "calls", "counts", "calls", true },
	{ "answered", "counts", "answered" },
	{ "rpc_requests", "rpc", "requests" },
	{ "rpc_refused", "rpc", "refused" },
	{ "overloaded", "counts", "overloaded", true },
	{ "expired", "counts", "expired" },
	{ "no_worker", "counts", "no_worker" },
	{ "limited", "limited", NULL },
};

enum { RATES = sizeof rate_table / sizeof *rate_table };

static int64_t count(struct json_object *status, int i)
{
	struct json_object *group = NULL;
	int64_t sum = 0;
	if (!json_object_object_get_ex(status, rate_table[i].group, &group))
		return 0;
	struct json_object_iterator at = json_object_iter_begin(group);
	struct json_object_iterator end = json_object_iter_end(group);
	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		const char *name = json_object_iter_peek_name(&at);
		if (!rate_table[i].name || strcmp(name, rate_table[i].name) == 0)
			sum += json_object_get_int64(json_object_iter_peek_value(&at));
	}
	return sum;
}

double status_rates_seconds(const struct status_interval *interval)
{
	struct json_object *up = NULL;
	if (interval->before)
		return interval->seconds;
	(void)json_object_object_get_ex(interval->now, "uptime_ms", &up);
	return (double)json_object_get_int64(up) / 1000;
}

static double rate(const struct status_interval *interval, int i)
{
	double seconds = status_rates_seconds(interval);
	int64_t increase = count(interval->now, i) - count(interval->before, i);
	return seconds > 0 ? (double)increase / seconds : 0;
}

void status_rates_print(const struct terminal *out, const struct status_interval *interval)
{
	for (int i = 0; i < RATES; i++) {
		fprintf(out->to, "%s%s %.1f ", i > 0 && rate_table[i].begins_line ? "\n" : "",
			rate_table[i].begins_line ? "  per second:" : ",", rate(interval, i));
		for (const char *c = rate_table[i].title; *c; c++)
			fputc(*c == '_' ? ' ' : *c, out->to);
	}
	fputc('\n', out->to);
}

void status_rates_print_line(const struct terminal *out, const struct status_interval *interval)
{
	for (int i = 0; i < RATES; i++)
		fprintf(out->to, " %s/s %.1f", rate_table[i].title, rate(interval, i));
}

struct json_object *status_rates_json(const struct status_interval *interval)
{
	struct json_object *rates = json_object_new_object();
	for (int i = 0; i < RATES; i++)
		json_object_object_add(
			rates, rate_table[i].title, json_object_new_double(rate(interval, i)));
	return rates;
}
