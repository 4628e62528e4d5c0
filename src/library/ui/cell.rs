//! One cell of the grid: the picture, what is written over it, what the pointer tells and what the menu offers.

use eframe::egui::{self, Color32, Modifiers, Pos2, Rect, Sense, Stroke, StrokeKind, Vec2, pos2};

use super::LibraryCommand;
use super::geometry;
use super::grid::{Shown, entry_of};
use super::selection::Selection;
use super::thumbs::{Look, Thumbnails, Wanted, size_of};
use super::work::name_of;
use crate::library::PictureId;
use crate::library::session::{Entry, Hit, Strength};
use crate::ui::Theme;

pub(super) fn cell_ui(
    ui: &mut egui::Ui,
    rect: Rect,
    index: usize,
    shown: &Shown<'_>,
    selection: &mut Selection,
    thumbs: &mut Thumbnails,
    commands: &mut Vec<LibraryCommand>,
) {
    let (Some(hit), Some(entry)) = (shown.hits.get(index), entry_of(shown, index)) else { return };
    let id = ui.scope_id().with((hit.id.library, hit.id.row.0));
    let response = ui.interact(rect, id, Sense::CLICK);
    let is_selected = selection.contains(hit.id);
    response.widget_info(|| {
        egui::WidgetInfo::selected(egui::Role::Button, true, is_selected, name_of(&entry.relative))
    });
    if response.double_clicked() {
        commands.push(LibraryCommand::Open(hit.id));
    } else if response.clicked() {
        let modifiers = ui.input(|input| input.modifiers);
        selection.pick(shown.hits, index, modifiers);
    }
    if response.secondary_clicked() && !is_selected {
        selection.pick(shown.hits, index, Modifiers::NONE);
    }
    paint(ui, rect, shown, (hit, entry), (is_selected, selection.cursor() == Some(index)), &response, thumbs);
    response.context_menu(|ui| menu_ui(ui, hit.id, shown, selection, commands));
    if response.hovered() {
        response.on_hover_ui_at_pointer(|ui| hover_ui(ui, hit, entry, thumbs));
    }
}

/// What can be done with the selected pictures, `id` among them.
fn menu_ui(
    ui: &mut egui::Ui,
    id: PictureId,
    shown: &Shown<'_>,
    selection: &Selection,
    commands: &mut Vec<LibraryCommand>,
) {
    let count = selection.len().max(1);
    let chosen = |most: usize| {
        let mut ids = selection.among(shown.hits);
        ids.truncate(most);
        if ids.is_empty() { vec![id] } else { ids }
    };
    if ui.button("Show large").clicked() {
        commands.push(LibraryCommand::Open(id));
        ui.close();
    }
    if ui.button("Find similar").clicked() {
        commands.push(LibraryCommand::FindSimilar(chosen(super::MOST_QUERY_PICTURES)));
        ui.close();
    }
    for (label, likes) in [("Also like this", true), ("Not like this", false)] {
        let button = ui.button(label).on_hover_text("Added to what is asked for already");
        if button.clicked() {
            commands.push(LibraryCommand::AlsoLike(id, likes));
            ui.close();
        }
    }
    ui.separator();
    let mut entry = |ui: &mut egui::Ui, label: &str, command: LibraryCommand| {
        if ui.button(label).clicked() {
            commands.push(command);
            ui.close();
        }
    };
    entry(ui, "Show in file manager", LibraryCommand::Reveal(id));
    entry(ui, "Copy picture", LibraryCommand::CopyPicture(id));
    let paths = if count == 1 { "Copy path".to_owned() } else { format!("Copy {count} paths") };
    if ui.button(paths).clicked() {
        commands.push(LibraryCommand::CopyPaths(chosen(usize::MAX)));
        ui.close();
    }
}

fn hover_ui(ui: &mut egui::Ui, hit: &Hit, entry: &Entry, thumbs: &mut Thumbnails) {
    ui.set_max_width(Theme::get().toast_width);
    ui.strong(name_of(&entry.relative));
    if let Some(folder) = entry.relative.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        ui.weak(folder.display().to_string());
    }
    let mut facts = Vec::new();
    if entry.width > 0 {
        facts.push(format!("{} × {}", entry.width, entry.height));
    }
    facts.push(crate::units::bytes(entry.size_bytes));
    if let Some(secs) = entry.taken_secs {
        let day = secs.div_euclid(86_400) as i32;
        facts.push(crate::library::query::CivilDate::from_days_since_1970(day).to_string());
    }
    ui.label(facts.join(" · "));
    if entry.is_first_look {
        ui.weak("Only looked at quickly so far; more will be known when indexing is done");
    }
    if let Look::Failed(reason) = thumbs.look(Wanted::new(entry, 1.0)) {
        ui.colored_label(Theme::of(ui).error.egui(), reason);
    }
    if hit.parts.is_empty() {
        return;
    }
    if let (Some(strength), Some(relevance)) = (hit.strength(), hit.relevance) {
        let of = ((1.0 - relevance) * 1000.0).round();
        ui.label(format!("{}: {of} of 1000 unrelated pictures score as high", strength_word(strength)));
    }
    for part in &hit.parts {
        let rank = part.rank.map_or_else(|| "not among them".to_owned(), ordinal);
        ui.label(format!("{}: {rank}, adds {:.4}", part.name, part.adds));
    }
    ui.weak(format!("The fused sum {:.4} only orders; it is no similarity.", hit.fused));
}

