//! What is known of the structure, of the selected atom, and how it is drawn.

use eframe::egui::{self, RichText};

use super::{CrystalCommand, CrystalSettings, Shown, live};
use crate::{
    crystal::{
        scene::{Beyond, ColorScheme},
        structure::{AsymmetricSite, Displacement},
    },
    ui::{Theme, widgets},
};

pub(super) fn inspector_ui(
    ui: &mut egui::Ui,
    shown: &Shown,
    settings: &CrystalSettings,
    commands: &mut Vec<CrystalCommand>,
) {
    egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        ui.add_space(Theme::get().space_small);
        let summary = &shown.loaded.summary;
        ui.add(egui::Label::new(RichText::new(&shown.loaded.formula).heading()).wrap());
        ui.add(egui::Label::new(RichText::new(&shown.loaded.title).weak()).wrap());
        structure_ui(ui, shown);
        widgets::section(ui, "SELECTED ATOM");
        selection_ui(ui, shown);
        widgets::section(ui, "DISPLAY");
        display_ui(ui, settings, commands);
        if shown.loaded.structure.periodic {
            widgets::section(ui, "STRAIN");
            live::strain_ui(ui, shown, commands);
        }
        widgets::section(ui, "ELEMENTS");
        legend_ui(ui, shown, settings);
        if !summary.warnings.is_empty() {
            widgets::section(ui, "NOTES OF THE READER");
            for warning in &summary.warnings {
                ui.add(egui::Label::new(RichText::new(warning).color(Theme::of(ui).warning.egui())).wrap());
            }
        }
        ui.add_space(Theme::get().space_large);
    });
}

fn structure_ui(ui: &mut egui::Ui, shown: &Shown) {
    let summary = &shown.loaded.summary;
    widgets::section(ui, "STRUCTURE");
    let mut rows = Vec::new();
    if let Some(group) = &summary.space_group {
        rows.push(("Space group", format!("{} (No. {})", group.symbol, group.number)));
    }
    if let Some(stated) = &shown.loaded.structure.stated_space_group {
        rows.push(("In the file", stated.clone()));
    }
    rows.push(("Sites", format!("{} ({} distinct)", summary.sites, summary.asymmetric_sites)));
    if let Some(density) = summary.density_g_cm3 {
        let unstrained = shown.loaded.structure.lattice.volume_angstrom3();
        let density = density * unstrained / shown.structure().lattice.volume_angstrom3();
        rows.push(("Density", format!("{density:.3} g/cm³")));
    }
    rows.push(("Bonds", shown.loaded.bonds.len().to_string()));
    widgets::facts(ui, "structure facts", &rows);
    if let Some(cell) = &summary.cell {
        let is_strained = shown.strain != [0.0; 3];
        let lattice = &shown.structure().lattice;
        let parameters = if is_strained { lattice.parameters() } else { cell.parameters };
        let volume = if is_strained { lattice.volume_angstrom3() } else { cell.volume };
        widgets::section(ui, if is_strained { "CELL, STRAINED" } else { "CELL" });
        widgets::facts(
            ui,
            "cell facts",
            &[
                ("a", format!("{:.4} Å", parameters.a)),
                ("b", format!("{:.4} Å", parameters.b)),
                ("c", format!("{:.4} Å", parameters.c)),
                ("α", format!("{:.3}°", parameters.alpha)),
                ("β", format!("{:.3}°", parameters.beta)),
                ("γ", format!("{:.3}°", parameters.gamma)),
                ("Volume", format!("{volume:.3} Å³")),
            ],
        );
    }
}

