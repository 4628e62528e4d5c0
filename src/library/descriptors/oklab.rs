//! OKLab: lightness and two colour axes in which equal steps look about equally large.
//!
//! Matrices: Björn Ottosson, "A perceptual color space for image processing" (2020). Lightness runs from 0 to 1; the
//! most colourful sRGB value has a chroma of 0.32.

use std::sync::LazyLock;

/// A colour in OKLab.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Oklab {
    /// Lightness, 0 to 1.
    pub l: f32,
    /// Green (negative) to red.
    pub a: f32,
    /// Blue (negative) to yellow.
    pub b: f32,
}

/// Light for each sRGB byte.
static LINEAR: LazyLock<[f32; 256]> =
    LazyLock::new(|| std::array::from_fn(|byte| linear(byte as f32 / 255.0)));

impl Oklab {
    /// Of three sRGB bytes.
    #[must_use]
    pub fn from_srgb(rgb: [u8; 3]) -> Self {
        let table = &*LINEAR;
        Self::from_linear(rgb.map(|byte| table.get(byte as usize).copied().unwrap_or_default()))
    }

    /// Of sRGB values from 0 to 255 that need not be whole.
    #[must_use]
    pub fn from_srgb_mean(rgb: [f32; 3]) -> Self {
        let table = &*LINEAR;
        Self::from_linear(rgb.map(|value| {
            let value = value.clamp(0.0, 255.0);
            let below = value.floor();
            let low = table.get(below as usize).copied().unwrap_or_default();
            let high = table.get(below as usize + 1).copied().unwrap_or(1.0);
            low + (high - low) * (value - below)
        }))
    }

    fn from_linear([red, green, blue]: [f32; 3]) -> Self {
        let long = (0.412_221_46 * red + 0.536_332_55 * green + 0.051_445_995 * blue).cbrt();
        let medium = (0.211_903_5 * red + 0.680_699_5 * green + 0.107_396_96 * blue).cbrt();
        let short = (0.088_302_46 * red + 0.281_718_85 * green + 0.629_978_7 * blue).cbrt();
        Self {
            l: 0.210_454_26 * long + 0.793_617_8 * medium - 0.004_072_047 * short,
            a: 1.977_998_5 * long - 2.428_592_2 * medium + 0.450_593_7 * short,
            b: 0.025_904_037 * long + 0.782_771_77 * medium - 0.808_675_77 * short,
        }
    }

    /// The nearest sRGB bytes.
    #[must_use]
    pub fn to_srgb(self) -> [u8; 3] {
        let long = (self.l + 0.396_337_78 * self.a + 0.215_803_76 * self.b).powi(3);
        let medium = (self.l - 0.105_561_346 * self.a - 0.063_854_17 * self.b).powi(3);
        let short = (self.l - 0.089_484_18 * self.a - 1.291_485_5 * self.b).powi(3);
        [
            4.076_741_7 * long - 3.307_711_6 * medium + 0.230_969_94 * short,
            -1.268_438 * long + 2.609_757_4 * medium - 0.341_319_38 * short,
            -0.004_196_086_3 * long - 0.703_418_6 * medium + 1.707_614_7 * short,
        ]
        .map(|light| (encoded(light.clamp(0.0, 1.0)) * 255.0).round() as u8)
    }

    /// Distance from grey.
    #[must_use]
    pub fn chroma(self) -> f32 {
        self.a.hypot(self.b)
    }

    /// Squared distance.
    #[must_use]
    pub fn distance_squared(self, other: Self) -> f32 {
        (self.l - other.l).powi(2) + (self.a - other.a).powi(2) + (self.b - other.b).powi(2)
    }
}

/// Light of an sRGB value, both from 0 to 1.
fn linear(value: f32) -> f32 {
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

/// sRGB value of light, both from 0 to 1.
fn encoded(light: f32) -> f32 {
    if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
}
