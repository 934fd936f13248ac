#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/pool.h"
#include "tests/unit/suite.h"

/* Stories: a step is told to the pool, then all that it wants is done; what was seen is
 * "x>A" (call x was sent to worker A) or "x=CODE" (call x ended with that outcome). */

enum { CALLS = 26, BUDGET_MS = 5000, QUEUE_MAX = 4, EPOCH = 1000 };

struct stage {
	struct pool pool;
	uint64_t now_ms;
	struct pool_call calls[CALLS];
	struct buf seen;
};

static void see(struct stage *s, const struct pool_call *call, char how, const char *what)
{
	buf_printf(&s->seen, "%s%c%c%s", s->seen.len > 0 ? " " : "",
		(char)('a' + (call - s->calls)), how, what);
}

static struct pool_worker *worker_named(struct stage *s, char name)
{
	return pool_worker_of(&s->pool, (struct span){ &name, 1 });
}

static struct pool_call *call_named(struct stage *s, char name)
{
	ck_assert(name >= 'a' && name < 'a' + CALLS);
	return &s->calls[name - 'a'];
}

static void send_all(struct stage *s)
{
	pool_dispatch(&s->pool);
	for (struct pool_worker *w = pool_workers(&s->pool); w; w = w->next)
		while (w->unsent) {
			see(s, w->unsent, '>', (char[]){ w->peer[0], '\0' });
			pool_sent(w);
		}
}

static void see_ended(struct stage *s)
{
	struct pool_call *call;
	while ((call = pool_take_ended(&s->pool)))
		see(s, call, '=', status_info(call->outcome)->code);
}

static struct pool_worker *register_worker(
	struct stage *s, char name, char process, int64_t epoch, int64_t credit, bool has_database)
{
	struct pool_registration registration = { .peer = { &name, 1 },
		.uuid = { (unsigned char)process },
		.epoch = epoch,
		.credit = credit,
		.has_database = has_database };
	struct pool_worker *w = pool_register(&s->pool, &registration, s->now_ms);
	ck_assert_ptr_nonnull(w);
	return w;
}

/* The rest of a step after its verb. */
struct words {
	char name;   /* the first word's first letter */
	char other;  /* the second's */
	long number; /* the last, where it is one */
	const char *text;
};

static void do_ready(struct stage *s, struct words w) /* ready WORKER CREDIT */
{
	struct pool_worker *worker = worker_named(s, w.name);
	if (!worker)
		worker = register_worker(s, w.name, w.name, 0, 7777, true);
	register_worker(s, w.name, (char)worker->uuid[0], worker->epoch, w.number, true);
}

static void do_moved(struct stage *s, struct words w) /* moved NEW-CONNECTION OLD CREDIT */
{
	int64_t epoch =
		register_worker(s, w.name, w.other, worker_named(s, w.other)->epoch, 7777, true)
			->epoch;
	register_worker(s, w.name, w.other, epoch, w.number, true);
}

static void do_nodb(struct stage *s, struct words w) /* nodb WORKER */
{
	struct pool_worker *worker = worker_named(s, w.name);
	register_worker(s, w.name, (char)worker->uuid[0], worker->epoch, worker->credit, false);
}

static void do_credit(struct stage *s, struct words w) /* credit WORKER CREDIT */
{
	struct pool_worker *worker = worker_named(s, w.name);
	ck_assert(pool_credit(&s->pool, worker, worker->epoch, w.number, s->now_ms));
}

static void do_stale(struct stage *s, struct words w) /* stale WORKER */
{
	struct pool_worker *worker = worker_named(s, w.name);
	ck_assert(!pool_credit(&s->pool, worker, worker->epoch - 1, 7777, s->now_ms));
}

static void do_call(
	struct stage *s, struct words w) /* call CALL [write|unsafe|slow] [long] [@KEY] [BUDGET] */
{
	struct pool_call *call = call_named(s, w.name);
	bool is_unsafe = strstr(w.text, "unsafe");
	const char *key = strchr(w.text, '@');
	*call = (struct pool_call){ .is_write = is_unsafe || strstr(w.text, "write"),
		.is_slow = strstr(w.text, "slow"),
		.rows = strstr(w.text, "long") ? POOL_ROWS_EACH * QUEUE_MAX : 1,
		.key = key ? (uint64_t)key[1] : 0,
		.safe_to_repeat = !is_unsafe,
		.deadline_ms = s->now_ms + (uint64_t)(w.number > 0 ? w.number : BUDGET_MS) };
	enum status st = pool_add(&s->pool, call, s->now_ms);
	if (st != ST_OK)
		see(s, call, '!', status_info(st)->code);
}

