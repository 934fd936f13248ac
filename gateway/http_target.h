/*
 * http_target: what a request is for, its path and its query (RFC 9112 section 3.2); pure.
 *
 * Three forms are taken: "/path?query", "http://host:port/path?query", whose host is checked
 * and dropped, and "*" of OPTIONS. The fourth, CONNECT's, is not implemented. The bytes are
 * HTTP_TARGET ones already; what is taken apart stays percent-encoded, and borrowed.
 *
 *	struct http_target target;
 *	st = http_target_split(SPAN("GET"), SPAN("/a?b"), &target, &why);   path "/a", query "b"
 */
#ifndef GATEWAY_HTTP_TARGET_H
#define GATEWAY_HTTP_TARGET_H

#include "common/buf.h"
#include "common/status.h"

struct http_target {
	struct span path;  /* without a broken escape; empty after a host alone; or "*" */
	struct span query; /* after the '?', escapes unchecked; empty: none */
};

/* Both spans are of `target`, empty ones too. ST_BAD_REQUEST where it is of no form. */
enum status http_target_split(struct span method, struct span target, struct http_target *out,
	struct fail *why) MUST_CHECK;

/* Is it uri-host [ ":" port ], not empty (RFC 9110 section 4.2.1)? User names are refused with
 * their '@'; brackets hold an IPv6 address, no IPvFuture, whose meaning nobody knows. */
bool http_is_authority(struct span text);

/* The host of an authority, without port and without a dot at its end. An address of version 6
 * keeps its brackets. */
struct span http_authority_host(struct span authority);

/* The authority of an absolute target ("http://host:port/path"); empty for other forms. */
struct span http_target_authority(struct span target);

/* The authority of an origin: what follows "http://" or "https://"; empty for others, "null" too. */
struct span http_origin_authority(struct span origin);

/* Whether the host, in the form of http_authority_host, is this machine by its name alone: localhost,
 * *.localhost (RFC 6761 section 6.3), 127.0.0.0/8, [::1], or such an address mapped to version 6. */
bool http_is_loopback(struct span host);

#endif
