#include "worker/link_state.h"
#include "tests/unit/suite.h"

enum { EPOCH = 77 };

static const struct {
	const char *what;
	enum link_phase from;
	enum link_event event;
	enum link_phase to;
	unsigned actions;
} rows[] = {
	{ "a new connection registers", LINK_RECONNECTING, LINK_CONNECTED, LINK_REGISTERING,
		LINK_SEND_READY },
	{ "a connection that cannot be opened is tried again", LINK_RECONNECTING, LINK_TICK,
		LINK_RECONNECTING, LINK_CONNECT | LINK_TICK_LATER },
	{ "nothing is lost twice", LINK_RECONNECTING, LINK_LOST, LINK_RECONNECTING, 0 },
	{ "without an epoch nothing stalls", LINK_RECONNECTING, LINK_STALLED, LINK_RECONNECTING,
		0 },
	{ "without a connection the link leaves at once", LINK_RECONNECTING, LINK_LEAVE,
		LINK_RECONNECTING, LINK_NOTIFY_LEFT },

	{ "ready is sent until the gateway responds", LINK_REGISTERING, LINK_TICK, LINK_REGISTERING,
		LINK_SEND_READY | LINK_TICK_LATER },
	{ "ready without an epoch changes nothing", LINK_REGISTERING, LINK_READY_SENT,
		LINK_REGISTERING, 0 },
	{ "without a connection nothing is lost", LINK_REGISTERING, LINK_READY_REFUSED,
		LINK_REGISTERING, 0 },
	{ "without an epoch there is none to end", LINK_REGISTERING, LINK_LOST, LINK_REGISTERING,
		0 },
	{ "a hello begins an epoch", LINK_REGISTERING, LINK_HELLO_NEW, LINK_GREETED,
		LINK_BEGIN_EPOCH | LINK_TICK_NOW },
	{ "an unregistered link leaves at once", LINK_REGISTERING, LINK_LEAVE, LINK_REGISTERING,
		LINK_NOTIFY_LEFT },

	{ "ready names the epoch", LINK_GREETED, LINK_TICK, LINK_GREETED,
		LINK_SEND_READY | LINK_TICK_LATER },
	{ "the named epoch is open", LINK_GREETED, LINK_READY_SENT, LINK_OPEN, 0 },
	{ "an epoch that was not named is forgotten", LINK_GREETED, LINK_READY_REFUSED,
		LINK_REGISTERING, LINK_LOG_LOSS },
	{ "an epoch ends with its connection", LINK_GREETED, LINK_LOST, LINK_REGISTERING,
		LINK_END_EPOCH | LINK_LOG_LOSS | LINK_TICK_LATER },
	{ "a stall ends the epoch", LINK_GREETED, LINK_STALLED, LINK_RECONNECTING,
		LINK_END_EPOCH | LINK_TICK_NOW },
	{ "an epoch that was not named has no requests", LINK_GREETED, LINK_LEAVE, LINK_GREETED,
		LINK_NOTIFY_LEFT },

	{ "ready is sent every second", LINK_OPEN, LINK_TICK, LINK_OPEN,
		LINK_SEND_READY | LINK_TICK_LATER },
	{ "a change is reported at once", LINK_OPEN, LINK_CHANGED, LINK_OPEN, LINK_TICK_NOW },
	{ "a hello is expected", LINK_OPEN, LINK_HELLO, LINK_OPEN, 0 },
	{ "a new epoch ends the old one", LINK_OPEN, LINK_HELLO_NEW, LINK_GREETED,
		LINK_END_EPOCH | LINK_BEGIN_EPOCH | LINK_TICK_NOW },
	{ "a refused ready is a loss", LINK_OPEN, LINK_READY_REFUSED, LINK_SILENT, LINK_LOG_LOSS },
	{ "a gateway may fall silent", LINK_OPEN, LINK_SILENCE, LINK_SILENT, LINK_LOG_LOSS },
	{ "a connection may be lost", LINK_OPEN, LINK_LOST, LINK_REGISTERING,
		LINK_END_EPOCH | LINK_LOG_LOSS | LINK_TICK_LATER },
	{ "a stall makes the link reconnect", LINK_OPEN, LINK_STALLED, LINK_RECONNECTING,
		LINK_END_EPOCH | LINK_TICK_NOW },
	{ "leaving is announced", LINK_OPEN, LINK_LEAVE, LINK_LEAVING,
		LINK_SEND_LEAVING | LINK_SEND_READY },

	{ "silence is logged once", LINK_SILENT, LINK_SILENCE, LINK_SILENT, 0 },
	{ "a second refusal is not logged", LINK_SILENT, LINK_READY_REFUSED, LINK_SILENT, 0 },
	{ "a hello ends the silence", LINK_SILENT, LINK_LAST_HELLO, LINK_OPEN, LINK_TICK_LATER },
	{ "an epoch ends in silence, too", LINK_SILENT, LINK_LOST, LINK_REGISTERING,
		LINK_END_EPOCH },
	{ "a silent gateway is not waited for", LINK_SILENT, LINK_LEAVE, LINK_SILENT,
		LINK_NOTIFY_LEFT },

	{ "the link leaves once", LINK_LEAVING, LINK_LEAVE, LINK_LEAVING, 0 },
	{ "a hello that was due before does not count", LINK_LEAVING, LINK_HELLO, LINK_LEAVING, 0 },
	{ "with the last hello all requests are here", LINK_LEAVING, LINK_LAST_HELLO, LINK_OPEN,
		LINK_NOTIFY_LEFT },
	{ "leaving takes a bounded time", LINK_LEAVING, LINK_LEAVE_TIMEOUT, LINK_OPEN,
		LINK_NOTIFY_LEFT },
	{ "a lost connection brings no more requests", LINK_LEAVING, LINK_LOST, LINK_REGISTERING,
		LINK_END_EPOCH | LINK_LOG_LOSS | LINK_TICK_LATER | LINK_NOTIFY_LEFT },
	{ "a stalled link has left", LINK_LEAVING, LINK_STALLED, LINK_RECONNECTING,
		LINK_END_EPOCH | LINK_TICK_NOW | LINK_NOTIFY_LEFT },
	{ "an ended epoch brings no more requests", LINK_LEAVING, LINK_HELLO_NEW, LINK_GREETED,
		LINK_END_EPOCH | LINK_BEGIN_EPOCH | LINK_TICK_NOW | LINK_NOTIFY_LEFT },
	{ "the timeout of a link that has left is nothing", LINK_OPEN, LINK_LEAVE_TIMEOUT,
		LINK_OPEN, 0 },
};

