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
 * Methods, their params and results are those of the service (schema/rpc.md; `rpc.methods`
 * answers them, too). Text is UTF-8 without U+0000.
 *
 * Promises. Every call ends, at its deadline at the latest. What was sent and not answered when
 * a connection is lost is repeated on the next one, up to three times, only where the method is
 * safe to repeat; sessions.create and sessions.log are, by the session_id that the library adds
 * where params have none (give one of study_client_new_id to repeat a call yourself). Else the
 * call ends as STUDY_DISCONNECTED with is_outcome_unknown. A later answer is dropped. What a
 * gateway refuses because it shuts down is asked of the next one, whatever the method.
 *
 * Threads: nothing is global, so each client belongs to one thread at a time and any number of
 * them may run at once. A client is not usable after fork. It never logs, never prints and
 * changes no signal handling.
 *
 * Ownership: `T **out` is made for you and untouched on failure; `T **thing` is taken and set to
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
	STUDY_REFUSED,          /* the service said no: study_error has its code and text */
	STUDY_TIMEOUT,          /* no answer before the deadline */
	STUDY_DISCONNECTED,     /* no connection, or lost in mid-call and not safe to repeat */
	STUDY_BUSY,             /* max_in_flight requests are waiting: dispatch first */
	STUDY_INVALID_ARGUMENT, /* the call itself is wrong: study_error says how */
	STUDY_NO_MEMORY,
	STUDY_PROTOCOL /* the answer is no valid one */
};

/* The name of a status, such as "STUDY_TIMEOUT"; never NULL. */
STUDY_API const char *study_status_text(enum study_status status);

/* Version of the library that runs, such as "0.1.0". */
STUDY_API const char *study_version(void);

/* Why something failed. All texts are NUL-terminated, cut at their ends; "" where unknown. */
struct study_error {
	enum study_status status;
	char code[64];           /* to branch on: the service's, such as "TOPIC_NOT_FOUND", or of
	                            the same kind: "DEADLINE_EXCEEDED", "DISCONNECTED",
	                            "OUTCOME_UNKNOWN", "BUSY", "INVALID_ARGUMENT", "NO_MEMORY",
	                            "PROTOCOL" */
	char message[384];       /* for people: one sentence without a full stop */
	char field[64];          /* the param it is about */
	char request_id[40];     /* what the service's log calls the request */
	bool is_retryable;       /* the same request may succeed later */
	bool is_outcome_unknown; /* a write that may or may not have been done: look first */
};

/* ---- Params: what is asked ------------------------------------------------------------ */

/* A map of named arguments that grows at its end. A failure (no memory, text that is no UTF-8,
 * over 1 MiB, open and close unmatched) is kept and told by the call that takes the params. */
struct study_params;

STUDY_API enum study_status study_params_new(struct study_params **out) STUDY_MUST_CHECK;

/* From the text of a JSON object; INVALID_ARGUMENT with the place (`why` may be NULL) where it
 * is none, has a key twice, a number that no int64_t or double holds, or is nested over 12. */
STUDY_API enum study_status study_params_from_json(
	struct study_params **out, const char *json, struct study_error *why) STUDY_MUST_CHECK;

STUDY_API void study_params_free(struct study_params **params);
STUDY_API void study_params_clear(struct study_params *params); /* empty again, memory kept */

/* `key` is borrowed and NULL inside an array. A key is put once. A NULL text is nil. */
STUDY_API void study_params_int(struct study_params *params, const char *key, int64_t value);
STUDY_API void study_params_real(struct study_params *params, const char *key, double value);
STUDY_API void study_params_bool(struct study_params *params, const char *key, bool value);
STUDY_API void study_params_text(struct study_params *params, const char *key, const char *value);
STUDY_API void study_params_nil(struct study_params *params, const char *key);

/* Between open and close, what is put goes into the map or array; at most 12 deep. */
STUDY_API void study_params_open_map(struct study_params *params, const char *key);
STUDY_API void study_params_open_array(struct study_params *params, const char *key);
STUDY_API void study_params_close(struct study_params *params);

/* ---- Values: what is answered --------------------------------------------------------- */

enum study_type {
	STUDY_ABSENT, /* the type of NULL: there is no such key or index */
	STUDY_NIL,
	STUDY_BOOL,
	STUDY_INT,
	STUDY_REAL, /* also integers over INT64_MAX */
	STUDY_TEXT,
	STUDY_BYTES,
	STUDY_ARRAY,
	STUDY_MAP
};

/* A decoded answer: a tree, freed by its root. What accessors return is borrowed from the root.
 * Accessors accept NULL and values of other types, so that a path needs one look at its end:
 *
 *	const struct study_value *data = study_value_get(page, "data");
 *	for (size_t i = 0; i < study_value_count(data); i++)
 *		puts(study_value_text(study_value_get(study_value_at(data, i), "tag"), "?"));
 */
struct study_value;

STUDY_API void study_value_free(struct study_value **root);

STUDY_API enum study_type study_value_type(const struct study_value *value);
STUDY_API bool study_value_is_null(const struct study_value *value); /* nil or absent */

/* The value as that type, or the fallback where it is another. int also takes a real that is
 * whole, real also takes an int. Text and bytes end with a NUL that is not counted. */
STUDY_API int64_t study_value_int(const struct study_value *value, int64_t fallback);
STUDY_API double study_value_real(const struct study_value *value, double fallback);
STUDY_API bool study_value_bool(const struct study_value *value, bool fallback);
STUDY_API const char *study_value_text(const struct study_value *value, const char *fallback);
STUDY_API size_t study_value_length(const struct study_value *value); /* bytes of text or bytes */

/* Elements of an array, pairs of a map; 0 for everything else. */
STUDY_API size_t study_value_count(const struct study_value *value);

