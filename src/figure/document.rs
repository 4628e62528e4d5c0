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

/// A PDF in the making, page after page: a page's drawing can go as soon as it was added. Fonts are embedded once.
pub struct DocumentWriter {
    document: PdfDocument,
    outline: Outline,
    pages: usize,
    added: usize,
}

impl DocumentWriter {
    /// A PDF that gets `pages` pages; links that lead behind the last one are left out.
    #[must_use]
    pub fn new(pages: usize) -> Self {
        Self { document: PdfDocument::new(), outline: Outline::new(), pages, added: 0 }
    }

    /// Adds the next page.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn add(&mut self, page: &Page) -> Result<(), FigureError> {
        let tree = parse(&page.svg)?;
        let links = page.links.iter().filter(|(_, target)| *target < self.pages);
        let links = links.filter_map(|(area, target)| link(*area, *target)).collect();
        add_page(&mut self.document, &tree, links)?;
        if let Some(bookmark) = &page.bookmark {
            let top = XyzDestination::new(self.added, Point::from_xy(0.0, 0.0));
            self.outline.push_child(OutlineNode::new(bookmark.clone(), top));
        }
        self.added += 1;
        Ok(())
    }

    /// The finished file.
    ///
    /// # Errors
    /// When the PDF cannot be made.
    pub fn finish(mut self, about: &About) -> Result<Vec<u8>, FigureError> {
        self.document.set_outline(self.outline);
        self.document.set_metadata(metadata(about));
        self.document.finish().map_err(|error| FigureError::Pdf(format!("{error:?}")))
    }
}

/// Writes pages into one PDF. Fonts are embedded once for all of them.
///
/// # Errors
/// When a page cannot be read or the PDF not be made.
pub fn write_document(pages: &[Page], about: &About) -> Result<Vec<u8>, FigureError> {
    let mut writer = DocumentWriter::new(pages.len());
    for page in pages {
        writer.add(page)?;
    }
    writer.finish(about)
}

fn link(area: Area, target: usize) -> Option<Annotation> {
    let place = Rect::from_ltrb(area.left as f32, area.top as f32, area.right as f32, area.bottom as f32)?;
    let top = XyzDestination::new(target, Point::from_xy(0.0, 0.0));
    let link = LinkAnnotation::new(place, Target::Destination(Destination::Xyz(top)));
    Some(Annotation::new_link(link, None))
}
