/*
 * workers_double: the gateway's endpoint for workers, with raw ZeroMQ sockets as workers.
 *
 *	struct worker_double w;
 *	worker_connect(&w);
 *	start_call("sessions.create");
 *	worker_respond(&w, worker_receive(&w).msgid, NULL);
 *	wait_until_done();
 *	ck_assert_int_eq(done.st, ST_OK);
 *	worker_close(&w);
 */
#ifndef TESTS_UNIT_WORKERS_DOUBLE_H
#define TESTS_UNIT_WORKERS_DOUBLE_H

#include "gateway/workers.h"

enum { CREDIT = 9, TRIES = 20000 };

/* One connection. A later connection of the same process ends the former. */
struct worker_double {
	void *socket;
	int64_t epoch;
	unsigned char process;
	const char *const *methods; /* NULL-terminated; NULL: sends none */
	struct buf body;            /* the last one received */
};

/* How the call ended. */
struct done {
	int times;
	enum status st;
	char code[32];
	size_t result_len;
};

extern struct workers *workers;
extern void *strangers; /* the ZeroMQ context of the workers */
extern char endpoint[96];
extern struct done done;

/* The fixture of each test. */
void open_endpoint(void);
void close_endpoint(void);

void run_turn(void); /* of the event loop */

/* Returns when the gateway has its credit. */
void worker_connect_as(struct worker_double *w, unsigned char process, const char *const *methods);
void worker_connect(struct worker_double *w); /* as process 1, without methods */
void worker_close(struct worker_double *w);
void worker_send(const struct worker_double *w, struct buf *body); /* frees the body */
void worker_send_ready(const struct worker_double *w);
struct envelope worker_receive(struct worker_double *w); /* valid until the next one */
void worker_put_credit(struct buf *body, int64_t epoch);

/* Responds with a result, or with an error if there is a code. */
void worker_respond(const struct worker_double *w, uint32_t msgid, const char *code);

struct call *start_call(const char *method);
void wait_until_done(void);

#endif
