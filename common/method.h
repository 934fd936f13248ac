/*
 * method: every RPC method and its params, in one table (common/method_table.c).
 *
 * The table drives both daemons and the client: the gateway builds params from HTTP requests, the
 * worker checks params and binds them to the statement in the order of the row, and rpc.methods
 * prints the rows. schema/rpc.md is checked against it. The rows of the plain verbs of entities are
 * generated from schema/entities. To add another method, add a row to common/method_table.c, a
 * statement of the same name to schema/statements/ and, for HTTP, a row to gateway/route_table.c.
 */
#ifndef COMMON_METHOD_H
#define COMMON_METHOD_H

#include "common/buf.h"
#include "common/status.h"

enum param_kind {
	PARAM_INT,           /* min..max; int8[] */
	PARAM_BOOL,          /* bool[] */
	PARAM_REAL,          /* min..max, finite; float8[] */
	PARAM_TEXT,          /* min..max code points, no U+0000, kept to the byte; text[] */
	PARAM_NAME,          /* TEXT after folding (common/name.h); with a min, not blank; text[] */
	PARAM_USERNAME,      /* TEXT that may be the username of an account; text[] */
	PARAM_EMAIL,         /* TEXT that may be its e-mail (common/account_name.h); text[] */
	PARAM_UUID,          /* RFC 9562 text, any case; uuid[] */
	PARAM_DATE,          /* YYYY-MM-DD, years 1900–9999; date[] */
	PARAM_INSTANT,       /* RFC 3339, years 1900–9999; timestamptz[] */
	PARAM_LOCAL_INSTANT, /* INSTANT, or without its offset: the statement resolves it by the
				SQL function instant_of in the account's zone; text[] */
	PARAM_TIME,          /* HH:MM, 00:00 to 23:59; time[] */
	PARAM_CHOICE,        /* one of `choices`; text[] */
	PARAM_CURSOR,     /* a next_cursor: KEY or KEY~UUID, then .FINGERPRINT; int8[] and uuid[] */
	PARAM_CURSOR_INT, /* a next_cursor: KEY~INT, then .FINGERPRINT; int8[] and int8[] */
	PARAM_CURSOR_TEXT, /* a next_cursor: TEXT, at most max bytes, then .FINGERPRINT; text[] */
	/* Lists of min..max elements, which the rows of `items` describe (common/param_list.h);
	 * jsonb[], one JSON array for each request. */
	PARAM_TEXTS,   /* one row in `items`: TEXT, NAME or CHOICE; duplicates are kept */
	PARAM_IDS,     /* one row in `items`: INT or UUID */
	PARAM_OBJECTS, /* `items` are the fields of each object: any kinds but cursors and lists */
	PARAM_VALUES,  /* no `items`: any JSON values, also null, which the statement judges */
};

/* Containers in each other, in an element of PARAM_VALUES. A message is at most MSG_DEPTH_MAX deep,
 * and has four around an element: the request, its arguments, the params, the list. */
enum { PARAM_VALUES_DEPTH_MAX = 12 };

enum {
	PARAM_REQUIRED = 1,  /* absent or nil is INVALID_INPUT */
	PARAM_PRESENCE = 2,  /* nil clears, absent keeps; binds value[] and bool[] is_present */
	PARAM_GENERATED = 4, /* the gateway generates a UUIDv7 if the client sends none */
	PARAM_KEY = 8,       /* unique within a batch; a method has at most one such param */
	PARAM_NULLABLE = 16, /* nil means absent; other params refuse nil */
	PARAM_CALLER = 32,   /* the gateway sets it (gateway/caller.h); the last params of a row */
};

struct param {
	const char *name;
	enum param_kind kind;
	unsigned flags;
	int64_t min, max;
	const char *fallback; /* the default as text, of a list as JSON; NULL: none, binds NULL */
	const char *const *choices; /* NULL-terminated */
	const struct param *items;  /* of a list but VALUES */
	size_t item_count;          /* at most PARAM_ITEMS_MAX */
};

enum { PARAM_ITEMS_MAX = 32 };

/* Sets `items` and `item_count` of a row. */
#define PARAM_ITEMS(...)                                \
	.items = (const struct param[]){ __VA_ARGS__ }, \
	.item_count = sizeof((const struct param[]){ __VA_ARGS__ }) / sizeof(struct param)

enum { IDEMPOTENCY_KEY_MAX = 255 /* characters */ };

/* Characters of what somebody logs in with. */
enum {
	EMAIL_MAX_CHARS = 254, /* the user name may be an e-mail */
	PASSWORD_MAX_CHARS =
		1024, /* more than a new one may have, so that a long one is only wrong */
};

/* How rows of the statement become a result (worker/encode.c). */
enum result_shape {
	RESULT_ROW,    /* one map; no row: `missing` */
	RESULT_PAGE,   /* {data: [map…], next_cursor: text|nil} */
	RESULT_REPORT, /* {head columns…, data: [map…]}: columns "head.x" go to the head */
	RESULT_TOTALS, /* {total_time, time_by_tag, total_sessions, sessions_by_tag} */
};

/*
 * A worker runs its requests in lanes. Each lane has its own database connection, queue and batch,
 * so that a slow statement delays only its own lane (worker/lanes.h).
 */
