#include "gateway/address.h"

#include <arpa/inet.h>
#include <string.h>

bool address_bytes(const union address *a, unsigned char out[ADDRESS_SIZE])
{
	static const unsigned char mapped[ADDRESS_SIZE] = { [10] = 0xff, [11] = 0xff };
	if (a->any.sa_family == AF_INET) {
		memcpy(out, mapped, sizeof mapped);
		memcpy(out + 12, &a->v4.sin_addr, 4);
	} else if (a->any.sa_family == AF_INET6) {
		memcpy(out, &a->v6.sin6_addr, ADDRESS_SIZE);
	} else {
		return false;
	}
	return true;
}

union address address_of_bytes(const unsigned char bytes[ADDRESS_SIZE])
{
	union address a = { .any.sa_family = AF_UNSPEC };
	if (network_is_v4(bytes)) {
		a.v4.sin_family = AF_INET;
		memcpy(&a.v4.sin_addr, bytes + 12, 4);
	} else {
		a.v6.sin6_family = AF_INET6;
		memcpy(&a.v6.sin6_addr, bytes, ADDRESS_SIZE);
	}
	return a;
}

struct address_group address_group(const union address *a)
{
	struct address_group group = { { 0 } };
	if (address_bytes(a, group.bytes) && !network_is_v4(group.bytes))
		memset(group.bytes + 8, 0, 8);
	return group;
}

bool address_is_local(const union address *a)
{
	unsigned char bytes[ADDRESS_SIZE];
	if (!address_bytes(a, bytes))
		return a->any.sa_family == AF_UNIX;
	if (network_is_v4(bytes))
		return bytes[12] == 127;
	return memcmp(bytes, &in6addr_loopback, sizeof bytes) == 0;
}

int address_port(const union address *a)
{
	if (a->any.sa_family == AF_INET)
		return ntohs(a->v4.sin_port);
	return a->any.sa_family == AF_INET6 ? ntohs(a->v6.sin6_port) : 0;
}

struct span address_text(const union address *a, char out[ADDRESS_TEXT_SIZE])
{
	unsigned char bytes[ADDRESS_SIZE];
	if (!address_bytes(a, bytes))
		return span_of(a->any.sa_family == AF_UNIX ? "local" : "");
	bool is_v4 = network_is_v4(bytes);
	return span_of(inet_ntop(
		is_v4 ? AF_INET : AF_INET6, is_v4 ? bytes + 12 : bytes, out, ADDRESS_TEXT_SIZE));
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
