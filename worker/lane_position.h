/*
 * lane_position: the statements about WAL positions that a lane adds to its transactions.
 *
 *	COMMITTED   A lane that writes asks for a position after each of its transactions
 *	            (schema/committed.sql), in a group of its own: only the sync of the writes says
 *	            that they are committed. Their responses wait for it.
 *	REPLAYED    The lane of the standby waits before its reads until the standby has replayed the
 *	            latest position that one of them needs (schema/replayed.sql). The wait is short. If
 *	            the standby is behind after it, the reads are not valid.
 *	NONE        Any other lane.
 *
 * A standby that was behind gets no reads for LANE_POSITION_PAUSE_MS, then one batch, and more when
 * that one was not behind.
 *
 *	run_send calls lane_position_put_before and lane_position_put_after
 *	on a result:  if (!lane_position_take(&p, result)) the result is that of an execution
 *	on a sync:    if (lane_position_awaits(&p, method)) the sync does not end the group
 */
#ifndef WORKER_LANE_POSITION_H
#define WORKER_LANE_POSITION_H

#include "common/position.h"
#include "worker/run.h"

enum {
	LANE_POSITION_PAUSE_MS = 1000,
	LANE_POSITION_PATIENCE_MS = 1000, /* longer than the reads of a batch take */
};

enum lane_position_use { POSITION_NONE, POSITION_COMMITTED, POSITION_REPLAYED };

/* Set the first two fields, zero the rest. */
struct lane_position {
	enum lane_position_use use;
	struct position *committed; /* COMMITTED: the latest one, of all lanes */
	/* private */
	enum { AWAITS_NOTHING, AWAITS_RESULT, AWAITS_SYNC } state;
	bool has_failed; /* the statement */
	bool has_replayed, is_standby;
	bool is_doubtful; /* it was behind, and no batch has run since then */
	uint64_t behind_until_ms, sent_ms;
};

enum lane_position_use lane_position_use(enum lane lane, const struct position *committed);

/* The statement to prepare; NULL: none. */
const char *lane_position_statement(enum lane_position_use use);

/* Before the first execution of a group: REPLAYED sends its statement. */
void lane_position_put_before(
	struct lane_position *p, const struct run *run, struct database *db, uint64_t now_ms);

/* After the sync of a group: COMMITTED sends its statement if the group writes. */
void lane_position_put_after(
	const struct lane_position *p, const struct method *last, struct database *db);

/* True: the result is that of the statement, and its rows are freed. */
bool lane_position_take(struct lane_position *p, const struct database_result *result);

/* True: the group, whose last execution runs this method, ends with the next sync. */
bool lane_position_awaits(struct lane_position *p, const struct method *last);

/* REPLAYED: the group has ended. Returns whether its reads are valid. */
bool lane_position_ends_valid(struct lane_position *p, uint64_t now_ms);

/* REPLAYED: the lane, which is idle or not, may get a read now. */
bool lane_position_is_usable(const struct lane_position *p, bool is_idle, uint64_t now_ms);

/* REPLAYED: the standby does not respond. */
bool lane_position_is_overdue(const struct lane_position *p, uint64_t now_ms);

void lane_position_reset(struct lane_position *p); /* the connection is lost */

#endif
