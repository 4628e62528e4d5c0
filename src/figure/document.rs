//! Documents: drawings as the pages of one PDF, with an outline, and links from page to page.

use krilla::{
    Document as PdfDocument,
    annotation::{Annotation, LinkAnnotation, Target},
    destination::{Destination, XyzDestination},
    geom::{Point, Rect},
    outline::{Outline, OutlineNode},
};

use super::{
    draw::Area,
    encode::{About, add_page, metadata, parse},
    error::FigureError,
};

/// A page: a drawing, and which parts of it lead elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The drawing; its size is the page's.
    pub svg: String,
    /// Name in the outline; pages without one belong to the page before them.
    pub bookmark: Option<String>,
    /// Areas in points that lead to a page, counted from 0.
    pub links: Vec<(Area, usize)>,
}

/// Writes pages into one PDF. Fonts are embedded once for all of them.
///
/// # Errors
/// When a page cannot be read or the PDF not be made.
pub fn write_document(pages: &[Page], about: &About) -> Result<Vec<u8>, FigureError> {
    let mut document = PdfDocument::new();
    let mut outline = Outline::new();
    for (page, index) in pages.iter().zip(0..) {
        let tree = parse(&page.svg)?;
        let links = page.links.iter().filter(|(_, target)| *target < pages.len());
        add_page(&mut document, &tree, links.filter_map(|(area, target)| link(*area, *target)).collect())?;
        if let Some(bookmark) = &page.bookmark {
            let top = XyzDestination::new(index, Point::from_xy(0.0, 0.0));
            outline.push_child(OutlineNode::new(bookmark.clone(), top));
        }
    }
    document.set_outline(outline);
    document.set_metadata(metadata(about));
    document.finish().map_err(|error| FigureError::Pdf(format!("{error:?}")))
}

fn link(area: Area, target: usize) -> Option<Annotation> {
    let place = Rect::from_ltrb(area.left as f32, area.top as f32, area.right as f32, area.bottom as f32)?;
    let top = XyzDestination::new(target, Point::from_xy(0.0, 0.0));
    let link = LinkAnnotation::new(place, Target::Destination(Destination::Xyz(top)));
    Some(Annotation::new_link(link, None))
}
