//! `vitrine crystal xrd`, `rdf`, `coordination`, `compare`: numbers of structures.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use serde::Serialize;

use super::tell;
use crate::{
    cli::Failure,
    crystal::{
        analysis::{
            coordination::{Coordination, Method},
            diffraction::{Displacements, Merge, Pattern, PatternSettings, Probe, Radiation, pattern_of},
            pairs::{Binning, PairDistances, PairDistribution},
        },
        error::CrystalError,
        io,
        structure::Structure,
    },
};

/// Which structure, and in which form.
#[derive(Debug, Args)]
pub struct InputArguments {
    /// A structure file: CIF, POSCAR, XYZ
    file: PathBuf,
    /// Which structure of a file with several, counted from 1 among those that can be read
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    index: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

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
}

#[derive(Debug, Args)]
pub struct RdfArguments {
    #[command(flatten)]
    input: InputArguments,
    /// Largest distance in Å
    #[arg(long, default_value_t = 10.0, value_name = "Å")]
    cutoff: f64,
    /// Bins up to there
    #[arg(long, default_value_t = 100)]
    bins: usize,
    /// Width (standard deviation) in Å of the Gaussian that each distance becomes
    #[arg(long, value_name = "Å")]
    sigma: Option<f64>,
}

#[derive(Debug, Args)]
pub struct CoordinationArguments {
    #[command(flatten)]
    input: InputArguments,
    /// default: longest bond per pair of elements; crystalnn; jmol: sum of radii
    #[arg(long, default_value = "default")]
    method: Method,
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
    print(arguments.input.json, &pattern, print_pattern)
}

pub(super) fn rdf(arguments: &RdfArguments) -> Result<(), Failure> {
    let structure = only_structure(&arguments.input)?;
    let mut binning = Binning::new(arguments.cutoff, arguments.bins);
    if let Some(sigma) = arguments.sigma {
        binning = binning.broadened(sigma);
    }
    let distribution = PairDistances::new(&structure, binning.reach_angstrom())
        .and_then(|distances| PairDistribution::new(&distances, binning))
        .with_context(|| named(&arguments.input))?;
    print(arguments.input.json, &distribution, print_distribution)
}

pub(super) fn coordination(arguments: &CoordinationArguments) -> Result<(), Failure> {
    let structure = only_structure(&arguments.input)?;
    let coordination =
        Coordination::new(&structure, arguments.method).with_context(|| named(&arguments.input))?;
    print(arguments.input.json, &coordination, print_coordination)
}

fn named(input: &InputArguments) -> String {
    input.file.display().to_string()
}

fn print<T: Serialize>(json: bool, value: &T, table: impl FnOnce(&T)) -> Result<(), Failure> {
    if json {
        println!("{}", serde_json::to_string_pretty(value)?);
    } else {
        table(value);
    }
    Ok(())
}

fn only_structure(input: &InputArguments) -> anyhow::Result<Structure> {
    let (structure, whole) = structure(&input.file, input.index as usize)?;
    if !whole {
        bail!("not all of the file could be read: {}", input.file.display());
    }
    Ok(structure)
}

/// A structure of a file, and whether all of the file could be read.
fn structure(path: &Path, index: usize) -> anyhow::Result<(Structure, bool)> {
    let file = io::open(path)?;
    let failures: Vec<CrystalError> = file
        .failures
        .into_iter()
        .map(|source| CrystalError::Parse { path: path.to_owned(), source })
        .collect();
    let whole = !tell(&failures);
    let count = file.structures.len();
    let structure =
        file.structures.into_iter().nth(index - 1).with_context(|| {
            format!("there is no structure {index} among the {count} of {}", path.display())
        })?;
    for warning in &structure.warnings {
        eprintln!("vitrine: note: {warning}");
    }
    Ok((structure, whole))
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

fn print_distribution(distribution: &PairDistribution) {
    let labels: Vec<String> = distribution.pairs.iter().map(|curve| curve.pair.label()).collect();
    print!("{:>8}  {:>9}", "r (Å)", "g(r)");
    for label in &labels {
        print!("  {label:>9}");
    }
    println!();
    for (bin, r) in distribution.r_angstrom.iter().enumerate() {
        let at = |values: &[f64]| values.get(bin).copied().unwrap_or_default();
        print!("{r:>8.3}  {:>9.4}", at(&distribution.total));
        for curve in &distribution.pairs {
            print!("  {:>9.4}", at(&curve.g));
        }
        println!();
    }
}

fn print_coordination(coordination: &Coordination) {
    println!("{:>6}  {:<4}  {:>3}  neighbours", "site", "", "cn");
    for site in &coordination.sites {
        let neighbours: Vec<String> = site
            .neighbors
            .iter()
            .map(|near| format!("{}{} {:.3}", near.element.symbol(), near.index + 1, near.distance_angstrom))
            .collect();
        println!(
            "{:>6}  {:<4}  {:>3}  {}",
            site.index + 1,
            site.element.symbol(),
            site.cn,
            neighbours.join("  ")
        );
    }
}

pub(super) fn parse_range(text: &str) -> Result<(f64, f64), String> {
    let ends = text
        .split_once([',', ':'])
        .and_then(|(from, to)| Some((from.trim().parse::<f64>().ok()?, to.trim().parse::<f64>().ok()?)));
    match ends {
        Some((from, to)) if from >= 0.0 && from < to && to <= 180.0 => Ok((from, to)),
        Some(_) => Err("the range goes from 0 to 180 degrees, the smaller angle first".to_owned()),
        None => Err("write two angles in degrees, for example 10,90".to_owned()),
    }
}
