//! `vitrine crystal`: structures without a window.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, bail};
use clap::{
    Args, Subcommand,
    builder::{PathBufValueParser, TypedValueParser as _},
};

use super::Failure;
use crate::{
    crystal::{
        error::CrystalError,
        loaded::{DEFAULT_TOLERANCE_ANGSTROM, Loaded, LoadedFile, load_path},
        render::{CrystalPipelines, MAX_SIDE, Picture, Renderer, TRIAD_SIDE, export_png},
        scene::{Camera, ColorScheme, Projection, SceneStyle, StandardView, build},
        summary::Summary,
        ui::palette_on,
    },
    gpu::GpuContext,
    ui::theme::Color,
};

/// What can be done with structures.
#[derive(Debug, Subcommand)]
pub enum CrystalCommand {
    /// Say what is in structure files
    Info(InfoArguments),
    /// Draw a structure into a PNG file
    Render(RenderArguments),
}

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

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct RenderArguments {
    /// A structure file: CIF, POSCAR, XYZ
    file: PathBuf,
    /// The PNG file to write
    #[arg(long, value_parser = PathBufValueParser::new().try_map(png_path))]
    out: PathBuf,
    /// Width and height in pixels
    #[arg(long, default_value = "1600x1200", value_parser = parse_size)]
    size: (u32, u32),
    /// Direction to look along: a, b, c, a*, b*, c*, 111 or iso
    #[arg(long, default_value = "iso", value_parser = str::parse::<StandardView>)]
    view: StandardView,
    /// What is behind: transparent or #rrggbb
    #[arg(long, default_value = "#ffffff", value_parser = parse_background)]
    background: Background,
    /// Resolution written into the file
    #[arg(long, default_value_t = 300.0, value_parser = parse_dpi)]
    dpi: f64,
    /// Which structure of a file with several, counted from 1 among those that can be read
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    index: u32,
    /// Near things larger, instead of parallel rays
    #[arg(long)]
    perspective: bool,
    /// Leave out the axes in the corner
    #[arg(long)]
    no_axes: bool,
    /// Leave out the cell's edges
    #[arg(long)]
    no_cell: bool,
    /// Leave out bonds
    #[arg(long)]
    no_bonds: bool,
    /// Element colours of Jmol instead of VESTA's
    #[arg(long)]
    jmol: bool,
    /// Draw on the processor; without this that happens only where there is no graphics adapter
    #[arg(long)]
    cpu: bool,
}

#[derive(Clone, Copy, Debug)]
struct Background(Color);

pub(super) fn run(command: CrystalCommand) -> Result<(), Failure> {
    match command {
        CrystalCommand::Info(arguments) => info(&arguments),
        CrystalCommand::Render(arguments) => Ok(render(&arguments)?),
    }
}

