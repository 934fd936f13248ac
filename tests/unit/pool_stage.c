#include "tests/unit/pool_stage.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUDGET_MS = 5000, EPOCH = 1000, METHODS = 2 };

static void see(struct stage *s, const struct pool_call *call, char how, const char *what)
{
	buf_printf(&s->seen, "%s%c%c%s", s->seen.len > 0 ? " " : "",
		(char)('a' + (call - s->calls)), how, what);
}

struct pool_worker *stage_worker(struct stage *s, char name)
{
	return pool_worker_of(&s->pool, (struct span){ &name, 1 });
}

struct pool_call *stage_call(struct stage *s, char name)
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

struct pool_worker *stage_register(
	struct stage *s, char name, char process, int64_t epoch, int64_t credit, bool has_database)
{
	const struct pool_worker *known = stage_worker(s, name);
	struct pool_registration registration = { .peer = { &name, 1 },
		.uuid = { (unsigned char)process },
		.epoch = epoch,
		.credit = credit,
		.methods = known ? known->methods : pool_methods_all(),
		.has_database = has_database };
	struct pool_worker *w = pool_register(&s->pool, &registration, s->now_ms);
	ck_assert_ptr_nonnull(w);
	return w;
}

/* The words of a step after its verb. */
struct words {
	char name;   /* the first letter of the first word */
	char other;  /* the first letter of the second word */
	long number; /* the last word, if it is a number */
	const char *text;
};

static void do_ready(struct stage *s, struct words w) /* ready WORKER CREDIT */
{
	struct pool_worker *worker = stage_worker(s, w.name);
	if (!worker)
		worker = stage_register(s, w.name, w.name, 0, 7777, true);
	stage_register(s, w.name, (char)worker->uuid[0], worker->epoch, w.number, true);
}

static void do_old(struct stage *s, struct words w) /* old WORKER: has only the first method */
{
	struct pool_worker *worker = stage_worker(s, w.name);
	worker->methods = (struct pool_methods){ { 1 } };
}

static void do_moved(struct stage *s, struct words w) /* moved NEW-CONNECTION OLD CREDIT */
{
	int64_t epoch =
		stage_register(s, w.name, w.other, stage_worker(s, w.other)->epoch, 7777, true)
			->epoch;
	stage_register(s, w.name, w.other, epoch, w.number, true);
}

static void do_nodb(struct stage *s, struct words w) /* nodb WORKER */
{
	struct pool_worker *worker = stage_worker(s, w.name);
	stage_register(s, w.name, (char)worker->uuid[0], worker->epoch, worker->credit, false);
}

static void do_credit(struct stage *s, struct words w) /* credit WORKER CREDIT */
{
	struct pool_worker *worker = stage_worker(s, w.name);
	ck_assert(pool_credit(&s->pool, worker, worker->epoch, w.number, s->now_ms));
}

static void do_stale(struct stage *s, struct words w) /* stale WORKER */
{
	struct pool_worker *worker = stage_worker(s, w.name);
	ck_assert(!pool_credit(&s->pool, worker, worker->epoch - 1, 7777, s->now_ms));
}

static void do_call(struct stage *s,
	struct words w) /* call CALL [write|unsafe|slow] [long] [new] [@KEY] [BUDGET] */
{
	struct pool_call *call = stage_call(s, w.name);
	bool is_unsafe = strstr(w.text, "unsafe");
	const char *key = strchr(w.text, '@');
	*call = (struct pool_call){ .is_write = is_unsafe || strstr(w.text, "write"),
		.is_slow = strstr(w.text, "slow"),
		.method = strstr(w.text, "new") ? 1 : 0,
		.rows = strstr(w.text, "long") ? POOL_ROWS_EACH * QUEUE_MAX : 1,
		.key = key ? (uint64_t)key[1] : 0,
		.safe_to_repeat = !is_unsafe,
		.deadline_ms = s->now_ms + (uint64_t)(w.number > 0 ? w.number : BUDGET_MS) };
	enum status st = pool_add(&s->pool, call, s->now_ms);
	if (st != ST_OK)
		see(s, call, '!', status_info(st)->code);
}

static void do_respond(struct stage *s, struct words w) /* respond CALL WORKER [CODE] */
{
	struct pool_call *call = stage_call(s, w.name);
	const char *code = strlen(w.text) > 4 ? w.text + 4 : "OK";
	enum status worker_status = status_from_code(code, strlen(code));
	struct pool_call *got =
		pool_complete(&s->pool, stage_worker(s, w.other), call->msgid, worker_status);
	if (got == call)
		see(s, call, '=',
			status_info(call->outcome == ST_OK ? worker_status : call->outcome)->code);
	else
		see(s, call, '=', got ? "ANOTHER" : "LATE");
}

