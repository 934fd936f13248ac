#include "tests/unit/pool_sim.h"

#include <stdlib.h>

unsigned sim_dice(struct sim *s, unsigned sides)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return (unsigned)(s->random >> 33) % sides;
}

bool sim_happens(struct sim *s, unsigned one_in)
{
	return one_in > 0 && sim_dice(s, one_in) == 0;
}

static bool is_before(const struct message *a, const struct message *b)
{
	return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->order < b->order;
}

static void swap(struct sim *s, size_t a, size_t b)
{
	struct message *m = s->heap[a];
	s->heap[a] = s->heap[b];
	s->heap[b] = m;
}

/* The network is a heap of messages, ordered by time. */
void sim_put_back(struct sim *s, struct message *m)
{
	size_t i = s->messages++;
	s->heap[i] = m;
	for (; i > 0 && is_before(s->heap[i], s->heap[(i - 1) / 2]); i = (i - 1) / 2)
		swap(s, i, (i - 1) / 2);
}

static void push(struct sim *s, const struct message *what)
{
	if (s->messages == MESSAGES || sim_happens(s, s->profile->lost)) {
		s->dropped++;
		return;
	}
	struct message *m = malloc(sizeof *m);
	ck_assert_ptr_nonnull(m);
	*m = *what;
	m->order = s->orders++;
	m->due_ms = s->now_ms + 1;
	if (s->profile->slow) /* else messages keep their order, as on one connection */
		m->due_ms +=
			sim_dice(s, 3) + (sim_happens(s, s->profile->slow) ? sim_dice(s, 2000) : 0);
	sim_put_back(s, m);
}

void sim_post(struct sim *s, const struct message *m)
{
	push(s, m);
	if (sim_happens(s, s->profile->doubled))
		push(s, m);
}

struct message *sim_pop(struct sim *s)
{
	struct message *first = s->heap[0];
	s->heap[0] = s->heap[--s->messages];
	for (size_t i = 0, least;; i = least) {
		least = i;
		for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < s->messages; child++)
			if (is_before(s->heap[child], s->heap[least]))
				least = child;
		if (least == i)
			return first;
		swap(s, i, least);
	}
}
