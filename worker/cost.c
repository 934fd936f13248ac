#include "worker/cost.h"

#include "common/fnv.h"

static bool is_report(const struct method *m)
{
	return m->shape == RESULT_REPORT || m->shape == RESULT_TOTALS;
}

/* Never 0, which marks an empty slot. */
static uint64_t hash_of(const struct request *r)
{
	size_t method = method_index(r->method);
	uint64_t h = fnv_mix(FNV_START, &method, sizeof method);
	h = fnv_mix(h, &r->account, sizeof r->account);
	return fnv_mix(h, r->params.bytes, r->params.len) | 1;
}

static size_t slot_of(uint64_t h)
{
	return (size_t)(h >> 32) % COSTS_SLOTS;
}

int64_t costs_estimate(const struct costs *costs, const struct request *r)
{
	if (!is_report(r->method))
		return method_rows(r->method, r->params);
	uint64_t h = hash_of(r);
	if (costs->slots[slot_of(h)].hash != h)
		return method_rows(r->method, r->params);
	int64_t rows = costs->slots[slot_of(h)].rows;
	return rows > 0 ? rows : 1;
}

void costs_record(struct costs *costs, const struct request *r, int64_t rows)
{
	if (!is_report(r->method))
		return;
	uint64_t h = hash_of(r);
	costs->slots[slot_of(h)].hash = h;
	costs->slots[slot_of(h)].rows = rows;
}
