#include "schema/generate/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct record *record_new(struct obstack *memory)
{
	struct record *r = obstack_alloc(memory, sizeof *r);
	*r = (struct record){ .memory = memory };
	return r;
}

const struct record_entry *record_find(const struct record *r, struct span name)
{
	struct record_entry *e = r ? r->entries : NULL;
	while (e && !span_is_nocase(name, e->name))
		e = e->next;
	return e || !r ? e : record_find(r->base, name);
}

bool record_has(const struct record *r, const char *name)
{
	const struct record_entry *e = record_find(r, span_of(name));
	return e && (e->text ? *e->text != '\0' : e->first != NULL);
}

struct record_entry *record_own(struct record *r, const char *name)
{
	struct record_entry *e = r->entries;
	while (e && strcmp(name, e->name) != 0)
		e = e->next;
	if (!e) {
		e = obstack_alloc(r->memory, sizeof *e);
		*e = (struct record_entry){ name, .next = r->entries };
		r->entries = e;
	}
	return e;
}

void record_set(struct record *r, const char *name, const char *text)
{
	record_own(r, name)->text = obstack_copy0(r->memory, text ? text : "", span_of(text).len);
}

void record_number(struct record *r, const char *name, int64_t number)
{
	char digits[24];
	(void)snprintf(digits, sizeof digits, "%" PRId64, number);
	record_set(r, name, digits);
}

void record_flag(struct record *r, const char *name, bool is_set)
{
	record_set(r, name, is_set ? "yes" : "");
}

struct record *record_add(struct record *r, const char *name, const struct record *base)
{
	struct record_entry *e = record_own(r, name);
	struct record *added = record_new(r->memory);
	added->base = base;
	struct record **end = &e->first;
	while (*end)
		end = &(*end)->next;
	return *end = added;
}
