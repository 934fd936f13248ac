/* Every method accepts a valid message or refuses it with a reason; lists become valid JSON. */
#include <stdlib.h>

#include "common/json_scan.h"
#include "common/params.h"
#include "tests/unit/every_kind.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_json(struct span list)
{
	struct json_scan scan = { 0 };
	struct buf object = { 0 };
	buf_text(&object, "{\"list\":");
	buf_span(&object, list);
	buf_byte(&object, '}');
	if (json_scan(&scan, buf_view(&object), NULL) != ST_OK)
		__builtin_trap();
	buf_fini(&object);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct span params = { (const char *)data + 1, size - 1 };
	size_t row = data[0] % (method_count() + 1);
	const struct method *m = row ? method_at(row - 1) : &every_kind;
	struct buf names = { 0 };
	struct fail why = { 0 };
	size_t measured;
	if (msg_measure(params, &measured, &why) != ST_OK)
		return 0;
	params.len = measured;
	struct param_value *values = calloc(m->param_count + 1, sizeof *values);
	enum status st = params_decode(m, params, values, &names, &why);
	if (st != ST_OK && !why.text[0])
		__builtin_trap();
	for (size_t i = 0; st == ST_OK && i < m->param_count; i++)
		if (param_is_list(&m->params[i]) && !values[i].is_null)
			check_json(values[i].text);
	buf_fini(&names);
	free(values);
	return 0;
}
