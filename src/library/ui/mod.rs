//! The Library in the window: folders at the left, the question above, pictures in the middle, one of them large.

mod commands;
pub mod duplicates;
mod empty;
pub mod export;
mod files;
mod geometry;
mod grid;
pub mod kinds;
mod list;
mod lru;
pub mod map;
mod relevance;
mod search;
mod search_box;
mod selection;
mod settings;
mod sketch;
pub mod thumbs;
mod viewer;
mod work;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui;

pub use self::commands::LibraryCommand;
pub use self::settings::{LibrarySettings, Sorting};

use self::duplicates::DuplicatesView;
use self::export::Exports;
use self::grid::{Grid, Shown};
use self::list::grouped;
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
use crate::jobs::{JobContext, JobError, JobHandle};
use crate::storage::Directories;
use crate::ui::{Shell, Theme, Workspace, widgets};

/// Pictures that one search takes.
pub(crate) const MOST_QUERY_PICTURES: usize = 8;
/// Longer side of a picture on the clipboard.
const CLIPBOARD_SIDE: u32 = 4096;

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
    exports: Exports,
    commands: Vec<LibraryCommand>,
    has_opened_known: bool,
    /// What the grid showed last: with another question it begins at the top.
    shown_text: String,
}

impl LibraryRoom {
    /// A workspace that opens the known libraries when it is first asked to do something.
    #[must_use]
    pub fn new(settings: LibrarySettings, directories: &Directories) -> Self {
        let settings = settings.validated();
        Self {
            libraries: Libraries::new(directories),
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

    fn run(&mut self, command: LibraryCommand, ctx: &egui::Context, shell: &mut Shell<'_>) {
        match command {
            LibraryCommand::AskFolder => self.work.ask_folder(shell.jobs),
            LibraryCommand::OpenFolder(path) => self.open(&[path], shell),
            LibraryCommand::Update(library) => self.work.index(&self.libraries, library, true, shell),
            LibraryCommand::UpdateAll => {
                for info in self.libraries.list() {
                    self.work.index(&self.libraries, info.number, true, shell);
                }
            }
            LibraryCommand::Pause(library) => self.libraries.set_paused(library, true),
            LibraryCommand::Resume(library) => self.libraries.set_paused(library, false),
            LibraryCommand::Stop(library) => self.work.stop(library),
            LibraryCommand::AskForget(root) => self.forgetting = Some(root),
            LibraryCommand::Forget(root) => self.forget(root, shell),
            LibraryCommand::ShowFailed(library) => self.work.ask_failed(&self.libraries, library, shell.jobs),
            LibraryCommand::ForgetRecent => self.settings.recent.clear(),
            LibraryCommand::ShowView(view) => self.view = view,
            LibraryCommand::FocusSearch => {
                self.viewer.close();
                self.search_box.focus = true;
            }
            LibraryCommand::ClearSearch => self.search.clear(),
            LibraryCommand::Open(id) => self.viewer.open(id),
            LibraryCommand::CloseViewer => {
                self.viewer.close();
                self.grid.scroll_to_cursor = true;
            }
            LibraryCommand::StepViewer(by) => self.step(by),
            LibraryCommand::FindSimilar(ids) => {
                self.search.clear();
                for id in ids.into_iter().take(MOST_QUERY_PICTURES) {
                    self.search.add(id, self.name(id), None);
                }
                self.viewer.close();
            }
            LibraryCommand::FindPart(id, crop) => {
                self.search.clear();
                self.search.add(id, self.name(id), Some(crop));
                self.viewer.close();
            }
            LibraryCommand::SearchWith(path) => self.search_with(vec![path], shell),
            LibraryCommand::Reveal(id) => self.reveal(id, shell),
            LibraryCommand::CopyPaths(ids) => {
                let paths: Vec<String> = ids
                    .iter()
                    .filter_map(|id| Some(self.libraries.path(*id)?.display().to_string()))
                    .collect();
                ctx.copy_text(paths.join("\n"));
                let count = paths.len();
                shell.notifications.info(if count == 1 {
                    "Path copied".to_owned()
                } else {
                    format!("{count} paths copied")
                });
            }
            LibraryCommand::CopyPicture(id) => self.copy_picture(id, shell),
            LibraryCommand::Export(way) => {
                let shown = self.search.answer.shown(self.search.with_weak);
                let mut ids = self.selection.among(shown);
                if ids.is_empty() {
                    ids = shown.iter().map(|hit| hit.id).collect();
                }
                self.exports.begin(way, ids, &self.libraries, shell.jobs);
            }
            LibraryCommand::SelectAll => {
                self.selection.all(self.search.answer.shown(self.search.with_weak));
            }
            LibraryCommand::SelectNone => self.selection.clear(),
        }
    }

    fn name(&self, id: PictureId) -> String {
        self.libraries.table().get(id).map(|entry| name_of(&entry.relative)).unwrap_or_default()
    }

    fn forget(&mut self, root: PathBuf, shell: &Shell<'_>) {
        for info in self.libraries.list().into_iter().filter(|info| info.root == root) {
            self.thumbs.forget_library(info.number);
            self.search.forget_library(info.number);
        }
        self.selection.clear();
        self.viewer.close();
        self.work.forget(&self.libraries, root, shell.jobs);
    }

    /// The next picture, or the one before.
    fn step(&mut self, by: i32) {
        let hits = self.search.answer.shown(self.search.with_weak);
        let Some(shown) = self.viewer.shown() else { return };
        let at = self.selection.cursor().filter(|at| hits.get(*at).is_some_and(|hit| hit.id == shown));
        let Some(at) = at.or_else(|| hits.iter().position(|hit| hit.id == shown)) else { return };
        let to = at.saturating_add_signed(by as isize).min(hits.len().saturating_sub(1));
        if let Some(hit) = hits.get(to) {
            self.viewer.open(hit.id);
            self.selection.pick(hits, to, egui::Modifiers::NONE);
        }
    }

    fn reveal(&mut self, id: PictureId, shell: &mut Shell<'_>) {
        let Some(path) = self.libraries.path(id) else {
            shell.notifications.warn("This picture is not in the library any more");
            return;
        };
        self.revealing.push(shell.jobs.spawn("Show in the file manager", move |_: &JobContext| {
            files::reveal(&path).map_err(JobError::failed)
        }));
    }

    fn copy_picture(&mut self, id: PictureId, shell: &Shell<'_>) {
        let libraries = self.libraries.clone();
        self.copying = Some(shell.jobs.spawn("Copy picture", move |_: &JobContext| {
            let pixels = libraries.load(id, CLIPBOARD_SIDE).map_err(JobError::failed)?;
            let size = [pixels.width() as usize, pixels.height() as usize];
            Ok(Arc::new(egui::ColorImage::from_rgba_unmultiplied(size, pixels.rgba())))
        }));
    }

    fn poll_small(&mut self, ctx: &egui::Context, shell: &mut Shell<'_>) {
        self.exports.poll(shell);
        self.revealing.retain_mut(|handle| {
            let Some(result) = handle.poll() else { return true };
            if let Err(error) = result {
                shell.notifications.error(format!("The file manager was not opened: {error}"));
            }
            false
        });
        if let Some(result) = self.copying.as_mut().and_then(JobHandle::poll) {
            self.copying = None;
            match result {
                Ok(image) => {
                    ctx.copy_image(Arc::unwrap_or_clone(image));
                    shell.notifications.info("Picture copied");
                }
                Err(error) => shell.notifications.error(format!("The picture was not copied: {error}")),
            }
        }
    }

    /// Asks when something else is asked than before; whether a new answer has come.
    fn refresh_search(&mut self, shell: &mut Shell<'_>) -> bool {
        let Some(old) = self.search.refresh(&self.libraries, self.settings.sorting, shell) else {
            return false;
        };
        self.selection.moved(&old, self.search.answer.shown(self.search.with_weak));
        if self.search.answer.text != self.shown_text {
            self.shown_text.clone_from(&self.search.answer.text);
            self.grid.scroll_to_top = true;
        }
        // A hundred thousand hits are not given back while a frame waits.
        rayon::spawn(move || drop(old));
        true
    }

    /// A picture on the clipboard is searched with when it is pasted.
    fn take_pasted(&mut self, ctx: &egui::Context) {
        let pasted = ctx.input(|input| {
            input.events.iter().find_map(|event| match event {
                egui::Event::PasteImage(image) => Some(Arc::clone(image)),
                _ => None,
            })
        });
        let Some(image) = pasted else { return };
        let [width, height] = image.size;
        let rgba: Vec<u8> = image.pixels.iter().flat_map(egui::Color32::to_srgba_unmultiplied).collect();
        if let Some(pixels) = super::Pixels::new(width as u32, height as u32, rgba) {
            let pixels = Arc::new(super::decode::shrink(&pixels, 512));
            let texture = search_box::texture_of(ctx, &pixels);
            self.search.add_foreign(pixels, "pasted picture".to_owned(), None, texture);
        }
    }
}

impl LibraryRoom {
    fn left_ui(&mut self, ui: &mut egui::Ui, commands: &mut Vec<LibraryCommand>) {
        let libraries = self.libraries.list();
        list::list_ui(ui, &libraries, &self.work, &self.settings, &mut self.path_field, commands);
    }

    fn toolbar_ui(
        &mut self,
        ui: &mut egui::Ui,
        total: usize,
        has_list: bool,
        commands: &mut Vec<LibraryCommand>,
    ) {
        ui.horizontal_wrapped(|ui| {
            if !has_list {
                ui.menu_button("Folders", |ui| {
                    ui.set_min_size(egui::vec2(Theme::get().sidebar_width, Theme::get().sidebar_width));
                    self.left_ui(ui, commands);
                });
            }
            self.views_ui(ui, commands);
            ui.separator();
            let shown = self.shown_count();
            let count = if shown == total {
                if total == 1 {
                    "1 picture".to_owned()
                } else {
                    format!("{} pictures", grouped(total as u64))
                }
            } else {
                format!("{} of {}", grouped(shown as u64), grouped(total as u64))
            };
            ui.label(count);
            if !self.selection.is_empty() {
                ui.weak(format!("{} selected", grouped(self.selection.len() as u64)));
                if ui.button("Find similar").clicked() {
                    let mut ids = self.selection.among(self.search.answer.shown(self.search.with_weak));
                    ids.truncate(MOST_QUERY_PICTURES);
                    commands.push(LibraryCommand::FindSimilar(ids));
                }
            }
            if shown > 0 {
                export::menu_ui(ui, commands);
            }
            ui.separator();
            let sorting = egui::ComboBox::from_id_salt("sorting")
                .selected_text(self.settings.sorting.title())
                .show_ui(ui, |ui| {
                    for sorting in Sorting::ALL {
                        ui.selectable_value(&mut self.settings.sorting, sorting, sorting.title());
                    }
                });
            widgets::renamed(sorting.response, "Order");
            ui.spacing_mut().slider_width = 90.0;
            let slider =
                egui::Slider::new(&mut self.settings.cell_points, settings::CELL_RANGE).show_value(false);
            widgets::renamed(ui.add(slider), "Size of the pictures");
            ui.checkbox(&mut self.settings.fills_cells, "Fill").on_hover_text("Cut pictures to squares");
        });
    }

    fn views_ui(&self, ui: &mut egui::Ui, commands: &mut Vec<LibraryCommand>) {
        for view in View::ALL {
            if ui.selectable_label(self.view == view, view.title()).clicked() {
                commands.push(LibraryCommand::ShowView(view));
            }
        }
    }

    /// A view that has the middle to itself, below the switch.
    fn other_view_ui(
        &mut self,
        ui: &mut egui::Ui,
        shell: &mut Shell<'_>,
        commands: &mut Vec<LibraryCommand>,
    ) {
        egui::Panel::top("library views").show(ui, |ui| {
            ui.add_space(Theme::get().space_small);
            ui.horizontal(|ui| self.views_ui(ui, commands));
            ui.add_space(2.0);
        });
        let canvas = egui::Frame::NONE.fill(Theme::of(ui).canvas.egui());
        let action = egui::CentralPanel::default().frame(canvas).show(ui, |ui| match self.view {
            View::Grid => None,
            View::Map => self.map.ui(ui, shell, &self.libraries, &mut self.thumbs),
            View::Duplicates => self.duplicates.ui(ui, shell, &self.libraries, &mut self.thumbs),
        });
        let action = action.inner;
        match action {
            Some(RoomAction::Open(id)) => commands.push(LibraryCommand::Open(id)),
            Some(RoomAction::FindSimilar(id)) => {
                commands.push(LibraryCommand::ShowView(View::Grid));
                commands.push(LibraryCommand::FindSimilar(vec![id]));
            }
            Some(RoomAction::Select(ids)) => {
                self.selection.set(ids.into_iter(), None);
            }
            Some(RoomAction::SearchWithin(ids)) => {
                self.search.within = (!ids.is_empty()).then_some(ids);
                commands.push(LibraryCommand::ShowView(View::Grid));
            }
            None => {}
        }
    }

    fn middle_ui(
        &mut self,
        ui: &mut egui::Ui,
        shell: &Shell<'_>,
        has_list: bool,
        commands: &mut Vec<LibraryCommand>,
    ) {
        let table = self.libraries.table();
        egui::Panel::top("library search").show(ui, |ui| {
            ui.add_space(Theme::get().space_small);
            let search_box = &mut self.search_box;
            let leaves = search_box.ui(ui, &mut self.search, &self.thumbs, &self.libraries, shell, commands);
            if leaves && self.selection.cursor().is_none() {
                let hits = self.search.answer.shown(self.search.with_weak);
                self.selection.pick(hits, 0, egui::Modifiers::NONE);
            }
            relevance::relevance_ui(ui, &mut self.search);
            if self.search.answer.nothing_stands_out() && !self.search.answer.response.hits.is_empty() {
                ui.weak(
                    "Nothing stands out from what unrelated questions would find; the closest come first.",
                );
            }
            self.toolbar_ui(ui, table.entries().len(), has_list, commands);
            ui.add_space(2.0);
        });
        let canvas = egui::Frame::NONE.fill(Theme::of(ui).canvas.egui());
        egui::CentralPanel::default().frame(canvas).show(ui, |ui| {
            let hits = self.search.answer.shown(self.search.with_weak);
            if hits.is_empty() {
                self.nothing_ui(ui, table.entries().is_empty(), commands);
                return;
            }
            let shown = Shown { table: &table, hits, settings: &self.settings };
            self.grid.ui(ui, &shown, &mut self.selection, &mut self.thumbs, commands);
        });
    }

    fn nothing_ui(&self, ui: &mut egui::Ui, is_library_empty: bool, commands: &mut Vec<LibraryCommand>) {
        ui.vertical_centered(|ui| {
            ui.add_space(0.25 * ui.available_height());
            if is_library_empty && self.work.is_busy() {
                ui.spinner();
                ui.label("Looking for pictures…");
            } else if is_library_empty {
                ui.label("There are no pictures in these folders.");
            } else if self.search.is_busy() {
                ui.weak("Searching…");
            } else {
                ui.label("No picture fits all of this.");
                let hidden = self.search.answer.response.hits.len();
                if hidden > 0 {
                    ui.weak(format!("{} lie below the cut of relevance.", grouped(hidden as u64)));
                }
                if ui.button("Show all pictures").clicked() {
                    commands.push(LibraryCommand::ClearSearch);
                }
            }
        });
    }

    /// Whether a picture is shown large.
    fn viewer_ui(
        &mut self,
        ui: &mut egui::Ui,
        shell: &mut Shell<'_>,
        commands: &mut Vec<LibraryCommand>,
    ) -> bool {
        let Some(id) = self.viewer.shown() else { return false };
        let table = self.libraries.table();
        let Some(entry) = table.get(id) else {
            self.viewer.close();
            return false;
        };
        let hits = self.search.answer.shown(self.search.with_weak);
        let at = self.selection.cursor().filter(|at| hits.get(*at).is_some_and(|hit| hit.id == id));
        let at = at.or_else(|| hits.iter().position(|hit| hit.id == id)).unwrap_or(0);
        let place = (at, hits.len());
        if ui.available_width() > 2.6 * Theme::get().sidebar_width {
            egui::Panel::right("picture details").default_size(1.1 * Theme::get().sidebar_width).show(
                ui,
                |ui| {
                    self.viewer.details_ui(ui, entry, &self.libraries, shell);
                },
            );
        }
        self.viewer.ui(ui, entry, place, &self.thumbs, &self.libraries, shell, commands);
        true
    }

    fn dialogs_ui(&mut self, ctx: &egui::Context, commands: &mut Vec<LibraryCommand>) {
        if let Some(root) = &self.forgetting
            && let Some(answer) = list::forget_ui(ctx, root)
        {
            if answer {
                commands.push(LibraryCommand::Forget(root.clone()));
            }
            self.forgetting = None;
        }
        let Some((_, files)) = &self.failed else { return };
        let mut open = true;
        egui::Window::new("Files that could not be read")
            .open(&mut open)
            .default_width(Theme::get().palette_width)
            .collapsible(false)
            .pivot(egui::Align2::CENTER_CENTER)
            .default_pos(ctx.content_rect().center())
            .show(ctx, |ui| {
                if files.is_empty() {
                    ui.label("Every picture of this library could be read.");
                }
                let height = 2.0 * ui.text_style_height(&egui::TextStyle::Body);
                let area = egui::ScrollArea::vertical().max_height(0.6 * ctx.content_rect().height());
                area.auto_shrink([false, true]).show_rows(ui, height, files.len(), |ui, rows| {
                    for file in files.get(rows).into_iter().flatten() {
                        ui.add(egui::Label::new(file.path.display().to_string()).truncate());
                        ui.add(egui::Label::new(egui::RichText::new(&file.error).weak()).truncate());
                    }
                });
            });
        if !open {
            self.failed = None;
        }
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
        self.duplicates.logic(shell, &self.libraries);
        if self.view == View::Map {
            self.map.logic(shell, &self.libraries);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, shell: &mut Shell<'_>) {
        let ctx = ui.ctx().clone();
        let mut commands = std::mem::take(&mut self.commands);
        for (path, pixels) in std::mem::take(&mut self.read_pictures) {
            let texture = search_box::texture_of(&ctx, &pixels);
            self.search.add_foreign(pixels, name_of(&path), Some(path), texture);
        }
        self.take_pasted(&ctx);
        self.poll_small(&ctx, shell);
        let budget = u64::from(self.settings.thumbnail_megabytes) << 20;
        self.thumbs.begin_frame(&ctx, budget, shell);
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
                    View::Map | View::Duplicates => self.other_view_ui(ui, shell, &mut commands),
                }
            }
        } else {
            egui::CentralPanel::default().show(ui, |ui| {
                let is_opening = self.work.is_opening();
                empty::empty_ui(ui, &self.settings, &mut self.path_field, is_opening, &mut commands);
            });
        }
        if self.libraries.is_restless() {
            ctx.request_repaint_after(std::time::Duration::from_millis(500));
        }
        self.thumbs.end_frame(&self.libraries, shell);
        self.dialogs_ui(&ctx, &mut commands);
        let is_any = !commands.is_empty();
        for command in commands {
            self.run(command, &ctx, shell);
        }
        // What was typed or chosen in this frame is asked at once, not with the next one.
        if self.refresh_search(shell) || is_any {
            ctx.request_repaint();
        }
    }

    fn accepts(&self, path: &Path) -> bool {
        path.is_dir() || kinds::is_picture_name(path)
    }

    fn open(&mut self, paths: &[PathBuf], shell: &mut Shell<'_>) {
        let (pictures, folders): (Vec<PathBuf>, Vec<PathBuf>) =
            paths.iter().cloned().partition(|path| kinds::is_picture_name(path) && !path.is_dir());
        if !pictures.is_empty() {
            self.search_with(pictures, shell);
        }
        if !folders.is_empty() {
            for folder in &folders {
                self.settings.remember(folder);
            }
            self.work.open(&self.libraries, folders, shell.jobs);
        }
    }
}