static struct link_state in_phase(enum link_phase phase)
{
	struct link_state s = { .phase = phase };
	if (phase != LINK_RECONNECTING && phase != LINK_REGISTERING)
		s.epoch = EPOCH;
	return s;
}

START_TEST(a_row_leads_to_its_phase_and_actions)
{
	struct link_state s = in_phase(rows[_i].from);
	unsigned actions = link_state_apply(&s, rows[_i].event);
	ck_assert_msg(s.phase == rows[_i].to, "%s: phase %d", rows[_i].what, (int)s.phase);
	ck_assert_msg(actions == rows[_i].actions, "%s: actions %#x", rows[_i].what, actions);
	ck_assert(s.has_left == !!(actions & LINK_NOTIFY_LEFT));
	if (actions & LINK_END_EPOCH)
		ck_assert_int_eq(s.ended_epoch, EPOCH);
	if (s.phase == LINK_RECONNECTING || s.phase == LINK_REGISTERING)
		ck_assert_int_eq(s.epoch, 0);
}
END_TEST

/* Sends ready and expects no actions. */
static void send_ready(struct link_state *s)
{
	ck_assert_uint_eq(link_state_apply(s, LINK_READY_SENT), 0);
}

static unsigned hello(struct link_state *s, int64_t epoch)
{
	unsigned actions = 0;
	ck_assert(link_state_hello(s, epoch, &actions));
	return actions;
}

