#include "schema/generate/model_list.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "schema/generate/model_field.h"

void numbering_add(struct numbering *params, const char *type, const char *name_format, ...)
{
	char name[NAME_MAX];
	va_list args;
	va_start(args, name_format);
	(void)vsnprintf(name, sizeof name, name_format, args);
	va_end(args);
	struct record *param = record_add(params->root, params->list);
	record_set(param, "number", "%d", params->next++);
	record_set(param, "type", "%s", type);
	record_set(param, "name", "%s", name);
}

/* Orders. */

/* A column other than the id by which lists are ordered. */
static void add_order_column(struct record *root, const struct entity *e, const char *name)
{
	if (e->key == KEY_INT && strcmp(name, "created_at") == 0)
		return;
	struct record *column = record_add(root, "order_columns");
	const struct field *f = model_field_find(e, name);
	record_set(column, "column", "%s", name);
	record_flag(column, "is_date", f && f->kind == FIELD_DATE);
	record_flag(column, "is_range", e->range && strcmp(e->range, name) == 0);
}

static void add_order(
	struct record *root, const struct entity *e, const char *column, bool is_descending)
{
	struct record *order = record_add(root, "orders");
	const struct field *f = model_field_find(e, column);
	record_set(order, "sort", "%s%s", is_descending ? "-" : "", column);
	record_set(order, "column", "%s", column);
	record_set(order, "direction", "%s", is_descending ? " desc" : "");
	record_set(order, "after", "%s", is_descending ? "<" : ">");
	record_flag(order, "is_descending", is_descending);
	record_flag(order, "is_id", e->key == KEY_INT && strcmp(column, "created_at") == 0);
	record_flag(order, "is_date", f && f->kind == FIELD_DATE);
	record_flag(order, "is_range", e->range && strcmp(column, e->range) == 0);
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
		add_order_column(root, e, *column);
	}
	record_flag(root, "has_order_columns", record_list_of(root, "order_columns") != NULL);
	record_set(root, "default_order", "%s", e->default_order ? e->default_order : "created_at");
}

/* Filters. */

/* The param of a filter: the field of its name, or one of its own kind. */
static struct field param_of(const struct entity *e, const struct filter *filter)
{
	const struct field *f = model_field_find(e, filter->name);
	if (filter->kind == FIELD_SAME && f)
		return (struct field){ f->name, f->kind, 0, f->min, f->max, .of = f->of,
			.choices = f->choices };
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

/* Whether it gives the day of the column that has `from` and `to`. */
static bool is_day(const struct entity *e, const char *name, const char *condition)
{
	return !condition && e->range && strcmp(e->range, name) == 0;
}

static void add_filter(struct record *root, const struct entity *e, const struct field *param,
	const struct filter *filter)
{
	struct record *to = record_add(root, "filters");
	add_source(root, param, filter);
	record_flag(to, "is_day", is_day(e, param->name, filter->condition));
	model_field_describe(to, param);
	record_set(to, "flags", param->flags & FIELD_PARENT ? "PARAM_REQUIRED" : "0");
	record_flag(to, "fallback", false);
	if (filter->condition)
		record_set(to, "condition", "%s", filter->condition);
	else
		record_set(to, "condition", "e.%s = r.%s", param->name, param->name);
}

static void put_filters(struct record *root, const struct entity *e, struct numbering *params)
{
	static const struct filter parent = { 0 }; /* e.NAME = r.NAME */
	for (size_t i = 0; i < e->field_count; i++) {
		if (!(e->fields[i].flags & FIELD_PARENT))
			continue;
		add_filter(root, e, &e->fields[i], &parent);
		numbering_add(
			params, model_field_param_type(&e->fields[i]), "%s", e->fields[i].name);
	}
	for (size_t i = 0; i < e->filter_count; i++) {
		struct field param = param_of(e, &e->filters[i]);
		add_filter(root, e, &param, &e->filters[i]);
		numbering_add(params, model_field_param_type(&param), "%s", param.name);
	}
}

static bool uses(const struct entity *e, const char *what)
{
	for (size_t i = 0; i < e->filter_count; i++)
		if (e->filters[i].condition && strstr(e->filters[i].condition, what))
			return true;
	return false;
}

/* The filters that give the day of the range's column. */
static void add_days(struct record *range, const struct entity *e)
{
	record_flag(range, "days", false);
	for (size_t i = 0; i < e->filter_count; i++) {
		const struct filter *filter = &e->filters[i];
		if (filter->day)
			record_set(record_add(range, "days"), "day", "%s", filter->day);
		else if (is_day(e, filter->name, filter->condition))
			record_set(record_add(range, "days"), "day", "r.%s", filter->name);
	}
}

static void put_range(struct record *root, const struct entity *e, struct numbering *params)
{
	record_flag(root, "range", false);
	if (!e->range)
		return;
	struct record *range = record_add(root, "range");
	record_set(range, "column", "%s", e->range);
	record_flag(range, "is_date", model_field_find(e, e->range)->kind == FIELD_DATE);
	add_days(range, e);
	numbering_add(params, "date", "from");
	numbering_add(params, "date", "to");
}

void model_list_describe(struct record *root, const struct entity *e)
{
	struct numbering params = { root, "list_params", 6 };
	put_orders(root, e);
	put_filters(root, e, &params);
	record_flag(root, "uses_today", uses(e, "r.current_day"));
	record_flag(root, "uses_tag", uses(e, "r.tag_ids"));
	put_range(root, e, &params);
	record_flag(
		root, "has_sources", e->range || e->has_search || record_list_of(root, "sources"));
	record_flag(root, "search", e->has_search);
	record_flag(root, "search_alias", false);
	if (e->search_alias)
		record_set(record_add(root, "search_alias"), "alias", "%s", e->search_alias);
	if (e->has_search)
		numbering_add(&params, "text", "q");
}
