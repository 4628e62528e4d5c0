//! What a figure shows: panels with axes, curves and labels, in numbers of their field. How it looks is the theme's.

use super::{svg::Color, text::Label};

/// A figure: one or several panels in a grid.
#[derive(Clone, Debug, Default)]
pub struct Figure {
    /// Title of the file, for its metadata.
    pub title: String,
    /// What the figure shows and how it was computed, for its metadata.
    pub description: String,
    /// The panels, row by row.
    pub panels: Vec<Panel>,
    /// Panels in a row, at least 1.
    pub columns: usize,
    /// Whether panels carry the letters a, b, c.
    pub letters: bool,
}

/// One pair of axes with what is drawn in it.
#[derive(Clone, Debug, Default)]
pub struct Panel {
    /// Above the axes.
    pub title: Label,
    /// Along the bottom.
    pub x: Axis,
    /// Along the left.
    pub y: Axis,
    /// Drawn in this order.
    pub marks: Vec<Mark>,
    /// Texts at points; those that would overlap others or the frame are left out, the last ones first.
    pub notes: Vec<Note>,
    /// Whether names of marks are listed.
    pub legend: Legend,
    /// Colours of a heat map along the right.
    pub color_bar: Option<ColorBar>,
    /// A small panel in the upper right corner.
    pub inset: Option<Box<Inset>>,
    /// Height relative to panels of other rows; 0 counts as 1.
    pub height_share: f64,
}

/// An axis.
#[derive(Clone, Debug, Default)]
pub struct Axis {
    /// Quantity and unit: `2θ (°)`.
    pub label: Label,
    /// First and last number; found from the marks where `None`.
    pub range: Option<(f64, f64)>,
    /// Which numbers are marked.
    pub ticks: TickStyle,
    /// Whether lines are drawn across the panel at the ticks.
    pub grid: bool,
}

/// Which places of an axis are marked.
#[derive(Clone, Debug, Default)]
pub enum TickStyle {
    /// Round numbers.
    #[default]
    Round,
    /// Round numbers that are whole.
    Whole,
    /// These texts at these numbers, without a tick: categories.
    Named(Vec<(f64, Label)>),
    /// Nothing: the unit is arbitrary.
    None,
}

/// Which colour something has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ink {
    /// The n-th curve's.
    Series(usize),
    /// That of axes and text.
    Text,
    /// That of what matters less.
    Weak,
    /// This one, in every theme.
    Rgb(Color),
}

/// A kind of line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineStyle {
    /// Whole.
    #[default]
    Solid,
    /// Dashed.
    Dashed,
    /// Dotted.
    Dotted,
}

/// Smallest and largest number, where there are any.
pub(super) type Extent = Option<(f64, f64)>;

/// Something drawn between the axes.
#[derive(Clone, Debug)]
pub struct Mark {
    /// Listed in the legend, unless empty.
    pub name: Label,
    /// Its colour.
    pub ink: Ink,
    /// What it is.
    pub shape: Shape,
}

/// Shape of a mark, in numbers of the axes.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A curve through points; it breaks where a number is missing (NaN).
    Line(Vec<(f64, f64)>, LineStyle),
    /// The area between a curve and zero.
    Area(Vec<(f64, f64)>),
    /// Upright lines from `base` to the points.
    Sticks {
        /// Their tops.
        points: Vec<(f64, f64)>,
        /// Where they begin.
        base: f64,
    },
    /// Dots.
    Scatter(Vec<(f64, f64)>),
    /// Upright bars from one number of x to the next.
    Bars(Vec<Bar>),
    /// Fields of a grid, coloured by value between the ends of [`ColorBar::range`].
    HeatMap {
        /// Edges of the columns, one more than there are.
        x_edges: Vec<f64>,
        /// Edges of the rows, one more than there are.
        y_edges: Vec<f64>,
        /// Values, row by row from the lowest y.
        values: Vec<f64>,
    },
    /// A line across the panel at a number of y.
    Level(f64, LineStyle),
    /// An upright line across the panel at a number of x.
    Position(f64, LineStyle),
}

/// An upright bar. Stacked bars begin where the one below ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// Left and right.
    pub x: (f64, f64),
    /// Bottom and top.
    pub y: (f64, f64),
}

/// A text at a point.
#[derive(Clone, Debug)]
pub struct Note {
    /// Where, in numbers of the axes.
    pub at: (f64, f64),
    /// What it says.
    pub label: Label,
    /// Whether it stands upright, to be read from the right: narrow labels of close peaks.
    pub upright: bool,
}

/// Whether and where the names of marks are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Legend {
    /// In the corner that hides least, if two marks or more have names.
    #[default]
    Auto,
    /// Above the panel in rows.
    Above,
    /// Not at all.
    None,
}

/// The colours of a heat map and their numbers.
#[derive(Clone, Debug)]
pub struct ColorBar {
    /// Quantity and unit.
    pub label: Label,
    /// Numbers of the first and the last colour.
    pub range: (f64, f64),
}

/// A panel within a panel.
#[derive(Clone, Debug)]
pub struct Inset {
    /// What it shows.
    pub panel: Panel,
    /// Its share of the width and height.
    pub size: (f64, f64),
}

impl Mark {
    /// A mark with a name for the legend.
    #[must_use]
    pub fn new(name: impl Into<Label>, ink: Ink, shape: Shape) -> Self {
        Self { name: name.into(), ink, shape }
    }

    /// Numbers of x and y that it covers.
    pub(super) fn extents(&self) -> (Extent, Extent) {
        use super::scale::extent;
        let of = |points: &[(f64, f64)], base: Option<f64>| {
            let xs = extent(points.iter().map(|point| point.0));
            (xs, extent(points.iter().map(|point| point.1).chain(base)))
        };
        match &self.shape {
            Shape::Line(points, _) | Shape::Scatter(points) => of(points, None),
            Shape::Area(points) => of(points, Some(0.0)),
            Shape::Sticks { points, base } => of(points, Some(*base)),
            Shape::Bars(bars) => (
                extent(bars.iter().flat_map(|bar| [bar.x.0, bar.x.1])),
                extent(bars.iter().flat_map(|bar| [bar.y.0, bar.y.1])),
            ),
            Shape::HeatMap { x_edges, y_edges, .. } => {
                (extent(x_edges.iter().copied()), extent(y_edges.iter().copied()))
            }
            Shape::Level(y, _) => (None, extent([*y])),
            Shape::Position(x, _) => (extent([*x]), None),
        }
    }
}
