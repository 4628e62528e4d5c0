//! |F|² of many reciprocal points at once.
//!
//! F(hkl) = Σ_e f_e(s) Σ_j o_j exp(2πi(hx_j + ky_j + lz_j)): the inner sum runs over the atoms of one element, the form
//! factor is taken once. The phases e^{2πihx}, e^{2πiky} and e^{2πilz} are tabulated per atom. Along a row of constant
//! h and k the product of the first two is formed once, with the l₀ of the point closest to the origin; the points
//! l₀ + m and l₀ − m then share their four products of real numbers, so that one pass over the atoms gives two
//! amplitudes. As l₀ is a matter of the lattice alone, a value is the same to the last bit however far the rows reach.
//!
//! Where the atoms of an element move differently, each carries a factor of its own for every point. Its exponent is
//! quadratic in l, so the factors along a row follow from each other by two multiplications.

use std::f64::consts::PI;

use glam::DVec3;
use rayon::prelude::*;

use crate::crystal::element::Element;

use super::{
    atoms::{Atom, Motion},
    error::DiffractionError,
    phases::{LANES, Middle, Reach, Scratch, Tables},
    points::Row,
    radiation::Probe,
    scattering::Scattering,
};

/// Atoms in one block, whose tables should stay in the cache. Fixed, so that no sum depends on how far the rows reach.
const BLOCK: usize = 512;
/// Terms (points × atoms) from which on the rows are spread over the cores.
const PARALLEL_TERMS: usize = 4_000_000;

/// |F|² of every point of the rows, one after the other.
pub(super) fn squared_amplitudes(
    atoms: &[Atom],
    probe: Probe,
    reciprocal: &[DVec3; 3],
    rows: &[Row],
) -> Result<Vec<f64>, DiffractionError> {
    let total = rows.iter().map(|row| row.count).sum();
    let mut sums = vec![Complex::ZERO; total];
    let reach = Reach::of(rows, reciprocal);
    for kind in kinds(atoms, probe)? {
        for part in kind.atoms.chunks(BLOCK) {
            let tables = Tables::new(part, &reach);
            let moving = match kind.shared_b {
                Some(_) => Vec::new(),
                None => tensors(part, reciprocal),
            };
            let work = |scratch: &mut Scratch, (row, out): &mut (&Row, &mut [Complex])| match kind.shared_b {
                Some(b) => add_row(&tables, &kind.scattering, b, reciprocal, **row, scratch, out),
                None => add_moving_row(&tables, &kind.scattering, &moving, reciprocal, **row, scratch, out),
            };
            let mut jobs = split(rows, &mut sums);
            if total.saturating_mul(part.len()) >= PARALLEL_TERMS {
                jobs.par_iter_mut().for_each_init(Scratch::default, work);
            } else {
                let mut scratch = Scratch::default();
                for job in &mut jobs {
                    work(&mut scratch, job);
                }
            }
        }
    }
    Ok(sums.iter().map(|f| f.re * f.re + f.im * f.im).collect())
}

/// The part of each row in the results.
fn split<'r, 'o>(rows: &'r [Row], mut out: &'o mut [Complex]) -> Vec<(&'r Row, &'o mut [Complex])> {
    let mut jobs = Vec::with_capacity(rows.len());
    for row in rows {
        let Some((own, rest)) = std::mem::take(&mut out).split_at_mut_checked(row.count) else { break };
        jobs.push((row, own));
        out = rest;
    }
    jobs
}

#[derive(Clone, Copy, Debug, Default)]
struct Complex {
    re: f64,
    im: f64,
}

impl Complex {
    const ZERO: Self = Self { re: 0.0, im: 0.0 };
}

/// The atoms of one element.
struct Kind {
    scattering: Scattering,
    /// B in Å² where all of them have the same.
    shared_b: Option<f64>,
    atoms: Vec<Atom>,
}

fn kinds(atoms: &[Atom], probe: Probe) -> Result<Vec<Kind>, DiffractionError> {
    let mut elements: Vec<Element> = atoms.iter().map(|atom| atom.element).collect();
    elements.sort_unstable();
    elements.dedup();
    let kind = |element: Element| {
        let own: Vec<Atom> = atoms.iter().filter(|atom| atom.element == element).copied().collect();
        let shared_b = match own.first().map(|atom| atom.motion) {
            Some(Motion::Isotropic(b)) if own.iter().all(|a| a.motion == Motion::Isotropic(b)) => Some(b),
            _ => None,
        };
        Ok(Kind { scattering: Scattering::of(element, probe)?, shared_b, atoms: own })
    };
    elements.into_iter().map(kind).collect()
}

/// Σ ac, Σ bs, Σ as, Σ bc over atoms with a + ib from the scratch and c + is from the table.
fn products(a: &[f64], b: &[f64], c: &[f64], s: &[f64]) -> [f64; 4] {
    let mut sums = [[0.0_f64; LANES]; 4];
    let [ac, bs, as_, bc] = &mut sums;
    let fours = a.as_chunks::<LANES>().0.iter().zip(b.as_chunks::<LANES>().0);
    let others = c.as_chunks::<LANES>().0.iter().zip(s.as_chunks::<LANES>().0);
    for ((a, b), (c, s)) in fours.zip(others) {
        for i in 0..LANES {
            ac[i] += a[i] * c[i];
            bs[i] += b[i] * s[i];
            as_[i] += a[i] * s[i];
            bc[i] += b[i] * c[i];
        }
    }
    sums.map(|lanes| lanes.iter().sum())
}

