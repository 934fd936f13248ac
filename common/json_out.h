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

/* The fewest digits that read back the same; null for NaN and the infinities. */
void json_out_real(struct buf *out, double real);

/* One MessagePack value; bin becomes null. A map entry whose key is not a text is dropped. */
void json_out_value(struct buf *out, struct span value);

/* The same for a value whose first token was read. */
void json_out_token(struct buf *out, const struct msg_token *first, struct msg_reader *in);

/* The same for the elements of an array whose header was read: with commas, without brackets. */
void json_out_elements(struct buf *out, uint32_t count, struct msg_reader *in);

/* The start of a member of an object: '{' or ',', the key, a colon. */
void json_out_key(struct buf *out, char separator, struct span key);

#endif
