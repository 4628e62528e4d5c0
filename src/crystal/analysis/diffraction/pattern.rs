//! The powder pattern: reflections merged into peaks over 2θ.
//!
//! 2θ = 2 asin(λ|g|/2); I = Σ |F|²·L with L = (1 + cos²2θ)/(sin²θ cos θ) for X-rays and 1/(sin²θ cos θ) for neutrons
//! (De Graef and McHenry, Structure of Materials, chapters 11 to 13). The multiplicity comes from the sum itself. Exact
//! back-reflection, where cos θ vanishes, is left out.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::{
    error::DiffractionError,
    orbit_merge, parity,
    radiation::{Probe, Radiation},
    reflections::{Reflections, UNUSED_SYMMETRY},
};

/// How reflections become peaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Merge {
    /// As pymatgen does: reflections whose 2θ falls into the same bin of 1e-5° are a peak; families are indices equal
    /// up to order and signs.
    Parity,
    /// By the orbits of the Laue group; orbits within 1e-4° of each other are a peak with several families.
    #[default]
    Symmetrized,
}

impl std::str::FromStr for Merge {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "parity" => Ok(Self::Parity),
            "symmetrized" => Ok(Self::Symmetrized),
            _ => Err(format!("`{name}` is no way to merge reflections; use parity or symmetrized")),
        }
    }
}

/// What to draw of a set of reflections.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PatternSettings {
    /// The wavelength.
    pub radiation: Radiation,
    /// From which 2θ, in degrees.
    pub lower_deg: f64,
    /// Up to which 2θ, in degrees; `None` goes up to back-reflection.
    pub upper_deg: Option<f64>,
    /// How reflections become peaks.
    pub merge: Merge,
    /// Whether the strongest peak is set to 100.
    pub scaled: bool,
}

impl Default for PatternSettings {
    fn default() -> Self {
        Self {
            radiation: Radiation::CU_KA,
            lower_deg: 0.0,
            upper_deg: Some(90.0),
            merge: Merge::default(),
            scaled: true,
        }
    }
}

impl PatternSettings {
    /// The limits of |g| = 2 sin θ/λ in 1/Å.
    ///
    /// # Errors
    /// When the range is empty or outside 0° to 180°.
    pub fn g_range_per_angstrom(&self) -> Result<(f64, f64), DiffractionError> {
        let upper_deg = self.upper_deg.unwrap_or(180.0);
        if !(self.lower_deg >= 0.0 && self.lower_deg < upper_deg && upper_deg <= 180.0) {
            return Err(DiffractionError::Range { lower_deg: self.lower_deg, upper_deg });
        }
        let g = |deg: f64| 2.0 * (0.5 * deg).to_radians().sin() / self.radiation.wavelength_angstrom();
        Ok((g(self.lower_deg), g(upper_deg)))
    }

    /// How far reflections have to reach for this pattern, in 1/Å.
    ///
    /// # Errors
    /// When the range is empty or outside 0° to 180°.
    pub fn g_max_per_angstrom(&self) -> Result<f64, DiffractionError> {
        self.g_range_per_angstrom().map(|(_, upper)| upper)
    }
}

/// Equivalent lattice planes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    /// The member with the largest indices, in the axes of the given cell.
    pub hkl: [i32; 3],
    /// How many members it has.
    pub multiplicity: u32,
    /// Whether the cell is hexagonal, so that (hkil) with i = −h − k is usual.
    pub four_index: bool,
}

impl Family {
    /// `(1 1 1)`, or `(1 0 -1 0)` in a hexagonal cell.
    #[must_use]
    pub fn text(&self) -> String {
        let [h, k, l] = self.hkl;
        if self.four_index { format!("({h} {k} {} {l})", -h - k) } else { format!("({h} {k} {l})") }
    }
}

/// A line of the pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Peak {
    /// 2θ in degrees.
    pub two_theta_deg: f64,
    /// Integrated intensity: 100 for the strongest peak, or |F|²·L summed where not scaled.
    pub intensity: f64,
    /// Distance of the planes in Å.
    pub d_angstrom: f64,
    /// Sum of |F|² over all reflections of the peak.
    pub f_squared_sum: f64,
    /// Which planes.
    pub families: Vec<Family>,
}

impl Serialize for Peak {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows: Vec<[i64; 4]> = self
            .families
            .iter()
            .map(|family| {
                let [h, k, l] = family.hkl.map(i64::from);
                [h, k, l, i64::from(family.multiplicity)]
            })
            .collect();
        let mut state = serializer.serialize_struct("Peak", 4)?;
        state.serialize_field("two_theta_deg", &self.two_theta_deg)?;
        state.serialize_field("intensity", &self.intensity)?;
        state.serialize_field("d_angstrom", &self.d_angstrom)?;
        state.serialize_field("hkl", &rows)?;
        state.end()
    }
}

