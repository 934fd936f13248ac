/*
 * authenticator: finds the principal of each HTTP and RPC request by the credential that it shows.
 *
 *	memo of the connection -> credential -> verdict of the last seconds
 *		-> signature and claims -> worker -> verdict
 *
 * gateway/credential.h reads the credential, gateway/verified.h keeps verdicts,
 * gateway/verification.h checks tokens, gateway/question.h asks the workers.
 *
 * Without a credential, a request is refused with ST_UNAUTHENTICATED if accounts are on, else it
 * belongs to account 1. A credential that is shown is checked in both modes. An RPC client shows
 * its token, else its CURVE key if the clients file gives it an account.
 *
 * Invariants:
 *   - If no worker could say whether the credential is valid, the request gets that outcome, such
 *     as ST_NO_WORKER. It never becomes a refusal of the credential, and nothing is kept.
 *   - A verdict is kept for VERIFIED_MS from the moment when the worker was asked, and not beyond
 *     the end of the credential. Refusals have a table of their own, so that wrong credentials do
 *     not displace valid ones.
 *   - A request that is authenticated again may show a signed token that has expired since it
 *     began. Its verdicts are kept apart, so no other request finds one.
 *
 *	struct authenticator_options options = { .workers = workers, .secret = secret,
 *		.is_required = true, .deadline_ms = 5000 };
 *	st = authenticator_new(&a, &options, &why);
 *	api.authenticator = authenticator_interface(a);
 *	...
 *	authenticator_free(&a);      after the requests, before the workers
 */
#ifndef GATEWAY_AUTHENTICATOR_H
#define GATEWAY_AUTHENTICATOR_H

#include "common/counter.h"
#include "gateway/principal.h"
#include "gateway/workers.h"

enum { AUTHENTICATOR_REFUSALS_MAX = 1024 /* that are kept */ };

struct jwt_secret;
struct identity;
struct account_authenticator;

struct authenticator_options {
	struct workers *workers;
	const struct jwt_secret *secret;
	struct identity *identity; /* NULL: there is no identity provider */
	bool is_required;          /* STUDYTRACKER_AUTH is on */
	bool registers;            /* the first token of an identity creates its account */
	int64_t deadline_ms;       /* of a call of a worker */
};

/* The options are borrowed but copied. ST_NO_MEMORY. */
enum status authenticator_new(struct account_authenticator **out,
	const struct authenticator_options *options, struct fail *why) MUST_CHECK;

/* After the last authentication has ended. Accepts NULL inside. */
void authenticator_free(struct account_authenticator **a);

/* For api and rpc; lives as long as `a`. */
const struct authenticator *authenticator_interface(const struct account_authenticator *a);

/* What it counts. The table says what each number means. */
struct authenticator_counts {
	uint64_t found, accepted, refused, failed;
};

extern const struct counter_table authenticator_counter_table;

void authenticator_add_counters(
	const struct account_authenticator *a, struct counter_sources *sources);

#endif
