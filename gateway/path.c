#include "gateway/path.h"

#include <string.h>

#include "common/fnv.h"
#include "gateway/http_text.h"

struct span path_without_last_slash(struct span path)
{
	if (path.len > 1 && path.bytes[path.len - 1] == '/')
		path.len--;
	return path;
}

bool path_has_segment(struct span rest)
{
	return rest.len && *rest.bytes == '/';
}

struct span path_take_segment(struct span *rest)
{
	*rest = span_drop(*rest, 1);
	const char *slash = rest->len ? memchr(rest->bytes, '/', rest->len) : NULL;
	struct span segment = span_first(*rest, slash ? (size_t)(slash - rest->bytes) : rest->len);
	*rest = span_drop(*rest, segment.len);
	return segment;
}

/* Takes the next character, decoded. No literal has what an escape of another character means. */
static char take_char(struct span *segment)
{
	char c = *segment->bytes;
	bool is_escape = c == '%' && http_starts_escape(*segment);
	if (is_escape)
		c = (char)(http_hex_value(segment->bytes[1]) << 4
			   | http_hex_value(segment->bytes[2]));
	*segment = span_drop(*segment, is_escape ? 3 : 1);
	return c;
}

bool path_segment_is(struct span segment, struct span literal)
{
	size_t i = 0;
	if (span_equals(segment, literal))
		return true;
	for (; i < literal.len && segment.len; i++)
		if (take_char(&segment) != literal.bytes[i])
			return false;
	return i == literal.len && segment.len == 0;
}

uint64_t path_segment_hash(uint64_t seed, struct span segment)
{
	uint64_t hash = FNV_START ^ seed;
	while (segment.len) {
		char c = take_char(&segment);
		hash = fnv_mix(hash, &c, 1);
	}
	return hash;
}

bool path_begins_with(struct span path, struct span prefix)
{
	while (path_has_segment(prefix)) {
		struct span literal = path_take_segment(&prefix);
		if (!path_has_segment(path) || !path_segment_is(path_take_segment(&path), literal))
			return false;
	}
	return true;
}