static void do_answer(struct stage *s, struct words w) /* answer CALL WORKER [CODE] */
{
	struct pool_call *call = call_named(s, w.name);
	const char *code = strlen(w.text) > 4 ? w.text + 4 : "OK";
	enum status worker_status = status_from_code(code, strlen(code));
	struct pool_call *got =
		pool_complete(&s->pool, worker_named(s, w.other), call->msgid, worker_status);
	if (got == call)
		see(s, call, '=',
			status_info(call->outcome == ST_OK ? worker_status : call->outcome)->code);
	else
		see(s, call, '=', got ? "ANOTHER" : "LATE");
}

static void do_cancel(struct stage *s, struct words w) /* cancel CALL */
{
	pool_remove(&s->pool, call_named(s, w.name));
}

static void do_lose(struct stage *s, struct words w) /* lose WORKER */
{
	pool_lose(&s->pool, worker_named(s, w.name));
}

static void do_fence(struct stage *s, struct words w) /* fence [not]: the last lost */
{
	ck_assert_ptr_nonnull(pool_lost_workers(&s->pool));
	pool_fenced(&s->pool, pool_lost_workers(&s->pool), !strstr(w.text, "not"));
}

static void do_urgent(struct stage *s, struct words w) /* urgent CALL */
{
	struct pool_call *call = call_named(s, w.name);
	*call = (struct pool_call){
		.safe_to_repeat = true, .is_urgent = true, .deadline_ms = s->now_ms + BUDGET_MS
	};
	ck_assert(pool_add(&s->pool, call, s->now_ms) == ST_OK);
}

static void do_prefers(struct stage *s, struct words w) /* preferred_worker CALL PROCESS */
{
	static unsigned char uuid[16];
	struct pool_call *call = call_named(s, w.name);
	uuid[0] = (unsigned char)w.other;
	*call = (struct pool_call){ .preferred_worker = uuid,
		.deadline_ms = s->now_ms + BUDGET_MS };
	ck_assert(pool_add(&s->pool, call, s->now_ms) == ST_OK);
}

static void do_leave(struct stage *s, struct words w) /* leave WORKER */
{
	pool_leave(&s->pool, worker_named(s, w.name), worker_named(s, w.name)->epoch);
}

static void do_refuse(
	struct stage *s, struct words w) /* refuse WORKER: the socket would not take it */
{
	pool_dispatch(&s->pool);
	pool_requeue_unsent(&s->pool, worker_named(s, w.name));
}

static void do_wait(
	struct stage *s, struct words w) /* wait MS, ticking; workers A and B speak if named */
{
	for (uint64_t until = s->now_ms + (uint64_t)w.number; s->now_ms < until;
		pool_tick(&s->pool, s->now_ms)) {
		uint64_t left = until - s->now_ms;
		s->now_ms += left < 10 ? left : 10;
		for (const char *name = w.text; *name >= 'A' && *name <= 'Z'; name++) {
			struct pool_worker *worker = worker_named(s, *name);
			ck_assert(pool_credit(
				&s->pool, worker, worker->epoch, worker->credit, s->now_ms));
		}
		see_ended(s);
	}
}

static void do_stall(
	struct stage *s, struct words w) /* stall MS: the gateway itself stands still */
{
	s->now_ms += (uint64_t)w.number;
	pool_tick(&s->pool, s->now_ms);
}

static void do_drain(struct stage *s, struct words w)
{
	(void)w;
	pool_drain(&s->pool);
}

static void do_end(struct stage *s, struct words w)
{
	(void)w;
	pool_end_all(&s->pool, ST_SHUTTING_DOWN);
}

