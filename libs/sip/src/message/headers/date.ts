import { headerType } from "./header-type.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const RFC1123 = /^(\w{3}), +(\d{2}) (\w{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/;

/** RFC 3261 §20.17: RFC 1123 dates, GMT alone (RFC 4475 §3.1.2.12). */
function parse(text: string): Date | undefined {
  const [, weekday = "", day, month = "", year, hour, minute, second] = RFC1123.exec(text) ?? [];
  const at = Date.UTC(
    Number(year),
    MONTHS.indexOf(month),
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  const isReal = !Number.isNaN(at) && MONTHS.includes(month) && DAYS.includes(weekday);
  // `Date.UTC` takes 31 June for 1 July.
  return isReal && new Date(at).getUTCDate() === Number(day) ? new Date(at) : undefined;
}

export const DATE = headerType<Date>("Date", parse, (date) => date.toUTCString());
