//! `vitrine crystal compare`: how two structures differ.

use std::path::{Path, PathBuf};

use clap::Args;

use super::analysis::{print, structure, write_figure};
use crate::{
    cli::Failure,
    crystal::{
        analysis::{
            comparison::{Change, Comparison, Options, Part, compare as compare_structures},
            coordination::Method,
        },
        figures::{FigureSettings, comparison_figure},
        formula::formula,
        structure::Structure,
    },
    figure::text::Label,
};

#[derive(Debug, Args)]
pub struct CompareArguments {
    /// A structure file; its first structure counts
    first: PathBuf,
    /// Another one
    second: PathBuf,
    /// How neighbours are chosen: default, crystalnn or jmol
    #[arg(long, default_value = "default")]
    method: Method,
    /// A figure of both (.pdf, .svg or .png)
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn compare(arguments: &CompareArguments) -> Result<(), Failure> {
    let (first, first_whole) = structure(&arguments.first, 1)?;
    let (second, second_whole) = structure(&arguments.second, 1)?;
    let options = Options { method: arguments.method, ..Options::default() };
    let comparison = compare_structures(&first, &second, options)?;
    if let Some(out) = &arguments.out {
        let name = |structure: &Structure, path: &Path| {
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Label::formula(&formula(structure)).then(&Label::plain(&format!(" ({file})")))
        };
        let names = (name(&first, &arguments.first), name(&second, &arguments.second));
        write_figure(
            &comparison_figure((&names.0, &names.1), &comparison),
            1.2,
            &FigureSettings::default(),
            out,
        )?;
    }
    print(arguments.json, &comparison, print_comparison)?;
    if !(first_whole && second_whole) {
        return Err(anyhow::anyhow!("not all of the files could be read").into());
    }
    Ok(())
}

fn print_comparison(comparison: &Comparison) {
    fn part<T>(name: &str, part: &Part<T>, print: impl FnOnce(&T)) {
        println!("{name}");
        match part {
            Part::Compared(found) => print(found),
            Part::Not { not_comparable } => println!("  {not_comparable}"),
        }
    }
    let row = |name: &str, value: String| println!("  {name:<16} {value}");
    part("cell", &comparison.cells, |cells| {
        let change = |change: &Change, unit: &str| {
            format!("{:.4} → {:.4} {unit} ({:+.3} %)", change.first, change.second, 100.0 * change.relative)
        };
        row("volume", change(&cells.volume_angstrom3, "Å³"));
        row("volume an atom", change(&cells.volume_per_atom_angstrom3, "Å³"));
        row("density", change(&cells.density_g_cm3, "g/cm³"));
        match &cells.strain {
            Some(strain) => {
                let [a, b, c] = strain.principal.map(|value| 100.0 * value);
                row("principal strains", format!("{a:+.3}  {b:+.3}  {c:+.3} %"));
            }
            None => row("strain", "the cells do not correspond".to_owned()),
        }
    });
    part("sites", &comparison.sites, |sites| {
        row("displacement", format!("rms {:.4}, largest {:.4} Å", sites.rms_angstrom, sites.max_angstrom));
    });
    part("coordination", &comparison.coordination, |found| {
        for (element, numbers) in &found.elements {
            let mean = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.2}"));
            row(element, format!("mean {} → {}", mean(numbers.mean_first), mean(numbers.mean_second)));
        }
    });
    part("pair distribution", &comparison.pairs, |pairs| {
        row("Δg(r)", format!("rms {:.4}, largest {:.4}", pairs.total.rms, pairs.total.max_abs));
    });
    part("diffraction", &comparison.diffraction, |patterns| {
        row("distance", format!("{:.4} (0 equal, 1 nothing in common)", patterns.distance));
    });
}
