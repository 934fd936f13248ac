#include "common/byte_gauge.h"

#include <stdatomic.h>
#include <stdlib.h>

struct byte_gauge {
	atomic_size_t bytes;
	atomic_size_t references; /* the owner, each message and each gauge whose `whole` it is */
	struct byte_gauge *whole; /* NULL: none */
};

struct gauged_bytes {
	struct byte_gauge *gauge;
	size_t len;
};

struct byte_gauge *byte_gauge_new(struct byte_gauge *whole)
{
	struct byte_gauge *g = malloc(sizeof *g);
	if (!g)
		return NULL;
	atomic_init(&g->bytes, 0);
	atomic_init(&g->references, 1);
	g->whole = whole;
	if (whole)
		atomic_fetch_add(&whole->references, 1);
	return g;
}

size_t byte_gauge_bytes(const struct byte_gauge *g)
{
	return atomic_load_explicit(&g->bytes, memory_order_relaxed);
}

static void release(struct byte_gauge *g)
{
	while (g && atomic_fetch_sub(&g->references, 1) == 1) {
		struct byte_gauge *whole = g->whole;
		free(g);
		g = whole;
	}
}

struct gauged_bytes *byte_gauge_begin(struct byte_gauge *g, size_t bytes)
{
	struct gauged_bytes *gauged = malloc(sizeof *gauged);
	if (!gauged)
		return NULL;
	*gauged = (struct gauged_bytes){ g, bytes };
	atomic_fetch_add(&g->references, 1);
	for (; g; g = g->whole)
		atomic_fetch_add(&g->bytes, bytes);
	return gauged;
}

void byte_gauge_done(void *bytes, void *arg)
{
	struct gauged_bytes *gauged = arg;
	free(bytes);
	if (!gauged)
		return;
	for (struct byte_gauge *g = gauged->gauge; g; g = g->whole)
		atomic_fetch_sub(&g->bytes, gauged->len);
	release(gauged->gauge);
	free(gauged);
}

void byte_gauge_free(struct byte_gauge **g)
{
	release(*g);
	*g = NULL;
}