static const struct {
	const char *verb;
	void (*run)(struct stage *s, struct words w);
} verbs[] = {
	{ "ready", do_ready },
	{ "moved", do_moved },
	{ "nodb", do_nodb },
	{ "credit", do_credit },
	{ "stale", do_stale },
	{ "call", do_call },
	{ "answer", do_answer },
	{ "cancel", do_cancel },
	{ "lose", do_lose },
	{ "fence", do_fence },
	{ "urgent", do_urgent },
	{ "preferred_worker", do_prefers },
	{ "leave", do_leave },
	{ "refuse", do_refuse },
	{ "wait", do_wait },
	{ "stall", do_stall },
	{ "drain", do_drain },
	{ "end", do_end },
};

static struct words words_of(const char *text)
{
	struct words w = { .name = *text, .text = text };
	const char *space = strchr(text, ' ');
	w.other = space ? space[1] : '\0';
	const char *last = strrchr(text, ' ');
	w.number = strtol(last ? last : text, NULL, 10);
	return w;
}

/* "VERB WORDS; VERB WORDS; …" */
static void run_step(struct stage *s, const char *step)
{
	char *copy = strdup(step), *rest = copy, *part;
	while ((part = strsep(&rest, ";"))) {
		part += strspn(part, " ");
		size_t len = strcspn(part, " "), i = 0;
		while (i < sizeof verbs / sizeof *verbs && strncmp(verbs[i].verb, part, len) != 0)
			i++;
		ck_assert_msg(i < sizeof verbs / sizeof *verbs, "no verb: %s", part);
		verbs[i].run(s, words_of(part + len + strspn(part + len, " ")));
	}
	free(copy);
	see_ended(s);
	send_all(s);
}

enum { STEPS_MAX = 12 };

