//! The figure of the atoms of a cell.

use std::sync::Arc;

use super::{FigureFailure, FigureSettings};
use crate::{
    crystal::{
        analysis::coordination::polyhedra::bonded_polyhedra,
        bonds::{Bond, bonds},
        drawing::{self, Subject},
        formula::formula,
        render::{Palette, Picture, Renderer, TRIAD_SIDE, picture_png},
        scene::{Camera, Rgba, Scene, SceneStyle, build},
        structure::Structure,
    },
    figure::{
        FigureSize, FigureTheme, Stage, pt_from_mm,
        svg::{Paint, Svg},
    },
};

/// Colours of a drawing in a theme of figures.
#[must_use]
pub fn palette(theme: FigureTheme) -> Palette {
    let colors = theme.palette();
    Palette {
        background: colors.background,
        cell: colors.ink,
        axes: colors.axes(),
        highlight: colors.series(4),
    }
}

/// The scene of a structure with everything that a style shows, polyhedra included.
#[must_use]
pub fn scene_of(structure: &Structure, bonds: &[Bond], style: &SceneStyle, cell_color: Rgba) -> Scene {
    let polyhedra = if style.show_polyhedra { bonded_polyhedra(structure, bonds) } else { Vec::new() };
    build(structure, bonds, &polyhedra, style, cell_color)
}

/// The drawing of a structure: vector graphics, or pixels with letters of vector graphics over them.
///
/// # Errors
/// When the structure cannot be drawn or has too many atoms.
pub fn structure_svg(
    structure: &Structure,
    settings: &FigureSettings,
    size: FigureSize,
    renderer: Renderer<'_>,
) -> Result<String, FigureFailure> {
    let wanted = &settings.structure;
    if structure.sites.len() > drawing::MAX_SHAPES && wanted.picture_dpi.is_none() {
        return Err(drawing::DrawingError::TooMany { shapes: structure.sites.len() }.into());
    }
    let palette = palette(settings.theme);
    let scene = Arc::new(scene_of(structure, &bonds(structure)?, &wanted.scene, palette.cell));
    let mut camera = Camera::new(scene.bounds, &structure.lattice, wanted.view, wanted.projection);
    let aspect = (size.width_mm / size.height_mm) as f32;
    camera.fit_tightly(&scene, aspect, if wanted.drawing.show_axes { TRIAD_SIDE } else { 0.0 });
    from_camera(structure, &scene, &camera, settings, size, renderer)
}

/// As [`structure_svg`], of a scene that is there already, from where a camera sees it.
///
/// # Errors
/// As [`structure_svg`].
pub fn from_camera(
    structure: &Structure,
    scene: &Arc<Scene>,
    camera: &Camera,
    settings: &FigureSettings,
    size: FigureSize,
    renderer: Renderer<'_>,
) -> Result<String, FigureFailure> {
    let wanted = &settings.structure;
    let palette = palette(settings.theme);
    let mut svg = Svg::new(size.width_mm, size.height_mm);
    let (width, height) = (svg.width(), svg.height());
    svg.rect((0.0, 0.0), (width, height), &Paint::fill(palette.background));
    let frame = camera.frame((size.width_mm / size.height_mm) as f32);
    let subject = Subject { scene, frame: &frame, structure, palette };
    let area = drawing::Area { x: 0.0, y: 0.0, width, height };
    match wanted.picture_dpi {
        None => {
            drawing::draw(&mut svg, area, &subject, &wanted.drawing)?;
        }
        Some(dpi) => {
            let side = |mm: f64| (pt_from_mm(mm) / 72.0 * dpi).round().clamp(1.0, 1e6) as u32;
            let pixels = (side(size.width_mm), side(size.height_mm));
            let picture = Picture::new(structure, Arc::clone(scene), camera, pixels, palette, false);
            let png = picture_png(renderer, &picture, dpi)?;
            svg.png((0.0, 0.0), (width, height), &png);
            drawing::draw_letters(&mut svg, area, &subject, &wanted.drawing)
                .map_err(|error| FigureFailure::new(Stage::Draw, error))?;
        }
    }
    Ok(svg.finish(&format!("Structure of {}", formula(structure)), ""))
}
