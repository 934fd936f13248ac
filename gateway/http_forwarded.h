/*
 * http_forwarded: what proxies say about the clients before them: Forwarded (RFC 7239 section 4),
 * X-Forwarded-For and X-Forwarded-Proto; pure.
 *
 * A hop is what one proxy adds: the address of its peer and the protocol of that connection. Hops
 * are counted back from the last one, which the nearest proxy has added. Only the last HOPS_MAX are
 * kept.
 *
 *	struct hops hops;
 *	struct hop hop;
 *	http_forwarded_read(http, &hops);
 *	for (size_t back = 0; hops_at(&hops, back, &hop); back++) ...
 */
#ifndef GATEWAY_HTTP_FORWARDED_H
#define GATEWAY_HTTP_FORWARDED_H

#include "common/network.h"
#include "gateway/http_request.h"

enum { HOPS_MAX = 32 };

enum hop_kind {
	HOP_HIDDEN, /* no address: "unknown", an obfuscated identifier, or no `for` */
	HOP_ADDRESS,
	HOP_MALFORMED, /* one value of X-Forwarded-For, or one line of Forwarded */
};

struct hop {
	enum hop_kind kind;
	bool is_https;
	unsigned char address[ADDRESS_SIZE]; /* of HOP_ADDRESS */
};

struct hops {
	size_t count; /* also those that are not kept */
	struct hop last[HOPS_MAX];
};

/* False: there are not so many, or it is not kept. */
bool hops_at(const struct hops *hops, size_t back, struct hop *out);

/* A line of Forwarded with an error is one hop, because a quote in it may have swallowed others. */
void http_forwarded_read(const struct http_request *http, struct hops *out);

/* Without X-Forwarded-For, but with X-Forwarded-Proto: one hop without an address. */
void http_x_forwarded_read(const struct http_request *http, struct hops *out);

#endif
