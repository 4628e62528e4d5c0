//! Dates: days, months, years, words for them, and ranges of these.

use super::number::{comparison, ends};
use super::values::Trouble;
use crate::library::query::CivilDate;

/// From the first day, before the second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Days {
    pub(crate) from: CivilDate,
    pub(crate) until: CivilDate,
}

/// Words for days, as completion offers them, and what they mean.
pub(crate) const WORDS: [(&str, &str); 8] = [
    ("today", "since midnight"),
    ("yesterday", "the day before today"),
    ("this-week", "Monday to Sunday"),
    ("last-week", "Monday to Sunday, the week before this one"),
    ("this-month", "the month of today"),
    ("last-month", "the whole month before this one"),
    ("this-year", "the year of today"),
    ("last-year", "the whole year before this one"),
];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A month's English name; empty when there is no such month.
pub(super) fn month_name(month: u8) -> &'static str {
    usize::from(month).checked_sub(1).and_then(|index| MONTHS.get(index)).copied().unwrap_or_default()
}

/// Reads one date, a comparison with one or a range of two. `is_typing` forgives an end that is not finished.
pub(super) fn days(written: &str, today: CivilDate, is_typing: bool) -> Result<Days, Trouble> {
    read(written, is_typing, |part| period(part, today, is_typing))
}

/// The same with years only.
pub(super) fn years(written: &str, is_typing: bool) -> Result<Days, Trouble> {
    read(written, is_typing, |part| match year(part) {
        Some(first) => Ok(whole_year(first)),
        None if part.contains(['-', '/']) => {
            Err(Trouble::new("wants a year alone; months and days go with date:").better_field("date", part))
        }
        None => Err(Trouble::new("wants a year of four digits, as in year:2023 or year:2020..2022")),
    })
}

fn read(
    written: &str,
    is_typing: bool,
    period: impl Fn(&str) -> Result<Days, Trouble>,
) -> Result<Days, Trouble> {
    let written = written.trim();
    if let Some((from, to)) = ends(written) {
        return between(from, to, is_typing, period);
    }
    let (sign, rest) = comparison(written);
    if rest.is_empty() {
        return Err(Trouble::new(format!("wants a date after {sign}, as in date:>2023-05")));
    }
    let days = period(rest).map_err(|trouble| trouble.after(sign))?;
    match sign {
        "" | "=" => Ok(days),
        ">" if days.until < CivilDate::LAST => Ok(Days { from: days.until, until: CivilDate::LAST }),
        ">=" | "≥" => Ok(Days { until: CivilDate::LAST, ..days }),
        "<" => Ok(Days { from: CivilDate::FIRST, until: days.from }),
        "<=" | "≤" => Ok(Days { from: CivilDate::FIRST, ..days }),
        ">" => Err(Trouble::new("years go up to 9999")),
        _ => Err(Trouble::new(format!("{sign} is no comparison; there are >, >=, <, <= and ="))),
    }
}

/// A range covers its first and its last day, month or year.
fn between(
    from: &str,
    to: &str,
    is_typing: bool,
    period: impl Fn(&str) -> Result<Days, Trouble>,
) -> Result<Days, Trouble> {
    let read = |end: &str| match end {
        "" => Ok(None),
        _ => period(end).map(Some).map_err(Trouble::alone),
    };
    // "2020..20" on the way to "2020..2022" is open for now.
    let to = if is_typing && to.len() < 4 && is_number(to) && !from.is_empty() { "" } else { to };
    let (first, last) = (read(from)?, read(to)?);
    if first.is_none() && last.is_none() {
        return Err(Trouble::new("a range wants a date before or after .., as in date:2023-05..2023-08"));
    }
    let days = Days {
        from: first.map_or(CivilDate::FIRST, |days| days.from),
        until: last.map_or(CivilDate::LAST, |days| days.until),
    };
    if days.from >= days.until {
        return Err(Trouble::new("the range ends before it begins").better(format!("{to}..{from}")));
    }
    Ok(days)
}

/// One day, week, month or year.
fn period(written: &str, today: CivilDate, is_typing: bool) -> Result<Days, Trouble> {
    let lower = written.to_lowercase();
    let separated: Vec<&str> = lower.split(is_separator).collect();
    let mut parts: Vec<&str> = separated.iter().copied().filter(|part| !part.is_empty()).collect();
    if let Some(days) = spoken(&parts, today) {
        return Ok(days);
    }
    // "2023-" and "2023-0" on the way to "2023-05" are still the year.
    let is_unfinished = is_typing && parts.len() > 1 && parts.last() == Some(&"0");
    if is_unfinished {
        parts.pop();
    } else if !is_typing && lower.ends_with(is_separator) {
        return Err(unreadable(written));
    }
    match parts.as_slice() {
        [only] if only.len() == 8 && is_number(only) => {
            let (year, rest) = only.split_at(4);
            let (month, day) = rest.split_at(2);
            day_of(year, month, day, written)
        }
        [only] => match (year(only), with_year(only, today)) {
            (Some(year), _) => Ok(whole_year(year)),
            (None, Some(month)) if !is_number(only) => {
                Err(Trouble::new(format!("wants the year of {written} too, as in date:{month}"))
                    .better(month))
            }
            _ if is_number(only) => Err(Trouble::new("wants a year of four digits, as in date:2023")),
            _ => Err(unreadable(written)),
        },
        [first, second] => match (year(first), year(second)) {
            (Some(year), _) => month_of(year, second, written),
            (_, Some(year)) if named_month(first).is_some() => month_of(year, first, written),
            (_, Some(_)) if is_number(first) => Err(Trouble::new("wants the year first, as in date:2023-05")
                .better(format!("{second}-{first:0>2}"))),
            _ => Err(unreadable(written)),
        },
        [year, month, day] if self::year(year).is_some() => day_of(year, month, day, written),
        [day, month, year] if self::year(year).is_some() && named_month(month).is_some() => {
            day_of(year, month, day, written)
        }
        [month, day, year] if self::year(year).is_some() && named_month(month).is_some() => {
            day_of(year, month, day, written)
        }
        [a, b, year] if self::year(year).is_some() && is_number(a) && is_number(b) => {
            Err(year_last(a, b, year, written.contains('.')))
        }
        _ => Err(unreadable(written)),
    }
}

