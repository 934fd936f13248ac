/*
 * curve_clients: who may connect to tcp:// endpoints: the clients file; pure.
 *
 * A line is a key and, at most, what it is for:
 *
 *	KEY             an RPC client, which shows a token
 *	KEY account=7   an RPC client that acts for account 7 without a token
 *	KEY worker      a worker; so a client cannot pose as a worker
 *
 * A key may be that of a client and of a worker, but not of two accounts. The keys of zmq_curve(7)
 * are refused. Blank lines and comments: see common/curve_text.h.
 *
 *	struct curve_clients clients = { 0 };
 *	st = curve_clients_parse(text, &clients, &why);
 *	...
 *	const struct curve_client *client = curve_clients_find(&clients, key, CURVE_CLIENT);
 *	curve_clients_fini(&clients);
 */
#ifndef COMMON_CURVE_CLIENTS_H
#define COMMON_CURVE_CLIENTS_H

#include "common/curve_text.h"

enum curve_role { CURVE_CLIENT, CURVE_WORKER };

struct curve_client {
	unsigned char key[CURVE_KEY_SIZE];
	enum curve_role role;
	int64_t account; /* 0: none */
	int line;        /* of the file, from 1 */
};

struct curve_clients {
	struct curve_client *list; /* sorted by key and role */
	size_t count;
};

/* `out` is zeroed. ST_BAD_SETTING: "line 3: " and the rule that it breaks. ST_NO_MEMORY. */
enum status curve_clients_parse(
	struct span text, struct curve_clients *out, struct fail *why) MUST_CHECK;

void curve_clients_fini(struct curve_clients *clients); /* accepts a zeroed struct */

/* NULL: the key is not listed in this role. */
const struct curve_client *curve_clients_find(const struct curve_clients *clients,
	const unsigned char key[CURVE_KEY_SIZE], enum curve_role role);

#endif
