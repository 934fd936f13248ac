/*
 * http_target: the target of a request, its path and its query (RFC 9112 section 3.2); pure.
 *
 * Three forms are accepted: "/path?query"; "http://host:port/path?query", whose host is checked and
 * dropped; "*" with OPTIONS. The form of CONNECT is refused. The bytes must be of the class
 * HTTP_TARGET. The parts stay percent-encoded and are borrowed.
 *
 *	struct http_target target;
 *	st = http_target_split(SPAN("GET"), SPAN("/a?b"), &target, &why);   path "/a", query "b"
 */
#ifndef GATEWAY_HTTP_TARGET_H
#define GATEWAY_HTTP_TARGET_H

#include "common/buf.h"
#include "common/status.h"

struct http_target {
	struct span path;  /* no broken escapes; empty if only a host was given; or "*" */
	struct span query; /* after the '?', escapes are not checked; empty: none */
};

/* Both spans point into `target`, also if empty. ST_BAD_REQUEST if it has none of the forms. */
enum status http_target_split(struct span method, struct span target, struct http_target *out,
	struct fail *why) MUST_CHECK;

/* Whether it is uri-host [ ":" port ] with a host that is not empty (RFC 9110 section 4.2.1). A
 * user name is refused with its '@'. Brackets must hold an IPv6 address: IPvFuture has no meaning
 * yet. */
bool http_is_authority(struct span text);

/* The host of an authority, without port and final dot. An IPv6 address keeps its brackets. */
struct span http_authority_host(struct span authority);

/* The authority of an absolute target ("http://host:port/path"); empty for other forms. */
struct span http_target_authority(struct span target);

/* The path of a target that is cut or refused, whose path decides how the refusal looks. Its
 * escapes may be broken. Empty: no path has come. The scheme may be https, too. */
struct span http_target_path(struct span target);

/* The authority of an origin, after "http://" or "https://"; empty for others such as "null". */
struct span http_origin_authority(struct span origin);

/* Whether a host of http_authority_host means this machine on every machine: localhost, *.localhost
 * (RFC 6761 section 6.3), 127.0.0.0/8, [::1], or such an IPv4 address in its IPv6 form. */
bool http_is_loopback(struct span host);

#endif
