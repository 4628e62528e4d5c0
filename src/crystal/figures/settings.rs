//! What can be chosen about the figures of a structure.

use serde::{Deserialize, Serialize};

use super::FigureKind;
use crate::{
    crystal::{
        analysis::{
            coordination::Method,
            diffraction::{Merge, PatternSettings, Probe, Radiation},
            pairs::Binning,
        },
        drawing::DrawingStyle,
        scene::{Projection, SceneStyle, StandardView},
    },
    figure::{FigureError, FigureSize, FigureTheme},
};

/// Shortest side of a figure in millimetres: below, letters leave no room for data.
const LEAST_MM: f64 = 20.0;

/// Settings of all kinds of figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FigureSettings {
    /// Width in millimetres.
    pub width_mm: f64,
    /// Height in millimetres; by the kind of figure where `None`.
    pub height_mm: Option<f64>,
    /// Colours.
    pub theme: FigureTheme,
    /// Resolution of PNG files.
    pub dpi: f64,
    /// Whether the formula stands above the axes.
    pub show_title: bool,
    /// What else has to be said of the structure, such as that it was strained.
    pub remark: String,
    /// The drawing of the cell.
    pub structure: StructureSettings,
    /// The powder pattern.
    pub xrd: XrdSettings,
    /// The pair distribution.
    pub rdf: RdfSettings,
    /// The coordination numbers.
    pub coordination: CoordinationSettings,
}

impl Default for FigureSettings {
    fn default() -> Self {
        Self {
            width_mm: 86.0,
            height_mm: None,
            theme: FigureTheme::default(),
            dpi: 600.0,
            show_title: true,
            remark: String::new(),
            structure: StructureSettings::default(),
            xrd: XrdSettings::default(),
            rdf: RdfSettings::default(),
            coordination: CoordinationSettings::default(),
        }
    }
}

impl FigureSettings {
    /// Width and height of a figure.
    ///
    /// # Errors
    /// When a side is too short or too long.
    pub fn size(&self, kind: FigureKind) -> Result<FigureSize, FigureError> {
        // Narrow figures need the height for their letters, which do not shrink.
        let (share, least_mm): (f64, f64) = match kind {
            FigureKind::Structure => (0.9, 0.0),
            FigureKind::Xrd => (0.65, 42.0),
            FigureKind::Rdf | FigureKind::Coordination => (1.1, 88.0),
        };
        let automatic_mm = least_mm.max(share * self.width_mm);
        let size = FigureSize { width_mm: self.width_mm, height_mm: self.height_mm.unwrap_or(automatic_mm) };
        let allowed = LEAST_MM..=2000.0;
        if allowed.contains(&size.width_mm) && allowed.contains(&size.height_mm) {
            Ok(size)
        } else {
            Err(FigureError::Size { width_mm: size.width_mm, height_mm: size.height_mm })
        }
    }
}

/// The drawing of the cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StructureSettings {
    /// From where.
    pub view: StandardView,
    /// How depth becomes a picture.
    pub projection: Projection,
    /// Balls, sticks, and what is drawn beyond the cell.
    pub scene: SceneStyle,
    /// Lines and letters.
    pub drawing: DrawingStyle,
    /// Resolution of a picture of pixels that takes the place of the vector drawing.
    pub picture_dpi: Option<f64>,
}

impl Default for StructureSettings {
    fn default() -> Self {
        Self {
            view: StandardView::Iso,
            projection: Projection::default(),
            scene: SceneStyle::default(),
            drawing: DrawingStyle { show_legend: true, text_size: 7.0, ..DrawingStyle::default() },
            picture_dpi: None,
        }
    }
}

/// The powder pattern.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct XrdSettings {
    /// The wavelength.
    pub radiation: Radiation,
    /// X-rays or neutrons.
    pub probe: Probe,
    /// First and last 2θ in degrees.
    pub two_theta_deg: (f64, f64),
    /// How reflections become peaks.
    pub merge: Merge,
    /// Whether the displacements of the file weaken the peaks.
    pub use_displacements: bool,
    /// Size of the crystallites in nm, which widens the lines; 0 for none.
    pub crystallite_nm: f64,
    /// Caglioti's U, V and W of the instrument, in degrees².
    pub caglioti_deg2: (f64, f64, f64),
    /// Share of the Lorentzian part of the instrument's lines, 0–1.
    pub eta: f64,
    /// Whether a mean Kα is drawn as its two lines.
    pub doublet: bool,
    /// Whether peaks carry their indices.
    pub show_indices: bool,
}

impl Default for XrdSettings {
    fn default() -> Self {
        Self {
            radiation: Radiation::default(),
            probe: Probe::default(),
            two_theta_deg: (0.0, 90.0),
            merge: Merge::default(),
            use_displacements: false,
            crystallite_nm: 0.0,
            caglioti_deg2: (0.0, 0.0, 0.01),
            eta: 0.5,
            doublet: false,
            show_indices: true,
        }
    }
}

impl XrdSettings {
    /// As the pattern wants them.
    #[must_use]
    pub fn pattern(&self) -> PatternSettings {
        PatternSettings {
            radiation: self.radiation,
            lower_deg: self.two_theta_deg.0,
            upper_deg: Some(self.two_theta_deg.1),
            merge: self.merge,
            scaled: true,
        }
    }
}

/// The pair distribution.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RdfSettings {
    /// Largest distance in Å.
    pub cutoff_angstrom: f64,
    /// Bins up to there.
    pub bins: usize,
    /// Width (standard deviation) in Å of the Gaussian that each distance becomes; 0 for none.
    pub sigma_angstrom: f64,
}

impl Default for RdfSettings {
    fn default() -> Self {
        Self { cutoff_angstrom: 10.0, bins: 500, sigma_angstrom: 0.06 }
    }
}

impl RdfSettings {
    /// As the distribution wants them.
    #[must_use]
    pub fn binning(&self) -> Binning {
        let binning = Binning::new(self.cutoff_angstrom, self.bins);
        if self.sigma_angstrom > 0.0 { binning.broadened(self.sigma_angstrom) } else { binning }
    }
}

/// The coordination numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CoordinationSettings {
    /// How neighbours are chosen.
    pub method: Method,
}
