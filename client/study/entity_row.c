#include "client/study/entity_row.h"

#include <string.h>

#include "client/study/glyph.h"
#include "client/study/zone.h"
#include "common/date.h"
#include "common/utf8.h"

enum { CAPTION_SIZE = 200, MICROSECONDS = 1000000 };

/* Values. */

static void put_scalar(struct buf *out, const struct study_value *value)
{
	char *json = NULL;
	switch (study_value_type(value)) {
	case STUDY_TEXT:
		buf_text(out, study_value_text(value, ""));
		break;
	case STUDY_BOOL:
		buf_text(out, study_value_bool(value, false) ? "yes" : "no");
		break;
	case STUDY_INT:
	case STUDY_REAL:
		if (study_value_to_json(value, &json) == STUDY_OK)
			buf_text(out, json);
		study_text_free(&json);
		break;
	default:
		break;
	}
}

/* An element of a list: a value, or an object as its values. */
static void put_element(struct buf *out, const struct study_value *value)
{
	if (study_value_type(value) != STUDY_MAP) {
		put_scalar(out, value);
		return;
	}
	for (size_t i = 0; i < study_value_count(value); i++) {
		const struct study_value *member = study_value_at(value, i);
		if (study_value_is_null(member))
			continue;
		buf_text(out, i > 0 ? "  " : "");
		put_scalar(out, member);
	}
}

/* "2026-11-21 08:04" in the zone, or "2026-11-21 08:04Z". */
static void put_instant(struct buf *out, const struct zone *zone, const char *text)
{
	char local[INSTANT_TEXT_LEN];
	int64_t us;
	if (!instant_parse(span_of(text), &us)) {
		buf_text(out, text);
		return;
	}
	if (zone)
		us += zone_offset(zone, us / MICROSECONDS) * MICROSECONDS;
	instant_format(us, local);
	buf_put(out, local, DATE_TEXT_LEN);
	buf_byte(out, ' ');
	buf_put(out, local + DATE_TEXT_LEN + 1, TIME_TEXT_LEN);
	buf_text(out, zone ? "" : "Z");
}

/* TEXT:TEXT, as its option takes it. */
static void put_object(struct buf *out, const struct option *items, const struct study_value *value)
{
	for (int i = 0; items[i].name; i++) {
		const struct study_value *member = study_value_get(value, items[i].param);
		if (i > 0 && !study_value_is_null(member))
			buf_byte(out, ':');
		put_scalar(out, member);
	}
}

static const struct option *items_of(const struct entity *entity, const struct entity_field *field)
{
	static const struct option none = { 0 };
	for (const struct option *o = entity ? entity->changes : &none; o->name; o++)
		if (o->items && strcmp(o->param, field->name) == 0)
			return o->items;
	return NULL;
}

/* The elements of a list, with the separator between them. */
static void put_list(struct buf *out, const struct option *items, const struct study_value *value,
	const char *separator)
{
	for (size_t i = 0; i < study_value_count(value); i++) {
		buf_text(out, i > 0 ? separator : "");
		if (items)
			put_object(out, items, study_value_at(value, i));
		else
			put_element(out, study_value_at(value, i));
	}
}

void entity_row_text(struct buf *out, const struct entity_style *style,
	const struct entity_field *field, const struct study_value *value)
{
	if (study_value_type(value) == STUDY_ARRAY)
		put_list(out, items_of(style->entity, field), value, ", ");
	else if (field->is_instant)
		put_instant(out, style->zone, study_value_text(value, ""));
	else
		put_scalar(out, value);
}

void entity_row_caption(const struct entity_style *style, const struct study_value *row)
{
	const struct terminal *terminal = &style->study->out;
	struct buf id = { 0 };
	char caption[CAPTION_SIZE] = "";
	const char *text = study_value_text(study_value_get(row, style->entity->caption), "");
	utf8_show(text, strlen(text), caption, sizeof caption);
	put_scalar(&id, study_value_get(row, "id"));
	buf_byte(&id, '\0');
	fprintf(terminal->to, "%s ", style->entity->label);
	terminal_style(terminal, STYLE_BOLD);
	terminal_text(terminal, id.failed ? "?" : id.bytes);
	terminal_style(terminal, STYLE_NONE);
	if (*caption) {
		fputs(": ", terminal->to);
		terminal_text(terminal, caption);
	}
	fputc('\n', terminal->to);
	buf_fini(&id);
}

/* All fields. */

static int title_width(const struct entity *entity)
{
	int width = 0;
	for (const struct entity_field *f = entity->fields; f->name; f++) {
		int columns = glyph_columns(f->title, true);
		width = columns > width ? columns : width;
	}
	return width;
}

/* Prints each line of the text on a line of its own, below the first one. */
static void print_lines(const struct terminal *terminal, char *text, int indent)
{
	char *rest = text;
	for (bool is_first = true; rest; is_first = false) {
		char *line = strsep(&rest, "\n");
		if (!is_first && *line)
			fprintf(terminal->to, "%*s", indent, "");
		terminal_text(terminal, line);
		fputc('\n', terminal->to);
	}
}

/* The elements of a list of objects are lines. */
static void put_shown(struct buf *out, const struct entity_style *style,
	const struct entity_field *f, const struct study_value *value)
{
	bool has_objects = study_value_type(value) == STUDY_ARRAY
			   && study_value_type(study_value_at(value, 0)) == STUDY_MAP;
	if (has_objects)
		put_list(out, items_of(style->entity, f), value, "\n");
	else
		entity_row_text(out, style, f, value);
}

void entity_row_show(const struct entity_style *style, const struct study_value *row)
{
	const struct terminal *terminal = &style->study->out;
	int width = title_width(style->entity);
	for (const struct entity_field *f = style->entity->fields; f->name; f++) {
		struct buf text = { 0 };
		put_shown(&text, style, f, study_value_get(row, f->name));
		bool is_empty = text.len == 0;
		buf_byte(&text, '\0');
		if (!is_empty && !text.failed) {
			terminal_style(terminal, STYLE_BOLD);
			terminal_left(terminal, f->title, width);
			terminal_style(terminal, STYLE_NONE);
			fputs("  ", terminal->to);
			print_lines(terminal, text.bytes, width + 2);
		}
		buf_fini(&text);
	}
}
