//! From SVG to PDF and PNG.
//!
//! Both come from one parsed tree, with the program's own fonts wherever they have the letters. Nothing depends on the
//! clock, so the same SVG gives the same bytes.

use krilla::{Document, annotation::Annotation, geom::Size, metadata::Metadata, page::PageSettings};
use krilla_svg::{SurfaceExt as _, SvgSettings};
use resvg::tiny_skia::{Pixmap, Transform};
use usvg::{Options, Tree};

use super::{
    error::{FigureError, MAX_PIXELS_SIDE},
    fonts,
    svg::PT_PER_MM,
};

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileFormat {
    /// Vector, for papers.
    Pdf,
    /// Vector, to edit further.
    Svg,
    /// Pixels.
    Png,
}

impl FileFormat {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Pdf, Self::Svg, Self::Png];

    /// Ending of file names, without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Svg => "svg",
            Self::Png => "png",
        }
    }
}

impl std::str::FromStr for FileFormat {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|format| name.eq_ignore_ascii_case(format.extension()));
        found.ok_or_else(|| format!("`{name}` is no format of figures; use pdf, svg or png"))
    }
}

/// What a PDF says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Shown in the title bar of viewers.
    pub title: String,
    /// What it shows and how it was made.
    pub description: String,
    /// Words to find it by.
    pub keywords: Vec<String>,
}

/// Parses an SVG; files that it names are not opened.
pub(super) fn parse(svg: &str) -> Result<Tree, FigureError> {
    let options = Options {
        fontdb: fonts::database(svg),
        font_resolver: fonts::resolver(),
        font_family: "Liberation Sans".to_owned(),
        image_href_resolver: usvg::ImageHrefResolver {
            resolve_data: usvg::ImageHrefResolver::default_data_resolver(),
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    };
    Ok(Tree::from_str(svg, &options)?)
}

/// Size of a parsed drawing in points.
pub(super) fn size_pt(tree: &Tree) -> (f32, f32) {
    // The SVG gives millimetres, the parser makes CSS pixels of them: 96 an inch.
    (tree.size().width() * 0.75, tree.size().height() * 0.75)
}

/// Writes a PDF of one page that has the size of the drawing.
///
/// # Errors
/// When the drawing cannot be read or the PDF not be made.
pub fn to_pdf(svg: &str, about: &About) -> Result<Vec<u8>, FigureError> {
    let tree = parse(svg)?;
    let mut document = Document::new();
    add_page(&mut document, &tree, Vec::new())?;
    document.set_metadata(metadata(about));
    document.finish().map_err(|error| FigureError::Pdf(format!("{error:?}")))
}

/// Adds a page that a drawing fills.
pub(super) fn add_page(
    document: &mut Document,
    tree: &Tree,
    links: Vec<Annotation>,
) -> Result<(), FigureError> {
    let (width, height) = size_pt(tree);
    let unusable = || FigureError::Pdf(format!("a page of {width} × {height} points is no page"));
    let settings = PageSettings::from_wh(width, height).ok_or_else(unusable)?;
    let size = Size::from_wh(width, height).ok_or_else(unusable)?;
    let mut page = document.start_page_with(settings);
    let mut surface = page.surface();
    let drawn = surface.draw_svg(tree, size, SvgSettings::default());
    surface.finish();
    for link in links {
        page.add_annotation(link);
    }
    page.finish();
    drawn.ok_or_else(unusable)
}

pub(super) fn metadata(about: &About) -> Metadata {
    let mut metadata = Metadata::new().creator("Vitrine".to_owned()).language("en".to_owned());
    if !about.title.is_empty() {
        metadata = metadata.title(about.title.clone());
    }
    if !about.description.is_empty() {
        metadata = metadata.description(about.description.clone());
    }
    if !about.keywords.is_empty() {
        metadata = metadata.keywords(about.keywords.clone());
    }
    metadata
}

/// Pixels of a drawing: straight alpha, rows top down.
#[derive(Clone, Debug)]
pub struct Pixels {
    /// Pixels of a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `width × height × 4` bytes of sRGB and opacity.
    pub rgba: Vec<u8>,
}

/// Draws an SVG into pixels.
///
/// # Errors
/// When the drawing cannot be read or has too many pixels.
pub fn to_pixels(svg: &str, dpi: f64) -> Result<Pixels, FigureError> {
    let tree = parse(svg)?;
    let (width_pt, height_pt) = size_pt(&tree);
    let scale = dpi / 72.0;
    let (width, height) = (f64::from(width_pt) * scale, f64::from(height_pt) * scale);
    let side = |length: f64| length.round().max(1.0) as u64;
    let (width_px, height_px) = (side(width), side(height));
    let too_many = || FigureError::Pixels { dpi, width: width_px, height: height_px };
    if !dpi.is_finite() || width_px > MAX_PIXELS_SIDE || height_px > MAX_PIXELS_SIDE {
        return Err(too_many());
    }
    let mut pixmap = Pixmap::new(width_px as u32, height_px as u32).ok_or_else(too_many)?;
    let fit =
        Transform::from_scale(width_px as f32 / tree.size().width(), height_px as f32 / tree.size().height());
    resvg::render(&tree, fit, &mut pixmap.as_mut());
    let (width, height) = (pixmap.width(), pixmap.height());
    let rgba = pixmap.take_demultiplied();
    Ok(Pixels { width, height, rgba })
}

/// Draws an SVG into a PNG that knows its resolution.
///
/// # Errors
/// When the drawing cannot be read, has too many pixels, or the PNG not be made.
pub fn to_png(svg: &str, dpi: f64) -> Result<Vec<u8>, FigureError> {
    let pixels = to_pixels(svg, dpi)?;
    let failed = |error: png::EncodingError| FigureError::Png(error.to_string());
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width, pixels.height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let per_metre = (dpi / 0.0254).round().clamp(1.0, f64::from(u32::MAX)) as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: per_metre,
        yppu: per_metre,
        unit: png::Unit::Meter,
    }));
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(&pixels.rgba).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

/// The file of a drawing.
///
/// # Errors
/// As [`to_pdf`] and [`to_png`].
pub fn encode(svg: &str, format: FileFormat, dpi: f64, about: &About) -> Result<Vec<u8>, FigureError> {
    match format {
        FileFormat::Svg => Ok(svg.as_bytes().to_vec()),
        FileFormat::Pdf => to_pdf(svg, about),
        FileFormat::Png => to_png(svg, dpi),
    }
}

/// Points of a length in millimetres.
#[must_use]
pub fn pt_from_mm(mm: f64) -> f64 {
    mm * PT_PER_MM
}
