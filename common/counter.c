#include "common/counter.h"

#include <assert.h>
#include <string.h>

#include "common/msg.h"

void counter_sources_add(
	struct counter_sources *sources, const struct counter_table *table, const void *counts)
{
	assert(sources->count < COUNTER_SOURCES_MAX);
	sources->items[sources->count++] = (struct counter_source){ table, counts };
}

uint64_t counter_value(const struct counter *c, const void *counts)
{
	uint64_t value;
	memcpy(&value, (const char *)counts + c->offset, sizeof value);
	return value;
}

void counter_put_map(struct buf *out, const struct counter_table *table, const void *counts)
{
	msg_put_map(out, (uint32_t)table->count);
	for (size_t i = 0; i < table->count; i++) {
		msg_put_key(out, table->rows[i].name);
		msg_put_int(out, (int64_t)counter_value(&table->rows[i], counts));
	}
}

void counter_each(const struct counter_sources *sources, counter_visit on_counter, void *arg)
{
	for (size_t i = 0; i < sources->count; i++) {
		const struct counter_source *source = &sources->items[i];
		const struct counter_table *table = source->table;
		for (size_t row = 0; row < table->count; row++)
			on_counter(arg, table, &table->rows[row],
				counter_value(&table->rows[row], source->counts));
	}
}
