//! The Library in the window: folders at the left, the question above, pictures in the middle, one of them large.

mod carry_out;
mod cell;
mod commands;
pub mod duplicates;
mod empty;
pub mod export;
mod failures;
mod files;
mod geometry;
mod grid;
pub mod kinds;
mod layout;
mod list;
mod lru;
pub mod map;
mod pasted;
mod relevance;
mod search;
mod search_box;
mod selection;
mod settings;
mod sketch;
pub mod thumbs;
mod viewer;
mod work;

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui;

pub use self::commands::LibraryCommand;
pub use self::settings::{LibrarySettings, Sorting, THUMBNAIL_RANGE};

use self::duplicates::DuplicatesView;
use self::export::Exports;
use self::grid::Grid;
use self::map::MapView;
use self::search::Search;
use self::search_box::SearchBox;
use self::selection::Selection;
use self::thumbs::Thumbnails;
use self::viewer::Viewer;
use self::work::{Work, name_of};
use super::PictureId;
use super::duplicates::SystemTrash;
use super::session::{FailedFile, Libraries};
use crate::gpu::compute::ActiveCompute;
use crate::jobs::JobHandle;
use crate::storage::Directories;
use crate::ui::{Shell, Theme, Workspace};

/// Pictures that one search takes.
pub(crate) const MOST_QUERY_PICTURES: usize = 8;

/// What one part of the room asks of the others.
#[derive(Clone, Debug)]
pub enum RoomAction {
    /// Show it large.
    Open(PictureId),
    /// Search for what looks like it.
    FindSimilar(PictureId),
    /// They are the chosen ones now.
    Select(Vec<PictureId>),
    /// Search only among them.
    SearchWithin(Arc<[PictureId]>),
}

/// What the middle shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// All pictures in rows.
    #[default]
    Grid,
    /// All pictures in a plane, like ones close together.
    Map,
    /// Groups of pictures that show the same.
    Duplicates,
}

impl View {
    /// Those there are, in the order of the switch.
    pub const ALL: [Self; 3] = [Self::Grid, Self::Map, Self::Duplicates];

    /// Its name on the switch.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Grid => "Grid",
            Self::Map => "Map",
            Self::Duplicates => "Duplicates",
        }
    }
}

/// The workspace.
pub struct LibraryRoom {
    libraries: Libraries,
    settings: LibrarySettings,
    view: View,
    work: Work,
    search: Search,
    search_box: SearchBox,
    grid: Grid,
    map: MapView,
    duplicates: DuplicatesView,
    viewer: Viewer,
    thumbs: Thumbnails,
    selection: Selection,
    path_field: String,
    forgetting: Option<PathBuf>,
    failed: Option<(u32, Vec<FailedFile>)>,
    /// Pictures that were read and are to be searched with.
    read_pictures: Vec<(PathBuf, Arc<super::Pixels>)>,
    revealing: Vec<JobHandle<()>>,
    copying: Option<JobHandle<Arc<egui::ColorImage>>>,
    pasting: Vec<JobHandle<Arc<super::Pixels>>>,
    exports: Exports,
    commands: Vec<LibraryCommand>,
    has_opened_known: bool,
    /// What the grid showed last: with another question it begins at the top.
    shown_text: String,
}

impl LibraryRoom {
    /// A workspace that opens the known libraries when it is first asked to do something.
    #[must_use]
    pub fn new(settings: LibrarySettings, directories: &Directories, compute: ActiveCompute) -> Self {
        let settings = settings.validated();
        Self {
            libraries: Libraries::with_compute(directories, compute),
            duplicates: DuplicatesView::with(settings.duplicates.clone(), Arc::new(SystemTrash)),
            settings,
            view: View::default(),
            work: Work::default(),
            search: Search::default(),
            search_box: SearchBox::default(),
            grid: Grid::default(),
            map: MapView::new(),
            viewer: Viewer::default(),
            thumbs: Thumbnails::default(),
            selection: Selection::default(),
            path_field: String::new(),
            forgetting: None,
            failed: None,
            read_pictures: Vec::new(),
            revealing: Vec::new(),
            copying: None,
            pasting: Vec::new(),
            exports: Exports::default(),
            commands: Vec::new(),
            has_opened_known: false,
            shown_text: String::new(),
        }
    }

    /// What is worth remembering.
    #[must_use]
    pub fn settings(&self) -> LibrarySettings {
        LibrarySettings { duplicates: self.duplicates.settings().clone(), ..self.settings.clone() }
    }

    /// Keeps so much of thumbnails on the device from now on.
    pub fn set_thumbnail_megabytes(&mut self, megabytes: u32) {
        self.settings.thumbnail_megabytes = megabytes;
    }

    /// The open libraries.
    #[must_use]
    pub fn libraries(&self) -> &Libraries {
        &self.libraries
    }

