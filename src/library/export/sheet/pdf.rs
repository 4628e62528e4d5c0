//! The sheet as pages of a PDF, with the pictures as JPEG.

use image::{ExtendedColorType, ImageEncoder as _, codecs::jpeg::JpegEncoder};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use super::layout::{HEADER, Layout, MARGIN_MM};
use super::tile::{Tile, centred, opaque, read_row};
use super::{Overview, PDF_DPI, ReadPixels, SheetOptions, SheetReport, caption};
use crate::figure::{
    About, DocumentWriter, Page, pt_from_mm,
    svg::{Paint, Svg},
};
use crate::library::Pixels;
use crate::library::export::{ExportError, Selection, Task};

/// Quality of the pictures: what cameras write by default loses more in the next step, printing.
const QUALITY: u8 = 88;
/// Bytes that all pictures may take together, and what one of their pixels takes.
const BUDGET_BYTES: f64 = 512e6;
const BYTES_A_PIXEL: f64 = 0.35;
/// Coarser pictures are not worth a sheet.
const COARSEST_DPI: f64 = 72.0;

/// Draws the sheet; returns the file. With very many pictures they are embedded at a lower resolution.
///
/// # Errors
/// When there are no pictures or too many, the catalog cannot be read, a page not be drawn, or the task is stopped.
pub fn pdf(
    pictures: &dyn Selection,
    read: ReadPixels<'_>,
    options: &SheetOptions,
    task: &Task<'_>,
) -> Result<(Vec<u8>, SheetReport), ExportError> {
    let layout = Layout::new(options)?.paged();
    let overview = Overview::of(pictures, task)?;
    let dpi = dpi_for(overview.count, &layout, options)?;
    let a_page = layout.columns * layout.rows;
    let pages = overview.count.div_ceil(a_page);
    let mut report = SheetReport { pages, ..SheetReport::default() };
    let mut writer = DocumentWriter::new(pages);
    for page in 0..pages {
        let drawn = draw_page(
            pictures,
            read,
            options,
            task,
            &Place { layout: &layout, dpi, page, pages },
            &overview,
            &mut report,
        )?;
        writer.add(&drawn)?;
    }
    let about = About {
        title: options.title.clone(),
        description: format!("Contact sheet: {}. Made with Vitrine.", overview.text()),
        keywords: Vec::new(),
    };
    let bytes = writer.finish(&about)?;
    task.go_on(overview.count, overview.count)?;
    Ok((bytes, report))
}

/// The resolution that was asked for, or one at which the file stays usable.
fn dpi_for(count: usize, layout: &Layout, options: &SheetOptions) -> Result<f64, ExportError> {
    let asked = options.dpi.unwrap_or(PDF_DPI);
    if !(36.0..=1200.0).contains(&asked) {
        return Err(ExportError::Dpi(asked));
    }
    let square_inches = count as f64 * layout.room.0 * layout.room.1 / (72.0 * 72.0);
    let affordable = (BUDGET_BYTES / (BYTES_A_PIXEL * square_inches)).sqrt();
    if affordable < asked && affordable < COARSEST_DPI {
        return Err(ExportError::TooMany { count, columns: layout.columns });
    }
    Ok(asked.min(affordable))
}

struct Place<'a> {
    layout: &'a Layout,
    dpi: f64,
    page: usize,
    pages: usize,
}

fn draw_page(
    pictures: &dyn Selection,
    read: ReadPixels<'_>,
    options: &SheetOptions,
    task: &Task<'_>,
    place: &Place<'_>,
    overview: &Overview,
    report: &mut SheetReport,
) -> Result<Page, ExportError> {
    let Place { layout, dpi, page, pages } = *place;
    let palette = options.theme.palette();
    let mut svg = Svg::new(layout.width_mm, layout.height_mm);
    let whole = (svg.width(), svg.height());
    svg.rect((0.0, 0.0), whole, &Paint::fill(palette.background));
    let first = page * layout.columns * layout.rows;
    let end = (first + layout.columns * layout.rows).min(overview.count);
    let about =
        if pages == 1 { overview.text() } else { format!("{} to {} of {}", first + 1, end, overview.text()) };
    caption::heading(&mut svg, layout, palette, &options.title, &about);
    let room_px = (layout.room.0 * dpi / 72.0, layout.room.1 * dpi / 72.0);
    let mut top = pt_from_mm(MARGIN_MM) + HEADER;
    let mut bookmark = None;
    for row in (first..end).step_by(layout.columns) {
        task.go_on(row, overview.count)?;
        let tiles = read_row(pictures, read, row..(row + layout.columns).min(end), room_px)?;
        let encoded: Vec<Option<Vec<u8>>> =
            tiles.par_iter().map(|tile| jpeg_of(tile, palette.background)).collect();
        for ((column, tile), jpeg) in tiles.iter().enumerate().zip(encoded) {
            bookmark.get_or_insert_with(|| format!("{}: {}", first + 1, tile.picture.name()));
            let room = layout.area(column, top);
            tile.write(&mut svg, room, palette, options.captions, report);
            if let (Ok(pixels), Some(jpeg)) = (&tile.content, jpeg) {
                let area = centred(room, size_pt(pixels, layout.room));
                svg.jpeg((area.left, area.top), (area.width(), area.height()), &jpeg);
            }
        }
        top += layout.row_height();
    }
    caption::footer(&mut svg, layout, palette, page + 1, pages);
    Ok(Page { svg: svg.finish(&options.title, ""), bookmark, links: Vec::new() })
}

/// Small pictures are not blown up: a pixel is a point at most.
fn size_pt(pixels: &Pixels, room: (f64, f64)) -> (f64, f64) {
    let (width, height) = (f64::from(pixels.width()), f64::from(pixels.height()));
    let scale = (room.0 / width).min(room.1 / height).min(1.0);
    (width * scale, height * scale)
}

fn jpeg_of(tile: &Tile, ground: [u8; 4]) -> Option<Vec<u8>> {
    let pixels = tile.content.as_ref().ok()?;
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    let rgb = opaque(pixels, ground);
    encoder.write_image(&rgb, pixels.width(), pixels.height(), ExtendedColorType::Rgb8).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_pictures_are_embedded_coarser_and_too_many_are_refused() {
        let options = SheetOptions { columns: 4, ..SheetOptions::default() };
        let layout = Layout::new(&options).unwrap().paged();
        assert!((dpi_for(100, &layout, &options).unwrap() - 300.0).abs() < f64::EPSILON);
        let many = dpi_for(20_000, &layout, &options).unwrap();
        assert!((COARSEST_DPI..300.0).contains(&many), "{many}");
        assert!(matches!(dpi_for(2_000_000, &layout, &options), Err(ExportError::TooMany { .. })));
        let silly = SheetOptions { dpi: Some(f64::NAN), ..options };
        assert!(matches!(dpi_for(1, &layout, &silly), Err(ExportError::Dpi(_))));
    }
}
