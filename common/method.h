/*
 * method: every RPC method and its parameters, one table.
 *
 * The gateway turns HTTP requests into params by it, the worker checks params by it and binds
 * them to its statements in this order, rpc.methods prints it and schema/rpc.md is checked
 * against it. Adding a method is a row here, a statement of the same name in
 * schema/statements/ and, where HTTP has it, a row in gateway/route.c.
 */
#ifndef COMMON_METHOD_H
#define COMMON_METHOD_H

#include "common/buf.h"
#include "common/status.h"

enum param_kind {
	PARAM_INT,     /* min..max; int8[] */
	PARAM_BOOL,    /* bool[] */
	PARAM_TEXT,    /* min..max code points, no U+0000; text[] */
	PARAM_NAME,    /* as TEXT once it is folded (common/name.h); with a min not blank; text[] */
	PARAM_UUID,    /* RFC 9562 text, any case; uuid[] */
	PARAM_DATE,    /* YYYY-MM-DD, years 1900–9999; date[] */
	PARAM_INSTANT, /* RFC 3339, years 1900–9999; timestamptz[] */
	PARAM_TIME,    /* HH:MM, 00:00 to 23:59; time[] */
	PARAM_CHOICE,  /* one of `choices`; text[] */
	PARAM_CURSOR, /* what next_cursor said: KEY or KEY~UUID, then .FINGERPRINT; int8[] and uuid[] */
};

enum {
	PARAM_REQUIRED = 1, /* absent or nil: INVALID_INPUT */
	PARAM_PRESENCE = 2, /* nil clears, absent leaves: bound as value[] and bool[] present */
	PARAM_MINTED = 4,   /* the gateway makes a UUIDv7 where a client gives none */
	PARAM_KEY = 8, /* no two requests of one batch have the same value; one param at most */
	PARAM_NULLABLE = 16, /* nil means what absence means; of other params nil is refused */
};

struct param {
	const char *name;
	enum param_kind kind;
	unsigned flags;
	int64_t min, max;
	const char *fallback;       /* the default, as text; NULL: none, bound as NULL */
	const char *const *choices; /* NULL-terminated */
};

enum {
	METHOD_PARAMS_MAX = 16,
	METHOD_KEY_ACCOUNT = METHOD_PARAMS_MAX,
	IDEMPOTENCY_KEY_MAX = 255 /* characters */
};

/* What a method's rows become (worker/encode.c). */
enum result_shape {
	RESULT_ROW,    /* one map; no row: `missing` */
	RESULT_PAGE,   /* {data: [map…], next_cursor: text|nil} */
	RESULT_REPORT, /* {head columns…, data: [map…]}: columns "head.x" go to the head */
	RESULT_TOTALS, /* {total_time, time_by_tag, total_sessions, sessions_by_tag} */
};

/*
 * A worker runs its requests in lanes. Each lane has its own database connection, queue and batch, so
 * that a slow statement holds up only its own lane (worker/lanes.h).
 */
enum lane {
	LANE_BY_KIND, /* of a row that names none: LANE_WRITE where it writes, else LANE_READ */
	LANE_READ,
	LANE_WRITE,
	LANE_SLOW,    /* searches, reports, changes of many rows: few run and wait */
	LANE_CONTROL, /* what ends other statements: it never waits behind one of them */
	LANES,
};

struct method {
	const char *name;
	bool is_write;       /* runs in a transaction of its own, ordered by key */
	bool safe_to_repeat; /* running it twice leaves and answers the same; see method_may_repeat */
	enum result_shape shape;
	enum status missing; /* RESULT_ROW without a row; ST_OK: ST_INTERNAL, it always has one */
	struct param params[METHOD_PARAMS_MAX];
	const char *summary;
	enum lane lane;
	const char *slow_with; /* a request that gives this param runs in LANE_SLOW; NULL: none */
	/* The most rows that a response has, or what is assumed where it has no bound. 0: one row, or as
	 * many as `limit` says. */
	int64_t rows;
	bool changes_account; /* no two requests of one batch are of the same account */
	bool is_for_gateways; /* who ask for it by themselves; clients have no such method */
	bool is_internal; /* a worker's own: it is taken from nobody (worker/lanes.h, lanes_run) */
};

/* NULL where the name is unknown. */
const struct method *method_find(struct span name);

/* The same, of what clients may ask for. */
const struct method *method_find_public(struct span name);

/* The table in its order, which is also the order in which a worker runs a batch. */
const struct method *method_at(size_t index); /* NULL past the end */
size_t method_count(void);
size_t method_index(const struct method *m);
/* The index of its PARAM_KEY; METHOD_KEY_ACCOUNT: the account is the key; -1: none. */
int method_key(const struct method *m);
size_t method_param_count(const struct method *m);
const struct param *method_param(const struct method *m, struct span name); /* NULL: unknown */

/* Whether this very request, whose params are one MessagePack map, may be run twice: with an
 * idempotency_key whatever its method, with if_match or if_none_match never, as it would find the
 * row changed by itself. */
bool method_may_repeat(const struct method *m, struct span params);

/* The lane of a request with these params (one MessagePack map); never LANE_BY_KIND. */
enum lane method_lane(const struct method *m, struct span params);

/* Whether requests of the method may run in the lane. */
bool method_runs_in(const struct method *m, enum lane lane);

/* How many rows the response to a request with these params may have; at least 1. */
int64_t method_rows(const struct method *m, struct span params);

#endif
