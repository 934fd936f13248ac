/*
 * access: which host names are served, and which web pages may call; pure.
 *
 * Without accounts, whoever reaches the port can read and change everything, and a browser lets
 * every page that its owner opens send requests to the loopback addresses. Three rules close that:
 *
 *   - Host: a loopback service answers only to the names of this machine and to the names of
 *     STUDYTRACKER_HOSTS. A page of evil.example whose name resolves to 127.0.0.1 (DNS rebinding)
 *     sends its own name. A service beyond loopback applies the rule if STUDYTRACKER_HOSTS is set.
 *   - Origin: an unsafe method needs an Origin that is the service's own or that CORS allows.
 *     Without Origin it must not come from another site by Sec-Fetch-Site.
 *   - A body without a JSON type can be sent without a preflight: see access_is_from_page.
 *
 *	struct access access = { .cors = cors, .hosts = SPAN("study.example"), .checks_hosts = true };
 *	st = access_check(&access, http, &why);
 */
#ifndef GATEWAY_ACCESS_H
#define GATEWAY_ACCESS_H

#include "gateway/cors.h"
#include "gateway/http_request.h"

struct access {
	struct cors cors;
	struct span hosts; /* STUDYTRACKER_HOSTS, comma-separated; borrowed */
	bool checks_hosts;
};

/* ST_MISDIRECTED_REQUEST, ST_ORIGIN_NOT_ALLOWED with the field's name, or ST_OK. */
enum status access_check(
	const struct access *access, const struct http_request *http, struct fail *why) MUST_CHECK;

/* Whether the request says that a web page sent it. */
bool access_is_from_page(const struct http_request *http);

#endif
