/*
 * positions: the position in the WAL that a read must see, if a standby runs it
 * (common/position.h).
 *
 * Pure. Workers that read a standby send a position with their responses: everything that they
 * responded to before was committed before it. The newest one is kept for each account that writes,
 * in a table of a fixed size. An entry that is replaced raises the floor, which counts for all
 * accounts. So does a write that may concern other accounts, and a position of worker.ready, which
 * other gateways' writes have moved.
 *
 * If a write ends without a position, nothing is known: positions_of_read then returns none, which
 * means the primary. This ends when a write succeeds that was started after that, because its
 * position is newer. It begins that way, too. So without a standby no read has a position.
 *
 *	call->number = positions_start_write(&p);
 *	...
 *	positions_end_write(&p, &(struct positions_write){ call->number, account, true, position });
 *	...
 *	context.position = positions_of_read(&p, account, asked);
 */
#ifndef GATEWAY_POSITIONS_H
#define GATEWAY_POSITIONS_H

#include "common/position.h"

enum { POSITIONS_ACCOUNTS = 4096 };

struct positions_entry {
	int64_t account; /* 0: none */
	struct position position;
};

/* {0} knows nothing. */
struct positions {
	struct positions_entry entries[POSITIONS_ACCOUNTS]; /* by the hash of the account */
	struct position floor;                              /* of every account */
	struct position newest;                             /* of all */
	bool has_last;                                      /* the write that ended last had one */
	bool is_known;
	uint64_t writes;         /* started so far */
	uint64_t unknown_writes; /* a write with a higher number makes the positions known */
};

/* The end of a write. */
struct positions_write {
	uint64_t number;
	int64_t account; /* 0: it may concern every account */
	bool succeeded;
	struct position position; /* none: it may have been committed, but it is not known where */
};

/* Returns the number of the write. */
uint64_t positions_start_write(struct positions *p);

void positions_end_write(struct positions *p, const struct positions_write *write);

/* A position after the write that has ended last; none: it had none. */
struct position positions_after_write(const struct positions *p);

/* A worker has committed everything of its own before this position. */
void positions_raise_floor(struct positions *p, struct position position);

/* The position for a read of the account; none: only the primary surely has what it must see.
 * `asked` is what the client asks for, or none. The position of another gateway that is newer than
 * every one here is not believed, so no client can make the standby wait for one in the future. */
struct position positions_of_read(
	const struct positions *p, int64_t account, struct position asked);

#endif
