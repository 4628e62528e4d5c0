//! Pictures as PNG files, at any size, without holding more than a band of them in memory.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use super::{CrystalPipelines, Picture, SceneBuffers, Tile, raycast};
use crate::gpu::{GpuContext, GpuError, Owner, RgbaReadback};

/// Longest side of an exported picture in pixels.
pub const MAX_SIDE: u32 = 16_384;
/// Tiles are this large: 4 samples of colour and depth of one are 64 MB.
const TILE_WIDTH: u32 = 2048;
const TILE_HEIGHT: u32 = 1024;

/// Why a picture was not written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A side of nothing, or beyond [`MAX_SIDE`].
    #[error("a picture of {width} × {height} pixels cannot be made: sides go from 1 to {MAX_SIDE}")]
    Size {
        /// Asked for.
        width: u32,
        /// Asked for.
        height: u32,
    },
    /// The GPU failed.
    #[error(transparent)]
    Gpu(#[from] GpuError),
    /// The job was cancelled.
    #[error("the export was cancelled")]
    Cancelled,
    /// The disk is full, the folder is gone or not writable.
    #[error("cannot write the picture: {source}: {}", path.display())]
    Write {
        /// Where to.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// What draws the picture.
#[derive(Clone, Copy, Debug)]
pub enum Renderer<'a> {
    /// The GPU.
    Gpu(&'a GpuContext, &'a CrystalPipelines),
    /// The processor.
    Raycast,
}

/// Draws a picture and writes it as PNG with its resolution set. The file appears under its name only when it is whole.
///
/// `progress` is told the finished fraction and returns whether to go on.
///
/// # Errors
/// See [`ExportError`]; nothing is left behind then.
pub fn export_png(
    renderer: Renderer<'_>,
    picture: &Picture,
    dpi: f64,
    path: &Path,
    progress: &mut dyn FnMut(f32) -> bool,
) -> Result<(), ExportError> {
    let (width, height) = (picture.width, picture.height);
    if !(1..=MAX_SIDE).contains(&width) || !(1..=MAX_SIDE).contains(&height) {
        return Err(ExportError::Size { width, height });
    }
    let write_error = |source: std::io::Error| ExportError::Write { path: path.to_owned(), source };
    let (temporary, file) = temporary_beside(path).map_err(write_error)?;
    let outcome = write_png(renderer, picture, dpi, &file, path, progress)
        // The rename that follows must not overtake the bytes.
        .and_then(|()| file.sync_all().map_err(write_error))
        .and_then(|()| std::fs::rename(&temporary, path).map_err(write_error));
    if outcome.is_err() {
        // If it stays, there is nothing more to be done about it.
        std::fs::remove_file(&temporary).ok();
    }
    outcome
}

/// A new file in the folder of `path`, under a name that nobody else uses.
fn temporary_beside(path: &Path) -> std::io::Result<(PathBuf, File)> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let temporary = path.with_added_extension(format!("{}-{number}.part", std::process::id()));
    let file = File::create_new(&temporary)?;
    Ok((temporary, file))
}

/// A picture as the bytes of a PNG file.
///
/// # Errors
/// See [`ExportError`].
pub fn picture_png(renderer: Renderer<'_>, picture: &Picture, dpi: f64) -> Result<Vec<u8>, ExportError> {
    let (width, height) = (picture.width, picture.height);
    if !(1..=MAX_SIDE).contains(&width) || !(1..=MAX_SIDE).contains(&height) {
        return Err(ExportError::Size { width, height });
    }
    let mut bytes = Vec::new();
    write_png(renderer, picture, dpi, &mut bytes, Path::new(""), &mut |_| true)?;
    Ok(bytes)
}

/// Draws a picture into an open file. Errors name `path`.
///
/// # Errors
/// See [`ExportError`]; what was written so far stays in the file.
pub fn write_png(
    renderer: Renderer<'_>,
    picture: &Picture,
    dpi: f64,
    file: impl std::io::Write,
    path: &Path,
    progress: &mut dyn FnMut(f32) -> bool,
) -> Result<(), ExportError> {
    let (width, height) = (picture.width, picture.height);
    let opaque = picture.palette.background[3] == 255;
    let write_error = |source: std::io::Error| ExportError::Write { path: path.to_owned(), source };
    let encoding = |error: png::EncodingError| match error {
        png::EncodingError::IoError(source) => write_error(source),
        other => write_error(std::io::Error::other(other)),
    };

    let mut encoder = png::Encoder::new(BufWriter::new(file), width, height);
    encoder.set_color(if opaque { png::ColorType::Rgb } else { png::ColorType::Rgba });
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    let per_meter = (dpi / 0.0254).round().clamp(1.0, f64::from(u32::MAX)) as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: per_meter,
        yppu: per_meter,
        unit: png::Unit::Meter,
    }));
    let mut writer = encoder.write_header().map_err(encoding)?;
    let mut stream = writer.stream_writer().map_err(encoding)?;

    let mut bands = Bands::new(renderer, picture)?;
    let mut top = 0;
    while top < height {
        let rows = bands.rows.min(height - top);
        let band = bands.draw(top, rows)?;
        stream.write_all(&file_bytes(&band, opaque)).map_err(write_error)?;
        top += rows;
        if !progress(top as f32 / height as f32) {
            return Err(ExportError::Cancelled);
        }
    }
    stream.finish().map_err(encoding)?;
    writer.finish().map_err(encoding)
}

