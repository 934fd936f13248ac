/* A text that is read as a position has two numbers, and is written as the same one. */
#include "common/position.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct position p = { 0 }, again = { 0 };
	struct buf out = { 0 };
	if (!position_of_text((struct span){ (const char *)data, size }, &p))
		return 0;
	position_put_text(&out, p);
	if (p.timeline <= 0 || p.lsn < 0 || !position_of_text(buf_view(&out), &again)
		|| position_is_before(p, again) || position_is_before(again, p))
		__builtin_trap();
	buf_fini(&out);
	return 0;
}
