/*
 * libstudytracker: the StudyTracker service from C and C++.
 *
 *	struct study_options options = { .endpoints = "ipc:///run/studytracker/rpc/rpc-1.sock" };
 *	struct study_client *client = NULL;
 *	struct study_params *params = NULL;
 *	struct study_value *session = NULL;
 *	struct study_error why;
 *	if (study_client_open(&client, &options, &why) != STUDY_OK) ...
 *	if (study_params_new(&params) != STUDY_OK) ...
 *	study_params_text(params, "tag", "aws");
 *	study_params_int(params, "minutes", 45);
 *	if (study_call(client, "sessions.log", params, &session) != STUDY_OK)
 *		fprintf(stderr, "%s\n", study_client_error(client)->message);
 *	else
 *		puts(study_value_text(study_value_get(session, "id"), ""));
 *	study_value_free(&session);
 *	study_params_free(&params);
 *	study_client_close(&client);
 *
 * Methods, their params and results are those of the service: see schema/rpc.md, or call
 * `rpc.methods`. Text is UTF-8 without U+0000.
 *
 * Guarantees:
 *   - Every call ends at its deadline at the latest.
 *   - When a connection is lost, requests that were sent and have no response are repeated on the
 *     next connection, up to three times, if their method is safe to repeat. Otherwise the call
 *     ends as STUDY_DISCONNECTED with is_outcome_unknown. A late response is dropped.
 *   - sessions.create and sessions.log are safe to repeat, because the library adds a session_id if
 *     the params have none, or nil. To repeat a call yourself, set one from study_client_new_id.
 *   - If a gateway refuses a request because it shuts down, the request goes to the next gateway,
 *     whatever its method.
 *   - A call sees what earlier calls of this client have written, also through another gateway.
 *
 * Threads: there is no global state. One thread at a time may use a client; several clients may run
 * at once. A client is not usable after fork. The library never logs, prints or changes signal
 * handling.
 *
 * Ownership: `T **out` is created for you and untouched on failure; `T **thing` is taken and set to
 * NULL; `const T *` is borrowed for the call. Every free and close accepts NULL inside.
 */
#ifndef STUDYTRACKER_H
#define STUDYTRACKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define STUDY_API        __attribute__((visibility("default")))
#define STUDY_MUST_CHECK __attribute__((warn_unused_result))
#else
#define STUDY_API
#define STUDY_MUST_CHECK
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum study_status {
	STUDY_OK,
	STUDY_REFUSED,      /* the service responded with an error: see study_error */
	STUDY_TIMEOUT,      /* no response before the deadline */
	STUDY_DISCONNECTED, /* no connection, or lost during a call that is not safe to repeat */
	STUDY_BUSY,         /* max_in_flight requests are in flight: dispatch first */
	STUDY_INVALID_ARGUMENT, /* the call is wrong: study_error explains it */
	STUDY_NO_MEMORY, /* with is_outcome_unknown: the response to a write could not be read */
	STUDY_PROTOCOL   /* the response is not valid */
};

/* The name of a status, such as "STUDY_TIMEOUT"; never NULL. */
STUDY_API const char *study_status_text(enum study_status status);

/* The version of the loaded library, such as "0.1.0". */
STUDY_API const char *study_version(void);

/* Why a call failed. Texts are NUL-terminated and truncated to fit; "" if unknown. */
struct study_error {
	enum study_status status;
	char code[64];           /* to branch on: a code of the service, such as
	                            "TOPIC_NOT_FOUND", or one of the library: "DEADLINE_EXCEEDED",
	                            "DISCONNECTED", "OUTCOME_UNKNOWN", "BUSY", "INVALID_ARGUMENT",
	                            "NO_MEMORY", "PROTOCOL" */
	char message[384];       /* for people: one sentence without a full stop */
	char field[64];          /* the param with the error */
	char request_id[40];     /* the id of the request in the log of the service */
	bool is_retryable;       /* the same request may succeed later */
	bool is_outcome_unknown; /* a write may or may not have run: check before you repeat it */
};

/* ---- Params of requests ---------------------------------------------------------------- */

/* A map of named arguments that grows at its end. An error (no memory, text that is not UTF-8, more
 * than 1 MiB, unmatched open and close) is kept, and the call that sends the params returns it. A
 * call returns INVALID_ARGUMENT, too, if its params and the token are over 1 MiB together. */
struct study_params;

STUDY_API enum study_status study_params_new(struct study_params **out) STUDY_MUST_CHECK;

/* Reads params from a JSON object. INVALID_ARGUMENT: it is not one, or it has a repeated key, a
 * number that fits no int64_t or double, or more than 12 levels, 10,000 values or 1 MiB. `why`
 * gives the place; it may be NULL. */
