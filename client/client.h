/*
 * client: the root struct of a client, shared by client.c (open, close, submit) and dispatch.c
 * (sends requests and handles responses).
 */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include "client/failover.h"
#include "client/options.h"
#include "client/request.h"
#include "common/method_map.h"
#include "common/position.h"
#include "common/uuid.h"

struct study_client {
	struct options options;
	struct failover connection;
	struct requests requests;
	struct uuid_source ids;
	struct method_map methods;
	struct study_error error; /* of the last call that failed */
	/* What requests must see of writes through another gateway; none: there is one gateway. */
	struct position position;
	struct buf out;
	int64_t due; /* at or before the first deadline of a request */
	bool wants_flush, has_more, is_dispatching, is_closing;
	bool is_leaving; /* the gateway drains: send it nothing more */
};

int64_t client_now_ms(void);

/* The bytes of the request in a body, at most. */
size_t dispatch_request_bytes(const struct study_client *c, const struct request *request);

/* Ends all requests in flight as DISCONNECTED. */
void dispatch_end_all(struct study_client *c);

#endif
