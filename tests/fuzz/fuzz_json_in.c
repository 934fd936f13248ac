/* Any bytes are accepted as an object or refused with a reason. An accepted object becomes one
 * whole MessagePack map, and this map becomes a JSON object again. */
#include "common/json_out.h"
#include "common/json_scan.h"
#include "common/msg.h"
#include "gateway/json_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_params(const struct json_in *json, const struct method *m, bool is_strict)
{
	struct buf params = { 0 }, text = { 0 };
	struct json_scan scan = { 0 };
	struct fail why = { 0 };
	size_t measured;
	struct json_in_rules rules = { m, is_strict, NULL };
	struct param_writer writer = param_writer_open(&params, &why);
	enum status st = json_in_put_params(json, &rules, &writer);
	param_writer_close(&writer);
	if (st != ST_OK && (!is_strict || !why.text[0]))
		__builtin_trap();
	if (msg_measure(buf_view(&params), &measured, NULL) != ST_OK || measured != params.len)
		__builtin_trap();
	json_out_value(&text, buf_view(&params));
	if (json_scan(&scan, buf_view(&text), &why) != ST_OK)
		__builtin_trap();
	buf_fini(&params);
	buf_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_in *json = NULL;
	struct fail why = { 0 };
	if (size == 0)
		return 0;
	struct span body = { (const char *)data + 1, size - 1 };
	const struct method *m = method_at(data[0] % method_count());
	if (json_in_parse(body, &json, &why) != ST_OK) {
		if (!why.text[0])
			__builtin_trap();
		return 0;
	}
	check_params(json, m, true);
	check_params(json, m, false);
	json_in_free(&json);
	return 0;
}
