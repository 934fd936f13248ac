#include "gateway/write_key.h"

#include <string.h>

#include "common/fnv.h"
#include "common/msg.h"
#include "common/number.h"

/* Folds case, because a UUID may come in any case. */
static uint64_t mix_folded(uint64_t h, struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.bytes[i];
		c = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
		h = fnv_mix(h, &c, 1);
	}
	return h;
}

/* 7 and 7.0 are the same topic (common/number.h). */
static bool is_integer(const struct msg_token *t, int64_t *out)
{
	if (t->type == MSG_INT)
		*out = t->integer;
	return t->type == MSG_INT || (t->type == MSG_REAL && number_of_real(t->real, out));
}

uint64_t write_key(const struct method *m, int64_t account, struct span params, uint64_t seed)
{
	int index = method_key(m);
	if (index < 0)
		return 0;
	uint64_t h = fnv_mix(FNV_START ^ seed, &account, sizeof account);
	if (index == METHOD_KEY_ACCOUNT)
		return h | 1;
	const char *name = m->params[index].name;
	h = fnv_mix(h, name, strlen(name));
	struct span value = { 0 };
	struct msg_token token;
	int64_t integer;
	struct msg_reader in = { 0 };
	if (msg_find(params, name, &value) == ST_OK)
		in = msg_reader(value);
	if (msg_read(&in, &token) != ST_OK)
		return 0;
	if (is_integer(&token, &integer))
		return fnv_mix(h, &integer, sizeof integer) | 1;
	return token.type == MSG_TEXT ? mix_folded(h, token.text) | 1 : 0;
}
