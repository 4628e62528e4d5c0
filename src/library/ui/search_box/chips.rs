//! The pictures that are searched with.

use std::sync::Arc;

use eframe::egui::{self, Color32, RichText, Stroke};

use crate::library::session::PictureSource;
use crate::library::ui::search::{Chip, Search};
use crate::library::ui::thumbs::Thumbnails;
use crate::library::ui::{LibraryCommand, geometry};
use crate::ui::{Theme, widgets};

/// Side of the picture in a chip.
const CHIP_SIDE: f32 = 40.0;
/// How much a picture can count.
const WEIGHTS: std::ops::RangeInclusive<f32> = -1.0..=2.0;

pub(super) fn chips_ui(
    ui: &mut egui::Ui,
    search: &mut Search,
    thumbs: &Thumbnails,
    commands: &mut Vec<LibraryCommand>,
) {
    if let Some(within) = &search.within {
        let count = within.len();
        ui.horizontal(|ui| {
            ui.label(if count == 1 {
                "among 1 chosen picture".to_owned()
            } else {
                format!("among {count} chosen pictures")
            });
            if widgets::icon_button(ui, "×", "Search all pictures again").clicked() {
                search.within = None;
            }
        });
    }
    if search.chips.is_empty() {
        return;
    }
    let mut removed = None;
    ui.horizontal_wrapped(|ui| {
        for (at, chip) in search.chips.iter_mut().enumerate() {
            if chip_ui(ui, chip, thumbs, commands) {
                removed = Some(at);
            }
        }
    });
    if let Some(at) = removed {
        search.chips.remove(at);
    }
}

/// Draws a chip; whether it is to be removed.
fn chip_ui(
    ui: &mut egui::Ui,
    chip: &mut Chip,
    thumbs: &Thumbnails,
    commands: &mut Vec<LibraryCommand>,
) -> bool {
    let mut removed = false;
    let frame = egui::Frame::group(ui.style()).inner_margin(4.0);
    frame.show(ui, |ui| {
        let (rect, response) = ui.allocate_exact_size(egui::Vec2::splat(CHIP_SIDE), egui::Sense::CLICK);
        let texture = match (&chip.texture, &chip.source) {
            (Some(texture), _) => Some(texture),
            (None, PictureSource::Library(id)) => thumbs.peek(*id).map(|thumb| &thumb.texture),
            (None, PictureSource::Foreign(..)) => None,
        };
        if let Some(texture) = texture {
            let shown = geometry::fitted(rect, texture.size_vec2(), 0.01);
            let whole = egui::Rect::from_min_max(egui::Pos2::ZERO, egui::pos2(1.0, 1.0));
            ui.painter().image(texture.id(), shown, whole, Color32::WHITE);
            if let Some(crop) = chip.crop {
                let part = egui::Rect::from_min_max(
                    shown.min + shown.size() * egui::vec2(crop.left, crop.top),
                    shown.min + shown.size() * egui::vec2(crop.right, crop.bottom),
                );
                let stroke = Stroke::new(1.5, Theme::of(ui).selection.egui());
                ui.painter().rect_stroke(part, 0.0, stroke, egui::StrokeKind::Outside);
            }
        }
        if let PictureSource::Library(id) = chip.source
            && response.on_hover_text("Show large").clicked()
        {
            commands.push(LibraryCommand::Open(id));
        }
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.horizontal(|ui| {
                let what =
                    if chip.crop.is_some() { format!("part of {}", chip.name) } else { chip.name.clone() };
                ui.add(egui::Label::new(RichText::new(shortened(&what)).small()).selectable(false))
                    .on_hover_text(&what);
                removed = widgets::icon_button(ui, "×", &format!("Remove {}", chip.name)).clicked();
            });
            ui.horizontal(|ui| {
                ui.spacing_mut().slider_width = 72.0;
                let slider = egui::Slider::new(&mut chip.weight, WEIGHTS).step_by(0.1).fixed_decimals(1);
                let slider = widgets::renamed(ui.add(slider), "How much it counts; below zero: unlike it");
                if slider.double_clicked() {
                    chip.weight = 1.0;
                }
            });
        });
        if let Some(folder) = chip.file.as_deref().and_then(std::path::Path::parent)
            && ui.small_button("Add its folder").on_hover_text(folder.display().to_string()).clicked()
        {
            commands.push(LibraryCommand::OpenFolder(folder.to_owned()));
            chip.file = None;
        }
    });
    removed
}

/// A name that is not longer than a chip is wide.
pub fn shortened(name: &str) -> String {
    const MOST: usize = 28;
    if name.chars().count() <= MOST {
        return name.to_owned();
    }
    name.chars().take(MOST - 1).chain(['…']).collect()
}

/// A texture of a picture from elsewhere.
pub fn texture_of(ctx: &egui::Context, pixels: &Arc<crate::library::Pixels>) -> egui::TextureHandle {
    let small = crate::library::decode::shrink(pixels, 128);
    let size = [small.width() as usize, small.height() as usize];
    let image = egui::ColorImage::from_rgba_unmultiplied(size, small.rgba());
    ctx.load_texture("query picture", image, egui::TextureOptions::LINEAR)
}