static void do_cancel(struct stage *s, struct words w) /* cancel CALL */
{
	pool_remove(&s->pool, stage_call(s, w.name));
}

static void do_lose(struct stage *s, struct words w) /* lose WORKER */
{
	pool_lose(&s->pool, stage_worker(s, w.name));
}

static void do_fence(
	struct stage *s, struct words w) /* fence [not]: the last fence succeeds, or not */
{
	ck_assert_ptr_nonnull(pool_lost_workers(&s->pool));
	pool_fenced(&s->pool, pool_lost_workers(&s->pool), !strstr(w.text, "not"));
}

static void do_urgent(struct stage *s, struct words w) /* urgent CALL */
{
	struct pool_call *call = stage_call(s, w.name);
	*call = (struct pool_call){
		.safe_to_repeat = true, .is_urgent = true, .deadline_ms = s->now_ms + BUDGET_MS
	};
	ck_assert(pool_add(&s->pool, call, s->now_ms) == ST_OK);
}

static void do_prefers(struct stage *s, struct words w) /* prefers CALL PROCESS */
{
	static unsigned char uuid[16];
	struct pool_call *call = stage_call(s, w.name);
	uuid[0] = (unsigned char)w.other;
	*call = (struct pool_call){ .preferred_worker = uuid,
		.deadline_ms = s->now_ms + BUDGET_MS };
	ck_assert(pool_add(&s->pool, call, s->now_ms) == ST_OK);
}

static void do_leave(struct stage *s, struct words w) /* leave WORKER */
{
	pool_leave(&s->pool, stage_worker(s, w.name), stage_worker(s, w.name)->epoch);
}

static void do_refuse(
	struct stage *s, struct words w) /* refuse WORKER: its socket refuses the calls */
{
	pool_dispatch(&s->pool);
	pool_requeue_unsent(&s->pool, stage_worker(s, w.name));
}

static void do_wait(struct stage *s,
	struct words w) /* wait [WORKERS] MS: with ticks; the named workers send credit */
{
	for (uint64_t until = s->now_ms + (uint64_t)w.number; s->now_ms < until;
		pool_tick(&s->pool, s->now_ms)) {
		uint64_t left = until - s->now_ms;
		s->now_ms += left < 10 ? left : 10;
		for (const char *name = w.text; *name >= 'A' && *name <= 'Z'; name++) {
			struct pool_worker *worker = stage_worker(s, *name);
			ck_assert(pool_credit(
				&s->pool, worker, worker->epoch, worker->credit, s->now_ms));
		}
		see_ended(s);
	}
}

static void do_stall(struct stage *s, struct words w) /* stall MS: the gateway itself stalls */
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
	{ "old", do_old },
	{ "moved", do_moved },
	{ "nodb", do_nodb },
	{ "credit", do_credit },
	{ "stale", do_stale },
	{ "call", do_call },
	{ "respond", do_respond },
	{ "cancel", do_cancel },
	{ "lose", do_lose },
	{ "fence", do_fence },
	{ "urgent", do_urgent },
	{ "prefers", do_prefers },
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
void stage_run(struct stage *s, const char *step)
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

void stage_init(struct stage *s)
{
	struct pool_options options = {
		.queue_max = QUEUE_MAX, .methods = METHODS, .epoch = EPOCH
	};
	*s = (struct stage){ .now_ms = 1000000 };
	pool_init(&s->pool, &options, s->now_ms);
}

void stage_fini(struct stage *s)
{
	pool_end_all(&s->pool, ST_SHUTTING_DOWN);
	see_ended(s);
	ck_assert_uint_eq(s->pool.counts.live, 0);
	pool_fini(&s->pool);
	buf_fini(&s->seen);
}

void stage_play(const struct story *story)
{
	struct stage s;
	stage_init(&s);
	for (size_t i = 0; i < STEPS_MAX && story->steps[i].step; i++) {
		buf_clear(&s.seen);
		stage_run(&s, story->steps[i].step);
		ck_assert_msg(span_is(buf_view(&s.seen), story->steps[i].seen),
			"%s: step %zu, %s: saw \"%.*s\"", story->what, i + 1, story->steps[i].step,
			(int)s.seen.len, s.seen.bytes);
	}
	stage_fini(&s);
}