static const struct story {
	const char *what;
	struct {
		const char *step, *seen;
	} steps[STEPS_MAX];
} stories[] = {
	{ "a call goes to the worker and its answer comes back once",
		{ { "ready A 5; call x", "x>A" }, { "answer x A", "x=OK" },
			{ "answer x A", "x=LATE" } } },
	{ "no more is sent than there is credit for, first come first served",
		{ { "ready A 2; call x; call y; call z; call u", "x>A y>A" },
			{ "answer x A", "x=OK" }, { "credit A 3", "z>A" }, { "credit A 3", "" },
			{ "ready A 3", "" }, { "ready A 4", "u>A" } } },
	{ "a worker that takes its credit back gets nothing",
		{ { "ready A 4; call x", "x>A" }, { "credit A 1; call y", "" },
			{ "credit A 2", "y>A" } } },
	{ "the least loaded worker gets the call, equals take turns",
		{ { "ready B 2; ready A 4", "" }, { "call a; call b", "a>A b>A" },
			{ "call c", "c>B" }, { "call d", "d>A" } } },
	{ "credit said under another epoch is of the past",
		{ { "ready A 0; call x; stale A", "" }, { "credit A 1", "x>A" } } },
	{ "a full queue refuses at once",
		{ { "ready A 1; call a; call b; call c; call d; call e", "a>A" },
			{ "call f", "f!OVERLOADED" },
			{ "answer a A; credit A 2; call f", "a=OK b>A" } } },
	{ "a burst of one turn is more than the queue if workers have credit",
		{ { "ready A 9; call a; call b; call c; call d; call e; call f",
			"a>A b>A c>A d>A e>A f>A" } } },
	{ "a call that may answer many rows fills the queue like many calls",
		{ { "ready A 1; call a; call b long", "a>A" }, { "call c", "c!OVERLOADED" },
			{ "answer a A; credit A 2; call c", "a=OK b>A" } } },
	{ "slow calls have a share of a worker, and none of a plain call's place",
		{ { "ready A 8; call a slow; call b slow; call c slow; call d slow", "a>A b>A" },
			{ "call e slow; call f slow; call g slow", "g!OVERLOADED" },
			{ "call h; call i", "h>A i>A" },
			{ "answer a A; credit A 9", "a=OK c>A" } } },
	{ "slow calls are sent though plain ones fill the line",
		{ { "ready A 1; call a; call b; call c; call d; call e", "a>A" },
			{ "call f; call g slow", "f!OVERLOADED" },
			{ "answer a A; credit A 2", "a=OK g>A" } } },
	{ "a slow suspect is sent beyond the share",
		{ { "ready A 4; call a slow", "a>A" }, { "ready B 4; call b slow", "b>B" },
			{ "lose A", "a>B" } } },
	{ "of the writes with one key a single one is under way, in their order",
		{ { "ready A 9; ready B 9; call a write @1; call b write @1; call c write @2",
			  "a>B c>A" },
			{ "call d write @1; answer a B", "a=OK b>B" }, { "answer b B", "b=OK d>A" },
			{ "answer d A", "d=OK" } } },
	{ "a write is not overtaken while it waits to be repeated",
		{ { "ready A 9; call a write @1; call b write @1", "a>A" },
			{ "lose A; ready B 9", "" }, { "fence", "a>B" },
			{ "answer a B", "a=OK b>B" } } },
	{ "who follows a write that ends or leaves goes on; who leaves is no hindrance",
		{ { "ready A 9; call a write @1 300; call b write @1; call c write @1; call d "
		    "write @1",
			  "a>A" },
			{ "cancel c; wait A 300", "a=DEADLINE_EXCEEDED b>A" },
			{ "cancel b", "d>A" } } },
	{ "who follows waits in the queue, and ends at its deadline",
		{ { "ready A 9; call a write @1; call b write @1 300; call c write @1", "a>A" },
			{ "call d write @1; call e write @1; call f", "f!OVERLOADED" },
			{ "wait A 300", "b=DEADLINE_EXCEEDED" }, { "call f", "f>A" },
			{ "answer a A", "a=OK c>A" } } },
	{ "all end at the end, who follows too",
		{ { "ready A 1; call a write @1; call b write @1; call c write @1", "a>A" },
			{ "end", "a=OUTCOME_UNKNOWN b=SHUTTING_DOWN c=SHUTTING_DOWN" } } },

	{ "deadlines end what waits and what is in flight; the late answer is dropped",
		{ { "ready A 1; call x 300; call y 100", "x>A" }, { "wait A 99", "" },
			{ "wait A 1", "y=DEADLINE_EXCEEDED" }, { "wait A 199", "" },
			{ "wait A 1", "x=DEADLINE_EXCEEDED" }, { "answer x A", "x=LATE" } } },
	{ "a deadline beyond the wheel's round is kept",
		{ { "ready A 1; call x 20000", "x>A" }, { "wait A 19990", "" },
			{ "wait A 10", "x=DEADLINE_EXCEEDED" } } },
	{ "a cancelled call is never reported, and its credit comes back by the answer",
		{ { "ready A 1; call x; call y", "x>A" }, { "cancel x", "" },
			{ "answer x A; credit A 2", "x=LATE y>A" }, { "cancel y", "" },
			{ "wait A 6000", "" } } },
	{ "a call cancelled before it was sent costs no credit",
		{ { "ready A 1; call x; cancel x", "" }, { "call y", "y>A" } } },

	{ "a gone worker's safe call goes to another",
		{ { "ready B 1; ready A 9; call x", "x>A" }, { "lose A", "x>B" },
			{ "answer x B", "x=OK" } } },
	{ "an unsafe call of a gone worker has an unknown outcome",
		{ { "ready A 9; call x unsafe; call y write", "x>A y>A" },
			{ "lose A; fence", "x=OUTCOME_UNKNOWN" }, { "ready B 9", "y>B" } } },
	{ "a gone worker's write waits until what is left of it in the database has ended",
		{ { "ready A 9; call x write; call y; call z write", "x>A y>A z>A" },
			{ "lose A; ready B 9", "y>B" }, { "answer y B", "y=OK" },
			{ "fence", "x>B" }, { "answer x B", "x=OK z>B" } } },
	{ "where that can't be ended the write's outcome is unknown",
		{ { "ready A 9; call x write; call y", "x>A y>A" },
			{ "lose A; ready B 9; fence not", "x=OUTCOME_UNKNOWN y>B" } } },
	{ "a write that waits for it ends at its deadline, or is cancelled",
		{ { "ready A 9; call x write 300; call y write", "x>A y>A" },
			{ "lose A; ready B 9; cancel y", "" },
			{ "wait B 300", "x=DEADLINE_EXCEEDED" }, { "fence", "" } } },
	{ "each worker's writes wait for its own end",
		{ { "ready A 9; call x write", "x>A" },
			{ "lose A; ready B 9; call y write", "y>B" }, { "lose B; ready C 9", "" },
			{ "fence", "y>C" }, { "answer y C; fence", "y=OK x>C" } } },
	{ "a call goes to the process that it preferred_worker, where that has credit",
		{ { "ready A 9; ready B 1; preferred_worker u B", "u>B" },
			{ "preferred_worker v B", "v>A" } } },
	{ "an urgent call goes before what waits, into a full queue and a draining pool",
		{ { "ready A 1; call a; call b; call c; call d; call e", "a>A" },
			{ "drain; urgent u", "" }, { "credit A 2", "u>A" },
			{ "credit A 3", "b>A" } } },
	{ "a worker silent for three seconds is gone, one that speaks is not",
		{ { "ready A 9; ready B 9; call x; call y unsafe", "x>B y>A" },
			{ "wait A 2999", "" }, { "wait A 1", "x>A" },
			{ "wait A 1500; answer y A", "y=OK" } } },
	{ "when the gateway itself stood still no worker is to blame",
		{ { "ready A 9; call x 60000", "x>A" }, { "stall 10000", "" },
			{ "answer x A", "x=OK" } } },
	{ "a call that two workers have died with is given up",
		{ { "ready A 1; call x", "x>A" }, { "lose A; ready B 1", "x>B" },
			{ "lose B; ready C 9", "x=OUTCOME_UNKNOWN" } } },
	{ "suspects are sent one at a time, other calls meanwhile",
		{ { "ready A 9; call x; call y; call z", "x>A y>A z>A" },
			{ "lose A; ready B 9", "x>B" }, { "call n", "n>B" },
			{ "answer x B", "x=OK y>B" },
			{ "answer y B; answer n B", "y=OK n=OK z>B" } } },
	{ "half of the workers are kept from suspects",
		{ { "ready A 9; call x; call y; call z", "x>A y>A z>A" },
			{ "ready B 9; ready C 9; ready D 9; ready E 9; lose A", "x>E y>D" },
			{ "answer y D", "y=OK z>C" } } },
	{ "a killer takes two workers and no innocent call with it",
		{ { "ready A 9; call k; call i", "k>A i>A" },
			{ "lose A; ready B 9; call j", "k>B j>B" },
			{ "lose B; ready C 9", "k=OUTCOME_UNKNOWN i>C" },
			{ "answer i C", "i=OK j>C" }, { "answer j C", "j=OK" } } },
	{ "a suspect that ends frees its place",
		{ { "ready A 9; call x 500; call y", "x>A y>A" }, { "lose A; ready B 9", "x>B" },
			{ "wait B 500", "x=DEADLINE_EXCEEDED y>B" } } },
	{ "a process that connects again has lost what it held, and starts afresh",
		{ { "ready A 3; call x; call y unsafe", "x>A y>A" },
			{ "moved B A 1", "y=OUTCOME_UNKNOWN x>B" }, { "answer x B", "x=OK" } } },
	{ "an answer of another worker than the call's is no answer",
		{ { "ready B 1; ready A 9; call x", "x>A" }, { "answer x B", "x=LATE" },
			{ "answer x A", "x=OK" } } },

	{ "what the socket refuses was not sent: unsafe calls too go to another, in order",
		{ { "ready A 9; call x unsafe; call y; refuse A", "" },
			{ "ready B 9", "x>B y>B" } } },
	{ "a refused worker gets calls again with its next credit",
		{ { "ready A 2; call x unsafe; refuse A", "" }, { "call y", "" },
			{ "ready A 2", "x>A y>A" } } },
	{ "a gone worker's calls that were not sent yet are no suspects",
		{ { "ready A 9; call x unsafe; call y unsafe", "x>A y>A" },
			{ "answer x A; answer y A; call z unsafe; refuse A; lose A; ready B 9",
				"x=OK y=OK z>B" } } },

	{ "without any worker a call fails after the grace",
		{ { "call x", "" }, { "wait 999", "" }, { "wait 1", "x=NO_WORKER" },
			{ "call y", "y!NO_WORKER" }, { "ready A 9; call z", "z>A" } } },
	{ "a worker that is back within the grace costs no call",
		{ { "ready A 9; call x", "x>A" },
			{ "answer x A; wait A 4000; lose A; call y", "x=OK" },
			{ "wait 900; call z", "" }, { "ready B 9", "y>B z>B" } } },
	{ "without a live database calls wait for the grace, then fail",
		{ { "ready A 9; nodb A; call x", "" }, { "wait A 999", "" },
			{ "wait A 1", "x=DATABASE_UNAVAILABLE" },
			{ "call y", "y!DATABASE_UNAVAILABLE" }, { "ready A 9; call z", "z>A" } } },
	{ "a repeated write that no worker is left for may have been done",
		{ { "ready A 9; call x; call y write", "x>A y>A" }, { "lose A", "" },
			{ "wait 1000", "y=OUTCOME_UNKNOWN x=NO_WORKER" } } },
	{ "a repeated write that is refused may have been done before, whatever may be tried later",
		{ { "ready A 9; call a write; call b write; call c write; call d write",
			  "a>A b>A c>A d>A" },
			{ "lose A; ready B 9; fence", "a>B" },
			{ "answer a B DATABASE_UNAVAILABLE", "a=OUTCOME_UNKNOWN b>B" },
			{ "answer b B SHUTTING_DOWN", "b=OUTCOME_UNKNOWN c>B" },
			{ "answer c B OVERLOADED", "c=OUTCOME_UNKNOWN d>B" },
			{ "answer d B INTERNAL", "d=OUTCOME_UNKNOWN" } } },
	{ "a refusal for good does not invite another try, so it is handed on as it is",
		{ { "ready A 9; call a write; call b write; call c write", "a>A b>A c>A" },
			{ "lose A; ready B 9; fence", "a>B" },
			{ "answer a B NAME_TAKEN", "a=NAME_TAKEN b>B" },
			{ "answer b B DEADLINE_EXCEEDED", "b=DEADLINE_EXCEEDED c>B" },
			{ "answer c B OUTCOME_UNKNOWN", "c=OUTCOME_UNKNOWN" } } },
	{ "a write's first worker is believed, and any worker about a read",
		{ { "ready A 9; call x; call y write", "x>A y>A" },
			{ "answer y A DATABASE_UNAVAILABLE", "y=DATABASE_UNAVAILABLE" },
			{ "lose A; ready B 9", "x>B" },
			{ "answer x B DATABASE_UNAVAILABLE", "x=DATABASE_UNAVAILABLE" } } },
	{ "a leaving worker answers what it holds and gets nothing more",
		{ { "ready A 9; call x", "x>A" }, { "leave A; call y", "" },
			{ "answer x A", "x=OK" }, { "ready B 9", "y>B" },
			{ "ready A 99; call z", "z>B" } } },
	{ "a draining pool refuses new calls and finishes the others",
		{ { "ready A 9; call x", "x>A" }, { "drain; call y", "y!SHUTTING_DOWN" },
			{ "answer x A", "x=OK" } } },
	{ "what is given up at the end may have been done if it was a sent write",
		{ { "ready A 3; call x; call y unsafe; call z write; call u write", "x>A y>A z>A" },
			{ "end", "x=SHUTTING_DOWN y=OUTCOME_UNKNOWN z=OUTCOME_UNKNOWN "
				 "u=SHUTTING_DOWN" } } },
};

