/*
 * model: what templates see of the descriptions in schema/entities.
 *
 * A view shows one part of them: an entity, one of its fields, and so on. It has names, each with a
 * text (model_text.c) or with a list of views (schema/entities/lists.c). A name that a view does
 * not have is that of the outer view.
 *
 *	struct view all = { 0 }, entity;
 *	if (view_open(&all, SPAN("entities"), &entity))
 *		while (view_next(&entity))
 *			view_text(&entity, SPAN("table"), &text);
 */
#ifndef SCHEMA_GENERATE_MODEL_H
#define SCHEMA_GENERATE_MODEL_H

#include "common/buf.h"
#include "schema/entities/entities.h"
#include "schema/entities/lists.h"

/* A name with its text. */
struct text {
	const char *name, *text; /* NULL: empty */
	char blank;              /* stands for each _ of the text */
};

/* The text of a condition. */
static inline const char *yes(bool holds)
{
	return holds ? "yes" : "";
}

struct view {
	const struct view *outer;
	const struct entity *entity; /* NULL: all */
	struct field field;          /* a param and an order are also fields. Its kind is 0: none */
	uint64_t facts;              /* of the field */
	struct text texts[2];        /* of a part that has no more */
	bool is_descending;          /* an order */

	/* The list in which it is, and where the list goes on. */
	const struct list *list;
	size_t index;
	bool is_last; /* view_next does not set it */
};

/* NULL: there is no description, or no list, of that name. */
const struct entity *model_entity(struct span name);
const struct list *model_list(struct span name);

/* Whether a field with these facts is in the list. */
bool model_has(const struct list *list, uint64_t facts);

/* Appends the text of a name. False: no view has it. */
bool view_text(const struct view *v, struct span name, struct buf *text);

/* Opens a list, before its first view. False: there is no list of that name. */
bool view_open(const struct view *v, struct span list, struct view *item);

/* Moves to the next view of the list. False: the list has ended. */
bool view_next(struct view *item);

#endif
