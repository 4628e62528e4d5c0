//! What is remembered of the dialog that exports figures.

use serde::{Deserialize, Serialize};

use super::CrystalSettings;
use crate::{
    crystal::{
        drawing::DrawingStyle,
        figures::{FigureKind, FigureSettings, StructureSettings},
    },
    figure::{FigureTheme, FileFormat},
};

/// Choices of the dialog.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FigureChoice {
    /// What the figure shows.
    pub kind: FigureKind,
    /// The kind of file.
    pub format: FileFormat,
    /// Width in millimetres.
    pub width_mm: f64,
    /// Height in millimetres, by the kind where `None`.
    pub height_mm: Option<f64>,
    /// Colours.
    pub theme: FigureTheme,
    /// Resolution of PNG files.
    pub dpi: f64,
    /// Whether the formula stands above the axes.
    pub show_title: bool,
}

impl Default for FigureChoice {
    fn default() -> Self {
        let figure = FigureSettings::default();
        Self {
            kind: FigureKind::Xrd,
            format: FileFormat::Pdf,
            width_mm: figure.width_mm,
            height_mm: None,
            theme: figure.theme,
            dpi: figure.dpi,
            show_title: true,
        }
    }
}

impl FigureChoice {
    /// With everything out of range put right.
    #[must_use]
    pub fn validated(mut self) -> Self {
        let defaults = Self::default();
        if !(20.0..=500.0).contains(&self.width_mm) {
            self.width_mm = defaults.width_mm;
        }
        self.height_mm = self.height_mm.filter(|height| (20.0..=500.0).contains(height));
        if !(36.0..=2400.0).contains(&self.dpi) {
            self.dpi = defaults.dpi;
        }
        self
    }

    /// The figure's settings: these, with the analyses as the graphs show them and the atoms as the view does.
    #[must_use]
    pub fn figure_settings(&self, settings: &CrystalSettings) -> FigureSettings {
        let plain = StructureSettings::default();
        FigureSettings {
            width_mm: self.width_mm,
            height_mm: self.height_mm,
            theme: self.theme,
            dpi: self.dpi,
            show_title: self.show_title,
            remark: String::new(),
            structure: StructureSettings {
                projection: settings.projection,
                scene: settings.style,
                drawing: DrawingStyle { show_axes: settings.show_axes, ..plain.drawing },
                ..plain
            },
            xrd: settings.graphs.xrd.clone(),
            rdf: settings.graphs.rdf,
            coordination: settings.graphs.coordination,
        }
    }
}
