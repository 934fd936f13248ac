#include "gateway/edge_counts.h"

#define AT(field) COUNTER_AT(struct edge_counts, field)

static const struct counter rows[] = {
	{ "connections",   COUNTER_GAUGE, AT(connections),   "Connections that are open." },
	{ "accepted",      COUNTER_TOTAL, AT(accepted),      "Connections accepted." },
	{ "made_room",     COUNTER_TOTAL, AT(made_room),     "Idle connections closed to make room for others." },
	{ "over_share",    COUNTER_TOTAL, AT(over_share),    "Connections closed at once because their address had used up its share." },
	{ "requests",      COUNTER_TOTAL, AT(requests),      "Requests received whole." },
	{ "refused",       COUNTER_TOTAL, AT(refused),       "Requests refused before they were received whole." },
	{ "timed_out",     COUNTER_TOTAL, AT(timed_out),     "Connections ended because the client sent or read too slowly." },
	{ "cut_requests",  COUNTER_TOTAL, AT(cut_requests),  "Requests that had no response when the drain ended." },
	{ "cut_responses", COUNTER_TOTAL, AT(cut_responses), "Responses that were not sent whole when the drain ended." },
};

const struct counter_table edge_counter_table = { "http", "studytracker_http_", rows,
	sizeof rows / sizeof *rows };
