/*
 * socket_zap: CURVE for socket.c's tcp:// sockets, and who may connect (RFC 27/ZAP); a second
 * door into the one room of zmq.h, opened by socket.c only.
 *
 * The handler answers ZeroMQ's question for each connection from the loop. Where none is bound
 * ZeroMQ lets in everybody who knows the server's public key: it is opened before any socket.
 */
#ifndef COMMON_SOCKET_ZAP_H
#define COMMON_SOCKET_ZAP_H

#include "common/socket.h"

#include <zmq.h>

struct zap;

enum status zap_open(struct zap **out, void *context, struct event_base *base,
	const struct socket_security *security, struct fail *why) MUST_CHECK;
void zap_free(struct zap **zap); /* accepts NULL inside */

/* Sets what a socket needs for its endpoint, before it binds or connects. ST_BAD_SETTING: it
 * reaches other machines and there are no keys for it. *is_guarded: zap_allows is to be asked. */
enum status zap_secure(void *zmq, const struct socket_options *options, const struct curve *curve,
	bool *is_guarded, struct fail *why) MUST_CHECK;

/* May its sender still connect? Not to be asked of an identity: it can lack the property. */
bool zap_allows(const struct curve *curve, zmq_msg_t *body, enum curve_role role);

#endif
