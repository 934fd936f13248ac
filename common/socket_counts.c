#include "common/socket_counts.h"

#include "common/counter.h"

#define AT(field) COUNTER_AT(struct socket_counts, field)

static const struct counter rows[] = {
	{ "received",   COUNTER_TOTAL, AT(received),   "Messages received." },
	{ "sent",       COUNTER_TOTAL, AT(sent),       "Messages sent." },
	{ "oversize",   COUNTER_TOTAL, AT(oversize),   "Messages dropped because they are slightly too large; larger ones end the connection." },
	{ "revoked",    COUNTER_TOTAL, AT(revoked),    "Messages dropped because the clients file no longer lists the sender's key." },
	{ "malformed",  COUNTER_TOTAL, AT(malformed),  "Messages dropped because their frames are not a body with an optional delimiter." },
	{ "overloaded", COUNTER_TOTAL, AT(overloaded), "Messages not sent because the receiver has too many unread ones." },
	{ "unroutable", COUNTER_TOTAL, AT(unroutable), "Messages not sent because the receiver is gone." },
};

enum { ROWS = sizeof rows / sizeof *rows };

const struct counter_table worker_socket_counter_table = { "worker_socket",
	"studytracker_worker_socket_", rows, ROWS };
const struct counter_table rpc_socket_counter_table = { "rpc_socket", "studytracker_rpc_socket_",
	rows, ROWS };
