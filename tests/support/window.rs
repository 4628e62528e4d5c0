//! The real window without a screen, as tests drive it.

use std::path::{Path, PathBuf};

use eframe::egui::{self, Key, Modifiers};
use egui_kittest::{Harness, kittest::Queryable as _};
use vitrine::{
    app::{App, Start, settings::Settings},
    storage::Directories,
};

pub struct Window {
    pub harness: Harness<'static, App>,
    /// Where the window keeps its settings.
    pub state: tempfile::TempDir,
}

pub fn directories(state: &Path) -> Directories {
    Directories::resolve_from(Some(state), None).unwrap()
}

pub fn open_window(files: &[PathBuf]) -> Window {
    open_window_in(tempfile::tempdir().unwrap(), files, Settings::default())
}

pub fn open_window_in(state: tempfile::TempDir, files: &[PathBuf], settings: Settings) -> Window {
    let directories = directories(state.path());
    let start = Start { files: files.to_vec(), ..Start::default() };
    let harness = Harness::builder()
        .with_size(egui::vec2(1280.0, 800.0))
        .with_max_steps(60)
        .allow_missing_glyphs()
        .wgpu()
        .build_eframe(move |cc| App::new(cc, directories, settings, start).unwrap());
    Window { harness, state }
}

impl Window {
    /// Draws frames until background work has arrived: jobs wake the real window, here they are waited for.
    pub fn settle(&mut self) {
        for _ in 0..3000 {
            self.harness.run_ok();
            if !self.harness.state().is_busy() {
                self.harness.run_ok();
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        panic!("background work did not end");
    }

    pub fn click(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        self.settle();
    }

    pub fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.settle();
    }

    pub fn shows(&self, label: &str) -> bool {
        self.harness.query_all_by_label_contains(label).next().is_some()
    }
}
