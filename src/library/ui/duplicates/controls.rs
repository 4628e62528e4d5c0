//! The thresholds, the kinds, and the rules for what is suggested to stay.

use eframe::egui::{
    self, RichText,
    containers::menu::{MenuButton, MenuConfig},
};

use super::{
    actions::Action,
    grouping::Groups,
    look,
    settings::{DuplicateSettings, LEAST_SIMILARITY, MOST_BITS},
};
use crate::{
    library::duplicates::{Kind, keep::PreferredFolder},
    ui::{Theme, widgets},
};

/// Everything that changes the groups.
pub(super) fn controls_ui(
    ui: &mut egui::Ui,
    settings: &mut DuplicateSettings,
    groups: &Groups,
    folders: &[PreferredFolder],
    actions: &mut Vec<Action>,
) {
    let before = settings.clone();
    // A row inside a row does not wrap, so narrow windows get a row for each threshold.
    let is_narrow = ui.available_width() < 2.6 * Theme::get().sidebar_width;
    if is_narrow {
        ui.spacing_mut().slider_width *= 0.7;
        thresholds_ui(ui, settings);
    }
    ui.horizontal_wrapped(|ui| {
        if !is_narrow {
            thresholds_ui(ui, settings);
        }
        // Several rules are mostly changed at once.
        let stays = MenuConfig::new().close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside);
        let rules = MenuButton::new("Rules").config(stays);
        let (button, _) = rules.ui(ui, |ui| rules_ui(ui, settings, folders, actions));
        button.on_hover_text("Which picture of a group is suggested to stay");
        ui.toggle_value(&mut settings.show_plot, "Plot")
            .on_hover_text("All pairs, by how much their structure and their look differ");
        if ui.button("Search again").on_hover_text("Compare all pictures anew").clicked() {
            actions.push(Action::Find);
        }
    });
    ui.horizontal_wrapped(|ui| {
        for ((kind, shown), count) in Kind::ALL.into_iter().zip(&mut settings.kinds).zip(groups.counts) {
            kind_ui(ui, kind, shown, count);
        }
    });
    if (settings.thresholds(), &settings.rules) != (before.thresholds(), &before.rules) {
        actions.push(Action::Regroup);
    }
}

fn thresholds_ui(ui: &mut egui::Ui, settings: &mut DuplicateSettings) {
    ui.horizontal(|ui| {
        ui.label("Structure differs by at most");
        let slider = egui::Slider::new(&mut settings.hash_distance, 0..=MOST_BITS).suffix(" bits");
        let hint = "Bits of 64 in which the perceptual hashes of two pictures may differ";
        widgets::renamed(ui.add(slider), "Largest hash distance").on_hover_text(hint);
    });
    ui.horizontal(|ui| {
        ui.label("or look alike by");
        let slider = egui::Slider::new(&mut settings.similarity, LEAST_SIMILARITY..=1.0)
            .step_by(0.001)
            .fixed_decimals(3);
        let hint = "Least cosine of the looks of two pictures: colours, texture and layout";
        widgets::renamed(ui.add(slider), "Smallest similarity").on_hover_text(hint);
    });
}

/// A kind that can be left out, with how many pictures are of it.
fn kind_ui(ui: &mut egui::Ui, kind: Kind, shown: &mut bool, count: usize) {
    let words = format!("{} {count}", look::kind_title(kind));
    // A dot does not stay behind at the end of a row.
    let font = egui::TextStyle::Button.resolve(ui.style());
    let width = ui.painter().layout_no_wrap(words.clone(), font.clone(), egui::Color32::WHITE).size().x;
    let spacing = ui.spacing();
    let needed = width + 2.0 * spacing.button_padding.x + spacing.item_spacing.x + font.size;
    if ui.available_size_before_wrap().x < needed {
        ui.end_row();
    }
    let text = if count == 0 { RichText::new(words).weak() } else { RichText::new(words) };
    look::kind_dot(ui, kind);
    if ui.selectable_label(*shown, text).on_hover_text(look::kind_hint(kind)).clicked() {
        *shown = !*shown;
    }
}

/// The rules in order; the first that tells two pictures apart decides.
fn rules_ui(
    ui: &mut egui::Ui,
    settings: &mut DuplicateSettings,
    folders: &[PreferredFolder],
    actions: &mut Vec<Action>,
) {
    ui.set_min_width(1.3 * Theme::get().sidebar_width);
    ui.label("Which picture is suggested to stay");
    ui.weak("The first rule that tells two pictures apart decides");
    let mut moved = None;
    let last = settings.rules.len().saturating_sub(1);
    for (place, (rule, asked)) in settings.rules.iter_mut().enumerate() {
        ui.horizontal(|ui| {
            ui.add_enabled_ui(place > 0, |ui| {
                if widgets::icon_button(ui, "↑", &format!("Move up: {}", rule.title())).clicked() {
                    moved = Some((place, place - 1));
                }
            });
            ui.add_enabled_ui(place < last, |ui| {
                if widgets::icon_button(ui, "↓", &format!("Move down: {}", rule.title())).clicked() {
                    moved = Some((place, place + 1));
                }
            });
            ui.checkbox(asked, rule.title());
        });
    }
    if let Some((from, to)) = moved {
        settings.move_rule(from, to);
    }
    if !folders.is_empty() {
        ui.separator();
        ui.weak("Preferred folders, the first one first");
        for folder in folders {
            let name = match folder.relative.to_string_lossy() {
                name if name.is_empty() => "The library's own folder".to_owned(),
                name => name.into_owned(),
            };
            ui.add(egui::Label::new(name).truncate());
        }
        if ui.button("Prefer none").clicked() {
            actions.push(Action::ForgetFolders);
        }
    }
}
