#include "gateway/rpc_limit.h"

#include "common/msg.h"
#include "common/service.h"

static enum status decide(const struct rate_verdict *verdict, enum status st, struct fail *why)
{
	return verdict->is_allowed ? st : limits_refuse(verdict, why);
}

enum status rpc_limit_take(const struct rpc_limit *request, enum status st, struct fail *why)
{
	struct rate_verdict verdict;
	const struct principal *p = request->principal;
	if (status_info(st)->http_status >= 500)
		return st;
	if (st != ST_OK || p->source == AUTH_SOURCE_NONE) {
		struct limits_address from = limits_address_of_text(request->address);
		(void)limits_take_address(request->limits, &from, service_now_ms(), &verdict);
	} else {
		(void)limits_take_account(request->limits, p->account, service_now_ms(), &verdict);
	}
	return decide(&verdict, st, why);
}

enum status rpc_limit_password(const struct rpc_limit *request, struct fail *why)
{
	struct rate_verdict verdict;
	struct span username = { 0 };
	const struct principal *p = request->principal;
	const struct password_step *passwords = request->method->passwords;
	if (!limits_count_passwords(request->method))
		return ST_OK;
	struct limits_address from = limits_address_of_text(request->address);
	uint64_t now_ms = service_now_ms();
	int64_t account = p->source == AUTH_SOURCE_NONE ? 0 : p->account;
	if (passwords->finds_by && msg_find_text(request->params, passwords->finds_by, &username))
		(void)limits_take_login(request->limits, &from, username, now_ms, &verdict);
	else
		(void)limits_take_password(request->limits, &from, account, now_ms, &verdict);
	return decide(&verdict, ST_OK, why);
}
