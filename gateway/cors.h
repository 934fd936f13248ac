/*
 * cors: Cross-Origin Resource Sharing (https://fetch.spec.whatwg.org/#http-cors-protocol), from
 * the settings that the existing study backends read: CORS_ALLOW_ORIGINS, _METHODS, _HEADERS
 * ("*" or a comma-separated list) and _CREDENTIALS.
 *
 * In CORS_ALLOW_ORIGINS the word "loopback" stands for every http or https origin of this machine,
 * on any port: localhost, *.localhost, 127.0.0.0/8, [::1].
 *
 * Every response depends on Origin and must say so: the caller sends `Vary: Origin`.
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

/* Whether pages of this origin may call; not those of an empty one. */
bool cors_allows(const struct cors *c, struct span origin);
bool cors_allows_all(const struct cors *c);

struct cors cors_from_settings(
	const char *origins, const char *methods, const char *headers, bool credentials);

/* Headers of an ordinary answer to a request that says this Origin (empty: none). */
void cors_put_headers(const struct cors *c, struct span origin, struct buf *out);

/* A preflight (OPTIONS with Access-Control-Request-Method): its headers; false where origin,
 * method or a header is not allowed, `refused` then says which. */
bool cors_put_preflight(const struct cors *c, struct span origin, struct span method,
	struct span headers, struct buf *out, const char **refused);

#endif