enum lane {
	LANE_BY_KIND, /* in rows only: LANE_WRITE if the method writes, else LANE_READ */
	LANE_READ,
	LANE_WRITE,
	LANE_SLOW,    /* searches, reports, changes of many rows; few run and few wait */
	LANE_CONTROL, /* ends other statements, so it must not wait behind them */
	LANE_STANDBY, /* in no row: reads of LANE_READ that a standby may run */
	LANES,
};

/* Who may call a method. */
enum audience {
	AUDIENCE_CLIENTS,  /* clients, over HTTP and RPC */
	AUDIENCE_GATEWAYS, /* gateways; clients get UNKNOWN_METHOD */
	AUDIENCE_SELF,     /* only the worker itself (lanes_run in worker/lanes.h) */
};

/*
 * The passwords of a request (worker/passwords.h). A method with passwords has no statement. The
 * worker checks and hashes the passwords on a thread of its own. Then it runs the method `then`
 * with the params that both methods have, but without the passwords, and with these of the row of
 * `then`:
 *
 *	holder_id    INT, nil: the account that was looked for; nil if there is none, or if the
 *	             step has neither `checks` nor `finds_by`
 *	is_verified  BOOL: the password is the holder's; true if no password was checked
 *	checked_hash TEXT, nil: the holder's hash when the password was checked
 *	hash         TEXT, nil: to store: of the new password, or of the old one with new costs
 */
struct password_step {
	const char *then;   /* of AUDIENCE_SELF */
	const char *checks; /* the param with the password to check; NULL: none */
	const char *sets;   /* the param with the new password; NULL: none */
	/* The param with the holder: TEXT, the user name or e-mail, or INT, the account. NULL: the
	 * account of the request is the holder of the password to check. */
	const char *finds_by;
};

/* The right that a caller needs. */
enum scope {
	SCOPE_BY_KIND, /* in rows only: SCOPE_WRITE if the method writes, else SCOPE_READ */
	SCOPE_READ,
	SCOPE_WRITE,
	SCOPE_ADMIN,
};

/* A row with three texts of 10,000 characters fits. */
enum { METHOD_ROW_BYTES = 128 << 10 };

struct method {
	const char *name;
	const char *summary;
	enum audience audience;
	enum scope scope;
	bool is_open; /* a request without a principal may call it: to log in, to register */
	const struct password_step *passwords; /* NULL: its params have no passwords */
	bool is_write;                         /* runs in its own transaction, ordered by key */
	bool safe_to_repeat; /* a second run changes nothing and returns the same result */
	enum result_shape shape;
	enum status missing; /* error of a RESULT_ROW without a row; ST_OK: it always has a row */
	enum lane lane;
	const char *slow_with; /* a request with this param runs in LANE_SLOW; NULL: none */
	/* Upper bound of the rows of a response, or an estimate if there is no bound. 0: one row,
	 * or the `limit` of the request. */
	int64_t rows;
	/* The most that one row of the result may need, as a multiple of METHOD_ROW_BYTES; 0: 1. */
	int64_t row_weight;
	bool changes_account; /* a batch has at most one such request per account */
	/* The next rows of the table are variants of this one: a worker runs the first one that
	 * fits the request (worker/variant.h). */
	size_t variants;
	/* Of a variant: it fits requests with this value of the param `sort`. */
	const char *sort;
	/* Of a variant that writes: a request without a row was not done. The method runs it. */
	bool leaves_unanswered;
	const struct param *params;
	size_t param_count;
};

/* Sets `params` and `param_count` of a row. */
#define METHOD_PARAMS(...)                               \
	.params = (const struct param[]){ __VA_ARGS__ }, \
	.param_count = sizeof((const struct param[]){ __VA_ARGS__ }) / sizeof(struct param)

/* The table in its order, which is also the order in which a worker runs a batch. */
const struct method *method_at(size_t index); /* NULL past the end */
size_t method_count(void);
size_t method_index(const struct method *m);

/* NULL if there is no such method. The search is linear: per request use common/method_map.h. */
const struct method *method_find(struct span name);

/* The largest param_count of the table. */
size_t method_params_most(void);

bool param_is_list(const struct param *p);

const struct param *method_param(const struct method *m, struct span name); /* NULL: unknown */

/* Clients may send these params, which come first in the row: all but those of PARAM_CALLER. */
size_t method_client_params(const struct method *m);
const struct param *method_client_param(const struct method *m, struct span name);

/* The index of the PARAM_KEY. METHOD_KEY_ACCOUNT: the account is the key. */
enum { METHOD_KEY_NONE = -1, METHOD_KEY_ACCOUNT = INT16_MAX };
int method_key(const struct method *m);

enum scope method_scope(const struct method *m); /* never SCOPE_BY_KIND */

/*
 * True if this request may run twice; `params` is one MessagePack map. A read may, and with an
 * idempotency_key any method may. With if_match or if_none_match no write may: the second run would
 * meet the version that the first one made.
 */
bool method_may_repeat(const struct method *m, struct span params);

/* The lane of a request with these params; never LANE_BY_KIND. */
enum lane method_lane(const struct method *m, struct span params);

/* True if a standby may run the requests of the method that run in LANE_READ: what gateways and the
 * worker itself read, e.g. credentials, must be up to date. */
bool method_may_read_standby(const struct method *m);

/* True if some request of the method runs in this lane: of a method with passwords, none does. */
bool method_runs_in(const struct method *m, enum lane lane);

/* The most rows that the response to a request with these params may have; at least 1. */
int64_t method_rows(const struct method *m, struct span params);

#endif
