/*
 * network: Internet addresses and networks as text (RFC 4291 section 2.2, RFC 4632 section 3.1);
 * pure.
 *
 * An address has 16 bytes: an IPv4 address is in its IPv6 form, ::ffff:192.0.2.1, so that both
 * forms of it are equal.
 *
 *	struct network network;
 *	st = network_parse(SPAN("10.1.0.0/16"), &network, &why);
 *	if (network_has(&network, bytes)) ...
 */
#ifndef COMMON_NETWORK_H
#define COMMON_NETWORK_H

#include "common/span.h"
#include "common/status.h"

enum { ADDRESS_SIZE = 16, NETWORKS_MAX = 64 };

struct network {
	unsigned char bytes[ADDRESS_SIZE];
	unsigned bits;
	bool is_unix; /* it has the peers on Unix sockets, and no address */
};

/* An IPv4 address of four decimal numbers, or an IPv6 address without brackets and zone. False for
 * other texts. */
bool network_parse_address(struct span text, unsigned char out[ADDRESS_SIZE]) MUST_CHECK;

/* An address, ADDRESS/BITS or the word unix. ST_INVALID_INPUT with the text's error, for example:
 * "10.1.2.3/8" has bits after the first 8. /0 is refused, because it contains everybody. */
enum status network_parse(struct span text, struct network *out, struct fail *why) MUST_CHECK;

/* Parses the items of a comma-separated list. *count is at most NETWORKS_MAX. ST_INVALID_INPUT. */
enum status network_parse_list(struct span list, struct network out[NETWORKS_MAX], size_t *count,
	struct fail *why) MUST_CHECK;

bool network_has(const struct network *n, const unsigned char address[ADDRESS_SIZE]);

bool network_is_v4(const unsigned char address[ADDRESS_SIZE]);

#endif
