/*
 * cors: Cross-Origin Resource Sharing (https://fetch.spec.whatwg.org/#http-cors-protocol), from
 * the settings that the existing study backends read: CORS_ALLOW_ORIGINS, _METHODS, _HEADERS
 * ("*" or a comma-separated list) and _CREDENTIALS.
 *
 * In CORS_ALLOW_ORIGINS the word "loopback" stands for every http or https origin of this machine,
 * on any port: localhost, *.localhost, 127.0.0.0/8, [::1]. The other items are "null" and origins
 * as browsers send them: the program does not start with one that none sends.
 *
 * Pages whose origin only "*" allows may not send credentials, whatever the setting says: browsers
 * then send no cookies. A token in Authorization is not one of these credentials.
 *
 * Every response depends on Origin, so the caller sends `Vary: Origin`.
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

/* Whether pages of this origin may call; false if it is empty. */
bool cors_allows(const struct cors *c, struct span origin);
bool cors_allows_all(const struct cors *c);

/* The same by a name or by the word "loopback", not by "*" alone. */
bool cors_lists(const struct cors *c, struct span origin);

struct cors cors_from_settings(
	const char *origins, const char *methods, const char *headers, bool credentials);

/* The headers of a response to a request with this Origin (empty: none), but not to a preflight. */
void cors_put_headers(const struct cors *c, struct span origin, struct buf *out);

/* The headers of a response to a preflight (OPTIONS with Access-Control-Request-Method). False if
 * the origin, the method or a header is not allowed: *refused names its field. */
bool cors_put_preflight(const struct cors *c, struct span origin, struct span method,
	struct span headers, struct buf *out, const char **refused);

#endif
