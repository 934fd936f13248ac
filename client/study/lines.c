#include "client/study/lines.h"

size_t lines_count(struct span bytes, bool *is_after_cr)
{
	size_t count = 0;
	bool is_after = *is_after_cr;
	for (size_t i = 0; i < bytes.len; i++) {
		char c = bytes.bytes[i];
		count += c == '\r' || (c == '\n' && !is_after);
		is_after = c == '\r';
	}
	*is_after_cr = is_after;
	return count;
}

size_t lines_end(struct span bytes, size_t from, bool is_end)
{
	for (size_t i = from; i < bytes.len; i++) {
		if (bytes.bytes[i] == '\n')
			return i + 1;
		if (bytes.bytes[i] != '\r')
			continue;
		if (i + 1 < bytes.len)
			return bytes.bytes[i + 1] == '\n' ? i + 2 : i + 1;
		return is_end ? i + 1 : SIZE_MAX;
	}
	return SIZE_MAX;
}
