/*
 * hash_double: watches and holds the checks and hashes of passwords (the linker's --wrap). They
 * are real ones.
 *
 *	hash_double_hold();
 *	... push a job ...
 *	hash_double_await();       it runs now, and waits
 *	hash_double_let_go();      also those that come later
 */
#ifndef TESTS_UNIT_HASH_DOUBLE_H
#define TESTS_UNIT_HASH_DOUBLE_H

#include "common/crypto.h"

struct hash_double {
	unsigned checked, hashed;              /* calls since hash_double_reset */
	char known[CRYPTO_PASSWORD_HASH_SIZE]; /* the hash of the last check */
	int nice;                              /* of the thread of the last call */
	bool blocks_signals;
	bool hash_fails, check_fails; /* set them: there is no memory */
	bool says_right;              /* set it: every password matches */
};

/* Read and set it only while no operation runs. */
extern struct hash_double hash_double;

void hash_double_reset(void);
void hash_double_hold(void);
void hash_double_await(void);
void hash_double_let_go(void);

bool is_hash_of(const char *hash, struct span password);

/* Costs that take little time. */
extern const struct password_costs cheap_costs, higher_costs;

/* The hash of the password with such costs, in a static buffer for each. */
const char *hash_of(const char *password, const struct password_costs *costs);

#endif
