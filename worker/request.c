#include "worker/request.h"

#include <stdlib.h>
#include <string.h>

#include "common/crypto.h"
#include "common/fnv.h"
#include "worker/cursor.h"
#include "worker/variant.h"

enum { POOL_MAX = 2048, BYTES_KEPT = 4096 };

void request_list_push(struct request_list *list, struct request *r)
{
	r->next = NULL;
	if (list->last)
		list->last->next = r;
	else
		list->first = r;
	list->last = r;
	list->count++;
}

void request_list_prepend(struct request_list *list, struct request_list *others)
{
	if (!others->first)
		return;
	others->last->next = list->first;
	if (!list->last)
		list->last = others->last;
	list->first = others->first;
	list->count += others->count;
	*others = (struct request_list){ 0 };
}

struct request *request_list_pop(struct request_list *list)
{
	struct request *r = list->first;
	if (!r)
		return NULL;
	list->first = r->next;
	if (!list->first)
		list->last = NULL;
	list->count--;
	r->next = NULL;
	return r;
}

static void destroy(struct request *r)
{
	buf_fini(&r->bytes);
	buf_fini(&r->names);
	free(r);
}

/* The values of passwords point into these bytes: they are TEXT. */
static void wipe(struct request *r)
{
	if (r->bytes.cap)
		crypto_wipe(r->bytes.bytes, r->bytes.cap);
}

void request_release(struct request_pool *pool, struct request **r)
{
	if (!*r)
		return;
	if ((*r)->method->passwords)
		wipe(*r);
	if (pool->free.count >= POOL_MAX) {
		destroy(*r);
	} else {
		if ((*r)->bytes.cap > BYTES_KEPT)
			buf_fini(&(*r)->bytes);
		if ((*r)->names.cap > BYTES_KEPT)
			buf_fini(&(*r)->names);
		request_list_push(&pool->free, *r);
	}
	*r = NULL;
}

void request_pool_fini(struct request_pool *pool)
{
	for (struct request *r; (r = request_list_pop(&pool->free)) != NULL;)
		destroy(r);
}

/* The values follow the struct in the same allocation. */
static struct request *new_request(void)
{
	struct request *r = calloc(1, sizeof *r + method_params_most() * sizeof *r->values);
	if (r)
		r->values = (struct param_value *)(r + 1);
	return r;
}

static enum status fill(struct request *r, const struct envelope *e, struct fail *why)
{
	struct span id = e->context.request_id;
	buf_clear(&r->bytes);
	(void)buf_room(&r->bytes, id.len + e->params.len); /* growing would leave copies behind */
	buf_span(&r->bytes, id);
	buf_span(&r->bytes, e->params);
	if (r->bytes.failed)
		return ST_NO_MEMORY;
	r->request_id = (struct span){ r->bytes.bytes, id.len };
	r->params = (struct span){ r->bytes.bytes + id.len, e->params.len };
	enum status st = params_decode(r->method, r->params, r->values, &r->names, why);
	return st == ST_OK ? cursor_check(r, why) : st;
}

enum status request_acquire(struct request_pool *pool, const struct method *m,
	const struct envelope *e, struct request **out, struct fail *why)
{
	struct request *r = request_list_pop(&pool->free);
	if (!r)
		r = new_request();
	if (!r)
		return ST_NO_MEMORY;
	r->method = r->variant = m;
	r->msgid = e->msgid;
	r->account = e->context.account;
	r->position = e->context.position;
	r->attempts = 0;
	r->maybe_committed = r->is_abandoned = r->is_long = false;
	r->rows = 1;
	enum status st = fill(r, e, why);
	if (st != ST_OK) {
		request_release(pool, &r);
		return st;
	}
	r->variant = variant_of(r);
	*out = r;
	return ST_OK;
}

bool request_abandon(struct request *r, const struct origin *origin, int64_t epoch, uint32_t msgid)
{
	if (r->origin != origin || r->epoch != epoch || r->msgid != msgid)
		return false;
	r->is_abandoned = true;
	return true;
}

int64_t request_limit(const struct request *r)
{
	if (r->method->shape != RESULT_PAGE)
		return 0;
	const struct param *limit = method_param(r->method, SPAN("limit"));
	return limit ? r->values[limit - r->method->params].integer : 1;
}

int64_t request_weight(const struct request *r)
{
	return r->rows * (r->method->row_weight ? r->method->row_weight : 1);
}

void request_keys_clear(struct request_keys *keys)
{
	memset(keys, 0, sizeof *keys);
}

/* METHOD_KEY_ACCOUNT is the account alone; there is no param value. */
static const struct param_value *key_value(const struct request *r, size_t key)
{
	static const struct param_value none;
	return key == METHOD_KEY_ACCOUNT ? &none : &r->values[key];
}

static uint64_t key_hash(const struct request *r, const struct param_value *v)
{
	uint64_t h = fnv_mix(FNV_START, &r->account, sizeof r->account);
	h = fnv_mix(h, &v->integer, sizeof v->integer);
	h = fnv_mix(h, v->uuid, sizeof v->uuid);
	return fnv_mix(h, v->text.bytes, v->text.len);
}

static bool same_key(const struct request *a, const struct request *b, size_t key)
{
	const struct param_value *x = key_value(a, key), *y = key_value(b, key);
	return a->account == b->account && x->integer == y->integer
	       && memcmp(x->uuid, y->uuid, sizeof x->uuid) == 0 && x->text.len == y->text.len
	       && (x->text.len == 0 || memcmp(x->text.bytes, y->text.bytes, x->text.len) == 0);
}

bool request_is_repeatable(const struct request *r)
{
	return method_may_repeat(r->method, r->params);
}

/* Sets the params by which requests may conflict: the method's key and the idempotency key. Returns
 * their count. */
static size_t key_params(const struct request *r, size_t params[REQUEST_KEYS_EACH])
{
	size_t count = 0;
	const struct param *p = method_param(r->method, SPAN("idempotency_key"));
	int key = method_key(r->method);
	if (key >= 0 && !key_value(r, (size_t)key)->is_null)
		params[count++] = (size_t)key;
	if (p && p - r->method->params != key && !r->values[p - r->method->params].is_null)
		params[count++] = (size_t)(p - r->method->params);
	return count;
}

/* Returns the slot of a request with the same value of the param, or an empty slot. */
static const struct request **find_slot(
	struct request_keys *keys, const struct request *r, size_t param)
{
	size_t size = sizeof keys->slots / sizeof *keys->slots;
	uint64_t h = key_hash(r, key_value(r, param));
	size_t at = (size_t)((h ^ h >> 32) % size);
	while (keys->slots[at] && !same_key(keys->slots[at], r, param))
		at = (at + 1) % size;
	return &keys->slots[at];
}

bool request_keys_add(struct request_keys *keys, const struct request *r)
{
	size_t params[REQUEST_KEYS_EACH], count = key_params(r, params);
	for (size_t i = 0; i < count; i++)
		if (*find_slot(keys, r, params[i]))
			return false;
	for (size_t i = 0; i < count; i++)
		*find_slot(keys, r, params[i]) = r;
	return true;
}
