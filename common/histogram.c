#include "common/histogram.h"

#include "common/msg.h"

/* Most values are in the first buckets, so this is faster than a binary search. */
static size_t bucket_of(const struct histogram_shape *shape, uint64_t value)
{
	size_t i = 0;
	while (i < shape->count && value > shape->bounds[i])
		i++;
	return i;
}

void histogram_add(struct histogram *h, const struct histogram_shape *shape, int64_t value)
{
	uint64_t counted = value > 0 ? (uint64_t)value : 0;
	h->buckets[bucket_of(shape, counted)]++;
	h->sum += counted;
}

uint64_t histogram_count(const struct histogram *h, const struct histogram_shape *shape)
{
	uint64_t count = 0;
	for (size_t i = 0; i <= shape->count; i++)
		count += h->buckets[i];
	return count;
}

void histogram_put(struct buf *out, const struct histogram_shape *shape, const struct histogram *h)
{
	msg_put_array(out, (uint32_t)shape->count + 2);
	msg_put_int(out, (int64_t)h->sum);
	for (size_t i = 0; i <= shape->count; i++)
		msg_put_int(out, (int64_t)h->buckets[i]);
}

static bool read_count(struct msg_reader *in, uint64_t *out)
{
	struct msg_token token;
	if (msg_read(in, &token) != ST_OK || token.type != MSG_INT || token.integer < 0)
		return false;
	*out = (uint64_t)token.integer;
	return true;
}

bool histogram_read(struct span bytes, const struct histogram_shape *shape, struct histogram *h)
{
	struct msg_reader in = msg_reader(bytes);
	struct msg_token array;
	struct histogram read = { 0 };
	if (msg_read(&in, &array) != ST_OK || array.type != MSG_ARRAY
		|| array.count != shape->count + 2 || !read_count(&in, &read.sum))
		return false;
	for (size_t i = 0; i <= shape->count; i++)
		if (!read_count(&in, &read.buckets[i]))
			return false;
	*h = read;
	return true;
}
