#include "worker/link_state.h"

#include <stddef.h>

/* Sets of phases. */
enum {
	RECONNECTING = 1 << LINK_RECONNECTING,
	REGISTERING = 1 << LINK_REGISTERING,
	GREETED = 1 << LINK_GREETED,
	OPEN = 1 << LINK_OPEN,
	SILENT = 1 << LINK_SILENT,
	LEAVING = 1 << LINK_LEAVING,
	ANY = RECONNECTING | REGISTERING | GREETED | OPEN | SILENT | LEAVING,
};

enum { SAME = -1 }; /* the phase does not change */

enum {
	BEGIN = LINK_BEGIN_EPOCH | LINK_TICK_NOW,
	LOSE = LINK_END_EPOCH | LINK_LOG_LOSS | LINK_TICK_LATER,
};

struct transition {
	enum link_event event;
	unsigned from;
	int to;
	unsigned actions;
};

/* The first row with a matching event and phase applies. Without one nothing happens. */
static const struct transition transition_table[] = {
	{ LINK_CONNECTED,     RECONNECTING,            LINK_REGISTERING,  LINK_SEND_READY },

	{ LINK_HELLO_NEW,     REGISTERING,             LINK_GREETED,      BEGIN },
	{ LINK_HELLO_NEW,     GREETED | OPEN | SILENT, LINK_GREETED,      LINK_END_EPOCH | BEGIN },
	{ LINK_HELLO_NEW,     LEAVING,                 LINK_GREETED,      LINK_END_EPOCH | BEGIN | LINK_NOTIFY_LEFT },
	{ LINK_HELLO,         SILENT,                  LINK_OPEN,         LINK_TICK_LATER },
	{ LINK_LAST_HELLO,    SILENT,                  LINK_OPEN,         LINK_TICK_LATER },
	{ LINK_LAST_HELLO,    LEAVING,                 LINK_OPEN,         LINK_NOTIFY_LEFT },

	{ LINK_READY_SENT,    GREETED,                 LINK_OPEN,         0 },
	{ LINK_READY_REFUSED, GREETED,                 LINK_REGISTERING,  LINK_LOG_LOSS },
	{ LINK_READY_REFUSED, OPEN,                    LINK_SILENT,       LINK_LOG_LOSS },

	{ LINK_SILENCE,       OPEN,                    LINK_SILENT,       LINK_LOG_LOSS },
	{ LINK_LOST,          SILENT,                  LINK_REGISTERING,  LINK_END_EPOCH },
	{ LINK_LOST,          GREETED | OPEN,          LINK_REGISTERING,  LOSE },
	{ LINK_LOST,          LEAVING,                 LINK_REGISTERING,  LOSE | LINK_NOTIFY_LEFT },
	{ LINK_STALLED,       GREETED | OPEN | SILENT, LINK_RECONNECTING, LINK_END_EPOCH | LINK_TICK_NOW },
	{ LINK_STALLED,       LEAVING,                 LINK_RECONNECTING, LINK_END_EPOCH | LINK_TICK_NOW | LINK_NOTIFY_LEFT },

	{ LINK_TICK,          RECONNECTING,            SAME,              LINK_CONNECT | LINK_TICK_LATER },
	{ LINK_TICK,          ANY,                     SAME,              LINK_SEND_READY | LINK_TICK_LATER },
	{ LINK_CHANGED,       ANY,                     SAME,              LINK_TICK_NOW },

	{ LINK_LEAVE,         LEAVING,                 SAME,              0 },
	{ LINK_LEAVE,         OPEN,                    LINK_LEAVING,      LINK_SEND_LEAVING | LINK_SEND_READY },
	{ LINK_LEAVE,         ANY,                     SAME,              LINK_NOTIFY_LEFT },
	{ LINK_LEAVE_TIMEOUT, LEAVING,                 LINK_OPEN,         LINK_NOTIFY_LEFT },
};

static const struct transition *find_transition(enum link_phase phase, enum link_event event)
{
	for (size_t i = 0; i < sizeof transition_table / sizeof *transition_table; i++)
		if (transition_table[i].event == event && transition_table[i].from & 1U << phase)
			return &transition_table[i];
	return NULL;
}

struct link_state link_state_new(void)
{
	return (struct link_state){ .phase = LINK_REGISTERING };
}

static void enter(struct link_state *s, enum link_phase phase)
{
	s->phase = phase;
	if (phase != LINK_OPEN && phase != LINK_LEAVING)
		s->hellos_due = 0;
	if (phase == LINK_REGISTERING || phase == LINK_RECONNECTING)
		s->epoch = 0;
}

unsigned link_state_apply(struct link_state *s, enum link_event event)
{
	const struct transition *t = find_transition(s->phase, event);
	if (event == LINK_READY_SENT)
		s->hellos_due++;
	if (!t || (event == LINK_LEAVE && s->has_left))
		return 0;
	unsigned actions = t->actions;
	if (actions & LINK_SEND_READY && s->phase == LINK_GREETED && s->has_left)
		actions |= LINK_SEND_LEAVING;
	if (actions & LINK_END_EPOCH)
		s->ended_epoch = s->epoch;
	if (actions & LINK_NOTIFY_LEFT)
		s->has_left = true;
	if (t->to != SAME)
		enter(s, (enum link_phase)t->to);
	return actions;
}

static unsigned begin_epoch(struct link_state *s, int64_t epoch)
{
	unsigned actions = link_state_apply(s, LINK_HELLO_NEW);
	s->epoch = epoch;
	s->received = s->responded = 0;
	return actions;
}

bool link_state_hello(struct link_state *s, int64_t epoch, unsigned *actions)
{
	if (epoch == s->ended_epoch || s->phase == LINK_RECONNECTING)
		return false;
	if (epoch != s->epoch) {
		*actions = begin_epoch(s, epoch);
		return true;
	}
	if (s->hellos_due > 0)
		s->hellos_due--;
	*actions = link_state_apply(s, s->hellos_due > 0 ? LINK_HELLO : LINK_LAST_HELLO);
	return true;
}

bool link_state_is_open(const struct link_state *s)
{
	return s->phase == LINK_OPEN || s->phase == LINK_SILENT || s->phase == LINK_LEAVING;
}

int64_t link_state_credit(const struct link_state *s, int64_t window)
{
	return window > 0 ? s->responded + window : s->received;
}