static void stage_init(struct stage *s)
{
	struct pool_options options = { .queue_max = QUEUE_MAX, .epoch = EPOCH };
	*s = (struct stage){ .now_ms = 1000000 };
	pool_init(&s->pool, &options, s->now_ms);
}

static void stage_fini(struct stage *s)
{
	pool_end_all(&s->pool, ST_SHUTTING_DOWN);
	see_ended(s);
	ck_assert_uint_eq(s->pool.counts.live, 0);
	pool_fini(&s->pool);
	buf_fini(&s->seen);
}

START_TEST(the_pool_does_as_told)
{
	const struct story *story = &stories[_i];
	struct stage s;
	stage_init(&s);
	for (size_t i = 0; i < STEPS_MAX && story->steps[i].step; i++) {
		buf_clear(&s.seen);
		run_step(&s, story->steps[i].step);
		ck_assert_msg(span_is(buf_view(&s.seen), story->steps[i].seen),
			"%s: step %zu, %s: saw \"%.*s\"", story->what, i + 1, story->steps[i].step,
			(int)s.seen.len, s.seen.bytes);
	}
	stage_fini(&s);
}
END_TEST

static int events_seen[8];

static void count_event(void *arg, enum pool_event event, const struct pool_worker *w)
{
	(void)arg, (void)w;
	events_seen[event]++;
}