static struct link_state open_link(void)
{
	struct link_state s = link_state_new();
	send_ready(&s);
	ck_assert_uint_eq(hello(&s, EPOCH), LINK_BEGIN_EPOCH | LINK_TICK_NOW);
	ck_assert(!link_state_is_open(&s));
	send_ready(&s);
	ck_assert(link_state_is_open(&s));
	return s;
}

START_TEST(an_epoch_opens_once_ready_has_named_it)
{
	struct link_state s = open_link();
	ck_assert_int_eq(s.epoch, EPOCH);
	ck_assert_uint_eq(s.hellos_due, 1);
	ck_assert_uint_eq(hello(&s, EPOCH), 0);
	ck_assert_uint_eq(s.hellos_due, 0);
	ck_assert_uint_eq(hello(&s, EPOCH), 0);
	ck_assert_uint_eq(s.hellos_due, 0);
}
END_TEST

START_TEST(a_hello_of_the_ended_epoch_is_ignored)
{
	struct link_state s = open_link();
	unsigned actions = 0;
	link_state_apply(&s, LINK_LOST);
	ck_assert(!link_state_hello(&s, EPOCH, &actions));
	ck_assert_int_eq(s.phase, LINK_REGISTERING);
	hello(&s, EPOCH + 1);
	ck_assert_int_eq(s.epoch, EPOCH + 1);
}
END_TEST

START_TEST(a_hello_is_ignored_while_reconnecting)
{
	struct link_state s = open_link();
	unsigned actions = 0;
	link_state_apply(&s, LINK_STALLED);
	ck_assert(!link_state_hello(&s, EPOCH + 1, &actions));
	ck_assert_int_eq(s.epoch, 0);
}
END_TEST

START_TEST(credit_is_responses_plus_window_and_starts_anew_with_each_epoch)
{
	struct link_state s = open_link();
	s.received = 5;
	s.responded = 3;
	ck_assert_int_eq(link_state_credit(&s, 4), 7);
	ck_assert_int_eq(link_state_credit(&s, 0), 5);
	hello(&s, EPOCH + 1);
	ck_assert_int_eq(link_state_credit(&s, 4), 4);
}
END_TEST

START_TEST(a_link_has_left_when_each_ready_has_its_hello)
{
	struct link_state s = open_link();
	link_state_apply(&s, LINK_LEAVE);
	send_ready(&s);
	ck_assert_uint_eq(hello(&s, EPOCH), 0);
	ck_assert(!s.has_left);
	ck_assert_uint_eq(hello(&s, EPOCH), LINK_NOTIFY_LEFT);
	ck_assert(s.has_left && link_state_is_open(&s));
	ck_assert_uint_eq(link_state_apply(&s, LINK_LEAVE), 0);
}
END_TEST

START_TEST(a_link_that_has_left_announces_it_to_a_new_gateway)
{
	struct link_state s = open_link();
	link_state_apply(&s, LINK_LEAVE);
	link_state_apply(&s, LINK_LOST);
	ck_assert(s.has_left);
	ck_assert_uint_eq(link_state_apply(&s, LINK_TICK), LINK_SEND_READY | LINK_TICK_LATER);
	hello(&s, EPOCH + 1);
	ck_assert_uint_eq(link_state_apply(&s, LINK_TICK),
		LINK_SEND_LEAVING | LINK_SEND_READY | LINK_TICK_LATER);
	send_ready(&s);
	ck_assert_uint_eq(hello(&s, EPOCH + 1), 0);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("link_state");
	tcase_add_loop_test(
		tests, a_row_leads_to_its_phase_and_actions, 0, sizeof rows / sizeof *rows);
	tcase_add_test(tests, an_epoch_opens_once_ready_has_named_it);
	tcase_add_test(tests, a_hello_of_the_ended_epoch_is_ignored);
	tcase_add_test(tests, a_hello_is_ignored_while_reconnecting);
	tcase_add_test(tests, credit_is_responses_plus_window_and_starts_anew_with_each_epoch);
	tcase_add_test(tests, a_link_has_left_when_each_ready_has_its_hello);
	tcase_add_test(tests, a_link_that_has_left_announces_it_to_a_new_gateway);
	return suite_run("link_state", tests);
}
