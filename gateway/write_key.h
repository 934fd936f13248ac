/*
 * write_key: identifies what a write changes by a number, the `key` of its pool_call.
 *
 * The key is a hash of the account and of the name and value of the method's PARAM_KEY, or of the
 * account alone if that is the key. So all methods that change one session share a key. Each
 * process has its own seed, so that clients cannot choose values that collide.
 */
#ifndef GATEWAY_WRITE_KEY_H
#define GATEWAY_WRITE_KEY_H

#include "common/method.h"

/* 0: the method has no such param, or its value is neither a whole number nor text. */
uint64_t write_key(const struct method *m, int64_t account, struct span params, uint64_t seed);

#endif
