//! What a person can ask of the Crystals workspace.

use std::path::PathBuf;

use super::{GraphSettings, GraphTab, Link};
use crate::crystal::{
    samples::Sample,
    scene::{SceneStyle, StandardView},
};

/// A request; every button, key and menu entry ends in one.
#[derive(Clone, Debug, PartialEq)]
pub enum CrystalCommand {
    /// Ask for files.
    Open,
    /// Open a file or folder.
    OpenPath(PathBuf),
    /// Open a built-in structure.
    OpenSample(Sample),
    /// Show an open structure.
    Show(usize),
    /// Show the next open structure.
    Next,
    /// Show the previous open structure.
    Previous,
    /// Close the structure that is shown.
    Close,
    /// Close an open structure.
    CloseAt(usize),
    /// Close all.
    CloseAll,
    /// Open the export dialog.
    Export,
    /// Draw differently.
    SetStyle(SceneStyle),
    /// Show or hide bonds.
    ToggleBonds,
    /// Show or hide coordination polyhedra.
    TogglePolyhedra,
    /// Show or hide the cell.
    ToggleCell,
    /// Show or hide the axes.
    ToggleAxes,
    /// Perspective or parallel.
    ToggleProjection,
    /// Look along a direction.
    LookAlong(StandardView),
    /// Show everything.
    Fit,
    /// Empty the list of recent files.
    ForgetRecent,
    /// Show or hide the graphs.
    ToggleGraphs,
    /// Show a graph.
    ShowGraph(GraphTab),
    /// Show other graphs, or the same differently.
    SetGraphs(Box<GraphSettings>),
    /// Light up in the picture what was clicked in a graph, or nothing.
    Link(Option<Link>),
    /// Select the first drawn atom of a site, or none.
    SelectSite(Option<u32>),
    /// Make the cell longer, in percent along a, b and c.
    Strain([f64; 3]),
    /// Play the frames of a file, or stop.
    Play,
    /// Ask for a measured pattern.
    AskMeasured,
    /// Read a measured pattern.
    OpenMeasured(PathBuf),
    /// Forget the measured pattern.
    RemoveMeasured,
    /// Open the dialog that exports a figure.
    ExportFigure,
    /// Write every figure of all open structures.
    ExportAllFigures,
    /// Write the report of all open structures.
    Report,
}

impl CrystalCommand {
    /// Whether it means anything without an open structure.
    #[must_use]
    pub fn needs_structure(&self) -> bool {
        !matches!(
            self,
            Self::Open
                | Self::OpenPath(_)
                | Self::OpenSample(_)
                | Self::SetStyle(_)
                | Self::ToggleBonds
                | Self::TogglePolyhedra
                | Self::ToggleCell
                | Self::ToggleAxes
                | Self::ToggleProjection
                | Self::ForgetRecent
                | Self::ToggleGraphs
                | Self::SetGraphs(_)
        )
    }
}