START_TEST(a_doubtful_refusal_counts_as_unknown)
{
	struct stage s;
	stage_init(&s);
	run_step(&s, "ready A 9; call x write; call y write");
	run_step(&s, "lose A; ready B 9; fence");
	run_step(&s, "answer x B DATABASE_UNAVAILABLE");
	run_step(&s, "answer y B NAME_TAKEN");
	ck_assert_uint_eq(s.pool.counts.unknown, 1);
	ck_assert_uint_eq(s.pool.counts.answered, 1);
	stage_fini(&s);
}
END_TEST

/* Sent once, died with, about to be sent again: the end comes in between. */
START_TEST(a_repeated_write_that_is_not_sent_again_may_have_been_done)
{
	struct stage s;
	stage_init(&s);
	run_step(&s, "ready A 9; call x write");
	pool_lose(&s.pool, worker_named(&s, 'A'));
	pool_fenced(&s.pool, pool_lost_workers(&s.pool), true);
	register_worker(&s, 'B', 'B', register_worker(&s, 'B', 'B', 0, 0, true)->epoch, 9, true);
	pool_dispatch(&s.pool);
	ck_assert_int_eq(call_named(&s, 'x')->state, POOL_IN_FLIGHT);
	pool_end_all(&s.pool, ST_SHUTTING_DOWN);
	ck_assert_int_eq(call_named(&s, 'x')->outcome, ST_OUTCOME_UNKNOWN);
	stage_fini(&s);
}
END_TEST

