//! An opened group: its pictures with what is known of each, and what becomes of them.

use std::path::{Path, PathBuf};

use eframe::egui::{self, CornerRadius, Rect, RichText};

use super::{
    super::RoomAction,
    actions::Action,
    grouping::Grouped,
    look::{self, Small},
    marks::Marks,
};
use crate::{
    library::{
        duplicates::{Candidate, Member, keep::PreferredFolder},
        session::Duplicates,
    },
    ui::{Theme, widgets},
    units::{self, bytes},
};

/// Side of a picture in the opened group, in points.
const SIDE: f32 = 116.0;

/// What the opened group shows.
pub(super) struct GroupSeen<'a> {
    pub found: &'a Duplicates,
    pub group: &'a Grouped,
    pub marks: &'a Marks,
    pub place: usize,
    /// Only one of list and group has room.
    pub is_narrow: bool,
}

pub(super) fn group_ui(
    ui: &mut egui::Ui,
    seen: &GroupSeen<'_>,
    small: &mut Small<'_>,
    actions: &mut Vec<Action>,
) {
    head_ui(ui, seen, actions);
    ui.separator();
    let members = &seen.group.group.members;
    let height = SIDE + 2.0 * Theme::get().space;
    let area =
        egui::ScrollArea::vertical().id_salt("members").auto_shrink([false, false]).min_scrolled_height(0.0);
    if ui.available_height() < 1.0 {
        return;
    }
    area.show_rows(ui, height, members.len(), |ui, rows| {
        for number in rows {
            if let Some(member) = members.get(number)
                && let Some(candidate) = seen.found.candidates.get(member.index as usize)
            {
                member_ui(ui, seen, (number, member, candidate), height, small, actions);
            }
        }
    });
}

fn head_ui(ui: &mut egui::Ui, seen: &GroupSeen<'_>, actions: &mut Vec<Action>) {
    let group = seen.group;
    ui.horizontal_wrapped(|ui| {
        if seen.is_narrow && ui.button("Back to all groups").clicked() {
            actions.push(Action::Back);
        }
        look::kind_dot(ui, group.group.kind);
        ui.label(RichText::new(look::kind_title(group.group.kind)).heading())
            .on_hover_text(look::kind_hint(group.group.kind));
        let count = units::count(group.positions.len(), "picture", "pictures");
        ui.weak(format!("{count} · {} could be freed", bytes(group.bytes_freed)));
    });
    ui.horizontal_wrapped(|ui| {
        let suggested = ui.button("Keep only the suggested");
        if suggested.on_hover_text("All others of this group are marked for the trash").clicked() {
            actions.push(Action::KeepSuggested(seen.place));
        }
        if ui.button("Keep all").clicked() {
            actions.push(Action::KeepAll(seen.place));
        }
        let settle = ui.button("Not duplicates");
        if settle.on_hover_text("This group is not shown again while its files are the same").clicked() {
            actions.push(Action::Settle(seen.place));
        }
        let compare = ui.button("Compare").on_hover_text("The suggested picture beside another one (space)");
        if let Some(other) = other_than_suggested(group).filter(|_| compare.clicked()) {
            actions.push(Action::Compare(group.choice.index, other));
        }
    });
}

/// The surest duplicate of the suggested picture.
pub(super) fn other_than_suggested(group: &Grouped) -> Option<u32> {
    group.group.members.iter().map(|member| member.index).find(|index| *index != group.choice.index)
}

