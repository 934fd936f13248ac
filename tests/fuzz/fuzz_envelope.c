/* Any bytes are accepted or refused; each part of an accepted message is one whole value. */
#include "common/envelope.h"
#include "gateway/rpc_params.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_value(struct span value)
{
	size_t size;
	if (msg_measure(value, &size, NULL) != ST_OK || size != value.len)
		__builtin_trap();
}

/* Messages of a client: a refused one with a msgid has an end, and so has a completed one. */
static void decode_client(const uint8_t *data, size_t size)
{
	struct msg_reader in = msg_reader((struct span){ (const char *)data, size });
	struct envelope e = { 0 };
	struct uuid_source ids = { 0 };
	struct rpc_additions additions = { .method = method_find(SPAN("sessions.log")),
		.ids = &ids };
	while (in.at < in.end) {
		struct context context = {
			.account = 1, .request_id = SPAN("x"), .deadline_ms = 1
		};
		struct buf completed = { 0 };
		const char *before = in.at;
		enum status st = envelope_decode_client(&in, &e, NULL);
		if (st == ST_MALFORMED)
			return;
		if (in.at <= before || in.at > in.end)
			__builtin_trap();
		if (st != ST_OK || e.kind != ENVELOPE_REQUEST)
			continue;
		if (context_read(e.context_map, &context, NULL) == ST_OK
			&& (context.account < 1 || context.deadline_ms < 1
				|| !context.request_id.len))
			__builtin_trap();
		if (rpc_params_complete(&additions, &e.params, &completed, NULL) == ST_OK)
			check_value(e.params);
		buf_fini(&completed);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	decode_client(data, size);
	struct msg_reader in = msg_reader((struct span){ (const char *)data, size });
	struct envelope e;
	struct fail why = { 0 };
	while (in.at < in.end) {
		const char *before = in.at;
		if (envelope_decode(&in, &e, &why) != ST_OK)
			break;
		if (in.at <= before || in.at > in.end)
			__builtin_trap();
		if (e.kind != ENVELOPE_RESPONSE)
			check_value(e.params);
		else
			check_value(e.error);
	}
	return 0;
}
