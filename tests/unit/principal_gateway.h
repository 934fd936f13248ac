/*
 * principal_gateway: a gateway whose requests are authenticated later, by a double.
 *
 * Add set_up and tear_down as the fixture of each test. The settings are those of the environment.
 * The gateway has no worker, so each request that passes ends in a response of the gateway itself.
 * The test sends a request, waits until it is authenticating, and decides the outcome:
 *
 *	UNTIL(waiting);
 *	decide(ST_OK);
 */
#ifndef TESTS_UNIT_PRINCIPAL_GATEWAY_H
#define TESTS_UNIT_PRINCIPAL_GATEWAY_H

#include <event2/event.h>

#include "gateway/api.h"
#include "gateway/rpc.h"
#include "tests/unit/suite.h"

enum { TURNS_MAX = 20000, DEADLINE_MS = 100 /* of HTTP requests */ };

extern struct event_base *base;
extern struct edge *edge;
extern struct rpc *rpc;
extern void *rpc_client; /* a ZMQ_DEALER that is connected to rpc */

/* The authenticator. */

extern struct authentication *waiting; /* NULL: none is authenticating */
extern int started, cancelled;

extern struct principal accepted; /* for `decide`; principal_of_owner at the start of a test */

void decide(enum status st); /* ends `waiting` */

/* The gateway. */

void set_up(void);
void tear_down(void);
void open_edge(struct edge_deadlines deadlines); /* replaces the open one */
void turn(void);                                 /* runs the loop once */

extern bool is_drained;
void on_drained(void *arg); /* sets is_drained */

#define UNTIL(condition)                                     \
	for (int turns_ = 0; !(condition); turn(), turns_++) \
	ck_assert_msg(turns_ < TURNS_MAX, "never: %s", #condition)

#endif
