#include "worker/cost.h"

static bool is_report(const struct method *m)
{
	return m->shape == RESULT_REPORT || m->shape == RESULT_TOTALS;
}

static uint64_t mix(uint64_t h, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	for (size_t i = 0; i < len; i++)
		h = (h ^ at[i]) * 0x100000001b3U; /* FNV-1a */
	return h;
}

/* Never 0, which is that of an empty place. */
static uint64_t hash_of(const struct request *r)
{
	size_t method = method_index(r->method);
	uint64_t h = mix(0xcbf29ce484222325U, &method, sizeof method);
	h = mix(h, &r->account, sizeof r->account);
	return mix(h, r->params.bytes, r->params.len) | 1;
}

static size_t place_of(uint64_t h)
{
	return (size_t)(h >> 32) % COSTS_KNOWN;
}

int64_t costs_estimate(const struct costs *costs, const struct request *r)
{
	if (!is_report(r->method))
		return method_rows(r->method, r->params);
	uint64_t h = hash_of(r);
	if (costs->known[place_of(h)].request != h)
		return method_rows(r->method, r->params);
	int64_t rows = costs->known[place_of(h)].rows;
	return rows > 0 ? rows : 1;
}

void costs_record(struct costs *costs, const struct request *r, int64_t rows)
{
	if (!is_report(r->method))
		return;
	uint64_t h = hash_of(r);
	costs->known[place_of(h)].request = h;
	costs->known[place_of(h)].rows = rows;
}
