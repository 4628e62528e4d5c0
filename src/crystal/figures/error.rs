//! Why there is no figure of a structure.

use crate::{
    crystal::{
        analysis::{coordination::CoordinationError, diffraction::DiffractionError, pairs::PairError},
        drawing::DrawingError,
        error::CrystalError,
        neighbours::NeighbourError,
        render::ExportError,
    },
    figure::{FigureError, Stage},
};

/// The step that failed, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[error("{message}")]
pub struct FigureFailure {
    /// The step.
    pub stage: Stage,
    /// In words.
    pub message: String,
}

impl FigureFailure {
    /// A failure of a step.
    pub fn new(stage: Stage, message: impl std::fmt::Display) -> Self {
        Self { stage, message: message.to_string() }
    }
}

macro_rules! failure_of_stage {
    ($($error:ty => $stage:expr),+ $(,)?) => {
        $(impl From<$error> for FigureFailure {
            fn from(error: $error) -> Self {
                Self::new($stage, error)
            }
        })+
    };
}

failure_of_stage! {
    CrystalError => Stage::Read,
    NeighbourError => Stage::Analysis,
    DiffractionError => Stage::Analysis,
    PairError => Stage::Analysis,
    CoordinationError => Stage::Analysis,
    DrawingError => Stage::Draw,
    ExportError => Stage::Draw,
}

impl From<FigureError> for FigureFailure {
    fn from(error: FigureError) -> Self {
        Self::new(error.stage(), error)
    }
}
