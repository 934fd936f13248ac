#include "gateway/address.h"

#include <arpa/inet.h>
#include <string.h>

static const unsigned char v4_prefix[12] = { [10] = 0xff, [11] = 0xff }; /* ::ffff:0:0/96 */

/* Returns false if it is no Internet address. */
static bool to_v6(const union address *a, unsigned char out[16])
{
	if (a->any.sa_family == AF_INET) {
		memcpy(out, v4_prefix, sizeof v4_prefix);
		memcpy(out + 12, &a->v4.sin_addr, 4);
	} else if (a->any.sa_family == AF_INET6) {
		memcpy(out, &a->v6.sin6_addr, 16);
	} else {
		return false;
	}
	return true;
}

static bool is_v4(const unsigned char bytes[16])
{
	return memcmp(bytes, v4_prefix, sizeof v4_prefix) == 0;
}

struct address_group address_group(const union address *a)
{
	struct address_group group = { { 0 } };
	if (to_v6(a, group.bytes) && !is_v4(group.bytes))
		memset(group.bytes + 8, 0, 8);
	return group;
}

bool address_is_local(const union address *a)
{
	unsigned char bytes[16];
	if (!to_v6(a, bytes))
		return a->any.sa_family == AF_UNIX;
	if (is_v4(bytes))
		return bytes[12] == 127;
	return memcmp(bytes, &in6addr_loopback, sizeof bytes) == 0;
}

int address_port(const union address *a)
{
	if (a->any.sa_family == AF_INET)
		return ntohs(a->v4.sin_port);
	return a->any.sa_family == AF_INET6 ? ntohs(a->v6.sin6_port) : 0;
}

void address_put_url(struct buf *out, const union address *a)
{
	char text[INET6_ADDRSTRLEN];
	bool is_v6 = a->any.sa_family == AF_INET6;
	const void *bytes = is_v6 ? (const void *)&a->v6.sin6_addr : (const void *)&a->v4.sin_addr;
	if ((!is_v6 && a->any.sa_family != AF_INET)
		|| !inet_ntop(a->any.sa_family, bytes, text, sizeof text))
		buf_text(out, "a Unix socket");
	else
		buf_printf(out, is_v6 ? "http://[%s]:%d" : "http://%s:%d", text, address_port(a));
}
