//! The structure: what readers produce and everything else looks at.
//!
//! A structure lists its crystallographically distinct sites once (`asymmetric`) and every atom of the full cell by
//! reference to them (`sites`). Fractional coordinates are the truth; Cartesian ones are derived.

use std::collections::BTreeMap;

use glam::{DMat3, DVec3};

use super::{element::Element, lattice::Lattice};

/// One species on a site and how much of the site it fills.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Occupant {
    /// Which element.
    pub element: Element,
    /// Fraction of the site, 0–1 (explicit zeros are kept as written).
    pub occupancy: f64,
    /// Formal charge where the file states one (`Fe3+` is 3).
    pub charge: Option<i8>,
}

/// Thermal displacement of a site.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum Displacement {
    /// The file says nothing.
    #[default]
    Unknown,
    /// Isotropic mean-square displacement U in Å².
    Isotropic(f64),
    /// Mean-square displacement tensor U in Å², Cartesian axes of the structure.
    Anisotropic(DMat3),
}

/// A distinct site: what sits there, under which name.
#[derive(Clone, Debug, PartialEq)]
pub struct AsymmetricSite {
    /// Label as in the file (`Fe1`); labels of rows that share one place are joined with `/`.
    pub label: String,
    /// Species in the order of the file; more than one means substitutional disorder. Never empty.
    pub occupants: Vec<Occupant>,
    /// Disorder assembly and group (`A`, `1`) where the file states them.
    pub disorder: Option<(String, String)>,
}

impl AsymmetricSite {
    /// The species that fills most of the site: its colour and radius stand for the site.
    #[must_use]
    pub fn main_element(&self) -> Element {
        let mut best: Option<&Occupant> = None;
        for occupant in &self.occupants {
            if best.is_none_or(|b| occupant.occupancy > b.occupancy) {
                best = Some(occupant);
            }
        }
        best.map_or(Element::HYDROGEN, |o| o.element)
    }

    /// Sum of the occupancies.
    #[must_use]
    pub fn total_occupancy(&self) -> f64 {
        self.occupants.iter().map(|o| o.occupancy).sum()
    }
}

/// One atom place of the full cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Site {
    /// Index into [`Structure::asymmetric`].
    pub asymmetric: u32,
    /// Fractional coordinates, within [0, 1) for periodic structures.
    pub frac: DVec3,
    /// Displacement, already turned by the symmetry operation that made this site.
    pub displacement: Displacement,
}

/// A crystal, or a molecule when `periodic` is false.
#[derive(Clone, Debug, PartialEq)]
pub struct Structure {
    /// Name of the data block, title line or comment; may be empty.
    pub name: String,
    /// The cell; [`Lattice::UNIT`] when not periodic.
    pub lattice: Lattice,
    /// Whether the lattice repeats the sites.
    pub periodic: bool,
    /// Distinct sites.
    pub asymmetric: Vec<AsymmetricSite>,
    /// Every site of the full cell.
    pub sites: Vec<Site>,
    /// Space group as the file states it, for comparison with the detected one.
    pub stated_space_group: Option<String>,
    /// What the reader had to assume or repair, in sentences.
    pub warnings: Vec<String>,
}

impl Structure {
    /// Cartesian position in Å of a site.
    #[must_use]
    pub fn cart(&self, site: &Site) -> DVec3 {
        self.lattice.cart_from_frac(site.frac)
    }

    /// The distinct site that `site` is an image of.
    #[must_use]
    pub fn asymmetric_of(&self, site: &Site) -> Option<&AsymmetricSite> {
        self.asymmetric.get(site.asymmetric as usize)
    }

    /// The species that stands for a site.
    #[must_use]
    pub fn element_of(&self, site: &Site) -> Element {
        self.asymmetric_of(site).map_or(Element::HYDROGEN, AsymmetricSite::main_element)
    }

    /// Atoms per cell by element, weighted with the occupancies; alphabetical by symbol.
    #[must_use]
    pub fn composition(&self) -> BTreeMap<&'static str, f64> {
        let mut counts = vec![0_u64; self.asymmetric.len()];
        for site in &self.sites {
            if let Some(count) = counts.get_mut(site.asymmetric as usize) {
                *count += 1;
            }
        }
        let mut amounts = BTreeMap::new();
        for (row, count) in self.asymmetric.iter().zip(counts) {
            for occupant in &row.occupants {
                *amounts.entry(occupant.element.symbol()).or_insert(0.0) += occupant.occupancy * count as f64;
            }
        }
        amounts
    }
}
