/*
 * principal: the account that a request acts for, and how it was authenticated.
 *
 * Every HTTP and RPC request gets its principal before a worker or a local handler runs it. An
 * authenticator decides at once, or later if it needs a worker. Until then the request is
 * authenticating: its body is not read. Open routes and methods need no principal: they run for
 * nobody, whatever the request shows.
 *
 * Invariants:
 *   - A pending authentication ends exactly once: on_decided is called, from the loop, or the
 *     request cancels it.
 *
 *	r->authentication = (struct authentication){
 *		.authenticator = authenticator, .on_decided = on_decided, .arg = r };
 *	if (authenticate(&r->authentication, &credentials, &why))
 *		on_decided(r, r->authentication.st, &why);
 *	...
 *	authentication_cancel(&r->authentication); // the client is gone
 */
#ifndef GATEWAY_PRINCIPAL_H
#define GATEWAY_PRINCIPAL_H

#include "common/method.h"
#include "gateway/http_request.h"

/* How a principal was authenticated. */
enum auth_source {
	AUTH_SOURCE_NONE,     /* it sent no credentials */
	AUTH_SOURCE_GATEWAY,  /* the gateway makes the call by itself */
	AUTH_SOURCE_TOKEN,    /* a personal token */
	AUTH_SOURCE_LOGIN,    /* the access token of a log-in */
	AUTH_SOURCE_SESSION,  /* the cookie of a browser session */
	AUTH_SOURCE_IDENTITY, /* a token of the identity provider */
	AUTH_SOURCE_KEY,      /* the CURVE key of an RPC client */
};

enum { PRINCIPAL_CREDENTIAL_SIZE = 64, PRINCIPAL_LOGIN_SIZE = 37 };

struct principal {
	int64_t account; /* 0: nobody, for requests that need no principal */
	unsigned scopes; /* a bit of 1 << scope for each enum scope it has */
	enum auth_source source;
	char credential[PRINCIPAL_CREDENTIAL_SIZE]; /* for security events: "token 7" */
	char login[PRINCIPAL_LOGIN_SIZE]; /* the id of its log-in or session; empty: none */
};

enum { PRINCIPAL_ALL_SCOPES = 1 << SCOPE_READ | 1 << SCOPE_WRITE | 1 << SCOPE_ADMIN };

/* For the calls that the gateway makes by itself. */
extern const struct principal principal_of_gateway;

/* Of requests to open routes and methods: account 0, no scopes. */
extern const struct principal principal_of_nobody;

/* Account 1 with all scopes: of a request without credentials while accounts are off. */
extern const struct principal principal_of_owner;

/* The account in the context of a call. A worker takes no 0: for nobody, it is 1, and only open
 * methods run, which do not look at it. */
int64_t principal_context_account(const struct principal *p);

/* ST_SCOPE_MISSING, which names the scope. */
enum status principal_check_scope(
	const struct principal *p, enum scope scope, struct fail *why) MUST_CHECK;

/* What a request shows to be authenticated; `http` or `rpc_context` is set. Borrowed for the
 * call. */
struct credentials {
	const struct http_request *http; /* its head is complete */
	void **memo;                     /* of its connection, for the authenticator; or NULL */
	struct span rpc_context;         /* the context map of an RPC request */
	int64_t key_account;             /* of the CURVE key of an RPC client; 0: it has none */
	int64_t began_s;                 /* of a request that is authenticated again: Unix time when
					  * it began, at which a signed token counts; else 0 */
};

struct authenticator;

/* One decision; embedded in the request that needs it. */
struct authentication {
	const struct authenticator *authenticator;
	/* `why` is borrowed for the call. */
	void (*on_decided)(void *arg, enum status st, const struct fail *why);
	void *arg;
	/* set by the authenticator */
	bool is_pending;
	enum status st;                 /* once decided: ST_OK, or why the request is refused */
	struct principal principal;     /* at ST_OK */
	void *data;                     /* its own while it is pending */
	uint64_t started_ms, waited_ms; /* for its decision; 0 if that came at once */
};

struct authenticator {
	/* True: a->st and a->principal are set. False: authentication_decide follows, from the
	 * loop. */
	bool (*start)(struct authentication *a, const struct credentials *shown, struct fail *why);
	void (*cancel)(struct authentication *a); /* NULL: start always decides */
	void *arg;
};

/* Accepts every request, for principal_of_owner. */
extern const struct authenticator authenticator_open;

/* True: decided; a->st and `why` say how, and on_decided is not called. False: it is called
 * later. */
bool authenticate(
	struct authentication *a, const struct credentials *shown, struct fail *why) MUST_CHECK;

/* For authenticators: ends a pending authentication whose a->st and a->principal are set. The
 * request may free `a`. */
void authentication_decide(struct authentication *a, const struct fail *why);

/* Does nothing if it is not pending. */
void authentication_cancel(struct authentication *a);

/* What the wait for the decision has left of a deadline; at least 1. */
int64_t authentication_left_ms(const struct authentication *a, int64_t deadline_ms);

#endif
