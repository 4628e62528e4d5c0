//! Words that several figures share.

use super::FigureSettings;
use crate::{
    crystal::{
        analysis::diffraction::{Probe, Radiation},
        formula::formula,
        structure::Structure,
    },
    figure::text::Label,
};

/// The formula and what else is to be said, above the axes; nothing where titles are not wanted.
pub(super) fn title(structure: &Structure, settings: &FigureSettings, more: &Label) -> Label {
    if !settings.show_title {
        return Label::default();
    }
    let mut formula = Label::formula(&formula(structure));
    if !settings.remark.is_empty() {
        formula = formula.then(&Label::plain(&format!(" · {}", settings.remark)));
    }
    if more.is_empty() { formula } else { formula.then(&Label::plain(" · ")).then(more) }
}

/// `Cu Kα₁, λ = 1.54056 Å`.
pub(super) fn radiation_label(radiation: Radiation, probe: Probe) -> Label {
    let wavelength = format!("*λ* = {} Å", radiation.wavelength_angstrom());
    let line = radiation.name().and_then(|name| name.split_once('K')).map(|(anode, line)| {
        let (series, number) = line.split_at_checked(1).unwrap_or((line, ""));
        let series = if series == "a" { "α" } else { "β" };
        let number = if number.is_empty() { String::new() } else { format!("_{{{number}}}") };
        format!("{anode} K{series}{number}")
    });
    match (probe, line) {
        (Probe::XRay, Some(line)) => Label::from(format!("{line}, {wavelength}")),
        (Probe::XRay, None) => Label::from(wavelength),
        (Probe::Neutron, _) => Label::from(format!("neutrons, {wavelength}")),
    }
}
