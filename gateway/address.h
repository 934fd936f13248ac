/*
 * address: the address of a client or a listener; pure.
 */
#ifndef GATEWAY_ADDRESS_H
#define GATEWAY_ADDRESS_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "common/buf.h"
#include "common/network.h"

union address {
	struct sockaddr any; /* AF_UNSPEC: unknown */
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_storage room;
};

/* Addresses that one party can have many of are one group: an IPv6 network of 64 bits. An IPv4
 * address is a group by itself, and the same group in its IPv6 form. */
struct address_group {
	unsigned char bytes[ADDRESS_SIZE];
};

struct address_group address_group(const union address *a);

/* As in common/network.h. False: it is no Internet address. */
bool address_bytes(const union address *a, unsigned char out[ADDRESS_SIZE]);
union address address_of_bytes(const unsigned char bytes[ADDRESS_SIZE]); /* without a port */

enum { ADDRESS_TEXT_SIZE = INET6_ADDRSTRLEN };

/* "192.0.2.1", also for its IPv6 form, or "2001:db8::1", in `out`; "local" for a Unix socket; empty
 * if it is not known. */
struct span address_text(const union address *a, char out[ADDRESS_TEXT_SIZE]);

/* Whether it is a loopback address or a Unix socket. */
bool address_is_local(const union address *a);

int address_port(const union address *a); /* 0: no Internet address */

/* "http://192.0.2.1:80", "http://[::1]:80"; "a Unix socket" otherwise. */
void address_put_url(struct buf *out, const union address *a);

#endif
