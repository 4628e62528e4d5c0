//! Columns of numbers as diffractometers and their programs write them.

use std::borrow::Cow;

use crate::crystal::analysis::diffraction::error::DiffractionError;

use super::Measurement;

/// More points than this are refused.
const MAX_POINTS: usize = 2_000_000;
/// σ of a point that has none is at least this, so that empty channels count for something.
const LEAST_SIGMA: f64 = 1.0;

/// How the columns of a file are separated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Separator {
    Semicolon,
    Tab,
    Comma,
    Space,
}

impl Separator {
    /// Candidates for a line, the likeliest first.
    fn candidates(line: &str) -> Vec<Self> {
        let mut list = Vec::new();
        for (separator, mark) in [(Self::Semicolon, ';'), (Self::Tab, '\t'), (Self::Comma, ',')] {
            if line.contains(mark) {
                list.push(separator);
            }
        }
        list.push(Self::Space);
        list
    }

    /// The numbers of a line: at least two, or nothing. A missing or broken number in the third column or later ends
    /// the line there.
    fn numbers(self, line: &str) -> Option<[Option<f64>; 4]> {
        let mut numbers = [None; 4];
        let mut fields: Box<dyn Iterator<Item = &str>> = match self {
            Self::Semicolon => Box::new(line.split(';')),
            Self::Comma => Box::new(line.split(',')),
            Self::Tab => Box::new(line.split('\t')),
            Self::Space => Box::new(line.split_whitespace()),
        };
        for (index, place) in numbers.iter_mut().enumerate() {
            let Some(field) = fields.next() else { break };
            *place = number(field.trim().trim_matches('"'), self != Self::Comma);
            if place.is_none() && index < 2 {
                return None;
            }
            if place.is_none() {
                break;
            }
        }
        matches!(numbers, [Some(_), Some(_), ..]).then_some(numbers)
    }
}

fn number(field: &str, decimal_comma: bool) -> Option<f64> {
    let is_no_number = ["nan", "inf", "-inf", "+inf"].iter().any(|word| field.eq_ignore_ascii_case(word));
    if !is_no_number && !field.bytes().all(|b| b.is_ascii_digit() || b"+-.,eE".contains(&b)) {
        return None;
    }
    if decimal_comma && !field.contains('.') && field.matches(',').count() == 1 {
        return field.replace(',', ".").parse().ok();
    }
    field.parse().ok()
}

struct RawPoint {
    two_theta_deg: f64,
    intensity: f64,
    sigma: Option<f64>,
}

pub(super) fn parse(bytes: &[u8]) -> Result<Measurement, DiffractionError> {
    let text = decode(bytes);
    let mut points: Vec<RawPoint> = Vec::new();
    let mut separator = None;
    let (mut missing, mut columns) = (Vec::new(), 0);
    for (index, raw) in lines(&text).enumerate() {
        let line = content(raw);
        if line.is_empty() {
            continue;
        }
        let read = match separator {
            Some(known) => Separator::numbers(known, line).map(|numbers| (known, numbers)),
            None => Separator::candidates(line).into_iter().find_map(|s| Some((s, s.numbers(line)?))),
        };
        let fail = |reason: String| DiffractionError::MeasurementLine { line: index + 1, reason };
        let Some((used, [angle, intensity, third, fourth])) = read else {
            // Words before the numbers are a header.
            if separator.is_none() {
                continue;
            }
            return Err(fail(format!("{:?} does not begin with an angle and an intensity", excerpt(line))));
        };
        separator = Some(used);
        let (Some(two_theta_deg), Some(intensity)) = (angle, intensity) else { continue };
        if !(-20.0..=180.0).contains(&two_theta_deg) {
            return Err(fail(format!("2θ has to be between -20° and 180°, not {two_theta_deg}")));
        }
        if !intensity.is_finite() {
            missing.push(index + 1);
            continue;
        }
        if points.len() >= MAX_POINTS {
            return Err(fail(format!("more than {MAX_POINTS} points")));
        }
        columns = columns.max(2 + usize::from(third.is_some()) + usize::from(fourth.is_some()));
        points.push(RawPoint { two_theta_deg, intensity, sigma: third });
    }
    if points.len() < 2 {
        return Err(DiffractionError::Measurement("it holds fewer than two rows of angle and intensity"));
    }
    Ok(assemble(points, &missing, columns))
}

fn assemble(mut points: Vec<RawPoint>, missing: &[usize], columns: usize) -> Measurement {
    let mut notes = Vec::new();
    if let Some(first) = missing.first() {
        notes.push(format!(
            "{} rows without an intensity are left out, the first in line {first}",
            missing.len()
        ));
    }
    if !points.is_sorted_by(|a, b| a.two_theta_deg <= b.two_theta_deg) {
        notes.push("The rows were put in order of 2θ".into());
        points.sort_by(|a, b| a.two_theta_deg.total_cmp(&b.two_theta_deg));
    }
    let stated = |point: &RawPoint| point.sigma.filter(|sigma| sigma.is_finite() && *sigma > 0.0);
    // A third column is σ only where it is the last and mostly holds what σ can be.
    let with_sigma = points.iter().filter(|point| stated(point).is_some()).count();
    let has_sigma = columns == 3 && 2 * with_sigma > points.len();
    if columns > 2 && !has_sigma {
        notes.push("Columns after the intensity are not read as its standard deviation".into());
    }
    let mut measurement =
        Measurement { two_theta_deg: Vec::new(), intensity: Vec::new(), sigma: Vec::new(), notes };
    let mut averaged = 0_usize;
    for same in points.chunk_by(|a, b| a.two_theta_deg == b.two_theta_deg) {
        let Some(first) = same.first() else { continue };
        averaged += same.len() - 1;
        let count = same.len() as f64;
        let sigma = |point: &RawPoint| {
            let poisson = point.intensity.max(0.0).sqrt().max(LEAST_SIGMA);
            if has_sigma { stated(point).unwrap_or(poisson) } else { poisson }
        };
        let variance: f64 = same.iter().map(|point| sigma(point).powi(2)).sum();
        measurement.two_theta_deg.push(first.two_theta_deg);
        measurement.intensity.push(same.iter().map(|point| point.intensity / count).sum());
        measurement.sigma.push(variance.sqrt() / count);
    }
    if averaged > 0 {
        measurement.notes.push(format!("{averaged} rows repeat an angle; rows of one angle were averaged"));
    }
    measurement
}

/// UTF-8 or UTF-16 by its mark; bytes that are neither (Latin-1 in comments) become replacement characters.
fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let wide = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = rest.as_chunks::<2>().0.iter().map(|pair| unit(*pair)).collect();
        Cow::Owned(String::from_utf16_lossy(&units))
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)),
    }
}

/// Lines with Unix, DOS or old Mac ends.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let separator = if text.contains('\n') { '\n' } else { '\r' };
    text.split(separator)
}

/// A line without its comment and the space around it.
fn content(line: &str) -> &str {
    if line.starts_with('*') {
        return "";
    }
    let end = line.find(['#', '!', '\'']).unwrap_or(line.len());
    let end = line.find("//").map_or(end, |slashes| slashes.min(end));
    line.get(..end).unwrap_or_default().trim()
}

fn excerpt(line: &str) -> String {
    line.chars().take(40).collect()
}
