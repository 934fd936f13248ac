#include "gateway/pool_admission.h"

#include <assert.h>

void pool_admission_init(struct pool_admission *a, size_t methods, uint64_t now_ms)
{
	assert(methods <= POOL_METHODS_MAX);
	a->methods = methods;
	for (size_t i = 0; i < methods; i++)
		a->usable_ms[i] = now_ms;
}

enum status pool_admission_status(
	struct pool_admission *a, const struct pool_roster *roster, size_t method, uint64_t now_ms)
{
	enum status st = pool_roster_readiness(roster, (int)method);
	if (st == ST_OK)
		a->usable_ms[method] = now_ms;
	return now_ms - a->usable_ms[method] < POOL_GRACE_MS ? ST_OK : st;
}

bool pool_admission_update(struct pool_admission *a, const struct pool_roster *roster,
	enum status statuses[POOL_METHODS_MAX], uint64_t now_ms)
{
	bool are_ok = true;
	for (size_t i = 0; i < a->methods; i++) {
		statuses[i] = pool_admission_status(a, roster, i, now_ms);
		are_ok &= statuses[i] == ST_OK;
	}
	return are_ok;
}
