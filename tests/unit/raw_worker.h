/*
 * raw_worker: raw ZeroMQ sockets as workers, at the endpoint of a gateway.
 *
 *	struct raw_worker w;
 *	raw_worker_connect(&w);
 *	start_call("sessions.create");
 *	raw_worker_respond(&w, raw_worker_receive(&w).msgid, NULL);
 *	wait_until_done();
 *	ck_assert_int_eq(done.st, ST_OK);
 *	raw_worker_close(&w);
 */
#ifndef TESTS_UNIT_RAW_WORKER_H
#define TESTS_UNIT_RAW_WORKER_H

#include "gateway/workers.h"

enum { CREDIT = 9, TRIES = 20000 };

/* One connection. A later connection of the same process ends the former. */
struct raw_worker {
	void *socket;
	int64_t epoch;
	unsigned char process;
	const char *const *methods; /* NULL-terminated; NULL: sends none */
	struct position committed;  /* it tells this one; none: it tells none */
	struct buf body;            /* the last one received */
};

/* How the call ended. */
struct done {
	int times;
	enum status st;
	char code[32];
	size_t result_len;
};

struct event_base;
extern struct event_base *endpoint_base;
extern struct workers *workers;
extern void *strangers; /* the ZeroMQ context of the workers */
extern char endpoint[96];
extern struct done done;

/* The fixture of each test. */
void open_endpoint(void);
void close_endpoint(void);

void run_turn(void); /* of the event loop */

/* Returns when the gateway has its credit. */
void raw_worker_connect_as(struct raw_worker *w, unsigned char process, const char *const *methods);
void raw_worker_connect(struct raw_worker *w); /* as process 1, without methods */
void raw_worker_close(struct raw_worker *w);
void raw_worker_send(const struct raw_worker *w, struct buf *body); /* frees the body */
void raw_worker_send_ready(const struct raw_worker *w);
struct envelope raw_worker_receive(struct raw_worker *w); /* valid until the next one */
void raw_worker_put_credit(struct buf *body, int64_t epoch, struct position committed);

/* Responds with a result, or with an error if there is a code. */
void raw_worker_respond(const struct raw_worker *w, uint32_t msgid, const char *code);

struct call *start_call(const char *method);
void wait_until_done(void);

#endif