/* The element or the pair's value at an index, the pair's key; in the order they came. */
STUDY_API const struct study_value *study_value_at(const struct study_value *value, size_t index);
STUDY_API const char *study_value_key_at(const struct study_value *map, size_t index); /* or NULL */

/* The value of a key; the first where it came twice. NULL where absent or no map. */
STUDY_API const struct study_value *study_value_get(const struct study_value *map, const char *key);

/* The value as JSON text, NUL-terminated, to be freed by study_text_free. Bytes,
 * NaN and infinities become null. */
STUDY_API enum study_status study_value_to_json(
	const struct study_value *value, char **out) STUDY_MUST_CHECK;
STUDY_API void study_text_free(char **text);

/* ---- Client --------------------------------------------------------------------------- */

struct study_client;

/* Zero means the default. Texts are copied. */
struct study_options {
	const char *endpoints;  /* comma-separated ipc://PATH or tcp://HOST:PORT of gateways: the
	                           first that can be reached is used, the next when it is lost.
	                           Required, at most 16 */
	int timeout_ms;         /* deadline of a call; default 5000, at most a day */
	int connect_timeout_ms; /* what a call waits at most to be sent before it ends as
	                           DISCONNECTED; default: timeout_ms */
	int64_t account;        /* for whom; default 1 */
	size_t max_in_flight;   /* requests without an answer; default 1024, at most 65536 */
	size_t max_reply_bytes; /* of one ZeroMQ message, default 64 MiB */

	/* CURVE, as Z85 text of 40 characters: all three or none. */
	const char *server_key;
	const char *public_key, *secret_key; /* the client's own */
};

/* Connects in the background: a gateway that is down is not an error. INVALID_ARGUMENT: an
 * option is wrong, `why` (may be NULL) names it in `field`. NO_MEMORY: also no descriptors. */
STUDY_API enum study_status study_client_open(struct study_client **out,
	const struct study_options *options, struct study_error *why) STUDY_MUST_CHECK;

/* What is in flight ends first, as DISCONNECTED. Not from on_reply. */
STUDY_API void study_client_close(struct study_client **client);

/* Why the last study_call, study_call_json or study_submit of this client did not return
 * STUDY_OK; valid until its next call. Never NULL. */
STUDY_API const struct study_error *study_client_error(const struct study_client *client);

/* A new UUIDv7 as text with its NUL, ascending within a client: for session_id. */
enum { STUDY_ID_SIZE = 37 };
STUDY_API void study_client_new_id(struct study_client *client, char out[STUDY_ID_SIZE]);

/* The endpoint it is connected to now, NULL while it is to none; borrowed until dispatch. */
STUDY_API const char *study_client_endpoint(const struct study_client *client);

/* Asks and waits, for timeout_ms of the options at most. `params` may be NULL: none. `reply` may
 * be NULL: not wanted. Any status but STUDY_OK is explained by study_client_error. Answers of
 * submitted requests are delivered meanwhile. Not from on_reply (INVALID_ARGUMENT). */
STUDY_API enum study_status study_call(struct study_client *client, const char *method,
	const struct study_params *params, struct study_value **reply) STUDY_MUST_CHECK;

/* The same with JSON texts: an object (NULL: none) in, any value out, to be freed by
 * study_text_free. */
STUDY_API enum study_status study_call_json(struct study_client *client, const char *method,
	const char *json, char **reply) STUDY_MUST_CHECK;

/* ---- In a foreign event loop ----------------------------------------------------------- */

/* Called once for each submitted request, from study_dispatch, study_call or
 * study_client_close, never from study_submit. `result` is borrowed for the call:
 *   - STUDY_OK: the result; `error` has status STUDY_OK and the request_id;
 *   - STUDY_REFUSED: the details of the error, or NULL if it has none;
 *   - otherwise NULL.
 * May submit. */
typedef void (*study_on_reply)(void *arg, enum study_status status,
	const struct study_value *result, const struct study_error *error);

/* Queues a request; all that are queued when study_dispatch runs are sent as one message.
 * `params` may be NULL, as may `on_reply`. timeout_ms 0: the option's. Failures here
 * (INVALID_ARGUMENT, NO_MEMORY, BUSY) call no on_reply. */
STUDY_API enum study_status study_submit(struct study_client *client, const char *method,
	const struct study_params *params, study_on_reply on_reply, void *arg,
	int timeout_ms) STUDY_MUST_CHECK;

/* The descriptor to watch for reading (never read, write or close it), the same for the life
 * of the client. It may be watched level-triggered or edge-triggered.
 *
 * The trap: ZeroMQ's descriptors tell of changes, not of a state, and a send may swallow one.
 * study_dispatch looks at all there is, so the loop needs no more care than this order:
 *
 *	for (;;) {
 *		struct pollfd at = { study_fd(client), POLLIN, 0 };
 *		poll(&at, 1, study_next_timeout_ms(client));
 *		study_dispatch(client);
 *	}
 *
 * that is: dispatch when the descriptor is readable AND when study_next_timeout_ms has passed,
 * and ask for that time anew after every submit, call and dispatch. */
STUDY_API int study_fd(const struct study_client *client);

/* Sends what is queued, takes what came, ends what is overdue, connects anew. Never blocks, does
 * a bounded amount of work; study_next_timeout_ms is 0 where more is waiting. */
STUDY_API void study_dispatch(struct study_client *client);

/* Milliseconds until study_dispatch has to run even if the descriptor stays silent: 0 at once,
 * -1 where nothing is to be done. */
STUDY_API int study_next_timeout_ms(const struct study_client *client);

/* Submitted requests that on_reply has not been called for. */
STUDY_API size_t study_in_flight(const struct study_client *client);

#ifdef __cplusplus
}
#endif

#endif
