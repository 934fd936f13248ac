#include "gateway/pool_counts.h"

#define AT(field) COUNTER_AT(struct pool_counts, field)

static const struct counter queue_rows[] = {
	{ "max",       COUNTER_GAUGE, AT(queue_max), "Calls that may wait for a worker." },
	{ "waiting",   COUNTER_GAUGE, AT(queued),    "Calls that wait for a worker." },
	{ "suspects",  COUNTER_GAUGE, AT(retries),   "Calls that wait for their retry after a worker died with them." },
	{ "in_flight", COUNTER_GAUGE, AT(in_flight), "Calls that workers have." },
	{ "live",      COUNTER_GAUGE, AT(live),      "All calls in the pool." },
};

static const struct counter counts_rows[] = {
	{ "calls",      COUNTER_TOTAL, AT(calls),      "Calls accepted." },
	{ "answered",   COUNTER_TOTAL, AT(answered),   "Calls that ended with a worker's response." },
	{ "cancelled",  COUNTER_TOTAL, AT(cancelled),  "Calls whose client left first." },
	{ "overloaded", COUNTER_TOTAL, AT(overloaded), "Calls refused because the queue was full." },
	{ "no_worker",  COUNTER_TOTAL, AT(no_worker),  "Calls refused or ended because no worker with a live database was connected." },
	{ "expired",    COUNTER_TOTAL, AT(expired),    "Calls that ended at their deadline." },
	{ "unknown",    COUNTER_TOTAL, AT(unknown),    "Calls that ended as OUTCOME_UNKNOWN." },
	{ "assigned",   COUNTER_TOTAL, AT(assigned),   "Requests assigned to workers, repetitions included." },
	{ "requeued",   COUNTER_TOTAL, AT(requeued),   "Requests taken back from a worker before they were sent." },
	{ "repeated",   COUNTER_TOTAL, AT(repeated),   "Calls repeated after a worker died with them." },
	{ "late",       COUNTER_TOTAL, AT(late),       "Responses dropped because nobody waits for them." },
	{ "stale",      COUNTER_TOTAL, AT(stale),      "Messages of workers dropped because they belong to another epoch." },
	{ "malformed",  COUNTER_TOTAL, AT(malformed),  "Messages of workers dropped because they break the protocol." },
	{ "deaths",     COUNTER_TOTAL, AT(deaths),     "Workers lost that had not left in order, or still had calls." },
};

const struct counter_table pool_gauge_table = { "queue", "studytracker_queue_", queue_rows,
	sizeof queue_rows / sizeof *queue_rows };
const struct counter_table pool_counter_table = { "counts", "studytracker_pool_", counts_rows,
	sizeof counts_rows / sizeof *counts_rows };
