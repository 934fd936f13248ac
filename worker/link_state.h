/*
 * link_state: the state machine of a link (worker/link.h): registering, epochs, leaving.
 *
 * Pure: it has no socket, clock or log. The link reports an event and executes the actions that
 * link_state_apply returns, in the order of enum link_action.
 *
 *	phase         meaning                                         requests  worker.ready every
 *	RECONNECTING  after a stall: the link must open a new socket  ignored   -
 *	REGISTERING   no epoch                                        stale     LINK_REGISTER_MS
 *	GREETED       the gateway has named an epoch,                 stale     (once, at once)
 *	              our worker.ready has not
 *	OPEN          our worker.ready has named the epoch            accepted  LINK_READY_MS
 *	SILENT        the same, but no gateway.hello for              accepted  LINK_REGISTER_MS
 *	              LINK_SILENCE_MS, or no connection
 *	LEAVING       the same as OPEN, and worker.leaving is sent    accepted  LINK_READY_MS
 *
 *	REGISTERING --hello--> GREETED --ready sent--> OPEN <--hello / silence--> SILENT
 *	OPEN --leave--> LEAVING --all hellos received--> OPEN, and the link has left
 *	any phase with an epoch --connection lost--> REGISTERING
 *	any phase with an epoch --stall--> RECONNECTING --connected--> REGISTERING
 *
 * Invariants:
 *   - `epoch` is 0 exactly in RECONNECTING and REGISTERING.
 *   - Every epoch that began ends exactly once (LINK_END_EPOCH), unless no request of it was
 *     accepted.
 *   - A link leaves once (LINK_NOTIFY_LEFT). Afterwards it still registers, so that a restarted
 *     gateway learns that this worker is leaving: worker.leaving precedes the worker.ready of a new
 *     epoch.
 *
 * Leaving: the gateway sends one gateway.hello for each worker.ready, in order, and no other one
 * with this epoch. When all of them have arrived, the last one answers the worker.ready that
 * followed worker.leaving. All requests that the gateway sent before it read worker.leaving have
 * arrived then.
 */
#ifndef WORKER_LINK_STATE_H
#define WORKER_LINK_STATE_H

#include <stdbool.h>
#include <stdint.h>

enum link_phase {
	LINK_RECONNECTING,
	LINK_REGISTERING,
	LINK_GREETED,
	LINK_OPEN,
	LINK_SILENT,
	LINK_LEAVING,
};

enum link_event {
	LINK_CONNECTED,     /* a new socket is open after a stall */
	LINK_HELLO,         /* gateway.hello with the current epoch; not the last one that is due */
	LINK_LAST_HELLO,    /* the same, and no other one is due */
	LINK_HELLO_NEW,     /* gateway.hello with a new epoch */
	LINK_READY_SENT,    /* worker.ready is sent */
	LINK_READY_REFUSED, /* worker.ready could not be sent: there is no connection */
	LINK_SILENCE,       /* no gateway.hello for LINK_SILENCE_MS */
	LINK_LOST,          /* the connection has ended */
	LINK_STALLED,       /* this process stood still for LINK_STALL_MS */
	LINK_TICK,          /* as LINK_TICK_NOW and LINK_TICK_LATER request */
	LINK_CHANGED,       /* the contents of worker.ready have changed */
	LINK_LEAVE,         /* the worker stops */
	LINK_LEAVE_TIMEOUT, /* LINK_LEAVE_MS after worker.leaving */
};

enum link_action {
	LINK_END_EPOCH = 1 << 0,    /* nobody waits for responses of `ended_epoch` */
	LINK_BEGIN_EPOCH = 1 << 1,  /* `epoch` is new */
	LINK_LOG_LOSS = 1 << 2,     /* the gateway can no longer be reached */
	LINK_CONNECT = 1 << 3,      /* open a new socket; report LINK_CONNECTED on success */
	LINK_SEND_LEAVING = 1 << 4, /* send worker.leaving */
	LINK_SEND_READY =
		1 << 5, /* send worker.ready; report LINK_READY_SENT or LINK_READY_REFUSED */
	LINK_TICK_NOW = 1 << 6,    /* report LINK_TICK in the next turn of the loop */
	LINK_TICK_LATER = 1 << 7,  /* report LINK_TICK after the interval of the phase */
	LINK_NOTIFY_LEFT = 1 << 8, /* the link has left */
};

struct link_state {
	enum link_phase phase;
	bool has_left;
	int64_t epoch;               /* 0: none */
	int64_t ended_epoch;         /* the last one that ended; a late gateway.hello may name it */
	int64_t received, responded; /* requests of this epoch */
	unsigned hellos_due;         /* worker.ready without a gateway.hello so far */
};

/* The state of a link with a new socket. Report LINK_CHANGED to register at once. */
struct link_state link_state_new(void);

/* Changes the state; returns the actions to execute. */
unsigned link_state_apply(struct link_state *s, enum link_event event);

/* The same for a gateway.hello. Returns false if it must be ignored: it names the ended epoch. */
bool link_state_hello(struct link_state *s, int64_t epoch, unsigned *actions);

/* Returns whether requests are accepted. */
bool link_state_is_open(const struct link_state *s);

/* Returns the cumulative credit of the epoch; `window` is the number of requests that may be
 * open. */
int64_t link_state_credit(const struct link_state *s, int64_t window);

#endif
