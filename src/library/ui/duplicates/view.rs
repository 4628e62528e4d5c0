//! How the view is laid out, and its keys.

use eframe::egui::{self, Key, Modifiers, RichText};

use super::{
    DuplicatesView, RoomAction, Thumbnails,
    actions::Action,
    confirm::{Answer, confirm_ui},
    controls::controls_ui,
    group::{GroupSeen, group_ui, other_than_suggested},
    list::{ListSeen, list_ui},
    look::{self, Small},
};
use crate::{
    library::session::{Libraries, LibraryInfo},
    ui::{Shell, Theme, popups},
    units::{self, bytes},
};

/// Height of the plot of pairs, in points.
const PLOT_HEIGHT: f32 = 200.0;

/// Keys that keep or discard the members of a group, in their order.
const NUMBERS: [Key; 9] =
    [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9];

impl DuplicatesView {
    pub(super) fn draw(
        &mut self,
        ui: &mut egui::Ui,
        shell: &mut Shell<'_>,
        libraries: &Libraries,
        thumbnails: &mut Thumbnails,
    ) -> Vec<Action> {
        let mut actions = Vec::new();
        if self.found.is_none() {
            self.start_ui(ui, libraries, &mut actions);
            return actions;
        }
        let takes_keys =
            !ui.ctx().text_edit_focused() && !self.moving.is_asking() && !popups::is_something_over(ui.ctx());
        if self.compare.is_some() {
            self.compare_ui(ui, shell, takes_keys, &mut actions);
        } else {
            if takes_keys {
                self.keys(ui, &mut actions);
            }
            egui::Panel::top("duplicates controls").show(ui, |ui| self.top_ui(ui, libraries, &mut actions));
            egui::Panel::bottom("duplicates actions").show(ui, |ui| self.bottom_ui(ui, &mut actions));
            self.groups_ui(ui, &mut Small::new(thumbnails, libraries), &mut actions);
        }
        self.dialog_ui(ui.ctx(), shell);
        actions
    }

    /// What it is for, before anything was searched.
    fn start_ui(&mut self, ui: &mut egui::Ui, libraries: &Libraries, actions: &mut Vec<Action>) {
        let theme = Theme::get();
        let chosen = |info: &&LibraryInfo| self.only.is_none_or(|only| only == info.number);
        let count = libraries.list().iter().filter(chosen).map(|info| info.pictures).sum::<usize>();
        egui::Frame::NONE.inner_margin(theme.space_large).show(ui, |ui| {
            ui.vertical_centered(|ui| {
                ui.add_space(0.2 * ui.available_height());
                ui.label(
                    RichText::new("Find pictures that are there more than once").size(theme.text_heading),
                );
                ui.weak(
                    "The same file, the same picture smaller, turned or edited, a part of another one, \
                     or shots of the same moment",
                );
                ui.add_space(theme.space);
                if let Some(finding) = &self.finding {
                    // A row as wide as it needs, so that it stands in the middle.
                    if finding.ui(ui) {
                        actions.push(Action::Cancel);
                    }
                    return;
                }
                ui.checkbox(&mut self.settings.crops, "Also parts of pictures, which takes longest");
                ui.add_space(theme.space);
                let words = format!("Compare {}", units::count(count, "picture", "pictures"));
                if ui.add_enabled(count > 1, egui::Button::new(words)).clicked() {
                    actions.push(Action::Find);
                }
                if libraries.list().iter().any(|library| library.progress.is_some()) {
                    ui.weak(
                        "Folders are still being looked through; what is not described yet is not compared",
                    );
                }
            });
        });
    }

    fn top_ui(&mut self, ui: &mut egui::Ui, libraries: &Libraries, actions: &mut Vec<Action>) {
        ui.add_space(2.0);
        controls_ui(ui, &mut self.settings, &self.groups, &self.folders, actions);
        if let Some(finding) = &self.finding {
            if finding.ui(ui) {
                actions.push(Action::Cancel);
            }
        } else if self.found_generation != libraries.generation() && !self.moving.has_moved {
            ui.weak("The libraries have changed since this search");
        }
        if self.finding.is_none() && self.found_only != self.only {
            ui.colored_label(
                Theme::of(ui).warning.egui(),
                "Other folders are chosen than those searched here",
            );
        }
        if self.settings.show_plot {
            let before = self.settings.thresholds();
            let height = PLOT_HEIGHT.min(0.5 * ui.ctx().content_rect().height());
            let size = egui::vec2(ui.available_width(), height);
            ui.allocate_ui(size, |ui| self.plot.ui(ui, &mut self.settings));
            if before != self.settings.thresholds() {
                actions.push(Action::Regroup);
            }
        }
        ui.add_space(2.0);
    }

