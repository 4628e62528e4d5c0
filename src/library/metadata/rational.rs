//! Fractions as cameras write them.

use std::fmt;

/// A fraction, kept as it was written. The denominator is above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Rational {
    num: i64,
    den: i64,
}

impl Rational {
    /// `None` when the denominator is zero. A negative denominator gives its sign to the numerator.
    #[must_use]
    pub fn new(num: i64, den: i64) -> Option<Self> {
        match den {
            0 => None,
            1.. => Some(Self { num, den }),
            _ => Some(Self { num: num.checked_neg()?, den: den.checked_neg()? }),
        }
    }

    /// From text as XMP holds it: `28/10`, `2.8` or `-3`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some((num, den)) = text.split_once('/') {
            return Self::new(num.trim().parse().ok()?, den.trim().parse().ok()?);
        }
        let Some((whole, decimals)) = text.split_once('.') else { return Self::new(text.parse().ok()?, 1) };
        if decimals.len() > 9 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let den = 10_i64.checked_pow(decimals.len() as u32)?;
        Self::new(format!("{whole}{decimals}").parse().ok()?, den)
    }

    /// Above the line.
    #[must_use]
    pub fn num(self) -> i64 {
        self.num
    }

    /// Below the line; above zero.
    #[must_use]
    pub fn den(self) -> i64 {
        self.den
    }

    /// Its value.
    #[must_use]
    pub fn value(self) -> f64 {
        self.num as f64 / self.den as f64
    }

    /// The fraction itself when it is above zero; cameras write 0 for what they do not know.
    #[must_use]
    pub fn if_positive(self) -> Option<Self> {
        (self.num > 0).then_some(self)
    }

    /// The value with at most so many decimals and without zeros at the end.
    #[must_use]
    pub fn decimal(self, decimals: usize) -> String {
        short_decimal(self.value(), decimals)
    }
}

impl fmt::Display for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.num, self.den)
    }
}

/// A number with at most so many decimals and without zeros at the end.
pub(super) fn short_decimal(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// An exposure time in seconds as photographers write it: `1/200 s`, `0.4 s`, `30 s`.
#[must_use]
pub fn exposure_text(exposure_secs: Rational) -> String {
    let secs = exposure_secs.value();
    if secs > 0.0 && secs < 0.3 {
        format!("1/{} s", short_decimal(1.0 / secs, usize::from(secs > 0.1)))
    } else {
        format!("{} s", short_decimal(secs, 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_kept_as_written() {
        assert_eq!(Rational::parse("28/10").map(|r| (r.num(), r.den())), Some((28, 10)));
        assert_eq!(Rational::parse("2.80").map(|r| (r.num(), r.den())), Some((280, 100)));
        assert_eq!(Rational::parse("-0.5").map(Rational::value), Some(-0.5));
        assert_eq!(Rational::new(1, -3).map(|r| (r.num(), r.den())), Some((-1, 3)));
        assert_eq!(Rational::new(i64::MIN, -1), None);
        for wrong in ["", "1/0", "0/0", "x", "1/2/3", "1.2.3", "2.-8", "0.1234567890"] {
            assert_eq!(Rational::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn exposures_read_as_on_a_dial() {
        let cases = [
            ((10, 2000), "1/200 s"),
            ((1, 8000), "1/8000 s"),
            ((1, 4), "1/4 s"),
            ((4, 10), "0.4 s"),
            ((1, 3), "0.3 s"),
            ((30, 1), "30 s"),
            ((13, 10), "1.3 s"),
            ((16667, 1_000_000), "1/60 s"),
        ];
        for ((num, den), expected) in cases {
            assert_eq!(Rational::new(num, den).map(exposure_text).as_deref(), Some(expected));
        }
    }
}
