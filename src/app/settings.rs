//! What the window remembers: one RON file with a version, written whole or not at all.

use std::path::{Path, PathBuf};

use eframe::egui;
use serde::{Deserialize, Serialize};

use crate::{
    crystal::ui::CrystalSettings,
    library::ui::LibrarySettings,
    storage::{Directories, StorageError, load_ron, save_ron},
};

/// Raised when a field changes its meaning; older files then give way to defaults.
const VERSION: u32 = 1;

/// Which theme to use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ThemeChoice {
    /// As the desktop says.
    #[default]
    System,
    /// Always dark.
    Dark,
    /// Always light.
    Light,
}

impl From<ThemeChoice> for egui::ThemePreference {
    fn from(choice: ThemeChoice) -> Self {
        match choice {
            ThemeChoice::System => Self::System,
            ThemeChoice::Dark => Self::Dark,
            ThemeChoice::Light => Self::Light,
        }
    }
}

/// The rooms of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Room {
    /// Pictures.
    Library,
    /// Crystal structures.
    #[default]
    Crystals,
}

/// Where the window was, in points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct WindowPlace {
    /// Size of the contents.
    pub size: (f32, f32),
    /// Outer corner; some systems do not tell.
    pub position: Option<(f32, f32)>,
    /// Whether it filled the screen.
    pub maximized: bool,
}

/// Everything that is remembered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Dark, light or the desktop's.
    pub theme: ThemeChoice,
    /// Size of everything, 1 is normal.
    pub zoom: f32,
    /// Whether the System panel is open.
    pub show_system: bool,
    /// Use X11 where the desktop is Wayland: dropping files works there.
    pub prefer_x11: bool,
    /// The window.
    pub window: Option<WindowPlace>,
    /// The room that is shown.
    pub room: Room,
    /// The Library workspace.
    pub library: LibrarySettings,
    /// The Crystals workspace.
    pub crystals: CrystalSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::default(),
            zoom: 1.0,
            show_system: false,
            prefer_x11: false,
            window: None,
            room: Room::default(),
            library: LibrarySettings::default(),
            crystals: CrystalSettings::default(),
        }
    }
}

/// Zoom factors that keep the window usable.
pub const ZOOM_RANGE: std::ops::RangeInclusive<f32> = 0.5..=3.0;

impl Settings {
    /// Reads the file; a missing one gives defaults, a broken one defaults and a sentence for the user.
    #[must_use]
    pub fn load(directories: &Directories) -> (Self, Option<String>) {
        let (settings, warning) = load_ron::<Self>(&path(directories), VERSION);
        (settings.validated(), warning)
    }

    /// Writes the file.
    ///
    /// # Errors
    /// When the disk is full or the folder not writable; the old file is then still there.
    pub fn save(&self, directories: &Directories) -> Result<(), StorageError> {
        save_ron(&path(directories), VERSION, self)
    }

    fn validated(mut self) -> Self {
        if !ZOOM_RANGE.contains(&self.zoom) {
            self.zoom = 1.0;
        }
        self.window = self.window.filter(|place| {
            let (width, height) = place.size;
            (200.0..=20_000.0).contains(&width) && (150.0..=20_000.0).contains(&height)
        });
        self.crystals = self.crystals.validated();
        self.library = self.library.validated();
        self
    }
}

/// Where the settings are.
#[must_use]
pub fn path(directories: &Directories) -> PathBuf {
    Path::new(&directories.config).join("settings.ron")
}
