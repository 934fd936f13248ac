/*
 * faults: makes an allocation of this program fail.
 *
 * It counts the allocations of the program's own objects (the linker's --wrap) and of libevent
 * (faults_use_for_events). It does not affect other shared libraries: ZeroMQ aborts without memory.
 *
 *	for (size_t n = 1;; n++) {
 *		faults_arm(n, FAULTS_ONE);
 *		...
 *		if (!faults_disarm())
 *			break; // there are fewer than n allocations
 *	}
 */
#ifndef TESTS_UNIT_FAULTS_H
#define TESTS_UNIT_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

enum faults_mode { FAULTS_ONE, FAULTS_ALL_FROM_THERE };

/* Makes the n-th allocation from now fail; n begins with 1. Counting stops while it is paused. */
void faults_arm(size_t n, enum faults_mode mode);
void faults_pause(void);
void faults_resume(void);

/* True if an allocation has failed since faults_arm. */
bool faults_disarm(void);

size_t faults_live(void); /* allocated blocks */

/* Call it before libevent is used. */
void faults_use_for_events(void);

#endif
