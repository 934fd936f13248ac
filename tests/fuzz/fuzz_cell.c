/* Any bytes of a jsonb or an array become one valid MessagePack value, which becomes valid JSON. */
#include <stdlib.h>

#include "common/json_out.h"
#include "common/json_scan.h"
#include "common/msg.h"
#include "worker/cell.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ensure(bool is_true)
{
	if (!is_true)
		__builtin_trap();
}

/* PostgreSQL's texts are valid UTF-8, so only those of a jsonb are checked. */
static void check(const struct buf *value, enum pg_type type)
{
	struct json_scan scan = { .takes_any = true };
	struct buf json = { 0 };
	struct span whole;
	struct msg_reader in = msg_reader(buf_view(value));
	size_t measured;
	ensure(msg_skip(&in, &whole) == ST_OK && whole.len == value->len);
	if (type == PG_JSONB) {
		ensure(msg_measure(buf_view(value), &measured, NULL) == ST_OK);
		json_out_value(&json, buf_view(value));
		ensure(json_scan(&scan, buf_view(&json), NULL) == ST_OK);
	}
	buf_fini(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum pg_type types[] = { PG_JSONB, PG_TEXT_ARRAY, PG_INT8_ARRAY };
	if (size == 0)
		return 0;
	struct buf out = { 0 };
	enum pg_type type = types[data[0] % 3];
	char *bytes = malloc(size - 1 ? size - 1 : 1); /* so that a read past the end is found */
	if (!bytes)
		abort();
	for (size_t i = 1; i < size; i++)
		bytes[i - 1] = (char)data[i];
	cell_find(type)(&out, bytes, size - 1);
	check(&out, type);
	buf_fini(&out);
	free(bytes);
	return 0;
}
