//! Moments as cameras and editors write them.
//!
//! A camera knows the clock on the wall; only some know where that wall stands. So the wall clock is kept as it is
//! written, and its distance from UTC beside it where it is known.

use std::fmt;

use super::super::query::CivilDate;

/// A date with a time of day, as the clock at that place showed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct DateTime {
    /// Year.
    pub year: i16,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day, 1 to 31.
    pub day: u8,
    /// Hour, 0 to 23.
    pub hour: u8,
    /// Minute, 0 to 59.
    pub minute: u8,
    /// Second, 0 to 59.
    pub second: u8,
    /// Part of the second in billionths, where it is written.
    pub subsec_nanos: Option<u32>,
    /// Minutes that the clock is ahead of UTC, where it is written.
    pub offset_minutes: Option<i16>,
}

impl DateTime {
    /// From EXIF's `2023:05:07 14:03:22` or ISO 8601 as XMP writes it: `2023-05-07T14:03:22.25+02:00`, perhaps without
    /// seconds or offset. A date without a time of day counts as its midnight; zeros, blanks, and a year or a month
    /// alone are no date.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = Reader(text.trim().as_bytes());
        let year = rest.digits(4)?;
        rest.any_of(b":-/.")?;
        let month = rest.digits(2)?;
        rest.any_of(b":-/.")?;
        let day = rest.digits(2)?;
        let mut moment = Self::from_date(CivilDate::new(year as i16, month as u8, day as u8)?)?;
        if rest.0.is_empty() {
            return Some(moment);
        }
        rest.any_of(b" T")?;
        moment.set_time(rest)?;
        Some(moment)
    }

    /// From IPTC's `20230507` and `140322+0200`; the time may be absent.
    #[must_use]
    pub fn parse_iptc(date: &str, time: Option<&str>) -> Option<Self> {
        let mut rest = Reader(date.trim().as_bytes());
        let (year, month, day) = (rest.digits(4)?, rest.digits(2)?, rest.digits(2)?);
        let mut moment = Self::from_date(CivilDate::new(year as i16, month as u8, day as u8)?)?;
        if let Some(time) = time {
            let with_time =
                |mut moment: Self| moment.set_time(Reader(time.trim().as_bytes())).map(|()| moment);
            moment = with_time(moment).unwrap_or(moment);
        }
        Some(moment)
    }

    /// Midnight of a day; `None` for the year 0.
    fn from_date(date: CivilDate) -> Option<Self> {
        let CivilDate { year, month, day } = date;
        let midnight = Self {
            year,
            month,
            day,
            hour: 0,
            minute: 0,
            second: 0,
            subsec_nanos: None,
            offset_minutes: None,
        };
        (year > 0).then_some(midnight)
    }

    /// Hours and minutes, then perhaps seconds with decimals, then perhaps an offset.
    fn set_time(&mut self, mut rest: Reader<'_>) -> Option<()> {
        let hour = rest.digits(2)?;
        rest.optional(b":.");
        let minute = rest.digits(2)?;
        let mut second = 0;
        if rest.0.first().is_some_and(|byte| matches!(byte, b':' | b'0'..=b'9')) {
            rest.optional(b":");
            second = rest.digits(2)?;
            if rest.optional(b".,") {
                self.subsec_nanos = rest.decimals();
            }
        }
        rest.optional(b" ");
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        // A leap second is shown as the last ordinary one.
        (self.hour, self.minute, self.second) = (hour as u8, minute as u8, second.min(59) as u8);
        self.offset_minutes = offset_minutes(rest.0);
        Some(())
    }

    /// Adds what EXIF keeps in tags of their own: digits after the decimal point, and `+02:00`.
    #[must_use]
    pub fn with_exif_parts(mut self, subsec: Option<&str>, offset: Option<&str>) -> Self {
        let nanos = subsec.and_then(|digits| Reader(digits.trim().as_bytes()).decimals());
        self.subsec_nanos = nanos.or(self.subsec_nanos);
        let minutes = offset.and_then(|text| offset_minutes(text.trim().as_bytes()));
        self.offset_minutes = minutes.or(self.offset_minutes);
        self
    }

    /// The day.
    #[must_use]
    pub fn date(&self) -> CivilDate {
        CivilDate { year: self.year, month: self.month, day: self.day }
    }

    /// Seconds since 1970 of the clock on the wall there.
    #[must_use]
    pub fn wall_secs(&self) -> i64 {
        let time = i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second);
        i64::from(self.date().days_since_1970()) * 86_400 + time
    }
}

impl fmt::Display for DateTime {
    /// `2023-05-07 14:03:22 +02:00`; parts of a second are left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:02}:{:02}:{:02}", self.date(), self.hour, self.minute, self.second)?;
        if let Some(minutes) = self.offset_minutes {
            let sign = if minutes < 0 { '-' } else { '+' };
            write!(f, " {sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)?;
        }
        Ok(())
    }
}

/// `+02:00`, `-0530`, `+02` or `Z`, in minutes; clocks differ by no more than 14 hours from UTC.
fn offset_minutes(text: &[u8]) -> Option<i16> {
    let sign = match text {
        [b'Z', ..] => return Some(0),
        [b'+', ..] => 1,
        [b'-', ..] => -1,
        _ => return None,
    };
    let mut rest = Reader(text.get(1..)?);
    let hours = rest.digits(2)?;
    rest.optional(b":");
    let minutes = rest.digits(2).unwrap_or(0);
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= 14 * 60).then(|| sign * total as i16)
}

/// What is left to be read.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    /// Exactly so many digits.
    fn digits(&mut self, count: usize) -> Option<u32> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        let value = digits
            .iter()
            .try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u32::from(byte - b'0')))?;
        self.0 = rest;
        Some(value)
    }

    /// Digits after a decimal point, as billionths.
    fn decimals(&mut self) -> Option<u32> {
        let count = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        let padded = digits.iter().copied().chain(std::iter::repeat(b'0')).take(9);
        (count > 0).then(|| padded.fold(0, |value, byte| value * 10 + u32::from(byte - b'0')))
    }

    /// One of these bytes.
    fn any_of(&mut self, bytes: &[u8]) -> Option<()> {
        self.optional(bytes).then_some(())
    }

    /// One of these bytes, if it is there; whether it was.
    fn optional(&mut self, bytes: &[u8]) -> bool {
        match self.0.split_first() {
            Some((first, rest)) if bytes.contains(first) => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }
}
