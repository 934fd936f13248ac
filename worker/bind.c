#include "worker/bind.h"

#include <stdlib.h>

static const enum array_type type_table[] = {
	[PARAM_INT] = ARRAY_INT8,    [PARAM_BOOL] = ARRAY_BOOL,   [PARAM_TEXT] = ARRAY_TEXT,
	[PARAM_USERNAME] = ARRAY_TEXT, [PARAM_EMAIL] = ARRAY_TEXT,
	[PARAM_NAME] = ARRAY_TEXT,   [PARAM_UUID] = ARRAY_UUID,   [PARAM_DATE] = ARRAY_DATE,
	[PARAM_INSTANT] = ARRAY_INSTANT, [PARAM_LOCAL_INSTANT] = ARRAY_LOCAL_INSTANT,
	[PARAM_TIME] = ARRAY_TIME,
	[PARAM_CHOICE] = ARRAY_TEXT, [PARAM_CURSOR] = ARRAY_INT8,
	[PARAM_CURSOR_INT] = ARRAY_INT8, [PARAM_REAL] = ARRAY_REAL, [PARAM_TEXTS] = ARRAY_JSON,
	[PARAM_IDS] = ARRAY_JSON,    [PARAM_OBJECTS] = ARRAY_JSON,
	[PARAM_VALUES] = ARRAY_JSON, [PARAM_CURSOR_TEXT] = ARRAY_TEXT,
};

size_t bind_most(void)
{
	return 1 + 2 * method_params_most();
}

enum status bind_init(struct bind *b)
{
	struct bind made = { .arrays = calloc(bind_most(), sizeof *made.arrays),
		.params = calloc(bind_most(), sizeof *made.params) };
	if (!made.arrays || !made.params) {
		free(made.arrays);
		free(made.params);
		return ST_NO_MEMORY;
	}
	*b = made;
	return ST_OK;
}

static bool has_cursor_id(const struct param *p)
{
	return p->kind == PARAM_CURSOR || p->kind == PARAM_CURSOR_INT;
}

static enum array_type cursor_id_type(const struct param *cursor)
{
	return cursor->kind == PARAM_CURSOR_INT ? ARRAY_INT8 : ARRAY_UUID;
}

size_t bind_types(const struct method *m, uint32_t *oids)
{
	size_t n = 0;
	oids[n++] = array_oid(ARRAY_INT8);
	for (size_t i = 0; i < m->param_count; i++) {
		oids[n++] = array_oid(type_table[m->params[i].kind]);
		if (has_cursor_id(&m->params[i]))
			oids[n++] = array_oid(cursor_id_type(&m->params[i]));
		if (m->params[i].flags & PARAM_PRESENCE)
			oids[n++] = array_oid(ARRAY_BOOL);
	}
	return n;
}

static void put_local_instant(struct array *a, const struct param_value *v)
{
	char text[INSTANT_TEXT_LEN];
	array_text(a, (struct span){ text, param_value_local_instant(v, text) });
}

static void put_value(struct array *a, enum array_type type, const struct param_value *v)
{
	if (v->is_null) {
		array_null(a);
		return;
	}
	switch (type) {
	case ARRAY_BOOL:
		array_bool(a, v->boolean);
		break;
	case ARRAY_INT8:
		array_int8(a, v->integer);
		break;
	case ARRAY_REAL:
		array_real(a, v->real);
		break;
	case ARRAY_JSON:
		array_json(a, v->text);
		break;
	case ARRAY_TEXT:
		array_text(a, v->text);
		break;
	case ARRAY_DATE:
		array_date(a, v->integer);
		break;
	case ARRAY_INSTANT:
		array_instant(a, v->integer);
		break;
	case ARRAY_LOCAL_INSTANT:
		put_local_instant(a, v);
		break;
	case ARRAY_TIME:
		array_time(a, v->integer);
		break;
	case ARRAY_UUID:
		array_uuid(a, v->uuid);
		break;
	}
}

/* Each array is filled for all requests before the next one starts. */
struct filling {
	struct bind *bind;
	struct request *const *requests;
	size_t count;
	enum status st;
};

static struct array *next_array(struct filling *f, enum array_type type)
{
	struct array *a = &f->bind->arrays[f->bind->count];
	array_start(a, type);
	return a;
}

static void finish_array(struct filling *f, struct array *a)
{
	enum status st = array_finish(a, &f->bind->params[f->bind->count++]);
	if (f->st == ST_OK)
		f->st = st;
}

static void put_accounts(struct filling *f)
{
	struct array *a = next_array(f, ARRAY_INT8);
	for (size_t i = 0; i < f->count; i++)
		array_int8(a, f->requests[i]->account);
	finish_array(f, a);
}

static void put_values(struct filling *f, size_t param, enum array_type type)
{
	struct array *a = next_array(f, type);
	for (size_t i = 0; i < f->count; i++)
		put_value(a, type, &f->requests[i]->values[param]);
	finish_array(f, a);
}

static void put_cursor_ids(struct filling *f, size_t param, enum array_type type)
{
	struct array *a = next_array(f, type);
	for (size_t i = 0; i < f->count; i++) {
		const struct param_value *v = &f->requests[i]->values[param];
		if (v->is_null || (type == ARRAY_UUID && !v->has_uuid))
			array_null(a);
		else if (type == ARRAY_UUID)
			array_uuid(a, v->uuid);
		else
			array_int8(a, v->id);
	}
	finish_array(f, a);
}

static void put_presence(struct filling *f, size_t param)
{
	struct array *a = next_array(f, ARRAY_BOOL);
	for (size_t i = 0; i < f->count; i++)
		array_bool(a, f->requests[i]->values[param].is_present);
	finish_array(f, a);
}

enum status bind_requests(
	struct bind *b, const struct method *m, struct request *const *requests, size_t count)
{
	struct filling f = { b, requests, count, ST_OK };
	b->count = 0;
	put_accounts(&f);
	for (size_t i = 0; i < m->param_count; i++) {
		put_values(&f, i, type_table[m->params[i].kind]);
		if (has_cursor_id(&m->params[i]))
			put_cursor_ids(&f, i, cursor_id_type(&m->params[i]));
		if (m->params[i].flags & PARAM_PRESENCE)
			put_presence(&f, i);
	}
	return f.st;
}

void bind_fini(struct bind *b)
{
	for (size_t i = 0; b->arrays && i < bind_most(); i++)
		array_fini(&b->arrays[i]);
	free(b->arrays);
	free(b->params);
	*b = (struct bind){ 0 };
}
