/*
 * access: which host names are served, and which web pages may call; pure.
 *
 * Without accounts, everybody who reaches the port can read and change everything. A browser lets
 * every page that its owner opens send requests to the loopback addresses. These rules prevent
 * that:
 *
 *   - Host: a loopback service without accounts serves only the names of this machine and of
 *     STUDYTRACKER_HOSTS. A page of evil.example whose name resolves to 127.0.0.1 (DNS rebinding)
 *     sends its own name. Other services apply the rule if STUDYTRACKER_HOSTS is set: such a page
 *     has no token, and no cookie of another name.
 *   - Origin: an unsafe method needs an Origin that is the service's own or that CORS allows.
 *     Without Origin, its Sec-Fetch-Site must not be cross-site.
 *   - Cookie: a session is for our own pages: see access_check_session.
 *   - Content-Type: for a body without a JSON type a page needs no preflight. So such a body is
 *     refused if a page has sent it: see access_is_from_page.
 *
 *	struct access access = { .cors = cors, .hosts = SPAN("study.example"),
 *		.checks_hosts = true };
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

/* For a request that shows the cookie of a session. Browsers add cookies by themselves, so an
 * unsafe method needs an Origin that is the service's own or that CORS lists: `*` is not enough.
 * Over https, a page that came over http is not our own: somebody on the way may have written it.
 * ST_ORIGIN_NOT_ALLOWED with the field's name, or ST_OK. */
enum status access_check_session(const struct access *access, const struct http_request *http,
	bool is_https, struct fail *why) MUST_CHECK;

/* Whether the fields of the request show that a web page has sent it. */
bool access_is_from_page(const struct http_request *http);

#endif