START_TEST(the_watch_hears_of_workers)
{
	struct stage s;
	stage_init(&s);
	s.pool.on_event = count_event;
	run_step(&s, "ready A 9; nodb A; ready A 9; leave A; lose A; ready B 9; lose B");
	ck_assert_int_eq(events_seen[POOL_WORKER_JOINED], 2);
	ck_assert_int_eq(events_seen[POOL_DATABASE_LOST], 1);
	ck_assert_int_eq(events_seen[POOL_DATABASE_BACK], 1);
	ck_assert_int_eq(events_seen[POOL_WORKER_LEFT], 1);
	ck_assert_int_eq(events_seen[POOL_WORKER_DIED], 1);
	stage_fini(&s);
}
END_TEST

START_TEST(a_worker_is_told_of_calls_that_left_while_it_had_them)
{
	struct stage s;
	struct pool_worker *w;
	uint32_t msgid = 0;
	stage_init(&s);
	run_step(&s, "ready A 1; call a; call b");
	w = worker_named(&s, 'A');
	uint32_t had = call_named(&s, 'a')->msgid;
	ck_assert(!pool_next_cancelled(w, &msgid));
	run_step(&s, "cancel b"); /* it was not sent */
	ck_assert(!pool_next_cancelled(w, &msgid));
	run_step(&s, "cancel a");
	ck_assert(pool_next_cancelled(w, &msgid) && msgid == had);
	ck_assert(!pool_next_cancelled(w, &msgid));
	stage_fini(&s);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("pool");
	tcase_add_loop_test(tc, the_pool_does_as_told, 0, sizeof stories / sizeof *stories);
	tcase_add_test(tc, a_doubtful_refusal_counts_as_unknown);
	tcase_add_test(tc, a_repeated_write_that_is_not_sent_again_may_have_been_done);
	tcase_add_test(tc, a_worker_is_told_of_calls_that_left_while_it_had_them);
	tcase_add_test(tc, the_watch_hears_of_workers);
	return suite_run("pool", tc);
}
