/* Calendar without Date, which the core may not use: "22 Nov 2026 10:00:00.123" in UTC. */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY_MS = 86_400_000;
/** 400 years always have the same number of days. */
const ERA_DAYS = 146_097;

/** Year, month (1..12) and day of a day counted from 1970-01-01. Years are counted from March, so that
 *  the leap day is the last of its year and months have a regular pattern of lengths. */
export function civilDate(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / ERA_DAYS);
  const dayOfEra = shifted - era * ERA_DAYS;
  const leapDays =
    Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / (ERA_DAYS - 1));
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return { year, month, day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1 };
}

/** A moment as Redis writes it into its log. */
export function logDate(unixMs: number): string {
  const whole = Math.floor(unixMs);
  const days = Math.floor(whole / DAY_MS);
  const { year, month, day } = civilDate(days);
  const ms = whole - days * DAY_MS;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const clock = `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}`;
  return `${two(day)} ${MONTHS[month - 1]} ${year} ${clock}.${String(ms % 1000).padStart(3, '0')}`;
}
