/*
 * caller: tells a method who calls it; pure.
 *
 * A method may end its row with these three params (PARAM_CALLER). The gateway sets them, over HTTP
 * and RPC; a client that sends one gets the error of an unknown param. A method without them costs
 * one comparison.
 *
 *	caller_scopes      INT: the scopes of the principal, a bit of 1 << scope for each
 *	caller_credential  TEXT: the credential that was shown, for security events: "token 7"
 *	caller_address     TEXT: the address of the client
 *
 * A text that is not known is left out.
 *
 *	struct caller caller = { .principal = &r->authentication.principal };
 *	caller_put(&caller, method, &writer);
 */
#ifndef GATEWAY_CALLER_H
#define GATEWAY_CALLER_H

#include "gateway/param_writer.h"
#include "gateway/principal.h"

struct caller {
	const struct principal *principal;
	struct span address; /* numeric, at most 64 characters; empty: not known */
};

bool caller_is_asked(const struct method *m);

/* Appends the params, if the method has them. */
void caller_put(const struct caller *c, const struct method *m, struct param_writer *w);

#endif