fn info(arguments: &InfoArguments) -> Result<(), Failure> {
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

/// Says what of a file could not be read; returns whether there was anything.
fn tell(failures: &[CrystalError]) -> bool {
    for failure in failures {
        eprintln!("vitrine: {failure}");
    }
    !failures.is_empty()
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

fn render(arguments: &RenderArguments) -> anyhow::Result<()> {
    let LoadedFile { structures, failures } = load_path(&arguments.file, DEFAULT_TOLERANCE_ANGSTROM)?;
    let is_whole = !tell(&failures);
    let count = structures.len();
    let loaded = structures.into_iter().nth(arguments.index as usize - 1).with_context(|| {
        format!("there is no structure {} among the {count} of {}", arguments.index, arguments.file.display())
    })?;
    for warning in &loaded.summary.warnings {
        eprintln!("vitrine: note: {warning}");
    }
    refuse_to_overwrite_input(&arguments.file, &arguments.out)?;

    let picture = picture(arguments, &loaded);
    let gpu = if arguments.cpu { None } else { gpu_or_reason() };
    let pipelines = gpu.as_ref().map(CrystalPipelines::new);
    let renderer = match (&gpu, &pipelines) {
        (Some(gpu), Some(pipelines)) => Renderer::Gpu(gpu, pipelines),
        _ => Renderer::Raycast,
    };
    export_png(renderer, &picture, arguments.dpi, &arguments.out, &mut |_| true)?;
    if !is_whole {
        bail!("the picture was written, but not all of the file could be read: {}", arguments.file.display());
    }
    Ok(())
}

/// A machine without an adapter still gets its picture, and is told why it took longer.
fn gpu_or_reason() -> Option<GpuContext> {
    match GpuContext::headless() {
        Ok(gpu) => Some(gpu),
        Err(error) => {
            eprintln!("vitrine: note: drawing on the processor, because {error}");
            None
        }
    }
}

fn picture(arguments: &RenderArguments, loaded: &Loaded) -> Picture {
    let Background(Color(background)) = arguments.background;
    let (palette, _) = palette_on(background);
    let style = SceneStyle {
        show_bonds: !arguments.no_bonds,
        show_cell: !arguments.no_cell,
        colors: if arguments.jmol { ColorScheme::Jmol } else { ColorScheme::Vesta },
        ..SceneStyle::default()
    };
    let projection = if arguments.perspective { Projection::Perspective } else { Projection::Orthographic };
    let scene = Arc::new(build(&loaded.structure, &loaded.bonds, &style, palette.cell));
    let mut camera = Camera::new(scene.bounds, &loaded.structure.lattice, arguments.view, projection);
    let corner = if arguments.no_axes { 0.0 } else { TRIAD_SIDE };
    camera.fit_tightly(&scene, arguments.size.0 as f32 / arguments.size.1 as f32, corner);
    Picture::new(&loaded.structure, scene, &camera, arguments.size, palette, !arguments.no_axes)
}

/// Users' files are never written to, not even on request.
fn refuse_to_overwrite_input(input: &Path, output: &Path) -> anyhow::Result<()> {
    if let (Ok(input), Ok(output)) = (input.canonicalize(), output.canonicalize())
        && input == output
    {
        bail!("--out names the structure file itself; choose another name: {}", output.display());
    }
    Ok(())
}

fn png_path(path: PathBuf) -> Result<PathBuf, String> {
    match path.extension() {
        Some(ending) if ending.eq_ignore_ascii_case("png") => Ok(path),
        _ => Err("pictures are written as PNG; end the name in .png".to_owned()),
    }
}

fn parse_size(text: &str) -> Result<(u32, u32), String> {
    let sides = text.split_once(['x', '×']).and_then(|(width, height)| {
        Some((width.trim().parse::<u32>().ok()?, height.trim().parse::<u32>().ok()?))
    });
    let allowed = 1..=MAX_SIDE;
    match sides {
        Some((width, height)) if allowed.contains(&width) && allowed.contains(&height) => Ok((width, height)),
        Some(_) => Err(format!("sides go from 1 to {MAX_SIDE} pixels")),
        None => Err("write WIDTHxHEIGHT in pixels, for example 1600x1200".to_owned()),
    }
}

fn parse_background(text: &str) -> Result<Background, String> {
    match text {
        "transparent" => Ok(Background(Color([255, 255, 255, 0]))),
        color => color
            .parse()
            .ok()
            .filter(|_| color.len() == "#rrggbb".len())
            .map(Background)
            .ok_or_else(|| "write transparent or a colour as #rrggbb".to_owned()),
    }
}

fn parse_dpi(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(dpi) if (1.0..=100_000.0).contains(&dpi) => Ok(dpi),
        _ => Err("write a number from 1 to 100000".to_owned()),
    }
}

fn parse_tolerance(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(tolerance) if tolerance > 0.0 && tolerance <= 1.0 => Ok(tolerance),
        _ => Err("write a distance in Å, above 0 and up to 1".to_owned()),
    }
}
