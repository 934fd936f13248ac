#include "schema/generate/model_list.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "schema/generate/model_field.h"

void numbering_add(struct numbering *params, const char *type, const char *prefix, const char *name)
{
	struct record *param = record_add(params->root, params->list);
	record_set(param, "number", "%d", params->next++);
	record_set(param, "type", "%s", type);
	record_set(param, "name", "%s%s", prefix, name);
}

static bool is_range(const struct entity *e, const char *column)
{
	return e->range && strcmp(e->range, column) == 0;
}

/* Orders. */

static bool is_id(const struct entity *e, const char *column)
{
	return e->key == KEY_INT && strcmp(column, "created_at") == 0;
}

static struct record *add_column(
	struct record *root, const char *list, const struct entity *e, const char *column)
{
	struct record *r = record_add(root, list);
	const struct field *f = model_field_find(e, column);
	record_set(r, "column", "%s", column);
	record_flag(r, "is_id", is_id(e, column));
	record_flag(r, "is_date", f && f->kind == FIELD_DATE);
	record_flag(r, "is_range", is_range(e, column));
	return r;
}

static void add_order(
	struct record *root, const struct entity *e, const char *column, bool is_descending)
{
	struct record *order = add_column(root, "orders", e, column);
	record_set(order, "sort", "%s%s", is_descending ? "-" : "", column);
	record_set(order, "direction", "%s", is_descending ? " desc" : "");
	record_set(order, "after", "%s", is_descending ? "<" : ">");
	record_flag(order, "is_descending", is_descending);
	for (const char *const *other = e->orders; *other; other++) {
		char name[NAME_MAX];
		(void)snprintf(name, sizeof name, "by_%s", *other);
		record_flag(order, name, *other == column);
	}
}

static void put_orders(struct record *root, const struct entity *e)
{
	for (const char *const *column = e->orders; column && *column; column++) {
		add_order(root, e, *column, false);
		add_order(root, e, *column, true);
		if (!is_id(e, *column))
			(void)add_column(root, "order_columns", e, *column);
	}
	record_set(root, "default_order", "%s", e->default_order ? e->default_order : "created_at");
}

/* Filters. */

/* The param of a filter: the field of its name, or one of its own kind. */
static struct field param_of(const struct entity *e, const struct filter *filter)
{
	const struct field *f = model_field_find(e, filter->name);
	if (filter->kind == FIELD_SAME && f)
		return (struct field){ f->name, f->kind, f->flags & FIELD_PARENT, f->min, f->max,
			.of = f->of, .choices = f->choices };
	return (struct field){ filter->name, filter->kind, 0, filter->min, filter->max,
		.choices = filter->choices };
}

/* A filter by which an index finds rows. */
static void add_source(struct record *root, const struct field *param, const struct filter *filter)
{
	const char *condition = filter->condition;
	bool is_element = condition && strstr(condition, "@>");
	bool is_indexed = filter->is_indexed || (!condition && param->kind == FIELD_REFERENCE);
	if (!is_element && !is_indexed)
		return;
	struct record *source = record_add(root, "sources");
	record_set(source, "name", "%s", param->name);
	record_flag(source, "is_element", is_element);
	record_set(source, "condition", "%s", is_element ? condition : "");
}

static void add_filter(struct record *root, const struct entity *e, const struct filter *filter,
	struct numbering *params)
{
	struct field param = param_of(e, filter);
	struct record *to = record_add(root, "filters");
	add_source(root, &param, filter);
	model_field_describe(to, &param);
	/* whether it gives the day of the column that has `from` and `to` */
	record_flag(to, "is_day", !filter->condition && is_range(e, param.name));
	record_set(to, "flags", param.flags & FIELD_PARENT ? "PARAM_REQUIRED" : "0");
	record_set(to, "condition", "e.%s = r.%s", param.name, param.name);
	if (filter->condition)
		record_set(to, "condition", "%s", filter->condition);
	numbering_add(params, model_field_param_type(&param), "", param.name);
}

static void put_filters(struct record *root, const struct entity *e, struct numbering *params)
{
	for (size_t i = 0; i < e->field_count; i++) {
		const struct filter parent = { e->fields[i].name }; /* e.NAME = r.NAME */
		if (e->fields[i].flags & FIELD_PARENT)
			add_filter(root, e, &parent, params);
	}
	for (size_t i = 0; i < e->filter_count; i++)
		add_filter(root, e, &e->filters[i], params);
}

static bool uses(const struct entity *e, const char *what)
{
	for (size_t i = 0; i < e->filter_count; i++)
		if (e->filters[i].condition && strstr(e->filters[i].condition, what))
			return true;
	return false;
}

/* With the filters that give the day of the range's column. */
static void put_range(struct record *root, const struct entity *e, struct numbering *params)
{
	if (!e->range)
		return;
	struct record *range = add_column(root, "range", e, e->range);
	record_list(range, "days");
	for (size_t i = 0; i < e->filter_count; i++) {
		const struct filter *filter = &e->filters[i];
		if (filter->day)
			record_set(record_add(range, "days"), "day", "%s", filter->day);
		else if (!filter->condition && is_range(e, filter->name))
			record_set(record_add(range, "days"), "day", "r.%s", filter->name);
	}
	numbering_add(params, "date", "", "from");
	numbering_add(params, "date", "", "to");
}

void model_list_describe(struct record *root, const struct entity *e)
{
	struct numbering params = { root, "list_params", 6 };
	put_orders(root, e);
	put_filters(root, e, &params);
	put_range(root, e, &params);
	record_flag(root, "uses_today", uses(e, "r.current_day"));
	record_flag(root, "uses_tag", uses(e, "r.tag_ids"));
	record_flag(root, "has_sources", e->range || e->has_search || record_has(root, "sources"));
	record_flag(root, "search", e->has_search);
	record_set(root, "search_alias", "%s", e->search_alias ? e->search_alias : "");
	if (e->has_search)
		numbering_add(&params, "text", "", "q");
}
