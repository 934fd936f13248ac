#include "worker/queue.h"

#include <stdlib.h>

#include "worker/variant.h"

enum status queue_init(struct queue *q, int64_t run_rows)
{
	q->run_rows = run_rows;
	q->by_method = calloc(method_count(), sizeof *q->by_method);
	return q->by_method ? ST_OK : ST_NO_MEMORY;
}

static void give_all(struct request_list *list, struct request_pool *pool)
{
	for (struct request *r; (r = request_list_pop(list)) != NULL;)
		request_release(pool, &r);
}

void queue_fini(struct queue *q, struct request_pool *pool)
{
	for (size_t i = 0; q->by_method && i < method_count(); i++)
		give_all(&q->by_method[i], pool);
	give_all(&q->singly, pool);
	free(q->by_method);
	*q = (struct queue){ 0 };
}

static struct request_list *list_of(struct queue *q, const struct method *m)
{
	return &q->by_method[method_index(m)];
}

static void count_in(struct queue *q, const struct request *r)
{
	q->count++;
	q->rows += r->rows;
}

static void count_out(struct queue *q, const struct request *r)
{
	q->count--;
	q->rows -= r->rows;
}

void queue_push(struct queue *q, struct request *r)
{
	request_list_push(list_of(q, r->variant), r);
	count_in(q, r);
}

void queue_push_singly(struct queue *q, struct request *r)
{
	request_list_push(&q->singly, r);
	count_in(q, r);
}

void queue_requeue(struct queue *q, struct request_list *requests, bool to_run_singly)
{
	if (!requests->first)
		return;
	for (const struct request *r = requests->first; r; r = r->next)
		count_in(q, r);
	request_list_prepend(
		to_run_singly ? &q->singly : list_of(q, requests->first->variant), requests);
}

static bool drop_if_obsolete(struct queue *q, struct request *r, const struct queue_filter *filter)
{
	if (!filter->is_obsolete(filter->arg, r))
		return false;
	count_out(q, r);
	filter->drop(filter->arg, r);
	return true;
}

static void run_request(struct queue *q, struct run *run, struct execution *e, struct request *r)
{
	run_add(run, e, r);
	count_out(q, r);
}

static void fill_singly(struct queue *q, struct run *run, const struct queue_filter *filter)
{
	struct request *r;
	while (run->execution_count < RUN_SINGLY_MAX
		&& (r = request_list_pop(&q->singly)) != NULL) {
		if (drop_if_obsolete(q, r, filter))
			continue;
		variant_leave(r);
		struct execution *e = run_open(run, r->variant);
		e->is_single = true;
		run_request(q, run, e, r);
	}
}

/* The rows that the request takes of an execution's limit. */
static int64_t cost_of(const struct queue *q, const struct request *r)
{
	return r->is_long ? q->run_rows : request_weight(r);
}

/* One execution while it is filled. */
struct filling {
	struct execution *execution;
	size_t count; /* of its requests */
	int64_t rows; /* expected */
	struct request_list skipped;
};

/* Returns whether the request gets a row of the execution. */
static bool has_room(const struct queue *q, const struct filling *f, const struct request *r)
{
	return f->count == 0 || f->rows + cost_of(q, r) <= q->run_rows;
}

/* Takes the next request from the list. Returns false if it must wait for the next run. */
static bool take_next(struct queue *q, struct run *run, struct request_list *list,
	struct filling *f, const struct queue_filter *filter)
{
	struct request **same = same_reads_slot(&q->same, list->first);
	if (!(same && *same) && !has_room(q, f, list->first))
		return false;
	struct request *r = request_list_pop(list);
	if (drop_if_obsolete(q, r, filter))
		return true;
	if (!request_keys_add(&q->keys, r)) {
		request_list_push(&f->skipped, r);
		return true;
	}
	f->count++;
	if (same && *same) {
		run_add_same(*same, r);
		count_out(q, r);
		return true;
	}
	if (same)
		*same = r;
	f->rows += cost_of(q, r);
	run_request(q, run, f->execution, r);
	return true;
}

static void fill_together(
	struct queue *q, const struct method *m, struct run *run, const struct queue_filter *filter)
{
	struct request_list *list = list_of(q, m);
	if (!list->first)
		return;
	struct filling f = { .execution = run_open(run, m) };
	if (method_key(m) >= 0)
		request_keys_clear(&q->keys);
	same_reads_clear(&q->same);
	while (list->first && f.count < REQUEST_KEYS_MAX && f.skipped.count < QUEUE_SKIP_MAX
		&& take_next(q, run, list, &f, filter))
		;
	run_add_all_same(run, f.execution);
	request_list_prepend(list, &f.skipped);
	run_drop_empty(run);
}

void queue_fill(struct queue *q, struct run *run, const struct queue_filter *filter)
{
	fill_singly(q, run, filter);
	for (size_t i = 0; i < method_count(); i++)
		fill_together(q, method_at(i), run, filter);
	run_close(run);
}

static void sweep_list(
	struct queue *q, struct request_list *list, const struct queue_filter *filter)
{
	struct request_list skipped = { 0 };
	for (struct request *r; (r = request_list_pop(list)) != NULL;)
		if (!drop_if_obsolete(q, r, filter))
			request_list_push(&skipped, r);
	*list = skipped;
}

void queue_sweep(struct queue *q, const struct queue_filter *filter)
{
	sweep_list(q, &q->singly, filter);
	for (size_t i = 0; i < method_count(); i++)
		sweep_list(q, &q->by_method[i], filter);
}

static bool abandon_in(
	struct request_list *list, const struct origin *origin, int64_t epoch, uint32_t msgid)
{
	for (struct request *r = list->first; r; r = r->next)
		if (request_abandon(r, origin, epoch, msgid))
			return true;
	return false;
}

bool queue_abandon(struct queue *q, const struct origin *origin, int64_t epoch, uint32_t msgid)
{
	for (size_t i = 0; i < method_count(); i++)
		if (abandon_in(&q->by_method[i], origin, epoch, msgid))
			return true;
	return abandon_in(&q->singly, origin, epoch, msgid);
}
