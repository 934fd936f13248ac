/*
 * envelope: MessagePack-RPC messages (https://github.com/msgpack-rpc/msgpack-rpc/blob/master/spec.md).
 *
 *	request       [0, msgid, method, [context, params]]
 *	response      [1, msgid, error|nil, result|nil]
 *	notification  [2, method, params]
 *
 * context = {account: int, request_id: text, deadline_ms: int}; params = a map.
 * error   = {code, message, field?, details?}.
 * A ZeroMQ body holds one or more of them back to back: call envelope_decode until the
 * reader is at its end. Everything decoded is borrowed from the body.
 */
#ifndef COMMON_ENVELOPE_H
#define COMMON_ENVELOPE_H

#include "common/msg.h"

enum {
	ENVELOPE_BODY_MAX = 1 << 20,
	ENVELOPE_COUNT_MAX = 1024, /* messages in a body that a client sends */
	ENVELOPE_REQUEST_ID_MAX = 128,
};

enum envelope_kind { ENVELOPE_REQUEST, ENVELOPE_RESPONSE, ENVELOPE_NOTIFICATION };

struct context {
	int64_t account;
	struct span request_id;
	int64_t deadline_ms; /* budget left when it was sent; > 0 */
};

struct envelope {
	enum envelope_kind kind;
	uint32_t msgid;
	struct span method;      /* request, notification */
	struct span context_map; /* request: its bytes */
	struct context context;  /* request; not of envelope_decode_client */
	struct span params;      /* request, notification: one map's bytes */
	struct span error;       /* response: one value's bytes; msg_is_nil when it went well */
	struct span result;      /* response: one value's bytes */
};

/* Decodes the next message and advances; `out` is untouched on failure. ST_MALFORMED says in
 * `why` which part; the rest of the body is then not to be trusted. */
enum status envelope_decode(
	struct msg_reader *in, struct envelope *out, struct fail *why) MUST_CHECK;

/* The same for what a client sends, whose context context_read judges. A request that is wrong
 * after its msgid can be answered: ST_INVALID_INPUT, out->msgid is set, `in` is behind it. */
enum status envelope_decode_client(
	struct msg_reader *in, struct envelope *out, struct fail *why) MUST_CHECK;

/* Whether one whole message that could not be decoded is a request all the same, whose asker can
 * be told so: its array, kind and msgid are right. */
bool envelope_is_request(struct span message, uint32_t *msgid);

/* What the map says, `out` where it says nothing or nil: fill it with defaults before.
 * ST_INVALID_INPUT with the field; `out` is untouched then. */
enum status context_read(struct span map, struct context *out, struct fail *why) MUST_CHECK;

/* Whole messages appended to `out`; params, error and result are msgpack bytes. */
void envelope_put_request(struct buf *out, uint32_t msgid, struct span method,
	const struct context *context, struct span params);
void envelope_put_notification(struct buf *out, const char *method, struct span params);
void envelope_put_result(struct buf *out, uint32_t msgid, struct span result);
void envelope_put_error(struct buf *out, uint32_t msgid, struct span error);

/* [1, msgid, nil, … : the caller appends exactly one value after it. */
void envelope_open_result(struct buf *out, uint32_t msgid);

/* The error map of an outcome; `why` (may be NULL) overrides the table's text and field. */
void envelope_put_error_map(struct buf *out, enum status st, const struct fail *why);

/* The same with `details`, one MessagePack value; empty: none. */
void envelope_put_error_details(
	struct buf *out, enum status st, const struct fail *why, struct span details);

#endif
