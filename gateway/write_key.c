#include "gateway/write_key.h"

#include <string.h>

#include "common/msg.h"

static uint64_t mix(uint64_t h, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	for (size_t i = 0; i < len; i++)
		h = (h ^ at[i]) * 0x100000001b3U; /* FNV-1a */
	return h;
}

/* UUIDs may come in any case. */
static uint64_t mix_folded(uint64_t h, struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.bytes[i];
		c = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
		h = mix(h, &c, 1);
	}
	return h;
}

uint64_t write_key(const struct method *m, int64_t account, struct span params, uint64_t seed)
{
	int index = method_key(m);
	if (index < 0)
		return 0;
	uint64_t h = mix(0xcbf29ce484222325U ^ seed, &account, sizeof account);
	if (index == METHOD_KEY_ACCOUNT)
		return h | 1;
	const char *name = m->params[index].name;
	h = mix(h, name, strlen(name));
	struct span text;
	int64_t integer;
	if (msg_find_int(params, name, &integer))
		return mix(h, &integer, sizeof integer) | 1;
	return msg_find_text(params, name, &text) ? mix_folded(h, text) | 1 : 0;
}
