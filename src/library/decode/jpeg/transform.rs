//! The inverse cosine transform of 1, 2, 4 or 8 points in each direction.
//!
//! With fewer points than eight it takes only the low coefficients, which is the picture low-passed and shrunk. The
//! sides of a block may differ, as chroma's do when it is halved in one direction.

use std::f64::consts::PI;
use std::sync::LazyLock;

/// `[u][x]` of the orthonormal transform, times √(n/8) for the coefficients of eight points.
type Basis<const N: usize> = [[f32; N]; N];

fn basis<const N: usize>() -> Basis<N> {
    let mut basis = [[0.0; N]; N];
    for (u, row) in basis.iter_mut().enumerate() {
        for (x, value) in row.iter_mut().enumerate() {
            let first = if u == 0 { (0.5_f64).sqrt() } else { 1.0 };
            let angle = PI * (2 * x + 1) as f64 * u as f64 / (2 * N) as f64;
            *value = (first * (2.0 / N as f64).sqrt() * angle.cos() * (N as f64 / 8.0).sqrt()) as f32;
        }
    }
    basis
}

static ONE: LazyLock<Basis<1>> = LazyLock::new(basis);
static TWO: LazyLock<Basis<2>> = LazyLock::new(basis);
static FOUR: LazyLock<Basis<4>> = LazyLock::new(basis);
static EIGHT: LazyLock<Basis<8>> = LazyLock::new(basis);

/// A sample from its difference to gray.
#[inline]
pub fn sample(level: f32) -> u8 {
    // The conversion saturates.
    (level + 128.5) as u8
}

/// Writes `across` × `down` samples, each row `stride` after the one before.
#[inline]
pub fn inverse(block: &[f32; 64], across: usize, down: usize, samples: &mut [u8], stride: usize) {
    match (across, down) {
        (8, 8) => separable(block, &EIGHT, &EIGHT, samples, stride),
        (4, 4) => separable(block, &FOUR, &FOUR, samples, stride),
        (2, 2) => separable(block, &TWO, &TWO, samples, stride),
        (8, 4) => separable(block, &EIGHT, &FOUR, samples, stride),
        (8, 2) => separable(block, &EIGHT, &TWO, samples, stride),
        (8, 1) => separable(block, &EIGHT, &ONE, samples, stride),
        (4, 8) => separable(block, &FOUR, &EIGHT, samples, stride),
        (4, 2) => separable(block, &FOUR, &TWO, samples, stride),
        (4, 1) => separable(block, &FOUR, &ONE, samples, stride),
        (2, 8) => separable(block, &TWO, &EIGHT, samples, stride),
        (2, 4) => separable(block, &TWO, &FOUR, samples, stride),
        (2, 1) => separable(block, &TWO, &ONE, samples, stride),
        (1, 8) => separable(block, &ONE, &EIGHT, samples, stride),
        (1, 4) => separable(block, &ONE, &FOUR, samples, stride),
        (1, 2) => separable(block, &ONE, &TWO, samples, stride),
        _ => separable(block, &ONE, &ONE, samples, stride),
    }
}

#[inline]
fn separable<const W: usize, const H: usize>(
    block: &[f32; 64],
    across: &Basis<W>,
    down: &Basis<H>,
    samples: &mut [u8],
    stride: usize,
) {
    // Rows of coefficients first: each becomes W values.
    let mut rows = [[0.0_f32; W]; H];
    // Below the last row that holds anything there is nothing to add.
    let mut used = 0;
    for (v, (row, coefficients)) in rows.iter_mut().zip(block.as_chunks::<8>().0).enumerate() {
        if coefficients == &[0.0; 8] {
            continue;
        }
        used = v + 1;
        for (coefficient, wave) in coefficients.iter().zip(across) {
            for (value, height) in row.iter_mut().zip(wave) {
                *value += coefficient * height;
            }
        }
    }
    for (y, line) in samples.chunks_mut(stride.max(1)).take(H).enumerate() {
        let mut values = [0.0_f32; W];
        for (row, wave) in rows.iter().zip(down).take(used) {
            let height = wave.get(y).copied().unwrap_or(0.0);
            for (value, level) in values.iter_mut().zip(row) {
                *value += level * height;
            }
        }
        for (place, value) in line.iter_mut().zip(values) {
            *place = sample(value);
        }
    }
}
