//! Which names a colour goes by.
//!
//! Each name has some colours that people call so: from the colour survey of xkcd (2010, public domain; the answers
//! of some 200 000 people) and, where a name has one, the value of CSS. A shade goes by the name of the nearest of
//! them, and less by names whose nearest one is a little farther.

use std::sync::LazyLock;

use super::super::canvas;
use super::super::oklab::Oklab;
use super::table::COLOURS;

/// How much lightness counts in the distance of colours. Names follow hue and chroma more.
const LIGHTNESS: f32 = 0.6;
/// How much farther, in OKLab, another name's nearest colour may be before that name hardly holds.
const SOFTNESS: f32 = 0.018;

/// Colours called by each name, as sRGB, in the order of the concepts.
const CALLED: [&[u32]; COLOURS] = [
    // red
    &[0xe5_0000, 0xff_000d, 0xff_0000, 0x84_0000, 0xbe_0119, 0xbb_3f3f, 0xec_2d01, 0xd3_494e, 0xb2_2222],
    // orange
    &[0xf9_7306, 0xc6_5102, 0xff_5b00, 0xfd_aa48, 0xc0_4e01, 0xff_a500, 0xe1_7701, 0xff_b07c],
    // yellow
    &[0xff_ff14, 0xff_fd01, 0xff_fe7a, 0xff_da03, 0xee_dc5b],
    // lime
    &[0xaa_ff32, 0x89_fe05, 0xc0_fb2d, 0xbe_fd73, 0xae_fd6c],
    // green
    &[
        0x15_b01a, 0x03_3500, 0x96_f97b, 0x06_470c, 0x3f_9b0b, 0x01_ff07, 0x87_ae73, 0x65_8b38, 0xc7_fdb5,
        0x74_a662, 0x78_9b73, 0x0b_4008, 0x5c_a904, 0x8f_ff9f, 0x01_a049, 0x00_8000, 0x43_6b43,
    ],
    // teal
    &[0x02_9386, 0x06_c2ac, 0x01_4d4e, 0x13_7e6d, 0x01_f9c6, 0x4c_9085, 0x90_e4c1, 0x04_5c5a, 0x00_8080],
    // cyan
    &[0x00_ffff, 0x13_eac9, 0xac_fffc, 0x02_d8e9],
    // blue
    &[
        0x03_43df, 0x95_d0fc, 0x75_bbfd, 0x05_04aa, 0x01_65fc, 0xa2_cffe, 0x6b_8ba4, 0x5a_86ad, 0x04_85d1,
        0x03_0aa7, 0x49_759c, 0x5b_7c99, 0x9d_bcd4, 0x06_9af3, 0x00_00ff,
    ],
    // navy
    &[0x01_153e, 0x00_1146, 0x00_035b, 0x02_0035, 0x21_4761, 0x00_0080],
    // purple
    &[0x7e_1e9c, 0x35_063e, 0x82_5f87, 0x58_0f41, 0x6c_3461, 0x38_0282, 0x82_6d8c, 0x80_0080],
    // violet
    &[0x9a_0eea, 0xc7_9fef, 0xbf_77f6, 0xce_a2fd, 0x5d_06e9, 0x8e_82fe, 0xd6_b4fc, 0xb7_90d4],
    // magenta
    &[0xc2_0078, 0xed_0dd9, 0xff_08e8, 0xa0_025c, 0xff_028d, 0xff_00ff],
    // pink
    &[
        0xff_81c0, 0xff_d1df, 0xcb_416b, 0xd5_8a94, 0xcf_6275, 0xff_796c, 0xff_6cb5, 0xfc_5a50, 0xf7_879a,
        0xff_bacd, 0xff_c0cb,
    ],
    // brown
    &[
        0x65_3700, 0x34_1c02, 0xad_8150, 0x7f_2b0a, 0x7f_7053, 0xa8_3c09, 0x87_6e4b, 0x74_2802, 0x60_460f,
        0x83_6539, 0x7f_5112, 0x4f_3f30,
    ],
    // beige
    &[0xe6_daa6, 0xd1_b26f, 0xb9_a281, 0xb1_916e, 0xad_a587, 0xe2_ca76, 0xf5_f5dc],
    // gold
    &[0xdb_b40c, 0xce_b301, 0xf5_bf03, 0xbf_9005, 0xb5_9410, 0xfe_b308, 0xff_d700],
    // olive
    &[0x6e_750e, 0x67_7a04, 0x37_3e02, 0x82_8344, 0x4b_5d16, 0x6f_7632, 0xac_bf69, 0x80_8000],
    // maroon
    &[0x65_0021, 0x61_0023, 0x3c_0008, 0x80_013f, 0x7b_0323, 0x4a_0100, 0x80_0000],
    // black
    &[0x00_0000, 0x07_0d0d, 0x1c_1c1c],
    // white
    &[0xff_ffff, 0xf5_f5f5],
    // gray
    &[
        0x92_9591, 0xd8_dcd6, 0x36_3737, 0xc5_c9c7, 0x34_3837, 0x6f_828a, 0x7d_7f7c, 0x97_8a84, 0x59_656d,
        0x80_8080, 0x50_5050, 0xaf_afaf,
    ],
    // cream
    &[0xff_ffc2, 0xff_ffcb, 0xff_feb6, 0xff_ffe4, 0xfe_fdd0],
];

/// Each of those colours with the number of its name.
static NAMED: LazyLock<Vec<(usize, Oklab)>> = LazyLock::new(|| {
    let colors = CALLED.iter().enumerate();
    colors.flat_map(|(name, colors)| colors.iter().map(move |color| (name, of_hex(*color)))).collect()
});

fn of_hex(hex: u32) -> Oklab {
    let [_, red, green, blue] = hex.to_be_bytes();
    Oklab::from_srgb([red, green, blue])
}

/// Memberships of every bin that colours are counted in. Made once, in about ten milliseconds.
static OF_BINS: LazyLock<Vec<[f32; COLOURS]>> = LazyLock::new(|| {
    (0..canvas::BINS).map(|bin| memberships_of(Oklab::from_srgb(canvas::middle_of(bin)))).collect()
});

/// How much the colours of a bin go by each name, 0 to 1; 1 for the best one.
pub(super) fn memberships(bin: u16) -> [f32; COLOURS] {
    OF_BINS.get(usize::from(bin)).copied().unwrap_or_default()
}

/// How much a colour goes by each name.
fn memberships_of(color: Oklab) -> [f32; COLOURS] {
    let mut distances = [f32::INFINITY; COLOURS];
    for (name, called) in &*NAMED {
        let light = (color.l - called.l) * LIGHTNESS;
        let squared = light * light + (color.a - called.a).powi(2) + (color.b - called.b).powi(2);
        if let Some(distance) = distances.get_mut(*name) {
            *distance = distance.min(squared);
        }
    }
    let distances = distances.map(f32::sqrt);
    let nearest = distances.iter().copied().fold(f32::INFINITY, f32::min);
    distances.map(|distance| {
        let farther = (distance - nearest) / SOFTNESS;
        if farther < 3.0 { (-0.5 * farther * farther).exp() } else { 0.0 }
    })
}
