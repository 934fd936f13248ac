#include "schema/generate/model_http.h"

#include <limits.h>
#include <stdio.h>

#include "schema/generate/model.h"

static void put_collection(struct record *root)
{
	const struct record *parent = record_list_of(root, "parent");
	if (parent)
		record_set(root, "collection", "%s/%s/%s", record_text_of(parent, "parent_path"),
			record_text_of(parent, "path_param"),
			record_text_of(parent, "nested_path"));
	else
		record_set(root, "collection", "%s", record_text_of(root, "path"));
}

/* A record with a flag for every verb. */
static void add_operation(struct record *root, const char *list, const struct verb_row *verb)
{
	struct record *operation = record_add(root, list);
	for (const struct verb_row *row = model_verbs; row->name; row++) {
		char name[NAME_MAX];
		(void)snprintf(name, sizeof name, "is_%s", row->name);
		record_flag(operation, name, row == verb);
	}
}

static void put_operations(struct record *root, const struct entity *e)
{
	const unsigned of_lists = VERB_LIST | VERB_CREATE;
	const unsigned of_rows = VERB_GET | VERB_UPDATE | VERB_DELETE;
	record_flag(root, "list_operations", false);
	record_flag(root, "row_operations", false);
	for (const struct verb_row *row = model_verbs; row->name; row++) {
		if (e->verbs & row->verb & of_lists)
			add_operation(root, "list_operations", row);
		if (e->verbs & row->verb & of_rows)
			add_operation(root, "row_operations", row);
	}
}

static void add_taken(struct record *root, const struct record *unique)
{
	struct record *conflict = record_add(root, "conflicts");
	const char *field = record_text_of(unique, "field");
	record_set(conflict, "code", "%s", record_text_of(unique, "code"));
	record_set(conflict, "field", "%s", field);
	record_set(conflict, "message", "%s", record_text_of(unique, "message"));
	record_set(conflict, "details", ", \"details\": { \"%s\": %s }",
		record_text_of(root, "key"), record_text_of(root, "id_example"));
	record_set(conflict, "text", "Another row has this %s; `details` has its id.", field);
}

static void add_deleted(struct record *root, const struct record *parent)
{
	struct record *conflict = record_add(root, "conflicts");
	const char *label = record_text_of(parent, "parent_label");
	record_set(conflict, "code", "%s_DELETED", record_text_of(parent, "PARENT"));
	record_set(conflict, "field", "%s", record_text_of(parent, "name"));
	record_set(conflict, "message", "the %s of the row is deleted: restore it first", label);
	record_set(conflict, "details", "%s", "");
	record_set(conflict, "text", "A restore: the %s of the row is deleted.", label);
}

static void put_conflicts(struct record *root)
{
	const struct record *unique = record_list_of(root, "unique"),
			    *parent = record_list_of(root, "parent");
	record_flag(root, "conflicts", false);
	if (unique)
		add_taken(root, unique);
	if (parent)
		add_deleted(root, parent);
	record_flag(root, "has_conflict", unique || parent);
}

void model_http_describe(struct record *root, const struct entity *e)
{
	put_collection(root);
	put_operations(root, e);
	put_conflicts(root);
	record_flag(root, "has_needed", record_list_of(root, "needed") != NULL);
}
