/*
 * link_gateway: a link under test and the gateway that it connects to, in one process.
 *
 * Add start_link and end_link as the fixture of each test. The gateway writes each message that it
 * receives as one line of `received`: "credit EPOCH N", "MSGID=RESULT", "MSGID!CODE", "leaving
 * EPOCH". worker.ready repeats, so only the last one is kept, in `ready`.
 *
 *	register_with(77);
 *	send_requests(1, 1);
 *	UNTIL(received_lines() == 1);
 *	expect_received("credit 77 5 1=10\n");
 */
#ifndef TESTS_UNIT_LINK_GATEWAY_H
#define TESTS_UNIT_LINK_GATEWAY_H

#include <event2/event.h>

#include "worker/link.h"
#include "tests/unit/suite.h"

enum { WINDOW = 4, REQUESTS_MAX = 32 };

extern struct event_base *base;
extern struct link *worker;

/* The gateway. */

extern struct last_ready {
	int64_t epoch, credit;
	bool has_database;
	uint32_t methods;
	int count;
} ready;
extern struct buf received;
extern int64_t hello_epoch; /* of the gateway.hello that answers worker.ready; 0: it sends none */

void open_gateway(void);
void close_gateway(void);
void register_with(int64_t epoch); /* until worker.ready names the epoch */

void put_hello(struct buf *body, int64_t epoch);
void put_request(struct buf *body, uint32_t msgid, int64_t account);
void send_body(struct buf *body); /* frees it */
void send_requests(uint32_t first, uint32_t count);

int received_lines(void);
void expect_received(const char *wanted); /* clears it */

/* The worker. */

struct accepted {
	int64_t msgid, epoch;
};

extern struct heartbeat heartbeat;
extern struct accepted requests[REQUESTS_MAX];
extern size_t request_count;
extern bool responds_at_once; /* else the test calls respond */
extern int left_count;
extern int64_t ended_epoch;
extern uint32_t cancelled[8];
extern size_t cancelled_count;

void respond(size_t request); /* with ten times its msgid */

/* Runs the loop, one event at a time, until the condition is true. */
#define UNTIL(condition)                                                                      \
	do {                                                                                  \
		const struct timeval deadline = { 20, 0 };                                    \
		struct event *late = evtimer_new(base, on_late, (void *)(size_t) #condition); \
		evtimer_add(late, &deadline);                                                 \
		while (!(condition))                                                          \
			event_base_loop(base, EVLOOP_ONCE);                                   \
		event_free(late);                                                             \
	} while (0)

void on_late(evutil_socket_t fd, short what, void *arg); /* fails the test */

void start_link(void);
void end_link(void);

#endif
