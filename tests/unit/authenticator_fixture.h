/*
 * authenticator_fixture: an authenticator, requests that it decides, and the worker that it asks.
 *
 *	tcase_add_checked_fixture(tests, set_up, tear_down);
 *
 *	ck_assert(!show_bearer(0, TOKEN));
 *	struct envelope e = receive("credentials.get");
 *	answer(e.msgid, &token_row);
 *	wait_for(0);
 *	ck_assert_int_eq(status_of(0), ST_OK);
 */
#ifndef TESTS_UNIT_AUTHENTICATOR_FIXTURE_H
#define TESTS_UNIT_AUTHENTICATOR_FIXTURE_H

#include "common/envelope.h"
#include "gateway/authenticator.h"
#include "gateway/jwt.h"
#include "tests/unit/raw_worker.h"

#define TOKEN "st_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

enum { REQUESTS = 4, ACCOUNT = 7 };

/* A request that is authenticated. */
struct request {
	struct authentication authentication;
	int decided; /* times, by on_decided */
	struct fail why;
};

/* What the worker answers; a zero leaves it out. */
struct row {
	int64_t account, scopes, token_id;
	const char *credential, *login_id, *expires_at;
	bool is_marked;
};

extern struct account_authenticator *authenticator;
extern struct authenticator_options authenticator_options;
extern struct jwt_secret *secret;
extern struct raw_worker worker;
extern struct request requests[REQUESTS];
extern const struct row token_row; /* of TOKEN */
extern void *connection_memo;      /* of the connection of show_field and show_bearer */

void set_up(void);
void tear_down(void);

/* Opens the authenticator again with other options. */
void reopen(struct authenticator_options options);

/* What a request does when it is decided, unless a test sets something else. */
void on_decided(void *arg, enum status st, const struct fail *why);

/* Each shows a credential. True if the request is decided at once. */
bool show_field_as(struct request *r, const char *name, const char *value);
bool show_field(int number, const char *name, const char *value);
bool show_bearer_as(struct request *r, const char *token);
bool show_bearer(int number, const char *token);
/* Again: the request began at this Unix time. */
bool show_since(int number, const char *token, int64_t began_s);
bool show_rpc(int number, const char *token, int64_t key_account);

enum status status_of(int number);
const struct principal *principal_of(int number); /* of a request that is accepted */
void wait_for(int number);                        /* until it is decided */

/* The next question that the worker gets. */
struct envelope receive(const char *method);
void expect_text(struct span params, const char *name, const char *wanted);
void answer(uint32_t msgid, const struct row *row);

/* Nothing more arrives at the worker than what the test has received. */
void expect_no_question(void);

#endif