/// A powder pattern of sharp lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// The wavelength.
    pub radiation: Radiation,
    /// What is scattered.
    pub probe: Probe,
    /// How reflections became peaks.
    pub merge: Merge,
    /// By rising 2θ. Peaks of at most 1e-3 % of the strongest are left out.
    pub peaks: Vec<Peak>,
    /// What had to be assumed, in sentences.
    pub notes: Vec<String>,
}

impl Pattern {
    /// The pattern of reflections that reach far enough.
    ///
    /// # Errors
    /// When the range is empty, or the reflections end before it does.
    pub fn new(reflections: &Reflections, settings: &PatternSettings) -> Result<Self, DiffractionError> {
        let (lower, upper) = settings.g_range_per_angstrom()?;
        if !reflections.covers(upper) {
            return Err(DiffractionError::NotCovered {
                needed_per_angstrom: upper,
                available_per_angstrom: reflections.g_max,
            });
        }
        let wavelength = settings.radiation.wavelength_angstrom();
        let window = Window { lower, upper, wavelength, probe: reflections.probe };
        let mut notes = reflections.notes.clone();
        let mut peaks = match settings.merge {
            Merge::Parity => parity::peaks(reflections, &window),
            Merge::Symmetrized => orbit_merge::peaks(reflections, &window),
        };
        if settings.merge == Merge::Parity && reflections.symmetrized {
            notes.push("The structure was idealised before its reflections were merged by angle".into());
        }
        if settings.merge == Merge::Symmetrized
            && !reflections.symmetrized
            && !notes.iter().any(|note| note.starts_with(UNUSED_SYMMETRY))
        {
            notes.push(format!("{UNUSED_SYMMETRY}they were computed without it"));
        }
        let strongest = peaks.iter().map(|peak| peak.intensity).fold(0.0, f64::max);
        if strongest > 0.0 {
            peaks.retain(|peak| peak.intensity / strongest * 100.0 > LEAST_PERCENT);
            if settings.scaled {
                for peak in &mut peaks {
                    peak.intensity = peak.intensity / strongest * 100.0;
                }
            }
        } else {
            peaks.clear();
            notes.push("No reflection of this range has any intensity".into());
        }
        Ok(Self {
            radiation: settings.radiation,
            probe: reflections.probe,
            merge: settings.merge,
            peaks,
            notes,
        })
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut state = serializer.serialize_struct("Pattern", 6)?;
        state.serialize_field("wavelength_angstrom", &self.radiation.wavelength_angstrom())?;
        state.serialize_field("peaks", &self.peaks)?;
        let merge = match self.merge {
            Merge::Parity => "parity",
            Merge::Symmetrized => "symmetrized",
        };
        state.serialize_field("merge", merge)?;
        state.serialize_field("radiation", &self.radiation.name())?;
        let probe = match self.probe {
            Probe::XRay => "x-ray",
            Probe::Neutron => "neutron",
        };
        state.serialize_field("probe", probe)?;
        state.serialize_field("notes", &self.notes)?;
        state.end()
    }
}

/// Peaks of at most this share of the strongest are left out, as in pymatgen.
const LEAST_PERCENT: f64 = 1e-3;
/// sin θ above this is back-reflection: its Lorentz factor has no limit.
const BACK_REFLECTION: f64 = 1.0 - 1e-12;

/// Which reflections are in the pattern, and where.
pub(super) struct Window {
    lower: f64,
    upper: f64,
    wavelength: f64,
    probe: Probe,
}

impl Window {
    /// 2θ in degrees and the Lorentz (and polarisation) factor of a reflection within the range.
    pub(super) fn place(&self, g: f64) -> Option<(f64, f64)> {
        // The edges are as wide as those of pymatgen's search for lattice points.
        let inside = g >= self.lower && g <= self.upper + 1e-8;
        let sine = 0.5 * self.wavelength * g;
        if !inside || sine > BACK_REFLECTION {
            return None;
        }
        let square = sine * sine;
        let lorentz = 1.0 / (square * (1.0 - square).sqrt());
        let polarisation = match self.probe {
            Probe::XRay => 1.0 + (1.0 - 2.0 * square).powi(2),
            Probe::Neutron => 1.0,
        };
        Some((2.0 * sine.asin().to_degrees(), lorentz * polarisation))
    }
}
