//! Pages of the report: A4 sheets with a heading, what is put on them, and a page number.

use crate::figure::{
    Area, FigurePalette, FigureTheme, Page, Tokens, pt_from_mm,
    svg::{Anchor, Paint, Stroke, Svg, TextStyle},
    text::{Label, shortened, wrapped},
};

/// Width and height of A4 in millimetres.
pub(super) const PAGE_MM: (f64, f64) = (210.0, 297.0);
/// Free room at the edges in millimetres.
pub(super) const MARGIN_MM: f64 = 18.0;
/// Height of a row of a table in points.
const ROW: f64 = 14.0;
/// Letters and rows of a table with many rows, in points.
const SMALL: f64 = 7.0;
const SMALL_ROW: f64 = 9.5;
/// Width of the names of a table in millimetres.
const NAMES_MM: f64 = 24.0;

/// A page in the making.
pub(super) struct Sheet {
    svg: Svg,
    palette: &'static FigurePalette,
    /// Counted from 0.
    index: usize,
    cursor: f64,
    links: Vec<(Area, usize)>,
}

impl Sheet {
    pub(super) fn new(theme: FigureTheme, index: usize) -> Self {
        let palette = theme.palette();
        let mut svg = Svg::new(PAGE_MM.0, PAGE_MM.1);
        let whole = (svg.width(), svg.height());
        svg.rect((0.0, 0.0), whole, &Paint::fill(palette.background));
        Self { svg, palette, index, cursor: pt_from_mm(MARGIN_MM), links: Vec::new() }
    }

    pub(super) fn svg(&mut self) -> &mut Svg {
        &mut self.svg
    }

    pub(super) fn left() -> f64 {
        pt_from_mm(MARGIN_MM)
    }

    /// Between the margins.
    pub(super) fn width() -> f64 {
        pt_from_mm(PAGE_MM.0 - 2.0 * MARGIN_MM)
    }

    /// Where the next thing goes.
    pub(super) fn cursor(&self) -> f64 {
        self.cursor
    }

    /// Where the footer begins.
    pub(super) fn bottom() -> f64 {
        pt_from_mm(PAGE_MM.1 - MARGIN_MM)
    }

    pub(super) fn heading(&mut self, text: &str) {
        let style = TextStyle::new(16.0, self.palette.ink).bold();
        self.svg.text((Self::left(), self.cursor + 12.0), &Label::plain(text), style);
        self.cursor += 32.0;
    }

    /// The formula, and under it where the structure came from.
    pub(super) fn title(&mut self, formula: &Label, origin: &str) {
        let style = TextStyle::new(16.0, self.palette.ink).bold();
        self.svg.text((Self::left(), self.cursor + 12.0), formula, style);
        let origin = Label::plain(&shortened(origin, 9.0, Self::width()));
        self.svg.text(
            (Self::left(), self.cursor + 27.0),
            &origin,
            TextStyle::new(9.0, self.palette.ink_weak),
        );
        self.rule(self.cursor + 34.0);
        self.cursor += 40.0;
    }

    fn rule(&mut self, y: f64) {
        let stroke = Stroke::new(self.palette.ink, Tokens::get().hair_line);
        self.svg.line((Self::left(), y), (Self::left() + Self::width(), y), &stroke);
    }

    /// A line of the contents: what, symmetry, where from, on which page (counted from 0).
    pub(super) fn contents_row(&mut self, formula: &str, group: &str, origin: &str, page: usize) {
        let text = TextStyle::new(10.0, self.palette.ink);
        let weak = TextStyle::new(10.0, self.palette.ink_weak);
        let baseline = self.cursor + 10.0;
        let (left, width) = (Self::left(), Self::width());
        let column = |share: f64| left + share * width;
        self.svg.text((left, baseline), &formula_within(formula, 10.0, 0.36 * width), text);
        self.svg.text((column(0.38), baseline), &Label::plain(group), text);
        let origin = shortened(origin, 10.0, 0.40 * width);
        self.svg.text((column(0.52), baseline), &Label::plain(&origin), weak);
        let number = Label::plain(&(page + 1).to_string());
        self.svg.text((left + width, baseline), &number, text.anchored(Anchor::End));
        let row = Area { left, top: self.cursor - 3.0, right: left + width, bottom: self.cursor + ROW };
        self.link(row, page);
        self.cursor += ROW + 3.0;
    }

    pub(super) fn link(&mut self, area: Area, page: usize) {
        self.links.push((area, page));
    }

