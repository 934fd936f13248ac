/*
 * pool_methods: the methods that a worker has, as a set of their indexes (method_index).
 *
 *	struct pool_methods methods = { 0 };
 *	pool_methods_add(&methods, method_index(m));
 *	if (pool_methods_has(&worker->methods, call->method)) ...
 */
#ifndef GATEWAY_POOL_METHODS_H
#define GATEWAY_POOL_METHODS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { POOL_METHODS_MAX = 256 };

struct pool_methods {
	uint64_t words[POOL_METHODS_MAX / 64];
};

static inline void pool_methods_add(struct pool_methods *set, size_t method)
{
	set->words[method / 64] |= (uint64_t)1 << method % 64;
}

static inline bool pool_methods_has(const struct pool_methods *set, size_t method)
{
	return set->words[method / 64] >> method % 64 & 1;
}

static inline struct pool_methods pool_methods_all(void)
{
	return (struct pool_methods){ { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX } };
}

#endif
