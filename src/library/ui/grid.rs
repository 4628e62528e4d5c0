//! The grid of pictures. Each frame looks only at the cells that are visible, and at those next to them.

use std::collections::HashSet;

use eframe::egui::{self, Key, Modifiers, Pos2, Rect, Sense, Stroke, StrokeKind, Vec2};

use super::cell;
use super::geometry::{Cells, Step};
use super::selection::Selection;
use super::thumbs::{Thumbnails, Wanted};
use super::{LibraryCommand, LibrarySettings};
use crate::library::PictureId;
use crate::library::session::{Entry, Hit, Table};
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
                cell::cell_ui(ui, rect, index, shown, selection, thumbs, commands);
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

pub(super) fn entry_of<'a>(shown: &Shown<'a>, index: usize) -> Option<&'a Entry> {
    shown.table.get(shown.hits.get(index)?.id)
}
