//! One picture: which scenes it shows, from where, on what.

use crate::crystal::scene::{Camera, CameraFrame, Rgba, Scene, triad};
use crate::crystal::structure::Structure;
use glam::Vec2;

/// Colours of a picture that do not come from elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// What is behind; alpha 0 leaves the picture transparent.
    pub background: Rgba,
    /// The cell's edges.
    pub cell: Rgba,
    /// Axes a, b, c of the triad.
    pub axes: [Rgba; 3],
    /// The rim of the selected atom.
    pub highlight: Rgba,
}

/// A scene with the camera that sees it, and the part of the picture that it fills.
#[derive(Clone, Copy, Debug)]
pub struct Layer<'a> {
    /// What is drawn.
    pub scene: &'a Scene,
    /// From where.
    pub frame: CameraFrame,
    /// ndc of the picture = ndc of the layer × scale + offset.
    pub scale: Vec2,
    /// See `scale`.
    pub offset: Vec2,
    /// Part of the depth range that the layer fills; layers with smaller numbers lie in front.
    pub depth_range: (f32, f32),
    /// How much far things fade to the background, 0–1.
    pub fade: f32,
    /// The selected atom, [`crate::crystal::scene::NO_ATOM`] for none.
    pub selected: u32,
}

/// A rectangle of the picture in pixels, rows counted from the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// Left column.
    pub x: u32,
    /// Top row.
    pub y: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Tile {
    /// ndc of the tile = ndc of the picture × the first + the second.
    #[must_use]
    pub fn from_picture(self, picture_width: u32, picture_height: u32) -> (Vec2, Vec2) {
        let scale =
            Vec2::new(picture_width as f32 / self.width as f32, picture_height as f32 / self.height as f32);
        // Middle of the tile in the picture's ndc; y points up there.
        let middle = Vec2::new(
            (2.0 * self.x as f32 + self.width as f32) / picture_width as f32 - 1.0,
            1.0 - (2.0 * self.y as f32 + self.height as f32) / picture_height as f32,
        );
        (scale, -middle * scale)
    }
}

/// Everything a renderer needs for a picture of a structure.
#[derive(Clone, Debug)]
pub struct Picture {
    scene: std::sync::Arc<Scene>,
    frame: CameraFrame,
    triad: Option<(Scene, CameraFrame)>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Colours.
    pub palette: Palette,
    fade: f32,
    selected: u32,
}

/// How much the far end of a scene fades.
const FADE: f32 = 0.35;
/// Side of the square that the axes fill, in shorter sides of the picture.
pub const TRIAD_SIDE: f32 = 0.2;
/// Depth range of the triad; the scene has the rest.
const TRIAD_DEPTH: f32 = 0.05;

impl Picture {
    /// A picture of `scene`, which was built from `structure`. Sizes in pixels, at least 1.
    #[must_use]
    pub fn new(
        structure: &Structure,
        scene: std::sync::Arc<Scene>,
        camera: &Camera,
        (width, height): (u32, u32),
        palette: Palette,
        show_axes: bool,
    ) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        let frame = camera.frame(width as f32 / height as f32);
        let triad = show_axes.then(|| triad(structure, &frame, palette.axes));
        // Fading needs something to fade to.
        let fade = if palette.background[3] == 255 { FADE } else { 0.0 };
        let selected = crate::crystal::scene::NO_ATOM;
        Self { scene, frame, triad, width, height, palette, fade, selected }
    }

    /// Marks an atom (an index into the scene's atoms).
    #[must_use]
    pub fn with_selection(mut self, selected: Option<u32>) -> Self {
        self.selected = selected.unwrap_or(crate::crystal::scene::NO_ATOM);
        self
    }

    /// The same picture with `factor` times as many pixels along each side.
    #[must_use]
    pub fn scaled(&self, factor: u32) -> Self {
        Self { width: self.width * factor, height: self.height * factor, ..self.clone() }
    }

    /// The main scene.
    #[must_use]
    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// The main scene's camera, for picking and labels.
    #[must_use]
    pub fn frame(&self) -> CameraFrame {
        self.frame
    }

    /// What is drawn, back to front in depth range.
    #[must_use]
    pub fn layers(&self) -> Vec<Layer<'_>> {
        let mut layers = vec![Layer {
            scene: &self.scene,
            frame: self.frame,
            scale: Vec2::ONE,
            offset: Vec2::ZERO,
            depth_range: (TRIAD_DEPTH, 1.0),
            fade: self.fade,
            selected: self.selected,
        }];
        if let Some((scene, frame)) = &self.triad {
            let (width, height) = (self.width as f32, self.height as f32);
            // A square in the lower left corner.
            let side = TRIAD_SIDE * width.min(height);
            let scale = Vec2::new(side / width, side / height);
            layers.push(Layer {
                scene,
                frame: *frame,
                scale,
                offset: scale - Vec2::ONE,
                depth_range: (0.0, TRIAD_DEPTH),
                fade: 0.0,
                selected: crate::crystal::scene::NO_ATOM,
            });
        }
        layers
    }
}

impl Layer<'_> {
    /// Distances in Å at which fading begins and ends: the far half of the scene.
    #[must_use]
    pub fn fade_range(&self) -> (f32, f32) {
        let middle = -self.frame.view_from_world.transform_point3(self.scene.bounds.center).z;
        (middle, middle + 1.3 * self.scene.bounds.radius)
    }
}