    /// What could be freed, what is marked, and the way to the trash.
    fn bottom_ui(&self, ui: &mut egui::Ui, actions: &mut Vec<Action>) {
        ui.add_space(2.0);
        ui.horizontal_wrapped(|ui| {
            let groups = units::count(self.groups.all.len(), "group", "groups");
            ui.label(format!("{groups}, {} could be freed", bytes(self.groups.bytes_freed)));
            let has_groups = !self.groups.all.is_empty();
            let all = ui.add_enabled(has_groups, egui::Button::new("Mark copies"));
            let hint = "In every group of same, re-encoded and turned pictures all but the suggested one; \
                        parts, edits, bursts and scenes are left to you";
            if all.on_hover_text(hint).clicked() {
                actions.push(Action::KeepAllSuggested);
            }
            if ui.add_enabled(self.total.files > 0, egui::Button::new("Unmark all")).clicked() {
                actions.push(Action::Clear);
            }
            self.settled_ui(ui, actions);
            let files = units::count(self.total.files, "file", "files");
            let words = format!("Move {files} ({}) to the trash…", bytes(self.total.bytes));
            let can_go = self.total.files > 0 && !self.moving.is_asking();
            if ui.add_enabled(can_go, egui::Button::new(words)).clicked() {
                actions.push(Action::Trash);
            }
        });
        if let Some(words) = self.moving.at_work() {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label(words);
                if ui.button("Stop").clicked() {
                    actions.push(Action::Cancel);
                }
            });
        }
        self.done_ui(ui, actions);
        ui.add_space(2.0);
    }

    /// How many groups are left out as no duplicates, and the way back.
    fn settled_ui(&self, ui: &mut egui::Ui, actions: &mut Vec<Action>) {
        let count = self.settled_count();
        if count == 0 {
            return;
        }
        let words = format!("{} left out", units::count(count, "group", "groups"));
        let menu = ui.menu_button(words, |ui| {
            if !self.settling.is_empty() {
                // What is not written down yet cannot be taken back.
                ui.disable();
            }
            let last = ui.add_enabled(!self.settled.is_empty(), egui::Button::new("Bring back the last one"));
            if last.clicked() {
                actions.push(Action::UnsettleLast);
                ui.close();
            }
            if ui.button("Bring back all").clicked() {
                actions.push(Action::UnsettleAll);
                ui.close();
            }
        });
        menu.response.on_hover_text("You said that these show no duplicates");
    }

    /// What became of the last files.
    fn done_ui(&self, ui: &mut egui::Ui, actions: &mut Vec<Action>) {
        let Some(done) = &self.moving.done else { return };
        let count = done.moved();
        ui.horizontal_wrapped(|ui| {
            ui.label(format!("{} went to the trash", units::count(count, "file", "files")));
            if count > 0 && self.moving.can_restore() {
                let undo = ui.add_enabled(!self.moving.is_asking(), egui::Button::new("Undo"));
                if undo.on_hover_text("Bring them back to where they were").clicked() {
                    actions.push(Action::Undo);
                }
            } else if count > 0 {
                ui.weak("they can be brought back in the system's trash");
            }
            if ui.button("Dismiss").clicked() {
                actions.push(Action::Dismiss);
            }
        });
        for (path, why) in done.failed().take(3) {
            let color = Theme::of(ui).warning.egui();
            let text = format!("{} stays: {why}", look::name(path));
            ui.colored_label(color, text).on_hover_text(path.display().to_string());
        }
    }

    /// The list, and the opened group beside it where there is room.
    fn groups_ui(&mut self, ui: &mut egui::Ui, small: &mut Small<'_>, actions: &mut Vec<Action>) {
        let theme = Theme::get();
        let Some(found) = &self.found else { return };
        let margin = egui::Frame::NONE.inner_margin(theme.space_small);
        if self.groups.all.is_empty()
            && (self.grouper.is_busy() || self.wants_groups || self.finding.is_some())
        {
            ui.centered_and_justified(|ui| ui.weak("Grouping…"));
            return;
        }
        if self.groups.all.is_empty() {
            egui::Frame::NONE.inner_margin(theme.space_large).show(ui, |ui| {
                ui.vertical_centered(|ui| {
                    ui.add_space(0.2 * ui.available_height());
                    let left = found.ids.len().saturating_sub(self.gone.len());
                    let pictures = units::count(left, "picture", "pictures");
                    ui.label(format!("No duplicates among {pictures} at these thresholds"));
                    ui.weak("Looser thresholds find more; all kinds can be switched on above");
                });
            });
            return;
        }
        let is_narrow = ui.available_width() < 2.4 * theme.sidebar_width;
        let list = ListSeen {
            found,
            groups: &self.groups,
            marks: &self.marks,
            current: self.current,
            scroll: std::mem::take(&mut self.scroll_to_current),
        };
        let opened = self.current.and_then(|place| Some((place, self.groups.all.get(place)?)));
        let group =
            opened.map(|(place, group)| GroupSeen { found, group, marks: &self.marks, place, is_narrow });
        if is_narrow {
            match group.filter(|_| self.is_opened) {
                Some(group) => margin.show(ui, |ui| group_ui(ui, &group, small, actions)),
                None => margin.show(ui, |ui| list_ui(ui, &list, small, actions)),
            };
            return;
        }
        egui::Panel::left("duplicate groups")
            .default_size(0.42 * ui.available_width())
            .size_range(theme.sidebar_width..=0.7 * ui.available_width())
            .show(ui, |ui| list_ui(ui, &list, small, actions));
        egui::CentralPanel::default().frame(margin).show(ui, |ui| {
            // In low windows nothing is drawn over what stands below.
            ui.set_clip_rect(ui.clip_rect().intersect(ui.max_rect().expand(theme.space_small)));
            if let Some(group) = &group {
                group_ui(ui, group, small, actions);
            }
        });
    }

    fn compare_ui(
        &mut self,
        ui: &mut egui::Ui,
        shell: &Shell<'_>,
        takes_keys: bool,
        actions: &mut Vec<Action>,
    ) {
        let group = self.current.and_then(|place| self.groups.all.get(place));
        let Some((compare, group)) = self.compare.as_mut().zip(group) else {
            self.close_compare();
            return;
        };
        compare.take(ui.ctx(), shell);
        if compare.ui(ui, group, &self.marks, takes_keys, actions) {
            self.close_compare();
            ui.ctx().request_repaint();
        }
    }

    fn dialog_ui(&mut self, ctx: &egui::Context, shell: &Shell<'_>) {
        let answer = self.moving.asked().and_then(|asked| confirm_ui(ctx, asked));
        match answer {
            Some(Answer::Move) => {
                let found = self.found.clone();
                let library = move |index: u32| Some(found.as_ref()?.ids.get(index as usize)?.library);
                self.moving.confirm(library, shell);
            }
            Some(Answer::Decline) => self.moving.decline(),
            None => {}
        }
        if answer.is_some() {
            ctx.request_repaint();
        }
    }

    fn keys(&mut self, ui: &egui::Ui, actions: &mut Vec<Action>) {
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let last = self.groups.all.len().saturating_sub(1);
        let current = self.current.unwrap_or(0);
        let to = [
            (Key::ArrowDown, (current + 1).min(last)),
            (Key::ArrowUp, current.saturating_sub(1)),
            (Key::PageDown, (current + 5).min(last)),
            (Key::PageUp, current.saturating_sub(5)),
            (Key::Home, 0),
            (Key::End, last),
        ];
        for (key, place) in to {
            if pressed(key) {
                self.current = Some(place);
                self.scroll_to_current = true;
            }
        }
        let undo = |input: &mut egui::InputState| input.consume_key(Modifiers::COMMAND, Key::Z);
        if self.moving.can_restore() && self.moving.done.is_some() && ui.input_mut(undo) {
            actions.push(Action::Undo);
        }
        let Some(group) = self.current_group() else { return };
        for (key, member) in NUMBERS.into_iter().zip(&group.group.members) {
            if pressed(key) {
                actions.push(Action::Toggle(member.index));
            }
        }
        // A button that has the focus takes the key for itself.
        let is_free = ui.ctx().memory(|memory| memory.focused().is_none());
        if let Some(other) = other_than_suggested(group).filter(|_| is_free && pressed(Key::Space)) {
            actions.push(Action::Compare(group.choice.index, other));
        }
        let first = group
            .group
            .members
            .first()
            .and_then(|member| self.found.as_ref()?.ids.get(member.index as usize).copied());
        if let Some(id) = first.filter(|_| is_free && pressed(Key::Enter)) {
            actions.push(Action::Room(RoomAction::Open(id)));
        }
    }
}
