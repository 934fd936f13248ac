#include "schema/generate/record.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct record_entry {
	const char *name;
	const char *text; /* NULL: a list */
	struct record *first, *last;
	struct record_entry *next;
};

static _Noreturn void out_of_memory(void)
{
	fputs("out of memory\n", stderr);
	exit(EXIT_FAILURE);
}

static void *allocate(struct record_tree *tree, size_t size)
{
	struct record_chunk *chunk = calloc(1, sizeof *chunk + size);
	if (!chunk)
		out_of_memory();
	chunk->next = tree->chunks;
	tree->chunks = chunk;
	return chunk + 1;
}

struct record *record_new(struct record_tree *tree)
{
	struct record *r = allocate(tree, sizeof *r);
	r->tree = tree;
	return r;
}

const struct record_entry *record_find(const struct record *r, struct span name)
{
	for (const struct record_entry *e = r->entries; e; e = e->next)
		if (span_is(name, e->name))
			return e;
	return NULL;
}

const char *record_copy(struct record_tree *tree, const char *text)
{
	size_t size = strlen(text) + 1;
	return memcpy(allocate(tree, size), text, size);
}

static struct record_entry *entry_of(struct record *r, const char *name)
{
	for (struct record_entry *e = r->entries; e; e = e->next)
		if (strcmp(e->name, name) == 0)
			return e;
	struct record_entry *e = allocate(r->tree, sizeof *e);
	e->name = record_copy(r->tree, name);
	e->next = r->entries;
	r->entries = e;
	return e;
}

void record_set(struct record *r, const char *name, const char *format, ...)
{
	char *made;
	va_list args;
	va_start(args, format);
	int len = vasprintf(&made, format, args);
	va_end(args);
	if (len < 0)
		out_of_memory();
	entry_of(r, name)->text = record_copy(r->tree, made);
	free(made);
}

struct record *record_add(struct record *r, const char *name)
{
	struct record_entry *e = entry_of(r, name);
	struct record *added = record_new(r->tree);
	if (e->last)
		e->last->next = added;
	else
		e->first = added;
	e->last = added;
	return added;
}

void record_flag(struct record *r, const char *name, bool is_set)
{
	struct record_entry *e = entry_of(r, name);
	e->first = e->last = is_set ? record_new(r->tree) : NULL;
	if (is_set)
		e->first->is_condition = true;
}

const char *record_text(const struct record_entry *entry)
{
	return entry->text;
}

const struct record *record_list(const struct record_entry *entry)
{
	return entry->first;
}

const char *record_text_of(const struct record *r, const char *name)
{
	return record_text(record_find(r, span_of(name)));
}

const struct record *record_list_of(const struct record *r, const char *name)
{
	return record_list(record_find(r, span_of(name)));
}

void record_tree_fini(struct record_tree *tree)
{
	struct record_chunk *next;
	for (struct record_chunk *chunk = tree->chunks; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	tree->chunks = NULL;
}