    /// Names and values under each other; returns where they end.
    pub(super) fn table(&mut self, left: f64, top: f64, rows: &[(&str, Label)]) -> f64 {
        let mut y = top + 10.0;
        for (name, value) in rows {
            let weak = TextStyle::new(9.0, self.palette.ink_weak);
            self.svg.text((left, y), &Label::parse(name), weak);
            self.svg.text((left + pt_from_mm(NAMES_MM), y), value, TextStyle::new(9.0, self.palette.ink));
            y += ROW;
        }
        y
    }

    /// Rows of short texts under the names of their columns, as many as fit above `bottom`.
    pub(super) fn grid(
        &mut self,
        left: f64,
        top: f64,
        bottom: f64,
        columns: &[(&str, f64)],
        rows: &[Vec<Label>],
    ) {
        let weak = TextStyle::new(SMALL, self.palette.ink_weak);
        let text = TextStyle::new(SMALL, self.palette.ink);
        let mut y = top + SMALL;
        for (name, at) in columns {
            self.svg.text((left + pt_from_mm(*at), y), &Label::parse(name), weak);
        }
        let fitting = ((bottom - y) / SMALL_ROW).floor().max(0.0) as usize;
        let shown = if rows.len() > fitting { fitting.saturating_sub(1) } else { rows.len() };
        for row in rows.iter().take(shown) {
            y += SMALL_ROW;
            for ((cell, (_, at)), next) in
                row.iter().zip(columns).zip(columns.iter().skip(1).map(|c| c.1).chain([f64::INFINITY]))
            {
                let room = pt_from_mm(next - at - 1.0);
                let fits = cell.width(SMALL, false) <= room;
                let cell =
                    if fits { cell.clone() } else { Label::plain(&shortened(&cell.text(), SMALL, room)) };
                self.svg.text((left + pt_from_mm(*at), y), &cell, text);
            }
        }
        if shown < rows.len() {
            let more = format!("and {} more", rows.len() - shown);
            self.svg.text((left, y + SMALL_ROW), &Label::plain(&more), weak);
        }
    }

    /// A line above a row of the gallery.
    pub(super) fn caption(&mut self, top: f64, text: &Label) {
        self.rule(top);
        self.svg.text((Self::left(), top + 12.0), text, TextStyle::new(9.0, self.palette.ink));
    }

    pub(super) fn note_below(&mut self, area: Area, text: &str) {
        let style = TextStyle::new(7.0, self.palette.ink_weak).anchored(Anchor::Middle);
        self.svg.text((0.5 * (area.left + area.right), area.bottom + 8.0), &Label::plain(text), style);
    }

    /// What stands in the place of a figure that could not be made.
    pub(super) fn apology(&mut self, area: Area, text: &str) {
        let paint = Paint::stroke(Stroke::new(self.palette.grid, Tokens::get().thin_line));
        self.svg.rect((area.left, area.top), (area.width(), area.height()), &paint);
        let style = TextStyle::new(8.0, self.palette.ink_weak).anchored(Anchor::Middle);
        let lines = wrapped(text, 8.0, 0.8 * area.width());
        let mut y = 0.5 * (area.top + area.bottom) - 5.0 * lines.len().saturating_sub(1) as f64;
        for line in lines {
            self.svg.text((0.5 * (area.left + area.right), y), &Label::plain(&line), style);
            y += 10.0;
        }
    }

    /// Small print, as much of it as fits.
    pub(super) fn notes(&mut self, top: f64, notes: &[String]) {
        let style = TextStyle::new(7.0, self.palette.ink_weak);
        let mut y = top + 7.0;
        let width = Self::width();
        for line in notes.iter().flat_map(|note| wrapped(note, 7.0, width)) {
            if y > Self::bottom() {
                break;
            }
            self.svg.text((Self::left(), y), &Label::plain(&line), style);
            y += 9.0;
        }
    }

    pub(super) fn finish(mut self, title: &str, bookmark: Option<String>) -> Page {
        let style = TextStyle::new(8.0, self.palette.ink_weak);
        let y = pt_from_mm(PAGE_MM.1 - 0.5 * MARGIN_MM);
        let number = Label::plain(&(self.index + 1).to_string());
        self.svg.text((Self::left() + Self::width(), y), &number, style.anchored(Anchor::End));
        let name = Label::plain(&shortened(title, 8.0, 0.8 * Self::width()));
        self.svg.text((Self::left(), y), &name, style);
        Page { svg: self.svg.finish(title, ""), bookmark, links: self.links }
    }
}

/// A formula with lowered amounts, or its beginning.
fn formula_within(formula: &str, size: f64, width: f64) -> Label {
    let whole = Label::formula(formula);
    if whole.width(size, false) <= width { whole } else { Label::formula(&shortened(formula, size, width)) }
}
