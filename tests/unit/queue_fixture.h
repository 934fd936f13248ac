/*
 * queue_fixture: a queue and a run, and requests for them.
 *
 * Runs are written as the msgids of their requests: "2+4 3 | 1 " is two executions. One row answers
 * 2 and 4.
 *
 *	push_delete(1, 7);                       msgid 1, topic 7
 *	ck_assert_str_eq(queue_fixture_fill(), "1 ");
 */
#ifndef TESTS_UNIT_QUEUE_FIXTURE_H
#define TESTS_UNIT_QUEUE_FIXTURE_H

#include "common/msg.h"
#include "worker/queue.h"
#include "tests/unit/suite.h"

enum { RUN_ROWS = 2000 };

extern struct request_pool pool;
extern struct queue queue;
extern struct run run;
extern size_t dropped;
extern uint32_t obsolete_from; /* requests with this msgid or a higher one are obsolete; 0: none */
extern const struct queue_filter filter;

/* For tcase_add_checked_fixture. */
void queue_fixture_start(void);
void queue_fixture_end(void);

struct request *acquire_of(int64_t account, const char *method, uint32_t msgid, struct span params);

/* Drops a request, as a struct queue_filter does. */
void queue_fixture_drop(void *arg, struct request *r);

/* Push a request of stats.totals, and one with a param. */
void push_rows(uint32_t account, uint32_t msgid, int64_t rows);
void push_int(const char *method, uint32_t msgid, const char *param, int64_t value);
void push_delete(uint32_t msgid, int64_t topic);

/* Fills a run, releases its requests and returns it as text. */
const char *queue_fixture_fill(void);

#endif
