//! `vitrine crystal render`: a picture of a structure.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, bail};
use clap::{
    Args,
    builder::{PathBufValueParser, TypedValueParser as _},
};

use super::{parse_dpi, tell};
use crate::{
    crystal::{
        figures::scene_of,
        loaded::{DEFAULT_TOLERANCE_ANGSTROM, Loaded, LoadedFile, load_path},
        render::{CrystalPipelines, MAX_SIDE, Picture, Renderer, TRIAD_SIDE, export_png},
        scene::{Camera, ColorScheme, Projection, SceneStyle, StandardView},
        ui::palette_on,
    },
    gpu::GpuContext,
    ui::theme::Color,
};

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
    /// Draw coordination polyhedra
    #[arg(long)]
    polyhedra: bool,
    /// Element colours of Jmol instead of VESTA's
    #[arg(long)]
    jmol: bool,
    /// Draw on the processor; without this that happens only where there is no graphics adapter
    #[arg(long)]
    cpu: bool,
}

#[derive(Clone, Copy, Debug)]
struct Background(Color);

pub(super) fn render(arguments: &RenderArguments) -> anyhow::Result<()> {
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
        show_polyhedra: arguments.polyhedra,
        colors: if arguments.jmol { ColorScheme::Jmol } else { ColorScheme::Vesta },
        ..SceneStyle::default()
    };
    let projection = if arguments.perspective { Projection::Perspective } else { Projection::Orthographic };
    let scene = Arc::new(scene_of(&loaded.structure, &loaded.bonds, &style, palette.cell));
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
