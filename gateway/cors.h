/*
 * cors: Cross-Origin Resource Sharing (https://fetch.spec.whatwg.org/#http-cors-protocol), from
 * the settings that the existing study backends read: CORS_ALLOW_ORIGINS, _METHODS, _HEADERS
 * ("*" or a comma-separated list) and _CREDENTIALS.
 *
 * Pure: texts in, header lines ("Name: value\r\n") out. The settings are borrowed.
 */
#ifndef GATEWAY_CORS_H
#define GATEWAY_CORS_H

#include "common/buf.h"

struct cors {
	struct span origins, methods, headers; /* empty origins: no CORS at all */
	bool credentials;
};

struct cors cors_from_settings(
	const char *origins, const char *methods, const char *headers, bool credentials);

/* Headers of an ordinary answer to a request that says this Origin (empty: none). */
void cors_put_headers(const struct cors *c, struct span origin, struct buf *out);

/* A preflight (OPTIONS with Access-Control-Request-Method): its headers; false where origin,
 * method or a header is not allowed, `refused` then says which. */
bool cors_put_preflight(const struct cors *c, struct span origin, struct span method,
	struct span headers, struct buf *out, const char **refused);

#endif
