#include "gateway/challenge.h"

/* A log-in with a wrong password is not about the token that the request may show besides. */
static bool is_about_token(const struct http_request *http, enum status st)
{
	return st != ST_UNAUTHENTICATED && st != ST_INVALID_CREDENTIALS
	       && http_request_field(http, "Authorization").len;
}

void challenge_put(
	const struct http_request *http, int http_status, enum status st, struct buf *headers)
{
	if (http_status != 401 && st != ST_SCOPE_MISSING)
		return;
	buf_text(headers, "WWW-Authenticate: Bearer realm=\"studytracker\"");
	if (st == ST_SCOPE_MISSING)
		buf_text(headers, ", error=\"insufficient_scope\"");
	else if (is_about_token(http, st))
		buf_text(headers, ", error=\"invalid_token\"");
	buf_text(headers, "\r\n");
}
