//! Writing SVG: shapes and text in points (1/72 inch), y downwards, the origin at the upper left.
//!
//! Every number is written with a fixed count of decimals and every attribute in a fixed order, so that the same drawing
//! is the same bytes. Text stays text.

use std::fmt::Write as _;

use super::text::{Label, escape};

/// Points per millimetre.
pub const PT_PER_MM: f64 = 72.0 / 25.4;

/// An sRGB colour with opacity.
pub type Color = [u8; 4];

/// A line of some width.
#[derive(Clone, Debug, PartialEq)]
pub struct Stroke {
    /// Its colour.
    pub color: Color,
    /// Its width in points.
    pub width: f64,
    /// Lengths of dashes and gaps in points; empty for a whole line.
    pub dashes: Vec<f64>,
}

impl Stroke {
    /// A whole line.
    #[must_use]
    pub fn new(color: Color, width: f64) -> Self {
        Self { color, width, dashes: Vec::new() }
    }

    /// The same line in dashes and gaps of these lengths in points.
    #[must_use]
    pub fn dashed(self, dashes: &[f64]) -> Self {
        Self { dashes: dashes.to_vec(), ..self }
    }
}

/// A gradient that was defined with [`Svg::radial_gradient`] or [`Svg::linear_gradient`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GradientId(u32);

/// A region that was defined with [`Svg::clip`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClipId(u32);

/// What fills a shape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fill {
    /// Nothing.
    None,
    /// One colour.
    Color(Color),
    /// A gradient.
    Gradient(GradientId),
}

/// How a shape is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Paint {
    /// Its inside.
    pub fill: Fill,
    /// Its outline.
    pub stroke: Option<Stroke>,
}

impl Paint {
    /// Inside only.
    #[must_use]
    pub fn fill(color: Color) -> Self {
        Self { fill: Fill::Color(color), stroke: None }
    }

    /// Inside only, with a gradient.
    #[must_use]
    pub fn gradient(gradient: GradientId) -> Self {
        Self { fill: Fill::Gradient(gradient), stroke: None }
    }

    /// Outline only.
    #[must_use]
    pub fn stroke(stroke: Stroke) -> Self {
        Self { fill: Fill::None, stroke: Some(stroke) }
    }

    /// With an outline as well.
    #[must_use]
    pub fn outlined(self, stroke: Stroke) -> Self {
        Self { stroke: Some(stroke), ..self }
    }
}

/// Which end of a text stands at its point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Anchor {
    /// The beginning.
    #[default]
    Start,
    /// The middle.
    Middle,
    /// The end.
    End,
}

/// How text is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextStyle {
    /// Size of the font in points.
    pub size: f64,
    /// Colour of the letters.
    pub color: Color,
    /// Which end of the text stands at its point.
    pub anchor: Anchor,
    /// Whether the letters are bold.
    pub bold: bool,
    /// Turned about its point, degrees clockwise.
    pub turn_deg: f64,
    /// A rim around the letters, to read them on anything: colour and width in points.
    pub halo: Option<(Color, f64)>,
}

impl TextStyle {
    /// Plain text that begins at its point.
    #[must_use]
    pub fn new(size: f64, color: Color) -> Self {
        Self { size, color, anchor: Anchor::Start, bold: false, turn_deg: 0.0, halo: None }
    }

    /// The same with another anchor.
    #[must_use]
    pub fn anchored(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    /// The same in bold.
    #[must_use]
    pub fn bold(self) -> Self {
        Self { bold: true, ..self }
    }
}

/// The outline of a shape, piece by piece.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(String);

impl Path {
    /// An empty outline.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a new piece at a point.
    pub fn move_to(&mut self, x: f64, y: f64) -> &mut Self {
        self.command('M', &[x, y])
    }

    /// A straight line to a point.
    pub fn line_to(&mut self, x: f64, y: f64) -> &mut Self {
        self.command('L', &[x, y])
    }

    /// A cubic Bézier curve by two control points to a point.
    pub fn cubic_to(&mut self, c1: (f64, f64), c2: (f64, f64), to: (f64, f64)) -> &mut Self {
        self.command('C', &[c1.0, c1.1, c2.0, c2.1, to.0, to.1])
    }

