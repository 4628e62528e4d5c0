//! From the description of a figure to its drawing: where panels, axes and legends go.

use super::{
    axes::{Frame, draw_axes, margins, resolve},
    legend,
    marks::draw_marks,
    notes::draw_notes,
    plot::{Figure, Panel},
    svg::{Color, Paint, Stroke, Svg, TextStyle},
    text::Label,
    theme::{FigurePalette, FigureTheme, Tokens},
};

/// Size and look of a figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FigureSize {
    /// Width in millimetres.
    pub width_mm: f64,
    /// Height in millimetres.
    pub height_mm: f64,
}

/// A rectangle in points: left, top, right, bottom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// Smallest x.
    pub left: f64,
    /// Smallest y.
    pub top: f64,
    /// Largest x.
    pub right: f64,
    /// Largest y.
    pub bottom: f64,
}

impl Area {
    /// Width in points, not below zero.
    #[must_use]
    pub fn width(&self) -> f64 {
        (self.right - self.left).max(0.0)
    }

    /// Height in points, not below zero.
    #[must_use]
    pub fn height(&self) -> f64 {
        (self.bottom - self.top).max(0.0)
    }

    /// Whether two rectangles share more than an edge.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

/// What every part of the drawing needs to know.
pub(super) struct Look {
    pub(super) palette: &'static FigurePalette,
    pub(super) tokens: &'static Tokens,
}

impl Look {
    pub(super) fn new(theme: FigureTheme) -> Self {
        Self { palette: theme.palette(), tokens: Tokens::get() }
    }

    pub(super) fn text(&self) -> TextStyle {
        TextStyle::new(self.tokens.text, self.palette.ink)
    }

    pub(super) fn small(&self) -> TextStyle {
        TextStyle::new(self.tokens.text_small, self.palette.ink)
    }

    pub(super) fn frame_stroke(&self) -> Stroke {
        Stroke::new(self.palette.ink, self.tokens.thin_line)
    }

    pub(super) fn fill_behind(&self) -> Paint {
        Paint::fill(self.palette.background)
    }

    pub(super) fn faint(color: Color, opacity: f64) -> Color {
        let [r, g, b, a] = color;
        [r, g, b, (f64::from(a) * opacity).round() as u8]
    }
}

/// Height in points of the capital letters of a line of text, per size of the font.
pub(super) const CAP_HEIGHT: f64 = 0.72;
/// Distance between lines of text, per size of the font.
pub(super) const LINE_HEIGHT: f64 = 1.25;

/// Draws a figure.
#[must_use]
pub fn draw(figure: &Figure, size: FigureSize, theme: FigureTheme) -> String {
    let look = Look::new(theme);
    let mut svg = Svg::new(size.width_mm, size.height_mm);
    let paper = (svg.width(), svg.height());
    svg.rect((0.0, 0.0), paper, &look.fill_behind());
    let inner = look.tokens.margin;
    let whole = Area { left: inner, top: inner, right: paper.0 - inner, bottom: paper.1 - inner };
    draw_panels(&mut svg, &look, figure, whole);
    svg.finish(&figure.title, &figure.description)
}

/// Draws the panels of a figure into a part of a larger drawing.
pub fn draw_into(svg: &mut Svg, figure: &Figure, area: Area, theme: FigureTheme) {
    draw_panels(svg, &Look::new(theme), figure, area);
}

fn draw_panels(svg: &mut Svg, look: &Look, figure: &Figure, whole: Area) {
    let columns = figure.columns.max(1);
    let rows: Vec<&[Panel]> = figure.panels.chunks(columns).collect();
    let share = |row: &[Panel]| {
        row.iter()
            .map(|panel| if panel.height_share > 0.0 { panel.height_share } else { 1.0 })
            .fold(0.0, f64::max)
    };
    let shares: f64 = rows.iter().map(|row| share(row)).sum();
    let gap = 2.0 * look.tokens.gap;
    let free_height = whole.height() - gap * rows.len().saturating_sub(1) as f64;
    let column_width = (whole.width() - gap * (columns - 1) as f64) / columns as f64;
    let mut top = whole.top;
    let mut letters = 'a'..='z';
    for row in rows {
        let height = free_height * share(row) / shares.max(1e-9);
        let cells: Vec<Area> = (0..row.len())
            .map(|column| {
                let left = whole.left + column as f64 * (column_width + gap);
                Area { left, top, right: left + column_width, bottom: top + height }
            })
            .collect();
        for (panel, cell) in row.iter().zip(cells) {
            // Panels under each other begin at the same place, or their axes cannot be compared.
            let left = figure
                .panels
                .iter()
                .step_by(columns)
                .filter(|_| columns == 1)
                .map(|panel| margins(panel, look, cell).left)
                .fold(0.0, f64::max);
            draw_panel(svg, look, panel, cell, left);
            if figure.letters
                && let Some(letter) = letters.next()
            {
                let style = TextStyle::new(look.tokens.text_title, look.palette.ink).bold();
                let baseline = cell.top + CAP_HEIGHT * look.tokens.text_title;
                svg.text((cell.left, baseline), &Label::plain(&letter.to_string()), style);
            }
        }
        top += height + gap;
    }
}

/// Draws a panel into a cell; its axis begins at least `least_left` points from the cell's left edge.
pub(super) fn draw_panel(svg: &mut Svg, look: &Look, panel: &Panel, cell: Area, least_left: f64) {
    let around = margins(panel, look, cell);
    let inside = Area {
        left: cell.left + around.left.max(least_left),
        top: cell.top + around.top,
        right: cell.right - around.right,
        bottom: cell.bottom - around.bottom,
    };
    if inside.width() < 1.0 || inside.height() < 1.0 {
        return;
    }
    let frame: Frame = resolve(panel, inside);
    draw_axes(svg, look, panel, &frame, cell);
    draw_marks(svg, look, panel, &frame);
    let mut taken = legend::draw_legend(svg, look, panel, &frame, cell);
    if let Some(inset) = &panel.inset {
        let gap = 2.0 * look.tokens.gap;
        let place = Area {
            left: inside.right - gap - inset.size.0 * inside.width(),
            top: inside.top + gap,
            right: inside.right - gap,
            bottom: inside.top + gap + inset.size.1 * inside.height(),
        };
        svg.rect((place.left, place.top), (place.width(), place.height()), &look.fill_behind());
        draw_panel(svg, look, &inset.panel, place, 0.0);
        taken.push(place);
    }
    draw_notes(svg, look, panel, &frame, &mut taken);
}
