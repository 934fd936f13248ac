/* Any checked value is judged for every method, without a crash and with a reason if refused. */
#include <stdlib.h>

#include "common/params.h"
#include "tests/unit/every_kind.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct span params = { (const char *)data + 1, size - 1 };
	const struct method *m = method_at(data[0] % (method_count() + 1));
	if (!m)
		m = &every_kind;
	struct buf names = { 0 };
	struct fail why = { 0 };
	size_t measured;
	if (msg_measure(params, &measured, &why) != ST_OK)
		return 0;
	params.len = measured;
	struct param_value *values = calloc(m->param_count + 1, sizeof *values);
	if (params_decode(m, params, values, &names, &why) != ST_OK && !why.text[0])
		__builtin_trap();
	buf_fini(&names);
	free(values);
	return 0;
}