    /// An arc of an ellipse with radii `rx`, `ry`, turned by `turn_deg`, to a point; `large` takes the longer way,
    /// `clockwise` the way on which angles rise (y downwards).
    pub fn arc_to(
        &mut self,
        (rx, ry): (f64, f64),
        turn_deg: f64,
        large: bool,
        clockwise: bool,
        to: (f64, f64),
    ) -> &mut Self {
        self.command('A', &[rx, ry, turn_deg]);
        let _ = write!(self.0, " {} {} {} {}", u8::from(large), u8::from(clockwise), num(to.0), num(to.1));
        self
    }

    /// Closes the piece.
    pub fn close(&mut self) -> &mut Self {
        self.0.push('Z');
        self
    }

    /// Whether nothing was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Through a row of points.
    #[must_use]
    pub fn polyline(points: &[(f64, f64)]) -> Self {
        let mut path = Self::new();
        for (index, &(x, y)) in points.iter().enumerate() {
            if index == 0 {
                path.move_to(x, y);
            } else {
                path.line_to(x, y);
            }
        }
        path
    }

    fn command(&mut self, letter: char, numbers: &[f64]) -> &mut Self {
        self.0.push(letter);
        for (index, number) in numbers.iter().enumerate() {
            if index > 0 {
                self.0.push(' ');
            }
            self.0.push_str(&num(*number));
        }
        self
    }
}

/// A drawing of a fixed size that shapes are added to, back to front.
#[derive(Clone, Debug)]
pub struct Svg {
    width_mm: f64,
    height_mm: f64,
    definitions: String,
    body: String,
    next_id: u32,
    open_groups: u32,
}

impl Svg {
    /// An empty drawing of a size in millimetres.
    #[must_use]
    pub fn new(width_mm: f64, height_mm: f64) -> Self {
        let (definitions, body) = (String::new(), String::new());
        Self { width_mm, height_mm, definitions, body, next_id: 0, open_groups: 0 }
    }

    /// Width in points.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.width_mm * PT_PER_MM
    }

    /// Height in points.
    #[must_use]
    pub fn height(&self) -> f64 {
        self.height_mm * PT_PER_MM
    }

