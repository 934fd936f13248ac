/*
 * json_out: writes MessagePack values as JSON text (RFC 8259) to a buffer.
 *
 * Pure. The input must have passed msg_measure. The output is always one valid JSON value: what
 * JSON cannot express becomes null.
 */
#ifndef COMMON_JSON_OUT_H
#define COMMON_JSON_OUT_H

#include "common/msg.h"

/* A JSON string with its quotes; only the characters that must be escaped are. Input is UTF-8. */
void json_out_text(struct buf *out, struct span text);

/* One MessagePack value. A real gets the fewest digits that read back the same; NaN, infinities and
 * bin become null. A map entry whose key is not a text is dropped. */
void json_out_value(struct buf *out, struct span value);

#endif
