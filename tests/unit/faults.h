/*
 * faults: makes an allocation of this program fail.
 *
 * Counts what the program's own objects allocate (the linker's --wrap) and what libevent does
 * (faults_use_for_events). Other shared libraries are not touched: ZeroMQ aborts without memory.
 *
 *	for (size_t n = 1;; n++) {
 *		faults_arm(n, FAULTS_ONE);
 *		...
 *		if (!faults_disarm())
 *			break; // there are not so many
 *	}
 */
#ifndef TESTS_UNIT_FAULTS_H
#define TESTS_UNIT_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

enum faults_mode { FAULTS_ONE, FAULTS_ALL_FROM_THERE };

/* The n-th allocation from now on fails, from 1 on. Counting stops while it is paused. */
void faults_arm(size_t n, enum faults_mode mode);
void faults_pause(void);
void faults_resume(void);

/* True: an allocation has failed since faults_arm. */
bool faults_disarm(void);

size_t faults_live(void); /* blocks that are allocated */

/* Before libevent is used. */
void faults_use_for_events(void);

#endif
