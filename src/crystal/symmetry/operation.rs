//! One symmetry operation and the notation `-y, x-y, z+1/3`.

use std::fmt;

use glam::{DMat3, DVec3};

/// Translations written with few digits (`0.333`) are meant as multiples of this.
const TRANSLATION_STEPS: f64 = 24.0;
/// How far a written translation may lie from such a multiple to be taken as it.
const TRANSLATION_SNAP: f64 = 1e-3;
/// No setting of a space group needs larger coefficients; the bound keeps products of operations within range.
const MAX_COEFFICIENT: f64 = 6.0;

/// `x → Wx + w` in fractional coordinates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Operation {
    rotation: [[i32; 3]; 3],
    translation: DVec3,
}

/// Why a text is no symmetry operation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OperationError {
    /// Not three comma-separated parts.
    #[error("`{0}` has not three parts separated by commas, as in `x, y, z+1/2`")]
    Parts(String),
    /// A part that is no sum of coordinates and numbers.
    #[error("`{0}` is not a sum of x, y, z and fractions, as in `x-y` or `z+1/2`")]
    Term(String),
    /// The linear part squeezes or stretches space.
    #[error("`{0}` does not preserve volume, so it is no symmetry operation")]
    Volume(String),
}

impl Operation {
    /// `x, y, z`.
    pub const IDENTITY: Self = Self { rotation: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], translation: DVec3::ZERO };

    /// From the rows of W and from w, which is taken modulo 1.
    #[must_use]
    pub fn new(rotation: [[i32; 3]; 3], translation: DVec3) -> Self {
        Self { rotation, translation: DVec3::from_array(translation.to_array().map(tidy_translation)) }
    }

    /// Reads `-y, x-y, z+1/3`; also `1/2+X`, `x+0.5`, and a, b, c for x, y, z.
    ///
    /// # Errors
    /// When the text is no operation, or one that changes volume.
    pub fn parse(text: &str) -> Result<Self, OperationError> {
        let (rows, shift) = parse_affine(text)?;
        // Coefficients of coordinates are whole in every lattice basis.
        if rows.as_flattened().iter().any(|coefficient| coefficient.fract() != 0.0) {
            return Err(OperationError::Term(shorten(text)));
        }
        let operation = Self::new(rows.map(|row| row.map(|coefficient| coefficient as i32)), shift);
        if operation.determinant().abs() == 1 {
            Ok(operation)
        } else {
            Err(OperationError::Volume(shorten(text)))
        }
    }

    /// Rows of the linear part W.
    #[must_use]
    pub fn rotation(&self) -> [[i32; 3]; 3] {
        self.rotation
    }

    /// The translation w, each component in [0, 1).
    #[must_use]
    pub fn translation(&self) -> DVec3 {
        self.translation
    }

    /// W as a matrix over the reals.
    #[must_use]
    pub fn rotation_matrix(&self) -> DMat3 {
        DMat3::from_cols_array_2d(&self.rotation.map(|row| row.map(f64::from))).transpose()
    }

    /// The image of a position, not reduced to the cell.
    #[must_use]
    pub fn apply(&self, frac: DVec3) -> DVec3 {
        self.rotation_matrix() * frac + self.translation
    }

    /// The operation that applies `first` and then `self`.
    #[must_use]
    pub fn after(&self, first: &Self) -> Self {
        let columns = transpose(first.rotation);
        let rotation = self.rotation.map(|row| columns.map(|column| dot(row, column)));
        Self::new(rotation, self.rotation_matrix() * first.translation + self.translation)
    }

    /// 1 for rotations, -1 for those that change handedness.
    #[must_use]
    pub fn determinant(&self) -> i32 {
        let [[a, b, c], [d, e, f], [g, h, i]] = self.rotation;
        a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    }

    /// Trace of W; with the determinant it tells the kind of rotation in any basis.
    #[must_use]
    pub fn trace(&self) -> i32 {
        let [[a, _, _], [_, e, _], [_, _, i]] = self.rotation;
        a + e + i
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (row, shift)) in self.rotation.iter().zip(self.translation.to_array()).enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            let mut is_first = true;
            for (coefficient, name) in row.iter().zip(["x", "y", "z"]).filter(|(c, _)| **c != 0) {
                let sign = if *coefficient < 0 {
                    "-"
                } else if is_first {
                    ""
                } else {
                    "+"
                };
                is_first = false;
                match coefficient.abs() {
                    1 => write!(f, "{sign}{name}")?,
                    magnitude => write!(f, "{sign}{magnitude}{name}")?,
                }
            }
            let steps = (shift * TRANSLATION_STEPS).round();
            if (shift * TRANSLATION_STEPS - steps).abs() > 1e-6 {
                write!(f, "+{shift}")?;
            } else if steps != 0.0 {
                let divisor = greatest_common_divisor(steps as u32, TRANSLATION_STEPS as u32);
                write!(f, "+{}/{}", steps as u32 / divisor, TRANSLATION_STEPS as u32 / divisor)?;
            }
        }
        Ok(())
    }
}