fn member_ui(
    ui: &mut egui::Ui,
    seen: &GroupSeen<'_>,
    (number, member, candidate): (usize, &Member, &Candidate),
    height: f32,
    small: &mut Small<'_>,
    actions: &mut Vec<Action>,
) {
    let theme = Theme::get();
    let palette = Theme::of(ui);
    let goes = seen.marks.discards(seen.group, member.index);
    let is_suggested = member.index == seen.group.choice.index;
    let (rect, _) = ui.allocate_exact_size(egui::vec2(ui.available_width(), height), egui::Sense::hover());
    let corner = CornerRadius::same(theme.corner);
    ui.painter().rect_filled(rect, corner, palette.raised.egui());
    if is_suggested {
        let bar = Rect::from_min_size(rect.min, egui::vec2(3.0, rect.height()));
        ui.painter().rect_filled(bar, corner, palette.good.egui());
    }
    let inner = rect.shrink(theme.space);
    let frame = Rect::from_min_size(inner.min, egui::vec2(SIDE.min(0.35 * inner.width()), SIDE));
    let id = seen.found.ids.get(member.index as usize).copied();
    small.draw(ui, frame, id, goes);
    let path = seen.found.paths.get(member.index as usize).cloned().unwrap_or_default();
    let name = look::name(&path);
    let picture = ui.interact(frame, ui.scope_id().with(("picture", member.index)), egui::Sense::click());
    let picture = widgets::named(picture, &format!("Open {name}")).on_hover_text("Show it large");
    if let Some(id) = id.filter(|_| picture.clicked()) {
        actions.push(Action::Room(RoomAction::Open(id)));
    }
    let text = Rect::from_min_max(egui::pos2(frame.right() + theme.space, inner.top()), inner.max);
    let builder = egui::UiBuilder::new().id_salt(("member", member.index)).max_rect(text);
    let mut column = ui.new_child(builder.layout(egui::Layout::top_down(egui::Align::Min)));
    column.shrink_clip_rect(rect);
    column.spacing_mut().item_spacing.y = 1.0;
    names_ui(&mut column, &name, &path, (number, is_suggested));
    column.add(egui::Label::new(look::facts(candidate)).truncate());
    let why = if is_suggested { reason(seen.group) } else { member.why() };
    column.add(egui::Label::new(RichText::new(&why).weak()).truncate()).on_hover_text(why);
    column.add_space(theme.space_small);
    column.horizontal(|ui| buttons_ui(ui, seen, (member, candidate), (&name, goes), actions));
}

fn names_ui(ui: &mut egui::Ui, name: &str, path: &Path, (number, is_suggested): (usize, bool)) {
    ui.scope(|ui| {
        ui.spacing_mut().interact_size.y = 0.0;
        ui.horizontal(|ui| {
            if number < 9 {
                ui.weak((number + 1).to_string()).on_hover_text("This key keeps the picture or marks it");
            }
            if is_suggested {
                ui.colored_label(Theme::of(ui).good.egui(), "suggested");
            }
            ui.add(egui::Label::new(RichText::new(name).strong()).truncate());
        });
    });
    let folder = path.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
    ui.add(egui::Label::new(RichText::new(folder).small().weak()).truncate())
        .on_hover_text(path.display().to_string());
}

/// Why the suggested picture is.
fn reason(group: &Grouped) -> String {
    let words = group.choice.in_words();
    if words.is_empty() { "no rule tells them apart".to_owned() } else { words }
}

fn buttons_ui(
    ui: &mut egui::Ui,
    seen: &GroupSeen<'_>,
    (member, candidate): (&Member, &Candidate),
    (name, goes): (&str, bool),
    actions: &mut Vec<Action>,
) {
    let keep = widgets::named(ui.selectable_label(!goes, "Keep"), &format!("Keep {name}"));
    let trash = widgets::named(ui.selectable_label(goes, "Trash"), &format!("Trash {name}"));
    if (goes && keep.clicked()) || (!goes && trash.clicked()) {
        actions.push(Action::Toggle(member.index));
    }
    let suggested = seen.group.choice.index;
    let other = if member.index == suggested { other_than_suggested(seen.group) } else { Some(member.index) };
    let compare = widgets::named(ui.button("Compare"), &format!("Compare {name}"));
    if let Some(other) = other.filter(|_| compare.clicked()) {
        actions.push(Action::Compare(suggested, other));
    }
    let Some(&id) = seen.found.ids.get(member.index as usize) else { return };
    let menu = ui.menu_button("…", |ui| {
        if ui.button("Show it large").clicked() {
            actions.push(Action::Room(RoomAction::Open(id)));
            ui.close();
        }
        if ui.button("Find similar pictures").clicked() {
            actions.push(Action::Room(RoomAction::FindSimilar(id)));
            ui.close();
        }
        if ui.button("Copy path").clicked()
            && let Some(path) = seen.found.paths.get(member.index as usize)
        {
            ui.ctx().copy_text(path.display().to_string());
            ui.close();
        }
        ui.separator();
        if ui.button("Prefer pictures of this folder").clicked() {
            let relative = candidate.relative.parent().map(PathBuf::from).unwrap_or_default();
            actions.push(Action::Prefer(PreferredFolder { library: candidate.library, relative }));
            ui.close();
        }
    });
    widgets::named(menu.response, &format!("More about {name}"));
}