STUDY_API enum study_status study_params_from_json(
	struct study_params **out, const char *json, struct study_error *why) STUDY_MUST_CHECK;

STUDY_API void study_params_free(struct study_params **params);
STUDY_API void study_params_clear(struct study_params *params); /* empties; keeps the memory */

/* Add a value. `key` is borrowed; it must be NULL inside an array. Add each key once. A NULL text
 * means nil. */
STUDY_API void study_params_int(struct study_params *params, const char *key, int64_t value);
STUDY_API void study_params_real(struct study_params *params, const char *key, double value);
STUDY_API void study_params_bool(struct study_params *params, const char *key, bool value);
STUDY_API void study_params_text(struct study_params *params, const char *key, const char *value);
STUDY_API void study_params_nil(struct study_params *params, const char *key);

/* Between open and close, values go into the new map or array; at most 12 levels. */
STUDY_API void study_params_open_map(struct study_params *params, const char *key);
STUDY_API void study_params_open_array(struct study_params *params, const char *key);
STUDY_API void study_params_close(struct study_params *params);

/* ---- Values of responses --------------------------------------------------------------- */

enum study_type {
	STUDY_ABSENT, /* the type of NULL: no such key or index */
	STUDY_NIL,
	STUDY_BOOL,
	STUDY_INT,
	STUDY_REAL, /* includes integers above INT64_MAX */
	STUDY_TEXT,
	STUDY_BYTES,
	STUDY_ARRAY,
	STUDY_MAP
};

/* A decoded response: a tree. Free its root only; accessors return pointers into it. They accept
 * NULL and values of other types, so that a path needs only one check, at its end:
 *
 *	const struct study_value *data = study_value_get(page, "data");
 *	for (size_t i = 0; i < study_value_count(data); i++)
 *		puts(study_value_text(study_value_get(study_value_at(data, i), "tag"), "?"));
 */
struct study_value;

STUDY_API void study_value_free(struct study_value **root);

STUDY_API enum study_type study_value_type(const struct study_value *value);
STUDY_API bool study_value_is_null(const struct study_value *value); /* nil or absent */

/* The value as that type, or the fallback if it has another type. int accepts a whole real, too;
 * real accepts an int, too. Text and bytes end with a NUL that is not counted. */
STUDY_API int64_t study_value_int(const struct study_value *value, int64_t fallback);
STUDY_API double study_value_real(const struct study_value *value, double fallback);
STUDY_API bool study_value_bool(const struct study_value *value, bool fallback);
STUDY_API const char *study_value_text(const struct study_value *value, const char *fallback);
STUDY_API size_t study_value_length(const struct study_value *value); /* bytes of text or bytes */

/* The number of elements of an array or pairs of a map; 0 for other values. */
STUDY_API size_t study_value_count(const struct study_value *value);

/* The element of an array, or the value or key of a pair, in the order of the response. */
STUDY_API const struct study_value *study_value_at(const struct study_value *value, size_t index);
STUDY_API const char *study_value_key_at(const struct study_value *map, size_t index); /* or NULL */

/* The value of a key; the first one if the key is repeated. NULL if it is absent or `map` is not a
 * map. */
STUDY_API const struct study_value *study_value_get(const struct study_value *map, const char *key);

/* The value as NUL-terminated JSON text; free it with study_text_free. Bytes, NaN and infinities
 * become null. */
STUDY_API enum study_status study_value_to_json(
	const struct study_value *value, char **out) STUDY_MUST_CHECK;
STUDY_API void study_text_free(char **text);

/* ---- Client --------------------------------------------------------------------------- */

struct study_client;

/* Zero means the default. Texts are copied. */
struct study_options {
	const char *endpoints;  /* ipc://PATH or tcp://HOST:PORT of gateways, comma-separated,
	                           required, at most 16. The client uses the first one that it can
	                           reach, and the next one when that is lost */
	int timeout_ms;         /* deadline of a call; default 5000, at most a day */
	int connect_timeout_ms; /* how long a call may wait to be sent before it ends as
	                           DISCONNECTED; default: timeout_ms */
	int64_t account;        /* the account of the requests; default: that of the token, or 1 if
	                           the service needs no token. The service refuses another one */
	size_t max_in_flight;   /* requests without a response; default 1024, at most 65536 */
	size_t max_reply_bytes; /* limit of one ZeroMQ message; default 64 MiB */

