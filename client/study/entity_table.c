#include "client/study/entity_table.h"

#include "client/study/account.h"
#include "client/study/zone.h"

enum { COLUMN_MAX = 40 };

void entity_table_init(
	struct entity_table *t, const struct entity_style *style, const struct entity_field *fields)
{
	int count = 0;
	*t = (struct entity_table){ .style = *style, .fields = fields };
	for (const struct entity_field *f = fields; f->name && count < TABLE_COLUMNS_MAX; f++)
		t->columns[count++] =
			(struct column){ f->title, f->is_number ? 0 : COLUMN_MAX, f->is_number };
	t->columns[count - 1].max = 0;
	table_init(&t->table, &style->study->out, t->columns, count);
}

void entity_table_add(struct entity_table *t, const struct study_value *row)
{
	const char *cells[TABLE_COLUMNS_MAX] = { NULL };
	struct buf texts[TABLE_COLUMNS_MAX] = { 0 };
	for (int i = 0; i < t->table.count; i++) {
		const struct entity_field *f = &t->fields[i];
		entity_row_text(&texts[i], &t->style, f, study_value_get(row, f->name));
		buf_byte(&texts[i], '\0');
		cells[i] = texts[i].failed ? NULL : texts[i].bytes;
	}
	table_add(&t->table, cells);
	for (int i = 0; i < t->table.count; i++)
		buf_fini(&texts[i]);
}

void entity_table_print(struct entity_table *t)
{
	(void)table_print(&t->table);
}

void entity_table_fini(struct entity_table *t)
{
	table_fini(&t->table);
}

void entity_table_of(const struct entity_style *style, const char *title,
	const struct study_value *rows, const struct entity_field *fields)
{
	const struct terminal *out = &style->study->out;
	struct entity_table table;
	if (study_value_count(rows) == 0)
		return;
	terminal_style(out, STYLE_GOOD);
	fprintf(out->to, "%s\n", title);
	terminal_style(out, STYLE_NONE);
	entity_table_init(&table, style, fields);
	for (size_t i = 0; i < study_value_count(rows); i++)
		entity_table_add(&table, study_value_at(rows, i));
	entity_table_print(&table);
	entity_table_fini(&table);
	fputc('\n', out->to);
}

int entity_table_list(struct pages *pages, const struct entity_field *fields, const char *none)
{
	struct zone *zone = account_zone(pages->study);
	struct entity_style style = { .study = pages->study, .zone = zone };
	struct entity_table table;
	entity_table_init(&table, &style, fields);
	while (pages_next(pages)) {
		for (size_t i = 0; i < study_value_count(pages->data); i++)
			entity_table_add(&table, study_value_at(pages->data, i));
		if (study_value_count(pages->data) > 0) /* a page of a search may be empty */
			entity_table_print(&table);
	}
	if (pages->exit == STUDY_EXIT_DONE && pages->row_count == 0)
		fprintf(pages->study->out.to, "%s\n", none);
	entity_table_fini(&table);
	zone_free(&zone);
	return pages->exit;
}
