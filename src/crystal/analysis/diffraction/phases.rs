//! What the sums over atoms are made of: tables of phases, and rows of points seen from their middle.

use std::{f64::consts::TAU, ops::Range};

use glam::DVec3;

use super::{
    atoms::Atom,
    points::{Row, reciprocal_vector},
    scattering::Scattering,
};

/// Sums run over this many atoms at once; the tables are padded to it.
pub(super) const LANES: usize = 4;

/// Largest absolute indices, for the tables.
pub(super) struct Reach {
    pub(super) h: usize,
    pub(super) k: usize,
    pub(super) l: usize,
}

impl Reach {
    pub(super) fn of(rows: &[Row], reciprocal: &[DVec3; 3]) -> Self {
        let mut reach = Self { h: 0, k: 0, l: 0 };
        for row in rows {
            let middle = Middle::of(*row, reciprocal);
            reach.h = reach.h.max(row.h.unsigned_abs() as usize);
            reach.k = reach.k.max(row.k.unsigned_abs() as usize);
            reach.l = reach.l.max(middle.l.unsigned_abs() as usize).max(middle.steps.end);
        }
        reach
    }
}

/// e^{2πinx} for n from 0 on: one line of real and one of imaginary parts per n, atom by atom.
pub(super) struct Phases {
    pub(super) width: usize,
    pub(super) re: Vec<f64>,
    pub(super) im: Vec<f64>,
}

impl Phases {
    /// Each line is the one before times the first, which loses a digit in some hundred steps.
    pub(super) fn new(coordinates: impl Iterator<Item = f64>, width: usize, largest: usize) -> Self {
        let wave = |x: f64| (TAU * (x - x.floor())).sin_cos();
        let still = std::iter::repeat((0.0, 1.0));
        let (sines, cosines): (Vec<f64>, Vec<f64>) = coordinates.map(wave).chain(still).take(width).unzip();
        let mut re = vec![1.0; width];
        let mut im = vec![0.0; width];
        re.reserve_exact(width * largest);
        im.reserve_exact(width * largest);
        let (mut x, mut y) = (re.clone(), im.clone());
        for _ in 0..largest {
            for ((x, y), (c, s)) in x.iter_mut().zip(&mut y).zip(cosines.iter().zip(&sines)) {
                (*x, *y) = (*x * c - *y * s, *x * s + *y * c);
            }
            re.extend_from_slice(&x);
            im.extend_from_slice(&y);
        }
        Self { width, re, im }
    }

    pub(super) fn line(&self, n: i32) -> (&[f64], &[f64]) {
        let start = n.unsigned_abs() as usize * self.width;
        let range = start..start + self.width;
        (self.re.get(range.clone()).unwrap_or_default(), self.im.get(range).unwrap_or_default())
    }
}

pub(super) struct Tables {
    pub(super) occupancy: Vec<f64>,
    pub(super) h: Phases,
    pub(super) k: Phases,
    pub(super) l: Phases,
}

impl Tables {
    /// Padded with atoms of no occupancy.
    pub(super) fn new(atoms: &[Atom], reach: &Reach) -> Self {
        let width = atoms.len().next_multiple_of(LANES);
        let mut occupancy: Vec<f64> = atoms.iter().map(|atom| atom.occupancy).collect();
        occupancy.resize(width, 0.0);
        Self {
            occupancy,
            h: Phases::new(atoms.iter().map(|atom| atom.frac.x), width, reach.h),
            k: Phases::new(atoms.iter().map(|atom| atom.frac.y), width, reach.k),
            l: Phases::new(atoms.iter().map(|atom| atom.frac.z), width, reach.l),
        }
    }
}

/// o e^{2πi(hx + ky + l₀z)} per atom.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) re: Vec<f64>,
    pub(super) im: Vec<f64>,
    /// Form factors from the middle of a row upwards, and downwards.
    pub(super) up: Vec<f64>,
    pub(super) down: Vec<f64>,
    /// Per atom, from the middle of a row upwards: the factor of its motion, and what it is multiplied with next.
    pub(super) factor: Vec<f64>,
    pub(super) ratio: Vec<f64>,
}

impl Scratch {
    pub(super) fn fill(&mut self, tables: &Tables, h: i32, k: i32, l: i32) {
        self.re.clear();
        self.im.clear();
        let ((h_re, h_im), (k_re, k_im), (l_re, l_im)) =
            (tables.h.line(h), tables.k.line(k), tables.l.line(l));
        // A negative index is the conjugate.
        let sign = |n: i32| if n < 0 { -1.0 } else { 1.0 };
        let (h_sign, k_sign, l_sign) = (sign(h), sign(k), sign(l));
        let hs = h_re.iter().zip(h_im);
        let ks = k_re.iter().zip(k_im);
        let ls = l_re.iter().zip(l_im);
        for (((o, (hr, hi)), (kr, ki)), (lr, li)) in tables.occupancy.iter().zip(hs).zip(ks).zip(ls) {
            let (hi, ki, li) = (h_sign * hi, k_sign * ki, l_sign * li);
            let (re, im) = (hr * kr - hi * ki, hr * ki + hi * kr);
            self.re.push(o * (re * lr - im * li));
            self.im.push(o * (re * li + im * lr));
        }
    }
}

/// A row seen from its point closest to the origin.
pub(super) struct Middle {
    pub(super) l: i32,
    /// s²(l ± m) = `s_squared` ± `slope` m + `curve` m².
    pub(super) s_squared: f64,
    pub(super) slope: f64,
    pub(super) curve: f64,
    /// The steps m that reach a point of the row on either side.
    pub(super) steps: Range<usize>,
}

impl Middle {
    pub(super) fn of(row: Row, reciprocal: &[DVec3; 3]) -> Self {
        let c = reciprocal[2];
        let base = reciprocal_vector(reciprocal, [row.h, row.k, 0]);
        let l = (-base.dot(c) / c.length_squared()).round() as i32;
        let g = base + f64::from(l) * c;
        let last_l = row.first_l + row.count as i32 - 1;
        let nearest = (row.first_l - l).max(l - last_l).max(0);
        let farthest = (last_l - l).max(l - row.first_l);
        Self {
            l,
            s_squared: 0.25 * g.length_squared(),
            slope: 0.5 * g.dot(c),
            curve: 0.25 * c.length_squared(),
            steps: nearest as usize..farthest as usize + 1,
        }
    }

    /// Where l + m and l − m stand in the row; the latter not for m = 0.
    pub(super) fn places(&self, row: Row, m: usize) -> [Option<usize>; 2] {
        let at = |l: i32| usize::try_from(l - row.first_l).ok();
        let below = if m == 0 { None } else { at(self.l - m as i32) };
        [at(self.l + m as i32), below]
    }

    /// Fills the form factors on both sides.
    pub(super) fn form_factors(&self, scattering: &Scattering, scratch: &mut Scratch) {
        scratch.up.resize(self.steps.end, 0.0);
        scratch.down.resize(self.steps.end, 0.0);
        scattering.walk([self.s_squared, self.slope, self.curve], &mut scratch.up);
        scattering.walk([self.s_squared, -self.slope, self.curve], &mut scratch.down);
    }
}
