#include "tests/unit/faults.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>

static struct {
	size_t left; /* 0: none fails */
	enum faults_mode mode;
	bool is_counting, has_failed;
} armed;

static size_t live;

/* Names that the linker provides. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);

static bool fails(void)
{
	if (!armed.is_counting || armed.left == 0)
		return false;
	if (armed.left > 1) {
		armed.left--;
		return false;
	}
	if (armed.mode == FAULTS_ONE)
		armed.left = 0;
	armed.has_failed = true;
	errno = ENOMEM;
	return true;
}

void *__wrap_malloc(size_t size)
{
	void *made = fails() ? NULL : __real_malloc(size);
	live += made != NULL;
	return made;
}

void *__wrap_calloc(size_t count, size_t size)
{
	void *made = fails() ? NULL : __real_calloc(count, size);
	live += made != NULL;
	return made;
}

void *__wrap_realloc(void *block, size_t size)
{
	void *made = fails() ? NULL : __real_realloc(block, size);
	live += made != NULL && block == NULL;
	return made;
}

void __wrap_free(void *block)
{
	live -= block != NULL;
	__real_free(block);
}

void faults_arm(size_t n, enum faults_mode mode)
{
	armed.left = n;
	armed.mode = mode;
	armed.has_failed = false;
}

void faults_pause(void)
{
	armed.is_counting = false;
}

void faults_resume(void)
{
	armed.is_counting = true;
}

bool faults_disarm(void)
{
	armed.left = 0;
	armed.is_counting = false;
	return armed.has_failed;
}

size_t faults_live(void)
{
	return live;
}

void faults_use_for_events(void)
{
	event_set_mem_functions(__wrap_malloc, __wrap_realloc, __wrap_free);
}
