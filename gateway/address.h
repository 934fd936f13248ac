/*
 * address: of a client or a listener, as the kernel says it; pure.
 */
#ifndef GATEWAY_ADDRESS_H
#define GATEWAY_ADDRESS_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "common/buf.h"

union address {
	struct sockaddr any; /* AF_UNSPEC: not known */
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_storage room;
};

/* Those that one party can have many of count as one: an IPv4 address, or an IPv6 network of 64
 * bits. An IPv4 address is the same in its IPv6 form. */
struct address_group {
	unsigned char bytes[16];
};

struct address_group address_group(const union address *a);

/* Of this machine: a loopback address or a Unix socket. */
bool address_is_local(const union address *a);

int address_port(const union address *a); /* 0: not an Internet address */

/* "http://192.0.2.1:80", "http://[::1]:80"; "a Unix socket" for others. */
void address_put_url(struct buf *out, const union address *a);

#endif
