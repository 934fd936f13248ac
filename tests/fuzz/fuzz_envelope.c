/* Any bytes are a message or refused; what is accepted has parts that are whole values. */
#include "common/envelope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_value(struct span value)
{
	size_t size;
	if (msg_measure(value, &size, NULL) != ST_OK || size != value.len)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
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
