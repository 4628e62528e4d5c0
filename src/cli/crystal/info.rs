//! `vitrine crystal info`: what is in structure files.

use std::{path::PathBuf, sync::Arc};

use clap::Args;

use super::tell;
use crate::{
    cli::Failure,
    crystal::{
        loaded::{DEFAULT_TOLERANCE_ANGSTROM, load_path},
        summary::Summary,
    },
};

#[derive(Debug, Args)]
pub struct InfoArguments {
    /// Structure files: CIF, POSCAR, XYZ
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print JSON: one object for one structure, else a list
    #[arg(long)]
    json: bool,
    /// Distance in Å within which atoms count as images of each other
    #[arg(long, default_value_t = DEFAULT_TOLERANCE_ANGSTROM, value_parser = parse_tolerance)]
    tolerance: f64,
}

pub(super) fn info(arguments: &InfoArguments) -> Result<(), Failure> {
    let mut summaries: Vec<Arc<Summary>> = Vec::new();
    let mut failed = 0_u32;
    for file in &arguments.files {
        match load_path(file, arguments.tolerance) {
            Ok(loaded) => {
                summaries.extend(loaded.structures.into_iter().map(|loaded| loaded.summary));
                failed += u32::from(tell(&loaded.failures));
            }
            Err(error) => {
                eprintln!("vitrine: {error}");
                failed += 1;
            }
        }
    }
    if arguments.json {
        match summaries.as_slice() {
            [] => {}
            [only] if arguments.files.len() == 1 => {
                println!("{}", serde_json::to_string_pretty(only.as_ref())?);
            }
            many => {
                let many: Vec<&Summary> = many.iter().map(AsRef::as_ref).collect();
                println!("{}", serde_json::to_string_pretty(&many)?);
            }
        }
    } else {
        for (index, summary) in summaries.iter().enumerate() {
            if index > 0 {
                println!();
            }
            print_summary(summary);
        }
    }
    if failed > 0 {
        return Err(anyhow::anyhow!(
            "{failed} of {} files could not be read, or not wholly",
            arguments.files.len()
        )
        .into());
    }
    Ok(())
}

fn print_summary(summary: &Summary) {
    println!("{}", summary.path);
    let row = |name: &str, value: String| println!("  {name:<12} {value}");
    row("format", summary.format.clone());
    row("formula", summary.formula.clone());
    row("sites", format!("{} ({} distinct)", summary.sites, summary.asymmetric_sites));
    if let Some(cell) = &summary.cell {
        let p = &cell.parameters;
        row("cell", format!("a {:.4}  b {:.4}  c {:.4} Å", p.a, p.b, p.c));
        row("", format!("α {:.3}  β {:.3}  γ {:.3} °", p.alpha, p.beta, p.gamma));
        row("volume", format!("{:.4} Å³", cell.volume));
    }
    if let Some(density) = summary.density_g_cm3 {
        row("density", format!("{density:.4} g/cm³"));
    }
    if let Some(group) = &summary.space_group {
        row("space group", format!("{} (No. {})", group.symbol, group.number));
    }
    for warning in &summary.warnings {
        row("note", warning.clone());
    }
}

fn parse_tolerance(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(tolerance) if tolerance > 0.0 && tolerance <= 1.0 => Ok(tolerance),
        _ => Err("write a distance in Å, above 0 and up to 1".to_owned()),
    }
}