/// Draws a picture band by band, top down; up to half of [`MAX_SIDE`] with four times the pixels, so that edges have
/// sixteen steps and not four.
struct Bands<'a> {
    renderer: Renderer<'a>,
    /// The picture that is drawn.
    fine: Picture,
    /// Pixels drawn for a pixel of the file, along a side.
    factor: u32,
    /// Rows of a band of the file.
    rows: u32,
    /// Columns of a tile as drawn.
    columns: u32,
    scene: Option<SceneBuffers>,
}

impl<'a> Bands<'a> {
    fn new(renderer: Renderer<'a>, picture: &Picture) -> Result<Self, ExportError> {
        let factor = if picture.width.max(picture.height) <= MAX_SIDE / 2 { 2 } else { 1 };
        let fine = picture.scaled(factor);
        let (rows, columns, scene) = match renderer {
            Renderer::Gpu(gpu, _) => {
                let limit = gpu.device.limits().max_texture_dimension_2d;
                let scene = SceneBuffers::upload(gpu, &Owner::Export, picture.scene())?;
                (TILE_HEIGHT.min(limit), TILE_WIDTH.min(limit), Some(scene))
            }
            Renderer::Raycast => (TILE_HEIGHT, fine.width, None),
        };
        Ok(Self {
            renderer,
            columns: columns.min(fine.width),
            rows: (rows / factor).max(1),
            fine,
            factor,
            scene,
        })
    }

    /// Rows of the file, four bytes a pixel, premultiplied alpha.
    fn draw(&mut self, top: u32, rows: u32) -> Result<Vec<u8>, GpuError> {
        let (fine_top, fine_rows) = (top * self.factor, rows * self.factor);
        let fine = match (self.renderer, &self.scene) {
            (Renderer::Gpu(gpu, pipelines), Some(scene)) => {
                self.draw_tiles(gpu, pipelines, scene, fine_top, fine_rows)?
            }
            _ => raycast::draw_rows(&self.fine, fine_top, fine_rows),
        };
        Ok(averaged(&fine, self.fine.width as usize, self.factor as usize))
    }

    fn draw_tiles(
        &self,
        gpu: &GpuContext,
        pipelines: &CrystalPipelines,
        scene: &SceneBuffers,
        top: u32,
        rows: u32,
    ) -> Result<Vec<u8>, GpuError> {
        let picture = &self.fine;
        let row_bytes = picture.width as usize * 4;
        let mut band = vec![0; row_bytes * rows as usize];
        let mut left = 0;
        while left < picture.width {
            let tile = Tile { x: left, y: top, width: self.columns.min(picture.width - left), height: rows };
            // A tile that the driver could not draw would be an empty patch in the file.
            let pixels = gpu.checked(|| {
                let target = pipelines.target(gpu, &Owner::Export, tile.width, tile.height);
                pipelines.draw(gpu, &Owner::Export, picture, scene, tile, &target)?;
                RgbaReadback::new(gpu, tile.width, tile.height).read(gpu, target.color())
            })?;
            let from = left as usize * 4;
            let to = from + tile.width as usize * 4;
            for (row, tile_row) in
                band.chunks_exact_mut(row_bytes).zip(pixels.chunks_exact(tile.width as usize * 4))
            {
                if let Some(part) = row.get_mut(from..to) {
                    part.copy_from_slice(tile_row);
                }
            }
            left += tile.width;
        }
        Ok(band)
    }
}

/// Squares of `factor` × `factor` pixels as one each. `width` counts the pixels of a row before.
fn averaged(fine: &[u8], width: usize, factor: usize) -> Vec<u8> {
    if factor == 1 {
        return fine.to_vec();
    }
    let row_bytes = width * 4;
    let count = (factor * factor) as u32;
    let mut band = Vec::with_capacity(fine.len() / (factor * factor));
    for rows in fine.chunks_exact(row_bytes * factor) {
        for column in 0..width / factor {
            let mut sums = [count / 2; 4];
            for row in rows.chunks_exact(row_bytes) {
                let pixels = row.get(column * factor * 4..(column + 1) * factor * 4).unwrap_or_default();
                for pixel in pixels.chunks_exact(4) {
                    for (sum, channel) in sums.iter_mut().zip(pixel) {
                        *sum += u32::from(*channel);
                    }
                }
            }
            band.extend(sums.map(|sum| (sum / count) as u8));
        }
    }
    band
}

/// PNG keeps straight alpha; renderers make premultiplied.
fn file_bytes(band: &[u8], opaque: bool) -> Vec<u8> {
    if opaque {
        return band.chunks_exact(4).flat_map(|pixel| pixel.iter().take(3).copied()).collect();
    }
    let mut bytes = band.to_vec();
    for pixel in bytes.chunks_exact_mut(4) {
        if let [r, g, b, a] = pixel {
            let alpha = u32::from(*a);
            if alpha != 0 && alpha != 255 {
                for channel in [r, g, b] {
                    *channel = ((u32::from(*channel) * 255 + alpha / 2) / alpha).min(255) as u8;
                }
            }
        }
    }
    bytes
}