fn ordinal(number: u32) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

pub(super) fn strength_word(strength: Strength) -> &'static str {
    match strength {
        Strength::Weak => "weak",
        Strength::Likely => "likely",
        Strength::Strong => "strong",
    }
}

fn paint(
    ui: &egui::Ui,
    cell: Rect,
    shown: &Shown<'_>,
    (hit, entry): (&Hit, &Entry),
    (is_selected, is_cursor): (bool, bool),
    response: &egui::Response,
    thumbs: &mut Thumbnails,
) {
    let theme = Theme::get();
    let palette = Theme::of(ui);
    let painter = ui.painter();
    let corner = f32::from(theme.corner);
    let ground = if is_selected {
        palette.accent_fill.egui()
    } else if response.hovered() {
        palette.hovered.egui()
    } else {
        palette.raised.egui()
    };
    let inner = cell.shrink(2.0);
    match thumbs.look(Wanted::new(entry, cell.width() * ui.pixels_per_point())) {
        Look::Thumb(thumb) => {
            painter.rect_filled(cell, corner, ground);
            let (rect, uv) = if shown.settings.fills_cells {
                (inner, geometry::square_part(thumb.size()))
            } else {
                let whole = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
                (
                    geometry::fitted(inner, proportions(entry, thumb.size(), inner), ui.pixels_per_point()),
                    whole,
                )
            };
            painter.image(thumb.texture.id(), rect, uv, Color32::WHITE);
        }
        Look::Waiting(tone) => {
            let fill = tone.map_or(ground, |[r, g, b]| Color32::from_rgb(r, g, b).gamma_multiply(0.6));
            painter.rect_filled(cell, corner, ground);
            let rect = match size_of(entry) {
                size if size.x > 0.0 && !shown.settings.fills_cells => geometry::fitted(inner, size, 0.01),
                _ => inner,
            };
            painter.rect_filled(rect, corner, fill);
        }
        Look::Failed(_) => {
            painter.rect_filled(cell, corner, ground);
            let text = "cannot be shown";
            let font = egui::FontId::proportional(theme.text_small);
            painter.text(cell.center(), egui::Align2::CENTER_CENTER, text, font, palette.error.egui());
        }
    }
    badges(ui, cell, hit, entry);
    if is_selected || is_cursor {
        let width = if is_selected { 3.0 } else { 1.0 };
        painter.rect_stroke(cell, corner, Stroke::new(width, palette.accent.egui()), StrokeKind::Inside);
    }
}

/// A thumbnail that is smaller than its cell is enlarged up to the picture's own size.
fn proportions(entry: &Entry, thumb: Vec2, cell: Rect) -> Vec2 {
    let own = size_of(entry);
    if own.x > 0.0 && own.max_elem() > thumb.max_elem() {
        thumb * (own.max_elem() / thumb.max_elem().max(1.0)).max(1.0)
    } else if own.x <= 0.0 {
        thumb * (cell.width() * 4.0 / thumb.max_elem().max(1.0)).max(1.0)
    } else {
        thumb
    }
}

/// Small words in the lower corners: how strong a hit is, stars, raw, whether it is still being read.
fn badges(ui: &egui::Ui, cell: Rect, hit: &Hit, entry: &Entry) {
    let palette = Theme::of(ui);
    if cell.width() < 90.0 {
        return;
    }
    let badge = |place: Pos2, align: egui::Align2, text: &str, color: Color32| {
        let font = egui::FontId::proportional(Theme::get().text_small);
        let galley = ui.painter().layout_no_wrap(text.to_owned(), font, color);
        let rect = align.anchor_size(place, galley.size() + egui::vec2(8.0, 2.0));
        ui.painter().rect_filled(rect, 3.0, palette.panel.egui().gamma_multiply(0.85));
        ui.painter().galley(rect.min + egui::vec2(4.0, 1.0), galley, color);
    };
    let low = cell.shrink(5.0);
    if let Some(strength) = hit.strength() {
        let color = match strength {
            Strength::Strong => palette.good,
            Strength::Likely => palette.warning,
            Strength::Weak => palette.text_weak,
        };
        badge(low.left_bottom(), egui::Align2::LEFT_BOTTOM, strength_word(strength), color.egui());
    }
    if let Some(stars) = entry.rating.filter(|stars| (1..=5).contains(stars)) {
        let text = crate::units::count(usize::from(stars), "star", "stars");
        badge(low.right_bottom(), egui::Align2::RIGHT_BOTTOM, &text, palette.selection.egui());
    }
    let is_raw = entry.relative.extension().is_some_and(super::kinds::is_raw_ending);
    if is_raw {
        badge(low.right_top(), egui::Align2::RIGHT_TOP, "raw", palette.text_weak.egui());
    }
    if entry.is_first_look {
        badge(low.left_top(), egui::Align2::LEFT_TOP, "still being read", palette.text_weak.egui());
    }
}
