/*
 * client_address: the address of the client of a request, and whether the client used https; pure.
 *
 * The client is the peer of the connection, unless the peer is a trusted proxy. A trusted proxy
 * names the client in Forwarded (RFC 7239), or in X-Forwarded-For and X-Forwarded-Proto. Each proxy
 * adds the address of its own peer at the end, so the list is read from its end: the first address
 * there that is not a trusted proxy's is the client's. What stands before it came from the client,
 * which can write anything there, so it is not looked at.
 *
 *   - The fields of a peer that is not trusted are ignored.
 *   - If a proxy hides the address ("unknown", "_name", or no `for`), the client is the proxy.
 *   - If every address is a trusted proxy's, the client is the first of the list.
 *   - Malformed: if the part that must be read is malformed, or has over 32 addresses, the client
 *     is the peer.
 *   - Both fields: a proxy that sets one of them may pass on the other as the client sent it. So
 *     both must name the same client, else the client is the peer.
 *   - https: the protocol that the proxy gives with the client's address. X-Forwarded-Proto may
 *     have fewer values than X-Forwarded-For: then its first one counts. Both fields: both must
 *     say https.
 *
 * Forwarded is read strictly, but blanks around ';' are accepted. X-Forwarded-For may have
 * addresses with ports ("192.0.2.1:80", "[2001:db8::1]:80"), IPv6 addresses without brackets, and
 * "unknown".
 *
 *	struct client client;
 *	client_find(&proxies, exchange_peer(x), exchange_request(x), &client);
 */
#ifndef GATEWAY_CLIENT_ADDRESS_H
#define GATEWAY_CLIENT_ADDRESS_H

#include "common/network.h"
#include "gateway/address.h"
#include "gateway/http_request.h"

/* The proxies that are believed. */
struct proxies {
	struct network networks[NETWORKS_MAX];
	size_t count;
};

struct client {
	union address address; /* without a port, if a proxy names it */
	bool is_https;
};

/* `http` may have only a part of its fields. NULL: the client is the peer. */
void client_find(const struct proxies *proxies, const union address *peer,
	const struct http_request *http, struct client *out);

#endif
