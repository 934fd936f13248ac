#include "gateway/admission.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "common/service.h"
#include "gateway/connection.h"

/* Freed with its last connection. */
struct admission_group {
	struct address_group key; /* first: the tree compares it */
	size_t count;
	struct admission_list idle;
};

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct address_group));
}

static struct admission_group *new_group(struct admission *a, struct address_group key)
{
	struct admission_group *group = calloc(1, sizeof *group);
	if (!group)
		return NULL;
	group->key = key;
	TAILQ_INIT(&group->idle);
	if (!tsearch(group, &a->groups, compare)) {
		free(group);
		return NULL;
	}
	return group;
}

static struct admission_group *group_of(struct admission *a, const union address *from)
{
	struct address_group key = address_group(from);
	struct admission_group **found = tfind(&key, &a->groups, compare);
	return found ? *found : new_group(a, key);
}

static void drop_empty(struct admission *a, struct admission_group *group)
{
	if (group->count > 0)
		return;
	tdelete(group, &a->groups, compare);
	free(group);
}

void admission_open(struct admission *a)
{
	TAILQ_INIT(&a->idle);
}

static bool make_room(struct admission *a, struct connection *idle)
{
	if (!idle || service_now_ms() - idle->admission.idle_ms < a->min_idle_ms)
		return false;
	a->counts->made_room++;
	a->on_make_room(idle);
	return true;
}

bool admission_has_room(const struct admission *a)
{
	return a->counts->connections < a->max;
}

bool admission_make_room(struct admission *a)
{
	return make_room(a, TAILQ_FIRST(&a->idle));
}

/* Making room may free the group, so it is looked up again. */
static struct admission_group *share(struct admission *a, const union address *from)
{
	struct admission_group *group = group_of(a, from);
	if (!group || group->count < a->share_max)
		return group;
	if (make_room(a, TAILQ_FIRST(&group->idle)))
		return group_of(a, from);
	a->counts->over_share++;
	return NULL;
}

bool admission_enter(struct admission *a, struct connection *c, const union address *from)
{
	c->admission = (struct admission_entry){ .group = NULL };
	if (a->share_max > 0 && !address_is_local(from)) {
		c->admission.group = share(a, from);
		if (!c->admission.group)
			return false;
		c->admission.group->count++;
	}
	a->counts->connections++;
	return true;
}

void admission_leave(struct admission *a, struct connection *c)
{
	struct admission_group *group = c->admission.group;
	admission_set_idle(a, c, false);
	a->counts->connections--;
	if (!group)
		return;
	group->count--;
	drop_empty(a, group);
	c->admission.group = NULL;
}

void admission_set_idle(struct admission *a, struct connection *c, bool is_idle)
{
	struct admission_entry *entry = &c->admission;
	struct admission_group *group = entry->group;
	if (is_idle == entry->is_idle)
		return;
	entry->is_idle = is_idle;
	if (is_idle) {
		entry->idle_ms = service_now_ms();
		TAILQ_INSERT_TAIL(&a->idle, c, admission.link);
		if (group)
			TAILQ_INSERT_TAIL(&group->idle, c, admission.link_in_group);
	} else {
		TAILQ_REMOVE(&a->idle, c, admission.link);
		if (group)
			TAILQ_REMOVE(&group->idle, c, admission.link_in_group);
	}
}
