//! From numbers to places, and the round numbers that stand along an axis.

/// A range of numbers laid along a range of places. Either may run backwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// First and last number.
    pub domain: (f64, f64),
    /// Their places in points.
    pub range: (f64, f64),
}

impl Scale {
    /// Place of a number.
    #[must_use]
    pub fn place(&self, value: f64) -> f64 {
        let ((d0, d1), (r0, r1)) = (self.domain, self.range);
        if d1 == d0 { 0.5 * (r0 + r1) } else { r0 + (value - d0) / (d1 - d0) * (r1 - r0) }
    }

    /// Whether a number lies within the domain.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        let (low, high) = (self.domain.0.min(self.domain.1), self.domain.0.max(self.domain.1));
        let slack = 1e-9 * (high - low);
        (low - slack..=high + slack).contains(&value)
    }
}

/// Round numbers of an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Ticks {
    /// Numbers with a label, rising.
    pub major: Vec<f64>,
    /// Numbers between them with a shorter tick.
    pub minor: Vec<f64>,
    /// Decimals that tell the major ones apart.
    pub decimals: usize,
}

/// The most ticks of an axis, whatever was asked for.
const MAX_TICKS: f64 = 60.0;

impl Ticks {
    /// Multiples of 1, 2 or 5 times a power of ten within a domain: about `count` of them, never more.
    #[must_use]
    pub fn new((from, to): (f64, f64), count: f64) -> Self {
        let (low, high) = (from.min(to), from.max(to));
        let span = high - low;
        let count = count.clamp(1.0, MAX_TICKS);
        let rough = span / count;
        let power = 10_f64.powf(rough.log10().floor());
        if !(power.is_normal() && span.is_finite()) {
            return Self { major: vec![low], minor: Vec::new(), decimals: 2 };
        }
        let (factor, parts) = [(1.0, 5), (2.0, 4), (5.0, 5), (10.0, 5)]
            .into_iter()
            .find(|(factor, _)| factor * power >= rough * (1.0 - 1e-9))
            .unwrap_or((10.0, 5));
        let step = factor * power;
        let decimals = (-(step.log10() + 1e-9).floor()).clamp(0.0, 12.0) as usize;
        let multiples = |step: f64| {
            let first = (low / step - 1e-9).ceil();
            let last = (high / step + 1e-9).floor();
            let number = (last - first).clamp(-1.0, 5.0 * MAX_TICKS);
            (0..=number as i64).filter(move |_| number >= 0.0).map(move |index| (first + index as f64) * step)
        };
        let major: Vec<f64> = multiples(step).collect();
        let minor_step = step / f64::from(parts);
        let is_major = |value: f64| ((value / step) - (value / step).round()).abs() < 1e-6;
        let minor = multiples(minor_step).filter(|value| !is_major(*value)).collect();
        Self { major, minor, decimals }
    }

    /// A tick's text, with the true minus sign.
    #[must_use]
    pub fn text(&self, value: f64) -> String {
        number_text(value, self.decimals)
    }
}

/// A number with fixed decimals and the true minus sign; very large and very small ones as powers of ten, in the markup
/// of labels.
#[must_use]
pub fn number_text(value: f64, decimals: usize) -> String {
    let text = if value != 0.0 && (value.abs() >= 1e6 || (value.abs() < 1e-4 && decimals > 4)) {
        let scientific = format!("{value:.2e}");
        let (mantissa, power) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        format!("{}·10^{{{power}}}", mantissa.trim_end_matches('0').trim_end_matches('.'))
    } else {
        let text = format!("{value:.decimals$}");
        if text.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.')) { text.replace('-', "") } else { text }
    };
    text.replace('-', "−")
}

/// The smallest and largest finite number; `None` if there are none.
#[must_use]
pub fn extent(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    values.into_iter().filter(|value| value.is_finite()).fold(None, |extent, value| match extent {
        None => Some((value, value)),
        Some((low, high)) => Some((value.min(low), value.max(high))),
    })
}
