/*
 * write_key: what a write changes, as one number (see pool_call's `key`).
 *
 * It is a hash of the account and of the method's PARAM_KEY: its name and value, or of the account
 * alone where that is the key. So the methods that
 * change a session share its key, whatever they are called. The seed is the process's own, so that
 * nobody can choose values that collide.
 */
#ifndef GATEWAY_WRITE_KEY_H
#define GATEWAY_WRITE_KEY_H

#include "common/method.h"

/* 0 where the method has no such param or the request does not give it as a whole number or a text. */
uint64_t write_key(const struct method *m, int64_t account, struct span params, uint64_t seed);

#endif
