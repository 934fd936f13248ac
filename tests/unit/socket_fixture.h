/*
 * socket_fixture: a bound ROUTER under test, and raw ZeroMQ sockets as its peers.
 *
 * The fixture opens the router before each test. It counts and keeps the messages that the router
 * receives. The peers are raw sockets, so that they can send what common/socket.h never would.
 */
#ifndef TESTS_UNIT_SOCKET_FIXTURE_H
#define TESTS_UNIT_SOCKET_FIXTURE_H

#include <event2/event.h>

#include "common/socket.h"
#include "tests/unit/suite.h"

extern struct event_base *base;
extern struct socket_hub *hub;
extern struct socket *router;
extern void *peers; /* ZeroMQ context of the peers */
extern char dir[64], endpoint[96];

extern int received; /* messages so far */
extern char last_peer[SOCKET_PEER_MAX], last_body[64];
extern size_t last_peer_len;
extern char last_address[SOCKET_ADDRESS_SIZE]; /* of its sender */
extern bool should_echo;                       /* on_message sends each message back */
extern int processing_ms;                      /* how long on_message takes */

/* Pass &received as its arg. */
void on_message(struct socket *s, struct span peer, struct span body, void *arg);

/* The sender of the last message. */
struct span sender(void);

/* Runs the loop until `count` messages in total have arrived; fails after 20 s. */
void run_until(int count);

/* A timer callback that fails the test: nothing arrived in time. */
void on_timeout(evutil_socket_t fd, short what, void *arg);

/* A raw socket that is connected to `endpoint`. */
void *open_peer(int type);
void peer_send(void *peer, const void *bytes, size_t len);
void peer_expect(void *peer, const char *text);

TCase *socket_tests_new(const char *name);

#endif
