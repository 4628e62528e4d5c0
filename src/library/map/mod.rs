//! The map: every picture at a place in the plane, those that look alike close together.
//!
//! A [`Layout`] takes vectors and finds places in the manner of UMAP (McInnes, Healy, Melville 2018, arXiv:1802.03426):
//! each picture's nearest neighbours make a weighted graph, neighbours pull, random others push. The first places are the
//! data's two main directions, so that there is something to see at once. [`clusters`] finds dense groups among places,
//! [`name_clusters`] says what is common in each, [`inside`] tells what a drawn loop holds.
//!
//! The same calls with the same seed give the same places on one machine, whatever the number of threads.

mod clusters;
mod descent;
mod forest;
mod grid;
pub mod kept;
mod lasso;
mod layout;
mod main_directions;
mod names;
mod nearest;
mod points;
mod random;
mod weights;

pub use self::clusters::clusters;
pub use self::grid::Grid;
pub use self::lasso::inside;
pub use self::layout::{Layout, Stage};
pub use self::names::name_clusters;

/// Whether a long piece of work is to end early.
type ShouldStop<'a> = &'a (dyn Fn() -> bool + Sync);
