#include "client/value.h"

#include <stdlib.h>
#include <string.h>

/* One block: the root, then the other nodes, then the texts. */
struct tree {
	struct study_value *nodes;
	size_t used;
	char *text;
};

struct size {
	size_t nodes, text;
};

static struct size sum_of(struct span bytes)
{
	struct size sum = { 0, 0 };
	struct msg_reader in = msg_reader(bytes);
	struct msg_token t;
	for (; msg_read(&in, &t) == ST_OK; sum.nodes++)
		if (t.type == MSG_TEXT || t.type == MSG_BIN)
			sum.text += t.text.len + 1;
	return sum;
}

static const char *keep_text(struct tree *tree, struct span text)
{
	char *kept = tree->text;
	if (text.len)
		memcpy(kept, text.bytes, text.len);
	kept[text.len] = '\0';
	tree->text += text.len + 1;
	return kept;
}

static void fill_scalar(struct tree *tree, const struct msg_token *t, struct study_value *v)
{
	static const enum study_type type_table[] = {
		[MSG_NIL] = STUDY_NIL,
		[MSG_BOOL] = STUDY_BOOL,
		[MSG_INT] = STUDY_INT,
		[MSG_UINT] = STUDY_REAL,
		[MSG_REAL] = STUDY_REAL,
		[MSG_TEXT] = STUDY_TEXT,
		[MSG_BIN] = STUDY_BYTES,
		[MSG_ARRAY] = STUDY_ARRAY,
		[MSG_MAP] = STUDY_MAP,
	};
	v->type = type_table[t->type];
	if (t->type == MSG_BOOL)
		v->boolean = t->boolean;
	else if (t->type == MSG_INT)
		v->integer = t->integer;
	else if (t->type == MSG_UINT)
		v->real = (double)t->big;
	else if (t->type == MSG_REAL)
		v->real = t->real;
	else if (t->type == MSG_TEXT || t->type == MSG_BIN) {
		v->count = (uint32_t)t->text.len;
		v->text = keep_text(tree, t->text);
	}
}

/* The recursion ends at MSG_DEPTH_MAX, because msg_measure has checked the depth. */
static bool fill(struct tree *tree, struct msg_reader *in, struct study_value *v)
{
	struct msg_token t;
	if (msg_read(in, &t) != ST_OK)
		return false;
	fill_scalar(tree, &t, v);
	if (t.type != MSG_ARRAY && t.type != MSG_MAP)
		return true;
	size_t children = t.type == MSG_MAP ? 2 * (size_t)t.count : t.count;
	struct study_value *items = tree->nodes + tree->used;
	v->count = t.count;
	v->items = items;
	tree->used += children;
	for (size_t i = 0; i < children; i++) {
		bool is_key = t.type == MSG_MAP && i % 2 == 0;
		if (!fill(tree, in, &items[i]) || (is_key && items[i].type != STUDY_TEXT))
			return false;
	}
	return true;
}

enum study_status value_decode(struct span bytes, struct study_value **out)
{
	struct size sum = sum_of(bytes);
	if (sum.nodes == 0 || sum.nodes > VALUE_NODES_MAX)
		return STUDY_PROTOCOL;
	struct study_value *nodes = calloc(1, sum.nodes * sizeof *nodes + sum.text);
	if (!nodes)
		return STUDY_NO_MEMORY;
	struct tree tree = { nodes, 1, (char *)(nodes + sum.nodes) };
	struct msg_reader in = msg_reader(bytes);
	if (!fill(&tree, &in, nodes)) {
		free(nodes);
		return STUDY_PROTOCOL;
	}
	*out = nodes;
	return STUDY_OK;
}

void study_value_free(struct study_value **root)
{
	free(*root);
	*root = NULL;
}

enum study_type study_value_type(const struct study_value *v)
{
	return v ? v->type : STUDY_ABSENT;
}

bool study_value_is_null(const struct study_value *v)
{
	return !v || v->type == STUDY_NIL;
}

int64_t study_value_int(const struct study_value *v, int64_t fallback)
{
	if (study_value_type(v) == STUDY_INT)
		return v->integer;
	if (study_value_type(v) != STUDY_REAL)
		return fallback;
	bool fits = v->real >= -9223372036854775808.0 && v->real < 9223372036854775808.0;
	return fits && (double)(int64_t)v->real == v->real ? (int64_t)v->real : fallback;
}

double study_value_real(const struct study_value *v, double fallback)
{
	if (study_value_type(v) == STUDY_INT)
		return (double)v->integer;
	return study_value_type(v) == STUDY_REAL ? v->real : fallback;
}

bool study_value_bool(const struct study_value *v, bool fallback)
{
	return study_value_type(v) == STUDY_BOOL ? v->boolean : fallback;
}

static bool has_text(const struct study_value *v)
{
	return study_value_type(v) == STUDY_TEXT || study_value_type(v) == STUDY_BYTES;
}

static bool has_items(const struct study_value *v)
{
	return study_value_type(v) == STUDY_ARRAY || study_value_type(v) == STUDY_MAP;
}

const char *study_value_text(const struct study_value *v, const char *fallback)
{
	return has_text(v) ? v->text : fallback;
}

size_t study_value_length(const struct study_value *v)
{
	return has_text(v) ? v->count : 0;
}

size_t study_value_count(const struct study_value *v)
{
	return has_items(v) ? v->count : 0;
}

const struct study_value *study_value_at(const struct study_value *v, size_t index)
{
	if (!has_items(v) || index >= v->count)
		return NULL;
	return &v->items[v->type == STUDY_MAP ? 2 * index + 1 : index];
}

const char *study_value_key_at(const struct study_value *map, size_t index)
{
	if (study_value_type(map) != STUDY_MAP || index >= map->count)
		return NULL;
	return map->items[2 * index].text;
}

const struct study_value *study_value_get(const struct study_value *map, const char *key)
{
	if (study_value_type(map) != STUDY_MAP)
		return NULL;
	for (size_t i = 0; i < map->count; i++) {
		struct span name = { map->items[2 * i].text, map->items[2 * i].count };
		if (span_is(name, key))
			return &map->items[2 * i + 1];
	}
	return NULL;
}
