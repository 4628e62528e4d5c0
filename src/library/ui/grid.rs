//! The grid of pictures. Each frame looks only at the cells that are visible, and at those next to them.

use std::collections::HashSet;

use eframe::egui::{self, Color32, Key, Modifiers, Pos2, Rect, Sense, Stroke, StrokeKind, Vec2, pos2};

use super::geometry::{self, Cells, Step};
use super::selection::Selection;
use super::thumbs::{Look, Thumbnails, Wanted, size_of};
use super::work::name_of;
use super::{LibraryCommand, LibrarySettings};
use crate::library::PictureId;
use crate::library::session::{Entry, Hit, Strength, Table};
use crate::ui::{Theme, popups};

/// What the grid keeps from frame to frame.
#[derive(Default)]
pub struct Grid {
    /// Bring the keyboard's picture into view at the next frame.
    pub scroll_to_cursor: bool,
    /// Begin at the top again: another question was asked.
    pub scroll_to_top: bool,
    band: Option<Band>,
    rows_in_view: usize,
}

/// A rectangle drawn over the grid to select what it touches.
struct Band {
    from: Pos2,
    before: HashSet<PictureId>,
}

/// What the grid shows.
pub struct Shown<'a> {
    /// Every picture.
    pub table: &'a Table,
    /// Those that are shown, in order.
    pub hits: &'a [Hit],
    /// How they are shown.
    pub settings: &'a LibrarySettings,
}

const GAP: f32 = 6.0;

impl Grid {
    /// Draws the grid.
    pub fn ui(
        &mut self,
        ui: &mut egui::Ui,
        shown: &Shown<'_>,
        selection: &mut Selection,
        thumbs: &mut Thumbnails,
        commands: &mut Vec<LibraryCommand>,
    ) {
        let bar = ui.spacing().scroll.allocated_width();
        let width = ui.available_width() - bar;
        let cells = Cells::new(shown.hits.len(), width, shown.settings.cell_points, GAP);
        self.rows_in_view = (ui.available_height() / cells.pitch()).floor() as usize;
        if may_take_keys(ui.ctx()) {
            self.keys(ui, &cells, shown, selection, commands);
        }
        let mut area = egui::ScrollArea::vertical().id_salt("pictures").auto_shrink([false, false]);
        if std::mem::take(&mut self.scroll_to_top) {
            area = area.vertical_scroll_offset(0.0);
        }
        area.show_viewport(ui, |ui, viewport| {
            ui.set_width(width);
            ui.set_height(cells.height());
            let origin = ui.min_rect().min.to_vec2();
            // Behind the cells: what is dragged from anywhere draws the band.
            let ground =
                ui.interact(ui.clip_rect(), ui.scope_id().with("ground"), Sense::CLICK | Sense::DRAG);
            if ground.clicked() && !ui.input(|input| input.modifiers.command || input.modifiers.shift) {
                selection.clear();
            }
            self.band_ui(ui, &ground, &cells, origin, shown, selection);
            for index in cells.within(viewport.top(), viewport.bottom()) {
                let rect = cells.rect(index).translate(origin);
                cell_ui(ui, rect, index, shown, selection, thumbs, commands);
            }
            let strip = viewport.height();
            let near = cells.within(viewport.bottom(), viewport.bottom() + strip);
            let before = cells.within(viewport.top() - strip, viewport.top());
            let px = cells.side * ui.pixels_per_point();
            for index in near.chain(before) {
                if let Some(entry) = entry_of(shown, index) {
                    thumbs.soon(Wanted::new(entry, px));
                }
            }
            if std::mem::take(&mut self.scroll_to_cursor)
                && let Some(cursor) = selection.cursor()
            {
                let rect = cells.rect(cursor).expand(GAP).translate(origin);
                ui.scroll_to_rect_animation(rect, None, egui::style::ScrollAnimation::none());
                ui.ctx().request_repaint();
            }
        });
    }

