//! Where the parts of the Library stand in the window.

use eframe::egui;

use super::grid::Shown;
use super::settings::Sorting;
use super::{LibraryCommand, LibraryRoom, MOST_QUERY_PICTURES, RoomAction, View};
use super::{export, list, map, relevance, settings};
use crate::ui::{Shell, Theme, widgets};
use crate::units::{count, grouped};

impl LibraryRoom {
    pub(super) fn left_ui(&mut self, ui: &mut egui::Ui, commands: &mut Vec<LibraryCommand>) {
        let libraries = self.libraries.list();
        list::list_ui(
            ui,
            &libraries,
            self.search.only,
            &self.work,
            &self.settings,
            &mut self.path_field,
            commands,
        );
    }

    fn toolbar_ui(
        &mut self,
        ui: &mut egui::Ui,
        total: usize,
        has_list: bool,
        commands: &mut Vec<LibraryCommand>,
    ) {
        ui.horizontal_wrapped(|ui| {
            self.folders_ui(ui, has_list, commands);
            self.views_ui(ui, commands);
            ui.separator();
            let shown = self.shown_count();
            let words = if shown == total {
                count(total, "picture", "pictures")
            } else {
                format!("{} of {}", grouped(shown as u64), grouped(total as u64))
            };
            ui.label(words);
            self.selection_ui(ui, commands);
            ui.separator();
            let sorting = egui::ComboBox::from_id_salt("sorting")
                .selected_text(match self.settings.sorting {
                    Sorting::Best if !self.search.ranks() => Sorting::Newest.title(),
                    sorting => sorting.title(),
                })
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

    /// The list of folders in a menu, where there is no room beside the pictures.
    fn folders_ui(&mut self, ui: &mut egui::Ui, has_list: bool, commands: &mut Vec<LibraryCommand>) {
        if !has_list {
            ui.menu_button("Folders", |ui| {
                ui.set_min_size(egui::vec2(Theme::get().sidebar_width, Theme::get().sidebar_width));
                self.left_ui(ui, commands);
            });
        }
    }

    fn views_ui(&self, ui: &mut egui::Ui, commands: &mut Vec<LibraryCommand>) {
        for view in View::ALL {
            if ui.selectable_label(self.view == view, view.title()).clicked() {
                commands.push(LibraryCommand::ShowView(view));
            }
        }
    }

    /// How many are selected, and what can be done with them.
    fn selection_ui(&self, ui: &mut egui::Ui, commands: &mut Vec<LibraryCommand>) {
        if !self.selection.is_empty() {
            ui.weak(format!("{} selected", grouped(self.selection.len() as u64)));
            if ui.button("Find similar").clicked() {
                let mut ids = self.selection.ordered(self.search.answer.shown(self.search.with_weak));
                ids.truncate(MOST_QUERY_PICTURES);
                commands.push(LibraryCommand::ShowView(View::Grid));
                commands.push(LibraryCommand::FindSimilar(ids));
            }
        }
        let (selected, shown) = (self.selection.len(), self.shown_count());
        let what = match (selected, shown) {
            (0, 0) => return,
            (0, 1) => "The picture that is shown".to_owned(),
            (0, many) => format!("All {} pictures that are shown", grouped(many as u64)),
            (1, _) => "The selected picture".to_owned(),
            (many, _) => format!("The {} selected pictures", grouped(many as u64)),
        };
        export::menu_ui(ui, &what, commands);
    }

    /// A view that has the middle to itself, below the switch.
    pub(super) fn other_view_ui(
        &mut self,
        ui: &mut egui::Ui,
        shell: &mut Shell<'_>,
        has_list: bool,
        commands: &mut Vec<LibraryCommand>,
    ) {
        egui::Panel::top("library views").show(ui, |ui| {
            ui.add_space(Theme::get().space_small);
            if self.view == View::Map {
                let search_box = &mut self.search_box;
                search_box.ui(ui, &mut self.search, &self.thumbs, &self.libraries, shell, commands);
            }
            ui.horizontal_wrapped(|ui| {
                self.folders_ui(ui, has_list, commands);
                self.views_ui(ui, commands);
                if self.view == View::Map {
                    ui.separator();
                    self.selection_ui(ui, commands);
                }
            });
            ui.add_space(2.0);
        });
        let lit = (self.view == View::Map && !self.search.is_empty()).then(|| self.search.lit());
        let canvas = egui::Frame::NONE.fill(Theme::of(ui).canvas.egui());
        let action = egui::CentralPanel::default().frame(canvas).show(ui, |ui| match self.view {
            View::Grid => None,
            View::Map => {
                let seen = map::Seen { selection: &self.selection, found: lit.as_deref() };
                self.map.ui(ui, shell, &self.libraries, &seen, &mut self.thumbs)
            }
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

    pub(super) fn middle_ui(
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
            let failed: usize = self.libraries.list().iter().map(|info| info.failed).sum();
            if is_library_empty && self.work.is_busy() {
                ui.spinner();
                ui.label("Looking for pictures…");
            } else if is_library_empty {
                ui.label("There are no pictures in these folders.");
                if failed > 0 {
                    let files = count(failed, "file", "files");
                    ui.weak(format!("{files} could not be read; the list at the left says why."));
                }
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
    pub(super) fn viewer_ui(
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
        let at = at.or_else(|| hits.iter().position(|hit| hit.id == id));
        let is_wide = ui.available_width() > 2.6 * Theme::get().sidebar_width;
        let settings = &mut self.settings;
        let shows = if is_wide { &mut settings.shows_details } else { &mut settings.shows_details_below };
        let viewer = &mut self.viewer;
        if *shows {
            let side = if is_wide { 1.1 * Theme::get().sidebar_width } else { 0.4 * ui.available_height() };
            let panel = if is_wide {
                egui::Panel::right("picture details")
            } else {
                egui::Panel::bottom("picture details below").resizable(true)
            };
            panel.default_size(side).show(ui, |ui| viewer.details_ui(ui, entry, &self.libraries, shell));
        }
        viewer.ui(ui, (entry, at, hits.len()), shows, &self.thumbs, &self.libraries, shell, commands);
        true
    }

    pub(super) fn dialogs_ui(&mut self, ctx: &egui::Context, commands: &mut Vec<LibraryCommand>) {
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
