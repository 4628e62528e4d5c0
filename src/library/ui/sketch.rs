//! A pad on which colours are painted where they are looked for.

use eframe::egui::{self, Color32, Sense, Stroke};

use crate::library::session::{Sketch, SketchBlob};
use crate::ui::{Theme, widgets};

/// Width and height of the pad in points.
const SIZE: egui::Vec2 = egui::vec2(240.0, 160.0);
/// Blobs that one sketch may have; the oldest leave.
const MOST: usize = 400;
/// Paints, as they are named in pictures: black to white, then around the circle of hues.
const PAINTS: [[u8; 3]; 14] = [
    [16, 16, 18],
    [120, 122, 126],
    [245, 245, 242],
    [200, 34, 40],
    [235, 122, 32],
    [242, 203, 60],
    [96, 160, 60],
    [24, 92, 48],
    [32, 150, 150],
    [96, 170, 228],
    [30, 62, 150],
    [112, 60, 150],
    [226, 130, 170],
    [112, 72, 44],
];

/// The brush.
pub struct Pad {
    rgb: [u8; 3],
    radius: f32,
    /// Where each stroke began, so that one can be taken back.
    strokes: Vec<usize>,
}

impl Default for Pad {
    fn default() -> Self {
        Self { rgb: [96, 170, 228], radius: 0.09, strokes: Vec::new() }
    }
}

impl Pad {
    /// A button that opens the pad.
    pub fn button_ui(&mut self, ui: &mut egui::Ui, sketch: &mut Sketch) {
        let button = ui.selectable_label(!sketch.blobs.is_empty(), "Sketch");
        let button = button.on_hover_text("Paint colours where they should be");
        egui::Popup::menu(&button)
            .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
            .show(|ui| self.ui(ui, sketch));
    }

    fn ui(&mut self, ui: &mut egui::Ui, sketch: &mut Sketch) {
        self.canvas_ui(ui, sketch);
        ui.horizontal_wrapped(|ui| {
            ui.set_max_width(SIZE.x);
            ui.spacing_mut().item_spacing = egui::Vec2::splat(4.0);
            for rgb in PAINTS {
                let (rect, response) = ui.allocate_exact_size(egui::Vec2::splat(20.0), Sense::click());
                let [r, g, b] = rgb;
                ui.painter().rect_filled(rect, 3.0, Color32::from_rgb(r, g, b));
                let outline = Stroke::new(1.0, Theme::of(ui).outline.egui());
                ui.painter().rect_stroke(rect, 3.0, outline, egui::StrokeKind::Inside);
                if self.rgb == rgb {
                    let stroke = Stroke::new(2.0, Theme::of(ui).accent.egui());
                    ui.painter().rect_stroke(rect, 3.0, stroke, egui::StrokeKind::Outside);
                }
                let name = format!("Paint #{r:02x}{g:02x}{b:02x}");
                if widgets::named(response, &name).clicked() {
                    self.rgb = rgb;
                }
            }
            let custom = ui.color_edit_button_srgb(&mut self.rgb);
            widgets::renamed(custom, "Another paint");
        });
        ui.horizontal(|ui| {
            ui.spacing_mut().slider_width = 80.0;
            let slider = egui::Slider::new(&mut self.radius, 0.03..=0.3).show_value(false).text("brush");
            ui.add(slider);
            if ui.add_enabled(!sketch.blobs.is_empty(), egui::Button::new("Undo").small()).clicked() {
                sketch.blobs.truncate(self.strokes.pop().unwrap_or(0));
            }
            if ui.add_enabled(!sketch.blobs.is_empty(), egui::Button::new("Clear").small()).clicked() {
                sketch.blobs.clear();
                self.strokes.clear();
            }
        });
        ui.add(egui::Label::new(widgets::hint("What is not painted does not count")).selectable(false));
    }

    fn canvas_ui(&mut self, ui: &mut egui::Ui, sketch: &mut Sketch) {
        let (rect, response) = ui.allocate_exact_size(SIZE, Sense::CLICK | Sense::DRAG);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, "Sketch: drag to paint"));
        let palette = Theme::of(ui);
        let painter = ui.painter_at(rect);
        painter.rect_filled(rect, 4.0, palette.canvas.egui());
        let begins = response.drag_started() || (response.clicked() && !response.dragged());
        if begins {
            self.strokes.push(sketch.blobs.len());
        }
        if (response.dragged() || response.drag_stopped() || response.clicked())
            && let Some(place) = response.interact_pointer_pos()
        {
            let blob_at = |place: egui::Pos2| SketchBlob {
                x: ((place.x - rect.left()) / rect.width()).clamp(0.0, 1.0),
                y: ((place.y - rect.top()) / rect.height()).clamp(0.0, 1.0),
                radius: self.radius,
                rgb: self.rgb,
            };
            let blob = blob_at(place);
            let is_far = sketch.blobs.last().is_none_or(|last| {
                last.rgb != blob.rgb || (last.x - blob.x).hypot(last.y - blob.y) > 0.3 * blob.radius
            });
            if begins {
                // The pointer may have gone far before it counted as dragging.
                let origin =
                    ui.input(|input| input.pointer.press_origin()).filter(|_| response.drag_started());
                sketch.blobs.push(origin.map_or(blob, blob_at));
                if origin.is_some() {
                    extend(&mut sketch.blobs, blob);
                }
            } else if is_far {
                extend(&mut sketch.blobs, blob);
            }
            let surplus = sketch.blobs.len().saturating_sub(MOST);
            sketch.blobs.drain(..surplus);
        }
        for blob in &sketch.blobs {
            let [r, g, b] = blob.rgb;
            let centre = rect.min + rect.size() * egui::vec2(blob.x, blob.y);
            painter.circle_filled(centre, blob.radius * rect.width(), Color32::from_rgb(r, g, b));
        }
        if let Some(place) = response.hover_pos() {
            painter.circle_stroke(place, self.radius * rect.width(), Stroke::new(1.0, palette.text.egui()));
        }
        painter.rect_stroke(rect, 4.0, Stroke::new(1.0, palette.outline.egui()), egui::StrokeKind::Inside);
    }
}

/// Draws the stroke on to a blob: the pointer may have gone far since the last frame.
fn extend(blobs: &mut Vec<SketchBlob>, to: SketchBlob) {
    if let Some(from) = blobs.last().copied().filter(|from| from.rgb == to.rgb) {
        let steps = ((to.x - from.x).hypot(to.y - from.y) / (0.5 * to.radius)).ceil().min(MOST as f32);
        let between = |step: u32| {
            let part = step as f32 / steps;
            SketchBlob { x: from.x + part * (to.x - from.x), y: from.y + part * (to.y - from.y), ..to }
        };
        blobs.extend((1..steps as u32).map(between));
    }
    blobs.push(to);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fast_stroke_leaves_a_line() {
        let blob = |x, y| SketchBlob { x, y, radius: 0.1, rgb: [1, 2, 3] };
        let mut blobs = vec![blob(0.1, 0.1)];
        extend(&mut blobs, blob(0.9, 0.7));
        assert!(blobs.len() > 10);
        let gaps = blobs.windows(2).map(|pair| (pair[1].x - pair[0].x).hypot(pair[1].y - pair[0].y));
        assert!(gaps.fold(0.0, f32::max) <= 0.05 + 1e-6);
        assert_eq!(blobs.last(), Some(&blob(0.9, 0.7)));
        extend(&mut blobs, SketchBlob { rgb: [9, 9, 9], ..blob(0.1, 0.1) });
        assert_eq!(blobs.last().map(|last| last.rgb), Some([9, 9, 9]), "another paint begins anew");
    }
}
