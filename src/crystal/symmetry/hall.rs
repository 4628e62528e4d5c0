//! Groups from Hall symbols that no table lists.
//!
//! `-C 2yc (x-y,x+y,z)` is a lattice letter, after `-` with an inversion at the origin; rotations with their order,
//! axis and translation; and what leads to the cell of the file: new coordinates, or in `(0 0 1)` a shift of the origin
//! in twelfths. The generators are moved to that cell and multiplied until nothing new appears. International Tables B,
//! section 1.4, appendix A1.4.2.3; S. R. Hall, Acta Cryst. A37 (1981) 517.

use glam::{DMat3, DVec3};

use super::{
    group::{Group, MAX_OPERATIONS},
    operation::{Operation, is_same_modulo_lattice, parse_affine},
};

/// Rotations have small coefficients in every cell that someone would choose; generators that make no finite group
/// would grow without end.
const MAX_COEFFICIENT: i32 = 6;
/// No space group has more generators than this besides its lattice.
const MAX_ROTATIONS: usize = 4;
const INVERSION: [[i32; 3]; 3] = [[-1, 0, 0], [0, -1, 0], [0, 0, -1]];
/// x → y → z → x.
const CYCLE: [[i32; 3]; 3] = [[0, 0, 1], [1, 0, 0], [0, 1, 0]];
const CYCLE_BACK: [[i32; 3]; 3] = [[0, 1, 0], [0, 0, 1], [1, 0, 0]];

/// The group of a symbol in lower case, with single blanks, `^` for `'` and `=` for `"`.
pub(super) fn group(symbol: &str) -> Option<Group> {
    let (head, basis) = match symbol.split_once('(') {
        Some((head, tail)) => (head.trim(), Some(Basis::parse(tail.trim().strip_suffix(')')?)?)),
        None => (symbol, None),
    };
    let (has_inversion, head) = head.strip_prefix('-').map_or((false, head), |rest| (true, rest));
    let letter = head.chars().next()?;
    let rotations = head.get(letter.len_utf8()..)?;
    // `P32` may be `P 3 2` or `P 32`; with one digit there is no such doubt.
    if !rotations.starts_with(' ') && rotations.bytes().filter(u8::is_ascii_digit).count() != 1 {
        return None;
    }
    let mut generators: Vec<Operation> =
        centrings(letter)?.iter().map(|shift| translation(DVec3::from_array(*shift))).collect();
    if has_inversion {
        generators.push(Operation::new(INVERSION, DVec3::ZERO));
    }
    let mut previous = None;
    let words: Vec<&str> = rotations.split_whitespace().collect();
    if words.is_empty() || words.len() > MAX_ROTATIONS {
        return None;
    }
    for (position, word) in words.into_iter().enumerate() {
        let rotation = Rotation::parse(word, position, previous.as_ref())?;
        generators.push(rotation.operation()?);
        previous = Some(rotation);
    }
    if let Some(basis) = basis {
        generators = generators.iter().map(|generator| basis.moved(generator)).collect::<Option<_>>()?;
        // What was a lattice vector before need not be one of the smaller or larger cell.
        let vectors = [basis.matrix.x_axis, basis.matrix.y_axis, basis.matrix.z_axis];
        generators.extend(vectors.map(translation));
    }
    Group::new(generate(&generators)?).ok().filter(Group::is_closed)
}

fn translation(shift: DVec3) -> Operation {
    Operation::new(Operation::IDENTITY.rotation(), shift)
}

/// Translations of a lattice besides whole cells.
fn centrings(letter: char) -> Option<&'static [[f64; 3]]> {
    const THIRD: f64 = 1.0 / 3.0;
    const TWO: f64 = 2.0 / 3.0;
    Some(match letter {
        'p' => &[],
        'a' => &[[0.0, 0.5, 0.5]],
        'b' => &[[0.5, 0.0, 0.5]],
        'c' => &[[0.5, 0.5, 0.0]],
        'i' => &[[0.5, 0.5, 0.5]],
        'f' => &[[0.0, 0.5, 0.5], [0.5, 0.0, 0.5]],
        'r' => &[[TWO, THIRD, THIRD]],
        's' => &[[THIRD, THIRD, TWO]],
        't' => &[[THIRD, TWO, THIRD]],
        'h' => &[[TWO, THIRD, 0.0]],
        _ => return None,
    })
}

/// One rotation of a symbol, such as `-4ad` or `2^`.
struct Rotation {
    is_improper: bool,
    order: u8,
    /// 0 to 2 for x, y, z. Diagonal axes lie across it.
    axis: usize,
    /// `^` for x-y, `=` for x+y, `*` for x+y+z.
    diagonal: Option<char>,
    translation: [f64; 3],
}