fn is_separator(character: char) -> bool {
    character.is_whitespace() || matches!(character, '-' | '–' | '\u{2212}' | '/' | '.' | ':' | ',' | '_')
}

fn is_number(part: &str) -> bool {
    !part.is_empty() && part.chars().all(|c| c.is_ascii_digit())
}

/// Days that depend on today.
fn spoken(parts: &[&str], today: CivilDate) -> Option<Days> {
    let days = |from: CivilDate, count: i32| Days { from, until: from.plus_days(count) };
    let monday = today.plus_days(-today.days_since_monday());
    let first_of_month = CivilDate { day: 1, ..today };
    Some(match parts {
        ["today"] => days(today, 1),
        ["yesterday"] => days(today.plus_days(-1), 1),
        ["this", "week"] => days(monday, 7),
        ["last", "week"] => days(monday.plus_days(-7), 7),
        ["this", "month"] => whole_month(today.year, today.month),
        ["last", "month"] => {
            let before = first_of_month.plus_days(-1);
            whole_month(before.year, before.month)
        }
        ["this", "year"] => whole_year(today.year),
        ["last", "year"] => whole_year(today.year.saturating_sub(1)),
        _ => return None,
    })
}

fn whole_year(year: i16) -> Days {
    let new_year = |year| CivilDate { year, month: 1, day: 1 };
    Days { from: new_year(year), until: new_year(year.saturating_add(1)) }
}

fn whole_month(year: i16, month: u8) -> Days {
    let from = CivilDate { year, month, day: 1 };
    Days { from, until: from.plus_days(i32::from(CivilDate::days_in_month(year, month))) }
}

/// A year of four digits.
fn year(part: &str) -> Option<i16> {
    let year = (part.len() == 4 && is_number(part)).then(|| part.parse::<i16>().ok())??;
    (year >= 1000).then_some(year)
}

/// A month without its year, in this year, as it is written; `None` when it is none.
pub(super) fn with_year(month: &str, today: CivilDate) -> Option<String> {
    let month = month.trim().to_lowercase();
    if named_month(&month).is_some() {
        return Some(format!("{month}-{}", today.year));
    }
    let number = month.parse::<u8>().ok().filter(|number| (1..=12).contains(number))?;
    Some(format!("{}-{number:02}", today.year))
}

/// A month by its English name or at least three letters of it.
fn named_month(part: &str) -> Option<u8> {
    let begins = |month: &str| part.len() >= 3 && month.to_lowercase().starts_with(part);
    let index = MONTHS.iter().position(|month| begins(month)).or((part == "sept").then_some(8))?;
    Some(index as u8 + 1)
}

fn month_of(year: i16, month: &str, written: &str) -> Result<Days, Trouble> {
    Ok(whole_month(year, month_number(month, written)?))
}

fn month_number(month: &str, written: &str) -> Result<u8, Trouble> {
    if let Some(month) = named_month(month) {
        return Ok(month);
    }
    if !is_number(month) {
        return Err(unreadable(written));
    }
    let number = month.parse::<u8>().ok().filter(|number| (1..=12).contains(number));
    number.ok_or_else(|| Trouble::new(format!("there is no month {month}; they go from 1 to 12")))
}

fn day_of(year: &str, month: &str, day: &str, written: &str) -> Result<Days, Trouble> {
    let day = day.trim_end_matches(char::is_alphabetic);
    let (Some(year), true) = (self::year(year), is_number(day)) else { return Err(unreadable(written)) };
    let month = month_number(month, written)?;
    let days = CivilDate::days_in_month(year, month);
    let date = day.parse::<u8>().ok().and_then(|day| CivilDate::new(year, month, day));
    let date = date.ok_or_else(|| {
        Trouble::new(format!("there is no day {day} in {} {year}, which has {days} days", month_name(month)))
            .better(format!("{year:04}-{month:02}"))
    })?;
    Ok(Days { from: date, until: date.plus_days(1) })
}

/// 7.5.2023 is the seventh of May; 5/7/2023 is that for some and the fifth of July for others.
fn year_last(a: &str, b: &str, year: &str, has_points: bool) -> Trouble {
    let trouble = Trouble::new("wants the year first, as in date:2023-05-07");
    let is_day = |part: &str| part.parse::<u8>().is_ok_and(|number| number > 12);
    match (has_points || is_day(a), is_day(b)) {
        (true, _) => trouble.better(format!("{year}-{b:0>2}-{a:0>2}")),
        (_, true) => trouble.better(format!("{year}-{a:0>2}-{b:0>2}")),
        _ => trouble,
    }
}

fn unreadable(written: &str) -> Trouble {
    Trouble::new(format!(
        "{written} is no date; write 2023, 2023-05, 2023-05-07, may-2023, today or last-week"
    ))
}
