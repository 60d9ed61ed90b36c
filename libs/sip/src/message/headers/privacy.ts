import { isToken } from "../token.ts";
import { headerType } from "./header-type.ts";

/** Services asked for: `header`, `session`, `user`, `none`, `critical` (RFC 3323 §4.2), `id`, `history`; lower case. */
export const PRIVACY = headerType<readonly string[]>(
  "Privacy",
  (text) => {
    // A semicolon parts them; some senders write a comma.
    const values = text.split(/[;,]/).map((value) => value.trim().toLowerCase());
    return values.every(isToken) ? values : undefined;
  },
  (values) => values.join(";"),
);