	/* Authenticates every request: a personal token ("st_…"), an access token of a log-in or a
	 * token of the identity provider; at most 4096 characters of ASCII, without blanks. NULL
	 * or "": none. A wrong token is STUDY_REFUSED, with a code such as UNAUTHENTICATED,
	 * TOKEN_INVALID, TOKEN_EXPIRED, TOKEN_REVOKED or ACCOUNT_DISABLED. The copy is overwritten
	 * at the end. */
	const char *token;

	/* CURVE keys as Z85 text of 40 characters: set all three or none. */
	const char *server_key;
	const char *public_key, *secret_key; /* the client's own */
};

/* Connects in the background, so a gateway that is down is not an error. INVALID_ARGUMENT: an
 * option is wrong; `why` (may be NULL) names it in `field`. NO_MEMORY: no memory or no
 * descriptors. */
STUDY_API enum study_status study_client_open(struct study_client **out,
	const struct study_options *options, struct study_error *why) STUDY_MUST_CHECK;

/* Ends requests in flight as DISCONNECTED first. Do not call it from on_reply. */
STUDY_API void study_client_close(struct study_client **client);

/* Why the last study_call, study_call_json or study_submit of this client failed; valid until its
 * next call. Never NULL. */
STUDY_API const struct study_error *study_client_error(const struct study_client *client);

/* Generates a UUIDv7 as text with a NUL, for session_id. The ids of one client ascend. */
enum { STUDY_ID_SIZE = 37 };
STUDY_API void study_client_new_id(struct study_client *client, char out[STUDY_ID_SIZE]);

/* The endpoint of the current connection, or NULL; borrowed until study_dispatch. */
STUDY_API const char *study_client_endpoint(const struct study_client *client);

/* Sends a request and waits for the response, at most for timeout_ms of the options. `params` may
 * be NULL: none. `reply` may be NULL: drops the result. After a failure see study_client_error.
 * Callbacks of submitted requests run meanwhile. In on_reply it returns INVALID_ARGUMENT. */
STUDY_API enum study_status study_call(struct study_client *client, const char *method,
	const struct study_params *params, struct study_value **reply) STUDY_MUST_CHECK;

/* The same with JSON texts. `json` is an object, or NULL for no params. *reply is any value; free
 * it with study_text_free. `reply` may be NULL here, too. */
STUDY_API enum study_status study_call_json(struct study_client *client, const char *method,
	const char *json, char **reply) STUDY_MUST_CHECK;

/* ---- In your own event loop ------------------------------------------------------------ */

/* Runs once for each submitted request, from study_dispatch, study_call or study_client_close,
 * never from study_submit. It may submit. `result` is borrowed for the call:
 *   - STUDY_OK: the result; `error` has status STUDY_OK and the request_id;
 *   - STUDY_REFUSED: the details of the error, or NULL if it has none;
 *   - otherwise NULL. */
typedef void (*study_on_reply)(void *arg, enum study_status status,
	const struct study_value *result, const struct study_error *error);

/* Queues a request. study_dispatch sends all queued requests as one message. `params` and
 * `on_reply` may be NULL. timeout_ms 0: the option's. After a failure (INVALID_ARGUMENT, NO_MEMORY,
 * BUSY) on_reply does not run. */
STUDY_API enum study_status study_submit(struct study_client *client, const char *method,
	const struct study_params *params, study_on_reply on_reply, void *arg,
	int timeout_ms) STUDY_MUST_CHECK;

/* The descriptor to watch for reading, level-triggered or edge-triggered. Never read, write or
 * close it. It stays the same for the life of the client.
 *
 * The trap: ZeroMQ's descriptors signal changes, not a state, and a send may consume a signal.
 * study_dispatch handles everything that is there, so this order is enough:
 *
 *	for (;;) {
 *		struct pollfd at = { study_fd(client), POLLIN, 0 };
 *		poll(&at, 1, study_next_timeout_ms(client));
 *		study_dispatch(client);
 *	}
 *
 * So dispatch when the descriptor is readable and also when study_next_timeout_ms has passed. Get
 * that time again after every submit, call and dispatch. */
STUDY_API int study_fd(const struct study_client *client);

/* Sends queued requests, handles responses, ends overdue requests and reconnects. It never blocks
 * and does a bounded amount of work; study_next_timeout_ms is 0 if more work is waiting. */
STUDY_API void study_dispatch(struct study_client *client);

/* Milliseconds until study_dispatch must run even if the descriptor does not signal; 0: now, -1:
 * never. */
STUDY_API int study_next_timeout_ms(const struct study_client *client);

/* Requests whose on_reply has not run yet. */
STUDY_API size_t study_in_flight(const struct study_client *client);

#ifdef __cplusplus
}
#endif

#endif