/// Whether two translations differ by whole cells, allowing for decimals cut short.
pub(super) fn is_same_modulo_lattice(a: DVec3, b: DVec3) -> bool {
    let difference = a - b;
    (difference - difference.round()).abs().max_element() < 2.0 * TRANSLATION_SNAP
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

fn dot(row: [i32; 3], column: [i32; 3]) -> i32 {
    row.iter().zip(column).map(|(a, b)| a * b).sum()
}

fn transpose(rows: [[i32; 3]; 3]) -> [[i32; 3]; 3] {
    let [[a, b, c], [d, e, f], [g, h, i]] = rows;
    [[a, d, g], [b, e, h], [c, f, i]]
}

/// Into [0, 1), on the nearest multiple of 1/24 when close to one.
fn tidy_translation(value: f64) -> f64 {
    let snapped = (value * TRANSLATION_STEPS).round() / TRANSLATION_STEPS;
    let tidy = if (value - snapped).abs() < TRANSLATION_SNAP { snapped } else { value };
    let wrapped = tidy - tidy.floor();
    if wrapped < 1.0 { wrapped } else { 0.0 }
}

fn shorten(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Three parts such as `1/2+x-y`: rows of coefficients, which may be fractions, and constants.
pub(super) fn parse_affine(text: &str) -> Result<([[f64; 3]; 3], DVec3), OperationError> {
    let mut parts = text.trim().split(',');
    let (Some(x), Some(y), Some(z), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(OperationError::Parts(shorten(text)));
    };
    let (row_x, shift_x) = parse_part(x)?;
    let (row_y, shift_y) = parse_part(y)?;
    let (row_z, shift_z) = parse_part(z)?;
    Ok(([row_x, row_y, row_z], DVec3::new(shift_x, shift_y, shift_z)))
}

/// One part such as `1/2+x-y`: the coefficients of x, y, z and the constant.
fn parse_part(part: &str) -> Result<([f64; 3], f64), OperationError> {
    let wrong = || OperationError::Term(shorten(part));
    let mut row = [0.0_f64; 3];
    let mut shift = 0.0;
    // A term runs from one sign to the next.
    let mut sign = 1.0;
    let mut term = String::new();
    let mut has_terms = false;
    let mut finish = |sign: f64, term: &mut String| -> Result<(), OperationError> {
        match parse_term(term).ok_or_else(wrong)? {
            (None, number) => shift += sign * number,
            (Some(axis), number) => {
                let coefficient = row.get_mut(axis).ok_or_else(wrong)?;
                *coefficient += sign * number;
                if coefficient.abs() > MAX_COEFFICIENT {
                    return Err(wrong());
                }
            }
        }
        term.clear();
        Ok(())
    };
    for character in part.chars().filter(|c| !c.is_whitespace()) {
        match character {
            '+' | '-' => {
                if !term.is_empty() {
                    finish(sign, &mut term)?;
                    has_terms = true;
                    sign = 1.0;
                }
                if character == '-' {
                    sign = -sign;
                }
            }
            _ => term.push(character.to_ascii_lowercase()),
        }
    }
    if !term.is_empty() {
        finish(sign, &mut term)?;
        has_terms = true;
    }
    if has_terms && shift.is_finite() { Ok((row, shift)) } else { Err(wrong()) }
}

/// `x`, `2x`, `2*x`, `1/2*x`, `x/2`, `1/2`, `0.25`: the axis if any, and the number.
fn parse_term(term: &str) -> Option<(Option<usize>, f64)> {
    const AXES: [char; 6] = ['x', 'y', 'z', 'a', 'b', 'c'];
    let Some((before, after)) = term.split_once(AXES) else { return Some((None, parse_fraction(term)?)) };
    let letter = term.get(before.len()..)?.chars().next()?;
    let axis = AXES.iter().position(|name| *name == letter).map(|index| index % 3);
    let factor = match before.trim_end_matches('*') {
        "" => 1.0,
        number => parse_fraction(number)?,
    };
    let divisor = match after.strip_prefix('/') {
        Some(number) => parse_fraction(number).filter(|divisor| *divisor != 0.0)?,
        None if after.is_empty() => 1.0,
        None => return None,
    };
    Some((axis, factor / divisor))
}

/// `1/2`, `0.5`, `.5`; no signs, no exponents.
fn parse_fraction(text: &str) -> Option<f64> {
    let plain = |t: &str| -> Option<f64> {
        (!t.is_empty() && t.len() < 24 && t.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
            .then(|| t.parse().ok())
            .flatten()
    };
    match text.split_once('/') {
        Some((numerator, denominator)) => {
            let denominator = plain(denominator)?;
            (denominator != 0.0).then_some(plain(numerator)? / denominator)
        }
        None => plain(text),
    }
}
