#include "schema/generate/record.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct record_chunk {
	struct record_chunk *next;
};

static void *checked(void *allocated)
{
	if (allocated)
		return allocated;
	fputs("out of memory\n", stderr);
	exit(EXIT_FAILURE);
}

static void *allocate(struct record_tree *tree, size_t size)
{
	struct record_chunk *chunk = checked(calloc(1, sizeof *chunk + size));
	chunk->next = tree->chunks;
	tree->chunks = chunk;
	return chunk + 1;
}

char *record_copy(struct record_tree *tree, struct span text)
{
	char *copy = allocate(tree, text.len + 1);
	return text.len ? memcpy(copy, text.bytes, text.len) : copy;
}

struct record *record_new(struct record_tree *tree)
{
	struct record *r = allocate(tree, sizeof *r);
	r->tree = tree;
	return r;
}

const struct record_entry *record_find(const struct record *r, struct span name)
{
	const struct record_entry *e = r->entries;
	while (e && !span_is(name, e->name))
		e = e->next;
	return e;
}

bool record_has(const struct record *r, const char *name)
{
	const struct record_entry *e = record_find(r, span_of(name));
	return e && (e->text ? *e->text != '\0' : e->first != NULL);
}

struct record_entry *record_list(struct record *r, const char *name)
{
	struct record_entry *e = r->entries;
	while (e && strcmp(e->name, name) != 0)
		e = e->next;
	if (e)
		return e;
	e = allocate(r->tree, sizeof *e);
	e->name = record_copy(r->tree, span_of(name));
	e->next = r->entries;
	return r->entries = e;
}

void record_set(struct record *r, const char *name, const char *format, ...)
{
	char *made = NULL;
	va_list args;
	va_start(args, format);
	int len = vasprintf(&made, format, args);
	va_end(args);
	record_list(r, name)->text = record_copy(r->tree, span_of(len < 0 ? checked(NULL) : made));
	free(made);
}

void record_flag(struct record *r, const char *name, bool is_set)
{
	record_set(r, name, "%s", is_set ? "yes" : "");
}

struct record *record_add(struct record *r, const char *name)
{
	struct record_entry *e = record_list(r, name);
	struct record *added = record_new(r->tree);
	if (e->last)
		e->last->next = added;
	else
		e->first = added;
	return e->last = added;
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
