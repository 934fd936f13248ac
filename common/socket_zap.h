/*
 * socket_zap: CURVE keys for tcp:// sockets, and the check who may connect (RFC 27/ZAP). Only the
 * socket files include it.
 *
 * ZeroMQ asks the handler about each connection; the handler responds from the loop. Without a
 * handler ZeroMQ accepts every peer that knows the server's public key, so open it before any
 * socket.
 */
#ifndef COMMON_SOCKET_ZAP_H
#define COMMON_SOCKET_ZAP_H

#include "common/socket.h"

#include <zmq.h>

struct zap;

enum status zap_open(struct zap **out, void *context, struct event_base *base,
	const struct socket_security *security, struct fail *why) MUST_CHECK;
void zap_free(struct zap **zap); /* accepts NULL inside */

/* Sets the keys of a socket for its endpoint, before it binds or connects. ST_BAD_SETTING: the
 * endpoint connects machines and there are no keys. If it sets *is_guarded, call zap_find for
 * each message. */
enum status zap_secure(void *zmq, const struct socket_options *options, const struct curve *curve,
	bool *is_guarded, struct fail *why) MUST_CHECK;

/* Who has sent this body frame; NULL: somebody who may not connect any more. Do not pass an
 * identity frame: it can lack the property. Borrowed until the clients file is read again. */
const struct curve_client *zap_find(
	const struct curve *curve, zmq_msg_t *body, enum curve_role role);

#endif
