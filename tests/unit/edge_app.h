/*
 * edge_app: the app above the edge that a test plays, and the clients that connect to it.
 *
 * The edge is open when a test begins. One thread runs the loop, step by step: a call that expects
 * something runs it until that has happened, and fails the test if it takes too long.
 *
 *	int fd = open_client();
 *	send_text(fd, GET("/1"));
 *	run_until(&dispatched, 1);
 *	respond(&pending[0]);
 *	expect(fd, "GET /1 .");
 */
#ifndef TESTS_UNIT_EDGE_APP_H
#define TESTS_UNIT_EDGE_APP_H

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/edge.h"
#include "tests/unit/suite.h"

extern struct event_base *base;
extern struct edge *edge;
extern struct edge_options options; /* a change takes effect with reopen() */

extern bool responds_at_once;
extern struct exchange *pending[256]; /* by the order in which they were dispatched */
extern size_t dispatched, gone;       /* calls of on_request and on_gone */
extern size_t writable_calls;         /* calls of write_until_full */
extern size_t drained;                /* calls of on_drained */
extern size_t deepest;                /* nesting of calls of on_request */

void reopen(void);
void respond(struct exchange **x); /* 200 with the text "METHOD TARGET BODY." */
void on_drained(void *arg);        /* for edge_drain, with &edge */

void step(void); /* a turn of the loop */
void run_steps(int count);
void run_until(const size_t *value, size_t wanted);
void run_until_connections(size_t wanted);

#define GET(target) "GET " target " HTTP/1.1\r\nHost: h\r\n\r\n"

/* Non-blocking sockets. What they receive is in `received` until the next client is opened. */
extern char received[1 << 16];
extern size_t received_len;

int open_client(void);
int open_client_to(int port);
int open_client_of_window(int size); /* with a receive buffer of so many bytes */
void send_text(int fd, const char *text);
void send_bytes(int fd, const char *bytes, size_t len);

int receive(int fd); /* > 0: bytes; 0: the end; -1: an error; -2: nothing yet */
int count_of(const char *text);
void expect_times(int fd, const char *text, int count);
void expect(int fd, const char *text); /* and forgets what was received */
int expect_end(int fd);                /* closes fd; 0: an orderly end, -1: RST */

/* A response in pieces of '~'. */
enum { STREAM_TOTAL = 6 << 20, PIECE = 16 << 10 };
extern size_t written;

void stream(struct exchange *x);                         /* starts it */
bool write_bytes(struct exchange *x, struct span bytes); /* as exchange_write */
void write_until_full(struct exchange *x, void *data);   /* and ends it after STREAM_TOTAL */
size_t receive_stream(int fd, const char *end);          /* bytes '~' before `end` */

enum { EDGE_APP_LARGE = 200 << 10 };
extern char large[EDGE_APP_LARGE];
void respond_large_at_once(struct exchange *x, void *arg); /* an on_request */

TCase *edge_tests_new(const char *name);

#endif
