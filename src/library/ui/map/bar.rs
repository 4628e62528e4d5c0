//! The bar above the map: what frames tell, the tools, and how far the layout is.

use std::collections::BTreeSet;

use eframe::egui::{self, Vec2};

use super::{FramesBy, MapView, Seen};
use crate::library::PictureId;
use crate::library::map::Stage;
use crate::library::ui::RoomAction;
use crate::ui::Theme;
use crate::units::grouped;

impl MapView {
    /// What frames tell, the tools, and how far the layout is.
    pub(super) fn bar_ui(&mut self, ui: &mut egui::Ui, seen: &Seen<'_>) -> Option<RoomAction> {
        let mut action = None;
        let selection = seen.selection;
        let margin =
            egui::Frame::NONE.inner_margin(Theme::get().space_small).fill(Theme::of(ui).panel.egui());
        margin.show(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                let before = self.frames_by;
                let combo = egui::ComboBox::from_id_salt("map frames").selected_text(self.frames_by.title());
                let response = combo.show_ui(ui, |ui| {
                    for by in FramesBy::ALL {
                        ui.selectable_value(&mut self.frames_by, by, by.title());
                    }
                });
                response.response.on_hover_text("What the colour of a picture's frame tells");
                if self.frames_by != before {
                    self.color();
                }
                ui.toggle_value(&mut self.is_lasso_on, "Lasso")
                    .on_hover_text("Draw a loop around pictures to select them (also with Shift and drag)");
                if ui.button("Show all").on_hover_text("Fit all pictures into the window (0)").clicked() {
                    self.is_steered = false;
                }
                if !selection.is_empty() {
                    ui.separator();
                    if ui.button("Search within").on_hover_text("Search only among the selected").clicked() {
                        // In an order of their own: the same selection asks the same question.
                        let chosen: BTreeSet<PictureId> = selection.chosen().iter().copied().collect();
                        action = Some(RoomAction::SearchWithin(chosen.into_iter().collect()));
                    }
                    if ui.button("Clear selection").clicked() {
                        action = Some(RoomAction::Select(Vec::new()));
                    }
                }
                if let Some(text) = self.status() {
                    ui.weak(match seen.found {
                        Some(found) => format!("{text}, {} of them found", grouped(found.len() as u64)),
                        None => text,
                    });
                }
                if let Some(failed) = &self.failed {
                    ui.colored_label(Theme::of(ui).error.egui(), format!("The map stopped: {failed}"));
                }
            });
            // The bar is as wide as the map.
            ui.allocate_space(Vec2::new(ui.available_width(), 0.0));
        });
        action
    }

    fn status(&self) -> Option<String> {
        let snapshot = self.snapshot.as_ref()?;
        let count = snapshot.ids.len();
        match snapshot.stage {
            Stage::Placing | Stage::Comparing => {
                Some(format!("Comparing {} pictures…", grouped(count as u64)))
            }
            Stage::Moving => {
                let percent = snapshot.progress * 100.0;
                Some(format!("Arranging {} pictures… {percent:.0} %", grouped(count as u64)))
            }
            Stage::Settled => Some(format!("{} pictures", grouped(count as u64))),
            Stage::Empty => None,
        }
    }
}
