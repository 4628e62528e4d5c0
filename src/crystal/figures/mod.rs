//! Figures of a structure: the drawing of its cell, its powder pattern, its pair distribution, its coordination.
//!
//! A [`FigureMaker`] makes a [`FigureKind`] into a file's bytes, on whatever thread asks. Results are kept by content: what
//! the structure is ([`canonical_bytes`]), the kind, the settings that matter to it, and versions of the algorithms. What
//! takes long and many figures share (reflections, pair distances) is kept on its own.

mod batch;
mod canonical;
mod comparison;
mod coordination;
mod error;
mod labels;
mod maker;
mod page;
mod partials;
mod profile;
mod rdf;
mod report;
mod settings;
mod structure;
mod xrd;

pub use self::{
    batch::{Batch, Outcome},
    canonical::canonical_bytes,
    comparison::{comparison_figure, measured_figure},
    coordination::{coordination_figure, method_name},
    error::FigureFailure,
    maker::{FigureMaker, Made, about},
    partials::Partials,
    profile::{points as pattern_curve, profile_settings},
    rdf::rdf_figure,
    report::{Report, report},
    settings::{CoordinationSettings, FigureSettings, RdfSettings, StructureSettings, XrdSettings},
    structure::{from_camera, scene_of, structure_svg},
    xrd::xrd_figure,
};

/// What a figure shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FigureKind {
    /// The atoms of the cell.
    Structure,
    /// The powder pattern.
    Xrd,
    /// The pair distribution function.
    Rdf,
    /// Coordination numbers and bond lengths.
    Coordination,
}

impl FigureKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Structure, Self::Xrd, Self::Rdf, Self::Coordination];

    /// Its name on the command line and in file names.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Structure => "structure",
            Self::Xrd => "xrd",
            Self::Rdf => "rdf",
            Self::Coordination => "coordination",
        }
    }

    /// What it is called in the window.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Structure => "Structure",
            Self::Xrd => "Powder diffraction",
            Self::Rdf => "Pair distribution",
            Self::Coordination => "Coordination",
        }
    }
}

impl std::str::FromStr for FigureKind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == name);
        found.ok_or_else(|| format!("`{name}` is no figure; use structure, xrd, rdf, coordination or all"))
    }
}