    /// Whether background work runs whose result the window waits for.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.work.is_busy()
            || self.search.is_busy()
            || self.search.is_behind(self.libraries.generation())
            || self.viewer.is_busy()
            || self.duplicates.is_busy()
            || (self.view == View::Map && self.map.is_busy())
            || self.thumbs.is_busy()
            || self.copying.is_some()
            || !self.pasting.is_empty()
            || self.exports.is_busy()
            || !self.revealing.is_empty()
            || !self.commands.is_empty()
    }

    /// Pictures that are shown.
    #[must_use]
    pub fn shown_count(&self) -> usize {
        self.search.answer.shown(self.search.with_weak).len()
    }

    /// Pictures that are selected.
    #[must_use]
    pub fn selected_count(&self) -> usize {
        self.selection.len()
    }

    /// Bytes of thumbnails on the device; egui counts them among its own textures too.
    #[must_use]
    pub fn thumbnail_bytes(&self) -> u64 {
        self.thumbs.bytes()
    }

    /// Searches with picture files.
    pub fn search_with(&mut self, files: Vec<PathBuf>, shell: &Shell<'_>) {
        for file in files.into_iter().take(MOST_QUERY_PICTURES) {
            self.work.read(file, shell.jobs);
        }
    }

    /// Gives a command; it is carried out with the next frame.
    pub fn send(&mut self, command: LibraryCommand) {
        self.commands.push(command);
    }

    /// Asks when something else is asked than before; whether a new answer has come.
    fn refresh_search(&mut self, shell: &mut Shell<'_>) -> bool {
        let Some(old) = self.search.refresh(&self.libraries, self.settings.sorting, shell) else {
            return false;
        };
        let shown = self.search.answer.shown(self.search.with_weak);
        self.selection.moved(&old, shown);
        if self.view == View::Grid {
            // What is exported or searched with is what one sees.
            self.selection.keep(shown);
        }
        if self.search.answer.text != self.shown_text {
            self.shown_text.clone_from(&self.search.answer.text);
            self.grid.scroll_to_top = true;
        }
        // A hundred thousand hits are not given back while a frame waits.
        rayon::spawn(move || drop(old));
        true
    }
}

impl Workspace for LibraryRoom {
    fn title(&self) -> &'static str {
        "Library"
    }

    fn logic(&mut self, shell: &mut Shell<'_>) {
        if !std::mem::replace(&mut self.has_opened_known, true) {
            self.work.open_known(&self.libraries, shell.jobs);
        }
        let done = self.work.poll(&self.libraries, shell);
        if let Some(folder) = done.chosen {
            self.open(&[folder], shell);
        }
        if done.failed.is_some() {
            self.failed = done.failed;
        }
        self.read_pictures.extend(done.pictures);
        for note in self.libraries.take_notes() {
            shell.notifications.warn(note);
        }
        self.refresh_search(shell);
        // What was begun there comes to its end wherever one looks; the map begins when it is looked at.
        self.duplicates.only = self.search.only;
        self.duplicates.logic(shell, &self.libraries);
        for library in self.duplicates.take_changed() {
            self.work.index(&self.libraries, library, false, shell);
        }
        if self.view == View::Map {
            self.map.logic(shell, &self.libraries);
        } else {
            self.map.rest(shell);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, shell: &mut Shell<'_>) {
        let ctx = ui.ctx().clone();
        // Before anything that takes keys for itself.
        let escape =
            |input: &mut egui::InputState| input.consume_key(egui::Modifiers::NONE, egui::Key::Escape);
        if self.failed.is_some() && ctx.input_mut(escape) {
            self.failed = None;
        }
        let mut commands = std::mem::take(&mut self.commands);
        for (path, pixels) in std::mem::take(&mut self.read_pictures) {
            let texture = search_box::texture_of(&ctx, &pixels);
            self.search.add_foreign(pixels, name_of(&path), Some(path), texture);
        }
        self.pasted_ui(&ctx, shell);
        self.poll_small(&ctx, shell);
        self.thumbs.begin_frame(&ctx, self.settings.thumbnail_bytes(), shell);
        let has_libraries = !self.libraries.list().is_empty();
        if has_libraries {
            if !self.viewer_ui(ui, shell, &mut commands) {
                // Narrow windows give their room to the pictures first.
                let has_list = ui.available_width() > 2.6 * Theme::get().sidebar_width;
                if has_list {
                    egui::Panel::left("libraries").default_size(Theme::get().sidebar_width).show(ui, |ui| {
                        self.left_ui(ui, &mut commands);
                    });
                }
                match self.view {
                    View::Grid => self.middle_ui(ui, shell, has_list, &mut commands),
                    View::Map | View::Duplicates => {
                        self.other_view_ui(ui, shell, has_list, &mut commands);
                    }
                }
            }
        } else {
            egui::CentralPanel::default().show(ui, |ui| {
                let is_opening = self.work.is_opening();
                empty::empty_ui(ui, &self.settings, &mut self.path_field, is_opening, &mut commands);
            });
        }
        if self.libraries.list().iter().any(|info| !info.can_write) {
            ctx.request_repaint_after(work::FOLLOWING);
        }
        if self.libraries.is_restless() {
            ctx.request_repaint_after(std::time::Duration::from_millis(500));
        }
        self.thumbs.end_frame(&self.libraries, shell);
        self.dialogs_ui(&ctx, &mut commands);
        self.exports.questions_ui(&ctx, &self.libraries, shell.jobs);
        let is_any = !commands.is_empty();
        for command in commands {
            self.run(command, &ctx, shell);
        }
        // What was typed or chosen in this frame is asked at once, not with the next one.
        if self.refresh_search(shell) || is_any {
            ctx.request_repaint();
        }
    }

    /// Opens folders; pictures are searched with ([`Self::search_with`]).
    fn open(&mut self, folders: &[PathBuf], shell: &mut Shell<'_>) {
        for folder in folders {
            self.settings.remember(folder);
        }
        self.work.open(&self.libraries, folders.to_vec(), shell.jobs);
    }
}
