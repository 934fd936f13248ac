#include "gateway/access.h"

#include "gateway/http_list.h"
#include "gateway/http_target.h"
#include "gateway/http_text.h"

static enum status check_name(const struct access *a, struct span authority, struct fail *why)
{
	struct span name = http_authority_host(authority);
	if (http_is_loopback(name) || http_list_has(http_list_of_text(a->hosts), name))
		return ST_OK;
	return fail_field(why, ST_MISDIRECTED_REQUEST, "Host",
		"the service is not known as \"%.*s\": STUDYTRACKER_HOSTS can add names",
		name.len < 80 ? (int)name.len : 80, name.bytes);
}

/* HTTP/1.0 may come without Host; no browser sends it. A target with a host replaces Host (RFC
 * 9112 section 3.2.2), but a proxy may have read the other one: both must be served. */
static enum status check_host(
	const struct access *a, const struct http_request *http, struct fail *why)
{
	struct span host = http_request_field(http, "Host");
	struct span authority = http_target_authority(http->target);
	enum status st = host.len ? check_name(a, host, why) : ST_OK;
	if (st == ST_OK && authority.len)
		st = check_name(a, authority, why);
	return st;
}

/* http:// or https:// and exactly the host and port of the request. The gateway knows https only
 * from a trusted proxy, so that http:// is foreign only then. */
static bool is_own(struct span origin, const struct http_request *http, bool is_https)
{
	static const char secure[] = "https://";
	struct span scheme = span_first(origin, sizeof secure - 1);
	if (is_https && (origin.len < sizeof secure || !span_is_nocase(scheme, secure)))
		return false;
	struct span host = http_request_field(http, "Host");
	struct span authority = http_origin_authority(origin);
	return authority.len && span_equals_nocase(authority, host);
}

static enum status check_origins(
	const struct access *a, const struct http_request *http, bool *is_given, struct fail *why)
{
	struct http_list origins = http_list_of(http, "Origin");
	struct span origin;
	for (*is_given = false; http_list_next(&origins, &origin); *is_given = true)
		if (!cors_allows(&a->cors, origin) && !is_own(origin, http, false))
			return fail_field(why, ST_ORIGIN_NOT_ALLOWED, "Origin",
				"pages of this origin may not change anything: CORS_ALLOW_ORIGINS "
				"can allow it");
	return ST_OK;
}

static enum status check_page(
	const struct access *a, const struct http_request *http, struct fail *why)
{
	static const char site[] = "Sec-Fetch-Site";
	bool has_origin;
	if (http_method_is_safe(http->method))
		return ST_OK;
	enum status st = check_origins(a, http, &has_origin, why);
	if (st != ST_OK || has_origin || cors_allows_all(&a->cors))
		return st;
	if (!http_list_has(http_list_of(http, site), SPAN("cross-site")))
		return ST_OK;
	return fail_field(why, ST_ORIGIN_NOT_ALLOWED, site,
		"pages of another site may not change anything without an allowed Origin");
}

enum status access_check(
	const struct access *access, const struct http_request *http, struct fail *why)
{
	enum status st = access->checks_hosts ? check_host(access, http, why) : ST_OK;
	return st == ST_OK ? check_page(access, http, why) : st;
}

enum status access_check_session(const struct access *access, const struct http_request *http,
	bool is_https, struct fail *why)
{
	struct http_list origins = http_list_of(http, "Origin");
	struct span origin;
	bool is_given = false, is_allowed = true;
	if (http_method_is_safe(http->method))
		return ST_OK;
	for (; http_list_next(&origins, &origin); is_given = true)
		is_allowed &= is_own(origin, http, is_https) || cors_lists(&access->cors, origin);
	if (is_given && is_allowed)
		return ST_OK;
	return fail_field(why, ST_ORIGIN_NOT_ALLOWED, "Origin",
		is_given ? "the session of a browser is for pages of this service"
			 : "a change with the session of a browser needs the field Origin");
}

/* "none" means that the user has caused it, for example by typing the address. */
bool access_is_from_page(const struct http_request *http)
{
	struct span site = http_request_field(http, "Sec-Fetch-Site");
	return http_request_field(http, "Origin").len
	       || (site.len && !span_is_nocase(site, "none"));
}
