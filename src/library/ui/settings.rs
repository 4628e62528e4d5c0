//! What the Library remembers between runs.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::duplicates::DuplicateSettings;
use crate::library::session::Order;

/// Folders in the recent list.
const RECENT: usize = 12;

/// Megabytes of thumbnails on the device that are of use.
pub const THUMBNAIL_RANGE: std::ops::RangeInclusive<u32> = 32..=4096;

/// Sides of a cell that are of use, in points.
pub const CELL_RANGE: std::ops::RangeInclusive<f32> = 64.0..=320.0;

/// How pictures stand in the grid while nothing else is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sorting {
    /// Best first; without a question, newest first.
    #[default]
    Best,
    /// Newest first.
    Newest,
    /// Oldest first.
    Oldest,
    /// By folder and name.
    Name,
    /// Largest file first.
    Size,
}

impl Sorting {
    /// All of them, in the order of the menu.
    pub const ALL: [Self; 5] = [Self::Best, Self::Newest, Self::Oldest, Self::Name, Self::Size];

    /// What the menu says.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Best => "Best first",
            Self::Newest => "Newest first",
            Self::Oldest => "Oldest first",
            Self::Name => "By name",
            Self::Size => "Largest first",
        }
    }
}

impl From<Sorting> for Order {
    fn from(sorting: Sorting) -> Self {
        match sorting {
            Sorting::Best => Self::Relevance,
            Sorting::Newest => Self::Newest,
            Sorting::Oldest => Self::Oldest,
            Sorting::Name => Self::Name,
            Sorting::Size => Self::Size,
        }
    }
}

/// Remembered choices of the Library.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LibrarySettings {
    /// Side of a cell in points.
    pub cell_points: f32,
    /// Whether pictures fill their cells, cut off at the sides, or fit into them.
    pub fills_cells: bool,
    /// The order.
    pub sorting: Sorting,
    /// Graphics memory for thumbnails, in MB.
    pub thumbnail_megabytes: u32,
    /// Whether the viewer says beside the picture what is known of it.
    pub shows_details: bool,
    /// The same below the picture, in windows that have no room beside it.
    pub shows_details_below: bool,
    /// Folders opened last, newest first.
    pub recent: Vec<PathBuf>,
    /// How duplicates are looked for.
    pub duplicates: DuplicateSettings,
}

impl Default for LibrarySettings {
    fn default() -> Self {
        Self {
            cell_points: 150.0,
            fills_cells: false,
            sorting: Sorting::default(),
            thumbnail_megabytes: 256,
            shows_details: true,
            shows_details_below: false,
            recent: Vec::new(),
            duplicates: DuplicateSettings::default(),
        }
    }
}

impl LibrarySettings {
    /// With everything out of range put right: the file may have been edited.
    #[must_use]
    pub fn validated(mut self) -> Self {
        if !CELL_RANGE.contains(&self.cell_points) {
            self.cell_points = Self::default().cell_points;
        }
        self.thumbnail_megabytes =
            self.thumbnail_megabytes.clamp(*THUMBNAIL_RANGE.start(), *THUMBNAIL_RANGE.end());
        self.recent.truncate(RECENT);
        self.duplicates = self.duplicates.validated();
        self
    }

    /// Graphics memory for thumbnails, in bytes.
    #[must_use]
    pub fn thumbnail_bytes(&self) -> u64 {
        u64::from(self.thumbnail_megabytes) * 1_000_000
    }

    /// Puts a folder at the head of the recent list.
    pub fn remember(&mut self, path: &Path) {
        // The settings file is text: a path that is not would keep all of it from being written.
        if path.to_str().is_none() {
            return;
        }
        self.recent.retain(|known| known != path);
        self.recent.insert(0, path.to_owned());
        self.recent.truncate(RECENT);
    }
}
