#include "gateway/positions.h"

static size_t slot_of(int64_t account)
{
	/* Fibonacci hashing: the ids of accounts are consecutive. */
	return (size_t)(((uint64_t)account * 0x9e3779b97f4a7c15) >> 32) % POSITIONS_ACCOUNTS;
}

uint64_t positions_start_write(struct positions *p)
{
	return ++p->writes;
}

void positions_raise_floor(struct positions *p, struct position position)
{
	position_advance(&p->floor, position);
	position_advance(&p->newest, position);
}

static void remember(struct positions *p, int64_t account, struct position position)
{
	struct positions_entry *entry = &p->entries[slot_of(account)];
	if (entry->account != account)
		position_advance(&p->floor, entry->position);
	if (entry->account != account)
		*entry = (struct positions_entry){ .account = account };
	position_advance(&entry->position, position);
	position_advance(&p->newest, position);
}

static void forget(struct positions *p)
{
	p->is_known = false;
	p->unknown_writes = p->writes;
}

void positions_end_write(struct positions *p, const struct positions_write *write)
{
	p->has_last = position_is_set(write->position);
	if (!p->has_last) {
		forget(p);
		return;
	}
	bool begins = !p->is_known && write->succeeded && write->number > p->unknown_writes;
	if (begins || write->account == 0)
		positions_raise_floor(p, write->position);
	else
		remember(p, write->account, write->position);
	p->is_known |= begins;
}

struct position positions_after_write(const struct positions *p)
{
	return p->has_last ? p->newest : (struct position){ 0 };
}

struct position positions_of_read(const struct positions *p, int64_t account, struct position asked)
{
	struct position found = p->floor;
	if (!p->is_known || position_is_before(p->newest, asked))
		return (struct position){ 0 };
	const struct positions_entry *entry = &p->entries[slot_of(account)];
	if (entry->account == account)
		position_advance(&found, entry->position);
	position_advance(&found, asked);
	return found;
}
