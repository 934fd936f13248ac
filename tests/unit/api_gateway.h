/*
 * api_gateway: a gateway with an HTTP edge, and a worker that the test plays (raw_worker.h).
 *
 * Add api_gateway_open and api_gateway_close as the fixture of each test. There is one HTTP client,
 * which sends one request on each connection.
 *
 *	api_gateway_send("GET /topics/7 HTTP/1.1\r\nHost: localhost\r\n\r\n");
 *	struct envelope e = api_gateway_call("topics.get");
 *	...
 *	api_gateway_respond(&e, &result);       or api_gateway_refuse(&e, "TOPIC_NOT_FOUND");
 *	api_gateway_expect("HTTP/1.1 200 OK\r\n");
 */
#ifndef TESTS_UNIT_API_GATEWAY_H
#define TESTS_UNIT_API_GATEWAY_H

#include "gateway/api.h"
#include "gateway/jwt_secret.h"
#include "tests/unit/raw_worker.h"

extern struct api api;
extern struct settings settings;

void api_gateway_open(void); /* api.secret is set */
void api_gateway_close(void);

void api_gateway_send(const char *request);

/* The method and its params that the worker receives; valid until the next one. */
struct envelope api_gateway_call(const char *method);
void api_gateway_respond(const struct envelope *e, const struct buf *result);
void api_gateway_refuse(const struct envelope *e, const char *code);
void api_gateway_commit(struct position committed); /* from now on responses tell this one */

/* Waits for this text in the response, and returns what follows it. */
const char *api_gateway_expect(const char *text);

/* The whole response so far. */
const char *api_gateway_response(void);

#endif
