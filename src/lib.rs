//! Vitrine: crystals, pictures and figures in one native window, drawn and computed on the user's own GPU.
//!
//! Rooms depend downwards only: `app` and `cli` on the workspaces' `ui`, those on the toolkit in [`ui`] and on their cores,
//! cores on [`figure`] and [`inference`], and everything on [`gpu`], [`jobs`] and [`cache`]. Cores never see egui.

pub mod app;
pub mod cache;
pub mod cli;
pub mod crystal;
pub mod figure;
pub mod gpu;
pub mod inference;
pub mod jobs;
pub mod library;
pub mod storage;
pub mod ui;
pub mod units;

/// Version, with the revision it was built from where that is known.
#[must_use]
pub fn version() -> String {
    match env!("VITRINE_REVISION") {
        "" => format!("Vitrine {}", env!("CARGO_PKG_VERSION")),
        revision => format!("Vitrine {} ({revision})", env!("CARGO_PKG_VERSION")),
    }
}
