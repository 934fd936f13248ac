#include "worker/form.h"

#include <string.h>

enum { PLAIN_PARAMS_MAX = 8 };

static const struct plain {
	const char *method, *statement;
	const char *params[PLAIN_PARAMS_MAX];
} plain_table[] = {
	{ "sessions.create", "sessions.create_plain",
		{ "session_id", "topic_id", "study_date", "duration_minutes", "notes",
			"created_at" } },
	{ "sessions.log", "sessions.log_plain",
		{ "session_id", "minutes", "tag", "study_date", "notes", "created_at" } },
};

size_t form_count(void)
{
	return 2 * method_count();
}

size_t form_index(const struct form *form)
{
	return 2 * method_index(form->method) + form->is_plain;
}

bool form_at(size_t index, struct form *out)
{
	const struct method *m = method_at(index / 2);
	if (index % 2)
		return form_plain(m, out);
	*out = form_full(m);
	return true;
}

struct form form_full(const struct method *m)
{
	return (struct form){ .method = m, .statement = m->name };
}

static bool has_param(const struct plain *plain, const char *name)
{
	for (size_t i = 0; i < PLAIN_PARAMS_MAX && plain->params[i]; i++)
		if (strcmp(plain->params[i], name) == 0)
			return true;
	return false;
}

static uint64_t left_out(const struct plain *plain, const struct method *m)
{
	uint64_t bits = 0;
	for (size_t i = 0; i < m->param_count; i++)
		bits |= (uint64_t)!has_param(plain, m->params[i].name) << i;
	return bits;
}

bool form_plain(const struct method *m, struct form *out)
{
	for (size_t i = 0; i < sizeof plain_table / sizeof *plain_table; i++) {
		const struct plain *plain = &plain_table[i];
		if (strcmp(plain->method, m->name) != 0)
			continue;
		*out = (struct form){ m, plain->statement, left_out(plain, m), true };
		return true;
	}
	return false;
}

bool form_takes(const struct form *form, size_t param)
{
	return !(form->left_out >> param & 1);
}

bool form_fits(const struct form *form, const struct request *r)
{
	bool fits = !form->is_plain || !r->needs_full;
	for (size_t i = 0; fits && i < form->method->param_count; i++)
		fits = form_takes(form, i) || r->values[i].is_null;
	return fits;
}
