//! The analytic drawing: a structure as vector graphics for publications.
//!
//! An atom is one circle, or the ellipse that a ball is in perspective, with a gradient that follows the picture's light; a
//! bond is a strip with elliptical ends; a cell edge is a line, cut where something hides it. There are no meshes and no
//! pixels.
//!
//! What hides what is solved by the order of painting. Balls have an exact order of their own (the rank in `project`);
//! sticks are cut at the balls that they leave, so that pieces and balls do not pass through each other, and every two
//! shapes that overlap on the page are ordered by which of them is nearer there. Those relations are sorted topologically.
//! Where balls do pass through each other, the nearer one is cut along the circle in which they meet (`patch`).
//!
//! Shapes that others cover are left out. Cell edges are solved along the line (`hidden`): only visible pieces are drawn.

mod cover;
mod grid;
mod hidden;
mod lettering;
mod order;
mod paint;
mod patch;
mod project;
mod shade;
mod shapes;
mod sticks;

use crate::{
    crystal::{
        render::Palette,
        scene::{CameraFrame, Scene},
        structure::Structure,
    },
    figure::svg::{Path, Svg},
};

pub use crate::crystal::scene::Face;

/// Most balls and sticks that a drawing takes: beyond, files take many megabytes and viewers seconds.
pub const MAX_SHAPES: usize = 24_000;

/// The part of the page that a drawing fills, in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// Left side.
    pub x: f64,
    /// Upper side.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// How light is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Shading {
    /// Gradients with the light of the picture.
    #[default]
    Shaded,
    /// Plain colours.
    Flat,
}

/// What is written at atoms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Labels {
    /// Nothing.
    #[default]
    None,
    /// Symbols of the elements.
    Elements,
    /// Names of the sites, as in the file.
    Sites,
}

/// How a drawing looks.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct DrawingStyle {
    /// How light is drawn.
    pub shading: Shading,
    /// Width of the outlines in points; 0 for none.
    pub outline: f64,
    /// Thinnest line of the cell's edges in points.
    pub cell_line: f64,
    /// Whether the three cell edges behind the cell are dashed.
    pub dash_back_edges: bool,
    /// How much the far end of the scene fades to the background, 0–1.
    pub fade: f64,
    /// What is written at atoms.
    pub labels: Labels,
    /// Size of all letters in points.
    pub text_size: f64,
    /// Whether the axes are drawn in the lower left corner.
    pub show_axes: bool,
    /// Whether a list of the elements is drawn in the upper right corner.
    pub show_legend: bool,
}

impl Default for DrawingStyle {
    fn default() -> Self {
        Self {
            shading: Shading::default(),
            outline: 0.4,
            cell_line: 0.6,
            dash_back_edges: false,
            fade: 0.35,
            labels: Labels::default(),
            text_size: 8.0,
            show_axes: true,
            show_legend: false,
        }
    }
}

/// What is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Balls, sticks and faces. Sticks and edges are cut at faces. A ball through which one passes is painted whole, and what
    /// of it is before the face once more after that. Where several meet in a ball, as at the corners of polyhedra, it is
    /// drawn whole, before or behind each, and that order can be a guess. Faces that pass through each other are not
    /// cut: one lies over the other.
    pub scene: &'a Scene,
    /// From where; made for the area's ratio of width to height.
    pub frame: &'a CameraFrame,
    /// What the scene was built from.
    pub structure: &'a Structure,
    /// Colours that do not come from elements. Without an opaque background nothing fades.
    pub palette: Palette,
}

/// What a drawing came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// Balls, pieces of sticks and of cell edges, and polygons that were drawn.
    pub shapes: usize,
    /// Balls and pieces of sticks that others cover wholly.
    pub covered: usize,
    /// Shapes of rings in which each hides the next; their order is a guess.
    pub guessed: usize,
}

/// Why a structure was not drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DrawingError {
    /// More than [`MAX_SHAPES`].
    #[error(
        "{shapes} balls and sticks are too many for a vector drawing (at most {MAX_SHAPES}); \
         use the picture, or show fewer cells"
    )]
    TooMany {
        /// Balls and sticks of the scene.
        shapes: usize,
    },
    /// A position, a size or the camera is no finite number.
    #[error("the structure cannot be drawn: a position, a size or the camera is not a finite number")]
    NotFinite,
    /// The camera was made for another shape of picture.
    #[error("the camera was made for a picture of another ratio of width to height than the area has")]
    Aspect,
}

/// Draws a structure into an area of the page. The background is left as it is.
///
/// What lies nearer than the camera's near plane, in whole or in part, is left out.
///
/// # Errors
/// See [`DrawingError`]; nothing is added to the page then.
pub fn draw(
    svg: &mut Svg,
    area: Area,
    subject: &Subject<'_>,
    style: &DrawingStyle,
) -> Result<Drawn, DrawingError> {
    let scene = subject.scene;
    let count = scene.spheres.len() + scene.cylinders.len() + scene.faces.len();
    if count > MAX_SHAPES {
        return Err(DrawingError::TooMany { shapes: count });
    }
    let sizes = [style.outline, style.cell_line, style.text_size, style.fade];
    if !sizes.iter().all(|size| size.is_finite() && *size >= 0.0) {
        return Err(DrawingError::NotFinite);
    }
    let view = project::View::new(subject.frame, area)?;
    let mut shapes = shapes::Shapes::new(&view, area, scene, style)?;
    let covered = cover::drop_covered(&view, &mut shapes);
    hidden::cut_edges(&view, &mut shapes);
    let (order, guessed) = order::painting_order(&view, &mut shapes);

    if shapes.reaches_out {
        let mut outline = Path::new();
        outline.move_to(area.x, area.y).line_to(area.x + area.width, area.y);
        outline.line_to(area.x + area.width, area.y + area.height).line_to(area.x, area.y + area.height);
        outline.close();
        let clip = svg.clip(&outline);
        svg.begin_clipped(clip);
    }
    paint::paint(svg, &view, &shapes, &order, subject, style);
    lettering::labels(svg, &shapes, subject, style);
    if shapes.reaches_out {
        svg.end_group();
    }
    if style.show_axes {
        lettering::axes(svg, area, subject, style);
    }
    if style.show_legend {
        lettering::legend(svg, area, subject, style);
    }
    Ok(Drawn { shapes: order.len(), covered, guessed })
}

/// Draws only what is written into a drawing: axes and list of elements, over a picture of the same size.
///
/// # Errors
/// See [`DrawingError`].
pub fn draw_letters(
    svg: &mut Svg,
    area: Area,
    subject: &Subject<'_>,
    style: &DrawingStyle,
) -> Result<(), DrawingError> {
    project::View::new(subject.frame, area)?;
    if style.show_axes {
        lettering::axes(svg, area, subject, style);
    }
    if style.show_legend {
        lettering::legend(svg, area, subject, style);
    }
    Ok(())
}