    fn keys(
        &mut self,
        ui: &egui::Ui,
        cells: &Cells,
        shown: &Shown<'_>,
        selection: &mut Selection,
        commands: &mut Vec<LibraryCommand>,
    ) {
        let page = self.rows_in_view.max(1);
        let steps = [
            (Key::ArrowLeft, Step::Left),
            (Key::ArrowRight, Step::Right),
            (Key::ArrowUp, Step::Up),
            (Key::ArrowDown, Step::Down),
            (Key::PageUp, Step::PageUp(page)),
            (Key::PageDown, Step::PageDown(page)),
            (Key::Home, Step::Home),
            (Key::End, Step::End),
        ];
        for (key, step) in steps {
            for modifiers in [Modifiers::SHIFT, Modifiers::NONE] {
                let pressed = ui.input_mut(|input| input.count_and_consume_key(modifiers, key));
                for _ in 0..pressed {
                    if let Some(to) = cells.step(selection.cursor(), step) {
                        selection.pick(shown.hits, to, modifiers);
                        self.scroll_to_cursor = true;
                    }
                }
            }
        }
        let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
        if pressed(Modifiers::COMMAND, Key::A) {
            commands.push(LibraryCommand::SelectAll);
        }
        if pressed(Modifiers::NONE, Key::Escape) {
            commands.push(LibraryCommand::SelectNone);
        }
        let open = pressed(Modifiers::NONE, Key::Enter) || pressed(Modifiers::NONE, Key::Space);
        if let Some(hit) = selection.cursor().and_then(|at| shown.hits.get(at)).filter(|_| open) {
            commands.push(LibraryCommand::Open(hit.id));
        }
    }

    fn band_ui(
        &mut self,
        ui: &egui::Ui,
        ground: &egui::Response,
        cells: &Cells,
        origin: Vec2,
        shown: &Shown<'_>,
        selection: &mut Selection,
    ) {
        let pointer = ui.input(|input| input.pointer.interact_pos());
        if ground.drag_started_by(egui::PointerButton::Primary)
            && let Some(from) = ui.input(|input| input.pointer.press_origin())
        {
            let keeps = ui.input(|input| input.modifiers.command || input.modifiers.shift);
            let before = if keeps { selection.chosen().clone() } else { HashSet::new() };
            self.band = Some(Band { from: from - origin, before });
        }
        if !ground.dragged() {
            self.band = None;
        }
        let (Some(band), Some(pointer)) = (&self.band, pointer) else { return };
        let area = Rect::from_two_pos(band.from, pointer - origin);
        let touched = cells.touched(area).filter_map(|index| Some(shown.hits.get(index)?.id));
        selection.set(touched, Some(&band.before));
        // The wheel does not reach beyond the edge while a button is held: the edge itself scrolls.
        ui.scroll_to_rect_animation(
            Rect::from_center_size(pointer, Vec2::splat(2.0)),
            None,
            egui::style::ScrollAnimation::none(),
        );
        let palette = Theme::of(ui);
        let painter = ui
            .painter()
            .clone()
            .with_layer_id(egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("selection band")));
        let area = area.translate(origin).intersect(ui.clip_rect());
        painter.rect(
            area,
            0.0,
            palette.accent.egui().gamma_multiply(0.15),
            Stroke::new(1.0, palette.accent.egui()),
            StrokeKind::Inside,
        );
    }
}

/// Whether keys are for the pictures: no text is typed, no button has the focus, and nothing lies over them.
pub(super) fn may_take_keys(ctx: &egui::Context) -> bool {
    !ctx.text_edit_focused()
        && ctx.memory(|memory| memory.focused().is_none())
        && !popups::is_something_over(ctx)
}

fn entry_of<'a>(shown: &Shown<'a>, index: usize) -> Option<&'a Entry> {
    shown.table.get(shown.hits.get(index)?.id)
}

fn cell_ui(
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
pub(super) fn menu_ui(
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
        let text = "★★★★★".get(..3 * usize::from(stars)).unwrap_or_default();
        badge(low.right_bottom(), egui::Align2::RIGHT_BOTTOM, text, palette.selection.egui());
    }
    let is_raw = entry.relative.extension().is_some_and(super::kinds::is_raw_ending);
    if is_raw {
        badge(low.right_top(), egui::Align2::RIGHT_TOP, "raw", palette.text_weak.egui());
    }
    if entry.is_first_look {
        badge(low.left_top(), egui::Align2::LEFT_TOP, "still being read", palette.text_weak.egui());
    }
}
