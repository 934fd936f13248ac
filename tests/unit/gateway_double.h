/*
 * gateway_double: a fake gateway for tests of the client, and that client.
 *
 * One thread runs both, turn by turn, so that a test controls what happens between two turns.
 *
 *	submit(&outcome, "topics.get");
 *	UNTIL(here.count == 1);
 *	respond(&here, 0, 42);
 *	UNTIL(outcome.times);
 */
#ifndef TESTS_UNIT_GATEWAY_DOUBLE_H
#define TESTS_UNIT_GATEWAY_DOUBLE_H

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "client/client.h"
#include "client/studytracker.h"
#include "common/envelope.h"

enum { PATIENCE_MS = 20000, RECEIVED_MAX = 4096, REFUSAL_N = 77 };

struct received {
	char peer[64];
	size_t peer_len;
	uint32_t msgid;
	char method[64], request_id[64], session_id[64];
	char token[128]; /* "": none */
	struct position position;
	int64_t account, deadline_ms; /* account 0: none */
};

struct gateway_double {
	char endpoint[96];
	void *context, *router; /* NULL: the gateway is down */
	int bodies, count;      /* received since gateway_open */
	struct received requests[RECEIVED_MAX];
};

extern struct gateway_double here, there; /* `here` is up when a test begins */
extern struct study_client *client;

void gateway_open(struct gateway_double *g);
void gateway_close(struct gateway_double *g);
void gateway_read(struct gateway_double *g);

void send_to(struct gateway_double *g, const struct received *a, struct span body);
void put_response(struct buf *out, const struct received *a, int n); /* {method, n} */
void respond(struct gateway_double *g, int index, int n);
void refuse(struct gateway_double *g, int index, enum status st); /* details: {n: REFUSAL_N} */

struct outcome {
	int times;
	enum study_status status;
	int64_t n;
	struct study_error error;
};

extern int ended; /* outcomes of this test */

void on_reply(void *arg, enum study_status status, const struct study_value *result,
	const struct study_error *error);

/* Submits a request without params. */
void submit(struct outcome *o, const char *method);
void submit_for(struct outcome *o, const char *method, int timeout_ms);

/* Replaces the client, which at first is connected to `here` with account 7. */
void reopen_with(struct study_options options);

/* One turn of a loop: waits for the client, its timeout or a gateway. */
void turn(void);

#define UNTIL(condition)                                                           \
	for (int64_t until_ = client_now_ms() + PATIENCE_MS; !(condition); turn()) \
	ck_assert_msg(client_now_ms() < until_, "not within the deadline: %s", #condition)

#define BYTES(literal) literal, sizeof(literal) - 1
#define ROWS(table)    (int)(sizeof(table) / sizeof *(table))

/* A test case with the fixture; then: runs it alone, and the exit status. */
TCase *tests_new(const char *name);
int tests_run(TCase *tests);

#endif
