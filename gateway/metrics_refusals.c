#include "gateway/metrics_refusals.h"

#include <string.h>

static uint64_t *counter_of(struct metrics_refusals *refusals, struct span reason)
{
	size_t i = 0;
	for (; i < refusals->count; i++)
		if (span_equals(reason,
			    (struct span){ refusals->reasons[i].text, refusals->reasons[i].len }))
			return &refusals->reasons[i].count;
	if (i == METRICS_REASONS_MAX)
		return &refusals->others;
	memcpy(refusals->reasons[i].text, reason.bytes, reason.len);
	refusals->reasons[i].len = reason.len;
	refusals->count++;
	return &refusals->reasons[i].count;
}

void metrics_refusals_add(struct metrics_refusals *refusals, struct span reason)
{
	size_t len = reason.len < METRICS_REASON_SIZE ? reason.len : METRICS_REASON_SIZE;
	if (len > 0)
		(*counter_of(refusals, span_first(reason, len)))++;
	else
		refusals->others++;
}

static void put(struct metrics_text *text, struct span reason, uint64_t count)
{
	struct metrics_label label = { "reason", reason };
	metrics_text_value(text, &label, 1, (double)count);
}

void metrics_refusals_put(const struct metrics_refusals *refusals, struct metrics_text *text)
{
	metrics_text_family(
		text, &(struct metrics_family){ "studytracker_http_refusals", METRICS_COUNTER, NULL,
			      "Requests that were refused before they were whole, or that "
			      "break HTTP." });
	for (size_t i = 0; i < refusals->count; i++)
		put(text, (struct span){ refusals->reasons[i].text, refusals->reasons[i].len },
			refusals->reasons[i].count);
	put(text, SPAN("other"), refusals->others);
}