impl Rotation {
    fn parse(word: &str, position: usize, previous: Option<&Self>) -> Option<Self> {
        let (is_improper, word) = word.strip_prefix('-').map_or((false, word), |rest| (true, rest));
        let mut characters = word.chars();
        let order = characters.next().and_then(|digit| u8::try_from(digit.to_digit(10)?).ok())?;
        let (mut axis, mut diagonal, mut screw) = (None, None, None);
        let mut shift = DVec3::ZERO;
        for character in characters {
            match character {
                'x' | 'y' | 'z' if axis.is_none() => axis = Some(character as usize - 'x' as usize),
                '^' | '=' | '*' if diagonal.is_none() => diagonal = Some(character),
                '1'..='5' if screw.is_none() => screw = character.to_digit(10),
                'a' => shift.x += 0.5,
                'b' => shift.y += 0.5,
                'c' => shift.z += 0.5,
                'n' => shift += 0.5,
                'u' => shift.x += 0.25,
                'v' => shift.y += 0.25,
                'w' => shift.z += 0.25,
                'd' => shift += 0.25,
                _ => return None,
            }
        }
        let (axis, diagonal) = match (axis, diagonal, order) {
            (None, None, 1) => (2, None),
            (None, None, _) => implied_axis(order, position, previous)?,
            _ => (axis.or(previous.map(|p| p.axis)).unwrap_or(2), diagonal),
        };
        let mut translation = shift.to_array();
        if let Some(screw) = screw {
            if screw >= u32::from(order) || diagonal.is_some() {
                return None;
            }
            *translation.get_mut(axis)? += f64::from(screw) / f64::from(order);
        }
        Some(Self { is_improper, order, axis, diagonal, translation })
    }

    fn operation(&self) -> Option<Operation> {
        let about_z = match (self.order, self.diagonal) {
            (1, None) => Operation::IDENTITY.rotation(),
            (2, None) => [[-1, 0, 0], [0, -1, 0], [0, 0, 1]],
            (2, Some('^')) => [[0, -1, 0], [-1, 0, 0], [0, 0, -1]],
            (2, Some('=')) => [[0, 1, 0], [1, 0, 0], [0, 0, -1]],
            (3, None) => [[0, -1, 0], [1, -1, 0], [0, 0, 1]],
            (3, Some('*')) => CYCLE,
            (4, None) => [[0, -1, 0], [1, 0, 0], [0, 0, 1]],
            (6, None) => [[1, -1, 0], [1, 0, 0], [0, 0, 1]],
            _ => return None,
        };
        let [cycle, back] = [CYCLE, CYCLE_BACK].map(|matrix| Operation::new(matrix, DVec3::ZERO));
        let mut turn = Operation::new(about_z, DVec3::ZERO);
        for _ in 0..(self.axis + 1) % 3 {
            turn = cycle.after(&turn).after(&back);
        }
        if self.is_improper {
            turn = Operation::new(INVERSION, DVec3::ZERO).after(&turn);
        }
        Some(Operation::new(turn.rotation(), DVec3::from_array(self.translation)))
    }
}

/// The axis that a rotation without one has by its place in the symbol.
fn implied_axis(order: u8, position: usize, previous: Option<&Rotation>) -> Option<(usize, Option<char>)> {
    match (position, order, previous) {
        (0, ..) => Some((2, None)),
        (1, 2, Some(Rotation { order: 2 | 4, .. })) => Some((0, None)),
        (1, 2, Some(Rotation { order: 3 | 6, axis, .. })) => Some((*axis, Some('^'))),
        (2, 3, _) => Some((2, Some('*'))),
        _ => None,
    }
}

/// New coordinates from old ones: x' = Vx + s.
struct Basis {
    matrix: DMat3,
    shift: DVec3,
}

impl Basis {
    fn parse(text: &str) -> Option<Self> {
        if text.contains(',') {
            // With a, b, c the transposed change would be meant.
            if text.contains(['a', 'b', 'c']) {
                return None;
            }
            let (rows, shift) = parse_affine(text).ok()?;
            let matrix = DMat3::from_cols_array_2d(&rows).transpose();
            return (matrix.determinant().abs() > 1e-6).then_some(Self { matrix, shift });
        }
        let twelfths: Vec<f64> = text
            .split_whitespace()
            .map(|word| word.parse::<i16>().ok().map(|n| f64::from(n) / 12.0))
            .collect::<Option<_>>()?;
        let shift = <[f64; 3]>::try_from(twelfths).ok()?;
        Some(Self { matrix: DMat3::IDENTITY, shift: DVec3::from_array(shift) })
    }

    /// The same operation in the new coordinates; `None` when it does not keep the new lattice.
    fn moved(&self, operation: &Operation) -> Option<Operation> {
        let rotation = self.matrix * operation.rotation_matrix() * self.matrix.inverse();
        let mut rows = [[0_i32; 3]; 3];
        for (row, written) in rows.iter_mut().zip(rotation.transpose().to_cols_array_2d()) {
            for (coefficient, value) in row.iter_mut().zip(written) {
                if (value - value.round()).abs() > 1e-6 || value.abs() > f64::from(MAX_COEFFICIENT) + 0.5 {
                    return None;
                }
                *coefficient = value.round() as i32;
            }
        }
        Some(Operation::new(rows, self.matrix * operation.translation() + self.shift - rotation * self.shift))
    }
}

/// All products. `None` when there are too many to be a space group.
fn generate(generators: &[Operation]) -> Option<Vec<Operation>> {
    let mut operations = vec![Operation::IDENTITY];
    let mut done = 0;
    while let Some(operation) = operations.get(done).copied() {
        for generator in generators {
            let product = generator.after(&operation);
            let is_known = operations.iter().any(|known| {
                known.rotation() == product.rotation()
                    && is_same_modulo_lattice(known.translation(), product.translation())
            });
            if is_known {
                continue;
            }
            let is_wild = product.rotation().as_flattened().iter().any(|c| c.abs() > MAX_COEFFICIENT);
            if is_wild || operations.len() >= MAX_OPERATIONS {
                return None;
            }
            operations.push(product);
        }
        done += 1;
    }
    Some(operations)
}
