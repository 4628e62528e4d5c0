//! `vitrine crystal xrd`: a powder pattern, and how a measurement fits it.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use serde::Serialize;

use super::{
    analysis::{InputArguments, named, only_structure, print, write_figure},
    parse_range,
};
use crate::{
    cli::Failure,
    crystal::{
        analysis::diffraction::{
            Displacements, Merge, Pattern, PatternSettings, Probe, Radiation,
            measured::{self, Measurement},
            pattern_of,
        },
        figures::{FigureSettings, measured_figure},
        formula::formula,
    },
    figure::text::Label,
};

#[derive(Debug, Args)]
pub struct XrdArguments {
    #[command(flatten)]
    input: InputArguments,
    /// CuKa, CuKa1, CuKa2, CuKb1, the same of Mo, Cr, Fe, Co, Ag, or a wavelength in Å
    #[arg(long, default_value = "CuKa")]
    radiation: Radiation,
    /// Neutrons instead of X-rays
    #[arg(long)]
    neutron: bool,
    /// Range of 2θ in degrees
    #[arg(long, default_value = "0,90", value_name = "FROM,TO", value_parser = parse_range)]
    two_theta: (f64, f64),
    /// parity: within 1e-5°, as pymatgen; symmetrized: by symmetry
    #[arg(long, default_value = "symmetrized")]
    merge: Merge,
    /// Let the displacements of the file weaken the peaks
    #[arg(long)]
    displacements: bool,
    /// A measured pattern (.xy, .xye, .csv, .dat) to lay the calculated one over
    #[arg(long, value_name = "FILE")]
    measured: Option<PathBuf>,
    /// With --measured: a figure of both (.pdf, .svg or .png)
    #[arg(long, value_name = "FILE", requires = "measured")]
    out: Option<PathBuf>,
}

pub(super) fn xrd(arguments: &XrdArguments) -> Result<(), Failure> {
    let structure = only_structure(&arguments.input)?;
    let settings = PatternSettings {
        radiation: arguments.radiation,
        lower_deg: arguments.two_theta.0,
        upper_deg: Some(arguments.two_theta.1),
        merge: arguments.merge,
        scaled: true,
    };
    let probe = if arguments.neutron { Probe::Neutron } else { Probe::XRay };
    let displacements =
        if arguments.displacements { Displacements::FromStructure } else { Displacements::Ignored };
    let pattern =
        pattern_of(&structure, probe, &displacements, &settings).with_context(|| named(&arguments.input))?;
    let Some(path) = &arguments.measured else { return print(arguments.input.json, &pattern, print_pattern) };
    let measurement = std::fs::read(path)
        .map_err(anyhow::Error::from)
        .and_then(|bytes| Ok(Measurement::parse(&bytes)?))
        .with_context(|| path.display().to_string())?;
    let overlay = measured::compare(&pattern, &measurement, &measured::ComparisonSettings::default())
        .with_context(|| path.display().to_string())?;
    if let Some(out) = &arguments.out {
        let name = Label::formula(&formula(&structure));
        let settings = FigureSettings::default();
        let figure = measured_figure(&name, &pattern, &measurement, &overlay, &settings);
        write_figure(&figure, 0.8, &settings, out)?;
    }
    print(arguments.input.json, &Measured::new(&pattern, &measurement, &overlay), print_measured)
}

/// A pattern and how a measurement fits it.
#[derive(Serialize)]
struct Measured<'a> {
    #[serde(flatten)]
    pattern: &'a Pattern,
    measured: Fit,
}

/// How well a measurement fits; angles in degrees, intensities as measured.
#[derive(Serialize)]
struct Fit {
    r_wp: f64,
    r_wp_without_background: f64,
    scale: f64,
    zero_shift_deg: f64,
    mean_difference_deg: Option<f64>,
    smith_snyder_per_deg: Option<f64>,
    matched: Vec<[f64; 2]>,
    unexplained_deg: Vec<f64>,
    missing_deg: Vec<f64>,
    notes: Vec<String>,
}

impl<'a> Measured<'a> {
    fn new(pattern: &'a Pattern, measurement: &Measurement, overlay: &measured::Comparison) -> Self {
        let measured_at = |index: &usize| overlay.peaks.get(*index).map(|peak| peak.two_theta_deg);
        let calculated_at = |index: &usize| pattern.peaks.get(*index).map(|peak| peak.two_theta_deg);
        let matching = &overlay.matching;
        let pairs = matching.pairs.iter();
        Self {
            pattern,
            measured: Fit {
                r_wp: overlay.r_wp,
                r_wp_without_background: overlay.r_wp_without_background,
                scale: overlay.scale,
                zero_shift_deg: matching.zero_shift_deg,
                mean_difference_deg: matching.mean_difference_deg,
                smith_snyder_per_deg: matching.smith_snyder,
                matched: pairs
                    .filter_map(|pair| Some([measured_at(&pair.measured)?, calculated_at(&pair.calculated)?]))
                    .collect(),
                unexplained_deg: matching.unexplained.iter().filter_map(measured_at).collect(),
                missing_deg: matching.missing.iter().filter_map(calculated_at).collect(),
                notes: measurement.notes.clone(),
            },
        }
    }
}

fn print_pattern(pattern: &Pattern) {
    println!("{:>10}  {:>10}  {:>10}  planes", "2θ (°)", "intensity", "d (Å)");
    for peak in &pattern.peaks {
        let planes: Vec<String> = peak
            .families
            .iter()
            .map(|family| format!("{} ×{}", family.text(), family.multiplicity))
            .collect();
        println!(
            "{:>10.4}  {:>10.3}  {:>10.4}  {}",
            peak.two_theta_deg,
            peak.intensity,
            peak.d_angstrom,
            planes.join("  ")
        );
    }
    for note in &pattern.notes {
        println!("{note}");
    }
}

fn print_measured(found: &Measured<'_>) {
    let Measured { pattern, measured } = found;
    print_pattern(pattern);
    let row = |name: &str, value: String| println!("  {name:<24} {value}");
    println!("measured");
    row("R_wp", format!("{:.2} %", 100.0 * measured.r_wp));
    row("R_wp without background", format!("{:.2} %", 100.0 * measured.r_wp_without_background));
    row("zero shift", format!("{:.4}°", measured.zero_shift_deg));
    if let Some(mean) = measured.mean_difference_deg {
        row("mean |Δ2θ|", format!("{mean:.4}°"));
    }
    if let Some(figure) = measured.smith_snyder_per_deg {
        row(&format!("Smith–Snyder F_{}", measured.matched.len()), format!("{figure:.1} / °"));
    }
    let list = |angles: &[f64]| match angles {
        [] => "none".to_owned(),
        some => some.iter().map(|angle| format!("{angle:.3}°")).collect::<Vec<_>>().join(", "),
    };
    row("unexplained peaks", list(&measured.unexplained_deg));
    row("missing peaks", list(&measured.missing_deg));
    for note in &measured.notes {
        println!("  {note}");
    }
}
