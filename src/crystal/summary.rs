//! What `vitrine crystal info` says about a structure. The field names and their order are a format that scripts read.

use std::path::Path;

use serde::{Serialize, Serializer, ser::SerializeMap as _};

use super::{
    formula::{Amount, amount_text, amounts},
    io::Format,
    lattice::CellParameters,
    space_group::{SpaceGroup, detect},
    structure::Structure,
};

pub use super::formula::{formula, formula_subscripted};

/// 1 u/Å³ in g/cm³ (CODATA 2018).
const GRAM_PER_CM3: f64 = 1.660_539_066_60;

/// A structure in numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// The file.
    pub path: String,
    /// Name of the file format.
    pub format: String,
    /// Reduced formula, by rising electronegativity.
    pub formula: String,
    /// Atoms per cell (or per molecule), in the order of the formula.
    pub composition: Composition,
    /// Sites of the full cell.
    pub sites: usize,
    /// Distinct sites.
    pub asymmetric_sites: usize,
    /// The cell; `None` for molecules.
    pub cell: Option<Cell>,
    /// Density from masses and cell; `None` for molecules.
    pub density_g_cm3: Option<f64>,
    /// The detected space group; `None` for molecules, or with a warning where the search failed.
    pub space_group: Option<Group>,
    /// What the reader or the symmetry search had to say.
    pub warnings: Vec<String>,
}

/// Lengths in Å, angles in degrees, volume in Å³.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Cell {
    /// Lengths and angles.
    #[serde(flatten)]
    pub parameters: CellParameters,
    /// Volume in Å³.
    pub volume: f64,
}

/// Number and short Hermann–Mauguin symbol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    /// 1–230.
    pub number: i32,
    /// `Fm-3m`.
    pub symbol: String,
}

/// Elements and amounts; written as a map in this order, whole amounts as integers.
#[derive(Clone, Debug, PartialEq)]
pub struct Composition(pub Vec<Amount>);

impl Serialize for Composition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (element, amount) in &self.0 {
            match amount_text(*amount).parse::<u64>() {
                Ok(whole) => map.serialize_entry(element.symbol(), &whole)?,
                Err(_) => map.serialize_entry(element.symbol(), &rounded(*amount))?,
            }
        }
        map.end()
    }
}

impl Summary {
    /// Gathers the numbers, and searches the space group within `tolerance_angstrom`.
    #[must_use]
    pub fn new(structure: &Structure, path: &Path, format: Format, tolerance_angstrom: f64) -> Self {
        let mut warnings = structure.warnings.clone();
        let cell = structure.periodic.then(|| Cell {
            parameters: cleaned(structure.lattice.parameters()),
            volume: rounded(structure.lattice.volume_angstrom3()),
        });
        let space_group = match detect(structure, tolerance_angstrom) {
            Ok(SpaceGroup { number, symbol, .. }) => Some(Group { number, symbol }),
            Err(error) => {
                if structure.periodic {
                    warnings.push(format!("the space group was not determined: {error}"));
                }
                None
            }
        };
        Self {
            path: path.display().to_string(),
            format: format.to_string(),
            formula: formula(structure),
            composition: Composition(amounts(structure)),
            sites: structure.sites.len(),
            asymmetric_sites: structure.asymmetric.len(),
            cell,
            density_g_cm3: density_g_cm3(structure).map(rounded),
            space_group,
            warnings,
        }
    }
}

/// Density from standard atomic weights, occupancies and cell volume; `None` for molecules.
#[must_use]
pub fn density_g_cm3(structure: &Structure) -> Option<f64> {
    let mass_u: f64 = amounts(structure).iter().map(|(element, amount)| amount * element.data().mass_u).sum();
    structure.periodic.then(|| GRAM_PER_CM3 * mass_u / structure.lattice.volume_angstrom3())
}

/// To six decimals, which is more than any file states: 90.00000000000001° serves nobody.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

fn cleaned(cell: CellParameters) -> CellParameters {
    let CellParameters { a, b, c, alpha, beta, gamma } = cell;
    CellParameters {
        a: rounded(a),
        b: rounded(b),
        c: rounded(c),
        alpha: rounded(alpha),
        beta: rounded(beta),
        gamma: rounded(gamma),
    }
}
