/** A header field to be sent: name and value, neither with a line end. */
export type HeaderField = readonly [name: string, value: string];
