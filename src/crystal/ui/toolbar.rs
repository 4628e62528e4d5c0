//! The row above the view.

use eframe::egui;

use super::{CrystalCommand, CrystalSettings};
use crate::{
    crystal::scene::{Projection, StandardView},
    ui::widgets::named,
};

pub(super) fn toolbar_ui(ui: &mut egui::Ui, settings: &CrystalSettings, commands: &mut Vec<CrystalCommand>) {
    ui.add_space(2.0);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 3.0;
        for view in StandardView::ALL {
            let name = match view {
                StandardView::Iso => "View from the usual corner".to_owned(),
                StandardView::Diagonal => "View along the body diagonal [111]".to_owned(),
                _ => format!("View along {}", view.name()),
            };
            let button = named(ui.button(view.name()), &name).on_hover_text(&name);
            if button.clicked() {
                commands.push(CrystalCommand::LookAlong(view));
            }
        }
        if ui.button("Fit").on_hover_text("Show the whole structure").clicked() {
            commands.push(CrystalCommand::Fit);
        }
        ui.add_space(8.0);
        for (projection, label) in
            [(Projection::Orthographic, "Parallel"), (Projection::Perspective, "Perspective")]
        {
            let active = settings.projection == projection;
            if ui.selectable_label(active, label).clicked() && !active {
                commands.push(CrystalCommand::ToggleProjection);
            }
        }
        ui.add_space(8.0);
        for (shown, label, command) in [
            (settings.style.show_bonds, "Bonds", CrystalCommand::ToggleBonds),
            (settings.style.show_polyhedra, "Polyhedra", CrystalCommand::TogglePolyhedra),
            (settings.style.show_cell, "Cell", CrystalCommand::ToggleCell),
            (settings.show_axes, "Axes", CrystalCommand::ToggleAxes),
        ] {
            if ui.selectable_label(shown, label).clicked() {
                commands.push(command);
            }
        }
        ui.add_space(8.0);
        let graphs = ui.selectable_label(settings.graphs.open, "Graphs");
        if graphs.on_hover_text("Diffraction, pair distribution, coordination (G)").clicked() {
            commands.push(CrystalCommand::ToggleGraphs);
        }
        ui.add_space(8.0);
        ui.menu_button("Export…", |ui| {
            for (word, hint, command) in [
                ("Picture…", "The view as pixels (Ctrl+E)", CrystalCommand::Export),
                ("Figure…", "PDF, SVG or PNG for a paper (Ctrl+Shift+E)", CrystalCommand::ExportFigure),
                ("All figures…", "Of all open structures, into a folder", CrystalCommand::ExportAllFigures),
                ("Report…", "All open structures in one PDF", CrystalCommand::Report),
            ] {
                if ui.button(word).on_hover_text(hint).clicked() {
                    commands.push(command);
                    ui.close();
                }
            }
        });
    });
    ui.add_space(2.0);
}
