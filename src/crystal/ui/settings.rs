//! What the workspace remembers between runs.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{FigureChoice, GraphSettings};
use crate::crystal::{
    render::MAX_SIDE,
    scene::{Projection, SceneStyle},
};

/// Files in the recent list.
const RECENT: usize = 12;

/// Remembered choices of the Crystals workspace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CrystalSettings {
    /// How structures are drawn.
    pub style: SceneStyle,
    /// Perspective or parallel.
    pub projection: Projection,
    /// Whether the axes are drawn.
    pub show_axes: bool,
    /// Files opened last, newest first.
    pub recent: Vec<PathBuf>,
    /// Longer side of exported pictures in pixels.
    pub export_side_px: u32,
    /// Resolution written into exported pictures.
    pub export_dpi: f64,
    /// The graphs under the view.
    pub graphs: GraphSettings,
    /// The dialog that exports figures.
    pub figure: FigureChoice,
}

impl Default for CrystalSettings {
    fn default() -> Self {
        Self {
            style: SceneStyle::default(),
            projection: Projection::default(),
            show_axes: true,
            recent: Vec::new(),
            export_side_px: 2400,
            export_dpi: 300.0,
            graphs: GraphSettings::default(),
            figure: FigureChoice::default(),
        }
    }
}

impl CrystalSettings {
    /// With everything out of range put right: the file may have been edited.
    #[must_use]
    pub fn validated(mut self) -> Self {
        let defaults = Self::default();
        let within = |value: f32, range: std::ops::RangeInclusive<f32>, default: f32| {
            if range.contains(&value) { value } else { default }
        };
        self.style.ball_scale = within(self.style.ball_scale, 0.05..=2.0, defaults.style.ball_scale);
        self.style.stick_radius_angstrom =
            within(self.style.stick_radius_angstrom, 0.01..=1.0, defaults.style.stick_radius_angstrom);
        self.export_side_px = self.export_side_px.clamp(16, MAX_SIDE);
        if !(1.0..=10_000.0).contains(&self.export_dpi) {
            self.export_dpi = defaults.export_dpi;
        }
        self.recent.truncate(RECENT);
        self.graphs = self.graphs.validated();
        self.figure = self.figure.validated();
        self
    }

    /// Puts a file at the head of the recent list.
    pub fn remember(&mut self, path: &Path) {
        // The settings file is text: a path that is not would keep all of it from being written.
        if path.to_str().is_none() {
            return;
        }
        self.recent.retain(|known| known != path);
        self.recent.insert(0, path.to_owned());
        self.recent.truncate(RECENT);
    }

    /// The other projection.
    pub fn toggle_projection(&mut self) {
        self.projection = match self.projection {
            Projection::Perspective => Projection::Orthographic,
            Projection::Orthographic => Projection::Perspective,
        };
    }
}
