//! Times in the form of ISO 8601, which sorts as text.

use crate::library::query::CivilDate;

const SECONDS_A_DAY: i64 = 86_400;
const NANOSECONDS: i64 = 1_000_000_000;

/// `2023-05-17T14:03:22` of the clock on the wall; behind it `+02:00` where the offset is known.
pub(super) fn wall(secs: i64, offset_minutes: Option<i16>) -> String {
    let (day, time) = (date(secs), secs.rem_euclid(SECONDS_A_DAY));
    let offset = offset_minutes.map_or(String::new(), |minutes| {
        let (sign, minutes) = (if minutes < 0 { '-' } else { '+' }, minutes.unsigned_abs());
        format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    });
    format!("{day}T{:02}:{:02}:{:02}{offset}", time / 3600, time / 60 % 60, time % 60)
}

/// `2023-05-17 14:03`, for people.
pub(super) fn short(secs: i64) -> String {
    let time = secs.rem_euclid(SECONDS_A_DAY);
    format!("{} {:02}:{:02}", date(secs), time / 3600, time / 60 % 60)
}

/// `2023-05-17T12:03:22.250000000Z` of nanoseconds since 1970.
pub(super) fn utc(ns: i64) -> String {
    format!("{}.{:09}Z", wall(ns.div_euclid(NANOSECONDS), None), ns.rem_euclid(NANOSECONDS))
}

/// `2023-05-17` of seconds since 1970.
pub(super) fn date(secs: i64) -> String {
    let days = secs.div_euclid(SECONDS_A_DAY).clamp(-700_000, 2_900_000);
    let CivilDate { year, month, day } = CivilDate::from_days_since_1970(days as i32);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_iso_8601_has_them() {
        // date -u -d 2023-05-17T14:03:22 +%s
        assert_eq!(wall(1_684_332_202, Some(120)), "2023-05-17T14:03:22+02:00");
        assert_eq!(wall(1_684_332_202, Some(-210)), "2023-05-17T14:03:22-03:30");
        assert_eq!(wall(-1, None), "1969-12-31T23:59:59");
        assert_eq!(utc(-250_000_000), "1969-12-31T23:59:59.750000000Z");
        assert_eq!(short(1_684_332_202), "2023-05-17 14:03");
        assert_eq!(date(i64::MIN), date(-700_000 * SECONDS_A_DAY), "no overflow");
    }
}
