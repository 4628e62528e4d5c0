//! The sheet as one tall PNG, written band by band: the heading, then row after row.

use std::io::Write;

use super::layout::{HEADER, Layout, MARGIN_MM};
use super::tile::{Tile, opaque, read_row};
use super::{Overview, PNG_DPI, ReadPixels, SheetOptions, SheetReport, caption};
use crate::figure::{
    self, Area, FigurePalette, pt_from_mm,
    svg::{Paint, Svg},
    to_pixels,
};
use crate::library::export::{ExportError, Selection, Task};

/// Rows of pixels at most: many programs cannot show more.
const MOST_ROWS: u64 = 65_535;

/// Draws the sheet into `out`.
///
/// # Errors
/// When there are no pictures or too many for one picture, the catalog cannot be read, `out` refuses, or the task is stopped.
pub fn png(
    out: &mut dyn Write,
    pictures: &dyn Selection,
    read: ReadPixels<'_>,
    options: &SheetOptions,
    task: &Task<'_>,
) -> Result<SheetReport, ExportError> {
    let layout = Layout::new(options)?;
    let overview = Overview::of(pictures, task)?;
    let dpi = options.dpi.unwrap_or(PNG_DPI);
    if !(36.0..=1200.0).contains(&dpi) {
        return Err(ExportError::Dpi(dpi));
    }
    let bands = Bands::new(layout, dpi, overview.count);
    let (width, height) = bands.size();
    if height > MOST_ROWS || width > figure::MAX_PIXELS_SIDE {
        return Err(ExportError::TooTall { width, height });
    }
    let palette = options.theme.palette();
    let mut report = SheetReport { pages: 1, ..SheetReport::default() };
    let mut writer = begin(out, width as u32, height as u32, dpi)?;
    let mut stream = writer.stream_writer().map_err(fault)?;

    let mut head = bands.blank(bands.head_px, palette);
    caption::heading(&mut head, &bands.layout, palette, &options.title, &overview.text());
    write_band(&mut stream, &bands.pixels(head)?)?;
    for row in (0..overview.count).step_by(bands.layout.columns) {
        task.go_on(row, overview.count)?;
        let room_px = (bands.layout.room.0 * dpi / 72.0, bands.layout.room.1 * dpi / 72.0);
        let places = row..(row + bands.layout.columns).min(overview.count);
        let tiles = read_row(pictures, read, places, room_px)?;
        let mut svg = bands.blank(bands.row_px, palette);
        for (column, tile) in tiles.iter().enumerate() {
            tile.write(&mut svg, bands.layout.area(column, 0.0), palette, options.captions, &mut report);
        }
        let mut band = bands.pixels(svg)?;
        for (column, tile) in tiles.iter().enumerate() {
            put(&mut band, tile, bands.layout.area(column, 0.0), dpi, palette);
        }
        write_band(&mut stream, &band)?;
    }
    write_band(&mut stream, &bands.pixels(bands.blank(bands.foot_px, palette))?)?;
    stream.finish().map_err(fault)?;
    writer.finish().map_err(fault)?;
    task.go_on(overview.count, overview.count)?;
    Ok(report)
}

/// Heights in whole pixels, so that bands meet without a seam.
struct Bands {
    layout: Layout,
    dpi: f64,
    rows: u64,
    head_px: u32,
    row_px: u32,
    foot_px: u32,
}

impl Bands {
    fn new(layout: Layout, dpi: f64, count: usize) -> Self {
        let pixels = |points: f64| (points * dpi / 72.0).round().max(1.0) as u32;
        let rows = count.div_ceil(layout.columns) as u64;
        let head_px = pixels(pt_from_mm(MARGIN_MM) + HEADER);
        let row_px = pixels(layout.row_height());
        Self { head_px, row_px, foot_px: pixels(pt_from_mm(MARGIN_MM)), rows, layout, dpi }
    }

    fn size(&self) -> (u64, u64) {
        let width = (self.layout.width_mm / 25.4 * self.dpi).round() as u64;
        let (head, row, foot) = (u64::from(self.head_px), u64::from(self.row_px), u64::from(self.foot_px));
        (width.max(1), head + self.rows * row + foot)
    }

    fn blank(&self, height_px: u32, palette: &FigurePalette) -> Svg {
        let mm = |pixels: f64| pixels / self.dpi * 25.4;
        let mut svg = Svg::new(mm(self.size().0 as f64), mm(f64::from(height_px)));
        let whole = (svg.width(), svg.height());
        svg.rect((0.0, 0.0), whole, &Paint::fill(palette.background));
        svg
    }

    fn pixels(&self, svg: Svg) -> Result<figure::Pixels, ExportError> {
        Ok(to_pixels(&svg.finish("", ""), self.dpi)?)
    }
}

/// Puts the picture into the middle of its room, pixel on pixel.
fn put(band: &mut figure::Pixels, tile: &Tile, room: Area, dpi: f64, palette: &FigurePalette) {
    let Ok(pixels) = &tile.content else { return };
    let place = |low: f64, high: f64, side: u32| {
        (0.5 * (low + high) * dpi / 72.0 - 0.5 * f64::from(side)).round().max(0.0) as usize
    };
    let left = place(room.left, room.right, pixels.width());
    let top = place(room.top, room.bottom, pixels.height());
    let rgb = opaque(pixels, palette.background);
    let band_width = band.width as usize;
    let shown = (pixels.width() as usize).min(band_width.saturating_sub(left));
    for (row, line) in rgb.chunks_exact(pixels.width() as usize * 3).enumerate() {
        let begin = ((top + row) * band_width + left) * 4;
        let Some(target) = band.rgba.get_mut(begin..begin + shown * 4) else { break };
        for (target, source) in target.as_chunks_mut::<4>().0.iter_mut().zip(line.as_chunks::<3>().0) {
            let [red, green, blue] = *source;
            *target = [red, green, blue, 255];
        }
    }
}

fn begin(
    out: &mut dyn Write,
    width: u32,
    height: u32,
    dpi: f64,
) -> Result<png::Writer<&mut dyn Write>, ExportError> {
    let mut encoder = png::Encoder::new(out, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let per_metre = (dpi / 0.0254).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: per_metre,
        yppu: per_metre,
        unit: png::Unit::Meter,
    }));
    encoder.write_header().map_err(fault)
}

fn write_band(stream: &mut dyn Write, band: &figure::Pixels) -> Result<(), ExportError> {
    // The ground is opaque, so there is no alpha to keep.
    let rgb: Vec<u8> = band.rgba.as_chunks::<4>().0.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]).collect();
    Ok(stream.write_all(&rgb)?)
}

fn fault(error: png::EncodingError) -> ExportError {
    match error {
        png::EncodingError::IoError(error) => error.into(),
        other => std::io::Error::other(other.to_string()).into(),
    }
}