    /// A rectangle.
    pub fn rect(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), paint: &Paint) {
        let _ = write!(
            self.body,
            r#"<rect x="{}" y="{}" width="{}" height="{}""#,
            num(x),
            num(y),
            num(width),
            num(height)
        );
        self.finish_shape(paint);
    }

    /// A circle.
    pub fn circle(&mut self, (x, y): (f64, f64), radius: f64, paint: &Paint) {
        let _ = write!(self.body, r#"<circle cx="{}" cy="{}" r="{}""#, num(x), num(y), num(radius));
        self.finish_shape(paint);
    }

    /// A straight line.
    pub fn line(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64), stroke: &Stroke) {
        let _ =
            write!(self.body, r#"<line x1="{}" y1="{}" x2="{}" y2="{}""#, num(x1), num(y1), num(x2), num(y2));
        self.finish_shape(&Paint::stroke(stroke.clone()));
    }

    /// Any outline.
    pub fn path(&mut self, path: &Path, paint: &Paint) {
        if path.is_empty() {
            return;
        }
        let _ = write!(self.body, r#"<path d="{}""#, path.0);
        self.finish_shape(paint);
    }

    /// Text with its baseline at a point.
    pub fn text(&mut self, (x, y): (f64, f64), label: &Label, style: TextStyle) {
        if label.is_empty() {
            return;
        }
        let _ = write!(self.body, r#"<text x="{}" y="{}" font-size="{}""#, num(x), num(y), num(style.size));
        match style.anchor {
            Anchor::Start => {}
            Anchor::Middle => self.body.push_str(r#" text-anchor="middle""#),
            Anchor::End => self.body.push_str(r#" text-anchor="end""#),
        }
        if style.bold {
            self.body.push_str(r#" font-weight="bold""#);
        }
        if style.turn_deg != 0.0 {
            let _ =
                write!(self.body, r#" transform="rotate({} {} {})""#, num(style.turn_deg), num(x), num(y));
        }
        color_attribute(&mut self.body, "fill", style.color);
        if let Some((color, width)) = style.halo {
            color_attribute(&mut self.body, "stroke", color);
            let _ = write!(
                self.body,
                r#" stroke-width="{}" stroke-linejoin="round" paint-order="stroke""#,
                num(width)
            );
        }
        self.body.push('>');
        label.write_spans(&mut self.body, style.size);
        self.body.push_str("</text>\n");
    }

    /// A picture in PNG form, scaled to a rectangle.
    pub fn png(&mut self, place: (f64, f64), size: (f64, f64), png: &[u8]) {
        self.picture("png", place, size, png);
    }

    /// A picture in JPEG form, scaled to a rectangle. A PDF takes it as it is; drawn into pixels it is left out.
    pub fn jpeg(&mut self, place: (f64, f64), size: (f64, f64), jpeg: &[u8]) {
        self.picture("jpeg", place, size, jpeg);
    }

    fn picture(&mut self, kind: &str, (x, y): (f64, f64), (width, height): (f64, f64), bytes: &[u8]) {
        let _ = write!(
            self.body,
            r#"<image x="{}" y="{}" width="{}" height="{}" preserveAspectRatio="none" xlink:href="data:image/{kind};base64,"#,
            num(x),
            num(y),
            num(width),
            num(height)
        );
        base64(bytes, &mut self.body);
        self.body.push_str("\"/>\n");
    }

    /// A gradient of rings around `center`, as fractions 0–1 of the radius with their colours; its light side is the
    /// focus. In fractions of the box of the shape that it fills.
    pub fn radial_gradient(
        &mut self,
        center: (f64, f64),
        radius: f64,
        focus: (f64, f64),
        stops: &[(f64, Color)],
    ) -> GradientId {
        let id = self.take_id();
        let _ = write!(
            self.definitions,
            r#"<radialGradient id="g{id}" cx="{}" cy="{}" r="{}" fx="{}" fy="{}">"#,
            num(center.0),
            num(center.1),
            num(radius),
            num(focus.0),
            num(focus.1)
        );
        self.write_stops(stops);
        self.definitions.push_str("</radialGradient>\n");
        GradientId(id)
    }

    /// A gradient along the line between two points of the drawing, as fractions 0–1 of it with their colours.
    pub fn linear_gradient(
        &mut self,
        from: (f64, f64),
        to: (f64, f64),
        stops: &[(f64, Color)],
    ) -> GradientId {
        let id = self.take_id();
        let _ = write!(
            self.definitions,
            r#"<linearGradient id="g{id}" gradientUnits="userSpaceOnUse" x1="{}" y1="{}" x2="{}" y2="{}">"#,
            num(from.0),
            num(from.1),
            num(to.0),
            num(to.1)
        );
        self.write_stops(stops);
        self.definitions.push_str("</linearGradient>\n");
        GradientId(id)
    }

    /// A region to draw in: the inside of an outline.
    pub fn clip(&mut self, outline: &Path) -> ClipId {
        let id = self.take_id();
        let _ = writeln!(
            self.definitions,
            r#"<clipPath id="c{id}"><path d="{}" clip-rule="evenodd"/></clipPath>"#,
            outline.0
        );
        ClipId(id)
    }

    /// What follows until [`Self::end_group`] is cut to a region.
    pub fn begin_clipped(&mut self, clip: ClipId) {
        let _ = writeln!(self.body, r#"<g clip-path="url(#c{})">"#, clip.0);
        self.open_groups += 1;
    }

    /// What follows until [`Self::end_group`] is moved by an offset in points and scaled.
    pub fn begin_moved(&mut self, (x, y): (f64, f64), scale: f64) {
        let _ =
            writeln!(self.body, r#"<g transform="translate({} {}) scale({})">"#, num(x), num(y), num(scale));
        self.open_groups += 1;
    }

    /// What follows until [`Self::end_group`] has hard edges: fields that share them show no gap.
    pub fn begin_crisp(&mut self) {
        self.body.push_str("<g shape-rendering=\"crispEdges\">\n");
        self.open_groups += 1;
    }

    /// Ends the innermost group.
    pub fn end_group(&mut self) {
        if self.open_groups > 0 {
            self.open_groups -= 1;
            self.body.push_str("</g>\n");
        }
    }

    /// The finished file. Title and description are for readers of the file and for screen readers.
    #[must_use]
    pub fn finish(mut self, title: &str, description: &str) -> String {
        while self.open_groups > 0 {
            self.end_group();
        }
        let mut out = String::with_capacity(self.body.len() + self.definitions.len() + 600);
        let _ = writeln!(
            out,
            r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1" width="{}mm" height="{}mm" viewBox="0 0 {} {}" font-family="{}">"#,
            num(self.width_mm),
            num(self.height_mm),
            num(self.width()),
            num(self.height()),
            super::fonts::FAMILY_LIST
        );
        for (tag, content) in [("title", title), ("desc", description)] {
            if !content.is_empty() {
                let _ = writeln!(out, "<{tag}>{}</{tag}>", escape(content));
            }
        }
        if !self.definitions.is_empty() {
            let _ = write!(out, "<defs>\n{}</defs>\n", self.definitions);
        }
        out.push_str(&self.body);
        out.push_str("</svg>\n");
        out
    }

    fn take_id(&mut self) -> u32 {
        self.next_id += 1;
        self.next_id
    }

    fn write_stops(&mut self, stops: &[(f64, Color)]) {
        for (offset, color) in stops {
            let _ = write!(self.definitions, r#"<stop offset="{}""#, num(*offset));
            color_attribute(&mut self.definitions, "stop-color", *color);
            self.definitions.push_str("/>");
        }
    }

    fn finish_shape(&mut self, paint: &Paint) {
        match paint.fill {
            Fill::None => self.body.push_str(r#" fill="none""#),
            Fill::Color(color) => color_attribute(&mut self.body, "fill", color),
            Fill::Gradient(GradientId(id)) => {
                let _ = write!(self.body, r#" fill="url(#g{id})""#);
            }
        }
        if let Some(stroke) = &paint.stroke {
            color_attribute(&mut self.body, "stroke", stroke.color);
            let _ = write!(
                self.body,
                r#" stroke-width="{}" stroke-linejoin="round" stroke-linecap="{}""#,
                num(stroke.width),
                if stroke.dashes.is_empty() { "round" } else { "butt" }
            );
            if !stroke.dashes.is_empty() {
                let dashes: Vec<String> = stroke.dashes.iter().map(|dash| num(*dash)).collect();
                let _ = write!(self.body, r#" stroke-dasharray="{}""#, dashes.join(" "));
            }
        }
        self.body.push_str("/>\n");
    }
}

/// A number with up to three decimals: a thousandth of a point is a third of a micrometre. What is no number or lies far
/// outside every drawing is drawn at its edge, for viewers disagree on such files.
pub(super) fn num(value: f64) -> String {
    let value = if value.is_finite() { value.clamp(-1e6, 1e6) } else { 0.0 };
    let mut text = format!("{value:.3}");
    let kept = text.trim_end_matches('0').trim_end_matches('.').len();
    text.truncate(kept);
    if text == "-0" { "0".to_owned() } else { text }
}

fn color_attribute(out: &mut String, name: &str, [r, g, b, a]: Color) {
    let _ = write!(out, r##" {name}="#{r:02x}{g:02x}{b:02x}""##);
    if a < 255 {
        let opacity =
            if name == "stop-color" { "stop-opacity".to_owned() } else { format!("{name}-opacity") };
        let _ = write!(out, r#" {opacity}="{}""#, num(f64::from(a) / 255.0));
    }
}

/// Base64 with padding (RFC 4648).
fn base64(bytes: &[u8], out: &mut String) {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    out.reserve(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits =
            chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = LETTERS.get((bits >> (18 - 6 * place) & 63) as usize).copied().unwrap_or(b'=');
            out.push(if place <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
}
