#include "schema/generate/record.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *allocated)
{
	if (allocated)
		return allocated;
	fputs("out of memory\n", stderr);
	exit(EXIT_FAILURE);
}

struct record *record_new(void)
{
	return checked(calloc(1, sizeof(struct record)));
}

void record_free(struct record *r)
{
	for (struct record *next; r; r = next) {
		next = r->next;
		for (struct record_entry *e = r->entries, *rest; e; e = rest) {
			rest = e->next;
			record_free(e->first);
			free(e->name);
			free(e->text);
			free(e);
		}
		free(r);
	}
}

const struct record_entry *record_find(const struct record *r, const char *name)
{
	struct record_entry *e = r ? r->entries : NULL;
	while (e && strcmp(name, e->name) != 0)
		e = e->next;
	return e || !r ? e : record_find(r->base, name);
}

bool record_has(const struct record *r, const char *name)
{
	const struct record_entry *e = record_find(r, name);
	return e && (e->text ? *e->text != '\0' : e->first != NULL);
}

struct record_entry *record_list(struct record *r, const char *name)
{
	struct record_entry *e = r->entries;
	while (e && strcmp(name, e->name) != 0)
		e = e->next;
	if (!e) {
		e = checked(calloc(1, sizeof *e));
		*e = (struct record_entry){ checked(strdup(name)), .next = r->entries };
		r->entries = e;
	}
	return e;
}

void record_set(struct record *r, const char *name, const char *text)
{
	struct record_entry *e = record_list(r, name);
	free(e->text);
	e->text = checked(strdup(text ? text : ""));
}

void record_print(struct record *r, const char *name, const char *format, ...)
{
	char *made = NULL;
	va_list args;
	va_start(args, format);
	int len = vasprintf(&made, format, args);
	va_end(args);
	record_set(r, name, len < 0 ? checked(NULL) : made);
	free(made);
}

void record_flag(struct record *r, const char *name, bool is_set)
{
	record_set(r, name, is_set ? "yes" : "");
}

struct record *record_add(struct record *r, const char *name, const struct record *base)
{
	struct record_entry *e = record_list(r, name);
	struct record *added = record_new();
	added->base = base;
	if (e->last)
		e->last->next = added;
	else
		e->first = added;
	return e->last = added;
}