/// Adds one element, all of whose atoms have the same B, to a row.
fn add_row(
    tables: &Tables,
    scattering: &Scattering,
    b: f64,
    reciprocal: &[DVec3; 3],
    row: Row,
    scratch: &mut Scratch,
    out: &mut [Complex],
) {
    let middle = Middle::of(row, reciprocal);
    scratch.fill(tables, row.h, row.k, middle.l);
    middle.form_factors(scattering, scratch);
    if b != 0.0 {
        for (m, (up, down)) in scratch.up.iter_mut().zip(&mut scratch.down).enumerate() {
            let m = m as f64;
            let even = middle.s_squared + middle.curve * m * m;
            *up *= (-b * (even + middle.slope * m)).exp();
            *down *= (-b * (even - middle.slope * m)).exp();
        }
    }
    for (m, (up, down)) in scratch.up.iter().zip(&scratch.down).enumerate().skip(middle.steps.start) {
        let (c, s) = tables.l.line(m as i32);
        let [ac, bs, as_, bc] = products(&scratch.re, &scratch.im, c, s);
        let [above, below] = middle.places(row, m);
        if let Some(sum) = above.and_then(|index| out.get_mut(index)) {
            sum.re += up * (ac - bs);
            sum.im += up * (as_ + bc);
        }
        if let Some(sum) = below.and_then(|index| out.get_mut(index)) {
            sum.re += down * (ac + bs);
            sum.im += down * (bc - as_);
        }
    }
}

/// Per atom, padded: the exponent, and the constant change of the ratio of neighbouring factors along l.
fn tensors(atoms: &[Atom], reciprocal: &[DVec3; 3]) -> Vec<([f64; 6], f64)> {
    let tensor = |atom: &Atom| {
        let q = exponent(atom.motion, reciprocal);
        let [_, _, ll, ..] = q;
        (q, (-2.0 * ll).exp())
    };
    let mut tensors: Vec<_> = atoms.iter().map(tensor).collect();
    tensors.resize(atoms.len().next_multiple_of(LANES), ([0.0; 6], 1.0));
    tensors
}

/// The six numbers q with 2π² gᵀUg = Σ q (hh, kk, ll, kl, hl, hk).
fn exponent(motion: Motion, reciprocal: &[DVec3; 3]) -> [f64; 6] {
    let u = motion.tensor();
    let [a, b, c] = reciprocal;
    let q = |x: &DVec3, y: &DVec3| 2.0 * PI * PI * 0.5 * (x.dot(u * *y) + y.dot(u * *x));
    [q(a, a), q(b, b), q(c, c), 2.0 * q(b, c), 2.0 * q(a, c), 2.0 * q(a, b)]
}

/// Adds one element whose atoms move differently. `tensors` has an entry per atom of the tables, padding included.
fn add_moving_row(
    tables: &Tables,
    scattering: &Scattering,
    tensors: &[([f64; 6], f64)],
    reciprocal: &[DVec3; 3],
    row: Row,
    scratch: &mut Scratch,
    out: &mut [Complex],
) {
    let middle = Middle::of(row, reciprocal);
    scratch.fill(tables, row.h, row.k, middle.l);
    middle.form_factors(scattering, scratch);
    let (h, k, l) = (f64::from(row.h), f64::from(row.k), f64::from(middle.l));
    for direction in [1.0, -1.0] {
        let Scratch { re, im, up, down, factor, ratio } = &mut *scratch;
        factor.clear();
        ratio.clear();
        for ([hh, kk, ll, kl, hl, hk], _) in tensors {
            let start = hh * h * h + kk * k * k + ll * l * l + kl * k * l + hl * h * l + hk * h * k;
            let slope = direction * (2.0 * ll * l + kl * k + hl * h);
            factor.push((-start).exp());
            ratio.push((-slope - ll).exp());
        }
        let form_factors = if direction > 0.0 { &*up } else { &*down };
        for (m, f) in form_factors.iter().enumerate() {
            let (c, s) = tables.l.line(m as i32);
            let [ac, bs, as_, bc] = moving_products(re, im, c, s, factor, ratio, tensors);
            let [above, below] = middle.places(row, m);
            let index = if direction > 0.0 { above } else { below };
            if let Some(sum) = index.and_then(|index| out.get_mut(index)) {
                sum.re += f * (ac - direction * bs);
                sum.im += f * (bc + direction * as_);
            }
        }
    }
}

/// As [`products`], each atom with the factor of its motion, which then takes its next step.
fn moving_products(
    a: &[f64],
    b: &[f64],
    c: &[f64],
    s: &[f64],
    factor: &mut [f64],
    ratio: &mut [f64],
    tensors: &[([f64; 6], f64)],
) -> [f64; 4] {
    let mut sums = [[0.0_f64; LANES]; 4];
    let [ac, bs, as_, bc] = &mut sums;
    let waves = a.as_chunks::<LANES>().0.iter().zip(b.as_chunks::<LANES>().0);
    let lines = c.as_chunks::<LANES>().0.iter().zip(s.as_chunks::<LANES>().0);
    let moves = factor.as_chunks_mut::<LANES>().0.iter_mut().zip(ratio.as_chunks_mut::<LANES>().0);
    let changes = tensors.as_chunks::<LANES>().0;
    for ((((a, b), (c, s)), (factor, ratio)), change) in waves.zip(lines).zip(moves).zip(changes) {
        for i in 0..LANES {
            // A tensor that is not positive would strengthen the scattering without bound.
            let weight = factor[i].min(1.0);
            let (x, y) = (weight * a[i], weight * b[i]);
            ac[i] += x * c[i];
            bs[i] += y * s[i];
            as_[i] += x * s[i];
            bc[i] += y * c[i];
            factor[i] *= ratio[i];
            ratio[i] *= change[i].1;
        }
    }
    sums.map(|lanes| lanes.iter().sum())
}
