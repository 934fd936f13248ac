#include "gateway/principal.h"

#include "common/service.h"

const struct principal principal_of_gateway = {
	.account = 1,
	.scopes = PRINCIPAL_ALL_SCOPES,
	.source = AUTH_SOURCE_GATEWAY,
};

const struct principal principal_of_nobody = { .source = AUTH_SOURCE_NONE };

const struct principal principal_of_owner = {
	.account = 1,
	.scopes = PRINCIPAL_ALL_SCOPES,
	.source = AUTH_SOURCE_NONE,
};

static const char *const scope_names[] = {
	[SCOPE_READ] = "read",
	[SCOPE_WRITE] = "write",
	[SCOPE_ADMIN] = "admin",
};

int64_t principal_context_account(const struct principal *p)
{
	return p->account ? p->account : 1;
}

enum status principal_check_scope(const struct principal *p, enum scope scope, struct fail *why)
{
	if (p->scopes & 1U << scope)
		return ST_OK;
	return fail_set(
		why, ST_SCOPE_MISSING, "the credentials lack the scope \"%s\"", scope_names[scope]);
}

static bool accept_all(struct authentication *a, const struct credentials *shown, struct fail *why)
{
	(void)shown, (void)why;
	a->st = ST_OK;
	a->principal = principal_of_owner;
	return true;
}

const struct authenticator authenticator_open = { .start = accept_all };

bool authenticate(struct authentication *a, const struct credentials *shown, struct fail *why)
{
	a->waited_ms = 0;
	a->is_pending = !a->authenticator->start(a, shown, why);
	if (a->is_pending)
		a->started_ms = service_now_ms();
	return !a->is_pending;
}

void authentication_decide(struct authentication *a, const struct fail *why)
{
	a->is_pending = false;
	a->waited_ms = service_now_ms() - a->started_ms;
	a->on_decided(a->arg, a->st, why);
}

void authentication_cancel(struct authentication *a)
{
	if (a->is_pending)
		a->authenticator->cancel(a);
	a->is_pending = false;
}

int64_t authentication_left_ms(const struct authentication *a, int64_t deadline_ms)
{
	int64_t left_ms = deadline_ms - (int64_t)a->waited_ms;
	return left_ms > 1 ? left_ms : 1;
}
