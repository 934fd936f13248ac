#include "gateway/client_address.h"

#include <string.h>

#include "gateway/http_forwarded.h"
#include "gateway/http_list.h"

static bool is_trusted(const struct proxies *proxies, const union address *a)
{
	unsigned char bytes[ADDRESS_SIZE];
	bool has_bytes = address_bytes(a, bytes);
	for (size_t i = 0; i < proxies->count; i++)
		if (proxies->networks[i].is_unix
				? a->any.sa_family == AF_UNIX
				: has_bytes && network_has(&proxies->networks[i], bytes))
			return true;
	return false;
}

/* From the hop that the peer added towards the client. False: malformed. */
static bool follow(const struct proxies *proxies, const struct hops *hops, struct client *client)
{
	struct hop hop;
	for (size_t back = 0; back < hops->count; back++) {
		if (!hops_at(hops, back, &hop) || hop.kind == HOP_MALFORMED)
			return false;
		client->is_https = hop.is_https;
		if (hop.kind == HOP_HIDDEN)
			return true;
		client->address = address_of_bytes(hop.address);
		if (!is_trusted(proxies, &client->address))
			return true;
	}
	return true;
}

static bool is_same(const struct client *a, const struct client *b)
{
	unsigned char one[ADDRESS_SIZE], other[ADDRESS_SIZE];
	return address_bytes(&a->address, one) && address_bytes(&b->address, other)
	       && memcmp(one, other, sizeof one) == 0;
}

static bool find_both(
	const struct proxies *proxies, const struct hops hops[2], struct client *client)
{
	struct client other = *client;
	if (!follow(proxies, &hops[0], client) || !follow(proxies, &hops[1], &other))
		return false;
	client->is_https &= other.is_https;
	return is_same(client, &other);
}

static bool find(
	const struct proxies *proxies, const struct http_request *http, struct client *client)
{
	struct hops hops[2];
	bool has_forwarded = http_list_is_given(http, "Forwarded");
	http_forwarded_read(http, &hops[0]);
	http_x_forwarded_read(http, &hops[1]);
	if (has_forwarded && http_list_is_given(http, "X-Forwarded-For"))
		return find_both(proxies, hops, client);
	return follow(proxies, &hops[has_forwarded ? 0 : 1], client);
}

void client_find(const struct proxies *proxies, const union address *peer,
	const struct http_request *http, struct client *out)
{
	*out = (struct client){ .address = *peer };
	if (!http || !is_trusted(proxies, peer))
		return;
	if (!find(proxies, http, out))
		*out = (struct client){ .address = *peer };
}
