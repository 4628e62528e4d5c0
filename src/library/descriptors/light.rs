//! Light and colour of a picture as a whole.

use super::canvas::Shade;

/// Chroma below which a colour counts as grey. JPEG moves greys by less.
const GREY: f32 = 0.02;

/// Numbers about all shades together. Lightness is OKLab's, 0 to 1.
pub(super) struct Light {
    /// Whether any pixel is visible. Everything else is zero where none is.
    pub is_visible: bool,
    /// Mean lightness.
    pub mean: f32,
    /// Standard deviation of lightness.
    pub deviation: f32,
    /// Lightness that 5 % of the picture are below.
    pub darkest: f32,
    /// Lightness that 5 % of the picture are above.
    pub brightest: f32,
    /// Share darker than 0.4.
    pub dark_share: f32,
    /// Share lighter than 0.75.
    pub bright_share: f32,
    /// Mean chroma; the most colourful picture has about 0.3.
    pub chroma: f32,
    /// Share of grey, black and white.
    pub neutral_share: f32,
    /// Mean component towards orange (positive) or its opposite, blue.
    pub warmth: f32,
    /// Direction of the mean colour, 0 to 360.
    pub hue_deg: f32,
    /// How much hues agree: 1 when all coloured shades have the same one.
    pub hue_agreement: f32,
}

impl Light {
    /// Of all shades.
    pub(super) fn of(shades: &[Shade]) -> Self {
        let sum = |value: &dyn Fn(&Shade) -> f32| {
            shades.iter().map(|shade| shade.share * value(shade)).sum::<f32>()
        };
        let part = |is_so: &dyn Fn(&Shade) -> bool| {
            shades.iter().filter(|shade| is_so(shade)).map(|shade| shade.share).sum::<f32>()
        };
        let mean = sum(&|shade| shade.color.l);
        let (red, yellow) = (sum(&|shade| shade.color.a), sum(&|shade| shade.color.b));
        let chroma = sum(&|shade| shade.color.chroma());
        let mut by_light: Vec<(f32, f32)> = shades.iter().map(|shade| (shade.color.l, shade.share)).collect();
        by_light.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let warm_direction = 65.0_f32.to_radians();
        Self {
            is_visible: !shades.is_empty(),
            mean,
            deviation: sum(&|shade| (shade.color.l - mean).powi(2)).sqrt(),
            darkest: quantile(by_light.iter(), 0.05),
            brightest: quantile(by_light.iter().rev(), 0.05),
            dark_share: part(&|shade| shade.color.l < 0.4),
            bright_share: part(&|shade| shade.color.l > 0.75),
            chroma,
            neutral_share: part(&|shade| shade.color.chroma() < GREY),
            warmth: red * warm_direction.cos() + yellow * warm_direction.sin(),
            hue_deg: yellow.atan2(red).to_degrees().rem_euclid(360.0),
            hue_agreement: if chroma > 0.0 { red.hypot(yellow) / chroma } else { 0.0 },
        }
    }
}

/// The first lightness at which the shares so far exceed `share`.
fn quantile<'a>(by_light: impl Iterator<Item = &'a (f32, f32)>, share: f32) -> f32 {
    let mut sum = 0.0;
    let mut last = 0.0;
    for (light, part) in by_light {
        sum += part;
        last = *light;
        if sum > share {
            break;
        }
    }
    last
}
