//! The System panel: what the program uses, by owner, now and over the last two minutes.
//!
//! A [`Sampler`] measures on a thread of its own; the panel only draws what was measured.

mod panel;
mod process;
mod sampler;

pub use panel::{Budget, PanelAction, panel_ui};
pub use process::{ProcessMeter, ProcessUsage};
pub use sampler::{Sample, Sampler, WINDOW_SECS};
