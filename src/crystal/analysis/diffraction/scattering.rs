//! How strongly one atom scatters, from `assets/scattering.ron`.
//!
//! X-rays: f(s) = Z − 41.78214 s² Σ aᵢ exp(−bᵢ s²) with s = sin θ/λ. The Gaussians were fitted for small s; far out the
//! sum dies and f would rise again towards Z. So s² is held at the turning point, and f at 0 (hydrogen dips below it).
//! Neutrons: the coherent scattering length, the same at every angle.

use std::{f64::consts::PI, sync::LazyLock};

use crate::crystal::element::Element;

use super::{error::DiffractionError, radiation::Probe};

/// Inverse of the constant in the formula of Mott and Bethe, in 1/(Å² · Å).
const MOTT_BETHE: f64 = 41.782_14;
/// Turning points are looked for up to this s² in 1/Å²: s = 10 is beyond any laboratory.
const FARTHEST: f64 = 100.0;

/// B in Å² of a mean-square displacement U in Å²: B = 8π² U.
#[must_use]
pub fn b_from_u(u_angstrom2: f64) -> f64 {
    8.0 * PI * PI * u_angstrom2
}

/// What an atom does to the amplitude of a scattered wave.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scattering {
    /// The factor for X-rays, in electrons.
    XRay {
        /// Electrons of the neutral atom.
        electrons: f64,
        /// Pairs (a in Å, b in Å²), as long as tabulated; the rest are zeros.
        gaussians: [(f64, f64); 4],
        /// Where the factor stops falling, as s² in 1/Å².
        turning_point: f64,
    },
    /// The coherent length for neutrons.
    Neutron {
        /// In fm; negative for some nuclei.
        length_fm: f64,
    },
}

impl Scattering {
    /// Of a neutral atom of an element, isotopes in their natural mixture.
    ///
    /// # Errors
    /// When the element has no entry.
    pub fn of(element: Element, probe: Probe) -> Result<Self, DiffractionError> {
        let rows = match probe {
            Probe::XRay => &TABLE.xray,
            Probe::Neutron => &TABLE.neutron,
        };
        let entry = rows.get(usize::from(element.number())).copied().flatten();
        entry.ok_or(DiffractionError::NoScattering { element, probe })
    }

    /// The amplitude at s² = (sin θ/λ)² in 1/Å², in electrons or fm.
    #[must_use]
    pub fn amplitude(&self, s_squared: f64) -> f64 {
        match *self {
            Self::Neutron { length_fm } => length_fm,
            Self::XRay { electrons, gaussians, turning_point } => {
                let s_squared = s_squared.min(turning_point);
                let sum: f64 = gaussians.iter().map(|(a, b)| a * (-b * s_squared).exp()).sum();
                (electrons - MOTT_BETHE * s_squared * sum).max(0.0)
            }
        }
    }

    /// The amplitudes at many s² in 1/Å², given as a walk: s²(i) = `start` + `slope`·i + `curve`·i² for i = 0, 1, …
    ///
    /// Each Gaussian of a quadratic walk is the one before times a factor that itself changes by a constant factor, so
    /// that a row needs three exponentials and not one per point. After n steps n²/2 roundings have come together:
    /// 1e-13 for the rows of common cells.
    pub(super) fn walk(&self, [start, slope, curve]: [f64; 3], out: &mut [f64]) {
        match *self {
            Self::Neutron { length_fm } => out.fill(length_fm),
            Self::XRay { electrons, gaussians, turning_point } => {
                out.fill(0.0);
                for (a, b) in gaussians.iter().filter(|(a, _)| *a != 0.0) {
                    let mut value = a * (-b * start).exp();
                    let mut ratio = (-b * (slope + curve)).exp();
                    let change = (-2.0 * b * curve).exp();
                    for sum in out.iter_mut() {
                        *sum += value;
                        value *= ratio;
                        ratio *= change;
                    }
                }
                let held = self.amplitude(turning_point);
                for (i, place) in out.iter_mut().enumerate() {
                    let i = i as f64;
                    let s_squared = start + i * (slope + curve * i);
                    let f = (electrons - MOTT_BETHE * s_squared * *place).max(0.0);
                    *place = if s_squared > turning_point { held } else { f };
                }
            }
        }
    }

    /// The s² in 1/Å² beyond which the factor for X-rays is held.
    #[must_use]
    pub fn held_beyond(&self) -> Option<f64> {
        match *self {
            Self::XRay { turning_point, .. } => Some(turning_point),
            Self::Neutron { .. } => None,
        }
    }
}

#[derive(serde::Deserialize)]
struct Rows {
    xray: Vec<(String, Vec<(f64, f64)>)>,
    neutron: Vec<(String, f64)>,
}

/// By atomic number.
struct Table {
    xray: Vec<Option<Scattering>>,
    neutron: Vec<Option<Scattering>>,
}

#[expect(clippy::expect_used, reason = "the table is part of the program and a test reads all of it")]
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let rows: Rows = ron::from_str(include_str!("../../../../assets/scattering.ron"))
        .expect("assets/scattering.ron is valid");
    let empty = || vec![None; usize::from(Element::MAX_NUMBER) + 1];
    let number =
        |symbol: &str| Element::from_symbol(symbol).expect("assets/scattering.ron names elements").number();
    let mut table = Table { xray: empty(), neutron: empty() };
    for (symbol, pairs) in &rows.xray {
        let mut gaussians = [(0.0, 0.0); 4];
        for (place, pair) in gaussians.iter_mut().zip(pairs) {
            *place = *pair;
        }
        let electrons = f64::from(number(symbol));
        let entry = Scattering::XRay { electrons, gaussians, turning_point: turning_point(&gaussians) };
        if let Some(place) = table.xray.get_mut(usize::from(number(symbol))) {
            *place = Some(entry);
        }
    }
    for (symbol, length_fm) in &rows.neutron {
        if let Some(place) = table.neutron.get_mut(usize::from(number(symbol))) {
            *place = Some(Scattering::Neutron { length_fm: *length_fm });
        }
    }
    table
});

/// The first s² at which the slope −Σ a exp(−b s²)(1 − b s²) of the factor turns from falling to rising.
fn turning_point(gaussians: &[(f64, f64); 4]) -> f64 {
    let falling =
        |u: f64| gaussians.iter().map(|(a, b)| a * (-b * u).exp() * (1.0 - b * u)).sum::<f64>() > 0.0;
    let step = 0.01;
    let steps = (FARTHEST / step) as u32;
    let Some(above) = (1..=steps).map(|i| f64::from(i) * step).find(|u| !falling(*u)) else {
        return FARTHEST;
    };
    let (mut low, mut high) = (above - step, above);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if falling(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}
