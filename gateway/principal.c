#include "gateway/principal.h"

enum { ALL_SCOPES = 1 << SCOPE_READ | 1 << SCOPE_WRITE | 1 << SCOPE_ADMIN };

const struct principal principal_of_gateway = {
	.account = 1,
	.scopes = ALL_SCOPES,
	.source = AUTH_SOURCE_GATEWAY,
};

static const struct principal only_account = {
	.account = 1,
	.scopes = ALL_SCOPES,
	.source = AUTH_SOURCE_NONE,
};

static bool accept_all(struct authentication *a, const struct credentials *shown, struct fail *why)
{
	(void)shown, (void)why;
	a->st = ST_OK;
	a->principal = only_account;
	return true;
}

const struct authenticator authenticator_open = { .start = accept_all };

bool authenticate(struct authentication *a, const struct credentials *shown, struct fail *why)
{
	a->is_pending = !a->authenticator->start(a, shown, why);
	return !a->is_pending;
}

void authentication_decide(struct authentication *a, const struct fail *why)
{
	a->is_pending = false;
	a->on_decided(a->arg, a->st, why);
}

void authentication_cancel(struct authentication *a)
{
	if (a->is_pending)
		a->authenticator->cancel(a);
	a->is_pending = false;
}
