#include "client/request.h"

#include <stdlib.h>

enum { INDEX_BITS = 16, FIRST_CAPACITY = 16 };

void request_queue_append(struct request_queue *list, struct request *request)
{
	request->next = NULL;
	if (list->last)
		list->last->next = request;
	else
		list->first = request;
	list->last = request;
}

struct request *request_queue_pop(struct request_queue *list)
{
	struct request *first = list->first;
	if (!first)
		return NULL;
	list->first = first->next;
	if (!list->first)
		list->last = NULL;
	first->next = NULL;
	return first;
}

static bool grow(struct requests *r)
{
	size_t capacity = r->capacity ? r->capacity * 2 : FIRST_CAPACITY;
	struct request **slots = realloc(r->slots, capacity * sizeof *slots);
	if (!slots)
		return false;
	r->slots = slots;
	r->capacity = capacity;
	return true;
}

static struct request *new_slot(struct requests *r)
{
	if (r->count == r->capacity && !grow(r))
		return NULL;
	struct request *request = calloc(1, sizeof *request);
	if (!request)
		return NULL;
	request->msgid = (uint32_t)r->count;
	r->slots[r->count++] = request;
	return request;
}

/* Keeps several free slots and takes the one that has been free longest, so that a msgid is not
 * reused soon. */
struct request *requests_take(struct requests *r, bool *is_full)
{
	*is_full = r->in_use == r->max;
	if (*is_full)
		return NULL;
	struct request *request = r->count < FIRST_CAPACITY ? NULL : request_queue_pop(&r->free);
	if (!request)
		request = r->count < r->max ? new_slot(r) : request_queue_pop(&r->free);
	if (!request)
		return NULL;
	struct buf params = request->params;
	buf_clear(&params);
	*request = (struct request){
		.msgid = request->msgid + (1U << INDEX_BITS), .is_used = true, .params = params
	};
	r->in_use++;
	return request;
}

void requests_release(struct requests *r, struct request *request)
{
	enum { KEPT_BYTES = 4096 };
	request->is_used = false;
	if (request->params.cap > KEPT_BYTES)
		buf_fini(&request->params);
	request_queue_append(&r->free, request);
	r->in_use--;
}

struct request *requests_find(const struct requests *r, uint32_t msgid)
{
	size_t index = msgid & ((1U << INDEX_BITS) - 1);
	if (index >= r->count || !r->slots[index]->is_used || r->slots[index]->msgid != msgid)
		return NULL;
	return r->slots[index];
}

void requests_fini(struct requests *r)
{
	for (size_t i = 0; i < r->count; i++) {
		buf_fini(&r->slots[i]->params);
		free(r->slots[i]);
	}
	free(r->slots);
	*r = (struct requests){ 0 };
}
