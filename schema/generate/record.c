#include "schema/generate/record.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct record_chunk {
	struct record_chunk *next;
	max_align_t bytes[];
};

static void *allocate(struct record_memory *memory, size_t size)
{
	struct record_chunk *chunk = calloc(1, sizeof *chunk + size);
	if (!chunk) {
		(void)fputs("memory exhausted\n", stderr);
		exit(EXIT_FAILURE);
	}
	chunk->next = memory->chunks;
	memory->chunks = chunk;
	return chunk->bytes;
}

void record_memory_free(struct record_memory *memory)
{
	while (memory->chunks) {
		struct record_chunk *chunk = memory->chunks;
		memory->chunks = chunk->next;
		free(chunk);
	}
}

struct record *record_new(struct record_memory *memory)
{
	struct record *r = allocate(memory, sizeof *r);
	r->memory = memory;
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
		e = allocate(r->memory, sizeof *e);
		*e = (struct record_entry){ name, .next = r->entries };
		r->entries = e;
	}
	return e;
}

void record_set(struct record *r, const char *name, const char *text)
{
	struct span value = span_of(text);
	char *copy = allocate(r->memory, value.len + 1);
	if (value.len > 0)
		memcpy(copy, value.bytes, value.len);
	record_own(r, name)->text = copy;
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
