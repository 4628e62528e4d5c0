//! What the graphs remember between runs.

use serde::{Deserialize, Serialize};

use crate::crystal::figures::{CoordinationSettings, FigureKind, RdfSettings, XrdSettings};

/// Which graph is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum GraphTab {
    /// The powder pattern.
    #[default]
    Diffraction,
    /// The pair distribution.
    Pairs,
    /// Coordination numbers and bond lengths.
    Coordination,
    /// Two structures side by side.
    Compare,
}

impl GraphTab {
    /// All of them, in the order of the tabs.
    pub const ALL: [Self; 4] = [Self::Diffraction, Self::Pairs, Self::Coordination, Self::Compare];

    /// Name of the tab.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Diffraction => "Diffraction",
            Self::Pairs => "Pair distribution",
            Self::Coordination => "Coordination",
            Self::Compare => "Compare",
        }
    }

    pub(super) fn index(self) -> usize {
        match self {
            Self::Diffraction => 0,
            Self::Pairs => 1,
            Self::Coordination => 2,
            Self::Compare => 3,
        }
    }
}

/// Remembered choices of the graphs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the window")]
pub struct GraphSettings {
    /// Whether the graphs are shown.
    pub open: bool,
    /// Which one.
    pub tab: GraphTab,
    /// Height of the panel in points.
    pub height: f32,
    /// Whether the table stands beside the graph.
    pub show_table: bool,
    /// The powder pattern.
    pub xrd: XrdSettings,
    /// The pair distribution.
    pub rdf: RdfSettings,
    /// Whether g(r) of all atoms is drawn.
    pub show_total: bool,
    /// Whether g(r) of each pair of elements is drawn.
    pub show_partials: bool,
    /// The coordination numbers.
    pub coordination: CoordinationSettings,
    /// Bond lengths instead of coordination numbers.
    pub show_lengths: bool,
}

impl Default for GraphSettings {
    fn default() -> Self {
        Self {
            open: false,
            tab: GraphTab::default(),
            height: 290.0,
            show_table: true,
            xrd: XrdSettings::default(),
            rdf: RdfSettings::default(),
            show_total: true,
            show_partials: true,
            coordination: CoordinationSettings::default(),
            show_lengths: false,
        }
    }
}

/// Largest distance of a pair distribution in the window, in Å.
pub(super) const MAX_CUTOFF_ANGSTROM: f64 = 30.0;
/// Most bins of a pair distribution in the window.
pub(super) const MAX_BINS: usize = 4000;
/// Widest smoothing in Å.
pub(super) const MAX_SIGMA_ANGSTROM: f64 = 1.0;
/// Largest crystallites whose lines are drawn wider than the instrument's, in nm.
pub(super) const MAX_CRYSTALLITE_NM: f64 = 1000.0;

impl GraphSettings {
    /// The figure that shows the same as the graph; the structure while no graph is shown.
    #[must_use]
    pub fn figure_kind(&self) -> FigureKind {
        match self.tab {
            _ if !self.open => FigureKind::Structure,
            GraphTab::Diffraction | GraphTab::Compare => FigureKind::Xrd,
            GraphTab::Pairs => FigureKind::Rdf,
            GraphTab::Coordination => FigureKind::Coordination,
        }
    }

    /// With everything out of range put right: the file may have been edited.
    #[must_use]
    pub fn validated(mut self) -> Self {
        let defaults = Self::default();
        if !(100.0..=4000.0).contains(&self.height) {
            self.height = defaults.height;
        }
        let (lower, upper) = self.xrd.two_theta_deg;
        if !(lower >= 0.0 && upper <= 180.0 && upper - lower >= 1.0) {
            self.xrd.two_theta_deg = defaults.xrd.two_theta_deg;
        }
        if !(0.0..=MAX_CRYSTALLITE_NM).contains(&self.xrd.crystallite_nm) {
            self.xrd.crystallite_nm = defaults.xrd.crystallite_nm;
        }
        if !(0.0..=1.0).contains(&self.xrd.eta) {
            self.xrd.eta = defaults.xrd.eta;
        }
        let (u, v, w) = self.xrd.caglioti_deg2;
        if ![u, v, w].iter().all(|number| number.is_finite()) {
            self.xrd.caglioti_deg2 = defaults.xrd.caglioti_deg2;
        }
        let rdf = self.rdf;
        let usable = (1.0..=MAX_CUTOFF_ANGSTROM).contains(&rdf.cutoff_angstrom)
            && (10..=MAX_BINS).contains(&rdf.bins)
            && (0.0..=MAX_SIGMA_ANGSTROM).contains(&rdf.sigma_angstrom);
        if !usable {
            self.rdf = defaults.rdf;
        }
        self
    }
}
