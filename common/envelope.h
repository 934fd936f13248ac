/*
 * envelope: MessagePack-RPC messages
 * (https://github.com/msgpack-rpc/msgpack-rpc/blob/master/spec.md).
 *
 *	request       [0, msgid, method, [context, params]]
 *	response      [1, msgid, error|nil, result|nil]
 *	notification  [2, method, params]
 *
 * context = {account: int, request_id: text, deadline_ms: int, position?: [int, int],
 * token?: text}; params = a map.
 * error = {code, message, field?, details?}. A ZeroMQ body holds one or more messages one after the
 * other: call envelope_decode until the reader is at its end. Everything decoded is borrowed from
 * the body.
 */
#ifndef COMMON_ENVELOPE_H
#define COMMON_ENVELOPE_H

#include "common/msg.h"
#include "common/position.h"

enum {
	ENVELOPE_BODY_MAX = 1 << 20,
	ENVELOPE_COUNT_MAX = 1024, /* messages in one body of a client */
	ENVELOPE_REQUEST_ID_MAX = 128,
};

enum envelope_kind { ENVELOPE_REQUEST, ENVELOPE_RESPONSE, ENVELOPE_NOTIFICATION };

struct context {
	int64_t account; /* 0, for requests of clients: not sent */
	struct span request_id;
	int64_t deadline_ms;      /* the remaining budget at the time of sending; > 0 */
	struct span token;        /* what a client shows; empty: not sent. context_read keeps it */
	struct position position; /* a read must see what was committed before it; none: not sent */
};

struct envelope {
	enum envelope_kind kind;
	uint32_t msgid;
	struct span method;      /* request, notification */
	struct span context_map; /* request: its bytes */
	struct context context;  /* request; not set by envelope_decode_client */
	struct span params;      /* request, notification: one map's bytes */
	struct span error;       /* response: one value's bytes; msg_is_nil after success */
	struct span result;      /* response: one value's bytes */
};

/* Decodes the next message and advances; leaves `out` untouched on failure. ST_MALFORMED: `why`
 * names the part; ignore the rest of the body. */
enum status envelope_decode(
	struct msg_reader *in, struct envelope *out, struct fail *why) MUST_CHECK;

/* The same for a client's message, whose context the caller reads with context_read. If a request
 * is wrong after its msgid, an error response is possible: ST_INVALID_INPUT, out->msgid is set and
 * `in` is past the message. */
enum status envelope_decode_client(
	struct msg_reader *in, struct envelope *out, struct fail *why) MUST_CHECK;

/* True if a message that could not be decoded is a request that an error response can refer to: its
 * array, kind and msgid are right. */
bool envelope_is_request(struct span message, uint32_t *msgid);

/* Overwrites the fields of `out`, which holds the defaults, with those of the map that are not nil.
 * ST_INVALID_INPUT with the field; `out` is untouched then. */
enum status context_read(struct span map, struct context *out, struct fail *why) MUST_CHECK;

/* Append a whole message to `out`; params, error and result are MessagePack bytes. */
void envelope_put_request(struct buf *out, uint32_t msgid, struct span method,
	const struct context *context, struct span params);
void envelope_put_notification(struct buf *out, const char *method, struct span params);
void envelope_put_result(struct buf *out, uint32_t msgid, struct span result);
void envelope_put_error(struct buf *out, uint32_t msgid, struct span error);

/* Appends the start of a response, [1, msgid, nil, …; the caller must append exactly one value. */
void envelope_open_result(struct buf *out, uint32_t msgid);

/* Appends the start of a notification, [2, method, …; the caller must append exactly one map. */
void envelope_open_notification(struct buf *out, const char *method);

/* Appends the error map of an outcome; `why` (may be NULL) overrides the table's text and field. */
void envelope_put_error_map(struct buf *out, enum status st, const struct fail *why);

/* The same with `details`, one MessagePack value; empty for none. */
void envelope_put_error_details(
	struct buf *out, enum status st, const struct fail *why, struct span details);

#endif
