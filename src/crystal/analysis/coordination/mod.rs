//! What surrounds each site: neighbours by one of three methods, and what follows from them.
//!
//! [`Method::Default`] is what the viewer draws as bonds ([`bonds`](crate::crystal::bonds)). [`Method::Jmol`] joins sites
//! closer than the sum of two radii, which suits molecules. [`Method::CrystalNn`] weighs the faces of each site's Voronoi
//! cell, which needs no table of bond lengths and knows only crystals.
//!
//! From a [`Coordination`] follow counts, lengths and angles ([`statistics`]), polyhedra ([`polyhedra`]) and bond
//! valences ([`valence`]). A neighbour is a place of the crystal: a disordered place counts once, as its main element.

mod crystal_nn;
mod hull;
pub mod polyhedra;
mod radii;
mod rules;
pub mod statistics;
pub mod valence;
pub mod voronoi;

use serde::{Serialize, Serializer};

use super::super::{
    bonds::{Bond, BondRule, bonds},
    element::Element,
    neighbours::NeighbourError,
    structure::Structure,
};

pub use crystal_nn::MAX_CRYSTAL_NN_SITES;

/// How neighbours are chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// The bonds of the viewer: a longest bond per pair of elements, and chemical rules.
    #[default]
    Default,
    /// Faces of the Voronoi cell, weighted by solid angle, electronegativity and distance (Pan et al., Inorg. Chem. 60
    /// (2021) 1590). Crystals only.
    CrystalNn,
    /// Sum of two radii and 0.45 Å, as Jmol does.
    Jmol,
}

impl std::str::FromStr for Method {
    type Err = CoordinationError;

    /// `default`, `crystalnn` or `jmol`.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "default" => Ok(Self::Default),
            "crystalnn" => Ok(Self::CrystalNn),
            "jmol" => Ok(Self::Jmol),
            _ => Err(CoordinationError::UnknownMethod { name: name.to_owned() }),
        }
    }
}

/// What made a neighbour one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Closer than the tabulated longest bond of the pair.
    PairMaximum,
    /// Closer than the covalent radii allow.
    CovalentRadii,
    /// Closer than the radii of Jmol allow.
    JmolRadii,
    /// In the most probable shell by the Voronoi cell.
    CrystalNn,
}

impl From<BondRule> for Rule {
    fn from(rule: BondRule) -> Self {
        match rule {
            BondRule::PairMaximum => Self::PairMaximum,
            BondRule::CovalentRadii => Self::CovalentRadii,
        }
    }
}

/// Why the surroundings of the sites are unknown.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CoordinationError {
    /// Nothing to look at.
    #[error("the structure has no sites")]
    Empty,
    /// A coordinate or an occupancy is no number.
    #[error("site {} has a coordinate or an occupancy that is not a finite number", site + 1)]
    NotFinite {
        /// Index of the site.
        site: usize,
    },
    /// Voronoi cells close only where the structure repeats.
    #[error("CrystalNN needs a crystal; choose the method default or jmol for a molecule")]
    NotPeriodic,
    /// Not a name of a method.
    #[error("{name:?} is no method; there are default, crystalnn and jmol")]
    UnknownMethod {
        /// What was asked for.
        name: String,
    },
    /// The table of radii lacks an element.
    #[error("Jmol has no radius for {element}; choose another method")]
    NoRadius {
        /// Which one.
        element: Element,
    },
    /// The cell of a site does not close.
    #[error("site {} has no closed Voronoi cell", site + 1)]
    OpenCell {
        /// Index of the site.
        site: usize,
    },
    /// More than this part of the program takes.
    #[error("{count} {what} are more than the {limit} that are looked at")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many are possible.
        limit: usize,
    },
    /// The search for neighbours gave up.
    #[error(transparent)]
    Neighbours(#[from] NeighbourError),
}

/// A neighbour of a site.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Coordinated {
    /// Index into [`Structure::sites`].
    pub index: usize,
    /// Its main element.
    #[serde(serialize_with = "as_symbol")]
    pub element: Element,
    /// In Å.
    pub distance_angstrom: f64,
    /// Cell of the neighbour relative to the cell of the site.
    pub image: [i32; 3],
    /// What made it a neighbour.
    pub rule: Rule,
    /// CrystalNN: how probable it is that the neighbour belongs to the shell, 0–1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
}

/// A site and what surrounds it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SiteCoordination {
    /// Index into [`Structure::sites`].
    pub index: usize,
    /// Its main element.
    #[serde(serialize_with = "as_symbol")]
    pub element: Element,
    /// Coordination number: how many neighbours.
    pub cn: usize,
    /// By distance, then index, then image.
    pub neighbors: Vec<Coordinated>,
    /// CrystalNN: the coordination numbers that are possible, averaged by their probability.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weighted_cn: Option<f64>,
}

/// The surroundings of every site. As JSON: `{"sites":[{"index","element","cn","neighbors":[…]}],"method"}`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Coordination {
    /// One entry per site, in order.
    pub sites: Vec<SiteCoordination>,
    /// How the neighbours were chosen.
    pub method: Method,
}

impl Coordination {
    /// The neighbours of every site.
    ///
    /// # Errors
    /// When there are no sites, a number is not finite, the method does not fit the structure, or it is too large.
    pub fn new(structure: &Structure, method: Method) -> Result<Self, CoordinationError> {
        check(structure)?;
        let sites = match method {
            Method::Default => return Ok(Self::from_bonds(structure, &bonds(structure)?)),
            Method::Jmol => rules::by_jmol_radii(structure)?,
            Method::CrystalNn => crystal_nn::by_voronoi_cells(structure)?,
        };
        Ok(Self::sorted(sites, method))
    }

    /// The neighbours of every site by the bonds of the viewer ([`Method::Default`]), where those are known already.
    #[must_use]
    pub fn from_bonds(structure: &Structure, bonds: &[Bond]) -> Self {
        Self::sorted(rules::by_bonds(structure, bonds), Method::Default)
    }

    fn sorted(mut sites: Vec<SiteCoordination>, method: Method) -> Self {
        for site in &mut sites {
            site.neighbors.sort_unstable_by(by_distance);
        }
        Self { sites, method }
    }
}

/// Distances that differ by rounding only are equal, so that the order does not depend on it.
fn by_distance(a: &Coordinated, b: &Coordinated) -> std::cmp::Ordering {
    let rounded = |neighbour: &Coordinated| (neighbour.distance_angstrom * 1e8).round();
    rounded(a).total_cmp(&rounded(b)).then_with(|| (a.index, a.image).cmp(&(b.index, b.image)))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn as_symbol<S: Serializer>(element: &Element, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(element.symbol())
}

fn check(structure: &Structure) -> Result<(), CoordinationError> {
    if structure.sites.is_empty() {
        return Err(CoordinationError::Empty);
    }
    for (index, site) in structure.sites.iter().enumerate() {
        let row = structure.asymmetric_of(site);
        let occupancies_are_numbers =
            row.is_some_and(|row| row.occupants.iter().all(|occupant| occupant.occupancy.is_finite()));
        if !site.frac.is_finite() || !occupancies_are_numbers {
            return Err(CoordinationError::NotFinite { site: index });
        }
    }
    Ok(())
}
