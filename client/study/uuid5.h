/*
 * uuid5: derives an id from a name (RFC 9562 section 5.5), so that importing a row of a file again
 * gives the same session.
 */
#ifndef STUDY_UUID5_H
#define STUDY_UUID5_H

#include <stddef.h>

/* SHA-1 (RFC 3174) of the namespace and the name, with the bits of version 5. */
void uuid5(const unsigned char name_space[16], const char *name, size_t len, unsigned char out[16]);

#endif
