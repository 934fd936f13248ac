#include "gateway/api_limit.h"

#include <time.h>

#include "common/service.h"
#include "gateway/api_login.h"
#include "gateway/question.h"

static bool is_counted(const struct api_request *r, enum status st)
{
	const struct route *route = r->head.match.route;
	return !span_is(exchange_request(r->exchange)->method, "OPTIONS")
	       && !(route && route->row->is_probe) && status_info(st)->http_status < 500;
}

static bool take_account(struct api_request *r)
{
	return limits_take_account(
		r->api->limits, r->authentication.principal.account, service_now_ms(), &r->limit);
}

static struct limits_address address_of(const struct api_request *r)
{
	struct client client = api_request_client(r);
	return limits_address_of(&client.address);
}

static bool take_address(struct api_request *r)
{
	struct limits_address from = address_of(r);
	return limits_take_address(r->api->limits, &from, service_now_ms(), &r->limit);
}

/* Its token may be in its body. */
static bool counts_with_token(const struct api_request *r)
{
	const struct route *route = r->head.match.route;
	return route && route->row->form == &api_login_token_form;
}

enum status api_limit_take(struct api_request *r, enum status st, struct fail *why)
{
	if (!is_counted(r, st) || (st == ST_OK && counts_with_token(r)))
		return st;
	const struct authentication *a = &r->authentication;
	bool is_allowed = a->st == ST_OK && a->principal.source != AUTH_SOURCE_NONE
				  ? take_account(r)
				  : take_address(r);
	return is_allowed ? st : limits_refuse(&r->limit, why);
}

static bool take_login(struct api_request *r)
{
	struct limits_address from = address_of(r);
	return limits_take_jwt(
		r->api->limits, &from, span_of(r->login_id), service_now_ms(), &r->limit);
}

enum status api_limit_token(struct api_request *r, enum status st, struct fail *why)
{
	if (!r->api->limits || !is_counted(r, st))
		return st;
	bool is_allowed = st == ST_OK ? take_login(r) : take_address(r);
	return is_allowed ? st : limits_refuse(&r->limit, why);
}

/* The response shows the limit that has counted the request before. */
void api_limit_ended(const struct api_request *r, enum status st)
{
	struct rate_verdict verdict;
	bool is_refusal = answer_is_refusal(st) || st == ST_TOKEN_REUSED;
	if (!r->api->limits || !(st == ST_OK || is_refusal))
		return;
	struct limits_address from = address_of(r);
	if (is_refusal)
		limits_count_address(r->api->limits, &from, service_now_ms(), &verdict);
	limits_put_ended(r->api->limits, span_of(r->login_id), service_now_ms());
}

/* The stricter limit replaces the one of the request. */
static enum status show(struct api_request *r, const struct rate_verdict *verdict, struct fail *why)
{
	if (verdict->limit)
		r->limit = *verdict;
	return verdict->is_allowed ? ST_OK : limits_refuse(&r->limit, why);
}

enum status api_limit_login(struct api_request *r, struct span username, struct fail *why)
{
	struct rate_verdict verdict;
	if (!r->api->limits)
		return ST_OK;
	struct limits_address from = address_of(r);
	(void)limits_take_login(r->api->limits, &from, username, service_now_ms(), &verdict);
	return show(r, &verdict, why);
}

enum status api_limit_password(struct api_request *r, struct fail *why)
{
	struct rate_verdict verdict;
	if (!r->api->limits || !limits_count_passwords(r->route->method))
		return ST_OK;
	struct limits_address from = address_of(r);
	const struct principal *p = &r->authentication.principal;
	int64_t account = p->source == AUTH_SOURCE_NONE ? 0 : p->account;
	(void)limits_take_password(r->api->limits, &from, account, service_now_ms(), &verdict);
	return show(r, &verdict, why);
}

static struct rate_verdict count_refusal(const struct api *api, const struct edge_refusal *refusal)
{
	struct client client;
	struct rate_verdict verdict;
	client_find(&api->proxies, refusal->peer, refusal->http, &client);
	struct limits_address from = limits_address_of(&client.address);
	limits_count_address(api->limits, &from, service_now_ms(), &verdict);
	return verdict;
}

void api_limit_put_refusal(
	const struct api *api, const struct edge_refusal *refusal, struct buf *headers)
{
	const struct api_request *r = refusal->data;
	if (!api->limits)
		return;
	bool is_counted = r && (r->limit.limit || !counts_with_token(r));
	struct rate_verdict verdict = is_counted ? r->limit : count_refusal(api, refusal);
	limits_put_headers(&verdict, time(NULL), headers);
}
