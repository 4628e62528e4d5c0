//! The list of groups: kind, pictures, what could be freed. Only the rows that are seen are drawn.

use eframe::egui::{self, CornerRadius, Rect, RichText};

use super::{
    actions::Action,
    grouping::{Grouped, Groups},
    look::{self, Small},
    marks::Marks,
};
use crate::{
    library::session::Duplicates,
    ui::{Theme, widgets},
    units::{self, bytes},
};

/// Side of a small picture in a row, in points.
const SIDE: f32 = 52.0;

/// What the list shows.
pub(super) struct ListSeen<'a> {
    pub found: &'a Duplicates,
    pub groups: &'a Groups,
    pub marks: &'a Marks,
    pub current: Option<usize>,
    /// The current group is to be in sight.
    pub scroll: bool,
}

pub(super) fn list_ui(
    ui: &mut egui::Ui,
    seen: &ListSeen<'_>,
    small: &mut Small<'_>,
    actions: &mut Vec<Action>,
) {
    let theme = Theme::get();
    let height = SIDE
        + ui.text_style_height(&egui::TextStyle::Body)
        + ui.text_style_height(&egui::TextStyle::Small)
        + 4.0 * theme.space_small;
    let mut area = egui::ScrollArea::vertical().id_salt("groups").auto_shrink([false, false]);
    if let Some(current) = seen.current.filter(|_| seen.scroll) {
        let row = height + ui.spacing().item_spacing.y;
        area = area.vertical_scroll_offset((row * current as f32 - 0.3 * ui.available_height()).max(0.0));
    }
    area.show_rows(ui, height, seen.groups.all.len(), |ui, rows| {
        for place in rows {
            if let Some(group) = seen.groups.all.get(place) {
                row_ui(ui, seen, (group, place), height, small, actions);
            }
        }
    });
}

fn row_ui(
    ui: &mut egui::Ui,
    seen: &ListSeen<'_>,
    (group, place): (&Grouped, usize),
    height: f32,
    small: &mut Small<'_>,
    actions: &mut Vec<Action>,
) {
    let theme = Theme::get();
    let palette = Theme::of(ui);
    let (rect, response) =
        ui.allocate_exact_size(egui::vec2(ui.available_width(), height), egui::Sense::click());
    let count = units::count(group.positions.len(), "picture", "pictures");
    let title = format!("{} · {count} · {}", look::kind_title(group.group.kind), bytes(group.bytes_freed));
    let name = seen.found.paths.get(group.choice.index as usize).map(|path| look::name(path));
    let name = name.unwrap_or_default();
    let response = widgets::named(response, &format!("Group {}: {title} · {name}", place + 1));
    let fill = match (seen.current == Some(place), response.hovered()) {
        (true, _) => palette.accent_fill.egui(),
        (false, true) => palette.hovered.egui(),
        (false, false) => egui::Color32::TRANSPARENT,
    };
    ui.painter().rect_filled(rect, CornerRadius::same(theme.corner), fill);
    let inner = rect.shrink2(egui::vec2(theme.space, theme.space_small));
    let mut row =
        ui.new_child(egui::UiBuilder::new().max_rect(inner).layout(egui::Layout::top_down(egui::Align::Min)));
    row.spacing_mut().item_spacing.y = 0.0;
    row.spacing_mut().interact_size.y = 0.0;
    row.horizontal(|ui| {
        look::kind_dot(ui, group.group.kind);
        ui.add(egui::Label::new(title).truncate().selectable(false));
    });
    pictures_ui(&mut row, seen, group, small);
    row.add(egui::Label::new(RichText::new(name).small().weak()).truncate().selectable(false));
    if response.clicked() {
        actions.push(Action::Show(place));
    }
}

/// As many of the pictures as there is room for; the suggested one is underlined.
fn pictures_ui(ui: &mut egui::Ui, seen: &ListSeen<'_>, group: &Grouped, small: &mut Small<'_>) {
    let gap = Theme::get().space_small;
    let size = egui::vec2(ui.available_width(), SIDE + 2.0 * gap);
    let (rect, _) = ui.allocate_exact_size(size, egui::Sense::hover());
    let room = ((rect.width() + gap) / (SIDE + gap)).floor().max(1.0) as usize;
    let count = group.group.members.len();
    let shown = if count > room { room.saturating_sub(1).max(1) } else { count };
    for (place, member) in group.group.members.iter().take(shown).enumerate() {
        let corner = rect.left_top() + egui::vec2(place as f32 * (SIDE + gap), 0.5 * gap);
        let frame = Rect::from_min_size(corner, egui::Vec2::splat(SIDE));
        let goes = seen.marks.discards(group, member.index);
        let id = seen.found.ids.get(member.index as usize).copied();
        small.draw(ui, frame, id, goes);
        if member.index == group.choice.index {
            let below = egui::vec2(0.0, 2.0);
            let line = [frame.left_bottom() + below, frame.right_bottom() + below];
            ui.painter().line_segment(line, egui::Stroke::new(2.0, Theme::of(ui).good.egui()));
        }
    }
    if count > shown {
        let at = rect.left_center() + egui::vec2(shown as f32 * (SIDE + gap) + gap, 0.0);
        let font = egui::TextStyle::Body.resolve(ui.style());
        let text = format!("+{}", count - shown);
        ui.painter().text(at, egui::Align2::LEFT_CENTER, text, font, Theme::of(ui).text_weak.egui());
    }
}