fn selection_ui(ui: &mut egui::Ui, shown: &Shown) {
    let structure = shown.structure();
    let atom = shown.selected.and_then(|id| shown.scene().atoms.get(id as usize));
    let site = atom.and_then(|atom| structure.sites.get(atom.site as usize));
    let (Some(atom), Some(site)) = (atom, site) else {
        ui.weak("Click an atom in the picture");
        return;
    };
    let Some(row) = structure.asymmetric_of(site) else { return };
    let (frac, cart) = (atom.frac(structure), atom.cart(structure));
    let mut rows =
        vec![("Element", species(row)), ("Site", format!("{} (No. {})", row.label, atom.site + 1))];
    if structure.periodic {
        rows.push(("Fractional", format!("{:.5}  {:.5}  {:.5}", frac.x, frac.y, frac.z)));
    }
    rows.push(("Cartesian", format!("{:.4}  {:.4}  {:.4} Å", cart.x, cart.y, cart.z)));
    match site.displacement {
        Displacement::Unknown => {}
        Displacement::Isotropic(u) => rows.push(("U iso", format!("{u:.5} Å²"))),
        Displacement::Anisotropic(u) => {
            let trace = u.x_axis.x + u.y_axis.y + u.z_axis.z;
            rows.push(("U eq", format!("{:.5} Å²", trace / 3.0)));
        }
    }
    widgets::facts(ui, "selection facts", &rows);
}

/// `Fe 0.6, Mn 0.4`; a full site of one element is just its name.
pub(super) fn species(row: &AsymmetricSite) -> String {
    match row.occupants.as_slice() {
        [only] if (only.occupancy - 1.0).abs() < 1e-6 => {
            format!("{} ({})", only.element, only.element.data().name)
        }
        several => several
            .iter()
            .map(|occupant| format!("{} {:.3}", occupant.element, occupant.occupancy))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

fn display_ui(ui: &mut egui::Ui, settings: &CrystalSettings, commands: &mut Vec<CrystalCommand>) {
    let mut style = settings.style;
    egui::Grid::new("display").num_columns(2).spacing([12.0, 6.0]).show(ui, |ui| {
        ui.spacing_mut().slider_width = 92.0;
        let balls = ui.label("Balls");
        ui.add(egui::Slider::new(&mut style.ball_scale, 0.1..=1.0).fixed_decimals(2)).labelled_by(balls.id);
        ui.end_row();
        let sticks = ui.label("Sticks (Å)");
        ui.add(egui::Slider::new(&mut style.stick_radius_angstrom, 0.03..=0.4).fixed_decimals(2))
            .labelled_by(sticks.id);
        ui.end_row();
        let beyond = ui.label("Beyond the cell");
        let words = |beyond| match beyond {
            Beyond::Nothing => "nothing",
            Beyond::Completed => "complete shapes",
            Beyond::AllBonded => "all bonded",
        };
        egui::ComboBox::from_id_salt("beyond")
            .selected_text(words(style.beyond))
            .width(120.0)
            .show_ui(ui, |ui| {
                for choice in [Beyond::Nothing, Beyond::Completed, Beyond::AllBonded] {
                    ui.selectable_value(&mut style.beyond, choice, words(choice));
                }
            })
            .response
            .labelled_by(beyond.id);
        ui.end_row();
        ui.label("Colours");
        ui.horizontal(|ui| {
            ui.selectable_value(&mut style.colors, ColorScheme::Vesta, "VESTA");
            ui.selectable_value(&mut style.colors, ColorScheme::Jmol, "Jmol");
        });
        ui.end_row();
    });
    if style != settings.style {
        commands.push(CrystalCommand::SetStyle(style));
    }
}

fn legend_ui(ui: &mut egui::Ui, shown: &Shown, settings: &CrystalSettings) {
    let theme = Theme::get();
    let mut elements: Vec<_> =
        shown.loaded.structure.asymmetric.iter().flat_map(|row| &row.occupants).map(|o| o.element).collect();
    elements.sort_unstable();
    elements.dedup();
    ui.horizontal_wrapped(|ui| {
        for element in elements {
            let color = crate::ui::theme::Color(settings.style.colors.color(element)).egui();
            let (rect, _) = ui.allocate_exact_size(egui::Vec2::splat(theme.text_body), egui::Sense::hover());
            ui.painter().circle(
                rect.center(),
                0.5 * theme.text_body,
                color,
                egui::Stroke::new(1.0, Theme::of(ui).outline.egui()),
            );
            ui.label(element.symbol()).on_hover_text(&element.data().name);
        }
    });
}
