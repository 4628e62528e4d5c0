//! `vitrine crystal`: structures without a window.

mod analysis;
mod compare;
mod figure;
mod info;
mod render;
mod report;
mod xrd;

use clap::Subcommand;

use super::Failure;
use crate::{crystal::error::CrystalError, storage::Directories};

/// What can be done with structures.
#[derive(Debug, Subcommand)]
pub enum CrystalCommand {
    /// Say what is in structure files
    Info(info::InfoArguments),
    /// Draw a structure into a PNG file
    Render(render::RenderArguments),
    /// Make figures for a paper: structure, XRD, RDF, coordination
    Figure(figure::FigureArguments),
    /// Put pictures, tables and figures of structures into one PDF
    Report(report::ReportArguments),
    /// Compute a powder diffraction pattern
    Xrd(xrd::XrdArguments),
    /// Compute the pair distribution
    Rdf(analysis::RdfArguments),
    /// Say what surrounds each site
    Coordination(analysis::CoordinationArguments),
    /// Say how two structures differ
    Compare(compare::CompareArguments),
}

pub(super) fn run(command: CrystalCommand, directories: &Directories) -> Result<(), Failure> {
    match command {
        CrystalCommand::Info(arguments) => info::info(&arguments),
        CrystalCommand::Render(arguments) => Ok(render::render(&arguments)?),
        CrystalCommand::Figure(arguments) => figure::figure(arguments, directories),
        CrystalCommand::Report(arguments) => report::report(&arguments, directories),
        CrystalCommand::Xrd(arguments) => xrd::xrd(&arguments),
        CrystalCommand::Rdf(arguments) => analysis::rdf(&arguments),
        CrystalCommand::Coordination(arguments) => analysis::coordination(&arguments),
        CrystalCommand::Compare(arguments) => compare::compare(&arguments),
    }
}

/// Says what of a file could not be read; returns whether there was anything.
fn tell(failures: &[CrystalError]) -> bool {
    for failure in failures {
        eprintln!("vitrine: {failure}");
    }
    !failures.is_empty()
}

fn parse_dpi(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(dpi) if (1.0..=100_000.0).contains(&dpi) => Ok(dpi),
        _ => Err("write a number from 1 to 100000".to_owned()),
    }
}

fn parse_range(text: &str) -> Result<(f64, f64), String> {
    let ends = text
        .split_once([',', ':'])
        .and_then(|(from, to)| Some((from.trim().parse::<f64>().ok()?, to.trim().parse::<f64>().ok()?)));
    match ends {
        Some((from, to)) if from >= 0.0 && from < to && to <= 180.0 => Ok((from, to)),
        Some(_) => Err("the range goes from 0 to 180 degrees, the smaller angle first".to_owned()),
        None => Err("write two angles in degrees, for example 10,90".to_owned()),
    }
}
