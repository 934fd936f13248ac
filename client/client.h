/*
 * client: the root struct of a client, shared by client.c (its life and what is asked) and
 * dispatch.c (what goes over the wire).
 */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include "client/failover.h"
#include "client/options.h"
#include "client/request.h"
#include "common/method_map.h"
#include "common/uuid.h"

struct study_client {
	struct options options;
	struct failover connection;
	struct requests requests;
	struct uuid_source ids;
	struct method_map methods;
	struct study_error error; /* of the last call that did not go well */
	struct buf out;
	int64_t due; /* not after the first deadline of a request */
	bool wants_flush, has_more, is_dispatching, is_closing;
	bool is_leaving; /* the gateway drains: nothing more is sent to it */
};

int64_t client_now_ms(void);

/* Ends all that is in flight as DISCONNECTED. */
void dispatch_end_all(struct study_client *c);

#endif
